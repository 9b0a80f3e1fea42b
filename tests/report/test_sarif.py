"""SARIF: what code scanning shows, and what its limits let through."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from scanner.model import Coverage, Finding, Severity, Skipped, Suppression
from scanner.report import sarif
from tests.reports import LEAKED, NO_AUDIENCE, leak, mint, rendered, report, sighting, subject

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.schema.json").read_text(encoding="utf-8"))
CHECK = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def run_of(of, **style):
    """The one run of a report in SARIF, which the official schema takes."""
    document = json.loads(rendered("sarif", of, **style))
    CHECK.validate(document)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


def messages(run):
    return [entry["message"]["text"] for entry in run["invocations"][0]["toolExecutionNotifications"]]


def test_results_are_the_findings_in_order():
    """Each finding is one result, at one place, of the level that its severity has."""
    run = run_of(leak())
    assert [
        (
            result["ruleId"],
            result["level"],
            result["locations"][0]["physicalLocation"]["artifactLocation"],
            result["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for result in run["results"]
    ] == [
        ("token-leaked", "error", {"uri": ".env", "uriBaseId": "SRCROOT"}, 3),
        ("token-leaked", "error", {"uri": "logs/app.log", "uriBaseId": "SRCROOT"}, 12),
        ("token-no-audience", "warning", {"uri": ".env", "uriBaseId": "SRCROOT"}, 3),
    ]
    assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": "file:///srv/shop/"}}
    assert run["columnKind"] == "unicodeCodePoints"


def test_a_region_spans_the_token_and_shows_its_preview():
    """All four ends are given, the last exclusive; the snippet is what may be shown."""
    token = subject(mint())
    (result,) = run_of(report(Finding(LEAKED, token, Severity.HIGH, sighting())))["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "app.py", "uriBaseId": "SRCROOT"},
                "region": {
                    "startLine": 7,
                    "startColumn": 12,
                    "endLine": 7,
                    "endColumn": 112,
                    "snippet": {"text": token.preview},
                },
            }
        }
    ]


def test_a_message_links_the_other_places():
    """The first sentence stands alone; the other places are linked, and counted where they are not listed."""
    result = run_of(leak())["results"][0]
    assert result["message"]["text"] == "A live token of idp.example. Seen also at [logs/app.log:12](1) and 12 more."
    assert [
        (place["id"], place["physicalLocation"]["artifactLocation"]["uri"]) for place in result["relatedLocations"]
    ] == [(1, "logs/app.log")]


def test_one_place_has_no_links():
    """A token that was seen once has nothing to link."""
    (result,) = run_of(report(Finding(LEAKED, subject(mint()), Severity.HIGH, sighting())))["results"]
    assert result["message"]["text"] == "A live token of idp.example."
    assert result["relatedLocations"] == []


def test_fingerprints_stay_when_the_line_moves():
    """The fingerprints that services match alerts by hang on the finding's id alone."""

    def fingerprints(line):
        place = sighting(line=line)
        (result,) = run_of(report(Finding(LEAKED, subject(mint(), place), Severity.HIGH, place)))["results"]
        return result["partialFingerprints"]

    finding = Finding(LEAKED, subject(mint()), Severity.HIGH, sighting())
    assert fingerprints(7) == {
        "primaryLocationLineHash": f"{finding.id}:1",
        "tokensweepFingerprint/v1": finding.id,
    }
    assert fingerprints(7) == fingerprints(8000)


def test_rules_are_told_whole():
    """Every active rule is there once, with help, tags and its published and requested mappings."""
    driver = run_of(leak())["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == ["token-leaked", "token-no-audience"]
    assert driver["rules"][0] | {"relationships": []} == {
        "id": "token-leaked",
        "name": "TokenLeaked",
        "shortDescription": {"text": "Token stands in a file"},
        "fullDescription": {"text": "Whoever reads the file is let in."},
        "help": {
            "text": "Whoever reads the file is let in.\n\nWhat to do: Revoke it at its issuer.\n\n"
            "References:\n- RFC 9700 §2.3",
            "markdown": "Whoever reads the file is let in.\n\n**What to do:** Revoke it at its issuer.\n\n"
            "**References**\n\n- RFC 9700 §2.3",
        },
        "helpUri": "https://cwe.example/798",
        "defaultConfiguration": {"level": "error"},
        "relationships": [],
        "properties": {
            "tags": [
                "security",
                "external/cwe/cwe-798",
                "external/owasp-nhi/nhi-03",
                "external/nist/pr.ac-4",
                "external/owasp-nhi/nhi2-2025",
            ],
            "precision": "very-high",
            "problem.severity": "error",
            "security-severity": "8.0",
        },
    }


def test_taxonomies_hold_what_rules_relate_to():
    """Each relationship of a rule points at the taxon of that id, by name and by index."""
    run = run_of(leak())
    taxonomies = run["taxonomies"]
    assert {entry["name"]: [taxon["id"] for taxon in entry["taxa"]] for entry in taxonomies} == {
        "OWASP NHI": ["NHI-03", "NHI2:2025"],
        "NIST": ["PR.AC-4"],
        "CWE": ["CWE-798", "CWE-1270"],
    }
    for rule, entries in zip(run["tool"]["driver"]["rules"], (LEAKED.mappings, NO_AUDIENCE.mappings), strict=True):
        targets = [relationship["target"] for relationship in rule["relationships"]]
        assert [target["id"] for target in targets] == [entry.id for entry in entries]
        for target in targets:
            taxonomy = taxonomies[target["toolComponent"]["index"]]
            assert taxonomy["name"] == target["toolComponent"]["name"]
            assert taxonomy["taxa"][target["index"]]["id"] == target["id"]


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [("critical", "error", "9.5"), ("medium", "warning", "5.5"), ("low", "note", "3.0"), ("info", "note", "1.0")],
)
def test_a_rule_is_as_severe_as_its_worst_finding(severity, level, score):
    """GitHub takes the severity from the rule: one that found nothing worse must not close the gate."""
    run = run_of(report(Finding(LEAKED, subject(mint()), Severity(severity), sighting())))
    leaked, no_audience = run["tool"]["driver"]["rules"]
    assert (leaked["defaultConfiguration"]["level"], leaked["properties"]["security-severity"]) == (level, score)
    assert no_audience["properties"]["security-severity"] == "5.5"
    assert run["results"][0]["properties"]["security-severity"] == score


def test_more_than_ten_tags_are_cut():
    """The requested ids and CWE stay."""
    cwe, requested = LEAKED.mappings[3], LEAKED.mappings[0]
    more = [msgspec.structs.replace(cwe, framework="ASVS", id=f"v5.0.0-{n}") for n in range(20)]
    rule = msgspec.structs.replace(LEAKED, mappings=(*more, requested, cwe))
    scanned = msgspec.structs.replace(report(), rules=(rule,))
    (described,) = run_of(scanned)["tool"]["driver"]["rules"]
    assert described["properties"]["tags"][:3] == ["security", "external/cwe/cwe-798", "external/owasp-nhi/nhi-03"]
    assert len(described["properties"]["tags"]) == 10


def decided():
    open_, inline, known = (subject(mint(name)) for name in ("a", "b", "c"))
    return report(
        Finding(LEAKED, open_, Severity.HIGH, sighting()),
        Finding(LEAKED, inline, Severity.HIGH, sighting(), "suppressed", Suppression("inline", "a demo", "app.py:7")),
        Finding(LEAKED, known, Severity.HIGH, sighting(), "baselined", Suppression("baseline", "known", "known.json")),
    )


def test_decided_findings_are_left_out():
    """Code scanning ignores suppressions, so what the user has decided is not uploaded; what is left is new."""
    (result,) = run_of(decided())["results"]
    assert result["baselineState"] == "new"
    assert "suppressions" not in result


def test_decided_findings_are_shown_on_request():
    """With their decision, its place and reason; what is open says that it has none, as the standard wants."""
    results = run_of(decided(), include_suppressed=True)["results"]
    assert [result["suppressions"] for result in results] == [
        [],
        [{"kind": "inSource", "status": "accepted", "justification": "app.py:7: a demo"}],
        [{"kind": "external", "status": "accepted", "justification": "known.json: known"}],
    ]
    assert [result["baselineState"] for result in results] == ["new", "new", "unchanged"]


def test_without_a_baseline_nothing_is_new():
    """What is new is not known."""
    assert all("baselineState" not in result for result in run_of(leak())["results"])


def test_skipped_inputs_are_notifications():
    """A scan that could not read something was not successful, and says what and why."""
    coverage = Coverage(planned=2, read=1, skipped=[Skipped("a b.log", "unreadable", "Permission denied")])
    coverage.undecided["token-leaked"] = "no such overload"
    coverage.notes.append("the baseline has an unused entry")
    run = run_of(report(coverage=coverage))
    assert run["invocations"][0]["executionSuccessful"] is False
    assert messages(run) == [
        "a b.log: unreadable (Permission denied)",
        "The rule token-leaked could not be decided everywhere: no such overload",
        "the baseline has an unused entry",
    ]
    (place,) = run["invocations"][0]["toolExecutionNotifications"][0]["locations"]
    assert place == {"physicalLocation": {"artifactLocation": {"uri": "a%20b.log", "uriBaseId": "SRCROOT"}}}


def test_a_whole_scan_was_successful():
    """A clean scan is a run without results."""
    run = run_of(report())
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_too_many_results_keep_the_most_severe(monkeypatch):
    """What is over the limit of code scanning is cut from the mild end, and told."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    run = run_of(leak())
    assert [result["level"] for result in run["results"]] == ["error", "error"]
    assert messages(run) == ["Findings left out, the mildest: 1. Code scanning takes 2 at most."]


def test_just_as_many_results_as_fit(monkeypatch):
    """Nothing is cut at the limit itself."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    run = run_of(leak())
    assert len(run["results"]) == 3
    assert messages(run) == []


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/app.py", "src/app.py"),
        ("a b#c?.py", "a%20b%23c%3F.py"),
        ("c:/x", "c%3A/x"),
        ("é/日本.txt", "%C3%A9/%E6%97%A5%E6%9C%AC.txt"),
        ("100%.txt", "100%25.txt"),
        ("latin-%E9.txt", "latin-%E9.txt"),
        ("mirror/%C3%A9.html", "mirror/%25C3%25A9.html"),
    ],
    ids=["plain", "reserved", "no scheme", "not ascii", "percent", "raw byte", "percent in the name"],
)
def test_paths_become_relative_uris(path, uri):
    """Percent-encoded; a byte that is not UTF-8, which a path spells as %XX, is that byte in the URI."""
    (result,) = run_of(report(Finding(LEAKED, subject(mint()), Severity.HIGH, sighting(path))))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_standard_input_has_no_root():
    """Without a root there is no base that a URI could be relative to."""
    place = sighting("-", kind="stdin")
    run = run_of(report(Finding(LEAKED, subject(mint(), place), Severity.HIGH, place), root=""))
    assert "originalUriBaseIds" not in run
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "-"}


def test_an_archive_member_is_named():
    """The URI is the archive's; the way into it is the logical location."""
    place = sighting("a.tgz", members=("inner.tar", "x/.env"))
    (result,) = run_of(report(Finding(LEAKED, subject(mint(), place), Severity.HIGH, place)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a.tgz"
    assert result["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "a.tgz!inner.tar!x/.env", "kind": "member"}
    ]


def test_found_text_makes_no_links():
    """Brackets in a path or a claim are text, not a link to where an attacker wants."""
    token = subject(
        mint(), sighting(), sighting("[x](https://evil.example)"), token_issuer="[click](https://evil.example)"
    )
    (result,) = run_of(report(Finding(LEAKED, token, Severity.HIGH, sighting())))["results"]
    assert result["message"]["text"] == (
        r"A live token of [click] (https://evil.example). Seen also at [\[x\](https://evil.example):7](1)."
    )


def test_found_text_is_no_placeholder():
    """Readers put arguments in the place of `{0}`, so braces stand doubled, as the standard wants."""
    token = subject(mint(), sighting(), sighting("{{cookiecutter.slug}}/app.py"), token_issuer="idp.example/{tenant}")
    (result,) = run_of(report(Finding(LEAKED, token, Severity.HIGH, sighting())))["results"]
    assert result["message"]["text"] == (
        "A live token of idp.example/{{tenant}}. Seen also at [{{{{cookiecutter.slug}}}}/app.py:7](1)."
    )


def test_notes_read_as_they_were_written():
    """Brackets and backslashes need no escape outside a link; control characters always do."""
    coverage = Coverage(skipped=[Skipped("C:\\a\x1b[31m", "unreadable", "[Errno 13] Permission denied")])
    assert messages(run_of(report(coverage=coverage))) == [
        r"C:\a\x1b[31m: unreadable ([Errno 13] Permission denied)",
    ]


def test_a_secret_is_shown_on_request_only():
    """The snippet holds the token under `--show-secrets`, and nowhere else does anything of it stand."""
    scanned = report(Finding(LEAKED, subject(mint()), Severity.HIGH, sighting()))
    _, payload, signature = mint().split(".")
    text = rendered("sarif", scanned)
    assert payload not in text
    assert signature not in text
    (result,) = run_of(scanned, show_secrets=True)["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["snippet"] == {"text": mint()}
