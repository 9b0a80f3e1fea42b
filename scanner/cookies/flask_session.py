"""Ids of Flask-Session with `SESSION_USE_SIGNER`: `id.signature`, signed by itsdangerous with a salt of its own.

An id is a UUID, since release 0.6 `secrets.token_urlsafe(32)`.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import digest
from scanner.cookies.values import GAP, LONGEST
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(
    rb"(?:(?:ession|SESSION)" + GAP + rb")?(?P<raw>(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]{43})"
    rb"\.(?P<signature>[\w-]{27}))(?![\w-]|\.[\w-])"
)
_SALT: Final = b"flask-session"


def decode(text: bytes) -> Cookie | None:
    """The id that `text` starts with, behind the end of a name or without; None where it starts with none."""
    found = _VALUE.match(text[:LONGEST])
    signature = digest(found["signature"]) if found else None
    if not found or not signature:
        return None
    return Cookie(
        family="flask-session",
        raw=Sealed(found["raw"]),
        signed=Sealed(found["id"]),
        signature=Sealed(signature),
        payload="opaque",
        start=found.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: an id tells nothing."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it is the application's secret."""
    made = hmac.digest(_key(secret), cookie.signed.reveal(), "sha1")
    return "Flask-Session id" if made == cookie.signature.reveal() else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1


@lru_cache(maxsize=1 << 14)
def _key(secret: bytes) -> bytes:
    """By the derivation `hmac` of itsdangerous."""
    return hmac.digest(secret, _SALT, "sha1")
