"""Private keys in DER without armour: files of keys, and the base64 of one, as configuration holds it."""

from __future__ import annotations

from typing import Final

from scanner.decode import asn1
from scanner.decode.private import Read, make_key, read_der
from scanner.decode.runs import in_base64
from scanner.model import Key

_MOST: Final = 1 << 17
"""Bytes that are read, of base64 too."""
_OF_SEEDS: Final = ("Ed25519", "Ed448", "X25519", "X448")
_SEED_BYTES: Final = 32
_VARIETY: Final = 24
"""Different bytes in so many random ones; fewer come once in a million."""


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
    return make_key(read.form, raw, read.half, raw, encrypted=read.encrypted) if _is_whole(read, raw) else None


def _is_whole(read: Read, raw: bytes) -> bool:
    """Whether it is a key by itself.

    SEC 1 within PKCS #8 does not say of what curve it is. A key that ends in a seed takes any bytes for one, and
    programs hold such heads to put before it: what follows them there is no seed.
    """
    if read.half.kind == "EC":
        return read.half.curve != ""
    if read.half.kind in _OF_SEEDS:
        return len(set(raw[-_SEED_BYTES:])) >= _VARIETY
    return read.encrypted or read.half.kind != ""
