"""Sessions that Django kept in a database before 3.1 (its `SessionBase.encode`): base64 of `HMAC:content`.

The HMAC is SHA-1 in hexadecimal, with a key made of the secret; the content is JSON, or a pickle. Until 1.4 the base64
was broken into lines.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import content, names_user
from scanner.cookies.values import LONGEST
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(rb"(?:[A-Za-z0-9+/]|\\n)++(?:=|%3[Dd]){0,2}")
_ROW: Final = re.compile(rb"(?s)(?P<mac>[0-9a-f]{40}):(?P<content>.+)")
_SALT: Final = b"django.contrib.sessionsSessionStore"


def decode(text: bytes) -> Cookie | None:
    """The row that `text` starts with, or None where it starts with none."""
    run = _VALUE.match(text[:LONGEST])
    data = Reader().base64(run[0].replace(b"\\n", b"").partition(b"%")[0]) if run else None
    row = _ROW.fullmatch(data) if data else None
    held = content(row["content"]) if row else None
    if not run or not row or not held or (held.payload != "object" and held.serializer != "pickle"):
        return None
    return Cookie(
        family="django-session",
        raw=Sealed(run[0]),
        signed=Sealed(row["content"]),
        signature=Sealed(bytes.fromhex(row["mac"].decode())),
        claims=held.claims,
        payload=held.payload,
        serializer=held.serializer,
        details={"user": True} if names_user(held.claims) else {},
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with base64 of an HMAC and a colon."""
    return bool(_ROW.match(Reader().base64(text[:56]) or b""))


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it signs the row; sessions in caches and files are not signed."""
    made = hmac.digest(_key(secret), cookie.signed.reveal(), "sha1")
    return "Django session in a database" if made == cookie.signature.reveal() else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1


@lru_cache(maxsize=1 << 14)
def _key(secret: bytes) -> bytes:
    return hashlib.sha1(_SALT + secret, usedforsecurity=False).digest()
