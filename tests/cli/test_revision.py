"""`--config-from`: what decides on a scan comes from a revision, and what differs now is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.sources.stream import Stdin
from tests.correlate.known import mint as signed
from tests.repositories import Repo
from tests.scans import NOW, mint

RULE = """
[[rule]]
id = "own-rule"
on = "token"
family = "leaked"
when = "token.issuer == 'idp.example'"
severity = "critical"
title = "Ours"
message = "Ours."
remedy = "Ours."
why = "Ours."

[[rule.example]]
token = { header = { alg = "RS256" }, claims = { iss = "https://idp.example" } }
finds = "critical"

[[rule.example]]
token = { header = { alg = "RS256" }, claims = { iss = "https://other.example" } }
finds = false
"""

Scan = Callable[..., dict[str, Any]]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository that is the current folder, with a token in its work tree."""
    repo = Repo(tmp_path / "repo")
    repo.write("app.py", f"{mint()}\n")
    monkeypatch.chdir(repo.root)
    return repo


@pytest.fixture
def scan(repo: Repo, capfd: pytest.CaptureFixture[str]) -> Scan:
    """Scans with these arguments and the policy of `main`, and gives the report, with the status in `status`."""

    def scan(*arguments: str, revision: str = "main") -> dict[str, Any]:
        status = main(["scan", f"--config-from={revision}", f"--now={NOW}", "--format=json", *arguments])
        out, err = capfd.readouterr()
        report: dict[str, Any] = json.loads(out) if out else {"error": err}
        assert "/tokensweep-" not in out + err, "where the files of a revision are kept is nobody's concern"
        return report | {"status": status}

    return scan


def statuses(report: dict[str, Any]) -> set[str]:
    return {finding["status"] for finding in report["findings"]}


def notes(report: dict[str, Any]) -> Sequence[str]:
    found: Sequence[str] = report["coverage"]["notes"]
    return found


@pytest.mark.parametrize("arguments", [(), ("--staged",)], ids=["files", "staged"])
def test_a_change_cannot_loosen_its_own_gate(repo: Repo, scan: Scan, arguments: tuple[str, ...]) -> None:
    """Neither a configuration, nor a baseline, nor an ignore file that came with the change counts; each is told."""
    repo.commit(tokensweep_toml='fail-on = "low"\n')
    repo.add("app.py", f"{mint()}\n")
    repo.add("tokensweep.toml", 'fail-on = "never"\nexclude = ["app.py"]\n')
    repo.add(".tokensweepignore", "app.py\n")
    repo.add(".secrets.baseline", "{}")
    report = scan(*arguments)
    assert (report["status"], statuses(report)) == (1, {"open"})
    assert notes(report) == [
        f"{name} is not what it is in main, which decides on this scan"
        for name in (".secrets.baseline", ".tokensweepignore", "tokensweep.toml")
    ]


def test_the_same_now(repo: Repo, scan: Scan) -> None:
    """Where nothing differs, nothing is told."""
    repo.commit(tokensweep_toml='fail-on = "never"\n')
    report = scan()
    assert (report["status"], notes(report)) == (0, [])


def test_what_is_gone_now(repo: Repo, scan: Scan) -> None:
    """What decided then decides, though the work tree has it no more."""
    repo.add(".tokensweepignore", "# known\napp.py\n")
    repo.commit(tokensweep_toml='[[suppress]]\nreason = "policy"\nrules = ["token-leaked"]\n')
    for name in (".tokensweepignore", "tokensweep.toml"):
        (repo.root / name).unlink()
    report = scan("--include-suppressed")
    assert {(finding["suppression"]["reason"], finding["suppression"]["where"]) for finding in report["findings"]} == {
        ("known", ".tokensweepignore:2")
    }
    assert [note.split()[0] for note in notes(report)] == [".tokensweepignore", "tokensweep.toml"]


def test_suppressions_name_the_revision(repo: Repo, scan: Scan) -> None:
    """Whoever reads the report sees whose configuration it was."""
    repo.commit(tokensweep_toml='[[suppress]]\nreason = "known"\npaths = ["app.py"]\n')
    report = scan("--include-suppressed")
    assert {finding["suppression"]["where"] for finding in report["findings"]} == {"main:tokensweep.toml"}


def test_baseline(repo: Repo, scan: Scan) -> None:
    """By the configuration and by option; of the revision either way."""
    assert main(["baseline", "create", "--quiet"]) == 0
    repo.git("add", "tokensweep-baseline.json")
    repo.commit(tokensweep_toml="")
    (repo.root / "tokensweep-baseline.json").write_text("no baseline")
    report = scan("--baseline=tokensweep-baseline.json", "--include-suppressed")
    assert statuses(report) == {"baselined"}
    assert {finding["suppression"]["where"] for finding in report["findings"]} == {"tokensweep-baseline.json"}
    repo.commit(tokensweep_toml='baseline = "tokensweep-baseline.json"\n')
    assert statuses(scan("--include-suppressed")) == {"baselined"}
    repo.git("rm", "--quiet", "--cached", "tokensweep-baseline.json")
    repo.commit()
    assert "main:tokensweep-baseline.json: cannot be read: No such file or directory" in scan()["error"]


def test_baseline_outside(repo: Repo, scan: Scan, tmp_path: Path) -> None:
    """A file that is not the repository's is taken from where it is."""
    repo.commit(tokensweep_toml='baseline = "../known.json"\n')
    assert main(["baseline", "create", "--quiet", f"--baseline={tmp_path}/known.json"]) == 0
    assert statuses(scan("--include-suppressed")) == {"baselined"}


def test_rules(repo: Repo, scan: Scan) -> None:
    """Own rules are those of the revision; a rule that the change weakens or adds is told."""
    repo.add("security/rules/ours.toml", RULE)
    repo.add("security/rules/README.md", "no rule")
    repo.commit(tokensweep_toml='rules = ["security/rules"]\n')
    assert "own-rule" in {finding["rule"] for finding in scan()["findings"]}
    repo.write("security/rules/ours.toml", RULE.replace("critical", "info"))
    repo.write("security/rules/more.toml", "# nothing yet\n")
    report = scan()
    assert {finding["severity"] for finding in report["findings"] if finding["rule"] == "own-rule"} == {"critical"}
    assert [note.split()[0] for note in notes(report)] == ["security/rules/more.toml", "security/rules/ours.toml"]


def test_word_lists(repo: Repo, scan: Scan) -> None:
    """A secret that the change takes off the list is still tried."""
    repo.write("app.py", signed("ours, and no other").decode())
    repo.add("words.txt", "ours, and no other\n")
    repo.commit(tokensweep_toml='wordlists = ["words.txt"]\n')
    repo.write("words.txt", "")
    report = scan()
    [known] = [finding for finding in report["findings"] if finding["rule"] == "token-known-secret"]
    assert known["evidence"]["known_secret_name"] == "the secret on line 1 of words.txt"
    assert [note.split()[0] for note in notes(report)] == ["words.txt"]


def test_configuration_of_a_folder(repo: Repo, scan: Scan) -> None:
    """It is looked for from the target upwards, as in a work tree."""
    repo.commit(tokensweep_toml='fail-on = "never"\n')
    repo.add("deep/er/pyproject.toml", '[tool.tokensweep]\nfail-on = "low"\n')
    repo.commit()
    repo.write("deep/er/a.txt", mint(1))
    repo.write("deep/a.txt", mint(2))
    assert scan("deep/er")["status"] == 1
    assert scan("deep/a.txt")["status"] == 0
    repo.write("deep/er/pyproject.toml", '[project]\n[tool.tokensweep]\nfail-on = "low"\n')
    assert notes(scan("deep/er")) == [], "it says the same of us"


def test_mistakes_are_told_with_their_place(repo: Repo, scan: Scan) -> None:
    """A broken configuration is that of the revision, and so is its line."""
    repo.commit(tokensweep_toml='\nfail-un = "low"\n')
    report = scan()
    assert report["status"] == 2
    assert "main:tokensweep.toml:2: unknown key 'fail-un'; did you mean 'fail-on'?" in report["error"]
    repo.commit(tokensweep_toml='\n\ndisable = ["token-leeked"]\n')
    assert "main:tokensweep.toml:3: unknown rule 'token-leeked'" in scan()["error"]


@pytest.mark.parametrize("revision", ["nothing", "main:tokensweep.toml", "main..main", "-p", "a\nb", "main^{blob}"])
def test_no_revision(repo: Repo, scan: Scan, revision: str) -> None:
    """What is none is wrong usage."""
    repo.commit(tokensweep_toml="")
    assert scan(revision=revision)["status"] == 2


def test_contradictions(repo: Repo, scan: Scan) -> None:
    """Two answers to one question."""
    repo.commit(tokensweep_toml="")
    assert "--config-from and --no-config contradict" in scan("--no-config")["error"]
    assert "--config-from and --config contradict" in scan("--config=tokensweep.toml")["error"]


def test_a_link(repo: Repo, scan: Scan) -> None:
    """A configuration that is a link names a file that may be anywhere."""
    (repo.root / "tokensweep.toml").symlink_to("other.toml")
    repo.git("add", "tokensweep.toml")
    repo.commit(other_toml='fail-on = "never"\n')
    assert "main:tokensweep.toml is a link" in scan()["error"]


def test_a_link_among_rules(repo: Repo, scan: Scan) -> None:
    """So is a rule."""
    repo.add("rules/ours.toml", RULE)
    (repo.root / "rules/more.toml").symlink_to("/elsewhere.toml")
    repo.git("add", "rules")
    repo.commit(tokensweep_toml='rules = ["rules"]\n')
    assert "main:rules/more.toml is a link" in scan()["error"]


def test_rules_at_the_root(repo: Repo, scan: Scan) -> None:
    """The folder of rules may be the root, whose configuration is no rule file, and said to be none."""
    repo.add("ours.toml", RULE)
    repo.commit(pyproject_toml="[tool.tokensweep]\n")
    assert "is no table of a rule file" in scan("--rules=.")["error"]
    repo.add("deep/ours.toml", RULE)
    repo.commit(pyproject_toml="[tool.tokensweep]\nrules = ['deep']\n")
    assert "own-rule" in {finding["rule"] for finding in scan()["findings"]}


def test_a_target_that_decides(repo: Repo, scan: Scan) -> None:
    """A configuration can be scanned like any file."""
    repo.commit(tokensweep_toml=f'# {mint(2)}\nfail-on = "low"\n')
    assert scan("tokensweep.toml")["status"] == 1


def test_a_target_elsewhere(repo: Repo, scan: Scan, tmp_path: Path) -> None:
    """One revision decides for one repository."""
    repo.commit(tokensweep_toml="")
    other = Repo(tmp_path / "other")
    assert f"{other.root}: not in {repo.root}" in scan(".", str(other.root))["error"]
    assert list(other.root.iterdir()) == [other.root / ".git"]


def test_standard_input(repo: Repo, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the policy of the current folder."""
    repo.commit(tokensweep_toml='fail-on = "never"\n')
    (repo.root / "tokensweep.toml").unlink()
    with (repo.root / "app.py").open("rb") as file:
        monkeypatch.setattr("scanner.sources.targets.Stdin", lambda: Stdin(file.fileno()))
        report = scan("-")
    assert (report["status"], len(report["subjects"])) == (0, 1)


def test_by_other_names_of_revisions(repo: Repo, scan: Scan) -> None:
    """Commits, tags, and what git makes of them; from a folder below."""
    first = repo.commit(tokensweep_toml='fail-on = "never"\n')
    repo.git("tag", "--annotate", "--message=x", "v1")
    repo.commit(tokensweep_toml="")
    for name in (first, first[:12], "v1", "HEAD~1", "main~1", "main^"):
        assert scan(revision=name)["status"] == 0
    assert scan(revision="HEAD")["status"] == 1
