"""The SARIF 2.1.0 report, for code scanning: OASIS SARIF v2.1.0, and what GitHub takes of it.

GitHub's limits are from its page "SARIF support for code scanning".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from scanner.model import (
    Coverage,
    Finding,
    FrameworkEntry,
    Message,
    Origin,
    Report,
    Rule,
    RuleId,
    Severity,
    Sighting,
    Skipped,
    Subject,
    Suppression,
)
from scanner.report.encoding import encode
from scanner.report.json import history
from scanner.report.neutral import plain
from scanner.report.style import Style

MAX_RESULTS: Final = 25_000
"""Results in a run that GitHub takes; the most severe are kept."""
MAX_NOTIFICATIONS: Final = 1_000
MAX_RELATED: Final = 100
"""Locations of a result that GitHub keeps."""
MAX_TAGS: Final = 10
"""Tags of a rule that GitHub shows."""
MAX_TEXT: Final = 1024
"""Characters of a rule's description that GitHub takes."""

_LEVELS: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
"""`security-severity` within the bands of GitHub: over 9.0 critical, from 7.0 high, from 4.0 medium."""
_PROBLEMS: Final = {"error": "error", "warning": "warning", "note": "recommendation"}
_PRECISIONS: Final = {"proved": "very-high", "likely": "high", "possible": "medium"}
_LINKED: Final = 3
"""Other places of a subject that the message names."""

Object = dict[str, Any]


def render(report: Report, style: Style) -> Iterator[bytes]:
    """One run. What is suppressed or baselined is left out unless `style.include_suppressed` asks for it."""
    shown = [
        finding
        for finding in report.findings
        if (finding.status == "open" or style.include_suppressed) and not (style.head_only and _is_gone(finding))
    ]
    rules = _Rules(report.rules, shown)
    yield b'{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":'
    yield encode({"driver": _driver(report, rules)})
    for name, value in _run(report, rules, cut=len(shown) - MAX_RESULTS).items():
        yield b"," + encode(name) + b":" + encode(value)
    yield b',"results":['
    separator = b"\n"
    # A baseline was in force if it took anything; only then is "new" known.
    compared = any(finding.status == "baselined" for finding in report.findings)
    for finding in shown[:MAX_RESULTS]:
        yield separator + encode(_result(finding, report, rules, style, compared=compared))
        separator = b",\n"
    yield b"]}]}\n"


def _is_gone(finding: Finding) -> bool:
    """Whether it points at what only history holds."""
    presence = finding.sighting.origin.presence
    return presence is not None and (not presence.at_head or finding.sighting.origin.kind == "message")


class _Rules:
    """The rules of a run, with their place in it and the taxonomies that they map to."""

    def __init__(self, rules: Sequence[Rule], findings: Sequence[Finding]) -> None:
        self.all = rules
        self.index = {rule.id: index for index, rule in enumerate(rules)}
        self.severity = {rule.id: max(case.severity for case in rule.severity) for rule in rules}
        found: dict[RuleId, Severity] = {}
        for finding in findings:
            found[finding.rule.id] = max(finding.severity, found.get(finding.rule.id, finding.severity))
        # GitHub knows one severity a rule. The worst that this run found keeps a gate from closing for a mild finding.
        self.severity |= found
        self.taxonomies: dict[str, dict[str, FrameworkEntry]] = {}
        for rule in rules:
            for entry in rule.mappings:
                self.taxonomies.setdefault(entry.framework, {}).setdefault(entry.id, entry)


def _driver(report: Report, rules: _Rules) -> Object:
    return {
        "name": "tokensweep",
        "semanticVersion": report.version,
        "properties": {"rules": report.rules_digest},
        "rules": [_descriptor(rule, rules) for rule in rules.all],
        "supportedTaxonomies": [
            {"name": framework, "index": index} for index, framework in enumerate(rules.taxonomies)
        ],
    }


def _descriptor(rule: Rule, rules: _Rules) -> Object:
    severity = rules.severity[rule.id].value
    remedy = _in_general(rule.remedy)
    references = "".join(f"\n- {reference}" for reference in rule.references)
    descriptor = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": _cut(rule.title)},
        "fullDescription": {"text": _cut(rule.why or rule.title)},
        "help": {
            "text": f"{rule.why}\n\nWhat to do: {remedy}" + (f"\n\nReferences:{references}" if references else ""),
            "markdown": f"{rule.why}\n\n**What to do:** {remedy}"
            + (f"\n\n**References**\n{references}" if references else ""),
        },
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "relationships": [_relationship(entry, rules) for entry in rule.mappings],
        "properties": {
            "tags": _tags(rule),
            "precision": _PRECISIONS[rule.confidence],
            "problem.severity": _PROBLEMS[_LEVELS[severity]],
            "security-severity": _SCORES[severity],
        },
    }
    page = next((entry.url for entry in rule.mappings if entry.framework == "CWE" and entry.url), "")
    return descriptor | ({"helpUri": page} if page else {})


def _in_general(message: Message) -> str:
    """A message without a subject: each fact by its stand-in, else by its name in words."""
    return "".join(
        part if isinstance(part, str) else part.instead or part.fact.rpartition(".")[2].replace("_", " ")
        for part in message.parts
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _tags(rule: Rule) -> list[str]:
    """`security`, and the mapped ids in GitHub's spelling `external/cwe/cwe-613`: those first that users filter by."""
    order = sorted(rule.mappings, key=lambda entry: (entry.framework != "CWE", entry.basis != "requested"))
    names = (f"external/{_slug(entry.framework)}/{_slug(entry.id)}" for entry in order)
    return ["security", *islice(dict.fromkeys(names), MAX_TAGS - 1)]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def _relationship(entry: FrameworkEntry, rules: _Rules) -> Object:
    component = {"name": entry.framework, "index": list(rules.taxonomies).index(entry.framework)}
    index = list(rules.taxonomies[entry.framework]).index(entry.id)
    return {"target": {"id": entry.id, "index": index, "toolComponent": component}, "kinds": ["relevant"]}


def _taxonomy(framework: str, entries: Mapping[str, FrameworkEntry]) -> Object:
    return {
        "name": framework,
        "isComprehensive": False,
        "taxa": [
            {"id": entry.id, "shortDescription": {"text": entry.title}, "properties": {"basis": entry.basis}}
            | ({"helpUri": entry.url} if entry.url else {})
            for entry in entries.values()
        ],
    }


def _run(report: Report, rules: _Rules, *, cut: int) -> Object:
    """All of the run but its tool and results; `cut` is how many results are too many."""
    run = {
        "columnKind": "unicodeCodePoints",
        "redactionTokens": ["…"],
        "automationDetails": {"id": f"tokensweep/{'history' if report.unit == 'objects' else 'scan'}/"},
        "taxonomies": [_taxonomy(framework, entries) for framework, entries in rules.taxonomies.items()],
        "invocations": [
            {
                "executionSuccessful": report.coverage.complete,
                "toolExecutionNotifications": list(_notifications(report.coverage, report.root, cut)),
            }
        ],
        "properties": {
            # What is live or expired depends on it.
            "now": datetime.datetime.fromtimestamp(report.now, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        },
    }
    if report.root:
        run["originalUriBaseIds"] = {"SRCROOT": {"uri": Path(report.root).as_uri().rstrip("/") + "/"}}
    return run


def _notifications(coverage: Coverage, root: str, cut: int) -> Iterator[Object]:
    for skipped in coverage.skipped[:MAX_NOTIFICATIONS]:
        yield _notification("error", _not_read(skipped)) | (
            {"locations": [{"physicalLocation": {"artifactLocation": _artifact(skipped.path, root)}}]}
            if skipped.path
            else {}
        )
    if len(coverage.skipped) > MAX_NOTIFICATIONS:
        yield _notification("error", f"{len(coverage.skipped) - MAX_NOTIFICATIONS} more were not read in full.")
    if cut > 0:
        yield _notification(
            "warning", f"Findings left out, the mildest: {cut}. Code scanning takes {MAX_RESULTS} at most."
        )
    for rule, error in coverage.undecided.items():
        yield _notification("warning", f"The rule {rule} could not be decided everywhere: {error}")
    for note in coverage.notes[:MAX_NOTIFICATIONS]:
        yield _notification("note", note)


def _notification(level: str, text: str) -> Object:
    return {"level": level, "message": {"text": _prose(text)}}


def _not_read(skipped: Skipped) -> str:
    detail = f" ({skipped.detail})" if skipped.detail else ""
    return f"{skipped.path or 'The scan'}: {skipped.reason}{detail}"


def _result(finding: Finding, report: Report, rules: _Rules, style: Style, *, compared: bool) -> Object:
    subject = finding.subject
    facts = subject.facts
    others = [sighting for sighting in subject.sightings if sighting != finding.sighting]
    unnamed = max(subject.seen, len(subject.sightings)) - 1 - min(len(others), _LINKED)
    text = _prose(finding.rule.message.fill(facts))
    origin = finding.sighting.origin
    if origin.presence:
        text += f" In commit {origin.commit}." if origin.commit else " In an object that no branch reaches."
    if others:
        links = ", ".join(
            f"[{_link_text(_where(other.origin))}:{other.line}]({at})" for at, other in enumerate(others[:_LINKED], 1)
        )
        text += f" Seen also at {links}" + (f" and {unnamed} more." if unnamed > 0 else ".")
    result = {
        "ruleId": finding.rule.id,
        "ruleIndex": rules.index[finding.rule.id],
        "kind": "fail",
        "level": _LEVELS[finding.severity.value],
        "message": {"text": text},
        "locations": [_location(finding.sighting, report.root, snippet=_snippet(subject, style))],
        "relatedLocations": [
            {"id": at} | _location(other, report.root) for at, other in enumerate(others[:MAX_RELATED], 1)
        ],
        # GitHub's form has an ordinal behind the hash; an id is found once in a run.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.id}:1",
            "tokensweepFingerprint/v1": finding.id,
        },
        "properties": {
            "severity": finding.severity.value,
            "security-severity": _SCORES[finding.severity.value],
            "confidence": finding.rule.confidence,
            "remedy": plain(finding.rule.remedy.fill(facts)),
            "subject": subject.id,
            "class": facts.get(f"{subject.kind}.class"),
            "state": facts.get(f"{subject.kind}.state"),
            "commit": origin.commit,
        }
        | ({"git": history(origin)} if origin.presence else {}),
    }
    if style.include_suppressed:
        # §3.27.23: all results of a run tell their suppressions, or none does.
        result["suppressions"] = [_suppression(finding.suppression)] if finding.suppression else []
    if compared:
        result["baselineState"] = "unchanged" if finding.status == "baselined" else "new"
    return result


def _suppression(suppression: Suppression) -> Object:
    return {
        "kind": "inSource" if suppression.kind == "inline" else "external",
        "status": "accepted",
        "justification": plain(f"{suppression.where}: {suppression.reason}"),
    }


def _snippet(subject: Subject, style: Style) -> str:
    return subject.sealed.reveal().decode("utf-8", "replace") if style.show_secrets else subject.preview


def _prose(text: str) -> str:
    """Text in which nothing is a link, whoever chose its words; brackets alone need no escape there (§3.11.6)."""
    return _braced(plain(text).replace("](", "] ("))


def _link_text(text: str) -> str:
    """The words of a link, in which brackets and backslashes are escaped (§3.11.6)."""
    return _braced(re.sub(r"[\\\[\]]", r"\\\g<0>", text))


def _braced(text: str) -> str:
    """Text in which nothing is a placeholder: a message doubles its braces (§3.11.5)."""
    return text.replace("{", "{{").replace("}", "}}")


def _where(origin: Origin) -> str:
    return plain("!".join((origin.path, *origin.members)))


def _location(sighting: Sighting, root: str, snippet: str = "") -> Object:
    region: Object = {
        "startLine": sighting.line,
        "startColumn": sighting.column,
        "endLine": sighting.end_line,
        "endColumn": sighting.end_column,
    }
    if snippet:
        region["snippet"] = {"text": snippet}
    location: Object = {
        "physicalLocation": {"artifactLocation": _artifact(sighting.origin.path, root), "region": region}
    }
    if sighting.origin.members:
        location["logicalLocations"] = [{"fullyQualifiedName": _where(sighting.origin), "kind": "member"}]
    return location


def _artifact(path: str, root: str) -> Object:
    return {"uri": _uri(path)} | ({"uriBaseId": "SRCROOT"} if root else {})


def _uri(path: str) -> str:
    """A path as a relative URI reference. `Origin.path` spells bytes that are not UTF-8 as `%XX`: they stay."""
    return "".join(
        part if at % 2 and not _is_text(part) else quote(part, errors="surrogateescape")
        for at, part in enumerate(_HIGH_BYTES.split(path))
    )


_HIGH_BYTES: Final = re.compile("((?:%[89A-F][0-9A-F])+)")


def _is_text(escaped: str) -> bool:
    """Whether the bytes are UTF-8: then the name itself holds percent signs, for raw UTF-8 is never escaped."""
    try:
        bytes.fromhex(escaped.replace("%", "")).decode()
    except UnicodeDecodeError:
        return False
    return True
