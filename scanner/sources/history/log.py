"""What git's log tells of each commit: which blobs it brought and which it took away, at which paths.

A merge tells of what is in none of its parents alone. To look into merges is most of the work where there are many, so
that can be put off. Nothing of this needs the blobs.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from isal import isal_zlib

from scanner.sources.git.command import Git, GitError
from scanner.sources.history.ids import matrix
from scanner.sources.history.store import Place, open_store
from scanner.sources.scope import Scope
from scanner.sources.tree import display


class Entry(NamedTuple):
    """A commit of the log."""

    id: bytes
    """In hex, as all ids here."""
    parents: tuple[bytes, ...]
    time: int
    """Of its committer, seconds since 1970-01-01 UTC."""


class Change(NamedTuple):
    """A path whose blob a commit changed."""

    commit: Entry
    path: bytes
    before: tuple[bytes, ...]
    """In each parent; zeros where there is none."""
    after: bytes
    """Zeros where the path was deleted."""


_OPTIONS: Final = (
    "--raw", "-z", "--root", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-decorate",
    "--no-notes", "--no-color", "--no-relative", "--no-mailmap", "--no-show-signature",
    f"-O{os.devnull}", "--format=tformat:%x01%H%x01%P%x01%ct",
)  # fmt: skip
_RECORD: Final = re.compile(
    rb"\x01([0-9a-f]+)\x01([0-9a-f ]*)\x01(\d*)\0[\0\n]?|:+(?:[0-7]{6} )+([0-9a-f ]+) [A-Z]+\0([^\0]*)\0"
)
"""A commit, or a path; each ends where the next one begins."""
_NAMED: Final = re.compile(
    rb"\x01([0-9a-f]+)\x01[0-9a-f ]*\x01\d*\0[\0\n]?"
    rb"|:+(?:[0-7]{6} )+160000 (?:[0-9a-f]{40,64} )+[A-Z]+\0([^\0]*)\0"
    rb"|:+(?:[0-7]{6} )+(?:[0-9a-f]{40,64} )+([0-9a-f]{40,64}) [A-Z]+\0[^\0]*\0"
)
"""The same, for what each names: the id of the commit, the path of a submodule, the id of the blob now there."""
_LINK: Final = 2
"""Its group for a submodule."""
_ID: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_BATCH: Final = 20_000
"""Ids that are looked up at once."""


Commits = Literal["all", "plain", "merges"]
"""Whose changes are told: those of all commits, of those that are no merge, or of merges alone."""


def raw(git: Git, scope: Scope, changes: Commits) -> Iterator[bytes]:
    """The log as git writes it, in pieces. Raises GitError, and UsageError for a revision that is none."""
    of_merges = {"all": ["-c"], "plain": [], "merges": ["-c", "--merges"]}[changes]
    options = [*_OPTIONS, *of_merges, *([f"--max-age={scope.since}"] if scope.since is not None else [])]
    names = scope.revisions.split() or list(scope.branches)
    with git.start("log", *options, *([] if names else ["--all"]), names=names) as child:
        while piece := child.stdout.read(1 << 20):
            yield piece
        child.end()


def parse(pieces: Iterable[bytes], wanted: Container[bytes]) -> Iterator[Entry | Change]:
    """The commits that are wanted by their ids, and the changes of blobs that are, each with its commit."""
    head: re.Match[bytes] | None = None
    commit: Entry | None = None
    for found in _records(_RECORD, pieces):
        id_, _, _, ids, path = found.groups()
        if id_ is not None:
            head, commit = found, None
            if id_ in wanted:
                yield (commit := _commit(head))
            continue
        *before, after = ids.split()
        if head and (after in wanted or any(id_ in wanted for id_ in before)):
            commit = commit or _commit(head)
            yield Change(commit, path, tuple(before), after)


def _commit(found: re.Match[bytes]) -> Entry:
    id_, parents, time = found.groups()[:3]
    return Entry(id_, tuple(parents.split()), int(time or 0))


def _records(pattern: re.Pattern[bytes], pieces: Iterable[bytes]) -> Iterator[re.Match[bytes]]:
    text = b""
    for piece in pieces:
        text += piece
        last: re.Match[bytes] | None = None
        for found in pattern.finditer(text):
            if last:
                yield last
            last = found
        if last:  # It may go on in the next piece.
            text = text[last.start() :]
    yield from pattern.finditer(text)


class Told(NamedTuple):
    """What came of one reading of the log."""

    pieces: list[bytes]
    """The log itself, compressed piece by piece: it is read again for what has findings."""
    objects: Sequence[int]
    """The numbers of all objects that it names, ascending, where a part of the history was asked for."""
    missing: dict[str, str]
    """The blobs that it names and that are not there: id and first path."""
    links: Collection[str]
    """The paths at which it names submodules."""
    error: str
    """Why it ended early; empty if it did not."""

    def with_(self, other: Told) -> Told:
        """The same with what another reading told."""
        return Told(
            self.pieces + other.pieces,
            sorted({*self.objects, *other.objects}),
            other.missing | self.missing,
            {*self.links, *other.links},
            self.error or other.error,
        )

    def read_again(self, wanted: Container[bytes]) -> Iterator[Entry | Change]:
        """As `parse`."""
        return parse(map(isal_zlib.decompress, self.pieces), wanted)


def nothing_told(error: str = "") -> Told:
    """What no reading of the log has told yet, or will, for that reason."""
    return Told([], (), {}, (), error)


class Log:
    """The log as a shard: a worker has git write it while others read objects."""

    local: Final = False

    def __init__(self, git: Git, place: Place, scope: Scope, changes: Commits = "all") -> None:
        self.git = git
        self.place = place
        self.scope = scope
        self.changes: Commits = changes

    def paths(self) -> list[str]:
        """What it is, for people."""
        return ["git log"]

    def read(self) -> Told:
        """Have it written, and see which of its objects are there."""
        store = open_store(self.place)
        kept: list[bytes] = []
        error = ""

        def pieces() -> Iterator[bytes]:
            nonlocal error
            try:
                for piece in raw(self.git, self.scope, self.changes):
                    kept.append(isal_zlib.compress(piece, 1))
                    yield piece
            except GitError as failure:
                error = str(failure)

        found, lost = [np.empty(0, np.int64)], set[bytes]()
        links: set[bytes] = set()
        records = _records(_NAMED, pieces())
        while batch := list(itertools.islice(records, _BATCH)):
            links.update(record[_LINK] for record in batch if record.lastindex == _LINK)
            ids = [record[record.lastindex or 0] for record in batch if record.lastindex != _LINK]
            numbers = store.find(matrix(bytes.fromhex(b"".join(ids).decode()), self.place.width))
            found.append(np.unique(numbers[numbers >= 0]))
            lost.update(ids[at] for at in np.flatnonzero(numbers < 0).tolist())
        objects = [] if self.scope.whole else np.unique(np.concatenate(found)).tolist()
        told = Told(kept, objects, {}, {display(path) for path in links}, error)
        lost.discard(b"0" * 2 * self.place.width)
        for change in told.read_again(lost) if lost else ():
            if isinstance(change, Change) and change.after in lost:
                told.missing.setdefault(change.after.decode(), display(change.path))
        return told


class Ref(NamedTuple):
    """A ref and what it points at."""

    name: str
    id: str
    kind: str
    """`commit`, `tag`, `tree` or `blob`."""

    @property
    def is_branch(self) -> bool:
        """Whether it is the head of a branch, here or at a remote, or what some work tree is at."""
        return self.name.startswith(("refs/heads/", "refs/remotes/")) or self.name == "HEAD"


def refs(git: Git) -> list[Ref]:
    """All refs, and the HEAD of each work tree that is at no branch. Raises GitError."""
    printed = git.run("for-each-ref", "--format=%(objectname) %(objecttype) %(refname)").decode("utf-8", "replace")
    found = []
    for line in printed.splitlines():
        id_, kind, name = line.split(" ", 2)
        found.append(Ref(name, id_, kind))
    common = git.repository.common_dir
    for head in (common / "HEAD", *sorted(common.glob("worktrees/*/HEAD"))):
        with contextlib.suppress(OSError):
            text = head.read_text("ascii", "replace").strip()
            if _ID.fullmatch(text):
                found.append(Ref("HEAD", text, "commit"))
    return found
