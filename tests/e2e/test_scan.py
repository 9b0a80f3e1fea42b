"""`tokensweep scan` as a user meets it: exit statuses, outputs, standard input."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.correlate.known import mint as signed
from tests.e2e.conftest import NOW, Run, command, environment, mint


def report(text: str) -> Any:
    return json.loads(text)


class TestStatus:
    def test_a_live_token_fails_the_gate(self, run: Run) -> None:
        result = run("scan")
        assert result.returncode == 1
        assert "src/app.py:1:10" in result.stdout

    def test_a_clean_tree_passes(self, run: Run, project: Path) -> None:
        (project / "src/app.py").unlink()
        assert run("scan").returncode == 0

    def test_fail_on_decides(self, run: Run) -> None:
        assert run("scan", "--fail-on", "never").returncode == 0
        assert run("scan", "--fail-on", "info").returncode == 1
        assert run("scan", TOKENSWEEP_FAIL_ON="never").returncode == 0

    def test_exit_code_replaces_one(self, run: Run, project: Path) -> None:
        assert run("scan", "--exit-code", "9").returncode == 9
        (project / "src/app.py").unlink()
        assert run("scan", "--exit-code", "9").returncode == 0

    def test_exit_zero_still_reports(self, run: Run) -> None:
        result = run("scan", "--exit-zero")
        assert result.returncode == 0
        assert "src/app.py:1:10" in result.stdout

    def test_what_cannot_be_read_is_not_clean(self, run: Run, project: Path) -> None:
        (project / "src/app.py").unlink()
        os.mkfifo(project / "pipe")
        result = run("scan", ".", "pipe")
        assert result.returncode == 3
        assert "pipe: unreadable" in result.stdout

    def test_a_file_that_is_too_large_is_not_clean(self, run: Run) -> None:
        result = run("scan", "--max-file-size", "50B", "-f", "json")
        assert result.returncode == 3
        coverage = report(result.stdout)["coverage"]
        assert coverage["complete"] is False
        assert [(skipped["path"], skipped["reason"]) for skipped in coverage["skipped"]] == [
            ("src/app.py", "too-large")
        ]
        assert "incomplete" in result.stderr

    def test_findings_outweigh_what_was_not_read(self, run: Run, project: Path) -> None:
        (project / "large.txt").write_text("x" * 100_000)
        assert run("scan", "--max-file-size", "50KB").returncode == 1
        assert run("scan", "--max-file-size", "50KB", "--exit-zero").returncode == 3

    def test_an_empty_file_is_clean(self, run: Run, project: Path) -> None:
        (project / "empty").touch()
        assert run("scan", "empty").returncode == 0


class TestMistakes:
    """Status 2, nothing on standard output, one clear line."""

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            (["--fail-on", "hihg"], ("--fail-on: expected one of info, low, medium, high, critical, never, not 'hihg'; "
             "did you mean 'high'?")),
            (["--format", "sarf"], "--format: unknown format 'sarf'; did you mean 'sarif'?"),
            (["-f", "json", "-f", "sarif"], "two formats go to standard output"),
            (["-f", "json=a", "-o", "b"], "--output has nothing to hold: each --format names its own file"),
            (["-o", "no/such/out.txt"], "cannot write no/such/out.txt: no such folder"),
            (["-o", "src"], "cannot write src: it is a folder"),
            (["--jobs", "many"], "--jobs: expected a whole number, 0 or more, not 'many'"),
            (["--exit-code", "256"], "--exit-code: expected a number from 0 to 255, not 256"),
            (["--color", "blue"], "--color: expected one of auto, always, never, not 'blue'"),
            (["--now", "soon"], "--now: expected a time such as 2027-01-31T12:00:00Z or 1801396800, not 'soon'"),
            (["--config", "none.toml"], "none.toml: No such file or directory"),
            (["--wordlist", "none.txt"], "no word list none.txt"),
            (["--tries", "1e6"], "--tries: expected a whole number, 0 or more, not '1e6'"),
        ],
    )  # fmt: skip
    def test_bad_options(self, run: Run, arguments: list[str], line: str) -> None:
        result = run("scan", *arguments)
        assert result.returncode == 2
        assert result.stdout == ""
        assert result.stderr.splitlines()[0] == f"tokensweep: error: {line}"

    @pytest.mark.parametrize("arguments", [["--fromat", "json"], ["--jobs"], ["--quiet=1"]])
    def test_what_typer_refuses(self, run: Run, arguments: list[str]) -> None:
        result = run("scan", *arguments)
        assert result.returncode == 2
        assert result.stdout == ""
        error, hint = result.stderr.splitlines()
        assert error.startswith("tokensweep: error: ")
        assert arguments[0].partition("=")[0] in error
        assert hint == "tokensweep: hint: see `tokensweep scan --help`"

    def test_a_missing_target(self, run: Run) -> None:
        result = run("scan", "nowhere")
        assert result.returncode == 2
        assert result.stdout == ""
        assert "nowhere" in result.stderr
        assert result.stderr.startswith("tokensweep: error: ")

    def test_an_unknown_command(self, run: Run) -> None:
        result = run("scna")
        assert result.returncode == 2
        assert result.stderr.splitlines()[0] == "tokensweep: error: unknown command 'scna'; did you mean 'scan'?"

    def test_a_bad_policy_tells_all_its_mistakes(self, run: Run, project: Path) -> None:
        (project / "tokensweep.toml").write_text('fail-on = "hgih"\nexlude = []\n')
        result = run("scan")
        assert result.returncode == 2
        assert [line.partition("tokensweep.toml:")[2] for line in result.stderr.splitlines()] == [
            "1: fail-on: expected one of info, low, medium, high, critical, never, not 'hgih'; did you mean 'high'?",
            "2: unknown key 'exlude'; did you mean 'exclude'?",
        ]

    def test_a_policy_that_names_no_rule_is_bad_in_a_clean_scan_too(self, run: Run, project: Path) -> None:
        (project / "src/app.py").unlink()
        (project / "tokensweep.toml").write_text('disable = ["no-such-rule"]\n')
        result = run("scan")
        assert result.returncode == 2
        assert "tokensweep.toml:1: unknown rule 'no-such-rule'" in result.stderr

    def test_a_bad_rule(self, run: Run, project: Path) -> None:
        (project / "own").mkdir()
        (project / "own/mine.toml").write_text('[[rule]]\nid = "mine"\n')
        result = run("scan", "--rules", "own")
        assert result.returncode == 2
        assert "mine.toml" in result.stderr
        assert result.stdout == ""

    def test_a_name_cannot_steer_the_terminal(self, run: Run) -> None:
        result = run("scan", "no\x1b[31mwhere\u202e")
        assert result.returncode == 2
        assert "\x1b" not in result.stderr
        assert "\u202e" not in result.stderr


class TestOutputs:
    def test_several_formats_in_one_run(self, run: Run, project: Path) -> None:
        result = run("scan", "-f", "text", "-f", "json=out.json", "-f", "sarif=out.sarif")
        assert result.returncode == 1
        assert "src/app.py:1:10" in result.stdout
        assert report((project / "out.json").read_text())["schema"] == "tokensweep/report/1"
        assert report((project / "out.sarif").read_text())["version"] == "2.1.0"

    def test_output_takes_the_format_without_a_file(self, run: Run, project: Path) -> None:
        result = run("scan", "-f", "json", "-o", "out.json")
        assert result.stdout == ""
        assert report((project / "out.json").read_text())["summary"]

    def test_json_on_standard_output_is_pure(self, run: Run) -> None:
        result = run("scan", "-f", "json")
        assert report(result.stdout)["findings"]
        assert result.stderr.startswith("tokensweep: ")
        assert run("scan", "-f", "json", "-q").stderr == ""

    def test_two_runs_say_the_same(self, run: Run, project: Path) -> None:
        for number in range(20):
            (project / f"src/{number}.py").write_text(f'T = "{mint(sub=str(number))}"\n' * 2)
        first, second = run("scan"), run("scan", "--jobs", "1")
        assert first.stdout == second.stdout
        assert "\x1b" not in first.stdout

    def test_color_on_request(self, run: Run) -> None:
        assert "\x1b[" in run("scan", "--color", "always").stdout
        assert "\x1b[" in run("scan", FORCE_COLOR="1").stdout
        assert "\x1b" not in run("scan", FORCE_COLOR="1", NO_COLOR="1").stdout

    @pytest.mark.parametrize("format_", ["text", "json", "sarif"])
    def test_a_signature_is_shown_on_request_only(self, run: Run, format_: str) -> None:
        signature = mint().rpartition(".")[2]
        assert signature not in run("scan", "-f", format_).stdout
        assert signature not in run("scan", "-f", format_, TOKENSWEEP_SHOW_SECRETS="1").stdout

    def test_show_secrets(self, run: Run) -> None:
        assert mint(scope="admin") in run("scan", "-f", "json", "--show-secrets").stdout

    def test_standard_input(self, run: Run) -> None:
        result = run("scan", "-", "-f", "json", stdin=f"line\nAuthorization: Bearer {mint()}\n")
        assert result.returncode == 1
        location = report(result.stdout)["findings"][0]["location"]
        assert (location["kind"], location["line"], location["column"]) == ("stdin", 2, 23)

    def test_empty_standard_input_is_clean(self, run: Run) -> None:
        assert run("scan", "-").returncode == 0

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
    def test_a_full_disk_is_told(self, project: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            result = subprocess.run(
                [command(), "scan"], cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, env=environment()
            )
        assert result.returncode == 2
        assert result.stderr == "tokensweep: error: cannot write standard output: No space left on device\n"

    def test_a_closed_pipe_is_silent(self, project: Path) -> None:
        (project / "src/more.py").write_text("".join(f'"{mint(sub=str(number))}"\n' for number in range(300)))
        process = subprocess.Popen(
            [command(), "scan", "-f", "json"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == 141

    @pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
    def test_a_closed_stream_is_as_good_as_none(self, project: Path, closed: str) -> None:
        """What a service manager or a shell has closed changes no status, and no report goes there."""
        shell = f'"$0" scan -f json -f sarif=out.sarif {closed}'
        result = subprocess.run(["sh", "-c", shell, command()], cwd=project, capture_output=True, env=environment())
        assert result.returncode == 1
        assert b"internal error" not in result.stderr
        assert json.loads((project / "out.sarif").read_bytes())["version"] == "2.1.0"

    def test_an_interrupt_reports_what_was_found(self, project: Path) -> None:
        """A pipe that stays open keeps the scan waiting until it is interrupted."""
        process = subprocess.Popen(
            [command(), "scan", "-", "-f", "json"],
            cwd=project,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(TOKENSWEEP_NOW=str(NOW)),
        )
        assert process.stdin
        process.stdin.write(f"{mint()}\n".encode() + b"x" * 70 + b"\n" * (8 << 20))
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert b"Traceback" not in err
        written = report(out.decode())
        assert "interrupted" in [skipped["reason"] for skipped in written["coverage"]["skipped"]]


class TestKnownSecrets:
    """A token that a known secret signs, from file to report."""

    @pytest.fixture
    def tokens(self, project: Path) -> None:
        """One of each kind of secret."""
        files = {"a.py": "keyboard cat", "b.py": "our own pass phrase", "tests/test_c.py": "secret"}
        for name, secret in files.items():
            (project / name).parent.mkdir(exist_ok=True)
            (project / name).write_bytes(b"T = '" + signed(secret, {"sub": name, "exp": NOW - 60}) + b"'\n")

    def test_it_is_named_in_every_format(self, run: Run, tokens: None) -> None:
        for name in ("text", "json", "sarif"):
            assert "keyboard cat" in run("scan", "-f", name).stdout

    def test_severity_and_evidence(self, run: Run, tokens: None) -> None:
        """Critical although it has expired, and low where a test is all that holds it."""
        findings = report(run("scan", "-f", "json").stdout)["findings"]
        known = [finding for finding in findings if finding["rule"] == "token-known-secret"]
        assert [(f["location"]["path"], f["severity"], f["confidence"]) for f in known] == [
            ("a.py", "critical", "proved"),
            ("tests/test_c.py", "low", "proved"),
        ]
        assert known[1]["evidence"]["known_secret"] == "secret"

    def test_a_secret_of_an_own_list_is_never_printed(self, run: Run, project: Path, tokens: None) -> None:
        words = project.parent / "words.txt"
        words.write_text("no\nour own pass phrase\n")
        for name in ("text", "json", "sarif"):
            result = run("scan", "-f", name, "--wordlist", words)
            assert "the secret on line 2 of words.txt" in " ".join(result.stdout.split())
            assert "pass phrase" not in " ".join(result.stdout.split()) + result.stderr
        for name in ("text", "json"):
            assert "our own pass phrase" in run("scan", "-f", name, "--wordlist", words, "--show-secrets").stdout

    def test_the_configuration_names_lists(self, run: Run, project: Path, tokens: None) -> None:
        (project / "words.txt").write_text("our own pass phrase\n")
        (project / "tokensweep.toml").write_text('wordlists = ["words.txt"]\n')
        assert "the secret on line 1 of words.txt" in " ".join(run("scan").stdout.split())
        shown = run("config", "show").stdout
        assert 'wordlists = ["' in shown
        assert "tries = 20000000  # default" in shown

    def test_no_tries(self, run: Run, tokens: None) -> None:
        assert "token-known-secret" not in run("scan", "--tries", "0").stdout


class TestTriage:
    def test_the_first_day(self, run: Run, project: Path) -> None:
        """A gate on an existing repository: known findings pass, a new one fails, one that is gone leaves."""
        assert run("scan").returncode == 1
        made = run("baseline", "create")
        assert made.returncode == 0, made.stderr
        (project / "tokensweep.toml").write_text('baseline = "tokensweep-baseline.json"\n')
        assert run("scan").returncode == 0

        baseline = project / "tokensweep-baseline.json"
        before = baseline.read_bytes()
        assert mint(scope="admin") not in before.decode()
        assert run("baseline", "create").returncode == 2
        assert run("baseline", "update").returncode == 0
        assert baseline.read_bytes() == before

        (project / "src/new.py").write_text(f'NEW = "{mint(sub="new")}"\n')
        assert run("scan").returncode == 1
        assert run("baseline", "update").returncode == 0
        assert run("scan").returncode == 0

        (project / "src/new.py").unlink()
        assert run("baseline", "update").returncode == 0
        assert baseline.read_bytes() == before

    def test_a_baseline_of_choice(self, run: Run) -> None:
        assert run("baseline", "create", "--baseline", "known.json").returncode == 0
        assert run("scan", "--baseline", "known.json").returncode == 0
        assert run("scan", "--baseline", "unknown.json").returncode == 2

    def test_an_inline_pragma(self, run: Run, project: Path) -> None:
        path = project / "src/app.py"
        path.write_text(f"{path.read_text().rstrip()}  # tokensweep: allow minted for a test\n")
        result = run("scan", "-f", "json")
        assert result.returncode == 0
        finding = report(result.stdout)["findings"][0]
        assert finding["status"] == "suppressed"
        assert finding["suppression"]["reason"] == "minted for a test"
        assert run("scan", "--no-inline-allow").returncode == 1

    def test_an_ignore_file(self, run: Run, project: Path) -> None:
        (project / ".tokensweepignore").write_text("src/\n")
        assert run("scan").returncode == 0
        assert run("scan", "--no-ignore-files").returncode == 1

    def test_a_suppression_in_the_policy(self, run: Run, project: Path) -> None:
        rule = '[[suppress]]\npaths = ["src/"]\nreason = "ours"\n'
        (project / "tokensweep.toml").write_text(rule + "expires = 2027-01-15\n")
        assert run("scan").returncode == 0
        assert run("scan", "--no-config").returncode == 1
        (project / "tokensweep.toml").write_text(rule + "expires = 2027-01-14\n")
        assert run("scan").returncode == 1

    def test_an_excluded_path_is_not_read(self, run: Run, project: Path) -> None:
        (project / "tokensweep.toml").write_text('exclude = ["src/"]\n')
        result = run("scan", "-f", "json")
        assert result.returncode == 0
        assert report(result.stdout)["coverage"]["excluded"][0]["reason"] == "policy"

    def test_vendored_folders(self, run: Run, project: Path) -> None:
        shutil.move(project / "src", project / "node_modules")
        assert run("scan").returncode == 0
        assert run("scan", "--vendored").returncode == 1
