"""The way of the data: sources → detect → decode → correlate → judge → triage → report."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scanner import __version__, rulebook
from scanner.decode import decoded_of
from scanner.examine import Examiner
from scanner.execute.local import Crash, run
from scanner.model import (
    DETECT_SECRETS_BASELINE,
    IGNORE_FILE,
    Coverage,
    Examination,
    Finding,
    Interrupted,
    Key,
    Origin,
    Policy,
    Report,
    Secret,
    Skipped,
    Subject,
    Token,
)
from scanner.processors import processors
from scanner.sources import Plan, Shard
from scanner.sources.stream import Memory
from scanner.sources.tree import display
from scanner.subjects import Subjects

if TYPE_CHECKING:
    from scanner.keys import GivenKey

_SLOW: Final = 1_000
"""Weak secrets of one scan that are told by their value, which takes some 20 ms each."""

Progress = Callable[[Coverage], None]
"""Called with what is covered so far, each time that work ends."""


def scan(
    plan: Plan,
    policy: Policy,
    now: int,
    *,
    progress: Progress | None = None,
    with_rules: bool = True,
) -> Report:
    """Read the targets, judge what they hold as of `now` (seconds since 1970-01-01 UTC), and report.

    Ctrl-C ends the reading; what was found until then is judged and reported as incomplete. Raises UsageError for a
    target that cannot be read or a file without keys, RuleError and PolicyError for rules and decisions that cannot be
    used. A report that need not name the rules in force (`with_rules`) spares a clean scan reading them.
    """
    began = time.monotonic()
    names = tuple(display(os.fsencode(target)) for target in plan.targets)
    extra = [Path(folder) for folder in policy.rules]
    keys, notes = keys_in_force(policy)
    coverage, subjects = Coverage(notes=[*notes]), Subjects(policy.max_subjects)
    book: rulebook.RuleBook | None = None
    known: set[tuple[str, str]] = set()
    examine = Examiner(rulebook.load_patterns(extra), policy)
    try:
        for examination in _read(plan, examine, policy, coverage):
            subjects.merge(examination.subjects)
            coverage.add(examination.coverage)
            if book is None and (with_rules or any(map(_judged, examination.subjects))):
                book = rulebook.load(extra)  # while the workers read on
            if progress:
                progress(coverage)
        if any(map(_judged, subjects)):
            known = _known(plan.before(), examine, policy, coverage)
    except KeyboardInterrupt:
        coverage.skipped.append(Skipped("", "interrupted", "stopped before all was read"))
    subjects.tell(coverage, "")
    if not coverage.read and coverage.complete:
        if plan.empty:
            coverage.notes.append(plan.empty)
        else:
            coverage.skipped.append(Skipped(", ".join(names), "nothing-read", "it holds no file to read"))

    everything = sorted(subjects, key=_place)
    found = [subject for subject in everything if _judged(subject) and (subject.kind, subject.identity) not in known]
    if book is None and (found or with_rules):
        book = rulebook.load(extra)
    place = plan.root.name if plan.root else ""
    findings = judge_all(everything, book, policy, now, coverage, keys, known, place, plan.repositories) if book else []
    found = _without_traces(found, findings, coverage)
    if findings or _decided(policy, plan):
        coverage.notes += _triage(findings, policy, plan, now)
    return Report(
        version=__version__,
        rules_digest=book.digest if book else rulebook.digest(extra),
        rules=book.active(policy) if book else (),
        targets=names,
        root=display(os.fsencode(plan.root or "")),
        now=now,
        seconds=time.monotonic() - began,
        coverage=_ordered(coverage),
        subjects=_most_dangerous_first(found, findings),
        findings=findings,
        unit="objects" if plan.scope else "files",
    )


def examine_bytes(data: bytes, origin: Origin, book: rulebook.RuleBook, policy: Policy) -> Examination:
    """What one blob holds that stands in memory."""
    return Examiner(book.patterns, policy)(Memory(data, origin))


def _read(plan: Plan, examine: Examiner, policy: Policy, coverage: Coverage) -> Iterator[Examination]:
    """What comes of all that is planned, as work ends."""
    if plan.scope:
        from scanner.history.reading import examinations

        return examinations(plan.scope, examine, policy, _left_out(policy), coverage)
    shards = plan.shards(coverage, vendored=policy.vendored, left_out=_left_out(policy))
    return _examinations(shards, examine, policy, coverage)


def _examinations(
    shards: Iterable[Shard], examine: Examiner, policy: Policy, coverage: Coverage
) -> Iterator[Examination]:
    """What comes of each shard, as work ends; `coverage` gets those on which the work crashed."""
    results: Iterator[Examination | Crash[Shard]] = run(
        shards, examine, policy.jobs or processors(), local=lambda shard: shard.local
    )
    try:
        for result in results:
            if isinstance(result, Crash):
                coverage.skipped += [Skipped(path, "crashed", result.detail) for path in result.shard.paths()]
            else:
                yield result
    except Interrupted as stop:
        yield stop.examination
        raise


def _known(shards: Iterable[Shard], examine: Examiner, policy: Policy, coverage: Coverage) -> set[tuple[str, str]]:
    """Kind and identity of all subjects in what stood there before; `coverage` gets a note where that can't be read."""
    before = Coverage()
    known: set[tuple[str, str]] = set()
    for examination in _examinations(shards, examine, policy, before):
        known.update((subject.kind, subject.identity) for subject in examination.subjects)
        before.add(examination.coverage)
    if before.skipped:
        first = before.skipped[0]
        coverage.notes.append(
            f"earlier versions that can't be read: {len(before.skipped)}, such as that of {first.path} "
            f"({first.reason}); what they held counts as new"
        )
    return known


def _left_out(policy: Policy) -> Callable[[str, bool], bool] | None:
    if not policy.exclude:
        return None
    from scanner.triage.paths import matcher

    taken_by = matcher(policy.exclude, lambda index: f"{policy.source or 'policy'}: exclude[{index}]")
    return lambda path, folder: taken_by(path + "/" if folder else path) is not None


def keys_in_force(policy: Policy) -> tuple[Sequence[GivenKey], Sequence[str]]:
    """The keys that the policy names, with notes on them; read before the scan, so that a mistake is told at once.

    Raises UsageError.
    """
    if not policy.jwks:
        return (), ()
    from scanner.keys import read

    return read(policy.jwks)


def judge_all(
    subjects: Sequence[Subject],
    book: rulebook.RuleBook,
    policy: Policy,
    now: int,
    coverage: Coverage,
    keys: Sequence[GivenKey],
    known: Collection[tuple[str, str]] = (),
    place: str = "",
    repositories: Sequence[str] = (),
) -> list[Finding]:
    """The findings on the subjects, most severe first, else in the order of subjects and of rules.

    Correlation comes first: its evidence is among the facts that are judged. Those that are `known` already, by kind
    and identity, give evidence, and are not judged themselves. `place` is the name of the folder that was scanned,
    `repositories` are the folders in it of the repositories, if they are several.
    """
    from scanner.correlate import correlate
    from scanner.judge import Judge

    correlate(lambda: _tokens(subjects), policy, coverage, keys, place, subjects, repositories)
    judge = Judge(book, policy, now)
    findings: list[Finding] = []
    new = [subject for subject in subjects if _judged(subject) and (subject.kind, subject.identity) not in known]
    for subject, token in _tokens(new):
        findings += judge.judge(subject, token)
    for subject in new:
        if subject.decoded:
            findings += judge.judge(subject, subject.decoded)
    coverage.undecided.update(judge.undecided)
    findings.sort(key=lambda finding: -finding.severity.rank)
    return findings


def _judged(subject: Subject) -> bool:
    """Whether there may be findings on a subject, and it is told: a salt gives evidence alone."""
    return subject.kind != "salt"


def _tokens(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, Token]]:
    """The tokens among the subjects with what they say; decoding twice costs less than keeping all of them decoded."""
    for subject in subjects:
        token = decoded_of(subject) if subject.kind == "token" else None
        if isinstance(token, Token):
            yield subject, token


def _without_traces(subjects: Sequence[Subject], findings: Sequence[Finding], coverage: Coverage) -> list[Subject]:
    """The subjects that are told, none by a digest from which a weak secret could be guessed.

    A value of which nothing is found is none that anybody has to know of: a placeholder, a word of a test.
    """
    found = {id(finding.subject) for finding in findings}
    told = []
    weak: Counter[tuple[str, str]] = Counter()
    for subject in subjects:
        decoded = subject.decoded
        secret = decoded.value if isinstance(decoded, Secret) else None
        if isinstance(decoded, Key):
            secret = decoded.details.get("secret")
        if secret is None:
            told.append(subject)
        elif id(subject) in found:
            from scanner import secrets

            value = secret.reveal()
            if secrets.is_guessable(value):
                place = subject.sightings[0].origin.path, subject.sightings[0].name
                weak[place] += 1
                by_value = weak.total() <= _SLOW
                subject.identity = secrets.identity(value) if by_value else secrets.identity_at(*place, weak[place])
            else:
                subject.identity = secrets.identity(value)
            told.append(subject)
    if weak.total() > _SLOW:
        coverage.notes.append(
            f"{weak.total() - _SLOW} weak secrets beyond the first {_SLOW} have ids by where they stand, not by value"
        )
    return told


def _decided(policy: Policy, plan: Plan) -> bool:
    """Whether there are decisions that may meet nothing, which is to be told."""
    home = policy.decided_in or plan.root
    files = (IGNORE_FILE, DETECT_SECRETS_BASELINE) if policy.ignore_files and home else ()
    return bool(policy.baseline or policy.suppressions) or any(os.path.exists(Path(home or "", name)) for name in files)


def _triage(findings: Sequence[Finding], policy: Policy, plan: Plan, now: int) -> list[str]:
    from scanner.triage import gather, triage

    return triage(findings, gather(policy, plan.root, now, whole=plan.whole))


def _place(subject: Subject) -> tuple[str, int]:
    subject.sightings.sort(key=lambda sighting: (sighting.origin.path, sighting.start))
    return subject.sightings[0].origin.path, subject.sightings[0].start


def _most_dangerous_first(subjects: Sequence[Subject], findings: Sequence[Finding]) -> list[Subject]:
    """Subjects in the order of their first open finding, then those without one."""
    order: dict[str, Subject] = {}
    for finding in sorted(findings, key=lambda finding: finding.status != "open"):
        order.setdefault(finding.subject.identity, finding.subject)
    for subject in subjects:
        order.setdefault(subject.identity, subject)
    return list(order.values())


def _ordered(coverage: Coverage) -> Coverage:
    """The same from run to run, whichever worker was first."""
    coverage.skipped.sort(key=lambda skipped: (skipped.path, skipped.reason, skipped.detail))
    coverage.notes = sorted(set(coverage.notes))
    coverage.undecided = dict(sorted(coverage.undecided.items()))
    coverage.excluded = dict(sorted(coverage.excluded.items()))
    for excluded in coverage.excluded.values():
        excluded.examples.sort()
    return coverage
