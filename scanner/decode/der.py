"""Private keys in DER without armour: files of keys, and the base64 of one that configuration holds on one line."""

from __future__ import annotations

from typing import Final

from scanner.decode import asn1
from scanner.decode.private import make_key, read_der
from scanner.model import Key

_MOST_BYTES: Final = 1 << 16


def decode(text: bytes) -> Key | None:
    """The key that `text` starts with, or None where it starts with none. Never raises."""
    try:
        begin, length = asn1.head(text)
        if begin + length > min(len(text), _MOST_BYTES):
            return None
        raw = text[: begin + length]
        read = read_der(raw)
    except ValueError:
        return None
    if not read.half.kind and not read.encrypted:
        return None
    return make_key(read.form, raw, read.half, raw, encrypted=read.encrypted)


def begins(_text: bytes) -> bool:
    """Never: keys are short."""
    return False
