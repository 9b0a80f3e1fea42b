"""The user's configuration: where it is found, what it may say, and how mistakes are told."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import policy
from scanner.model import PathRule, Policy, PolicyError, Severity

SEVERITIES = "info, low, medium, high, critical"
TOOLS = "betterleaks, detect-secrets, ggshield, gitleaks, tokensweep, trufflehog"
LIMITS = {"access": ("lifetime", "lifetime_hard"), "unknown": ("lifetime",)}


def write(folder: Path, text: str, name: str = "tokensweep.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(path: Path) -> list[str]:
    """The lines of the error, without the file's name."""
    with pytest.raises(PolicyError) as error:
        policy.load(path)
    return [line.removeprefix(f"{path}:") for line in str(error.value).split("\n")]


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
fail-on = "high"
exclude = ["data/", "*.bin"]
vendored = true
disable = ["token-no-key-id"]
inline = ["tokensweep", "gitleaks"]
ignore-files = false
rules = ["security/rules"]
baseline = "known.json"
jwks = ["keys/issuer.json", "/etc/keys.pem"]
max-file-size = "10MB"
cache = true
jobs = 2
wordlists = ["words.txt"]
tries = 1000
[severity]
token-no-audience = "low"
[limits.access]
lifetime = "15m"
lifetime-hard = 7200
requires = ["exp", "jti|sid"]
[limits.session]
requires = []
[[suppress]]
paths = ["tests/"]
rules = ["token-leaked"]
findings = ["0123456789abcdef0123"]
reason = "minted for tests"
expires = 2027-01-31
""",
    )
    assert policy.load(path) == Policy(
        fail_on=Severity.HIGH,
        exclude=("data/", "*.bin"),
        vendored=True,
        disabled_rules=frozenset({"token-no-key-id"}),
        inline=frozenset({"tokensweep", "gitleaks"}),
        ignore_files=False,
        rules=(str(tmp_path / "security/rules"),),
        baseline=str(tmp_path / "known.json"),
        jwks=(str(tmp_path / "keys/issuer.json"), "/etc/keys.pem"),
        max_file_size=10_000_000,
        cache=True,
        jobs=2,
        wordlists=(str(tmp_path / "words.txt"),),
        tries=1000,
        severities={"token-no-audience": Severity.LOW},
        limits={"access": {"lifetime": 900, "lifetime_hard": 7200}},
        requires={"access": ("exp", "jti|sid"), "session": ()},
        suppressions=(
            PathRule(
                reason="minted for tests",
                paths=("tests/",),
                rules=("token-leaked",),
                findings=("0123456789abcdef0123",),
                expires="2027-01-31",
            ),
        ),
        source=str(path),
    )


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    assert policy.load(path) == Policy(source=str(path))


def test_fail_on_never(tmp_path: Path) -> None:
    assert policy.load(write(tmp_path, 'fail-on = "never"')).fail_on is None


def test_pyproject_uses_its_own_table(tmp_path: Path) -> None:
    path = write(tmp_path, '[project]\nname = "x"\n[tool.tokensweep]\nfail-on = "low"\n', "pyproject.toml")
    assert policy.load(path).fail_on is Severity.LOW


def test_all_mistakes_are_told_together_each_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """\
fail_on = "high"
jobs = -1
exclude = [
  "a",
  3,
]

[severity]
token-no-audience = "hihg"

[limits.access]
lifetime = "15 m"

[[suppress]]
paths = ["a"]
reason = "fine"

[[suppress]]
rules = ["token-leaked"]
expires = "soon"
""",
    )
    assert mistakes(path) == [
        "1: unknown key 'fail_on'; did you mean 'fail-on'?",
        "2: jobs: expected a whole number, 0 or more, not -1",
        "3: exclude: expected a text, not 3",
        f"9: severity.token-no-audience: expected one of {SEVERITIES}, not 'hihg'; did you mean 'high'?",
        "12: limits.access.lifetime: expected a duration such as 90s, 15m, 1h, 30d or 4w, not '15 m'",
        '18: suppress: say the reason: reason = "..."',
        "20: suppress.expires: expected a day such as 2027-01-31, not 'soon'",
    ]


def test_lines_in_pyproject_count_from_its_start(tmp_path: Path) -> None:
    path = write(tmp_path, '[project]\nname = """\nx\n"""\n\n[tool.tokensweep]\njobs = true\n', "pyproject.toml")
    assert mistakes(path) == ["7: jobs: expected a whole number, 0 or more, not True"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fail-on = ", "1: Invalid value"),
        ("[suppress]\nreason = 'x'", "1: suppress: expected [[suppress]] tables, not {'reason': 'x'}"),
        ("[[suppress]]\nreason = 'all of it'", "1: suppress: say what to suppress: paths, rules or findings"),
        ("severity = 'low'", "1: severity: expected a table, not 'low'"),
        ("cache = 'kept'", "1: cache: expected true or false, not 'kept'"),
        ("vendored = 'yes'", "1: vendored: expected true or false, not 'yes'"),
        ("supress = 1", "1: unknown key 'supress'; did you mean 'suppress'?"),
        ("nonsense = 1", "1: unknown key 'nonsense'"),
        ("inline = ['gitleeks']", f"1: inline: expected one of {TOOLS}, not 'gitleeks'; did you mean 'gitleaks'?"),
        ("baseline = ''", "1: baseline: expected a text, not ''"),
    ],
)  # fmt: skip
def test_one_mistake(tmp_path: Path, text: str, told: str) -> None:
    assert mistakes(write(tmp_path, text)) == [told]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'fail-on = "\xff"', "1: not UTF-8"),
        (b"a = " + b"[" * 100_000, " its tables are too deep or its numbers too long"),
        (b"jobs = " + b"9" * 5_000, " its tables are too deep or its numbers too long"),
        (b"#" * (1 << 20) + b"#", " larger than 1 MiB"),
    ],
    ids=["encoding", "depth", "digits", "size"],
)
def test_hostile_files_are_mistakes(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "tokensweep.toml"
    path.write_bytes(data)
    assert mistakes(path) == [told]


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "none.toml") == [" No such file or directory"]


@given(st.binary(max_size=200))
def test_no_file_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "tokensweep.toml"
    path.write_bytes(data)
    with contextlib.suppress(PolicyError):
        policy.load(path)


def test_names_that_the_rule_book_knows(tmp_path: Path) -> None:
    text = 'disable = ["a"]\n[severity]\nb = "low"\n[limits.access]\nlifetime-hard = 1\n'
    force = policy.load(write(tmp_path, text))
    policy.check_names(force, {"a", "b"}, LIMITS)
    assert policy.names_rules(force)
    assert not policy.names_rules(Policy(fail_on=None))


def test_required_claims_are_texts(tmp_path: Path) -> None:
    path = write(
        tmp_path, '[limits.access]\nrequires = "exp"\n[limits.id]\nrequires = [1]\n[limits.x]\nrequires = ["a"]\n'
    )
    assert mistakes(path) == [
        "2: limits.access.requires: expected a list of texts, not 'exp'",
        "4: limits.id.requires: expected a text, not 1",
    ]
    path = write(tmp_path, '[limits.acess]\nrequires = ["exp"]\n')
    assert policy.names_rules(policy.load(path))
    with pytest.raises(PolicyError, match=r":1: unknown class 'acess'; did you mean 'access'\?"):
        policy.check_names(policy.load(path), set(), LIMITS)


def test_names_that_the_rule_book_does_not_know(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """\
disable = ["token-leeked"]
[severity]
no-such-thing = "low"
[limits.acess]
lifetime = 1
[limits.access]
lifetime = 1
livetime-hard = 1
[[suppress]]
reason = "x"
rules = ["token-leaked", "token-leak"]
""",
    )
    with pytest.raises(PolicyError) as error:
        policy.check_names(policy.load(path), {"token-leaked"}, LIMITS)
    assert str(error.value).split("\n") == [
        f"{path}:1: unknown rule 'token-leeked'; did you mean 'token-leaked'?",
        f"{path}:3: unknown rule 'no-such-thing'",
        f"{path}:4: unknown class 'acess'; did you mean 'access'?",
        f"{path}:8: unknown limit of class 'access' 'livetime-hard'; did you mean 'lifetime-hard'?",
        f"{path}:11: unknown rule 'token-leak'; did you mean 'token-leaked'?",
    ]


class TestFind:
    def test_upwards_to_the_repository_root(self, tmp_path: Path) -> None:
        (tmp_path / "repo/.git").mkdir(parents=True)
        (tmp_path / "repo/src/deep").mkdir(parents=True)
        path = write(tmp_path / "repo", "")
        assert policy.find(tmp_path / "repo/src/deep") == path
        assert policy.find(write(tmp_path / "repo/src", "x = 1", "app.py")) == path

    def test_not_above_the_repository_root(self, tmp_path: Path) -> None:
        write(tmp_path, "")
        (tmp_path / "repo/.git").mkdir(parents=True)
        assert policy.find(tmp_path / "repo") is None

    def test_a_linked_worktree_has_a_file_for_a_git_folder(self, tmp_path: Path) -> None:
        write(tmp_path, "")
        write(tmp_path / "tree", "gitdir: elsewhere", ".git")
        assert policy.find(tmp_path / "tree") is None

    def test_the_nearest_wins_and_nothing_is_merged(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path, "")
        nearer = write(tmp_path / "src", "", ".tokensweep.toml")
        assert policy.find(tmp_path / "src") == nearer

    def test_the_order_within_a_folder(self, tmp_path: Path) -> None:
        last = write(tmp_path, "[tool.tokensweep]", "pyproject.toml")
        assert policy.find(tmp_path) == last
        second = write(tmp_path, "", ".tokensweep.toml")
        assert policy.find(tmp_path) == second
        first = write(tmp_path, "")
        assert policy.find(tmp_path) == first

    @pytest.mark.parametrize("text", ["[project]\nname = 'x'", "# tokensweep\n[tool.ruff]", "broken = ["])
    def test_a_pyproject_without_our_table_does_not_stop_the_search(self, tmp_path: Path, text: str) -> None:
        (tmp_path / ".git").mkdir()
        path = write(tmp_path, "")
        write(tmp_path / "src", text, "pyproject.toml")
        assert policy.find(tmp_path / "src") == path

    def test_a_broken_pyproject_that_names_us_is_not_passed_over(self, tmp_path: Path) -> None:
        """A typing slip must not switch the gate's own policy off."""
        path = write(tmp_path, "[tool.tokensweep]\nfail-on = ", "pyproject.toml")
        assert policy.find(tmp_path) == path
        assert mistakes(path) == ["2: Invalid value"]

    def test_without_a_repository_up_to_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, "")
        here = write(tmp_path / "project", "")
        (tmp_path / "project/src").mkdir()
        monkeypatch.chdir(tmp_path / "project")
        assert policy.find(Path("src")) == here
        here.unlink()
        assert policy.find(Path("src")) is None

    def test_without_a_repository_elsewhere_only_the_folder_itself(self, tmp_path: Path) -> None:
        write(tmp_path / "other", "")
        (tmp_path / "other/src").mkdir()
        assert policy.find(tmp_path / "other/src") is None
        assert policy.find(tmp_path / "other") == tmp_path / "other/tokensweep.toml"

    def test_a_folder_of_that_name_is_no_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "tokensweep.toml").mkdir()
        assert policy.find(tmp_path) is None
