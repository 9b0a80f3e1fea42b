"""Reading the objects of a pack: each inflated once, each delta applied once, in bounded memory."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from scanner.sources.history import deltas, inflate
from scanner.sources.history.packs import Pack

WHOLE: Final = 32 << 20
"""An object of more bytes is never whole in memory: it is read in windows, by git where it is a delta."""
_HELD: Final = 64 << 20
"""Bytes of objects that are kept because others are made from them; what is beyond is made again when it is needed."""

_REMADE: Final = 4 << 30
"""Bytes that a walk makes again at most: only packs that are made to hurt let go so much."""


class Trouble(NamedTuple):
    """Why an object has no bytes here."""

    reason: str
    """Of `scanner.model.Skipped`."""
    detail: str


LARGE: Final = Trouble("too-large", "it is too large to be whole in memory")
COSTLY: Final = Trouble("too-large", "it is made in too many steps")
_BASELESS: Final = Trouble("unreadable", "what it is made from cannot be read")

Found = bytes | Trouble
Tell = Callable[[int, int, bytes], None]
"""`tell(number, base, delta)`: what an object is made from, before it comes itself."""


def walk(pack: Pack, positions: Sequence[int], tell: Tell | None = None) -> Iterator[tuple[int, Found]]:
    """The objects at the positions, which ascend: position, and bytes or why there are none."""
    return _Walk(pack, tell).along(positions)


def made(pack: Pack, position: int, base: Found | None) -> Found:
    """The object at a position, made from its base; None for the base of one that stands for itself."""
    begin, limit, size = (int(column[position]) for column in (pack.begin, pack.limit, pack.size))
    return _made(memoryview(pack.data)[begin:limit], size, base)


def _made(view: memoryview, size: int, base: Found | None, tell: Callable[[bytes], None] | None = None) -> Found:
    if size > WHOLE:
        return LARGE
    if isinstance(base, Trouble):
        return base if base in (LARGE, COSTLY) else _BASELESS
    try:
        data = inflate.whole(view, size)
        if base is None:
            return data
        made = deltas.apply(base, data, WHOLE)
    except OverflowError:
        return LARGE
    except (ValueError, deltas.DeltaError) as error:
        return Trouble("unreadable", str(error))
    if tell:
        tell(data)
    return made


class _Held:
    """An object that others are made from."""

    __slots__ = ("data", "position", "until")

    def __init__(self, position: int, until: int, data: Found | None) -> None:
        self.position = position
        self.until = until
        self.data = data
        """None for what was let go."""


class _Walk:
    """One way through a pack."""

    def __init__(self, pack: Pack, tell: Tell | None) -> None:
        self.pack = pack
        self.tell = tell
        self.stack: list[_Held] = []
        """What the present object is made from, the nearest last."""
        self.held = 0
        """Bytes in `stack`."""
        self.remade = 0
        """Bytes that were made a second time."""

    def along(self, positions: Sequence[int]) -> Iterator[tuple[int, Found]]:
        pack, stack = self.pack, self.stack
        view = memoryview(pack.data)
        columns = [c[positions].tolist() for c in (pack.begin, pack.limit, pack.size, pack.parent, pack.until)]
        for position, begin, limit, size, parent, until in zip(positions, *columns, strict=True):
            while stack and stack[-1].until <= position:
                self._drop(stack.pop())
            base: Found | None = None
            if parent >= 0:
                if not stack or stack[-1].position != parent:
                    self._climb(parent)
                base = self._data(stack[-1])
                if stack[-1].until == until:  # Nothing else is made from this base.
                    self._drop(stack[-1])
            tell = functools.partial(self.tell, position, parent) if self.tell and parent >= 0 else None
            data = _made(view[begin:limit], size, base, tell)
            if until > position + 1:
                self._hold(_Held(position, until, data))
            yield position, data

    def _climb(self, position: int) -> None:
        """Put the object at `position` on the stack, above all that it is made from."""
        top = self.stack[-1].position if self.stack else -1
        for link in reversed(self._chain(position, top)):
            base = self._data(self.stack[-1]) if self.pack.parent[link] >= 0 else None
            self._hold(_Held(link, int(self.pack.until[link]), made(self.pack, link, base)))

    def _chain(self, position: int, top: int = -1) -> list[int]:
        """The position, and those that it is made from, up to `top`."""
        chain = []
        while position >= 0 and position != top:
            chain.append(position)
            position = int(self.pack.parent[position])
        return chain

    def _data(self, held: _Held) -> Found:
        """The bytes of what is held; made again from the root where they were let go."""
        if held.data is not None:
            return held.data
        if self.remade > _REMADE:
            return COSTLY
        data: Found | None = None
        for link in reversed(self._chain(held.position)):
            data = made(self.pack, link, data)
            self.remade += len(data)
        return data if data is not None else _BASELESS

    def _hold(self, held: _Held) -> None:
        self.stack.append(held)
        if isinstance(held.data, bytes):
            self.held += len(held.data)
            for other in self.stack[:-1] if self.held > _HELD else ():
                self._drop(other)

    def _drop(self, held: _Held) -> None:
        if isinstance(held.data, bytes):
            self.held -= len(held.data)
        held.data = None
