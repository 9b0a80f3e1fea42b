"""The JSON report, `tokensweep/report/1`: a public interface with a JSON Schema in docs/."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from scanner.model import Coverage, Finding, Report, Rule, Sighting, Subject
from scanner.report.style import Style

SCHEMA: Final = "tokensweep/report/1"
_encode = msgspec.json.encode


def render(report: Report, style: Style) -> Iterator[bytes]:
    """One document. Suppressed and baselined findings are listed with their status, whatever `style` says."""
    yield b'{"schema":' + _encode(SCHEMA)
    yield b',"tool":' + _encode({"name": "tokensweep", "version": report.version, "rules": report.rules_digest})
    scan = {"targets": report.targets, "now": _instant(report.now), "seconds": round(report.seconds, 3)}
    yield b',"scan":' + _encode(scan)
    yield b',"coverage":' + _encode(_coverage(report.coverage))
    yield b',"subjects":['
    yield from _joined(_encode(_subject(subject, style)) for subject in report.subjects)
    yield b'],"findings":['
    mappings = {rule.id: msgspec.Raw(_encode(_mappings(rule))) for rule in report.rules}
    yield from _joined(_encode(_finding(finding, mappings)) for finding in report.findings)
    yield b'],"summary":' + _encode(report.summary) + b"}\n"


def _joined(items: Iterable[bytes]) -> Iterator[bytes]:
    separator = b"\n"
    for item in items:
        yield separator + item
        separator = b",\n"


def _instant(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        "sightings": [place(sighting) | {"context": sorted(sighting.context)} for sighting in subject.sightings],
    }
    if style.show_secrets:
        shown["value"] = subject.sealed.reveal().decode("utf-8", "replace")
    return shown


def place(sighting: Sighting) -> dict[str, Any]:
    """Where a sighting is, as the schema has it."""
    return {
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
    }


def _finding(finding: Finding, mappings: dict[Any, msgspec.Raw]) -> dict[str, Any]:
    return {
        "id": finding.id,
        "rule": finding.rule.id,
        "kind": finding.rule.on,
        "title": finding.rule.title,
        "severity": finding.severity,
        "confidence": finding.rule.confidence,
        "message": finding.message,
        "remedy": finding.remedy,
        "subject": finding.subject.id,
        "status": finding.status,
        "suppression": finding.suppression,
        "location": place(finding.sighting),
        "mappings": mappings.get(finding.rule.id) or _mappings(finding.rule),
        "evidence": finding.subject.evidence,
    }


def _mappings(rule: Rule) -> list[dict[str, str]]:
    return [
        {"framework": entry.framework, "id": entry.id, "basis": entry.basis, "title": entry.title, "url": entry.url}
        for entry in rule.mappings
    ]
