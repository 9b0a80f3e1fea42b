"""What is staged: the blobs of the index that the next commit adds, and what stood there before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from scanner.model import Coverage, Skipped, UsageError
from scanner.sources import Shard
from scanner.sources.git.blobs import Blobs
from scanner.sources.git.command import Git
from scanner.sources.git.index import OTHERS, Change, Changes, Difference, Entry, difference
from scanner.sources.git.objects import Object, objects
from scanner.sources.names import why_excluded
from scanner.sources.tree import SHARD_FILES, LeftOut, display


class Staged:
    """The plan of a scan of the index (`scanner.sources.Plan`)."""

    whole: Final = False
    empty: Final = "nothing new is staged"
    scope: Final = None
    repositories: Final = ()

    def __init__(
        self,
        git: Git,
        targets: Sequence[str] = (),
        watched: Iterable[Path] = (),
        staged: Difference | None = None,
    ) -> None:
        """`targets` bound what is read, if there are any. `watched` are the files and folders that decide on the scan:
        a change to one is told. `staged` is what git says, where it was asked already.

        Raises UsageError for a target outside, and where there is no work tree.
        """
        if git.repository.root is None:
            raise UsageError(f"{git.repository.git_dir}: has no index to scan", "name a folder of a work tree")
        self.root = git.repository.root
        self.targets = ("--staged", *targets)
        self._git = git
        self._staged = staged
        self._bounds = {_below(self.root, target): target for target in targets}
        self._watched = {os.fsencode(path.relative_to(self.root)) for path in watched if path.is_relative_to(self.root)}
        self._old: list[Entry] = []

    def shards(self, coverage: Coverage, *, vendored: bool, left_out: LeftOut | None) -> Iterator[Shard]:
        """What the next commit adds to all its parents. A blob that lay elsewhere before is not read: it has moved.

        Raises UsageError for a target that names nothing, GitError where git cannot tell what is staged.
        """
        excluded = _Exclusion(vendored, left_out)
        changes, stood = self._staged or difference(self._git)
        self._check_bounds(changes)
        coverage.notes += self._touched(changes)
        self._old = [(path, id_) for path, id_ in stood if excluded(path) is None]
        known = {id_ for _, id_ in self._old}
        added: list[Entry] = []
        for path in sorted(filter(self._is_bounded, changes)):
            change, shown = changes[path], display(path)
            if change.unmerged:
                coverage.planned += 1
                coverage.skipped.append(Skipped(shown, "unmerged", "it is in conflict; nothing of it is staged"))
            elif change.mode in OTHERS:
                coverage.exclude(OTHERS[change.mode], shown)
            elif change.new and change.new not in known:
                reason = excluded(path)
                if reason:
                    coverage.exclude(reason, shown)
                else:
                    added.append((path, change.new))
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
