"""Subjects as they meet: those of one identity become one, in each worker and again where all results meet."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from scanner.model import SIGHTINGS_LISTED, Coverage, Decoded, Kind, Sighting, Skipped, Subject, Token


class Subjects:
    """A bounded collection of distinct subjects, in the order in which they were first met."""

    def __init__(self, most: int) -> None:
        """Beyond `most` distinct subjects, those with the smallest identities are kept: whichever are met first, these
        are the same. Sightings of the others are only counted."""
        self._most = most
        self._known: dict[tuple[Kind, str], Subject] = {}
        self._largest: list[tuple[int, Kind, str]] = []
        """A heap of those that are kept, the largest identity first, once there are as many as there may be."""
        self._beyond = 0

    def __iter__(self) -> Iterator[Subject]:
        return iter(self._known.values())

    def sight(self, decoded: Decoded, sighting: Sighting, *, decoder: str) -> None:
        """Add one sighting of what `decoder` has read. Those in one file come one after another."""
        kind, identity = decoded.kind, decoded.identity
        subject = self._known.get((kind, identity))
        if subject is None or len(decoded.raw) >= len(subject.sealed):
            kept = None if isinstance(decoded, Token) else decoded
            new = Subject(kind, identity, decoded.raw, [], decoder=decoder, decoded=kept, head=decoded.head)
            if subject:
                _keep_fuller(subject, new)
            elif self._admit(new):
                subject = new
            else:
                self._beyond += 1
                return
        listed = subject.sightings
        last = listed[-1] if listed else None
        if last and last.origin == sighting.origin and last.start <= sighting.start and sighting.end <= last.end:
            return  # seen inside of itself: the bytes of a key in its armour
        subject.seen += 1
        if len(listed) < SIGHTINGS_LISTED or listed[-SIGHTINGS_LISTED].origin != sighting.origin:
            listed.append(sighting)

    def merge(self, subjects: Iterable[Subject]) -> None:
        """Add what another part of the scan has found, in places that this part has not read."""
        for subject in subjects:
            known = self._known.get((subject.kind, subject.identity))
            if known:
                _keep_fuller(known, subject)
                known.sightings += subject.sightings
                known.seen += subject.seen
            elif not self._admit(subject):
                self._beyond += subject.seen

    def _admit(self, subject: Subject) -> bool:
        """Add one that is not known yet, if need be in the place of another; False where it is beyond the bound."""
        if len(self._known) >= self._most:
            self._largest = self._largest or _heap(self._known)
            entry = _entry(subject.kind, subject.identity)
            if not self._largest or entry < self._largest[0]:
                return False
            _, kind, identity = heapq.heapreplace(self._largest, entry)
            self._beyond += self._known.pop((kind, identity)).seen
        self._known[subject.kind, subject.identity] = subject
        return True

    def tell(self, coverage: Coverage, path: str) -> None:
        """Note in `coverage` what was only counted, as found under `path`."""
        if self._beyond:
            detail = f"{self._beyond} sightings beyond {self._most} distinct subjects were counted, not judged"
            coverage.skipped.append(Skipped(path, "too-many-subjects", detail))


def _heap(known: Iterable[tuple[Kind, str]]) -> list[tuple[int, Kind, str]]:
    heap = [_entry(kind, identity) for kind, identity in known]
    heapq.heapify(heap)
    return heap


def _entry(kind: Kind, identity: str) -> tuple[int, Kind, str]:
    """What a heap, which gives the smallest first, orders by: the larger an identity, the earlier."""
    return -int(identity, 16), kind, identity


def _keep_fuller(subject: Subject, other: Subject) -> None:
    """Of two texts of one subject, which differ in what is not signed, keep the longer: whichever was met first."""
    old, new = subject.sealed.reveal(), other.sealed.reveal()
    if (len(new), new) > (len(old), old):
        subject.sealed, subject.decoder = other.sealed, other.decoder
        subject.decoded, subject.head = other.decoded, other.head
