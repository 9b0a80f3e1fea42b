"""What git's log tells of each commit: which blobs it brought and which it took away, at which paths.

A merge tells of what is in none of its parents alone. To look into merges is most of the work where there are many, so
that can be put off. Nothing of this needs the blobs.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from isal import isal_zlib

from scanner.sources.git.command import Git, GitError
from scanner.sources.history.ids import Array, Ids, matrix
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
_HEAD, _NEWLINE, _COLON = b"\x01\n:"
_LINK: Final = np.frombuffer(b"160000", np.uint8)
"""The mode of a submodule."""
_MODE: Final = 7
"""Bytes of a mode, with the space behind it."""
_DIGITS: Final = np.full(256, 255, np.uint8)
_DIGITS[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_ID: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_SIDES: Final = 500
"""Paths at which the sides of merges are looked into."""


Commits = Literal["all", "plain", "merges"]
"""Whose changes are told: those of all commits, of those that are no merge, or of merges alone."""


def raw(git: Git, scope: Scope, changes: Commits, known: Sequence[str] = ()) -> Iterator[bytes]:
    """The log as git writes it, in pieces, without what the commits `known` reach.

    Raises GitError, and UsageError for a revision that is none.
    """
    of_merges = {"all": ["-c"], "plain": [], "merges": ["-c", "--merges"]}[changes]
    options = [*_OPTIONS, *of_merges, *([f"--max-age={scope.since}"] if scope.since is not None else [])]
    names = scope.revisions.split() or list(scope.branches)
    without = [f"^{id_}" for id_ in known]
    with git.start("log", *options, *([] if names else ["--all"]), names=[*names, *without]) as child:
        while piece := child.stdout.read(1 << 20):
            yield piece
        child.end()


def parse(pieces: Iterable[bytes], wanted: Collection[bytes], width: int) -> Iterator[Entry | Change]:
    """The commits that are wanted by their ids, and the changes of blobs that are, each with its commit.

    It goes through the log as tables, and takes up by hand what is wanted alone. `width` is the bytes of an id.
    """
    ids = Ids(matrix(bytes.fromhex(b"".join(sorted(wanted)).decode()), width))
    above: re.Match[bytes] | None = None
    """The last commit of the pages before."""
    for page in _pages(pieces, width):
        heads = page.heads[ids.find(page.ids(page.heads + 1)) >= 0]
        changes = page.changes[page.holds(ids)]
        commit: Entry | None = None
        at = -1
        for place in np.sort(np.concatenate((heads, changes))).tolist():
            found = _RECORD.match(page.text, place)
            last = int(np.searchsorted(page.heads, place, "right")) - 1
            head = _RECORD.match(page.text, int(page.heads[last])) if last >= 0 else above
            if found is None or head is None:
                continue
            if last != at or commit is None:
                commit, at = _commit(head), last
            if found[1] is not None:
                yield commit
            else:
                *before, after = found[4].split()
                yield Change(commit, found[5], tuple(before), after)
        if len(page.heads):
            above = _RECORD.match(page.text, int(page.heads[-1]))


def _commit(found: re.Match[bytes]) -> Entry:
    id_, parents, time = found.groups()[:3]
    return Entry(id_, tuple(parents.split()), int(time or 0))


class _Page:
    """A stretch of the log that ends where a record does."""

    def __init__(self, text: bytes, heads: Array, changes: Array, width: int) -> None:
        self.text = text
        self.heads = heads
        """Where commits begin."""
        self.changes = changes
        """Where changed paths begin."""
        self._bytes = np.frombuffer(text, np.uint8)
        self._width = width
        parents = np.ones(len(changes), np.int64)
        more = np.arange(len(changes))
        while len(more := more[self._bytes[changes[more] + parents[more]] == _COLON]):
            parents[more] += 1
        self._parents = parents
        self._modes = changes + parents
        self._before = self._modes + _MODE * (parents + 1)
        self._after = self._before + (2 * width + 1) * parents

    def ids(self, places: Array) -> Array:
        """The ids that stand at these places."""
        digits = _DIGITS[self._bytes[places[:, None] + np.arange(2 * self._width)]]
        rows: Array = digits[:, ::2] << 4 | digits[:, 1::2]
        return rows

    def after(self) -> Array:
        """What each change brings."""
        return self.ids(self._after)

    def holds(self, ids: Ids) -> Array:
        """Which changes bring one of these, or take it away."""
        found: Array = ids.find(self.after()) >= 0
        left = np.arange(len(self.changes))
        number = 0
        while len(left):
            found[left] |= ids.find(self.ids(self._before[left] + (2 * self._width + 1) * number)) >= 0
            number += 1
            left = left[self._parents[left] > number]
        return found

    def links(self) -> Array:
        """Which changes bring a submodule."""
        modes = self._bytes[(self._modes + _MODE * self._parents)[:, None] + np.arange(_MODE - 1)]
        found: Array = (modes == _LINK).all(axis=1)
        return found

    def path(self, change: int) -> bytes:
        """That of a change."""
        begin = self.text.index(b"\0", int(self.changes[change])) + 1
        return self.text[begin : self.text.index(b"\0", begin)]


def _pages(pieces: Iterable[bytes], width: int) -> Iterator[_Page]:
    rest = b""
    for piece in pieces:
        text = rest + piece
        heads, changes, end = _found(text[: text.rfind(b"\0") + 1])
        rest = text[end:]
        yield _Page(text[:end], heads, changes, width)


def _found(text: bytes) -> tuple[Array, Array, int]:
    """Where commits and changes begin in `text`, which begins with a record, and where the last whole record ends."""
    data = np.frombuffer(text, np.uint8)
    starts = np.append(0, np.flatnonzero(data == 0) + 1)[:-1]
    # The first change of a commit stands on a new line.
    starts[(data[starts] == _NEWLINE) & (data[np.minimum(starts + 1, len(data) - 1)] == _COLON)] += 1
    head, change = data[starts] == _HEAD, data[starts] == _COLON
    if (change[:-1] & (change | head)[1:]).any():
        # A path looks like what stands before one.
        records = list(_RECORD.finditer(text))
        places = np.array([found.start() for found in records], np.int64)
        is_head = np.array([found[1] is not None for found in records], bool)
        return places[is_head], places[~is_head], records[-1].end() if records else 0
    if len(change) and change[-1]:  # Its path is in the next piece.
        return starts[head], starts[change][:-1], int(starts[-1])
    return starts[head], starts[change], len(text)


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

    def read_again(self, wanted: Collection[bytes], width: int) -> Iterator[Entry | Change]:
        """As `parse`."""
        return parse(map(isal_zlib.decompress, self.pieces), wanted, width)


def nothing_told(error: str = "") -> Told:
    """What no reading of the log has told yet, or will, for that reason."""
    return Told([], (), {}, (), error)


class Log:
    """The log as a shard: a worker has git write it while others read objects."""

    local: Final = False

    def __init__(
        self, git: Git, place: Place, scope: Scope, changes: Commits = "all", known: Sequence[str] = ()
    ) -> None:
        self.git = git
        self.place = place
        self.scope = scope
        self.changes: Commits = changes
        self.known = known
        """Commits of which it tells nothing, nor of what they reach."""

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
                for piece in raw(self.git, self.scope, self.changes, self.known):
                    kept.append(isal_zlib.compress(piece, 1))
                    yield piece
            except GitError as failure:
                error = str(failure)

        width = self.place.width
        numbers = [np.empty(0, np.int64)]
        lost, links = set[bytes](), set[bytes]()
        for page in _pages(pieces(), width):
            after, is_link = page.after(), page.links()
            links.update(map(page.path, np.flatnonzero(is_link).tolist()))
            found = store.find(after)
            lost.update(map(bytes, after[(found < 0) & ~is_link]))
            if not self.scope.whole:
                found = np.append(found, store.find(page.ids(page.heads + 1)))
                numbers.append(np.unique(found[found >= 0]))
        told = Told(kept, np.unique(np.concatenate(numbers)).tolist(), {}, {display(path) for path in links}, error)
        lost.discard(bytes(width))
        missing = {id_.hex().encode() for id_ in lost}
        for change in told.read_again(missing, width) if missing else ():
            if isinstance(change, Change) and change.after in missing:
                told.missing.setdefault(change.after.decode(), display(change.path))
        return told


def unreached(git: Git) -> Told:
    """What git's log tells of the commits that no ref reaches; what they name is not looked for here.

    It ends early where git cannot follow one of them to where a ref reaches: a part of them may be deleted.
    """
    kept: list[bytes] = []
    try:
        listed = git.run("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)", "--unordered")
        commits = [line[7:] for line in listed.splitlines() if line.startswith(b"commit ")]
        with git.start("log", *_OPTIONS, "-c", "--stdin", "--not", "--all", asked=True) as child:
            with contextlib.suppress(BrokenPipeError):  # Why it is gone is told below.
                child.ask(b"\n".join(commits))
            child.hang_up()
            while piece := child.stdout.read(1 << 20):
                kept.append(isal_zlib.compress(piece, 1))
            child.end()
    except GitError as failure:
        return nothing_told(str(failure))._replace(pieces=kept)
    return nothing_told()._replace(pieces=kept)


def of_sides(git: Git, paths: Collection[bytes], wanted: Collection[bytes], width: int) -> list[Change]:
    """What merges changed of wanted blobs at these paths against each parent, which is their only `before`.

    The other log is silent where a merge took the side of one parent. Nothing where git fails. A stash is no merge,
    though it looks like one: what is in its parts alone is in it.
    """
    options = [*_OPTIONS, "-m", "--merges", "--full-history", "--exclude=refs/stash", "--all"]
    try:
        with git.start("log", *options, paths=sorted(paths)[:_SIDES]) as child:
            pieces = iter(lambda: child.stdout.read(1 << 20), b"")
            changes = [record for record in parse(pieces, wanted, width) if isinstance(record, Change)]
            child.end()
    except GitError:
        return []
    return changes


class Ref(NamedTuple):
    """A ref and what it points at."""

    name: str
    id: str
    kind: str
    """`commit`, `tag`, `tree` or `blob`."""

    @property
    def is_branch(self) -> bool:
        """Whether it is the head of a branch or of notes, here or at a remote, or what some work tree is at."""
        return self.name.startswith(("refs/heads/", "refs/notes/", "refs/remotes/")) or self.name == "HEAD"


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
