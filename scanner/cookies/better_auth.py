"""Signed cookies of Better Auth and of Hono: `value.signature`, both opaque; known by name, or by the signature's end.

Tested with cookies of better-auth 1.7.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import LONGEST, behind_name, exact, unquoted
from scanner.model import Cookie, Sealed

_SIGNED: Final = re.compile(rb"([\w-]{1,512})\.([A-Za-z0-9+/]{43}=)", re.ASCII)
_TOKEN: Final = 32
"""Characters of a session's token; other cookies hold words such as `true`."""


def decode(text: bytes) -> Cookie | None:
    """The signed value that stands in `text`, behind its name or not."""
    if len(text) > LONGEST:
        return None
    start = behind_name(text)
    found = _SIGNED.fullmatch(unquoted(text[start:]))
    mac = found and exact(found[2], 32)
    if not found or not mac:
        return None
    return Cookie(
        family="better-auth",
        raw=Sealed(text[start:]),
        signed=Sealed(found[1]),
        signature=Sealed(mac),
        payload="opaque" if len(found[1]) >= _TOKEN else "text",
        start=start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC-SHA256 over the token."""
    if hmac.digest(secret, cookie.signed.reveal(), "sha256") != cookie.signature.reveal():
        return None
    return "session token of Better Auth" if cookie.payload == "opaque" else "signed cookie of Better Auth or Hono"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1
