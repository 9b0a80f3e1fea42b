"""The JSON report: a public interface, so its shape stands here in full."""

import json
from pathlib import Path

import jsonschema
import pytest

from scanner.model import Coverage, Excluded, Finding, Sealed, Severity, Skipped, Suppression
from tests.reports import LEAKED, NHI3, leak, mint, rendered, report, sighting, subject

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/report.schema.json").read_text(encoding="utf-8"))
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def document(of, **style):
    """A report in JSON, which the published schema takes."""
    loaded = json.loads(rendered("json", of, **style))
    CHECK.validate(loaded)
    return loaded


def strict(schema):
    """The schema, with no member allowed that it does not name; `place` stays open for what is more than a place."""
    if isinstance(schema, list):
        return [strict(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"unevaluatedProperties": False} if schema.keys() & {"properties", "allOf", "$ref"} else {}
    return {name: value if name in ("allOf", "place") else strict(value) for name, value in schema.items()} | closed


def test_the_schema_is_sound():
    """It is a JSON Schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_names_every_member():
    """What is written is documented: nothing stands in a report that the schema does not name."""
    scanned = leak()
    scanned.coverage.excluded["vendored"] = Excluded(3, ["node_modules"])
    scanned.coverage.skipped.append(Skipped("a.log", "unreadable", "Permission denied"))
    scanned.coverage.undecided["token-leaked"] = "no such overload"
    scanned.findings[0].status = "suppressed"
    scanned.findings[0].suppression = Suppression("inline", "a demo", ".env:3")
    loaded = json.loads(rendered("json", scanned, show_secrets=True))
    closed = jsonschema.Draft202012Validator(strict(SCHEMA))
    closed.validate(loaded)
    for part in (loaded, loaded["subjects"][0]["sightings"][0], loaded["findings"][0]["location"]):
        part["more"] = 1
        assert not closed.is_valid(loaded)
        del part["more"]


def test_the_schema_refuses_what_is_no_report():
    """It would notice a severity, a state or a member that is wrong."""
    for path, wrong in [
        (("findings", 0, "severity"), "grave"),
        (("subjects", 0, "id"), 7),
        (("summary", "high"), -1),
        (("scan", "now"), None),
        (("schema",), "tokensweep/report/2"),
    ]:
        loaded = part = document(leak())
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = wrong
        assert not CHECK.is_valid(loaded), path


def test_a_report_in_full():
    """Every member of a small report, with its exact value."""
    token = subject(mint(), sighting(".github/ci.yml", context="ci", commit="f" * 40, kind="git"), seen=2)
    coverage = Coverage(
        planned=3,
        read=2,
        bytes=999,
        excluded={"vendored": Excluded(3, ["node_modules"])},
        skipped=[Skipped("a.log", "unreadable", "Permission denied")],
        notes=["an unused suppression"],
    )
    finding = Finding(LEAKED, token, Severity.HIGH, token.sightings[0])
    place = {
        "kind": "git",
        "path": ".github/ci.yml",
        "members": [],
        "commit": "f" * 40,
        "line": 7,
        "column": 12,
        "end_line": 7,
        "end_column": 112,
        "offset": 180,
        "length": 100,
        "wrapping": [],
    }
    assert document(report(finding, coverage=coverage)) == {
        "schema": "tokensweep/report/1",
        "tool": {"name": "tokensweep", "version": "0.1.0", "rules": "0123456789ab"},
        "scan": {"targets": ["."], "now": "2026-01-01T00:00:00Z", "seconds": 1.235},
        "coverage": {
            "complete": False,
            "planned": 3,
            "read": 2,
            "bytes": 999,
            "excluded": [{"reason": "vendored", "count": 3, "examples": ["node_modules"]}],
            "skipped": [{"path": "a.log", "reason": "unreadable", "detail": "Permission denied"}],
            "undecided": {},
            "notes": ["an unused suppression"],
        },
        "subjects": [
            {
                "id": f"tok-{token.identity[:12]}",
                "kind": "token",
                "form": "jws",
                "class": "access",
                "state": "live",
                "preview": f"eyJhbGciOi… (3 parts, {len(token.sealed)} characters)",
                "facts": token.facts,
                "evidence": {},
                "seen": 2,
                "sightings": [place | {"context": ["ci"], "name": None}],
            }
        ],
        "findings": [
            {
                "id": finding.id,
                "rule": "token-leaked",
                "kind": "token",
                "title": "Token stands in a file",
                "severity": "high",
                "confidence": "proved",
                "message": "A live token of idp.example.",
                "remedy": "Revoke it at idp.example.",
                "subject": f"tok-{token.identity[:12]}",
                "status": "open",
                "suppression": None,
                "location": place,
                "mappings": [
                    {
                        "framework": entry.framework,
                        "id": entry.id,
                        "basis": entry.basis,
                        "title": entry.title,
                        "url": entry.url,
                    }
                    for entry in LEAKED.mappings
                ],
                "evidence": {},
            }
        ],
        "summary": {"critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0, "suppressed": 0, "baselined": 0},
    }
    assert LEAKED.mappings[0] == NHI3


def test_nothing_found():
    """An empty report is a report."""
    loaded = document(report())
    assert (loaded["subjects"], loaded["findings"]) == ([], [])
    assert loaded["coverage"]["complete"] is True


def test_decided_findings_are_listed():
    """With status, reason and place, and counted apart from the open ones."""
    token = subject(mint())
    loaded = document(
        report(
            Finding(LEAKED, token, Severity.HIGH, sighting("a.py")),
            Finding(
                LEAKED, token, Severity.HIGH, sighting("b.py"), "suppressed", Suppression("inline", "a demo", "b.py:7")
            ),
            Finding(
                LEAKED, token, Severity.HIGH, sighting("c.py"), "baselined", Suppression("baseline", "", "known.json")
            ),
        )
    )
    assert [(finding["status"], finding["suppression"]) for finding in loaded["findings"]] == [
        ("open", None),
        ("suppressed", {"kind": "inline", "reason": "a demo", "where": "b.py:7"}),
        ("baselined", {"kind": "baseline", "reason": "", "where": "known.json"}),
    ]
    summary = loaded["summary"]
    assert (summary["high"], summary["suppressed"], summary["baselined"]) == (1, 1, 1)


def test_the_value_is_shown_on_request_alone():
    """`--show-secrets` adds one member."""
    raw = mint()
    of = report(Finding(LEAKED, subject(raw), Severity.HIGH, sighting()))
    assert "value" not in document(of)["subjects"][0]
    assert document(of, show_secrets=True)["subjects"][0]["value"] == raw


def test_a_secret_is_shown_on_request_alone():
    """What signs a token, where that is no public knowledge; also the empty secret."""
    for secret, text in ((b"ours \xff", "ours \\xff"), (b"", "")):
        token = subject(mint())
        token.secret = Sealed(secret)
        of = report(Finding(LEAKED, token, Severity.HIGH, sighting()))
        assert "secret" not in document(of)["subjects"][0]
        assert document(of, show_secrets=True)["subjects"][0]["secret"] == text


def test_one_subject_and_one_finding_a_line():
    """Line tools can work on it, and two reports can be compared."""
    lines = rendered("json", leak()).splitlines()
    assert [line.startswith(('{"id":', '{"id":"tok')) for line in lines] == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("name", "spelt"),
    [("caf\udce9", "caf%E9"), ("café", "café"), ("100%", "100%"), ("\ud800", "?")],
    ids=["raw byte", "text", "percent", "no byte"],
)
def test_names_that_are_not_text(name, spelt):
    """A target whose name is not UTF-8 stands as paths do, with %XX for such a byte."""
    of = report(coverage=Coverage(planned=1, skipped=[Skipped(name, "nothing-read")]))
    of.targets = (name,)
    loaded = document(of)
    assert loaded["scan"]["targets"] == [spelt]
    assert loaded["coverage"]["skipped"][0]["path"] == spelt
