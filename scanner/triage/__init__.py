"""Triage: marks what the user has decided already. Nothing is dropped; each decision has its reason and place."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from scanner.model import (
    DETECT_SECRETS_BASELINE,
    IGNORE_FILE,
    SIGHTINGS_LISTED,
    Finding,
    Policy,
    PolicyError,
    Sighting,
    Subject,
    Suppression,
)
from scanner.triage.decision import Decision, relative
from scanner.triage.pragmas import Pragmas

_BASELINES = frozenset({"baseline", "detect-secrets"})


class Decisions(msgspec.Struct, frozen=True):
    """All that the user has decided before a scan; serves that one scan."""

    kinds: Sequence[Decision]
    """Where two cover the same, the first one is told."""
    whole: bool = True
    """Whether all of the root is scanned, so that a decision that meets nothing is useless."""
    notes: tuple[str, ...] = ()
    """What is to be told of them before any finding is met."""


def gather(policy: Policy, root: Path | None, now: int, *, whole: bool = True) -> Decisions:
    """The decisions of the policy, its baseline, and the files that stand at the root of all paths.

    `root` is None where there are no files (standard input); `now` counts seconds since 1970-01-01 UTC. Raises
    PolicyError for a file that cannot be used. A broken baseline of detect-secrets that nobody asked for is a note.
    """
    today = datetime.datetime.fromtimestamp(now, datetime.UTC).date()
    home = Path(policy.decided_in) if policy.decided_in else root
    kinds: list[Decision] = [Pragmas()]
    notes = []

    def baseline(path: Path) -> Decision:
        return _baseline(path, relative(path, home), root, today)

    if policy.ignore_files and home is not None and os.path.isfile(home / IGNORE_FILE):
        from scanner.triage.ignore_file import IgnoreFile

        kinds.append(IgnoreFile(home / IGNORE_FILE, home))
    if policy.suppressions:
        from scanner.triage.path_rules import PathRules

        where = relative(Path(policy.source), root) if policy.source else "policy"
        kinds.append(PathRules(policy.suppressions, where, today.isoformat()))
    asked = Path(policy.baseline).absolute() if policy.baseline else None
    if asked:
        kinds.append(baseline(asked))
    if policy.ignore_files and home is not None:
        unasked = home / DETECT_SECRETS_BASELINE
        if os.path.isfile(unasked) and unasked != asked:
            try:
                kinds.append(baseline(unasked))
            except PolicyError as error:
                notes.append(f"{error}; it is not honoured")
    return Decisions(kinds, whole, tuple(notes))


def triage(findings: Sequence[Finding], decisions: Decisions) -> list[str]:
    """Set status and suppression of each finding that was decided; what it returns is for `Coverage.notes`.

    A finding is decided when all the sightings that it is about are covered: those in its place for a rule per place,
    else all of its subject.
    """

    def by_subject(finding: Finding) -> int:
        return id(finding.subject)

    for _, alike in groupby(sorted(findings, key=by_subject), key=by_subject):
        of_subject = list(alike)
        places = _places(of_subject[0].subject)
        everywhere = [sighting for place in places.values() for sighting in place]
        for finding in of_subject:
            about = places[_place(finding.sighting)] if finding.rule.per == "place" else everywhere
            covers = [_first(decisions.kinds, finding, sighting) for sighting in (finding.sighting, *about)]
            if covers[0] and all(covers):
                finding.suppression = covers[0]
                finding.status = "baselined" if covers[0].kind in _BASELINES else "suppressed"
    notes = [*decisions.notes]
    for kind in decisions.kinds:
        notes += kind.notes(whole=decisions.whole)
    return notes


def _baseline(path: Path, where: str, root: Path | None, today: datetime.date) -> Decision:
    from scanner.triage import baseline, detect_secrets

    loaded = baseline.load(path)
    if isinstance(loaded, baseline.Baseline):
        return baseline.Accepted(loaded, where, root, today)
    return detect_secrets.DetectSecrets(loaded, where)


def _first(kinds: Sequence[Decision], finding: Finding, sighting: Sighting) -> Suppression | None:
    """The first cover; all kinds are asked, so that each knows what it met."""
    covers = [kind.cover(finding, sighting) for kind in kinds]
    return next(filter(None, covers), None)


def _place(sighting: Sighting) -> tuple[str, tuple[str, ...]]:
    return sighting.origin.path, sighting.origin.members


def _places(subject: Subject) -> dict[tuple[str, tuple[str, ...]], list[Sighting]]:
    """The sightings of a subject by place."""
    places: dict[tuple[str, tuple[str, ...]], list[Sighting]] = {}
    for sighting in subject.sightings:
        places.setdefault(_place(sighting), []).append(sighting)
    if subject.seen > len(subject.sightings):
        for place in places.values():
            if len(place) >= SIGHTINGS_LISTED:
                # Stands for those that are not listed: nothing is known of the pragmas on their lines.
                place.append(msgspec.structs.replace(place[-1], allows=()))
    return places
