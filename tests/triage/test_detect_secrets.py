"""Baselines that detect-secrets itself has written."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner.model import Finding, Policy, PolicyError, Sighting, Suppression
from scanner.triage import gather, triage
from tests.triage.conftest import NOW, Make, mint, sighting

RAW = mint("somebody")


def written(root: Path, text: str = f'token = "{RAW}"\n') -> dict[str, Any]:
    """The baseline of a repository in which `src/app.py` holds a token, by detect-secrets' command."""
    (root / "src").mkdir()
    (root / "src" / "app.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "detect_secrets", "scan", "--all-files", "--no-verify", "src"]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def decided(root: Path, finding: Finding, policy: Policy | None = None) -> Finding:
    assert triage([finding], gather(policy or Policy(), root, NOW)) == []
    return finding


def test_a_baseline_at_the_root_is_honoured(tmp_path: Path, finding: Make) -> None:
    """detect-secrets knows the token without its signature: `header.payload.`."""
    document = written(tmp_path)
    assert {item["type"] for item in document["results"]["src/app.py"]} >= {"JSON Web Token"}
    (tmp_path / ".secrets.baseline").write_text(json.dumps(document))
    found = decided(tmp_path, finding(sighting("src/app.py"), raw=RAW))
    assert found.status == "baselined"
    assert found.suppression == Suppression(
        "detect-secrets", "known to detect-secrets, not audited", ".secrets.baseline"
    )


@pytest.mark.parametrize("kept", ["JSON Web Token", "Secret Keyword"])
def test_each_detector_that_knows_a_token_covers_it(tmp_path: Path, finding: Make, kept: str) -> None:
    """Its JWT detector hashes a prefix, the others the whole token."""
    document = written(tmp_path, f'password = "{RAW}"\n')
    document["results"]["src/app.py"] = [i for i in document["results"]["src/app.py"] if i["type"] == kept]
    assert len(document["results"]["src/app.py"]) == 1
    (tmp_path / ".secrets.baseline").write_text(json.dumps(document))
    assert decided(tmp_path, finding(sighting("src/app.py"), raw=RAW)).status == "baselined"


@pytest.mark.parametrize(("audit", "words"), [(False, "audited as no secret"), (True, "audited as a real secret")])
def test_an_audit_is_told(tmp_path: Path, finding: Make, audit: bool, words: str) -> None:
    document = written(tmp_path)
    document["results"]["src/app.py"][0]["is_secret"] = audit
    (tmp_path / ".secrets.baseline").write_text(json.dumps(document))
    found = decided(tmp_path, finding(sighting("src/app.py"), raw=RAW))
    assert found.suppression is not None
    assert found.suppression.reason == f"known to detect-secrets, {words}"


@pytest.mark.parametrize(
    ("place", "raw"),
    [
        (sighting("src/other.py"), RAW),
        (sighting("app.py"), RAW),
        (sighting("src/app.py", members=["app.py"]), RAW),
        (sighting("src/app.py"), mint("somebody else")),
    ],
    ids=["another file", "another folder", "in an archive", "another token"],
)
def test_what_detect_secrets_does_not_know_stays_open(tmp_path: Path, finding: Make, place: Sighting, raw: str) -> None:
    """It is file and hash that count."""
    (tmp_path / ".secrets.baseline").write_text(json.dumps(written(tmp_path)))
    assert decided(tmp_path, finding(place, raw=raw)).status == "open"


def test_the_line_does_not_count(tmp_path: Path, finding: Make) -> None:
    (tmp_path / ".secrets.baseline").write_text(json.dumps(written(tmp_path)))
    assert decided(tmp_path, finding(sighting("src/app.py", line=400), raw=RAW)).status == "baselined"


def test_ignore_files_off(tmp_path: Path, finding: Make) -> None:
    """`--no-ignore-files` shows what the repository hides; a baseline that was asked for still holds."""
    (tmp_path / ".secrets.baseline").write_text(json.dumps(written(tmp_path)))
    audit = Policy(ignore_files=False)
    assert decided(tmp_path, finding(sighting("src/app.py"), raw=RAW), audit).status == "open"
    asked = msgspec.structs.replace(audit, baseline=str(tmp_path / ".secrets.baseline"))
    assert decided(tmp_path, finding(sighting("src/app.py"), raw=RAW), asked).status == "baselined"


def test_a_baseline_runs_nothing(tmp_path: Path, finding: Make) -> None:
    """In an old version's file, `custom_plugin_paths` makes detect-secrets import what stands there; we do not."""
    (tmp_path / "plugin.py").write_text("from pathlib import Path\nPath('ran').touch()\n")
    document = written(tmp_path) | {"version": "0.14.3", "custom_plugin_paths": [str(tmp_path / "plugin.py")]}
    document["plugins_used"] = [{"name": "Evil", "path": f"file://{tmp_path}/plugin.py"}]
    (tmp_path / ".secrets.baseline").write_text(json.dumps(document))
    assert decided(tmp_path, finding(sighting("src/app.py"), raw=RAW)).status == "baselined"
    assert not list(Path().glob("ran"))


@pytest.mark.parametrize("broken", ["{", '{"version": "1", "plugins_used": [], "results": {"a": [{}]}}', "[]", "\x00"])
def test_a_broken_one_that_nobody_asked_for_is_a_note(tmp_path: Path, finding: Make, broken: str) -> None:
    """It must not keep a foreign repository from being scanned; one that was asked for is an error."""
    path = tmp_path / ".secrets.baseline"
    path.write_text(broken)
    (note,) = triage([finding()], gather(Policy(), tmp_path, NOW))
    assert note.startswith(f"{path}:1: not a baseline: ")
    assert note.endswith("; it is not honoured")
    with pytest.raises(PolicyError, match=r":1: not a baseline: "):
        gather(Policy(baseline=str(path)), tmp_path, NOW)
