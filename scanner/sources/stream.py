"""Large blobs and streams, read in windows of bounded memory."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Final

from scanner.model import Coverage, Origin, Skipped
from scanner.sources import Blob, Limits, Part, Window
from scanner.sources.text import is_utf16, narrow

WINDOW: Final = 4 << 20
"""Bytes read at a time."""
LOOKBEHIND: Final = 4096
"""Bytes kept before the place where reading resumes: the line, and the line above, for suppressions."""


def windows(
    read: Callable[[int], bytes], origin: Origin, path: str, coverage: Coverage, *, size: int = WINDOW
) -> Iterator[Window]:
    """The windows over what `read(n)` gives: at most n bytes, none at the end.

    Each window begins where the reader stopped in the last one (`Part.resume`), with a little of what stands before.
    """
    head = _exactly(read, size)
    coverage.bytes += len(head)
    wide = is_utf16(head)
    little = head[:1] == b"\xff"
    odd = b""
    fresh, offset = head, 0
    if wide:
        fresh, odd, offset = _narrowed(head[2:], little=little)
    final = len(head) < size
    blob = Blob(origin, path, offset=offset, width=2 if wide else 1)
    buffer, dropped, floor = fresh, 0, 0
    while True:
        part = Part(dropped, floor, final=final)
        view = memoryview(buffer)
        yield Window(view, (len(buffer),), lambda _: blob, part)
        if final:
            return
        blob.locator.move(view, part.resume)
        dropped = max(part.resume - LOOKBEHIND, 0)
        floor = part.resume - dropped
        blob.locator.at -= dropped
        blob.offset += dropped
        chunk = _exactly(read, size)
        coverage.bytes += len(chunk)
        final = len(chunk) < size
        if wide:
            chunk, odd, _ = _narrowed(odd + chunk, little=little)
        buffer = bytes(view[dropped:]) + chunk


def _narrowed(data: bytes, *, little: bool) -> tuple[bytes, bytes, int]:
    """Narrowed text, the half unit left over, and the units that the byte order mark takes."""
    whole = len(data) & ~1
    return narrow(data[:whole], little=little), data[whole:], 1


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """`size` bytes, fewer only at the end: pipes give what they have."""
    first = read(size)
    if not first or len(first) == size:
        return first
    chunks, length = [first], len(first)
    while length < size and (chunk := read(size - length)):
        chunks.append(chunk)
        length += len(chunk)
    return b"".join(chunks)


class Stdin:
    """Standard input as one shard."""

    local: Final = True

    def __init__(self, descriptor: int = 0) -> None:
        self.descriptor = descriptor

    def paths(self) -> list[str]:
        """The dash that stands for it."""
        return ["-"]

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        """What comes until the end of input; whatever `limits` say of files."""
        coverage.planned += 1
        try:
            yield from windows(lambda size: os.read(self.descriptor, size), Origin("stdin", "-"), "", coverage)
            coverage.read += 1
        except OSError as error:
            coverage.skipped.append(Skipped("-", "unreadable", error.strerror or str(error)))


class Memory:
    """Bytes at hand as one shard."""

    local: Final = False

    def __init__(self, data: bytes, origin: Origin) -> None:
        self.data = data
        self.origin = origin

    def paths(self) -> list[str]:
        """Its origin's."""
        return [self.origin.path]

    def windows(self, limits: Limits, coverage: Coverage, size: int = WINDOW) -> Iterator[Window]:
        """All of them, `size` bytes at a time."""
        coverage.planned += 1
        yield from windows(io.BytesIO(self.data).read, self.origin, self.origin.path, coverage, size=size)
        coverage.read += 1
