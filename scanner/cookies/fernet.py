"""Fernet tokens (the specification's version 0x80): time, initialization vector, ciphertext and an HMAC-SHA256.

So are the sessions of aiohttp_session, connections of Airflow, and much that Python programs encrypt. A key is 32
bytes, of which the first half signs; programs that have a password make them of it in ways of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.values import LONGEST, moment
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(rb"(?P<text>gAAAAA[\w-]++)(?:=|%3[Dd]){0,2}")
_VERSION: Final = 0x80
_HEAD: Final = len("gAAAAA")
_LEAST_BYTES: Final = 1 + 8 + 16 + 16 + 32
"""Version, time, initialization vector, a block and the HMAC."""
_KEY_BYTES: Final = 32


def decode(text: bytes) -> Cookie | None:
    """The token that `text` starts with, or None where it starts with none."""
    found = _VALUE.match(text[:LONGEST])
    data = Reader().base64(found["text"]) if found else None
    if not found or not data or data[0] != _VERSION or len(data) < _LEAST_BYTES or (len(data) - _LEAST_BYTES) % 16:
        return None
    issued = moment(int.from_bytes(data[1:9]))
    if not issued:
        return None
    return Cookie(
        family="fernet",
        raw=Sealed(found[0]),
        signed=Sealed(data[:-32]),
        signature=Sealed(data[-32:]),
        payload="encrypted",
        times={"iat": issued},
        head=_HEAD,
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with a version and a time."""
    found = _VALUE.match(text[:LONGEST])
    data = Reader().base64(found["text"][:12]) if found else None
    return bool(data and len(data) == 9 and data[0] == _VERSION and moment(int.from_bytes(data[1:])))


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it is the key, or what programs make one of."""
    signed, signature = cookie.signed.reveal(), cookie.signature.reveal()
    for key in _keys(secret):
        if hmac.digest(key, signed, "sha256") == signature:
            return "Fernet token"
    return None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """Of a key and of what is made of a text: digests, and an HMAC with each."""
    return 6


@lru_cache(maxsize=1 << 14)
def _keys(secret: bytes) -> tuple[bytes, ...]:
    """The halves that sign: of the key itself, and of what is made of a text by usual means."""
    bare = secret.rstrip(b"=")
    keys = [
        secret if len(secret) == _KEY_BYTES else b"",
        (Reader().base64(bare) or b"") if len(bare) == 43 else b"",
        # Of a password: its digest; its first 32 characters; django-fernet-fields' HKDF of SECRET_KEY (RFC 5869).
        hashlib.sha256(secret).digest(),
        secret[:_KEY_BYTES] if len(secret) > _KEY_BYTES else b"",
        _expanded(secret),
    ]
    return tuple(dict.fromkeys(key[: _KEY_BYTES // 2] for key in keys if key))


def _expanded(secret: bytes) -> bytes:
    """HKDF-SHA256 of 32 bytes, whose second step is one HMAC."""
    drawn = hmac.digest(b"django-fernet-fields-hkdf-salt", secret, "sha256")
    return hmac.digest(drawn, b"django-fernet-fields\x01", "sha256")
