"""Branca tokens (the specification's version 0xBA): base62 of a version, a time and what is encrypted.

Base62 has no fixed head, so a token is looked for behind the word `branca` only.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.model import NumericDate, Sealed, Token

_VERSION: Final = 0xBA
_LEAST_BYTES: Final = 1 + 4 + 24 + 16
"""Version, time, nonce and tag, around an empty message."""
_MOST: Final = 4_096
"""Characters that are read: a number of any base but a power of two costs the square of its length."""
_SHAPE: Final = re.compile(rb"(?is:branca.{0,40}?\b)?(?P<token>[0-9A-Za-z]{60,})")
_DIGITS: Final = {
    digit: value for value, digit in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}


def decode(text: bytes) -> Token | None:
    """The token that `text` starts with, behind the word that tells of it or without; None where there is none."""
    shape = _SHAPE.match(text)
    raw = shape["token"] if shape else b""
    data = unpacked(raw)
    if not data:
        return None
    return Token(
        form="branca",
        raw=Sealed(raw),
        signed=Sealed(raw),
        payload="encrypted",
        times={"iat": NumericDate(seconds=int.from_bytes(data[1:5]))},
        start=shape.start("token") if shape else 0,
    )


def unpacked(raw: bytes) -> bytes | None:
    """The bytes that a token stands for; None for what is none."""
    if not raw or len(raw) > _MOST:
        return None
    number = 0
    for digit in raw:
        number = number * 62 + _DIGITS[digit]
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return data if len(data) >= _LEAST_BYTES and data[0] == _VERSION else None


def begins(_text: bytes) -> bool:
    """Never: a part of a token does not tell its version."""
    return False
