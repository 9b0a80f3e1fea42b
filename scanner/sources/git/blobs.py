"""Blobs by id as a shard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from scanner.model import Coverage, Origin, Skipped
from scanner.sources import Blob, Limits, Window, stream
from scanner.sources.git.command import Git, GitError
from scanner.sources.git.index import Entry
from scanner.sources.git.objects import Missing, objects
from scanner.sources.text import is_utf16, narrow
from scanner.sources.tree import BATCH, LARGE, display


class Blobs:
    """Blobs of one repository as a shard."""

    local: Final = False

    def __init__(self, git: Git, kind: Literal["index", "git"], entries: Sequence[Entry]) -> None:
        self.git = git
        self.kind = kind
        """Of their origins."""
        self.entries = entries

    def paths(self) -> list[str]:
        """Where they lie."""
        return [display(path) for path, _ in self.entries]

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        """Small ones many in a window, a large one in several; what cannot be read is skipped."""
        batch = _Batch()
        for (path, _), answer in zip(self.entries, objects(self.git, [id_ for _, id_ in self.entries]), strict=True):
            origin = Origin(self.kind, display(path))
            try:
                if isinstance(answer, Missing):
                    coverage.skipped.append(_missing(origin.path, answer))
                elif limits.max_file_size is not None and answer.size > limits.max_file_size:
                    detail = f"{answer.size} bytes; the limit is {limits.max_file_size}"
                    coverage.skipped.append(Skipped(origin.path, "too-large", detail))
                elif answer.size >= LARGE:
                    yield from stream.windows(answer.read, origin, origin.path, coverage)
                    coverage.read += 1
                else:
                    batch.add(answer.read(), origin)
                    if batch.used >= BATCH:
                        yield from batch.window(coverage)
                        batch = _Batch()
            except GitError as error:
                coverage.skipped.append(Skipped(origin.path, "unreadable", str(error)))
        yield from batch.window(coverage)


def _missing(path: str, answer: Missing) -> Skipped:
    if answer.detail == "missing":
        return Skipped(path, "missing", "its content is not in this clone; `git fetch` brings it")
    return Skipped(path, "unreadable", answer.detail)


class _Batch:
    """Small blobs, one after another."""

    def __init__(self) -> None:
        self.used = 0
        self.bytes = 0
        """Of the blobs as they are: one in UTF-16 takes half of its room."""
        self.parts: list[bytes] = []
        self.ends: list[int] = []
        self.origins: list[tuple[Origin, bool]] = []

    def add(self, data: bytes, origin: Origin) -> None:
        """Keep a blob."""
        self.bytes += len(data)
        wide = is_utf16(data[:4])
        if wide:
            data = narrow(data[2:], little=data[0] == 0xFF)
        self.used += len(data)
        self.parts.append(data)
        self.ends.append(self.used)
        self.origins.append((origin, wide))

    def window(self, coverage: Coverage) -> Iterator[Window]:
        """The one window of all of them, if there are any."""
        if self.parts:
            yield Window(memoryview(b"".join(self.parts)), self.ends, self._blob)
            coverage.read += len(self.ends)
            coverage.bytes += self.bytes

    def _blob(self, index: int) -> Blob:
        origin, wide = self.origins[index]
        start = self.ends[index - 1] if index else 0
        return Blob(origin, origin.path, start=start, offset=int(wide) - start, width=2 if wide else 1)
