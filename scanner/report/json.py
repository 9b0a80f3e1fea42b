"""The JSON report, `tokensweep/report/1`: a public interface with a JSON Schema in docs/."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, Final

from scanner.model import Commit, Coverage, Finding, Origin, Report, Sighting, Subject
from scanner.report.encoding import encode
from scanner.report.style import Style

SCHEMA: Final = "tokensweep/report/1"


def render(report: Report, style: Style) -> Iterator[bytes]:
    """One document. Suppressed and baselined findings are listed with their status, whatever `style` says."""
    yield from document(report, style)


def document(report: Report, style: Style, **more: Any) -> Iterator[bytes]:
    """The document, with more members behind its own."""
    yield b'{"schema":' + encode(SCHEMA)
    yield b',"tool":' + encode({"name": "tokensweep", "version": report.version, "rules": report.rules_digest})
    scan = {"targets": report.targets, "now": _instant(report.now), "seconds": round(report.seconds, 3)}
    yield b',"scan":' + encode(scan)
    yield b',"coverage":' + encode(_coverage(report.coverage))
    yield b',"subjects":['
    yield from _joined(encode(_subject(subject, style)) for subject in report.subjects)
    yield b'],"findings":['
    yield from _joined(encode(_finding(finding)) for finding in report.findings)
    yield b'],"summary":' + encode(report.summary)
    yield from (b"," + encode(name) + b":" + encode(value) for name, value in more.items())
    yield b"}\n"


def _joined(items: Iterable[bytes]) -> Iterator[bytes]:
    separator = b"\n"
    for item in items:
        yield separator + item
        separator = b",\n"


def _instant(seconds: int) -> str:
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None).isoformat('T', 'seconds')}Z"


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "complete": coverage.complete,
        "planned": coverage.planned,
        "read": coverage.read,
        "bytes": coverage.bytes,
        "excluded": [
            {"reason": reason, "count": excluded.count, "examples": excluded.examples}
            for reason, excluded in coverage.excluded.items()
        ],
        "skipped": coverage.skipped,
        "undecided": coverage.undecided,
        "notes": coverage.notes,
    }


def _subject(subject: Subject, style: Style) -> dict[str, Any]:
    facts = subject.facts
    shown: dict[str, Any] = {
        "id": subject.id,
        "kind": subject.kind,
        "form": facts.get(f"{subject.kind}.form"),
        "class": facts.get(f"{subject.kind}.class"),
        "state": facts.get(f"{subject.kind}.state"),
        "preview": subject.preview,
        "facts": facts,
        "evidence": subject.evidence,
        "seen": subject.seen,
        "sightings": [
            place(sighting) | {"context": sorted(sighting.context), "name": sighting.name or None}
            for sighting in subject.sightings
        ],
    }
    if style.show_secrets:
        shown["value"] = subject.sealed.reveal().decode("utf-8", "replace")
        if subject.secret is not None:
            shown["secret"] = subject.secret.reveal().decode("utf-8", "backslashreplace")
    return shown


def place(sighting: Sighting) -> dict[str, Any]:
    """Where a sighting is, as the schema has it."""
    at = {
        "kind": sighting.origin.kind,
        "path": sighting.origin.path,
        "members": sighting.origin.members,
        "commit": sighting.origin.commit,
        "line": sighting.line,
        "column": sighting.column,
        "end_line": sighting.end_line,
        "end_column": sighting.end_column,
        "offset": sighting.start,
        "length": sighting.end - sighting.start,
        "wrapping": sighting.wrapping,
    }
    git = history(sighting.origin)
    return at | {"git": git} if git else at


def history(origin: Origin) -> dict[str, Any] | None:
    """What became of a place in a repository's history; None for one that was not found there."""
    presence = origin.presence
    if presence is None:
        return None
    return {
        "blob": origin.blob,
        "first": _commit(presence.first),
        "last": _commit(presence.last),
        "removed": _commit(presence.removed),
        "at_head": presence.at_head,
        "returned": presence.returned,
        "url": presence.url or None,
    }


def _commit(commit: Commit | None) -> dict[str, Any] | None:
    if commit is None:
        return None
    return {
        "commit": commit.id,
        "author": commit.author,
        "authored_at": _instant(commit.authored_at),
        "committer": commit.committer,
        "committed_at": _instant(commit.committed_at),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    facts = finding.subject.facts
    return {
        "id": finding.id,
        "rule": finding.rule.id,
        "kind": finding.rule.on,
        "title": finding.rule.title,
        "severity": finding.severity,
        "confidence": finding.rule.confidence,
        "message": finding.rule.message.fill(facts),
        "remedy": finding.rule.remedy.fill(facts),
        "subject": finding.subject.id,
        "status": finding.status,
        "suppression": finding.suppression,
        "location": place(finding.sighting),
        "mappings": finding.rule.mappings,
        "evidence": finding.subject.evidence,
    }
