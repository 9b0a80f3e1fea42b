"""What is said beside the results: errors that cannot steer a terminal, colour, our own bugs, the bar."""

from __future__ import annotations

import io

import pytest

from scanner import cli
from scanner.cli import console, progress
from scanner.model import Coverage, RuleError, TokensweepError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_error_has_a_line_a_mistake_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    console.error("a.toml:1: one\na.toml:2: two", "mend both")
    assert capsys.readouterr().err == (
        "tokensweep: error: a.toml:1: one\ntokensweep: error: a.toml:2: two\ntokensweep: hint: mend both\n"
    )


def test_nothing_said_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("a\x1b[2J b\u202ec\r\x9bd é")
    assert capsys.readouterr().err == "a\\x1b[2J b\\u202ec\\r\\x9bd é\n"


@pytest.mark.parametrize(
    ("variables", "choice", "terminal", "colored"),
    [
        ({}, "auto", True, True),
        ({}, "auto", False, False),
        ({"NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": ""}, "auto", True, True),
        ({"FORCE_COLOR": "1"}, "auto", False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", True, False),
        ({"TERM": "dumb"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "always", False, True),
        ({"FORCE_COLOR": "1"}, "never", True, False),
    ],
)
def test_color(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], choice: str, *, terminal: bool, colored: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert console.colored(Terminal() if terminal else io.StringIO(), choice) is colored


def test_our_own_bug_shows_no_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The message of an unforeseen exception may quote what was found."""

    def burst(_: object) -> int:
        raise ValueError("".join(("found", "text")))

    monkeypatch.setattr(cli, "_dispatch", burst)
    monkeypatch.delenv("TOKENSWEEP_DEBUG", raising=False)
    assert cli.main(["scan"]) == 2
    assert capsys.readouterr().err == (
        "tokensweep: error: internal error: ValueError\n"
        "tokensweep: hint: TOKENSWEEP_DEBUG=1 shows where; please report it\n"
    )
    monkeypatch.setenv("TOKENSWEEP_DEBUG", "1")
    assert cli.main(["scan"]) == 2
    shown = capsys.readouterr().err
    assert "in burst" in shown
    assert "foundtext" not in shown


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuleError("bad"), 2), (TokensweepError("bad"), 2), (KeyboardInterrupt(), 130), (RecursionError(), 2)],
)
def test_every_way_out_has_its_status(monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(cli, "_dispatch", fail)
    assert cli.main(["scan"]) == status


def test_a_short_scan_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with progress.Bar() as bar:
        bar(Coverage(planned=2, read=1))
    assert screen.getvalue() == ""


def test_a_long_scan_draws_and_wipes_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    moments = iter([0.0, 1.0, 1.01, 2.0])
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(progress, "clock", lambda: next(moments))
    with progress.Bar() as bar:
        for read in (10, 20, 30):
            bar(Coverage(planned=40, read=read, bytes=read * 1_000_000))
    drawn = screen.getvalue()
    assert "10/40 files · 10 MB" in drawn
    assert "20/40" not in drawn  # too soon after the frame before
    assert "30/40 files · 30 MB" in drawn
    assert drawn.endswith("\x1b[2K")


@pytest.mark.parametrize(("variables", "wanted"), [({}, True), ({"CI": "true"}, False), ({"TERM": "dumb"}, False)])
def test_who_watches(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, wanted: bool) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr", Terminal())
    assert progress.wanted() is wanted
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert not progress.wanted()
