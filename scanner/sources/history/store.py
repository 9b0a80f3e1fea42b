"""The objects of a repository, in packs and loose, each once, whichever of them holds it. gitrepository-layout(5)."""

from __future__ import annotations

import functools
import itertools
import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

import numpy as np

from scanner.model import Coverage, Skipped
from scanner.sources.git.command import Git
from scanner.sources.history import inflate, loose, walk
from scanner.sources.history.ids import Array, Ids, matrix, prefixes
from scanner.sources.history.packs import UNKNOWN, Index, Pack, PackError, read_index, read_multi_index
from scanner.sources.history.walk import Found, Tell, Trouble
from scanner.sources.tree import display, skipped

T = TypeVar("T")

_WIDTHS: Final = {b"sha1": 20, b"sha256": 32}
_FOLDERS: Final = 64
"""Object folders that are followed through alternates; git follows a chain of five."""
_ALTERNATES: Final = 1 << 20
"""Bytes of a list of alternates that are read."""
_LOOSE_SPAN: Final = 512
_BASES: Final = 64
"""Packs that one object may be made through, by bases that stand in other packs."""


class Place(NamedTuple):
    """Where a repository keeps its objects: all that a worker needs to read them."""

    folders: tuple[str, ...]
    """Its `objects`, and what else git was told of; more folders may be named in them."""
    width: int
    """Bytes of an id: 20 for SHA-1, 32 for SHA-256."""


def place_of(git: Git) -> Place:
    """Where the objects of git's repository are."""
    repository = git.repository
    given = dict(repository.variables)
    more = given.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "").split(os.pathsep)
    own = given.get("GIT_OBJECT_DIRECTORY") or str(repository.common_dir / "objects")
    return Place((own, *filter(None, more)), _WIDTHS.get(git.run("rev-parse", "--show-object-format").strip(), 20))


@functools.lru_cache(2)
def open_store(place: Place) -> Store:
    """The store of a repository; a worker that is forked has its parent's."""
    return Store(place)


class Store:
    """All objects of a repository by number: those of the packs in the order in which they are read, then the loose."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.coverage = Coverage()
        """What could not be opened."""
        self.packs: list[Pack] = []
        files: dict[bytes, str] = {}
        for folder in _folders(place.folders, self.coverage):
            self.packs += self._packs_of(os.path.join(folder, "pack"))
            for id_, path in loose.files(folder, place.width):
                files.setdefault(id_, path)
        self.starts: list[int] = [0, *itertools.accumulate(map(len, self.packs))]
        """The first number of each pack, and of the loose objects."""
        self.loose = sorted(files.items())
        self._index()

    def _index(self) -> None:
        """Find the number of each id; of copies, that of the first."""
        width = self.place.width
        ids = [pack.ids.rows for pack in self.packs]
        numbers: list[Array] = [
            pack.position + start if start else pack.position
            for pack, start in zip(self.packs, self.starts, strict=False)
        ]
        if self.loose:
            ids.append(matrix(b"".join(id_ for id_, _ in self.loose), width))
            numbers.append(np.arange(len(self.loose)) + self.starts[-1])
        self.copies = np.empty(0, np.int64)
        """Numbers of objects that are there under another number too."""
        if len(ids) == 1:
            self.ids, self.numbers = Ids(ids[0]), numbers[0]
            return
        rows = np.concatenate([*ids, np.empty((0, width), np.uint8)])
        both = np.concatenate([*numbers, np.empty(0, np.int64)]).astype(np.int64)
        keys = prefixes(rows)
        # Those of each pack are in order already, which makes this quick.
        order = np.argsort(keys, kind="stable")
        alike = np.flatnonzero(keys[order][1:] == keys[order][:-1])
        if (rows[order[alike]] != rows[order[alike + 1]]).any():
            # Ids that begin alike, and are not the same, are made on purpose.
            words = np.ascontiguousarray(rows).view(">u4").astype(np.uint32)
            order = np.lexsort((both, *reversed(words.T)))
        rows, both = rows[order], both[order]
        first = np.append(True, (rows[1:] != rows[:-1]).any(axis=1))[: len(rows)]
        self.ids, self.numbers, self.copies = Ids(rows[first]), both[first], np.sort(both[~first])

    def _packs_of(self, folder: str) -> Iterator[Pack]:
        try:
            names = frozenset(os.listdir(folder))
        except OSError:
            return
        packs = sorted(name[:-5] for name in names if name.startswith("pack-") and name.endswith(".pack"))
        several: dict[str, Index] = {}
        if "multi-pack-index" in names and any(f"{name}.idx" not in names for name in packs):
            several = self._opened(os.path.join(folder, "multi-pack-index"), read_multi_index) or {}
        for name in packs:
            path = os.path.join(folder, f"{name}.pack")
            index = several.get(name)
            if f"{name}.idx" in names:
                index = self._opened(os.path.join(folder, f"{name}.idx"), read_index)
            elif index is None:
                self.coverage.skipped.append(Skipped(display(os.fsencode(path)), "unreadable", "it has no index"))
            if index and (pack := self._opened(path, functools.partial(Pack, index))):
                yield pack

    def _opened(self, path: str, read: Callable[[str, int], T]) -> T | None:
        """What `read` makes of a file, None where that cannot be used."""
        try:
            return read(path, self.place.width)
        except PackError as error:
            self.coverage.skipped.append(Skipped(display(os.fsencode(path)), "unreadable", str(error)))
        except OSError as error:
            self.coverage.skipped.append(skipped(os.fsencode(path), error))
        return None

    def __len__(self) -> int:
        return self.starts[-1] + len(self.loose)

    def find(self, ids: Array) -> Array:
        """The number of each id of a matrix, -1 for one that is not here."""
        rows = self.ids.find(ids)
        return np.where(rows >= 0, self.numbers[rows], -1) if len(self.ids) else rows

    def find_one(self, id_: str) -> int:
        """The number of an id of 40 or 64 hex digits, -1 if it is not here."""
        return int(self.find(matrix(bytes.fromhex(id_), self.place.width))[0])

    def id_of(self, number: int) -> str:
        """The id of an object, in hex."""
        pack, position = self._at(number)
        if pack is None:
            return self.loose[position][0].hex()
        id_: bytes = pack.ids.rows[pack.row[position]].tobytes()
        return id_.hex()

    def _at(self, number: int) -> tuple[Pack | None, int]:
        """The pack of an object, None for a loose one, and where it is there."""
        which = bisect_right(self.starts, number) - 1
        return self.packs[which] if which < len(self.packs) else None, number - self.starts[which]

    def spans(self, kinds: Sequence[int], size: int) -> Iterator[range]:
        """Stretches of the numbers of all objects of these kinds, of about `size` bytes each.

        Among them are those whose kind shows when they are read: loose ones, and some in broken packs.
        """
        for pack, start in zip(self.packs, self.starts, strict=False):
            for kind in (UNKNOWN, *kinds):
                for stretch in pack.stretches(int(pack.first[kind]), int(pack.first[kind + 1]), size):
                    yield range(start + stretch.start, start + stretch.stop)
        files = range(self.starts[-1], len(self))
        yield from (files[at : at + _LOOSE_SPAN] for at in range(0, len(files), _LOOSE_SPAN))

    def without_copies(self, numbers: Sequence[int]) -> Sequence[int]:
        """The numbers, which ascend, without those of objects that are there under another one too."""
        first, end = np.searchsorted(self.copies, [numbers[0], numbers[-1] + 1]).tolist() if numbers else (0, 0)
        if first == end:
            return numbers
        copies = frozenset(self.copies[first:end].tolist())
        return [number for number in numbers if number not in copies]

    def read(self, numbers: Sequence[int], tell: Tell | None = None) -> Iterator[tuple[int, int, Found]]:
        """Number, kind and bytes of objects whose numbers ascend; or why there are no bytes."""
        for which, group in itertools.groupby(numbers, lambda number: bisect_right(self.starts, number) - 1):
            start = self.starts[which]
            positions = [number - start for number in group]
            if which == len(self.packs):
                for position in positions:
                    yield start + position, *loose.read(self.loose[position][1])
                continue
            pack = self.packs[which]
            kinds = pack.kind[positions].tolist()
            told = functools.partial(_tell, tell, start) if tell else None
            for (position, found), kind in zip(walk.walk(pack, positions, told), kinds, strict=True):
                if kind == UNKNOWN:
                    yield start + position, *self._alone(pack, position)
                else:
                    yield start + position, kind, found

    def let_go(self) -> None:
        """Have the system take back the memory of what was read of the packs."""
        for pack in self.packs:
            pack.let_go()

    def one(self, number: int) -> tuple[int, Found]:
        """Kind and bytes of one object, or why there are no bytes."""
        ((_, kind, found),) = self.read([number])
        return kind, found

    def stream(self, number: int) -> tuple[int, Callable[[int], bytes]] | None:
        """Size and reader (as `inflate.reader`) of a large object; None for one that is made from another.

        Raises OSError and ValueError.
        """
        pack, position = self._at(number)
        if pack is None:
            return loose.stream(self.loose[position][1])
        if pack.parent[position] >= 0 or pack.kind[position] == UNKNOWN:
            return None
        begin, limit, size = (int(column[position]) for column in (pack.begin, pack.limit, pack.size))
        return size, inflate.reader(inflate.pieces(memoryview(pack.data)[begin:limit]), size)

    def _alone(self, pack: Pack, position: int, bases: int = 0) -> tuple[int, Found]:
        """An object that is made, in some steps, from one that another pack, or a loose file, holds."""
        chain = [position]
        while (parent := int(pack.parent[chain[-1]])) >= 0:
            chain.append(parent)
        place = pack.base.get(chain[-1])
        if place is None or bases > _BASES:
            return UNKNOWN, Trouble("unreadable", "it is of an unknown kind, or made from itself")
        number = int(self.find(matrix(pack.data[place : place + self.place.width], self.place.width))[0])
        if number < 0:
            return UNKNOWN, Trouble("unreadable", "its base is missing")
        holder, at = self._at(number)
        if holder is None:
            kind, found = loose.read(self.loose[at][1])
        elif holder.kind[at] == UNKNOWN:
            kind, found = self._alone(holder, at, bases + 1)
        else:
            kind, found = self.one(number)
        for link in reversed(chain):
            found = walk.made(pack, link, found)
        return kind, found


def _tell(tell: Tell, start: int, position: int, base: int, delta: bytes) -> None:
    tell(start + position, start + base, delta)


def _folders(folders: Sequence[str], coverage: Coverage) -> list[str]:
    """Folders of objects, and those that they borrow from, each once."""
    found: dict[str, str] = {}
    waiting = list(folders)
    while waiting:
        if len(found) == _FOLDERS:
            detail = f"objects are borrowed from more than {_FOLDERS} folders"
            coverage.skipped.append(Skipped(display(os.fsencode(folders[0])), "unreadable", detail))
            break
        path = waiting.pop(0)
        real = os.path.realpath(path)
        if real in found:
            continue
        found[real] = path
        if not os.path.isdir(path):
            detail = "objects are borrowed from this folder, which is not there"
            coverage.skipped.append(Skipped(display(os.fsencode(path)), "vanished", detail))
            continue
        waiting += (os.path.join(path, line) for line in _alternates(os.path.join(path, "info", "alternates")))
    return list(found.values())


def _alternates(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as file:
            lines = file.read(_ALTERNATES).split(b"\n")
    except OSError:
        return
    for line in lines:
        if line and not line.startswith(b"#") and b"\0" not in line:
            yield os.fsdecode(_unquoted(line))


def _unquoted(line: bytes) -> bytes:
    """A path that may stand between quotation marks, as C writes texts."""
    if len(line) < 2 or line[:1] != b'"' or line[-1:] != b'"':
        return line
    escapes = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}

    def plain(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8) & 255]) if code.isdigit() else escapes.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, line[1:-1], flags=re.DOTALL)
