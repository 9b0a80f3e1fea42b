"""Cookies that Bottle signs (its `BaseResponse.set_cookie`): `!HMAC?pickle`, both in base64.

The HMAC is over the text of the pickle, by SHA-256; before release 0.13 it was by MD5. The pickle holds name and value,
and is loaded when the signature is right: whoever has the secret runs code.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import content
from scanner.cookies.values import LONGEST, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_BASE64: Final = rb"(?:[A-Za-z0-9+/]|%2[BbFf])++(?:=|%3[Dd]){0,2}"
_VALUE: Final = re.compile(
    rb"(?:[\w.-]{1,100}=)?(?P<raw>(?:!|%21)(?P<mac>" + _BASE64 + rb")(?:\?|%3[Ff])(?P<message>" + _BASE64 + rb"))"
)
_ALGORITHMS: Final = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, its name before it or not; None where it starts with none."""
    found = _VALUE.match(text[:LONGEST])
    if not found:
        return None
    message, mac = unquoted(found["message"]), unquoted(found["mac"])
    data, signature = Reader().base64(message), Reader().base64(mac)
    if not data or not signature or len(signature) not in _ALGORITHMS or base64.b64encode(signature) != mac:
        return None
    held = content(data)
    if held.payload != "json" and held.serializer != "pickle":
        return None
    return Cookie(
        family="bottle",
        raw=Sealed(found["raw"]),
        signed=Sealed(message),
        signature=Sealed(signature),
        payload=held.payload,
        serializer=held.serializer,
        start=found.start("raw"),
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with a digest and the start of a pickle."""
    found = _VALUE.match(text[:LONGEST])
    return bool(found and (Reader().base64(unquoted(found["message"])[:4]) or b"")[:1] == b"\x80")


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it is the secret that the program gives with each cookie."""
    signature = cookie.signature.reveal()
    made = hmac.digest(secret, cookie.signed.reveal(), _ALGORITHMS[len(signature)])
    return "Bottle signed cookie" if made == signature else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1
