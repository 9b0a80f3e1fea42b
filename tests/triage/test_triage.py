"""What is decided, by which decision, and what is told of those that are useless."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from scanner.model import SIGHTINGS_LISTED, Allow, Finding, PathRule, Policy, PolicyError, Suppression
from scanner.triage import gather, triage
from tests.triage.conftest import NOW, Make, mint, sighting

ALL = Allow("tokensweep", (), "a sample", 7)
LEAKED = Allow("tokensweep", ("token-leaked",), "a sample", 7)


def decide(
    findings: Sequence[Finding], policy: Policy | None = None, root: Path | None = None, *, whole: bool = True
) -> list[str]:
    return triage(findings, gather(policy or Policy(), root, NOW, whole=whole))


def test_nothing_decided(finding: Make) -> None:
    found = finding()
    assert decide([found]) == []
    assert (found.status, found.suppression) == ("open", None)


def test_a_pragma_covers_its_sighting(finding: Make) -> None:
    found = finding(sighting(allows=[LEAKED]))
    assert decide([found]) == []
    assert (found.status, found.suppression) == ("suppressed", Suppression("inline", "a sample", "app.py:7"))


def test_a_foreign_pragma_says_whose_it_is(finding: Make) -> None:
    found = finding(sighting(allows=[Allow("gitleaks", line=7)]))
    assert decide([found]) == []
    assert found.suppression == Suppression("inline", "gitleaks pragma, no reason given", "app.py:7")


def test_a_pragma_covers_only_the_rules_that_it_names(finding: Make) -> None:
    """One that names none of the findings is told as useless."""
    place = sighting(allows=[LEAKED])
    found = [finding(place), finding(place, name="token-no-expiry", per="subject")]
    assert decide(found) == []
    assert [f.status for f in found] == ["suppressed", "open"]
    other = finding(place, name="token-no-expiry")
    assert decide([other]) == ["app.py:7: `tokensweep: allow[token-leaked]` suppresses nothing that was found here"]
    assert other.status == "open"


def test_a_pragma_that_cannot_be_read_is_told(finding: Make) -> None:
    found = finding(sighting(allows=[Allow("tokensweep", ("?",), "", 7)]))
    assert decide([found]) == ["app.py:7: this suppression cannot be read; write `tokensweep: allow[rule-id] reason`"]
    assert found.status == "open"


def test_all_sightings_must_be_covered(finding: Make) -> None:
    """Those in its file for a rule per place, else all of the subject."""
    allowed, bare, elsewhere = sighting(allows=[ALL]), sighting(line=8), sighting("other.py")
    assert decide([both := finding(allowed, bare)]) == []
    assert both.status == "open"
    assert decide([here := finding(allowed, elsewhere)]) == []
    assert here.status == "suppressed"
    assert decide([everywhere := finding(allowed, elsewhere, per="subject")]) == []
    assert everywhere.status == "open"


def test_members_of_an_archive_are_places_of_their_own(finding: Make) -> None:
    allowed = sighting("x.tgz", members=["a.py"], allows=[ALL])
    found = finding(allowed, sighting("x.tgz", members=["b.py"]))
    assert decide([found]) == []
    assert found.suppression == Suppression("inline", "a sample", "x.tgz!a.py:7")


def test_decisions_of_different_kinds_add_up(finding: Make) -> None:
    """One sighting allowed inline and the other by the policy: the finding's own location tells why."""
    policy = Policy(suppressions=(PathRule(reason="recorded", paths=("cassettes/",)),), source="tokensweep.toml")
    found = finding(sighting(allows=[ALL]), sighting("cassettes/a.yaml"), per="subject")
    assert decide([found], policy) == []
    assert found.suppression == Suppression("inline", "a sample", "app.py:7")


def test_unlisted_sightings_have_no_pragma(finding: Make) -> None:
    """Of a full file we do not know the other lines; a path covers them all the same."""
    lines = [
        sighting("app.log", line, allows=[Allow("tokensweep", line=line)]) for line in range(1, SIGHTINGS_LISTED + 1)
    ]
    found = finding(*lines)
    assert decide([found]) == []
    assert found.status == "suppressed"
    found = finding(*lines)
    found.subject.seen += 1
    assert decide([found]) == []
    assert found.suppression is None
    assert decide([found], Policy(suppressions=(PathRule(reason="old logs", paths=("*.log",)),))) == []
    assert found.suppression == Suppression("inline", "tokensweep pragma, no reason given", "app.log:1")


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        (PathRule(reason="x", paths=("src/",)), True),
        (PathRule(reason="x", paths=("app.py", "!src/app.py")), False),
        (PathRule(reason="x", paths=("test/",)), False),
        (PathRule(reason="x", rules=("token-leaked",)), True),
        (PathRule(reason="x", rules=("token-no-expiry",)), False),
        (PathRule(reason="x", rules=("token-leaked",), paths=("test/",)), False),
        (PathRule(reason="x", rules=("token-leaked",), paths=("*.py",)), True),
        (PathRule(reason="x", findings=("0" * 20,)), False),
    ],
)
def test_the_policy_suppresses_by_path_rule_and_finding(finding: Make, rule: PathRule, covered: bool) -> None:
    """All that it names must hold; a useless one is told when everything was scanned."""
    policy = Policy(suppressions=(rule,), source="/somewhere/tokensweep.toml")
    found = finding(sighting("src/app.py"))
    notes = decide([found], policy, Path("/somewhere"), whole=True)
    assert found.status == ("suppressed" if covered else "open")
    assert notes == ([] if covered else ["tokensweep.toml: the suppression 'x' suppresses nothing"])
    assert decide([finding()], Policy(suppressions=(rule,)), whole=False) == []


def test_the_policy_suppresses_one_finding(finding: Make) -> None:
    found, other = finding(raw=mint("a")), finding(raw=mint("b"))
    policy = Policy(suppressions=(PathRule(reason="x", findings=(found.id,)),), source="tokensweep.toml")
    assert decide([other, found], policy) == []
    assert [found.suppression, other.suppression] == [Suppression("policy", "x", "tokensweep.toml"), None]


@pytest.mark.parametrize(("expires", "status"), [("2026-01-01", "suppressed"), ("2025-12-31", "open")])
def test_a_suppression_holds_through_its_last_day(finding: Make, expires: str, status: str) -> None:
    policy = Policy(suppressions=(PathRule(reason="x", expires=expires, paths=("*",)),), source="tokensweep.toml")
    found = finding()
    notes = decide([found], policy)
    assert found.status == status
    told = "tokensweep.toml: the suppression 'x' has expired on 2025-12-31 and holds no more"
    assert notes == ([told] if status == "open" else [])


def test_the_ignore_file(tmp_path: Path, finding: Make) -> None:
    """Paths as in .gitignore, single findings by fingerprint, the comment above as the reason."""
    one = finding(sighting("src/b.py"), raw=mint("b"))
    text = f"# recorded sessions\ncassettes/\n\n!cassettes/live.yaml\nfingerprint:{one.id.upper()}\r\nnone/\n"
    (tmp_path / ".tokensweepignore").write_text(text, encoding="utf-8-sig", newline="")
    recorded, live = finding(sighting("cassettes/a.yaml")), finding(sighting("cassettes/live.yaml"))
    assert decide([recorded, live, one], root=tmp_path) == [".tokensweepignore: nothing is suppressed by line 6"]
    assert recorded.suppression == Suppression("ignore-file", "recorded sessions", ".tokensweepignore:2")
    assert one.suppression == Suppression("ignore-file", "no reason given", ".tokensweepignore:5")
    assert live.status == "open"
    untouched = finding(sighting("cassettes/a.yaml"))
    assert decide([untouched], Policy(ignore_files=False), tmp_path) == []
    assert untouched.status == "open"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a\nfingerprint:123\n", "2: not a fingerprint: '123'"),
        (b"fingerprint: 3f9c21aa07be3f9c21aa # sample\n", "1: not a fingerprint: '3f9c21aa07be3f9c21aa # sample'"),
        (b"# x\n*.log\n!\n", "3: not a gitignore pattern: '!'"),
        (b"\xff\n", " not UTF-8"),
    ],
)
def test_an_ignore_file_that_cannot_be_read(tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / ".tokensweepignore").write_bytes(text)
    with pytest.raises(PolicyError) as caught:
        gather(Policy(), tmp_path, NOW)
    assert str(caught.value) == f"{tmp_path / '.tokensweepignore'}:{message}"


def test_many_useless_pragmas_are_counted(finding: Make) -> None:
    """A log may repeat one on every line."""
    lines = [sighting("app.log", line, allows=[Allow("tokensweep", ("no-rule",), line=line)]) for line in range(1, 51)]
    notes = decide([finding(*lines)])
    assert notes[0] == "app.log:1: `tokensweep: allow[no-rule]` suppresses nothing that was found here"
    assert (len(notes), notes[-1]) == (21, "30 more inline suppressions suppress nothing")


def test_findings_of_a_subject_need_not_stand_together(finding: Make) -> None:
    """Their order is the caller's, and stays."""
    a, b = sighting(allows=[ALL]), sighting("b.py")
    found = [finding(a, raw=mint("a")), finding(b, raw=mint("b")), finding(a, raw=mint("a"), name="token-no-expiry")]
    assert decide(found) == []
    assert [f.status for f in found] == ["suppressed", "open", "suppressed"]
