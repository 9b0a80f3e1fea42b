"""What the `cookie` crate of Rust makes of a secret: a key to sign with and one to encrypt with."""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import Final

_KEY_BYTES: Final = 32
_INFO: Final = b"COOKIE;SIGNED:HMAC-SHA256;PRIVATE:AEAD-AES-256-GCM"


@lru_cache(maxsize=8_192)
def keys(secret: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The pairs that `Key::from` (64 bytes or more) and `Key::derive_from` (32 or more) make; empty for a shorter one.

    The latter expands the secret by HKDF-SHA256 (RFC 5869 §2.3) without extracting from it first.
    """
    if len(secret) < _KEY_BYTES:
        return ()
    first = hmac.digest(secret, _INFO + b"\x01", "sha256")
    derived = first, hmac.digest(secret, first + _INFO + b"\x02", "sha256")
    if len(secret) < 2 * _KEY_BYTES:
        return (derived,)
    return (secret[:_KEY_BYTES], secret[_KEY_BYTES : 2 * _KEY_BYTES]), derived
