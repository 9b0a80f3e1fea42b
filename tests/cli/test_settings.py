"""What options mean: the policy in force and the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli import settings
from scanner.cli.options import Given
from scanner.model import Policy, Severity, UsageError


def flags(**values: object) -> Given:
    return Given({name.replace("_", "-"): value for name, value in values.items()}, {})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "tokensweep.toml").write_text('fail-on = "low"\nrules = ["own"]\nexclude = ["data/"]\n')
    return tmp_path


def test_flags_stand_over_the_file_and_rules_add_up(project: Path) -> None:
    given = flags(fail_on="high", rules=("more",), max_file_size="1MB", no_inline_allow=True, no_ignore_files=True)
    assert settings.policy_in_force([str(project)], given) == Policy(
        fail_on=Severity.HIGH,
        rules=(str(project / "own"), "more"),
        exclude=("data/",),
        max_file_size=1_000_000,
        inline=frozenset(),
        ignore_files=False,
        source=str(project / "tokensweep.toml"),
    )


def test_the_cache(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own, or a folder from here on; a file can ask for the former alone."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("HOME", "/home/ann")
    for given, cache in [("", True), ("kept", str(project / "kept")), ("~/kept", "/home/ann/kept")]:
        assert settings.policy_in_force([str(project)], flags(cache=given)).cache == cache
    (project / "tokensweep.toml").write_text("cache = true\n")
    assert settings.policy_in_force([str(project)], flags()).cache is True


def test_word_lists_add_up(project: Path) -> None:
    """Those of the file stand beside it."""
    (project / "tokensweep.toml").write_text('wordlists = ["ours.txt"]\ntries = 7\n')
    for name in ("ours.txt", "more.txt"):
        (project / name).touch()
    more = str(project / "more.txt")
    force = settings.policy_in_force([str(project)], flags(wordlist=(more,), tries="9"))
    assert (force.wordlists, force.tries) == ((str(project / "ours.txt"), more), 9)


@pytest.mark.parametrize("name", ["gone.txt", "."])
def test_a_word_list_that_is_no_file(project: Path, name: str) -> None:
    """It is told before anything is scanned: a scan without HMAC would never read it."""
    with pytest.raises(UsageError, match="no word list "):
        settings.policy_in_force([str(project)], flags(wordlist=(str(project / name),)))


def test_no_config(project: Path) -> None:
    assert settings.policy_in_force([str(project)], flags(no_config=True)) == Policy()


def test_config_of_choice(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "gate.toml"
    other.write_text("jobs = 1")
    assert settings.policy_in_force([str(project)], flags(config=str(other))) == Policy(jobs=1, source=str(other))


def test_standard_input_uses_the_current_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert settings.policy_in_force(["-"], flags()).fail_on is Severity.LOW


def test_one_targets_policy_never_judges_another(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    with pytest.raises(UsageError, match="the targets have different configurations"):
        settings.policy_in_force([str(project), str(other)], flags())


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "٣"])
def test_jobs_that_are_no_number(value: str) -> None:
    with pytest.raises(UsageError, match="--jobs: expected a whole number, 0 or more, not "):
        settings.policy_in_force(["."], flags(no_config=True, jobs=value))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1801396800", 1801396800),
        ("-1", -1),
        ("2027-01-31T12:00:00Z", 1801396800),
        ("2027-01-31T13:00:00+01:00", 1801396800),
        ("2027-01-31 12:00", 1801396800),
        ("2027-01-31", 1801353600),
    ],
)
def test_times(text: str, seconds: int) -> None:
    """Without a zone a time is UTC: the same report on every machine."""
    assert settings.clock(flags(now=text)) == seconds


@pytest.mark.parametrize("text", ["", "soon", "2027-13-01", "9999-06-01", "1e9", "99999999999999999999"])
def test_no_times(text: str) -> None:
    with pytest.raises(UsageError, match="--now: expected a time"):
        settings.clock(flags(now=text))


def test_what_decides_on_a_scan(project: Path) -> None:
    """The places of a configuration and of ignore files, and what the policy names: a change of these is told."""
    named = Policy(
        source=str(project / "tokensweep.toml"),
        baseline="/known.json",
        rules=("/own",),
        wordlists=("/words",),
        jwks=("/keys.json",),
    )
    found = settings.deciding(named, project)
    assert {path.name for path in found} == {
        "tokensweep.toml",
        ".tokensweep.toml",
        "pyproject.toml",
        ".tokensweepignore",
        ".secrets.baseline",
        "known.json",
        "own",
        "words",
        "keys.json",
    }
