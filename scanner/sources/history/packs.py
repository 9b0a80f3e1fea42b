"""One pack: where each object lies and what it is made from, told for all objects at once. gitformat-pack(5).

The objects stand in the order in which they are cheapest to read: those of a kind together, and each right before what
is made from it, so that a stretch of positions is a stretch of work.
"""

from __future__ import annotations

import itertools
import mmap
import os
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from scanner.sources.history.ids import Array, Ids

UNKNOWN, COMMIT, TREE, BLOB, TAG = range(5)
"""Kinds of objects, by git's numbers. An object of unknown kind is one that is read on its own, if at all."""
_OFFSET_DELTA: Final = 6
_ID_DELTA: Final = 7
_VERSIONS: Final = (2, 3)
_EACH: Final = 1_000
"""Bytes that take as long to read as an object does whatever its size."""
_LEVELS: Final = 5_000
"""Deltas upon deltas that are followed; git itself makes 4,095 at most."""


class PackError(Exception):
    """The pack, or its index, is not what git writes."""


class Index(NamedTuple):
    """What an index tells of one pack."""

    ids: Array
    """A row each, sorted."""
    offsets: Array
    """Where each begins in the pack."""


class Pack:
    """A pack whose objects can be read. All arrays but `ids` are by position."""

    def __init__(self, index: Index, path: str, width: int) -> None:
        """`width` is the bytes of an id. Raises PackError and OSError."""
        self.path = path
        self.data = _map(path)
        self.ids = Ids(index.ids)
        """The row of an id is not its position: see `row` and `position`."""
        if len(self.data) < 12 + width or self.data[:4] != b"PACK":
            raise PackError("it is no pack")
        if int.from_bytes(self.data[4:8]) not in _VERSIONS:
            raise PackError("it is of a version that is not known here")
        if int.from_bytes(self.data[8:12]) != len(self.ids):
            raise PackError("it holds another number of objects than its index")
        self._lay_out(index, width)
        self.let_go()

    def let_go(self) -> None:
        """Have the system take back the memory of what was read of the file; it is read again where it is needed.

        Where objects lie is told by nearly every page, and what one shard is made of seldom serves the next one.
        """
        if hasattr(self.data, "madvise"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def __len__(self) -> int:
        return len(self.row)

    def stretches(self, first: int, end: int, size: int) -> Iterator[range]:
        """The positions from `first` to before `end`, in ranges of about `size` bytes of objects each.

        How large a delta's object is shows when it is made: it is taken to be as large as the root of its family.
        """
        if first >= end:
            return
        roots = np.flatnonzero(self.parent[first:end] < 0)
        family = np.diff(np.append(roots, end - first))
        guess = np.repeat(self.size[first:end][roots], family) + _EACH
        mark = np.cumsum(guess) // size
        cuts = first + np.flatnonzero(np.append(True, mark[1:] != mark[:-1]))
        yield from (range(a, b) for a, b in itertools.pairwise([*cuts.tolist(), end]))

    def _lay_out(self, index: Index, width: int) -> None:
        end = len(self.data) - width
        order = np.argsort(index.offsets, kind="stable")
        starts = index.offsets[order].astype(np.int64)
        headers = _headers(np.frombuffer(self.data, np.uint8), starts, end, self.ids, order, width)
        forest = _forest(headers.parent, headers.kind)
        by_position = forest.order
        self.begin = headers.begin[by_position]
        """Where its compressed bytes begin."""
        self.limit = np.append(starts[1:], end)[by_position]
        """Where they end at the latest."""
        self.size = headers.size[by_position]
        """Bytes of what is compressed: the object, or the delta that makes it."""
        self.kind = forest.kind[by_position]
        self.until = forest.until
        """The position behind the last object that is made from this one, in whatever many steps."""
        self.parent = forest.parent
        """The position of what it is made from; -1 for an object that stands for itself or is not understood."""
        borrowed = np.flatnonzero(headers.base[by_position])
        self.base: dict[int, int] = dict(
            zip(borrowed.tolist(), headers.base[by_position][borrowed].tolist(), strict=True)
        )
        """By position, where in the pack the id of a base stands that this pack does not hold."""
        self.row = order[by_position].astype(np.int32)
        self.position = np.empty(len(order), np.int32)
        """The position of each row of `ids`."""
        self.position[self.row] = np.arange(len(order), dtype=np.int32)
        self.first = np.searchsorted(self.kind, np.arange(TAG + 2))
        """The first position of each kind."""


class _Headers(NamedTuple):
    """What stands before the compressed bytes of each object; in the order of the pack."""

    begin: Array
    size: Array
    kind: Array
    """UNKNOWN for deltas and for what is not understood."""
    parent: Array
    """The object that a delta is made for, -1 without one."""
    base: Array


def _headers(data: Array, starts: Array, end: int, ids: Ids, order: Array, width: int) -> _Headers:
    count = len(starts)
    sound = (starts >= 12) & (starts < end)
    at = np.where(sound, starts, 12)
    byte = data[at].astype(np.int64)
    kind, size = (byte >> 4 & 7).astype(np.uint8), byte & 15
    at += 1
    shift, more = 4, np.flatnonzero(byte & 0x80)
    while len(more):
        sound[more[at[more] >= end]] = False
        more = more[at[more] < end]
        byte = data[at[more]].astype(np.int64)
        at[more] += 1
        size[more] |= (byte & 0x7F) << shift
        shift += 7
        more = more[(byte & 0x80) != 0]
        if shift > 55 and len(more):  # No object has 2⁵⁶ bytes.
            sound[more] = False
            break

    parent, base = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    deltas = np.flatnonzero((kind == _OFFSET_DELTA) & sound & (at < end))
    back, at[deltas] = _distances(data, at[deltas], end)
    target = starts[deltas] - back
    found = np.minimum(np.searchsorted(starts, target), count - 1)
    parent[deltas] = np.where((starts[found] == target) & (back > 0), found, -1)

    deltas = np.flatnonzero((kind == _ID_DELTA) & sound & (at + width < end))
    if len(deltas):
        rows = ids.find(data[at[deltas][:, None] + np.arange(width)])
        place = np.empty(count, np.int64)
        place[order] = np.arange(count)
        parent[deltas] = np.where(rows >= 0, place[rows], -1)
        base[deltas] = np.where(rows >= 0, 0, at[deltas])
        at[deltas] += width
    kind[(kind > TAG) | ~sound | (at >= end)] = UNKNOWN
    parent[kind != UNKNOWN] = -1
    return _Headers(at, size, kind, parent, base)


def _distances(data: Array, at: Array, end: int) -> tuple[Array, Array]:
    """How far back the base of each delta is, 0 where that is not to be read, and where the number ends."""
    at = at.copy()
    byte = data[at].astype(np.int64) if len(at) else np.empty(0, np.int64)
    at += 1
    back, more = byte & 0x7F, np.flatnonzero(byte & 0x80)
    for _ in range(7):
        if not len(more):
            break
        back[more[at[more] >= end]] = 0
        more = more[at[more] < end]
        byte = data[at[more]].astype(np.int64)
        at[more] += 1
        back[more] = (back[more] + 1) << 7 | byte & 0x7F
        more = more[(byte & 0x80) != 0]
    back[more] = 0
    return back, at


class _Forest(NamedTuple):
    """The objects with what is made from them."""

    order: Array
    """The object at each position."""
    kind: Array
    """In the order of the pack: a delta is of its base's kind."""
    until: Array
    """By position."""
    parent: Array
    """By position, as a position."""


def _forest(parent: Array, kind: Array) -> _Forest:
    """Every object right before what is made from it, those of one kind together.

    What hangs in a ring, or below too many others, is of unknown kind and made from nothing.
    """
    count = len(parent)
    made = np.flatnonzero(parent >= 0)
    made = made[np.argsort(parent[made], kind="stable")]
    children = np.bincount(parent[made], minlength=count)
    first = np.cumsum(children) - children
    roots = np.flatnonzero(parent < 0)
    kind = kind.copy()
    levels = [roots]
    while len(levels) < _LEVELS:
        level = levels[-1]
        level = level[children[level] > 0]
        if not len(level):
            break
        below = made[_ranges(first[level], children[level])]
        kind[below] = kind[parent[below]]
        levels.append(below)
    placed = np.zeros(count, bool)
    for level in levels:
        placed[level] = True
    lost = np.flatnonzero(~placed)
    kind[lost] = UNKNOWN
    parent = parent.copy()
    parent[lost] = -1
    levels[0] = roots = np.concatenate((roots, lost))
    roots = levels[0] = roots[np.argsort(kind[roots], kind="stable")]

    family = np.ones(count, np.int64)
    """How many are made from it, itself among them."""
    for level in reversed(levels[1:]):
        np.add.at(family, parent[level], family[level])
    position = np.empty(count, np.int64)
    position[roots] = np.cumsum(family[roots]) - family[roots]
    for level in levels[1:]:
        before = np.cumsum(family[level]) - family[level]
        # Those of one parent stand together: what is before the first of them is none of theirs.
        heads = np.flatnonzero(np.append(True, parent[level][1:] != parent[level][:-1]))
        before -= np.repeat(before[heads], np.diff(np.append(heads, len(level))))
        position[level] = position[parent[level]] + 1 + before
    order = np.empty(count, np.int64)
    order[position] = np.arange(count)
    by_position = parent[order]
    return _Forest(
        order,
        kind,
        (position + family)[order].astype(np.int32),
        np.where(by_position >= 0, position[by_position], -1).astype(np.int32),
    )


def _ranges(starts: Array, lengths: Array) -> Array:
    """All numbers from each start on, as many as its length says."""
    skipped = np.cumsum(lengths) - lengths
    numbers: Array = np.arange(int(lengths.sum())) + np.repeat(starts - skipped, lengths)
    return numbers


def _map(path: str) -> mmap.mmap:
    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size:
            raise PackError("it is empty")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def read_index(path: str, width: int) -> Index:
    """A pack's own index, of version 1 or 2. Raises PackError and OSError."""
    data = _map(path)
    if len(data) < 4 * 256 + 2 * width:
        raise PackError("its index is cut short")
    if data[:4] != b"\xfftOc":
        return _first_version(data, width)
    if data[4:8] != b"\0\0\0\2":
        raise PackError("its index is of a version that is not known here")
    count = _count(data, 8)
    at = 8 + 4 * 256
    end = at + (width + 8) * count
    large = len(data) - 2 * width - end
    if large < 0 or large % 8:
        raise PackError("its index is cut short")
    ids = np.frombuffer(data, np.uint8, width * count, at).reshape(count, width)
    offsets = np.frombuffer(data, ">u4", count, at + (width + 4) * count).astype(np.int64)
    return Index(ids, _with_large(offsets, np.frombuffer(data, ">u8", large // 8, end)))


def _first_version(data: mmap.mmap, width: int) -> Index:
    count = _count(data, 0)
    if len(data) != 4 * 256 + (4 + width) * count + 2 * width:
        raise PackError("its index is cut short")
    rows = np.frombuffer(data, np.uint8, (4 + width) * count, 4 * 256).reshape(count, 4 + width)
    offsets = np.ascontiguousarray(rows[:, :4]).view(">u4").ravel().astype(np.int64)
    return Index(np.ascontiguousarray(rows[:, 4:]), offsets)


def _count(data: mmap.mmap, at: int) -> int:
    fanout = np.frombuffer(data, ">u4", 256, at).astype(np.int64)
    if (np.diff(fanout) < 0).any():
        raise PackError("its index is out of order")
    return int(fanout[-1])


def _with_large(offsets: Array, large: Array) -> Array:
    """Offsets of which those with the highest bit number an entry of the table of large ones."""
    far = np.flatnonzero(offsets >> 31)
    if len(far):
        entry = offsets[far] & 0x7FFFFFFF
        if entry.max() >= len(large):
            raise PackError("its index is cut short")
        offsets[far] = np.minimum(large[entry], 1 << 62).astype(np.int64)
    return offsets


def read_multi_index(path: str, width: int) -> dict[str, Index]:
    """The index of several packs, as the index of each by the pack's name without ending. Raises PackError, OSError.

    Of an object that several packs hold it knows one alone.
    """
    data = _map(path)
    if data[:5] != b"MIDX\1" or len(data) < 12:
        raise PackError("the multi-pack index is of a version that is not known here")
    chunks: dict[bytes, tuple[int, int]] = {}
    for number in range(data[6]):
        entry = 12 + 12 * number
        begin, end = (int.from_bytes(data[at + 4 : at + 12]) for at in (entry, entry + 12))
        if not 12 <= begin <= end <= len(data):
            raise PackError("the multi-pack index is cut short")
        chunks[data[entry : entry + 4]] = begin, end
    try:
        (names, names_end), (lookup, lookup_end), (places, places_end) = (
            chunks[name] for name in (b"PNAM", b"OIDL", b"OOFF")
        )
    except KeyError:
        raise PackError("the multi-pack index lacks a part") from None
    count = (lookup_end - lookup) // width
    if (places_end - places) // 8 != count:
        raise PackError("the multi-pack index is cut short")
    ids = np.frombuffer(data, np.uint8, width * count, lookup).reshape(count, width)
    entries = np.frombuffer(data, ">u4", 2 * count, places).reshape(count, 2).astype(np.int64)
    begin, end = chunks.get(b"LOFF", (0, 0))
    offsets = entries[:, 1].copy()
    if end:  # Without that part, the highest bit is one of the offset.
        offsets = _with_large(offsets, np.frombuffer(data, ">u8", (end - begin) // 8, begin))
    found = {}
    for number, name in enumerate(data[names:names_end].rstrip(b"\0").split(b"\0")):
        own = np.flatnonzero(entries[:, 0] == number)
        found[os.fsdecode(name.removesuffix(b".idx"))] = Index(np.ascontiguousarray(ids[own]), offsets[own])
    return found
