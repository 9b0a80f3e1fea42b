"""What became of bytes in history: which commit brought them, which took them away, whether a branch still has them."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from scanner.model import Commit
from scanner.sources.history.log import Change, Entry, Ref, Told
from scanner.sources.history.packs import TAG
from scanner.sources.history.store import Store

_ENTRY: Final = re.compile(rb"([0-7]{1,7}) ([^\0]+)\0")
_SIGNATURE: Final = rb"^%s (.*?) ?<[^\n]*> (-?\d+) [+-]\d+$"
_AUTHOR, _COMMITTER = (re.compile(_SIGNATURE % word, re.MULTILINE) for word in (b"author", b"committer"))
_TARGET: Final = re.compile(rb"object ([0-9a-f]+)\ntype ([a-z]+)\n")
_FOLDER, _LINK = 0o040000, 0o160000
_FOLDERS: Final = 100_000
"""Folders of a tree that a ref points at which are looked into: a tree can hold itself, over and over."""
_TREES: Final = 10_000
"""Folders of heads that are kept in memory."""
_TAGS: Final = 50
"""Tags of tags that are followed."""
_NAME: Final = 200
"""Characters of a name that are kept."""
_LATEST: Final = 253_370_764_799
"""The end of the year 9998."""


class Course(NamedTuple):
    """What became of one thing, which some blobs hold, at one path."""

    first: Change
    """The oldest that brought it."""
    newest: bytes
    """The blob that held it last."""
    last: bytes
    """The newest commit that held it."""
    removed: Change | None
    """The newest that took it away; None while a branch has it."""
    at_head: bool
    returned: bool
    """Whether it came back after it was taken away."""


def changes(told: Told, wanted: Collection[bytes], width: int) -> tuple[dict[bytes, list[Change]], dict[bytes, Entry]]:
    """The changes of wanted blobs by path, from new to old; and those wanted that are commits of the log.

    `width` is the bytes of an id.
    """
    by_path: dict[bytes, list[Change]] = {}
    commits: dict[bytes, Entry] = {}
    for record in told.read_again(wanted, width):
        if isinstance(record, Entry):
            commits[record.id] = record
        else:
            by_path.setdefault(record.path, []).append(record)
    return by_path, commits


def course(
    path: bytes,
    changes: Sequence[Change],
    heads: Heads,
    sides: Callable[[bytes], Iterable[Change]],
    held: frozenset[bytes],
) -> Course:
    """What became at a path, by these changes, of what the blobs `held` hold; at least one of them was there.

    `sides` tells what merges changed at a path against each of their parents.
    """
    brought = [change for change in changes if change.after in held]
    came = [change for change in brought if held.isdisjoint(change.before)]
    gone = [change for change in changes if change.after not in held and not held.isdisjoint(change.before)]
    # Of two of one second, the one further on is the older.
    first = min(reversed(came or brought), key=_time)
    removed = max(gone, key=_time, default=None)
    head = heads.holder(path, held)
    if not head and not removed:
        fell = (change for change in sides(path) if change.after not in held and not held.isdisjoint(change.before))
        if removed := min(fell, key=_time, default=None):
            removed = removed._replace(before=tuple(heads.blob(parent, path) for parent in removed.commit.parents))
    if head:
        last, newest, removed = *head, None
    elif removed:
        at = next(at for at, id_ in enumerate(removed.before) if id_ in held)
        last, newest = removed.commit.parents[at], removed.before[at]
    else:  # A tag has it yet, or a stash.
        latest = max(brought, key=_time)
        last, newest = latest.commit.id, latest.after
    returned = bool(came and gone) and max(map(_time, came)) > min(map(_time, gone))
    # Clocks go wrong: in the log, too, the one comes after the other.
    returned = returned and changes.index(came[0]) < changes.index(gone[-1])
    return Course(first, newest, last, removed, bool(head), returned)


def _time(change: Change) -> int:
    return change.commit.time


class Heads:
    """The heads of all branches, to see what they hold."""

    def __init__(self, store: Store, refs: Iterable[Ref]) -> None:
        self._store = store
        commits = dict.fromkeys(ref.id for ref in refs if ref.is_branch and ref.kind == "commit")
        self._roots: dict[bytes, bytes] = {}
        """The trees of the heads, each with the first head that has it, as git lists its refs."""
        for id_ in commits:
            if (tree := self._root(id_)) is not None:
                self._roots.setdefault(tree, id_.encode())
        self._entries = functools.lru_cache(_TREES)(self._read)
        self._holders = functools.lru_cache(1)(self._look)

    def holder(self, path: bytes, blobs: Collection[bytes]) -> tuple[bytes, bytes] | None:
        """A head that has one of the blobs at this path, and that blob."""
        return next(((head, blob) for blob, head in self._holders(path).items() if blob in blobs), None)

    def blob(self, commit: bytes, path: bytes) -> bytes:
        """What any commit has at a path; empty for nothing."""
        return self._below(self._root(commit.decode()) or b"", path)

    def _look(self, path: bytes) -> dict[bytes, bytes]:
        """What the heads have at a path, each with the first head that has it."""
        found: dict[bytes, bytes] = {}
        for tree, head in self._roots.items():
            found.setdefault(self._below(tree, path), head)
        return found

    def _below(self, tree: bytes, path: bytes) -> bytes:
        for name in path.split(b"/"):
            tree = self._entries(tree).get(name, b"") if tree else b""
        return tree

    def _root(self, commit: str) -> bytes | None:
        found = _bytes(self._store, commit)
        return found[5 : found.index(b"\n")] if found.startswith(b"tree ") and b"\n" in found else None

    def _read(self, tree: bytes) -> dict[bytes, bytes]:
        found = _bytes(self._store, tree.decode())
        return {name: id_ for _, name, id_ in entries(found, self._store.place.width)}


def entries(tree: bytes, width: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Mode, name and id, in hex, of what a tree lists."""
    at = 0
    while found := _ENTRY.match(tree, at):
        at = found.end() + width
        yield int(found[1], 8), found[2], tree[found.end() : at].hex().encode()


def _bytes(store: Store, id_: str) -> bytes:
    """An object's bytes, none where it cannot be read."""
    number = store.find_one(id_)
    found = store.one(number)[1] if number >= 0 else b""
    return found if isinstance(found, bytes) else b""


def files(store: Store, id_: str, kind: str) -> Iterator[tuple[bytes, bytes]]:
    """The path and id of each file below a tree; of a blob that alone, with an empty path; of others nothing."""
    if kind == "blob":
        yield b"", id_.encode()
    waiting = [(b"", id_.encode())] if kind == "tree" else []
    for _ in range(_FOLDERS):
        if not waiting:
            break
        above, tree = waiting.pop()
        for mode, name, entry in entries(_bytes(store, tree.decode()), store.place.width):
            if mode == _FOLDER:
                waiting.append((above + name + b"/", entry))
            elif mode != _LINK:
                yield above + name, entry


def commit(store: Store, id_: str) -> Commit:
    """A commit, as it says of itself; what it does not say, or what cannot be read, is empty."""
    head = _bytes(store, id_).partition(b"\n\n")[0]
    author, authored_at = _signature(_AUTHOR, head)
    committer, committed_at = _signature(_COMMITTER, head)
    return Commit(id_, author, authored_at, committer, committed_at)


def _signature(pattern: re.Pattern[bytes], head: bytes) -> tuple[str, int]:
    found = pattern.search(head)
    if not found:
        return "", 0
    return found[1].decode("utf-8", "replace")[:_NAME], min(max(int(found[2][:18]), 0), _LATEST)


class Tag(NamedTuple):
    """An annotated tag that a ref reaches."""

    id: str
    ref: str
    target: str
    """The id of what it is of; empty where it cannot be read."""
    kind: str


def tags(store: Store, refs: Iterable[Ref]) -> list[Tag]:
    """Every annotated tag that a ref reaches, those of tags too."""
    found: dict[str, Tag] = {}
    for ref in refs:
        id_, kind = ref.id, ref.kind
        for _ in range(_TAGS):
            if kind != "tag" or id_ in found:
                break
            number = store.find_one(id_)
            is_tag, data = store.one(number) if number >= 0 else (0, b"")
            target = _TARGET.match(data) if is_tag == TAG and isinstance(data, bytes) else None
            tag = Tag(id_, ref.name, *((target[1].decode(), target[2].decode()) if target else ("", "")))
            found[id_] = tag
            id_, kind = tag.target, tag.kind
    return list(found.values())
