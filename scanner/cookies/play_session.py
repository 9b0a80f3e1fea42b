"""Sessions of Play up to 2.5, and of Play 1: `MAC-content` with a MAC of 40 hex digits. Later ones are JSON web tokens.

The MAC is HMAC-SHA1 over the content, which is a query string (`k=v&k2=v2`) or, in Play 1, `%00k:v%00`. Nothing but the
cookie's name marks the format.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.values import LONGEST, named, tries_of, unquoted
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(
    named(rb"PLAY_(?:SESSION|FLASH|ERRORS)") + rb"(?P<raw>(?P<mac>[0-9a-f]{40})-(?P<content>[\w%&=.:~*+!-]+))",
    re.ASCII,
)
_CONTENT: Final = re.compile(rb"(?s)[^=&\0]+=.*|\0[^:]+:.*\0|%00[^%]+%3[Aa].*%00")
"""A query string, or what Play 1 writes, which may be encoded once more."""


def decode(text: bytes) -> Cookie | None:
    """The session that `text` starts with, behind its name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST or not _CONTENT.fullmatch(unquoted(shape["content"])):
        return None
    return Cookie(
        family="play-session",
        raw=Sealed(shape["raw"]),
        signed=Sealed(shape["content"]),
        signature=Sealed(bytes.fromhex(shape["mac"].decode())),
        payload="text",
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: what is there of one may be a hash."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """What `secret` is, as the application's. What stands there may be encoded once more than what was signed."""
    content, mac = cookie.signed.reveal(), cookie.signature.reveal()
    if hmac.digest(secret, content, "sha1") == mac:
        return "session of Play"
    if b"=" not in content and hmac.digest(secret, unquoted(content), "sha1") == mac:
        return "session of Play"
    return None


def tries(cookie: Cookie, _clues: Clues) -> int:
    """An HMAC, or two."""
    return 2 * tries_of(cookie)
