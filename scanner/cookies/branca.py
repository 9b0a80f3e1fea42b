"""What opens a Branca token: a key of 32 bytes (XChaCha20-Poly1305). `scanner.decode.branca` reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.chacha import opened
from scanner.decode.branca import unpacked
from scanner.model import Token

_KEY_BYTES: Final = 32
_NONCE_BEGINS: Final = 5
_HEAD_BYTES: Final = 29
"""Version, time and nonce, which the tag covers beside."""


def signs(secret: bytes, token: Token, _clues: Clues) -> str | None:
    """What `secret` is, as the key itself."""
    data = _unpacked(token.raw.reveal())
    if not data or len(secret) != _KEY_BYTES:
        return None
    head = data[:_HEAD_BYTES]
    opens = opened(secret, head[_NONCE_BEGINS:], data[_HEAD_BYTES:], head) is not None
    return "Branca token" if opens else None


def tries(_token: Token, _clues: Clues) -> int:
    """A key for the nonce, and what it takes to decrypt it."""
    return 10


@lru_cache(maxsize=256)
def _unpacked(raw: bytes) -> bytes | None:
    return unpacked(raw)
