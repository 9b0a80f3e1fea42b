"""What became of blobs: which commits brought them, which took them away, and whether a branch still has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from scanner.model import Commit
from scanner.sources.history.log import Change, Ref, Told
from scanner.sources.history.log import Commit as Entry
from scanner.sources.history.packs import TAG
from scanner.sources.history.store import Store

_ENTRY: Final = re.compile(rb"([0-7]+) ([^\0]+)\0")
_SIGNATURE: Final = rb"%s (.*?) ?<[^\n]*> (-?\d+) [+-]\d+\n"
_AUTHOR, _COMMITTER = (re.compile(_SIGNATURE % word) for word in (b"author", b"committer"))
_TARGET: Final = re.compile(rb"object ([0-9a-f]+)\ntype ([a-z]+)\ntag ([^\n]*)\n")
_TAGS: Final = 50
"""Tags of tags that are followed."""
_NAME: Final = 200
"""Characters of an author's name that are kept."""
_LATEST: Final = 253_370_764_799
"""The end of the year 9998."""


class Trail(NamedTuple):
    """A blob at one path, over time."""

    blob: bytes
    """Its id, in hex as all ids here."""
    path: bytes
    first: Entry
    """The oldest commit that brought it there."""
    last: bytes
    """The newest commit that had it there."""
    removed: Change | None
    """The newest change that took it away; None while a branch has it."""
    at_head: bool
    returned: bool


def trails(told: Told, wanted: Collection[bytes], heads: Heads) -> tuple[list[Trail], set[bytes]]:
    """The trails of blobs, and those of the ids that are commits in the log."""
    brought: dict[tuple[bytes, bytes], list[Change]] = {}
    taken: dict[tuple[bytes, bytes], list[Change]] = {}
    commits: set[bytes] = set()
    for record in told.read_again(wanted):
        if isinstance(record, Entry):
            commits.add(record.id)
            continue
        if record.after in wanted:
            brought.setdefault((record.after, record.path), []).append(record)
        for id_ in set(record.before) - {record.after}:
            if id_ in wanted:
                taken.setdefault((id_, record.path), []).append(record)
    return [_trail(*key, changes, taken.get(key, []), heads) for key, changes in brought.items()], commits


def _trail(blob: bytes, path: bytes, brought: Sequence[Change], taken: Sequence[Change], heads: Heads) -> Trail:
    # The log goes from new to old; of commits of one second the one further on is the older.
    first = min(reversed(brought), key=lambda change: change.commit.time).commit
    head = heads.holder(path, blob)
    removed = max(taken, key=lambda change: change.commit.time, default=None)
    if head:
        last, gone = head, None
    elif removed:
        last, gone = removed.commit.parents[removed.before.index(blob)], removed
    else:  # A merge let it fall without a word.
        last, gone = max(brought, key=lambda change: change.commit.time).commit.id, None
    returned = any(
        later.commit.time > earlier.commit.time and later.before and blob not in later.before
        for earlier in taken
        for later in brought
    )
    return Trail(blob, path, first, last, gone, bool(head), returned)


class Heads:
    """The heads of all branches, to see what they hold."""

    def __init__(self, store: Store, refs: Iterable[Ref]) -> None:
        self._store = store
        self._trees: dict[int, dict[bytes, bytes]] = {}
        commits = dict.fromkeys(ref.id for ref in refs if ref.is_branch and ref.kind == "commit")
        self._heads = [(id_.encode(), tree) for id_ in commits if (tree := self._root(id_)) is not None]

    def holder(self, path: bytes, blob: bytes) -> bytes | None:
        """A head that has this blob at this path; the first, as git lists its refs."""
        names = path.split(b"/")
        return next((id_ for id_, tree in self._heads if self._at(tree, names) == blob), None)

    def _root(self, commit: str) -> bytes | None:
        found = self._bytes(commit)
        return found[5 : found.index(b"\n")] if found and found.startswith(b"tree ") and b"\n" in found else None

    def _at(self, tree: bytes, names: Sequence[bytes]) -> bytes | None:
        at: bytes | None = tree
        for name in names:
            if at is None:
                return None
            at = self._entries(at).get(name)
        return at

    def _entries(self, tree: bytes) -> dict[bytes, bytes]:
        number = self._store.find_one(tree.decode())
        if number not in self._trees:
            found = self._store.one(number)[1] if number >= 0 else b""
            self._trees[number] = dict(_entries(found, self._store.place.width)) if isinstance(found, bytes) else {}
        return self._trees[number]

    def _bytes(self, id_: str) -> bytes | None:
        number = self._store.find_one(id_)
        found = self._store.one(number)[1] if number >= 0 else None
        return found if isinstance(found, bytes) else None


def _entries(tree: bytes, width: int) -> Iterator[tuple[bytes, bytes]]:
    """The names of a tree with their ids, in hex."""
    at = 0
    while found := _ENTRY.match(tree, at):
        at = found.end() + width
        yield found[2], tree[found.end() : at].hex().encode()


def commit(store: Store, id_: str) -> Commit:
    """A commit, as it says of itself; what it does not say, or what cannot be read, is empty."""
    number = store.find_one(id_)
    found = store.one(number)[1] if number >= 0 else b""
    head = found.partition(b"\n\n")[0] + b"\n" if isinstance(found, bytes) else b""
    author, authored_at = _signature(_AUTHOR, head)
    committer, committed_at = _signature(_COMMITTER, head)
    return Commit(id_, author, authored_at, committer, committed_at)


def _signature(pattern: re.Pattern[bytes], head: bytes) -> tuple[str, int]:
    found = pattern.search(head)
    if not found:
        return "", 0
    return found[1].decode("utf-8", "replace")[:_NAME], min(max(int(found[2][:18]), 0), _LATEST)


def tags(store: Store, refs: Iterable[Ref]) -> Iterator[tuple[str, str, str, str]]:
    """Every annotated tag that a ref reaches: its id, the ref, and the id and kind of what it is of."""
    seen: set[str] = set()
    for ref in refs:
        id_, kind = ref.id, ref.kind
        for _ in range(_TAGS):
            number = store.find_one(id_)
            if kind != "tag" or number < 0 or id_ in seen:
                break
            seen.add(id_)
            found = store.one(number)
            target = _TARGET.match(found[1]) if isinstance(found[1], bytes) and found[0] == TAG else None
            if not target:
                yield id_, ref.name, "", ""
                break
            tag, id_, kind = id_, target[1].decode(), target[2].decode()
            yield tag, ref.name, id_, kind
