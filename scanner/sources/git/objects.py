"""Objects by name, through one `git cat-file --batch`."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from scanner.sources.git.command import Child, Git, GitError

_AHEAD: Final = 2048
"""Bytes of names that git is given before its answers are read: the smallest pipe holds them, so that nobody waits."""
_DEATHS: Final = 8
"""Objects that git may die of before the rest is given up: it is started anew after each."""
_HEADER: Final = 1 << 16
"""Bytes of the line that stands before an object; it may repeat the name."""
_WORD: Final = 40
_ID: Final = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_FOUND: Final = re.compile(rb"(%b) (blob|tree|commit|tag) ([0-9]{1,18})\n" % _ID.pattern)


class Missing(NamedTuple):
    """An object that cannot be read."""

    detail: str
    """Why: `missing`, `ambiguous`, or git's last words."""


class Object:
    """An object whose content comes next; it holds until the next object is asked for.

    Git streams a blob without a look at its hash, and says another size than comes where a loose object lies: what
    follows would be taken for the content, or the content for what follows. So the hash is checked here.
    """

    def __init__(self, child: Child, id_: str, kind: str, size: int) -> None:
        self._child = child
        self.id = id_
        """40 or 64 hex digits."""
        self.kind = kind
        """`blob`, `tree`, `commit` or `tag`."""
        self.size = size
        """Bytes of its content."""
        self._left = size
        name = "sha1" if len(id_) == 40 else "sha256"
        self._hash = hashlib.new(name, b"%b %d\0" % (kind.encode(), size), usedforsecurity=False)

    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes, all that are left by default, none at the end.

        Raises GitError where git died, and at the end where the content is not that of the id.
        """
        wanted = self._left if size is None else min(size, self._left)
        data = self._child.stdout.read(wanted)
        if len(data) < wanted:
            raise self._child.failure()
        self._left -= wanted
        self._hash.update(data)
        if not self._left and self._hash.hexdigest() != self.id:
            raise GitError(f"{self.id} is corrupt: its content does not match")
        return data

    def skip(self) -> bool:
        """Pass over what is left; False where git died or what comes next can't be told."""
        try:
            self.read(0)
            while self._left:
                self.read(1 << 20)
            return self._child.stdout.read(1) == b"\n"
        except GitError:
            return False


def objects(git: Git, names: Sequence[bytes]) -> Iterator[Object | Missing]:
    """The objects of these names (ids, or `REVISION:PATH`; no line ends), in their order, each to be read at once.

    One that git dies of, or that is corrupt, is missing or its reading raises GitError; the others are read.
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
    for number, name in enumerate(names):
        # One is always asked for ahead, or the input closed: a child that says too little does not wait for us then.
        # Why a child is gone is told below.
        with contextlib.suppress(BrokenPipeError):
            while asked < len(names) and (asked < number + 2 or ahead + len(names[asked]) < _AHEAD):
                ahead += len(names[asked]) + 1
                asked += 1
                child.ask(names[asked - 1])
        if asked == len(names):
            child.hang_up()
        ahead -= len(name) + 1
        try:
            line = child.stdout.readline(_HEADER)
            if not line.endswith(b"\n"):
                raise child.failure()
        except GitError as error:
            yield Missing(str(error))
            return
        found = _FOUND.fullmatch(line)
        if not found:
            yield Missing(line.rpartition(b" ")[2].strip().decode("utf-8", "replace")[:_WORD])
        elif _ID.fullmatch(name) and found[1] != name:
            yield Missing("corrupt: git answered with another object")
            return
        else:
            yield Object(child, found[1].decode(), found[2].decode(), int(found[3]))
