"""Private keys in DER without armour: files of keys, and the base64 of one, as configuration holds it."""

from __future__ import annotations

from typing import Final

from scanner.decode import asn1
from scanner.decode.private import Read, make_key, read_der
from scanner.decode.runs import in_base64
from scanner.model import Key

_MOST: Final = 1 << 17
"""Bytes that are read, of base64 too."""


def decode(text: bytes) -> Key | None:
    """The key that `text` starts with, as bytes or in base64, or None where it starts with none. Never raises."""
    return in_base64(text[:_MOST], _bare) if text.startswith(b"M") else _bare(text[:_MOST])


def begins(_text: bytes) -> bool:
    """Never: keys are short."""
    return False


def _bare(text: bytes) -> Key | None:
    try:
        begin, length = asn1.head(text)
        raw = text[: begin + length]
        read = read_der(raw)
    except ValueError:
        return None
    return make_key(read.form, raw, read.half, raw, encrypted=read.encrypted) if _is_whole(read) else None


def _is_whole(read: Read) -> bool:
    """Whether it is a key by itself: SEC 1 within PKCS #8 does not say of what curve it is."""
    return read.encrypted or (read.half.curve != "" if read.half.kind == "EC" else read.half.kind != "")
