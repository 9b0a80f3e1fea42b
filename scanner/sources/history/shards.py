"""Objects as shards: many small ones in one buffer, so that one scan serves them all; large ones in windows."""

from __future__ import annotations

import functools
import hashlib
import io
import mmap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from scanner.model import Coverage, Origin, Skipped
from scanner.sources import Blob, Limits, Version, Window, stream
from scanner.sources.git.command import Git, GitError
from scanner.sources.git.objects import Missing, objects
from scanner.sources.history import deltas
from scanner.sources.history.packs import BLOB, COMMIT, TAG, TREE
from scanner.sources.history.store import Place, Store, open_store
from scanner.sources.history.walk import COSTLY, Trouble
from scanner.sources.text import is_utf16, narrow

READ: Final = (COMMIT, BLOB, TAG)
"""The kinds of objects that hold text of people; what a tree holds are names."""
_BATCH: Final = 1 << 19
"""Bytes after which a buffer of objects is scanned: they are still in the processor's cache then."""
_LARGE: Final = 4 << 20
"""An object of this many bytes is scanned in windows: it would need too much room whole."""
_KINDS: Final = {COMMIT: b"commit", BLOB: b"blob", TAG: b"tag"}

Named = tuple[Origin, str]
"""An origin, and the path on which its context is judged."""


class Objects:
    """Some objects of a repository, by their numbers."""

    local: Final = False

    def __init__(
        self,
        git: Git,
        place: Place,
        numbers: Sequence[int],
        names: Mapping[int, Sequence[Named]] | None,
        *,
        prove: bool = False,
    ) -> None:
        self.git = git
        self.place = place
        self.numbers = numbers
        """In ascending order."""
        self.names = names
        """What each object is called, once for each of its names. None: each goes by its id, and what is there under
        another number, or is a tree, is passed over."""
        self.prove = prove
        """Whether to see which objects have the content that their ids promise: git itself does not look when it reads
        a pack, and its index may say anything."""
        self.proved: list[bytes] = []
        """The ids of those that have, as far as they were read here."""

    def paths(self) -> list[str]:
        """What its objects are called; without names, how many they are."""
        if self.names is None:
            return [f"{len(self.numbers)} objects from number {self.numbers[0]} on"]
        return [origin.path for names in self.names.values() for origin, _ in names]

    def _names(self, store: Store, number: int) -> Sequence[Named]:
        if self.names is not None:
            return self.names[number]
        return [(Origin("git", store.id_of(number)), "")]

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        """Small objects one after another; then the large ones, and what only git may be able to read."""
        store = open_store(self.place)
        called = functools.partial(self._names, store)
        batch = _Batch(called)
        numbers = self.numbers if self.names is not None else store.without_copies(self.numbers)
        most = _LARGE if limits.max_file_size is None else min(limits.max_file_size, _LARGE)
        troubled: list[int] = []
        for number, kind, found in store.read(numbers, batch.tell if self.names is None else None):
            if kind == TREE:
                continue
            coverage.planned += 1
            if found is COSTLY:  # For git, too.
                coverage.skipped += [Skipped(origin.path, COSTLY.reason, COSTLY.detail) for origin, _ in called(number)]
                continue
            if isinstance(found, Trouble):
                troubled.append(number)
                continue
            if self.prove:
                id_ = _id_of(kind, found, store.place.width)
                if id_.hex() == store.id_of(number):
                    self.proved.append(id_)
            if len(found) > most:
                for origin, path in called(number):
                    yield from _streamed((len(found), io.BytesIO(found).read), origin, path, limits, coverage)
                continue
            for index in range(len(called(number)) if self.names is not None else 1):
                batch.add(number, index, found)
                if batch.used >= _BATCH:
                    yield from batch.flush(coverage)
        yield from batch.flush(coverage)
        left: list[tuple[bytes, Named]] = []
        for number in troubled:
            for name in called(number):
                try:
                    opened = store.stream(number)
                    if opened:
                        yield from _streamed(opened, *name, limits, coverage)
                        continue
                except (OSError, ValueError):
                    pass
                left.append((store.id_of(number).encode(), name))
        yield from self._by_git(left, limits, coverage)
        store.let_go()

    def _by_git(self, asked: Sequence[tuple[bytes, Named]], limits: Limits, coverage: Coverage) -> Iterator[Window]:
        """Objects that git reads: it tries all copies, and takes those whole that are made from others."""
        for answer, (_, (origin, path)) in zip(objects(self.git, [id_ for id_, _ in asked]), asked, strict=True):
            try:
                if isinstance(answer, Missing):
                    detail = f"git reads it neither: {answer.detail}"
                    coverage.skipped.append(Skipped(origin.path, "unreadable", detail))
                elif answer.kind == "tree":
                    coverage.planned -= 1
                else:
                    yield from _streamed((answer.size, answer.read), origin, path, limits, coverage)
            except GitError as error:
                coverage.skipped.append(Skipped(origin.path, "unreadable", str(error)))


def _id_of(kind: int, data: bytes, width: int) -> bytes:
    """The id of the object that has this content; empty for one of no kind."""
    if kind not in _KINDS:
        return b""
    digest = (hashlib.sha1 if width == 20 else hashlib.sha256)(b"%b %d\0" % (_KINDS[kind], len(data)))
    digest.update(data)
    return digest.digest()


def _streamed(
    opened: tuple[int, Callable[[int], bytes]], origin: Origin, path: str, limits: Limits, coverage: Coverage
) -> Iterator[Window]:
    size, read = opened
    if limits.max_file_size is not None and size > limits.max_file_size:
        detail = f"{size} bytes; the limit is {limits.max_file_size}"
        coverage.skipped.append(Skipped(origin.path, "too-large", detail))
        return
    yield from stream.windows(read, origin, path, coverage)
    coverage.read += 1


@functools.cache
def _buffer() -> mmap.mmap:
    """The process's one buffer: a shard is read to its end before the next. It takes no memory until it is touched."""
    return mmap.mmap(-1, _BATCH + _LARGE, access=mmap.ACCESS_COPY)


class _Batch:
    """A buffer of objects, and what it holds."""

    def __init__(self, called: Callable[[int], Sequence[Named]]) -> None:
        self.called = called
        self.buffer = _buffer()
        self.view = memoryview(self.buffer)
        self.used = 0
        self.bytes = 0
        """Of the objects as they are: one in UTF-16 takes half of its room here."""
        self.ends: list[int] = []
        self.objects: list[tuple[int, int]] = []
        """Number, and which of its names is meant."""
        self.wide: set[int] = set()
        self.versions: list[Version | None] = []
        self.made: Version | None = None
        """What the next object is made from."""
        self.plain: set[int] = set()
        """The numbers of all objects so far that are here as they are."""

    def tell(self, number: int, base: int, delta: bytes) -> None:
        """Note what the next object is made from."""
        if base in self.plain:
            self.made = Version(number, base, functools.partial(deltas.changed, delta))

    def add(self, number: int, index: int, data: bytes) -> None:
        """Put an object behind those that are there."""
        self.bytes += len(data)
        if data[:1] in (b"\xff", b"\xfe") and is_utf16(data[:4]):
            data = narrow(data[2:], little=data[0] == 0xFF)
            self.wide.add(len(self.ends))
            self.versions.append(None)
        else:
            made, self.made = self.made, None
            self.versions.append(made if made and made.key == number else Version(number))
            self.plain.add(number)
        end = self.used + len(data)
        self.view[self.used : end] = data
        self.used = end
        self.ends.append(end)
        self.objects.append((number, index))

    def flush(self, coverage: Coverage) -> Iterator[Window]:
        """The window of what is there, if there is anything; then begin anew."""
        if not self.ends:
            return
        yield Window(self.view[: self.used], self.ends, self._blob, versions=self.versions)
        coverage.read += len(self.ends)
        coverage.bytes += self.bytes
        self.used = self.bytes = 0
        self.ends, self.objects, self.wide, self.versions = [], [], set(), []

    def _blob(self, at: int) -> Blob:
        number, index = self.objects[at]
        origin, path = self.called(number)[index]
        start = self.ends[at - 1] if at else 0
        wide = at in self.wide
        return Blob(origin, path, start=start, offset=int(wide) - start, width=2 if wide else 1)
