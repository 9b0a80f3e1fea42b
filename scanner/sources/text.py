"""Text as bytes: UTF-16 narrowed to one byte a unit, and lines and columns counted on the way."""

from __future__ import annotations

import codecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_CONTINUATION: Final = bytes(range(0x80, 0xC0))
"""UTF-8 bytes that begin no code point."""

_LOW: Final = bytes(byte if byte < 0x80 else 0xFF for byte in range(256))
_NOT_ASCII: Final = bytes([0]) + b"\xff" * 255
_NOT_LOW_SURROGATE: Final = bytes(0x80 if 0xDC <= byte <= 0xDF else 0xFF for byte in range(256))


def is_utf16(head: bytes) -> bool:
    """Whether the bytes begin with a UTF-16 byte order mark (and not with UTF-32's)."""
    return head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and head[:4] != codecs.BOM_UTF32_LE


def narrow(data: bytes, *, little: bool) -> bytes:
    """UTF-16 text with one byte a unit: ASCII as it is, all else as bytes that no token holds.

    The second half of a surrogate pair becomes a UTF-8 continuation byte, so that code points still count right. An odd
    last byte is dropped.
    """
    length = len(data) // 2
    low, high = (data[0 : 2 * length : 2], data[1 : 2 * length : 2])[:: 1 if little else -1]
    number = int.from_bytes(low.translate(_LOW)) | int.from_bytes(high.translate(_NOT_ASCII))
    return (number & int.from_bytes(high.translate(_NOT_LOW_SURROGATE))).to_bytes(length)


class Locator:
    """Lines and columns of ascending offsets, each byte counted once. Both count from 1; columns are code points."""

    __slots__ = ("at", "column", "line")

    def __init__(self, at: int = 0) -> None:
        self.at = at
        """The offset in the buffer that `line` and `column` belong to."""
        self.line = 1
        self.column = 1

    def move(self, data: memoryview, to: int) -> None:
        """Go on to offset `to` of `data`, not before the present one."""
        chunk = bytes(data[self.at : to])
        self.line, self.column = after(chunk, self.line, self.column)
        self.at = to


def after(chunk: bytes, line: int, column: int) -> tuple[int, int]:
    """The line and column behind `chunk`, which begins at `line` and `column`."""
    lines = chunk.count(b"\n")
    if lines:
        line, column, chunk = line + lines, 1, chunk[chunk.rfind(b"\n") + 1 :]
    return line, column + len(chunk.translate(None, _CONTINUATION))
