"""Cookies of oauth2-proxy 7 (and bitly's): `content|time|MAC` in base64url with padding.

The MAC is HMAC over the cookie's name, content and time, one after the other; SHA-256, before release 6 SHA-1. The
content is encrypted with the same secret, or names a session in a store.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.values import LONGEST, instant, tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(
    rb"(?:[\w.%-]{1,128}=)??"
    rb"(?P<raw>(?P<content>[\w-]{4,}(?:=|%3[Dd]){0,2})(?:\||%7[Cc])(?P<time>1\d{9})(?:\||%7[Cc])"
    rb"(?P<mac>[\w-]{43}|[\w-]{27})(?:=|%3[Dd]))",
    re.ASCII,
)
_DIGESTS: Final = {32: "sha256", 20: "sha1"}
_PART: Final = re.compile(r"_\d\Z")
"""What stands behind the name of a cookie that was broken into several."""


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape:
        return None
    content = unquoted(shape["content"])
    mac, issued = Reader().base64(shape["mac"]), instant(int(shape["time"]))
    if len(content) % 4 or Reader().base64(content) is None or not mac or not issued:
        return None
    return Cookie(
        family="oauth2-proxy",
        raw=Sealed(shape["raw"]),
        signed=Sealed(content + shape["time"]),
        signature=Sealed(mac),
        payload="encrypted",
        times={"iat": issued},
        start=shape.start("raw"),
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with content and time."""
    return re.match(rb"[\w-]{4,}(?:=|%3[Dd]){0,2}(?:\||%7[Cc])1\d{9}(?:\||%7[Cc])[\w-]", text, re.ASCII) is not None


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as `cookie_secret` in the text that it is given as, for one of the names."""
    covered, mac = cookie.signed.reveal(), cookie.signature.reveal()
    digest = _DIGESTS[len(mac)]
    for name in clues.names:
        if hmac.digest(secret, _PART.sub("", name).encode() + covered, digest) == mac:
            return "cookie of oauth2-proxy"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """An HMAC a name."""
    return len(clues.names) * tries_of(cookie)
