"""Objects by name, through one `git cat-file --batch`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from scanner.sources.git.command import Child, Git, GitError

_AHEAD: Final = 2048
"""Bytes of names that git is given before its answers are read: the smallest pipe holds them, so that nobody waits."""
_DEATHS: Final = 8
"""Objects that git may die of before the rest is given up: it is started anew after each."""
_HEADER: Final = 1 << 16
"""Bytes of the line that stands before an object; it may repeat the name."""


class Missing(NamedTuple):
    """An object that cannot be read."""

    detail: str
    """Why: `missing`, `ambiguous`, or git's last words."""


class Object:
    """An object whose content comes next; it holds until the next object is asked for."""

    def __init__(self, child: Child, id_: str, kind: str, size: int) -> None:
        self._child = child
        self.id = id_
        """40 or 64 hex digits."""
        self.kind = kind
        """`blob`, `tree`, `commit` or `tag`."""
        self.size = size
        """Bytes of its content."""
        self._left = size

    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes, all that are left by default, none at the end. Raises GitError where git died."""
        wanted = self._left if size is None else min(size, self._left)
        data = self._child.stdout.read(wanted)
        if len(data) < wanted:
            raise self._child.failure()
        self._left -= wanted
        return data

    def skip(self) -> bool:
        """Pass over what is left; False where git died."""
        try:
            while self._left:
                self.read(1 << 20)
            return self._child.stdout.read(1) == b"\n"
        except GitError:
            return False


def objects(git: Git, names: Sequence[bytes]) -> Iterator[Object | Missing]:
    """The objects of these names (ids, or `REVISION:PATH`; no line ends), in their order, each to be read at once.

    Where git dies of an object, that one is missing, or its reading raises GitError, and the others are read.
    """
    done = deaths = 0
    while done < len(names) and deaths < _DEATHS:
        with git.start("cat-file", "--batch", asked=True) as child:
            for answer in _answers(child, names[done:]):
                done += 1
                yield answer
                if isinstance(answer, Object) and not answer.skip():
                    break
        deaths += 1
    for _ in names[done:]:
        yield Missing("given up: git died of too many others")


def _answers(child: Child, names: Sequence[bytes]) -> Iterator[Object | Missing]:
    """What a child says to each name, until it dies."""
    asked = ahead = 0
    for name in names:
        while asked < len(names) and (asked == 0 or ahead + len(names[asked]) < _AHEAD):
            # Why a child is gone is told below.
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(names[asked] + b"\n")
            ahead += len(names[asked]) + 1
            asked += 1
        try:
            line = child.stdout.readline(_HEADER)
            if not line.endswith(b"\n"):
                raise child.failure()
        except GitError as error:
            yield Missing(str(error))
            return
        ahead -= len(name) + 1
        said, _, last = line[:-1].decode("utf-8", "replace").rpartition(" ")
        if last.isdecimal():
            id_, _, kind = said.rpartition(" ")
            yield Object(child, id_, kind, int(last))
        else:
            yield Missing(last)
