"""Our own baseline: written, edited by hand, merged, read again."""

import datetime
import json
from pathlib import Path

import pytest

from scanner.model import Finding, Policy, PolicyError, Suppression
from scanner.triage import baseline, gather, triage
from tests.triage.conftest import NOW, Make, mint, sighting


def accept(path: Path, *findings: Finding) -> Path:
    path.write_bytes(baseline.dump(findings))
    return path


def edit(path: Path, **members: str) -> None:
    """Set members of the only record, as a user would."""
    document = json.loads(path.read_bytes())
    document["findings"][0] |= members
    path.write_text(json.dumps(document, indent=2))


def decide(root: Path, *findings: Finding, whole: bool = True) -> list[str]:
    return triage(findings, gather(Policy(baseline=str(root / "known.json")), root, NOW, whole=whole))


def test_day_one(tmp_path: Path, finding: Make) -> None:
    """What is known is accepted; a new token, a new place of an old one and a new rule are open."""
    known = finding(sighting("a.py"), raw=mint("a"))
    accept(tmp_path / "known.json", known)
    found = [
        finding(sighting("a.py", line=99), raw=mint("a")),
        finding(sighting("a.py"), raw=mint("b")),
        finding(sighting("a.py"), raw=mint("a"), name="token-in-log"),
    ]
    (tmp_path / "a.py").touch()
    copy = finding(sighting("b.py"), raw=mint("a"))
    assert decide(tmp_path, *found, copy) == []
    assert [f.status for f in (*found, copy)] == ["baselined", "open", "open", "open"]
    assert found[0].suppression == Suppression("baseline", "accepted in the baseline", "known.json")


def test_bytes_are_equal_for_equal_findings(finding: Make) -> None:
    """Whatever their order and lines; sorted, one record a line, a newline at the end."""
    findings = [finding(sighting(path, line), raw=mint(path)) for path in ("b.py", "a.py", "é.py") for line in (3,)]
    moved = [finding(sighting(path, line), raw=mint(path)) for path in ("é.py", "a.py", "b.py") for line in (9,)]
    data = baseline.dump(findings)
    assert data == baseline.dump(moved)
    lines = data.decode().splitlines(keepends=True)
    assert lines[0] == '{"schema": "tokensweep/baseline/1", "findings": [\n'
    assert [json.loads(line.rstrip(",\n"))["path"] for line in lines[1:-1]] == ["a.py", "b.py", "é.py"]
    assert lines[-1] == "]}\n"


def test_a_record_holds_no_value(finding: Make) -> None:
    """Id, rule, identity, place and reason: nothing that changes from run to run, and nothing of the token."""
    raw = mint("a")
    data = baseline.dump([finding(sighting("x.tgz", members=["a.py"]), raw=raw)])
    (record,) = json.loads(data)["findings"]
    assert record.keys() == {"id", "rule", "identity", "path", "members", "reason"}
    assert not any(part.encode() in data for part in raw.split("."))


def test_an_empty_baseline(tmp_path: Path, finding: Make) -> None:
    accept(tmp_path / "known.json")
    found = finding()
    assert decide(tmp_path, found) == []
    assert found.status == "open"


def test_suppressed_findings_are_not_accepted(finding: Make) -> None:
    """They have a decision of their own, which may end."""
    found = finding()
    found.status, found.suppression = "suppressed", Suppression("policy", "sample", "tokensweep.toml")
    assert baseline.dump([found]) == baseline.dump([])


def test_a_moved_file_stays_accepted(tmp_path: Path, finding: Make) -> None:
    """Rule and identity match where the accepted path is gone, and the reason moves along on update."""
    accept(tmp_path / "known.json", finding(sighting("old.py"), raw=mint("a")))
    edit(tmp_path / "known.json", reason="a sample")
    (tmp_path / "new.py").touch()
    moved = finding(sighting("new.py"), raw=mint("a"))
    assert decide(tmp_path, moved) == []
    assert moved.suppression == Suppression("baseline", "a sample", "known.json")
    old = baseline.load(tmp_path / "known.json")
    assert isinstance(old, baseline.Baseline)
    (record,) = json.loads(baseline.dump([moved], old))["findings"]
    assert (record["path"], record["reason"]) == ("new.py", "a sample")


def test_update_keeps_reasons_and_expiries_and_drops_what_is_gone(tmp_path: Path, finding: Make) -> None:
    """A copy in another file is a leak of its own: it does not take over the reason."""
    path = accept(tmp_path / "known.json", finding(sighting("a.py"), raw=mint("a")))
    edit(path, reason="a sample", expires="2027-06-30")
    old = baseline.load(path)
    assert isinstance(old, baseline.Baseline)
    now = [finding(sighting(place), raw=mint("a")) for place in ("a.py", "b.py")]
    records = json.loads(baseline.dump(now, old))["findings"]
    assert [(r["path"], r["reason"], r.get("expires")) for r in records] == [
        ("a.py", "a sample", "2027-06-30"),
        ("b.py", "", None),
    ]
    assert json.loads(baseline.dump([], old))["findings"] == []


@pytest.mark.parametrize(("expires", "status"), [("2026-01-01", "baselined"), ("2025-12-31", "open")])
def test_an_entry_holds_through_its_last_day(tmp_path: Path, finding: Make, expires: str, status: str) -> None:
    """Then it is open again, and that is told."""
    edit(accept(tmp_path / "known.json", finding()), expires=expires)
    found = finding()
    notes = decide(tmp_path, found)
    assert found.status == status
    told = (
        "known.json: 1 of its entries (the first: token-leaked in app.py) is expired, "
        "so what was accepted is open again"
    )
    assert notes == ([told] if status == "open" else [])


def test_an_entry_that_matches_nothing_is_told(tmp_path: Path, finding: Make) -> None:
    """Unless only a part was scanned: it may stand for what was left out."""
    accept(tmp_path / "known.json", finding())
    told = (
        "known.json: 1 of its entries (the first: token-leaked in app.py) is found no more; "
        "`tokensweep baseline update` removes them"
    )
    assert decide(tmp_path) == [told]
    assert decide(tmp_path, whole=False) == []


HEAD = '{"schema": "tokensweep/baseline/1", "findings": [\n'
GOOD = json.dumps({"id": "0" * 20, "rule": "r", "identity": "0" * 64, "path": "a", "reason": ""})
LATER = '{"schema": "tokensweep/baseline/2", "findings": []}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: not a baseline: Input data was truncated"),
        (HEAD + GOOD + "\n<<<<<<< HEAD\n", "3: not a baseline: JSON is malformed: expected ',' or ']' (byte 201)"),
        ('{"schema": "tokensweep/baseline/1"}', "1: not a baseline: Object missing required field `findings`"),
        (LATER, " this version of tokensweep reads tokensweep/baseline/1, the file is 'tokensweep/baseline/2'"),
        (
            HEAD + GOOD + ',\n{"id": "x"}]}',
            "3: not a finding: Expected `str` matching regex '^[0-9a-f]{20}$' - at `$.id`",
        ),
        (HEAD + GOOD.replace("reason", "raison") + "]}", "2: not a finding: Object contains unknown field `raison`"),
        (
            HEAD + GOOD[:-1] + ',\n"expires": "soon"}]}',
            "2: not a finding: Invalid RFC3339 encoded date - at `$.expires`",
        ),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    """The mistake, with its line."""
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        baseline.load(path)
    assert str(caught.value) == f"{path}:{message}"
    assert "tokensweep baseline create" in caught.value.hint


@pytest.mark.parametrize("data", [b"\xff\xfe{\x00", b"[" * 200_000, b'{"a":' * 200_000, b"null", b"\x00"])
def test_hostile_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "known.json"
    path.write_bytes(data)
    with pytest.raises(PolicyError):
        baseline.load(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read: No such file or directory"):
        baseline.load(tmp_path / "known.json")


def test_dates_are_written_as_dates(finding: Make) -> None:
    found = finding()
    entry = baseline.Entry(
        id=found.id,
        rule="token-leaked",
        identity=found.subject.identity,
        path="app.py",
        reason="",
        expires=datetime.date(2026, 3, 1),
    )
    data = baseline.dump([found], baseline.Baseline(Path("known.json"), (entry,)))
    assert b'"expires":"2026-03-01"' in data
