"""What the index adds to the parents of the next commit, by `git diff-index`."""

from __future__ import annotations

import os
from collections.abc import Mapping

from scanner.sources.git.command import Child, Git, GitError, records
from scanner.sources.git.repository import Repository, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Final

_EMPTY_TREES: Final = (
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
)
"""The ids of the tree without entries, by SHA-1 and by SHA-256: what the first commit is compared with."""
_EMPTY_BLOBS: Final = frozenset(
    {
        b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    }
)
"""The ids of the file without content: git also says so of a file that will be added (`git add -N`)."""
_FILES: Final = frozenset({b"100644", b"100755"})
"""The modes of files, as git writes them."""
OTHERS: Final = {b"120000": "link", b"160000": "submodule"}
"""What is no file, by mode."""
_MOST: Final = 1 << 28
"""Bytes of a file of git's that are read by hand."""
_MERGED: Final = "GITHEAD_"
"""`git merge` names what it merges in variables with this prefix: when its hook runs, it has written no MERGE_HEAD."""


class Change:
    """What the index does to a path of a parent."""

    __slots__ = ("mode", "new", "old", "unmerged")

    def __init__(self, old: bytes, new: bytes, mode: bytes, *, unmerged: bool) -> None:
        self.old = old
        """The id of the file that stood there; empty where none did."""
        self.new = new
        """The id of the file that stands there now; empty where none does, or it has no content."""
        self.mode = mode
        """What stands there now, as git writes it: `100644`."""
        self.unmerged = unmerged


Changes = Mapping[bytes, Change]
Entry = tuple[bytes, bytes]
"""A path from the root, and the id of the blob that lies there."""
Difference = tuple[Changes, list[Entry]]
"""What the index changes against all parents of the next commit, by path; and all files that stood in a parent where it
differs from any. The old side of a change is that of the first parent."""


class Comparison:
    """git at work, comparing what is staged. As a context manager it leaves none behind."""

    def __init__(self, git: Git) -> None:
        """Start it. Raises UsageError where it cannot be started."""
        self._git = git
        self._unborn = _is_unborn(git.repository)
        self._child = _start(git, _EMPTY_TREES[0] if self._unborn else "HEAD")

    def difference(self) -> Difference:
        """What is staged. The first commit is compared with nothing, a merge with all that it brings together.

        Raises GitError where git cannot tell.
        """
        of_parents = self._of_parents()
        first, *others = of_parents
        common = {path: change for path, change in first.items() if all(path in changes for changes in others)}
        stood = [(path, change.old) for changes in of_parents for path, change in changes.items() if change.old]
        stood += [
            (path, change.new)
            for changes in of_parents
            for path, change in changes.items()
            if path not in common and change.new
        ]
        return common, stood

    def _of_parents(self) -> list[Changes]:
        """What the index changes in each parent."""
        try:
            first = _read(self._child)
        except GitError:
            if not self._unborn and _is_born(self._git):
                raise
            return [_added_by_first_commit(self._git)]
        merged = [] if self._unborn else _merged(self._git)
        return [first, *(_changes(self._git, id_) for id_ in merged)]

    def __enter__(self) -> Comparison:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)


def difference(git: Git) -> Difference:
    """What is staged, see `Comparison.difference`."""
    with Comparison(git) as comparison:
        return comparison.difference()


def _is_unborn(repository: Repository) -> bool:
    """Whether the branch is seen to have no commit, without asking git; False where that is not so plain."""
    head = read(os.path.join(repository.own, "HEAD"), _MOST)
    name = head.removeprefix(b"ref: ").rstrip()
    # A repository that keeps its branches in tables has a HEAD of this name for those who do not know them.
    if name == head.rstrip() or name == b"refs/heads/.invalid":
        return False
    path = os.path.join(os.fsencode(repository.common), name)
    packed = os.path.join(repository.common, "packed-refs")
    return not os.path.lexists(path) and b" %b\n" % name not in read(packed, _MOST)


def _is_born(git: Git) -> bool:
    """Whether the branch has a commit."""
    try:
        return bool(git.run("rev-parse", "--verify", "--quiet", names=["HEAD"]))
    except GitError:
        return False


def _added_by_first_commit(git: Git) -> Changes:
    sha1, sha256 = _EMPTY_TREES
    try:
        return _changes(git, sha1)
    except GitError:
        return _changes(git, sha256)


def _merged(git: Git) -> list[str]:
    """The commits that a merge under way brings in."""
    said = read(os.path.join(git.repository.own, "MERGE_HEAD"), _MOST).decode("ascii", "replace").split()
    return said or [name.removeprefix(_MERGED) for name in os.environ if name.startswith(_MERGED)]


def _changes(git: Git, parent: str) -> Changes:
    with _start(git, parent) as child:
        return _read(child)


def _start(git: Git, parent: str) -> Child:
    options = ("--cached", "--raw", "--no-abbrev", "--no-renames", "-z")
    return git.start("diff-index", *options, names=[parent])


def _read(child: Child) -> Changes:
    """Path to change, for all paths in which the index differs from a parent. Raises GitError."""
    changes: dict[bytes, Change] = {}
    fields = records(child.stdout)
    # `:100644 100755 OLD NEW M`, then the path.
    for head, path in zip(fields, fields, strict=False):
        old_mode, mode, old, new, status = head[1:].split(b" ")
        before = old if old_mode in _FILES else b""
        now = new if mode in _FILES and new not in _EMPTY_BLOBS else b""
        changes[path] = Change(before, now, mode, unmerged=status == b"U")
    child.end()
    return changes
