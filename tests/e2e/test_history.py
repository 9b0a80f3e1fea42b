"""`tokensweep scan --history`, as users run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.conftest import NOW, Run, mint
from tests.repositories import ENVIRONMENT, Repo

DAY = 86_400
SCHEMA = json.loads(Path("docs/report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A token that was in app.py for 214 days, and one that ci.yml has yet."""
    repo = Repo(tmp_path / "project")

    def commit(days_ago: int, **files: str) -> None:
        date = f"{NOW - days_ago * DAY} +0000"
        for name, content in files.items():
            repo.add(name.replace("_", "."), content)
        repo.git("commit", "-q", "-m", "change", GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)

    year = {"iat": NOW - 300 * DAY, "exp": NOW + 60 * DAY}
    commit(300, app_py="x = 1\n")
    commit(250, app_py=f"x = 1\nTOKEN = '{mint(sub='gone', scope='read', **year)}'\n")
    commit(36, app_py="x = 1\n")
    repo.git("checkout", "-q", "-b", "topic")
    commit(10, ci_yml=f"token: {mint(sub='there', scope='read', **year)}\n")
    repo.git("remote", "add", "origin", "git@github.com:acme/shop.git")
    return repo.root


def log(project: Path, path: str) -> list[str]:
    """The commits that touched a path, oldest first."""
    repo = Repo.__new__(Repo)
    repo.root = project
    return repo.git("log", "--all", "--reverse", "--format=%H", "--", path).split()


def normal(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{40}\b|(?<=commit )[0-9a-f]{12}\b", "«commit»", text)


def test_for_people(run: Run) -> None:
    """A card says since when and until when, how long that was, and what to do first."""
    result = run("scan", "--history", "--now", NOW)
    assert (result.returncode, result.stderr) == (1, "")
    lines = normal(result.stdout).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  app.py"))
    assert [line.strip() for line in lines[at : at + 4]] == [
        "app.py:2:10",
        "since commit «commit» by Ann on 2026-05-10, until commit «commit» by Ann on 2026-12-10",
        "https://github.com/acme/shop/blob/«commit»/app.py#L2",
        "",
    ]
    told = " ".join(result.stdout.split())
    assert "It lay open for 214 days, was valid for 214 days of that, and is live now" in told
    assert "fix · First end it: revoke it at idp.example" in told
    assert "git filter-repo --sensitive-data-removal --replace-text ../leaked.txt" in told
    assert "and still there" in told
    assert result.stdout.endswith("Read 7 of 7 objects, 1.9 KB.\n")


def test_json(run: Run, project: Path) -> None:
    """Each place has its commit, and a member on what became of it."""
    report = json.loads(run("scan", "--history", "--now", NOW, "-f", "json").stdout)
    jsonschema.validate(report, SCHEMA)
    (place,) = (finding["location"] for finding in report["findings"] if finding["rule"] == "token-in-history")
    brought, gone = log(project, "app.py")[1:]
    assert place["commit"] == brought
    git = place["git"]
    assert (git["first"]["commit"], git["removed"]["commit"], git["at_head"]) == (brought, gone, False)
    assert git["first"] == {
        "commit": brought,
        "author": "Ann",
        "authored_at": "2026-05-10T08:00:00Z",
        "committer": "Cy",
        "committed_at": "2026-05-10T08:00:00Z",
    }
    evidence = next(finding["evidence"] for finding in report["findings"] if finding["rule"] == "token-in-history")
    assert evidence["exposed_for"] == evidence["exposed_while_valid"] == 214 * DAY
    assert evidence["fix"] == "deleted"


@pytest.mark.parametrize(("scope", "gone"), [("all", True), ("head", False)])
def test_sarif(run: Run, scope: str, gone: bool) -> None:
    """A result names its commit; what only history holds can be left out."""
    report = json.loads(run("scan", "--history", "--now", NOW, "-f", "sarif", "--sarif-scope", scope).stdout)
    results = report["runs"][0]["results"]
    by_rule = {result["ruleId"]: result for result in results}
    assert ("token-in-history" in by_rule) is gone
    there = by_rule["token-leaked"]
    commit = there["properties"]["commit"]
    assert there["message"]["text"].endswith(f" In commit {commit}.")
    assert there["properties"]["git"]["at_head"] is True
    assert there["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "ci.yml"


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        (["--history"], ["app.py", "ci.yml"]),
        (["--history="], ["app.py", "ci.yml"]),
        (["--history", "main..topic"], ["ci.yml"]),
        (["--history=main..topic"], ["ci.yml"]),
        (["--history", "."], ["app.py", "ci.yml"]),
        (["--history", "main", "."], ["app.py"]),
        (["--history", "--branch", "main"], ["app.py"]),
        (["--history", "--max-age", "30d"], ["ci.yml"]),
        (["--history", "--since", "2027-01-01"], ["ci.yml"]),
        (["-q", "--history", "--all-objects"], ["app.py", "ci.yml"]),
        # What typer parses.
        (["-qf", "json", "--history", "main..topic"], ["ci.yml"]),
        (["-qf", "json", "--history"], ["app.py", "ci.yml"]),
    ],
    ids=" ".join,
)
def test_what_is_read(run: Run, arguments: list[str], paths: list[str]) -> None:
    formats = [] if "-qf" in arguments else ["-f", "json"]
    result = run("scan", *arguments, *formats, "--now", NOW)
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert sorted({s["path"] for subject in report["subjects"] for s in subject["sightings"]}) == paths


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--history", "--staged"], "--history and --staged contradict each other"),
        (["--branch", "main"], "--branch goes with --history"),
        (["--all-objects"], "--all-objects goes with --history"),
        (["--cache"], "--cache goes with --history"),
        (["--cache=elsewhere"], "--cache goes with --history"),
        (["--history", "--cache=."], "holds files of the repository"),
        (["--history=main", "--branch", "main"], "--branch goes with no range"),
        (["--history", "--since", "2027-01-01", "--max-age", "3d"], "--since and --max-age contradict each other"),
        (["--history", "--max-age", "soon"], "--max-age: expected a duration"),
        (["--history=main", "--all-objects"], "--all-objects reads all there is"),
        (["--history=nowhere"], "bad revision 'nowhere'"),
        (["--history", ".", ".."], "--history reads one repository"),
        (["--history", "-"], "--history reads one repository"),
        (["--history", "--sarif-scope", "some"], "--sarif-scope: expected one of all, head"),
        (["--history", "/"], "not in a git repository"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(run: Run, arguments: list[str], message: str) -> None:
    """Status 2, and a sentence that says what is wrong."""
    result = run("scan", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_the_purge_that_is_told(run: Run, tmp_path: Path) -> None:
    """Done as its words say, with git-filter-repo itself, nothing is left in files, messages and tags of the remote."""
    token, repo = mint(), Repo(tmp_path / "mine")
    repo.commit(a_py=f"TOKEN = '{token}'\n")
    repo.commit(f"drop {token}", a_py="x\n")
    repo.git("tag", "-a", "v1", "-m", f"without {token}")
    repo.git("clone", "-q", "--bare", repo.root, tmp_path / "remote.git")
    repo.git("clone", "-q", "--no-local", tmp_path / "remote.git", tmp_path / "fresh")
    (finding, *_) = [
        finding
        for finding in json.loads(run("scan", "--history", "-f", "json", cwd=tmp_path / "fresh").stdout)["findings"]
        if finding["rule"] == "token-in-history"
    ]
    purge, push = re.findall("`(git [^`]+)`", finding["remedy"])
    (tmp_path / "leaked.txt").write_text(f"{token}==>REMOVED\n")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in (purge, push):
        subprocess.run(
            command.split(), cwd=tmp_path / "fresh", env=ENVIRONMENT | {"PATH": path}, check=True, capture_output=True
        )
    assert run("scan", "--history", tmp_path / "remote.git").returncode == 0


def test_a_baseline_of_history(run: Run) -> None:
    """It takes what is gone from the files, too, so that a gate on the history fails for new leaks only."""
    assert run("baseline", "create", "--all-objects").returncode == 2
    run("baseline", "create")
    assert run("scan", "--history", "--baseline", "tokensweep-baseline.json").returncode == 1
    assert run("baseline", "update", "--history").returncode == 0
    assert run("scan", "--history", "--baseline", "tokensweep-baseline.json").returncode == 0
    assert run("scan", "--baseline", "tokensweep-baseline.json").returncode == 0


def test_a_clean_history(run: Run, tmp_path: Path) -> None:
    """Clean, and it says how much was read."""
    repo = Repo(tmp_path / "clean")
    repo.commit(a_txt="nothing\n")
    result = run("scan", "--history", repo.root)
    assert (result.returncode, result.stdout) == (0, "No findings in 2 objects\nRead 2 of 2 objects, 161 bytes.\n")


def test_the_token_itself_is_not_printed(run: Run) -> None:
    """In no format, but where that is asked for."""
    raw = mint(sub="gone", scope="read", iat=NOW - 300 * DAY, exp=NOW + 60 * DAY)
    for form in ("text", "json", "sarif"):
        assert raw.split(".")[1] not in run("scan", "--history", "--now", NOW, "-f", form).stdout
    assert raw in run("scan", "--history", "--now", NOW, "--show-secrets").stdout
