"""Values of ASN.1 in DER (X.690 §8): just what it takes to read keys, and nothing that a length can lead astray."""

from __future__ import annotations

from typing import Final, NamedTuple

INTEGER: Final = 0x02
BITS: Final = 0x03
OCTETS: Final = 0x04
NAME: Final = 0x06
"""An object identifier."""
SEQUENCE: Final = 0x30

_LENGTH_BYTES: Final = 4


class Value(NamedTuple):
    """A value with its tag, and where it ends."""

    tag: int
    body: bytes
    end: int


def value(data: bytes, at: int = 0) -> Value:
    """The value at `at`. Raises ValueError where none stands there, or not all of it."""
    begin, length = head(data, at)
    if begin + length > len(data):
        raise ValueError
    return Value(data[at], data[begin : begin + length], begin + length)


def head(data: bytes, at: int = 0) -> tuple[int, int]:
    """Where the content of the value at `at` begins, and its length; it may be missing. Raises ValueError for none."""
    if len(data) < at + 2:
        raise ValueError
    length, begin = data[at + 1], at + 2
    if length < 0x80:
        return begin, length
    size = length - 0x80
    if not 0 < size <= _LENGTH_BYTES or len(data) < begin + size:
        raise ValueError
    return begin + size, int.from_bytes(data[begin : begin + size])


def members(body: bytes, most: int = 100) -> list[Value]:
    """The values that stand one after another in `body`. Raises ValueError where they are none, or more than `most`."""
    found: list[Value] = []
    at = 0
    while at < len(body):
        if len(found) == most:
            raise ValueError
        found.append(value(body, at))
        at = found[-1].end
    return found


def sequence(data: bytes, at: int = 0) -> list[Value]:
    """The members of the sequence at `at`. Raises ValueError where there is none."""
    return members(expect(value(data, at), SEQUENCE))


def expect(found: Value, tag: int) -> bytes:
    """The content of a value that must have this tag. Raises ValueError where it has another."""
    if found.tag != tag:
        raise ValueError
    return found.body


def write(tag: int, body: bytes) -> bytes:
    """The value with this tag and content."""
    length = len(body)
    if length < 0x80:
        return bytes((tag, length)) + body
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 + size)) + length.to_bytes(size) + body


def number(found: Value) -> int:
    """The number that an INTEGER is. Raises ValueError for another value."""
    return int.from_bytes(expect(found, INTEGER), signed=True)
