"""Signed cookies of Better Auth and of Hono: `value.signature`, both opaque; known by name, or by the signature's end.

Tested with cookies of better-auth 1.7.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import by_sha256, signed
from scanner.model import Cookie, Sealed

_SIGNED: Final = re.compile(rb"([\w-]{1,512})\.([A-Za-z0-9+/]{43}=)", re.ASCII)
_TOKEN: Final = 32
"""Characters of a session's token; other cookies hold words such as `true`."""


def decode(text: bytes) -> Cookie | None:
    """The signed value that stands in `text`, behind its name or not."""
    found = signed(text, _SIGNED)
    if not found:
        return None
    return Cookie(
        family="better-auth",
        raw=Sealed(text[found.start :]),
        signed=Sealed(found.value),
        signature=Sealed(found.mac),
        payload="opaque" if len(found.value) >= _TOKEN else "text",
        start=found.start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC-SHA256 over the token."""
    if not by_sha256(secret, cookie):
        return None
    return "session token of Better Auth" if cookie.payload == "opaque" else "signed cookie of Better Auth or Hono"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1
