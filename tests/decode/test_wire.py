"""Numbers and fields of binary formats."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.wire import fields, piece, varint


def encoded(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + encoded(number >> 7)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=9))
def test_varint(number, tail):
    """Decoding undoes encoding, whatever follows."""
    assert varint(b"x" + encoded(number) + tail, 1) == (number, 1 + len(encoded(number)))


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 2**64 - 1) | st.binary(max_size=200)), max_size=6))
def test_fields(values):
    """Of numbers and of bytes."""
    data = b"".join(
        encoded(number << 3) + encoded(value)
        if isinstance(value, int)
        else encoded(number << 3 | 2) + encoded(len(value)) + value
        for number, value in values
    )
    assert list(fields(data)) == values


@pytest.mark.parametrize(
    "data",
    [
        b"\x80",
        b"\xff" * 20,
        b"\x08",
        b"\x12\x05abc",
        b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7fabc",
        b"\x00\x01",
        b"\x0d0000",
        b"\x0b",
    ],
)
def test_refused(data):
    """Numbers without an end, lengths beyond it, field 0, and types that nobody uses."""
    with pytest.raises(ValueError, match=r"^$"):
        list(fields(data))


@given(st.binary(max_size=40), st.integers(0, 40))
def test_any_bytes(data, at):
    """A value or a ValueError."""
    for read in (lambda: varint(data, at), lambda: piece(data, at), lambda: list(fields(data))):
        with contextlib.suppress(ValueError):
            read()
