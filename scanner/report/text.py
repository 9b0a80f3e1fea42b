"""The text report: one card a subject, most dangerous first, then a summary.

The layout is the same with and without colour; rich is imported for colour alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from scanner.model import WRAPPINGS, Commit, Coverage, Finding, Presence, Report, Severity, Sighting, Subject
from scanner.report.figures import size
from scanner.report.lines import Line, paint, wrapped
from scanner.report.neutral import plain
from scanner.report.style import Style

_CARDS: Final = 50
"""Subjects shown in full: more is no longer read by anyone."""
_PLACES: Final = 3
_CALLED: Final = 3
"""Names of a cookie or a secret that are told."""
_NAMED: Final = 5
"""Skipped inputs and notes that are told one by one."""
_RULE: Final = 26
"""Width of the column of rule ids."""


def render(report: Report, style: Style) -> Iterator[bytes]:
    """The report for people, in `style.width` columns."""
    width = min(max(style.width, 70), 120)
    yield from paint(_lines(report, style, width), style)


def _lines(report: Report, style: Style, width: int) -> Iterator[Line]:
    shown = [finding for finding in report.findings if finding.status == "open" or style.include_suppressed]
    cards = _cards(shown)
    for subject, findings in cards[:_CARDS]:
        yield from _card(subject, findings, style, width)
    if len(cards) > _CARDS:
        yield [(f"{len(cards) - _CARDS} more subjects have findings; --format json lists all of them.", "dim")]
        yield []
    yield from _summary(report, shown)
    yield from _coverage(report.coverage, report.unit, width)


def _cards(findings: Sequence[Finding]) -> list[tuple[Subject, list[Finding]]]:
    """Findings by subject, in the order of each subject's first."""
    cards: dict[str, tuple[Subject, list[Finding]]] = {}
    for finding in findings:
        cards.setdefault(finding.subject.id, (finding.subject, []))[1].append(finding)
    return list(cards.values())


def _card(subject: Subject, findings: Sequence[Finding], style: Style, width: int) -> Iterator[Line]:
    worst = max(finding.severity for finding in findings)
    word = f" {worst.value.upper()} "
    yield [(word, worst.value), (" ", ""), (name_of(subject), "title")]
    yield [("  ", ""), (subject.preview, "dim")]
    if style.show_secrets:
        yield [("  ", ""), (plain(subject.sealed.reveal().decode("utf-8", "replace")), "")]
        if subject.secret is not None:
            yield [("  secret ", "dim"), (plain(subject.secret.reveal().decode("utf-8", "backslashreplace")), "")]
    for sighting in _places(subject, findings):
        yield [("  ", ""), (where(sighting), "place"), (_context(sighting), "dim")]
        if sighting.origin.presence:
            yield from wrapped([("    ", "")], plain(_history(sighting.origin.presence)), 4, width)
            if sighting.origin.presence.url:
                yield [("    ", ""), (plain(sighting.origin.presence.url), "dim")]
    more = subject.seen - len(_places(subject, findings))
    if more > 0:
        yield [("  ", ""), (f"and {more} more {'place' if more == 1 else 'places'}", "dim")]
    yield []
    yield from verdicts(findings, width)
    yield []


def verdicts(findings: Sequence[Finding], width: int, *, told: bool = False) -> Iterator[Line]:
    """The findings on a subject, worst first, and each remedy once; `told` where it stands above how it is ended."""
    for _, alike in groupby(sorted(findings, key=_by_severity), key=lambda finding: (finding.rule.id, finding.status)):
        same = list(alike)
        yield from _finding(same[0], len(same), width)
    yield []
    for at, remedy in enumerate(_remedies(findings, told=told)):
        yield from wrapped([("      " if at else "  fix ", "good"), ("  · ", "")], remedy, 10, width)


def _remedies(findings: Sequence[Finding], *, told: bool) -> Iterator[str]:
    """Each remedy once, and in them once how the token itself is ended, unless that is told already."""
    way = findings[0].subject.facts.get("token.revocation") if findings else None
    for remedy in dict.fromkeys(finding.remedy for finding in findings):
        yield plain(remedy.replace(way, "as above.") if way and told else remedy)
        told = told or bool(way and way in remedy)


def _by_severity(finding: Finding) -> tuple[int, str, str]:
    return -finding.severity.rank, finding.rule.id, finding.status


def name_of(subject: Subject) -> str:
    """What it is, whose, and whether it is live: facts that may be shown."""
    facts = subject.facts
    kind = str(facts.get("token.class_title") or facts.get(f"{subject.kind}.title") or subject.kind)
    state = {"live": "live", "expired": "expired", "not_yet": "not valid yet", "unknown": "of unknown state"}.get(
        str(facts.get("token.state")), ""
    )
    named = facts.get("token.issuer_name") or facts.get("token.issuer")
    whose = f" from {named}" if named else ""
    called = dict.fromkeys(sighting.name for sighting in subject.sightings if sighting.name)
    if called:
        whose += f", {', '.join(f'`{name}`' for name in list(called)[:_CALLED])}"
    name = kind[:1].upper() + kind[1:]
    return plain(f"{name}{whose}{', ' + state if state else ''}")


def _places(subject: Subject, findings: Sequence[Finding]) -> list[Sighting]:
    """The places of the findings, then others; the first few."""
    first = [finding.sighting for finding in findings]
    return list({(s.origin, s.start): s for s in (*first, *subject.sightings)}.values())[:_PLACES]


def where(sighting: Sighting) -> str:
    """A place as terminals link it: `path:line:column`, with the way into an archive."""
    path = "!".join((sighting.origin.path, *sighting.origin.members))
    name = "standard input" if sighting.origin.kind == "stdin" else plain(path)
    return f"{name}:{sighting.line}:{sighting.column}"


def _context(sighting: Sighting) -> str:
    words = [*sorted(sighting.context), *(WRAPPINGS[name] for name in sighting.wrapping)]
    return f"  ({', '.join(words)})" if words else ""


def _history(presence: Presence) -> str:
    """In words, since when and until when a place held it."""
    if presence.first is None:
        return "no branch holds it" if not presence.at_head else "a ref points at it"
    text = f"since {_commit(presence.first)}"
    if presence.at_head:
        return f"{text}, and still there"
    if presence.removed:
        return f"{text}, until {_commit(presence.removed)}"
    return f"{text}, and last in {_commit(presence.last)}" if presence.last else text


def _commit(commit: Commit) -> str:
    """`commit 1a2b3c4d5e6f by Ann on 2026-01-31`."""
    day = datetime.datetime.fromtimestamp(commit.authored_at, datetime.UTC).date()
    author = f" by {commit.author}" if commit.author else ""
    return f"commit {commit.id[:12]}{author} on {day}"


def _finding(finding: Finding, count: int, width: int) -> Iterator[Line]:
    times = f" (×{count})" if count > 1 else ""
    head: Line = [
        ("  ", ""),
        (f"{finding.severity.value:<9}", finding.severity.value),
        (f"{finding.rule.id:<{_RULE}}", "rule"),
    ]
    text = plain(finding.message) + times
    if finding.suppression:
        text += plain(f" [{finding.status}: {finding.suppression.reason}, {finding.suppression.where}]")
    yield from wrapped(head, text, 11 + max(_RULE, len(finding.rule.id) + 1), width)


def _summary(report: Report, shown: Sequence[Finding]) -> Iterator[Line]:
    counts = report.summary
    decided = [f"{counts[name]} {name}" for name in ("suppressed", "baselined") if counts[name]]
    if not any(finding.status == "open" for finding in shown):
        read = f"{report.coverage.read:,} {report.unit.removesuffix('s') if report.coverage.read == 1 else report.unit}"
        verdict = "No findings" if report.coverage.read else "Nothing was read"
        role = "good" if report.coverage.complete else "warn"
        yield [(verdict, role), (f" in {read}" if report.coverage.read else "", ""), (_apart(decided), "dim")]
        return
    rows: dict[str, list[Finding]] = {}
    for finding in sorted(shown, key=_by_severity):
        if finding.status == "open":
            rows.setdefault(finding.rule.id, []).append(finding)
    wide = max(map(len, rows)) + 2
    yield [(f"{'rule':<{wide}}{'worst':<10}{'findings':>8}", "dim")]
    for name, findings in rows.items():
        worst = findings[0].severity.value
        yield [(f"{name:<{wide}}", "rule"), (f"{worst:<10}", worst), (f"{len(findings):>8}", "")]
    yield []
    count = sum(map(len, rows.values()))
    total: Line = [(f"{count} open {'finding' if count == 1 else 'findings'}", "title"), (": ", "")]
    by_severity = [severity.value for severity in reversed(Severity) if counts[severity.value]]
    for name in by_severity:
        total += [(f"{counts[name]} {name}", name), ("" if name == by_severity[-1] else ", ", "")]
    yield [*total, (_apart(decided), "dim")]


def _apart(decided: Sequence[str]) -> str:
    return f" ({', '.join(decided)})" if decided else ""


def _coverage(coverage: Coverage, unit: str, width: int) -> Iterator[Line]:
    excluded = [f"{entry.count:,} {reason}" for reason, entry in coverage.excluded.items()]
    left_out = f"; left out: {', '.join(excluded)}" if excluded else ""
    yield [(f"Read {coverage.read:,} of {coverage.planned:,} {unit}, {size(coverage.bytes)}{left_out}.", "dim")]
    if coverage.skipped:
        yield [(f"Incomplete: {len(coverage.skipped):,} not read, or not all of it:", "warn")]
        for skipped in coverage.skipped[:_NAMED]:
            path = f"{plain(skipped.path)}: " if skipped.path else ""
            detail = f" ({plain(skipped.detail)})" if skipped.detail else ""
            yield from wrapped([("  ", "")], f"{path}{skipped.reason}{detail}", 4, width)
        yield from _rest(len(coverage.skipped))
    for rule, error in coverage.undecided.items():
        yield from wrapped([("Undecided ", "warn")], f"{rule}: {plain(error)}", 4, width)
    for note in coverage.notes[:_NAMED]:
        yield from wrapped([("Note: ", "dim")], plain(note), 6, width)
    yield from _rest(len(coverage.notes))


def _rest(count: int) -> Iterator[Line]:
    if count > _NAMED:
        yield [(f"  and {count - _NAMED:,} more; --format json lists all of them", "dim")]
