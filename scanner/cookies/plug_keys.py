"""What Plug and Phoenix make of `secret_key_base` and a salt, and which salts there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from scanner.cookies import Clues

LEAST_BYTES: Final = 32
"""Of a `secret_key_base` that is worth a try. Plug asks for 64 in sessions; `Phoenix.Token` alone would take 20."""
TRIES: Final = 150
"""What one key costs to derive, in HMACs over a short text."""
_SALTS: Final = 16
"""Salts that are tried with one secret."""
_PUBLISHED: Final = (
    b"user auth",
    b"user socket",
    b"cookie store signing salt",
    b"cookie store encryption salt",
)
"""Salts of the documentation of Plug 1.19 and Phoenix 1.8."""


@lru_cache(maxsize=4_096)
def key(secret: bytes, salt: bytes) -> bytes:
    """The key of 32 bytes that `Plug.Crypto.KeyGenerator` derives by default."""
    return hashlib.pbkdf2_hmac("sha256", secret, salt, 1_000, 32)


def salts(clues: Clues) -> Iterator[tuple[bytes, str]]:
    """The salts to try, the sure ones first, each with words that tell it where it is public knowledge.

    `Plug.Conn.put_resp_cookie` takes the cookie's name and `_cookie` for one.
    """
    own = ((name.encode() + b"_cookie", "") for name in clues.names[:1])
    found = ((salt, "") for salt in clues.salts)
    published = ((salt, f" (salt `{salt.decode()}`)") for salt in _PUBLISHED)
    return islice((*own, *published, *found), _SALTS)
