"""Reads the objects of a history, and notes which hold what. They go by their ids yet: an object knows no name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from scanner.examine import Examiner
from scanner.execute.local import Crash, run
from scanner.history.cleared import Cleared, check_folder
from scanner.history.naming import Key, Naming
from scanner.model import Coverage, Examination, Interrupted, Policy, Skipped, UsageError
from scanner.processors import processors
from scanner.sources.git.command import open_git
from scanner.sources.history import log, trace
from scanner.sources.history.log import Commits, Log, Told, nothing_told
from scanner.sources.history.shards import READ, Objects
from scanner.sources.history.store import open_store, place_of
from scanner.sources.scope import Scope
from scanner.sources.tree import LeftOut
from scanner.subjects import Subjects

_SPAN: Final = 16 << 20
"""Bytes of objects a shard, as far as that can be guessed."""
_SHARD: Final = 2_000
"""Objects a shard where they are named one by one."""
_MANY: Final = 50_000
"""Objects from which on merges are looked into only where something was found: it takes longer than all the rest of the
log where there are many, and what a merge alone brought is little."""
_TOLD: Final = 20
"""Missing objects that are told one by one."""
_OBJECT: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def examinations(
    scope: Scope, examine: Examiner, policy: Policy, left_out: LeftOut | None, coverage: Coverage
) -> Iterator[Examination]:
    """What is covered, as work ends; the subjects come last. `coverage` gets what no shard covers.

    Raises UsageError where there is no such repository, and for revisions that are none.
    """
    history = _History(scope, policy, coverage)
    sieve = examine.of_versions(msgspec.structs.replace(policy, inline=frozenset()))
    try:
        for result in history.run(history.shards(), sieve):
            if isinstance(result, Told):
                history.told = result.with_(history.told)
            else:
                history.sift(result)
                yield Examination([], result.examination.coverage)
        if history.asks_merges():
            history.told = history.told.with_(history.log("merges").read())
    except KeyboardInterrupt:
        coverage.skipped.append(Skipped("", "interrupted", "stopped before all was read"))
        history.told = history.told.with_(nothing_told("it was stopped"))
    history.tell()
    history.remember()
    held = {key: frozenset(ids) for key, ids in history.held.items()}
    naming = Naming(history.git, history.store, history.told, held, history.unread)
    naming.prepare(policy, left_out, coverage, all_objects=scope.all_objects)
    subjects = Subjects(policy.max_subjects)
    for result in history.run(naming.shards(), examine):
        if isinstance(result, _Examined):
            subjects.merge(result.examination.subjects)
            coverage.skipped += result.examination.coverage.skipped
            coverage.notes += result.examination.coverage.notes
    yield Examination(naming.settled(subjects), Coverage())


class _History:
    """The objects of a history, and what is known of them so far."""

    def __init__(self, scope: Scope, policy: Policy, coverage: Coverage) -> None:
        self.git = open_git(scope.start, trust_owner=scope.trust_owner)
        self.place = place_of(self.git)
        open_store.cache_clear()  # What was there before may have changed since.
        self.store = open_store(self.place)
        self.scope = scope
        self.policy = policy
        self.coverage = coverage
        coverage.add(self.store.coverage)
        if policy.cache:
            check_folder(self.git, policy)
        self.cleared = Cleared(self.store, policy) if policy.cache else None
        """What need not be read; None where all is to be."""
        self.held: dict[Key, set[bytes]] = {}
        """The objects that hold each subject; ids in hex."""
        self.unread: dict[bytes, Skipped] = {}
        """Objects that could not be read."""
        self.told = nothing_told()
        self.merges_told = False
        self.known = self.cleared.heads() if self.cleared and scope.whole else []
        """Commits of which the log need not tell."""
        self.heads: list[str] = []
        """The commits that refs pointed at before the log was written."""
        self.beyond = 0
        """Sightings of subjects that are too many."""
        self.passed_over = 0
        """Objects that an earlier scan has read and found clear."""

    def log(self, changes: Commits = "all") -> Log:
        """The log as a shard."""
        self.merges_told = self.merges_told or changes != "plain"
        return Log(self.git, self.place, self.scope, changes, self.known)

    def asks_merges(self) -> bool:
        """Whether what merges changed is to be told, and was not yet."""
        return not self.merges_told and bool(self.held or self.unread)

    def shards(self) -> Iterator[Objects | Log]:
        """What is to be read. A part of the history is what its log tells, which is read first."""
        if not self.scope.whole:
            yield from self._part()
        elif self.store:
            if self.cleared:
                refs = log.refs(self.git)
                self.heads = [ref.id for ref in refs if ref.kind == "commit" and ref.name.startswith("refs/")]
            yield self.log("all" if len(self.store) < _MANY else "plain")
            for span in self.store.spans(READ, _SPAN):
                if self.asks_merges():
                    yield self.log("merges")
                yield from self.objects(span)

    def _part(self) -> Iterator[Objects]:
        store = self.store
        self.told = self.log().read()
        if self.told.error:
            raise UsageError(self.told.error)
        numbers = set(self.told.objects)
        numbers |= {
            store.find_one(tag.id)
            for tag in trace.tags(store, log.refs(self.git))
            if tag.kind == "commit" and store.find_one(tag.target) in numbers
        }
        ordered = sorted(numbers)
        for at in range(0, len(ordered), _SHARD):
            yield from self.objects(ordered[at : at + _SHARD])

    def objects(self, numbers: Sequence[int]) -> Iterator[Objects]:
        """Those of the objects with these numbers, which ascend, that are to be read; if there are any."""
        if self.cleared:
            at = np.asarray(numbers)
            left: list[int] = at[~self.cleared.before[at]].tolist()
            self.passed_over += len(numbers) - len(left)
            numbers = left
        if numbers:
            yield Objects(self.git, self.place, numbers, None, prove=self.cleared is not None)

    def run(self, shards: Iterable[Objects | Log], examine: Examiner) -> Iterator[_Examined | Told]:
        """What comes of the shards; those on which the work crashed are told."""
        try:
            for result in run(shards, _Work(examine), self.policy.jobs or processors()):
                if isinstance(result, Crash):
                    if isinstance(result.shard, Log):
                        self.told = self.told.with_(nothing_told("it was not read"))
                    self.coverage.skipped += [Skipped(path, "crashed", result.detail) for path in result.shard.paths()]
                else:
                    yield result
        except Interrupted as stop:
            yield _Examined(stop.examination, b"")
            raise

    def sift(self, examined: _Examined) -> None:
        """Note which objects hold what, and which could not be read."""
        examination = examined.examination
        if self.cleared:
            self.cleared.add(examined.cleared)
        for subject in examination.subjects:
            key = subject.kind, subject.identity
            if key not in self.held and len(self.held) >= self.policy.max_subjects:
                self.beyond += subject.seen
                continue
            ids = self.held.setdefault(key, set())
            ids.update(sighting.origin.path.encode() for sighting in subject.sightings)
        skipped = examination.coverage.skipped
        self.unread |= {entry.path.encode(): entry for entry in skipped if _OBJECT.fullmatch(entry.path)}
        examination.coverage.skipped = [entry for entry in skipped if not _OBJECT.fullmatch(entry.path)]

    def tell(self) -> None:
        """Say what is not there."""
        coverage, told = self.coverage, self.told
        coverage.planned += self.passed_over
        coverage.read += self.passed_over
        if self.passed_over:
            what = "1 object was" if self.passed_over == 1 else f"{self.passed_over} objects were"
            coverage.notes.append(f"{what} read by an earlier scan; nothing was found there")
        if self.beyond:
            detail = f"{self.beyond} sightings beyond {self.policy.max_subjects} distinct subjects were not judged"
            coverage.skipped.append(Skipped("", "too-many-subjects", detail))
        for path in sorted(told.links):
            coverage.exclude("submodule", path)
        by_path = sorted(told.missing.items(), key=lambda entry: entry[::-1])
        for id_, path in by_path[:_TOLD]:
            coverage.skipped.append(Skipped(path, "missing", f"object {id_} is not in this clone"))
        if len(told.missing) > _TOLD:
            detail = f"{len(told.missing) - _TOLD} more objects are not in this clone"
            coverage.skipped.append(Skipped("", "missing", detail))
        if told.error:
            coverage.skipped.append(Skipped("git log", "unreadable", told.error))
        shallow = self.git.repository.common_dir / "shallow"
        if shallow.is_file() and shallow.stat().st_size:
            detail = "this clone is shallow: what came before is not in it; `git fetch --unshallow` brings it"
            if self.scope.whole:
                coverage.skipped.append(Skipped("", "missing", detail))
            else:
                coverage.notes.append(detail)

    def remember(self) -> None:
        """Keep for the next scan what it need not read again; `coverage` has all that was read."""
        if not self.cleared:
            return
        self.cleared.save(self.coverage)
        told, heads = self.told, list(dict.fromkeys(self.heads))
        lacking = told.error or told.missing or told.links or self.coverage.skipped
        if not (lacking or self.held or self.unread or heads == self.known):
            self.cleared.save_heads(heads, self.coverage.read)


class _Examined(NamedTuple):
    """What came of a shard of objects."""

    examination: Examination
    cleared: bytes
    """The ids of objects that surely are what their ids say, were read to their ends and hold nothing."""


class _Work:
    """What a worker does with a shard."""

    def __init__(self, examine: Examiner) -> None:
        self.examine = examine

    def __call__(self, shard: Objects | Log) -> _Examined | Told:
        if isinstance(shard, Log):
            return shard.read()
        examination = self.examine(shard)
        return _Examined(examination, _cleared(shard, examination) if shard.prove else b"")


def _cleared(shard: Objects, examination: Examination) -> bytes:
    told = {sighting.origin.path for subject in examination.subjects for sighting in subject.sightings}
    told |= {entry.path for entry in examination.coverage.skipped}
    if not all(map(_OBJECT.fullmatch, told)):  # Something was left out, and nobody knows where.
        return b""
    return b"".join(sorted(set(shard.proved) - set(map(bytes.fromhex, told))))
