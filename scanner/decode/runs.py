"""Keys in base64 that tell their length themselves, on one line or over several."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from typing import Final

import msgspec

from scanner.model import Key, Sealed

_PIECE: Final = re.compile(rb"[A-Za-z0-9+/_-]+")
_GAP: Final = re.compile(rb"\\?\r?\n[ \t]{0,99}|(?:\\{1,8}r)?\\{1,8}n|[\"'`]\s{0,99}[+.,&\\]?\s{0,99}[\"'`]")
"""A line end, also escaped, or the joint of two strings."""
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def in_base64(text: bytes, decode: Callable[[bytes], Key | None]) -> Key | None:
    """The key that `decode` reads in the bytes that the base64 at the start of `text` stands for, if there is one."""
    pieces = list(_pieces(text))
    encoded = b"".join(text[start:end] for start, end in pieces).translate(_STANDARD)
    encoded = encoded[: len(encoded) - (len(encoded) % 4 == 1)]
    key = decode(binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4)))
    if key is None:
        return None
    left = -(-len(key.raw) * 4 // 3)
    for start, end in pieces:
        if left <= end - start:
            return msgspec.structs.replace(key, raw=Sealed(text[: start + left]))
        left -= end - start
    return None


def _pieces(text: bytes) -> list[tuple[int, int]]:
    """Where the lines of base64 stand at the start of `text`."""
    pieces: list[tuple[int, int]] = []
    found = _PIECE.match(text)
    while found:
        pieces.append(found.span())
        gap = _GAP.match(text, found.end())
        found = _PIECE.match(text, gap.end()) if gap else None
    return pieces
