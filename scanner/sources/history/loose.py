"""Loose objects: one a file, compressed, with kind and size before its bytes. gitrepository-layout(5)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Final

from isal import isal_zlib

from scanner.sources.history import inflate
from scanner.sources.history.packs import BLOB, COMMIT, TAG, TREE, UNKNOWN
from scanner.sources.history.walk import LARGE, WHOLE, Found, Trouble

_KINDS: Final = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
_FOLDER: Final = re.compile("[0-9a-f]{2}")
_HEADER: Final = 64
"""Bytes in which the header ends."""
_SMALL: Final = 1 << 15
"""Bytes of a file that is read in one go."""


def files(folder: str, width: int) -> Iterator[tuple[bytes, str]]:
    """The ids of the loose objects below a folder of objects, and their paths."""
    name = re.compile(f"[0-9a-f]{{{2 * width - 2}}}")
    try:
        folders = [name for name in os.listdir(folder) if _FOLDER.fullmatch(name)]
    except OSError:
        return
    for begin in folders:
        try:
            names = os.listdir(os.path.join(folder, begin))
        except OSError:
            continue
        for rest in filter(name.fullmatch, names):
            yield bytes.fromhex(begin + rest), os.path.join(folder, begin, rest)


def read(path: str) -> tuple[int, Found]:
    """Kind and bytes of an object, or why there are none."""
    try:
        with open(path, "rb") as file:
            first = file.read(_SMALL)
            kind, size, begin = _header(first)
            if size > WHOLE:
                return kind, LARGE
            rest = file.read(os.fstat(file.fileno()).st_size - len(first)) if len(first) == _SMALL else b""
        return kind, inflate.whole(memoryview(first + rest), begin + size)[begin:]
    except OSError as error:
        return UNKNOWN, Trouble("unreadable", error.strerror or "it cannot be read")
    except ValueError as error:
        return UNKNOWN, Trouble("unreadable", str(error))


def stream(path: str) -> tuple[int, Callable[[int], bytes]]:
    """The size of an object, and what reads it piece by piece; as `inflate.reader`. Raises OSError and ValueError."""
    with open(path, "rb") as file:
        _, size, begin = _header(file.read(_SMALL))
    return size, inflate.reader(_pieces(path), size, begin)


def _pieces(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(_SMALL):
            yield piece


def _header(data: bytes) -> tuple[int, int, int]:
    """Kind and size of an object, and where its bytes begin. Raises ValueError."""
    try:
        head = isal_zlib.decompressobj().decompress(data, _HEADER)
    except inflate.ERRORS:
        head = b""
    words, end, _ = head.partition(b"\0")
    kind, _, size = words.partition(b" ")
    if kind not in _KINDS or not size.isdigit() or not end:
        raise ValueError("the loose object is damaged")
    return _KINDS[kind], int(size), len(words) + 1
