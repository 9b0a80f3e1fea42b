"""From objects to places: paths, commits and dates of what was found, and what became of it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Final

import msgspec

from scanner.model import Commit, Coverage, Origin, Policy, Presence, Sighting, Skipped, Subject
from scanner.sources.git.command import Git
from scanner.sources.history import log, trace
from scanner.sources.history.forge import Link, link_for
from scanner.sources.history.log import Change, Entry, Ref, Told
from scanner.sources.history.shards import Objects
from scanner.sources.history.store import Store
from scanner.sources.history.trace import Course
from scanner.sources.names import why_excluded
from scanner.sources.tree import LeftOut, display
from scanner.subjects import Subjects

_SHARD: Final = 50
"""Objects a shard when they are read again."""
_MESSAGE: Final = "commit message"
"""What stands for the path of one."""

Key = tuple[str, str]
"""Kind and identity of a subject."""


class _Place(msgspec.Struct, frozen=True):
    """What is known of a subject at a path."""

    first: bytes
    """The object to point at."""
    newest: bytes
    """The one that held it last."""
    presence: Presence


class Naming:
    """Where objects were in history, those that hold something or could not be read. Ids are in hex."""

    def __init__(
        self,
        git: Git,
        store: Store,
        told: Told,
        held: Mapping[Key, frozenset[bytes]],
        unread: Mapping[bytes, Skipped],
    ) -> None:
        """`held` has the objects that hold each subject."""
        self._git = git
        self._store = store
        self._told = told
        self._held = held
        self._unread = unread
        self._holding: dict[bytes, list[Key]] = {}
        """What each object holds."""
        for key, ids in held.items():
            for id_ in ids:
                self._holding.setdefault(id_, []).append(key)
        self._names: dict[bytes, dict[str, Origin]] = {}
        """Of the objects that are to be read again, by path."""
        self._places: dict[tuple[Key, str], _Place] = {}
        self._commit: Callable[[str], Commit] = functools.lru_cache(4096)(functools.partial(trace.commit, store))

    def prepare(self, policy: Policy, left_out: LeftOut | None, coverage: Coverage, *, all_objects: bool) -> None:
        """Find the names; `coverage` gets what is left out, what was not read, and what no ref reaches."""
        wanted = self._holding.keys() | self._unread.keys()
        if not wanted:
            return
        refs = log.refs(self._git)
        heads = trace.Heads(self._store, refs)

        def name(told: Told, wanted: Set[bytes], *, reached: bool) -> dict[bytes, str]:
            by_path, commits = trace.changes(told, wanted, self._store.place.width)
            self._name_files(by_path, heads, policy, left_out, coverage)
            self._name_messages(commits, reached=reached)
            files = {change.after: display(path) for path, changes in by_path.items() for change in changes}
            return files | dict.fromkeys(commits, _MESSAGE)

        named = name(self._told, wanted, reached=True) | self._name_targets(refs)
        lost = wanted - named.keys()
        if all_objects and lost:
            named |= name(log.unreached(self._git), lost, reached=False)
            lost -= named.keys()
        if all_objects or self._told.error:
            # Without its log, nobody knows what a history reaches.
            for id_ in lost:
                named[id_] = f"object {id_.decode()}"
                self._name(id_, Origin("git", named[id_]), Presence())
        elif held := lost & self._holding.keys():
            what = "1 object holds" if len(held) == 1 else f"{len(held)} objects hold"
            coverage.notes.append(f"{what} something too, but no ref reaches it; --all-objects reports it")
        for id_, entry in self._unread.items():
            if id_ in named:
                coverage.skipped.append(Skipped(named[id_], entry.reason, f"object {id_.decode()}: {entry.detail}"))

    def _name_files(
        self,
        by_path: Mapping[bytes, Sequence[Change]],
        heads: trace.Heads,
        policy: Policy,
        left_out: LeftOut | None,
        coverage: Coverage,
    ) -> None:
        @functools.cache
        def merged() -> list[Change]:
            return log.of_sides(self._git, by_path, self._holding.keys(), self._store.place.width)

        def sides(path: bytes) -> list[Change]:
            return [change for change in merged() if change.path == path]

        for raw, changes in by_path.items():
            keys = dict.fromkeys(key for change in changes for key in self._holding.get(change.after, ()))
            path = display(raw)
            if keys and (reason := _why_left_out(path, policy, left_out)):
                coverage.exclude(reason, path)
                continue
            # Many subjects may have stood in the same versions of a file.
            course: Callable[[frozenset[bytes]], Course] = functools.cache(
                functools.partial(trace.course, raw, changes, heads, sides)
            )
            for key in keys:
                self._name_file(key, path, course(self._held[key]))

    def _name_file(self, key: Key, path: str, course: Course) -> None:
        for id_ in (course.first.after, course.newest):
            self._names.setdefault(id_, {})[path] = Origin("git", path, blob=id_.decode())
        gone = course.removed
        successors: set[Key] = set()
        if gone:
            before = {key for id_ in gone.before for key in self._holding.get(id_, ())}
            successors = set(self._holding.get(gone.after, ())) - before
        presence = Presence(
            first=self._commit(course.first.commit.id.decode()),
            last=self._commit(course.last.decode()),
            removed=self._commit(gone.commit.id.decode()) if gone else None,
            at_head=course.at_head,
            returned=course.returned,
            successors=tuple(sorted(identity for _, identity in successors)),
        )
        self._places.setdefault((key, path), _Place(course.first.after, course.newest, presence))

    def _name_messages(self, commits: Mapping[bytes, Entry], *, reached: bool) -> None:
        """Name the messages of commits; of several that hold one subject, the oldest is pointed at."""
        oldest: dict[Key, bytes] = {}
        newest: dict[Key, bytes] = {}
        for id_ in sorted(commits, key=lambda id_: commits[id_].time):
            for key in self._holding.get(id_, ()):
                oldest.setdefault(key, id_)
                newest[key] = id_
        for key, id_ in oldest.items():
            self._names.setdefault(id_, {})[_MESSAGE] = Origin("message", _MESSAGE, blob=id_.decode())
            first, last = (self._commit(which.decode()) for which in (id_, newest[key]))
            presence = Presence(first=first, last=last, at_head=reached)
            self._places.setdefault((key, _MESSAGE), _Place(id_, id_, presence))

    def _name_targets(self, refs: list[Ref]) -> dict[bytes, str]:
        """Name what refs point at that is no commit: tags with a text of their own, and single files and folders."""
        named: dict[bytes, str] = {}
        tags = trace.tags(self._store, refs)
        for tag in tags:
            named[tag.id.encode()] = tag.ref
            first = self._commit(tag.target) if tag.kind == "commit" else None
            self._name(tag.id.encode(), Origin("message", tag.ref), Presence(first=first, at_head=True))
        targets = [(ref.name, ref.id, ref.kind) for ref in refs] + [(tag.ref, tag.target, tag.kind) for tag in tags]
        for name, target, kind in targets:
            for path, id_ in trace.files(self._store, target, kind):
                named[id_] = f"{name}:{display(path)}" if path else name
                self._name(id_, Origin("git", named[id_]), Presence(at_head=True))
        return named

    def _name(self, id_: bytes, origin: Origin, presence: Presence) -> None:
        for key in self._holding.get(id_, ()):
            self._names.setdefault(id_, {})[origin.path] = msgspec.structs.replace(origin, blob=id_.decode())
            self._places.setdefault((key, origin.path), _Place(id_, id_, presence))

    def shards(self) -> Iterator[Objects]:
        """The objects to point at, by their names."""
        names = {
            self._store.find_one(id_.decode()): [
                (origin, "" if origin.kind == "message" else path) for path, origin in by_path.items()
            ]
            for id_, by_path in self._names.items()
        }
        numbers = sorted(names)
        for at in range(0, len(numbers), _SHARD):
            some = numbers[at : at + _SHARD]
            yield Objects(self._git, self._store.place, some, {number: names[number] for number in some})

    def settled(self, subjects: Subjects) -> list[Subject]:
        """The subjects, each with its sightings in the first object that held it at each path, and when that was."""
        link = link_for(self._git.repository.common_dir) if self._places else None
        settled = []
        for subject in subjects:
            sightings = list(dict.fromkeys(self._settled(subject, link)))
            if sightings:
                settled.append(msgspec.structs.replace(subject, sightings=sightings, seen=len(sightings)))
        return settled

    def _settled(self, subject: Subject, link: Link | None) -> Iterator[Sighting]:
        by_path: dict[str, dict[str | None, list[Sighting]]] = {}
        for sighting in subject.sightings:
            origin = sighting.origin
            by_path.setdefault(origin.path, {}).setdefault(origin.blob, []).append(sighting)
        for path, by_blob in by_path.items():
            place = self._places.get(((subject.kind, subject.identity), path))
            if place is None:
                continue
            # A suppression that was written later is meant for what was there before, too.
            later = [allow for sighting in by_blob.get(place.newest.decode(), ()) for allow in sighting.allows]
            commit = place.presence.first.id if place.presence.first else None
            for sighting in by_blob.get(place.first.decode(), ()):
                file = path if sighting.origin.kind == "git" else ""
                url = link(commit, file, sighting.line) if link and commit else ""
                presence = msgspec.structs.replace(place.presence, url=url)
                yield msgspec.structs.replace(
                    sighting,
                    origin=msgspec.structs.replace(sighting.origin, commit=commit, presence=presence),
                    allows=tuple(dict.fromkeys((*sighting.allows, *later))),
                )


def _why_left_out(path: str, policy: Policy, left_out: LeftOut | None) -> str | None:
    *folders, _ = path.split("/")
    reasons = (why_excluded(folder.encode(), policy.vendored) for folder in folders)
    if reason := next(filter(None, reasons), None):
        return reason
    above = itertools.accumulate(folders, lambda folder, name: f"{folder}/{name}")
    if left_out and (left_out(path, False) or any(left_out(folder, True) for folder in above)):
        return "policy"
    return None
