"""Numbers and fields of binary formats: varints, and the wire format of protocol buffers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_VARINT_BYTES: Final = 10
"""Of 64 bits."""


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, least significant seven bits first, and where it ends. Raises ValueError for none."""
    value = 0
    for count, byte in enumerate(data[at : at + _VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, at + count + 1
    raise ValueError


def piece(data: bytes, at: int) -> tuple[bytes, int]:
    """The bytes at `at`, which follow their length, and where they end. Raises ValueError where some are missing."""
    length, begin = varint(data, at)
    if length > len(data) - begin:
        raise ValueError
    return data[begin : begin + length], begin + length


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffers message: number, and value as it stands. Raises ValueError for what is none,
    or holds a type of field that is not in use (fixed sizes, groups)."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        value: int | bytes
        if not number:
            raise ValueError
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            value, at = piece(data, at)
        else:
            raise ValueError
        yield number, value
