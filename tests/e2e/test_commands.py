"""The other commands, help, completion, and what a plain scan must not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from scanner import __version__
from scanner.model import Policy
from scanner.policy import load
from tests.e2e.conftest import Run, environment

HEAVY = (
    "typer",
    "rich",
    "git",
    "detect_secrets",
    "jwt",
    "jinja2",
    "pydantic",
    "jsonschema",
    "pathspec",
    "cel_expr_python",
)


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"tokensweep {__version__}\n"
    module = [sys.executable, "-m", "scanner", "--version"]
    assert subprocess.run(module, capture_output=True, text=True, check=True).stdout == f"tokensweep {__version__}\n"


@pytest.mark.parametrize("command", [["--version"], ["scan", "README.md"]])
def test_a_clean_run_imports_nothing_heavy(project: Path, command: list[str]) -> None:
    code = (
        "import sys; from scanner.cli import main; status = main(sys.argv[1:])\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr); sys.exit(status)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=project,
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    assert result.stderr == "[]\n"


def test_help_teaches(run: Run) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        result = run(*arguments)
        assert result.returncode == 0
        for word in ("scan", "rules", "explain", "baseline", "config", "Exit status", "--version"):
            assert word in result.stdout
    text = run("scan", "--help").stdout
    for word in ("--fail-on", "--show-secrets", "kubectl logs app | tokensweep scan -", "130"):
        assert word in text


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("tokensweep ", {"scan", "inspect", "rules", "explain", "baseline", "config"}),
        ("tokensweep ba", {"baseline"}),
        ("tokensweep rules ", {"list", "show", "issuers", "test"}),
        ("tokensweep scan --fail-on h", {"high"}),
        ("tokensweep scan --format s", {"sarif"}),
        ("tokensweep scan --no-c", {"--no-config"}),
        ("tokensweep inspect --format ", {"text", "json"}),
    ],
)
def test_completion(run: Run, words: str, offered: set[str]) -> None:
    count = len(words.split(" ")) - 1
    result = run(_TOKENSWEEP_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(count))
    assert set(result.stdout.split()) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(run: Run, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    # Else the shell is the one among the parents of this process, if there is one.
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    result = run("--show-completion", shell)
    assert result.returncode == 0
    assert "_TOKENSWEEP_COMPLETE" in result.stdout


def test_rules_list_has_a_line_a_rule(run: Run) -> None:
    lines = run("rules", "list").stdout.splitlines()
    ids = [line.split()[0] for line in lines]
    assert ids == sorted(ids)
    assert "token-leaked" in ids
    [line] = [line for line in lines if line.startswith("token-no-expiry ")]
    for word in ("NHI-03", "PR.AC-4", "NHI7:2025", "CWE-613", ".toml", "https://www.rfc-editor.org/"):
        assert word in line


def test_every_rule_can_be_shown_and_explained(run: Run) -> None:
    ids = [line.split()[0] for line in run("rules", "list").stdout.splitlines()]
    shown = run("rules", "show", ids[0])
    assert shown.returncode == 0
    assert ids[0] in shown.stdout
    page = run("explain", "token-leaked").stdout
    assert not [line for line in page.splitlines() if line.endswith(" ")]
    for word in (
        "What it finds",
        "Why it is bad",
        "Example",
        "Near miss",
        "What to do",
        "OWASP NHI",
        "NHI-03",
        "PR.AC-4",
    ):
        assert word in page


@pytest.mark.parametrize("command", [["explain"], ["rules", "show"]])
def test_an_unknown_rule(run: Run, command: list[str]) -> None:
    result = run(*command, "token-leeked")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "tokensweep: error: unknown rule 'token-leeked'; did you mean 'token-leaked'?",
        "tokensweep: hint: `tokensweep rules list` names all",
    ]


def test_issuers_are_listed_and_shown(run: Run) -> None:
    lines = run("rules", "issuers").stdout.splitlines()
    assert "keycloak                                  Keycloak" in lines
    assert "github-actions          ci                GitHub Actions" in lines
    assert len(lines) >= 90
    shown = " ".join(run("rules", "issuers", "supabase-key").stdout.split())
    for words in (
        "known by `iss` supabase or supabase-demo; claims role",
        "class api_key",
        "lifetime 10 years (ten years, as the dashboard makes them)",
        "over-broad service_role",
        "public token.roles == ['anon']: Supabase's `anon` key is meant for browsers",
        "to rotate One key cannot be revoked",
        "see https://supabase.com/docs/guides/api/api-keys",
    ):
        assert words in shown


def test_an_unknown_issuer(run: Run) -> None:
    result = run("rules", "issuers", "keyclock")
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        "tokensweep: error: unknown issuer 'keyclock'; did you mean 'keycloak'?",
        "tokensweep: hint: `tokensweep rules issuers` names all",
    ]


OWN_ISSUER = """
[[issuer]]
id = "own-login"
title = "Our log-in"
known_by = [{ iss = ["https://login.example"] }]
class = "session"
powers = "`roles`"
broad = ["operator"]
revoke = "Call the operators on duty."
url = "https://handbook.example"
[[issuer.example]]
token = { header = { alg = "RS256" }, claims = { iss = "https://login.example", roles = ["operator"] } }
finds = true
privileges = PRIVILEGES
[[issuer.example]]
token = { header = { alg = "RS256" }, claims = { iss = "https://login.example.evil.example" } }
finds = false
"""


@pytest.mark.parametrize(
    ("privileges", "told"),
    [
        ('["operator"]', ""),
        ("[]", "own-login: example 1: token.privileges is ['operator'], which should be []\n"),
    ],
)
def test_issuers_of_ones_own_are_tested(run: Run, project: Path, privileges: str, told: str) -> None:
    (project / "own").mkdir()
    (project / "own/mine.toml").write_text(OWN_ISSUER.replace("PRIVILEGES", privileges))
    result = run("rules", "test", "own")
    assert result.stdout == told
    assert result.returncode == bool(told)
    assert result.stderr.startswith("tokensweep: 2 examples of 1 rules, patterns and issuers: ")
    assert "own-login" in run("rules", "issuers", "--rules", "own").stdout


OWN_RULE = """
[[rule]]
id = "own-tenant"
on = "token"
family = "audience"
when = "token.has_issuer && token.issuer == 'tenant.example'"
severity = "high"
confidence = "proved"
title = "Token of our tenant"
message = "It is ours."
remedy = "Revoke it."
why = "It opens our doors."
[[rule.example]]
token = { header = { alg = "RS256" }, claims = { iss = "https://tenant.example" } }
finds = "high"
[[rule.example]]
token = { header = { alg = "RS256" }, claims = { iss = "https://other.example" } }
finds = FINDS
"""


@pytest.mark.parametrize(("finds", "status"), [("false", 0), ('"low"', 1)])
def test_rules_of_ones_own_are_tested(run: Run, project: Path, finds: str, status: int) -> None:
    (project / "own").mkdir()
    text = OWN_RULE.replace("FINDS", finds) if finds == "false" else OWN_RULE.replace('finds = "high"', 'finds = "low"')
    (project / "own/mine.toml").write_text(text.replace("FINDS", "false"))
    result = run("rules", "test", "own")
    assert result.returncode == status, result.stderr
    assert result.stdout.startswith("own-tenant: example 1: ") == bool(status)
    assert result.stderr.startswith("tokensweep: 2 examples of 1 rules, patterns and issuers: ")


def test_config_show_is_itself_a_configuration(run: Run, project: Path, tmp_path: Path) -> None:
    (project / "tokensweep.toml").write_text(
        'fail-on = "high"\n[limits.access]\nlifetime = "1h"\n[[suppress]]\npaths = ["a\\u202eb"]\nreason = "r"\n'
    )
    result = run("config", "show", "--jobs", "3", TOKENSWEEP_VENDORED="1")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert f'fail-on = "high"  # {project / "tokensweep.toml"}' in lines
    assert "jobs = 3  # --jobs" in lines
    assert "vendored = true  # TOKENSWEEP_VENDORED" in lines
    assert "exclude = []  # default" in lines
    assert "\u202e" not in result.stdout
    assert tomli.loads(result.stdout)["limits"]["access"]["lifetime"] == 3600
    copy = tmp_path / "copy.toml"
    copy.write_text(result.stdout)
    assert load(copy).suppressions == load(project / "tokensweep.toml").suppressions
    assert load(copy).inline == Policy().inline
