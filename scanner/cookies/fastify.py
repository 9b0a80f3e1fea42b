"""Values signed by @fastify/cookie, as @fastify/session's ids are: `value.signature`, and no sign that it is signed.

So it is known by its name alone, and by what an id looks like. Tested with cookies of @fastify/session 11.1.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import by_sha256, signed
from scanner.model import Cookie, Sealed

_SIGNED: Final = re.compile(rb"([\w-]{32})\.([A-Za-z0-9+/]{43})", re.ASCII)


def decode(text: bytes) -> Cookie | None:
    """The signed id that stands in `text` behind its name."""
    found = signed(text, _SIGNED)
    if not found:
        return None
    return Cookie(
        family="fastify",
        raw=Sealed(text[found.start :]),
        signed=Sealed(found.value),
        signature=Sealed(found.mac),
        payload="opaque",
        start=found.start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC-SHA256 over the value."""
    if not by_sha256(secret, cookie):
        return None
    return "session id of @fastify/session"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1
