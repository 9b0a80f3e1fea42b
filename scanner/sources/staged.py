"""What is staged: the blobs of the index that the next commit adds, and what stood there before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from scanner.model import Coverage, Skipped, UsageError
from scanner.sources import Shard
from scanner.sources.git.blobs import Blobs, Entry
from scanner.sources.git.command import Git, GitError, records
from scanner.sources.git.objects import Object, objects
from scanner.sources.tree import SHARD_FILES, LeftOut, display, why_excluded

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
_OTHERS: Final = {b"120000": "link", b"160000": "submodule"}
_MERGED: Final = "GITHEAD_"
"""`git merge` names what it merges in variables with this prefix: when its hook runs, it has written no MERGE_HEAD."""


class Change(NamedTuple):
    """What the index does to a path of a parent; a side that is no file has no id."""

    old: bytes
    new: bytes
    mode: bytes
    """Of the new side."""
    unmerged: bool


Changes = dict[bytes, Change]


class Staged:
    """The plan of a scan of the index (`scanner.sources.Plan`)."""

    whole: Final = False
    empty: Final = "nothing new is staged"

    def __init__(self, git: Git, targets: Sequence[str] = (), watched: Iterable[Path] = ()) -> None:
        """`targets` bound what is read, if there are any. `watched` are the files and folders that decide on the scan:
        a change to one is told. Raises UsageError for a target outside, and where there is no work tree."""
        if git.repository.root is None:
            raise UsageError(f"{git.repository.git_dir}: has no index to scan", "name a folder of a work tree")
        self.root = git.repository.root
        self.targets = ("--staged", *targets)
        self._git = git
        self._bounds = {_below(self.root, target): target for target in targets}
        self._watched = {os.fsencode(path.relative_to(self.root)) for path in watched if path.is_relative_to(self.root)}
        self._old: list[Entry] = []

    def shards(self, coverage: Coverage, *, vendored: bool, left_out: LeftOut | None) -> Iterator[Shard]:
        """What the next commit adds to all its parents. A blob that lay elsewhere before is not read: it has moved.

        Raises UsageError for a target that names nothing, GitError where git cannot tell what is staged.
        """
        excluded = _Exclusion(vendored, left_out)
        parents = _parents(self._git)
        changed = set[bytes]().union(*parents)
        self._check_bounds(changed)
        coverage.notes += self._touched(parents[0])
        self._old = [entry for entry in _stood(parents) if excluded(entry.path) is None]
        stood = {entry.id for entry in self._old} | _EMPTY_BLOBS
        added: list[Entry] = []
        for path in sorted(filter(self._is_bounded, changed.intersection(*parents))):
            change = parents[0][path]
            if change.unmerged:
                coverage.planned += 1
                coverage.skipped.append(
                    Skipped(display(path), "unmerged", "it is in conflict; nothing of it is staged")
                )
            elif change.mode in _OTHERS:
                coverage.exclude(_OTHERS[change.mode], display(path))
            elif change.new and change.new not in stood:
                reason = excluded(path)
                if reason:
                    coverage.exclude(reason, display(path))
                else:
                    added.append(Entry(path, change.new))
        coverage.planned += len(added)
        yield from _shards(self._git, added)

    def before(self) -> Iterator[Shard]:
        """What stood in the parents where the index differs from one; known once `shards` is at its end."""
        return _shards(self._git, self._old)

    def _is_bounded(self, path: bytes) -> bool:
        """Whether the path is a target, or in one."""
        if not self._bounds:
            return True
        while path and path not in self._bounds:
            path = path.rpartition(b"/")[0]
        return path in self._bounds

    def _check_bounds(self, changed: Iterable[bytes]) -> None:
        """Raise UsageError for a target that is neither staged nor there: a misspelt one would always be clean."""
        for bound, target in self._bounds.items():
            if not os.path.lexists(self.root / os.fsdecode(bound)) and not any(
                path == bound or path.startswith(bound + b"/") for path in changed
            ):
                raise UsageError(f"{target}: no such file or folder, in the index or the work tree")

    def _touched(self, changes: Changes) -> Iterator[str]:
        """What is to be told of changes to the files that decide on this scan."""
        for path in sorted(changes):
            if path in self._watched or path.rpartition(b"/")[0] in self._watched:
                if path.endswith(b"pyproject.toml") and self._same_policy(changes[path]):
                    continue
                yield f"{display(path)} decides on this scan, and the change touches it"

    def _same_policy(self, change: Change) -> bool:
        """Whether both sides of a pyproject.toml say the same of us: most changes to one are about other things."""
        from scanner.policy import own_table

        old, new = (
            own_table(answer.read()) if isinstance(answer, Object) else None
            for answer in objects(self._git, [change.old, change.new])
        )
        return old == new


def _parents(git: Git) -> list[Changes]:
    """What the index changes in each parent of the next commit; the first commit has the empty tree for one."""
    try:
        first = _changes(git, "HEAD")
    except GitError:
        if _is_born(git):
            raise
        return [_added_by_first_commit(git)]
    return [first, *(_changes(git, id_) for id_ in _merged(git))]


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
    try:
        return (git.repository.git_dir / "MERGE_HEAD").read_text("ascii", "replace").split()
    except OSError:
        return [name.removeprefix(_MERGED) for name in os.environ if name.startswith(_MERGED)]


def _changes(git: Git, parent: str) -> Changes:
    """Path to change, for all paths in which the index differs from a parent. Raises GitError."""
    changes: Changes = {}
    with git.start("diff-index", "--cached", "--raw", "--no-abbrev", "--no-renames", "-z", names=[parent]) as child:
        fields = records(child.stdout)
        # `:100644 100755 OLD NEW M`, then the path.
        for head, path in zip(fields, fields, strict=False):
            old_mode, mode, old, new, status = head[1:].split(b" ")
            changes[path] = Change(
                old if old_mode in _FILES else b"", new if mode in _FILES else b"", mode, status == b"U"
            )
        child.end()
    return changes


def _stood(parents: Sequence[Changes]) -> Iterator[Entry]:
    """The files of the parents, as far as the index differs from any of them."""
    for changes in parents:
        for path, change in changes.items():
            if change.old:
                yield Entry(path, change.old)
            if change.new and not all(path in others for others in parents):
                yield Entry(path, change.new)


def _shards(git: Git, entries: Sequence[Entry]) -> Iterator[Shard]:
    for at in range(0, len(entries), SHARD_FILES):
        yield Blobs(git, "index", entries[at : at + SHARD_FILES])


def _below(root: Path, target: str) -> bytes:
    """The path of a target from the root; empty for the root itself. Raises UsageError for one that is not below."""
    folder, name = os.path.split(os.path.abspath(target))
    path = os.path.relpath(os.path.join(os.path.realpath(folder), name), root)
    if path.split(os.sep)[0] == os.pardir or target == "-":
        raise UsageError(f"{target}: not in {root}, whose index is scanned")
    return b"" if path == os.curdir else os.fsencode(path.replace(os.sep, "/"))


class _Exclusion:
    """Why a path is left out, if it is; asked of folders first, as in a work tree."""

    def __init__(self, vendored: bool, left_out: LeftOut | None) -> None:
        self._vendored = vendored
        self._left_out = left_out
        self._folders: dict[bytes, str | None] = {}

    def __call__(self, path: bytes) -> str | None:
        folder = path.rpartition(b"/")[0]
        if folder not in self._folders:
            self._folders[folder] = self._of_folder(folder)
        return self._folders[folder] or ("policy" if self._left_out and self._left_out(display(path), False) else None)

    def _of_folder(self, folder: bytes) -> str | None:
        above = b""
        for name in folder.split(b"/") if folder else ():
            above += name
            reason = why_excluded(name, self._vendored)
            if reason or (self._left_out and self._left_out(display(above), True)):
                return reason or "policy"
            above += b"/"
        return None
