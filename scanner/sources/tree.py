"""The work tree: folders and single files.

Folders are walked here, and their files read in the workers: many small files into one buffer, so that one scan serves
them all; a file that does not fit is read in windows. Nothing is followed or opened but regular files and folders.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import stat
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Final

from scanner.model import Coverage, Origin, Skipped
from scanner.sources import Blob, Limits, Window, stream
from scanner.sources.names import why_excluded
from scanner.sources.text import is_utf16, narrow

BATCH: Final = 1 << 19
"""Bytes after which a buffer of files is scanned: they are still in the processor's cache then."""
LARGE: Final = 16 << 20
"""A file of this many bytes is read in windows: it would need too much memory whole."""
SHARD_FILES: Final = 1024
"""Files a shard: enough that handing it to a worker costs nothing beside reading it."""
_FIRST_SHARD_FILES: Final = 64
_FEW_BYTES: Final = 32 << 20
"""Bytes a shard where there are no more files than these: a worker more takes as long to start as to read them."""
_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
"""A link or a FIFO put in a file's place after the walk is neither followed nor waited for."""

_OPEN_TARGET: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_OPEN_FOLDER: Final = _OPEN_TARGET | getattr(os, "O_NOFOLLOW", 0)
"""The target may be a link, which the user named; a folder below it was none when it was walked."""

Folder = tuple[bytes, list[bytes]]
"""A folder's path below the target (empty for the target itself) and the names of its files."""
LeftOut = Callable[[str, bool], bool]
"""Whether the policy leaves out a path (from the root) that is a folder or not."""


def display(path: bytes) -> str:
    """A path for people and reports: `/` between names, bytes that are not UTF-8 as `%XX`."""
    if os.sep != "/":
        path = path.replace(os.sep.encode(), b"/")
    try:
        return path.decode()
    except UnicodeDecodeError:
        text = path.decode("utf-8", "surrogateescape")
        return "".join(f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char for char in text)


class Files:
    """A batch of files below one target as a shard."""

    local: Final = False

    def __init__(self, target: bytes, prefix: bytes, below: bytes, folders: list[Folder]) -> None:
        self.target = target
        """The target folder, to be opened."""
        self.prefix = prefix
        """What stands before a path below the target in a report; empty, or ends in the separator."""
        self.below = below
        """What stands before it where the context is judged."""
        self.folders = folders

    def paths(self) -> list[str]:
        """Its files, from the root."""
        return [display(self.prefix + os.path.join(folder, name)) for folder, names in self.folders for name in names]

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        """Files one after another, in the order of the walk; those that one read does not give whole come last."""
        pack = _Pack(self)
        large = []
        view = pack.view
        most = LARGE - 1 if limits.max_file_size is None else min(limits.max_file_size, LARGE - 1)
        for number, (folder, names) in enumerate(self.folders):
            try:
                directory = os.open(os.path.join(self.target, folder), _OPEN_FOLDER if folder else _OPEN_TARGET)
            except OSError as error:
                coverage.skipped += [self._skipped(folder, name, error) for name in names]
                continue
            pack.enter(number)
            try:
                # The loop that a scan of a tree lives in: a call more a file is a hundredth of its time.
                for name in names:
                    try:
                        descriptor = os.open(name, _OPEN, dir_fd=directory)
                        try:
                            length = os.readv(descriptor, [view[pack.used :]])
                            # Cheaper than asking for the size, which some file systems do not know.
                            whole = not os.read(descriptor, 1) if length else _is_empty_file(descriptor)
                        finally:
                            os.close(descriptor)
                    except OSError as error:
                        coverage.skipped.append(self._skipped(folder, name, error))
                        continue
                    if not whole or length > most:
                        large.append((folder, name))
                        continue
                    pack.add(name, length)
                    if pack.used >= BATCH:
                        yield from pack.flush(coverage)
            finally:
                os.close(directory)
        yield from pack.flush(coverage)
        for folder, name in large:
            yield from self._large(folder, name, limits, coverage)

    def _large(self, folder: bytes, name: bytes, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        path = os.path.join(folder, name)
        try:
            descriptor = os.open(os.path.join(self.target, path), _OPEN)
        except OSError as error:
            coverage.skipped.append(self._skipped(folder, name, error))
            return
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                coverage.skipped.append(Skipped(display(self.prefix + path), "changed", "it is no longer a file"))
                return
            if limits.max_file_size is not None and before.st_size > limits.max_file_size:
                detail = f"{before.st_size} bytes; the limit is {limits.max_file_size}"
                coverage.skipped.append(Skipped(display(self.prefix + path), "too-large", detail))
                return
            yield from stream.windows(
                lambda size: os.read(descriptor, size), self._origin(path), display(self.below + path), coverage
            )
            coverage.read += 1
            now = os.fstat(descriptor)
            if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                coverage.skipped.append(Skipped(display(self.prefix + path), "changed", "it changed while it was read"))
        except OSError as error:
            coverage.skipped.append(self._skipped(folder, name, error))
        finally:
            os.close(descriptor)

    def _origin(self, path: bytes) -> Origin:
        return Origin("file", display(self.prefix + path))

    def _skipped(self, folder: bytes, name: bytes, error: OSError) -> Skipped:
        return skipped(self.prefix + os.path.join(folder, name), error)


def _is_empty_file(descriptor: int) -> bool:
    """Whether that which gave no byte is a file: a pipe that took its place gives none either."""
    status = os.fstat(descriptor)
    return stat.S_ISREG(status.st_mode) and not status.st_size


@cache
def _buffer() -> mmap.mmap:
    """The process's one buffer: a shard is read to its end before the next. It takes no memory until it is touched.

    A private mapping: a shared one would be written by all processes that are forked from this one.
    """
    return mmap.mmap(-1, BATCH + LARGE, access=mmap.ACCESS_COPY)


class _Pack:
    """A buffer that files are read into, and what it holds."""

    def __init__(self, shard: Files) -> None:
        self.shard = shard
        self.buffer = _buffer()
        self.view = memoryview(self.buffer)
        self.used = 0
        self.bytes = 0
        """Of the files as they are: one in UTF-16 takes half of its room here."""
        self.ends: list[int] = []
        self.names: list[bytes] = []
        self.folder = 0
        self.firsts: list[tuple[int, int]] = []
        """Where the files of a folder begin in `names`, and which folder it is."""
        self.wide: set[int] = set()

    def enter(self, folder: int) -> None:
        """Say that the files to come are those of that folder of the shard."""
        self.folder = folder
        self.firsts.append((len(self.names), folder))

    def add(self, name: bytes, length: int) -> None:
        """Keep the `length` bytes behind those used: a file of the present folder."""
        start, end = self.used, self.used + length
        if length > 1 and self.buffer[start] >= 0xFE and is_utf16(bytes(self.view[start : start + 4])):
            data = narrow(bytes(self.view[start + 2 : end]), little=self.buffer[start] == 0xFF)
            end = start + len(data)
            self.view[start:end] = data
            self.wide.add(len(self.ends))
        self.used = end
        self.bytes += length
        self.ends.append(end)
        self.names.append(name)

    def flush(self, coverage: Coverage) -> Iterator[Window]:
        """The window of what is kept, if there is any; then begin anew."""
        if not self.ends:
            return
        yield Window(self.view[: self.used], self.ends, self._blob)
        coverage.read += len(self.ends)
        coverage.bytes += self.bytes
        self.used = self.bytes = 0
        self.ends, self.names, self.wide = [], [], set()
        self.firsts = [(0, self.folder)]

    def _blob(self, index: int) -> Blob:
        shard = self.shard
        _, folder = self.firsts[bisect_right(self.firsts, index, key=itemgetter(0)) - 1]
        path = os.path.join(shard.folders[folder][0], self.names[index])
        start = self.ends[index - 1] if index else 0
        wide = index in self.wide
        return Blob(
            Origin("file", display(shard.prefix + path)),
            display(shard.below + path),
            start=start,
            offset=int(wide) - start,
            width=2 if wide else 1,
        )


def skipped(path: bytes, error: OSError) -> Skipped:
    """What could not be read, with the system's word for why."""
    reason = "vanished" if error.errno in (errno.ENOENT, errno.ESTALE) else "unreadable"
    return Skipped(display(path), reason, os.strerror(error.errno) if error.errno else str(error))


def shards(
    target: bytes,
    prefix: bytes,
    coverage: Coverage,
    *,
    vendored: bool,
    left_out: LeftOut | None = None,
    apart: frozenset[bytes] = frozenset(),
) -> Iterator[Files]:
    """Walk the folder `target`; `coverage` gets what is planned, excluded and unreadable as the walk goes.

    What is `apart`, by its path from the root, is read on its own and passed over here.
    The first shard is small, so that a worker, or a small scan, need not wait for the walk. A few files are parted by
    what they hold: logs can be large.
    """
    batch: list[Folder] = []
    count, full = 0, _FIRST_SHARD_FILES
    for folder, names in _walk(target, prefix, coverage, vendored=vendored, left_out=left_out, apart=apart):
        coverage.planned += len(names)
        for at in range(0, len(names), SHARD_FILES):
            some = names[at : at + SHARD_FILES]
            batch.append((folder, some))
            count += len(some)
            if count >= full:
                yield Files(target, prefix, b"", batch)
                batch, count, full = [], 0, SHARD_FILES
    for part in _by_size(target, batch) if full == _FIRST_SHARD_FILES else [batch]:
        if part:
            yield Files(target, prefix, b"", part)


def _by_size(target: bytes, folders: Sequence[Folder]) -> Iterator[list[Folder]]:
    """The same files, in parts of some bytes each."""
    part: list[Folder] = []
    size = 0
    for folder, names in folders:
        for name in names:
            if size >= _FEW_BYTES:
                yield part
                part, size = [], 0
            if not part or part[-1][0] != folder:
                part.append((folder, []))
            part[-1][1].append(name)
            with contextlib.suppress(OSError):  # it is told when it is read
                size += os.lstat(os.path.join(target, folder, name)).st_size
    yield part


def single(path: bytes, prefix: bytes, below: bytes, coverage: Coverage) -> Iterator[Files]:
    """One file, or one link to a file, named by the user; `prefix` and `below` are its folder's."""
    coverage.planned += 1
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        coverage.skipped.append(skipped(path, error))
        return
    if not stat.S_ISREG(mode):
        detail = f"it is a {_nature(mode)}, not a file; pipe what it gives into `-`"
        coverage.skipped.append(Skipped(display(path), "unreadable", detail))
        return
    folder, name = os.path.split(os.path.realpath(path))
    yield Files(folder, prefix, below, [(b"", [name])])


def _walk(
    target: bytes,
    prefix: bytes,
    coverage: Coverage,
    *,
    vendored: bool,
    left_out: LeftOut | None,
    apart: frozenset[bytes],
) -> Iterator[Folder]:
    stack = [b""]
    while stack:
        folder = stack.pop()
        files: list[bytes] = []
        folders: list[bytes] = []
        others: list[bytes] = []
        try:
            with os.scandir(os.path.join(target, folder)) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        files.append(entry.name)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    else:
                        others.append(entry.name)
        except OSError as error:
            coverage.planned += 1
            coverage.skipped.append(skipped(prefix + folder or b".", error))
        if _is_bare_repository(folder, files, folders):
            coverage.exclude("version-control", display(prefix + folder))
            continue
        if b".git" in files:
            files.remove(b".git")
            coverage.exclude("version-control", display(prefix + os.path.join(folder, b".git")))
        if folder and b"pyvenv.cfg" in files and not vendored:
            coverage.exclude("vendored", display(prefix + folder))
            continue
        for name in sorted(others):
            path = os.path.join(folder, name)
            with contextlib.suppress(FileNotFoundError):
                coverage.exclude(_nature(os.lstat(os.path.join(target, path)).st_mode), display(prefix + path))
        if apart:
            files = [name for name in files if prefix + os.path.join(folder, name) not in apart]
        files.sort()
        for name in sorted(folders, reverse=True):
            path = os.path.join(folder, name)
            if prefix + path in apart:
                continue
            reason = why_excluded(name, vendored)
            if reason is None and left_out and left_out(display(prefix + path), True):
                reason = "policy"
            if reason:
                coverage.exclude(reason, display(prefix + path))
            else:
                stack.append(path)
        if left_out:
            files = list(_kept(folder, files, prefix, coverage, left_out))
        if files:
            yield folder, files


def _kept(
    folder: bytes, files: Sequence[bytes], prefix: bytes, coverage: Coverage, left_out: LeftOut
) -> Iterator[bytes]:
    for name in files:
        path = display(prefix + os.path.join(folder, name))
        if left_out(path, False):
            coverage.exclude("policy", path)
        else:
            yield name


def _is_bare_repository(folder: bytes, files: Sequence[bytes], folders: Sequence[bytes]) -> bool:
    """Whether this folder below the target holds a repository without a work tree: its objects are no files to read."""
    return bool(folder) and b"HEAD" in files and b"objects" in folders and b"refs" in folders


def _nature(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISFIFO(mode):
        return "fifo"
    return "socket" if stat.S_ISSOCK(mode) else "device"
