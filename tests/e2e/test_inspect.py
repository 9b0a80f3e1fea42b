"""`tokensweep inspect` as a user meets it."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import NOW, Run, command, environment, mint
from tests.signing import key, key_set, public, sign

WARNING = (
    "tokensweep: warning: an argument stays in the shell's history, and other users see it in the list of processes; "
    "better: `tokensweep inspect` alone asks for it\n"
)


def test_standard_input(run: Run) -> None:
    """With `-` or without; nothing is said beside the result."""
    for arguments in ([], ["-"]):
        result = run("inspect", *arguments, stdin=f"Authorization: Bearer {mint(scope='admin')}\n")
        assert result.returncode == 1
        assert result.stdout.startswith(" HIGH  Access token from idp.example, live\n")
        assert result.stderr == ""


def test_an_argument_warns(run: Run) -> None:
    """And works all the same, in as many words as it was typed."""
    result = run("inspect", "Bearer", mint(aud="x"))
    assert result.stderr == WARNING
    assert "Access token from idp.example, live" in result.stdout
    assert run("inspect", "-q", mint(aud="x")).stderr == ""


def test_statuses(run: Run, project: Path) -> None:
    """Those of a scan, but for incomplete ones."""
    assert run("inspect", stdin=mint(aud="x", exp=NOW + 60)).returncode == 0
    assert run("inspect", "--fail-on", "critical", stdin=mint(scope="admin")).returncode == 0
    assert run("inspect", "--fail-on", "info", stdin=mint(email="a@b.example", aud="x", exp=NOW + 60)).returncode == 1
    for text, what in (("", "nothing to inspect"), ("hello", "no token or cookie that can be read")):
        result = run("inspect", stdin=text)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(
            f"tokensweep: error: {what}\ntokensweep: hint: give a JSON web token, three or five parts joined by dots; "
        )
    result = run("inspect", stdin="x" * ((4 << 20) + 1))
    assert (result.returncode, "larger than 4 MiB" in result.stderr) == (2, True)
    result = run("inspect", "--format", "sarif", stdin=mint())
    assert result.returncode == 2
    assert "--format: unknown format 'sarif', expected text or json" in result.stderr


def test_json_keys_and_configuration(run: Run, project: Path) -> None:
    """The configuration of the current folder counts, and so do its keys."""
    token = sign(
        key("P-256"), "ES256", {"iss": "https://idp.example", "sub": "u", "iat": NOW, "exp": NOW + 60}, kid="1"
    )
    (project / "issuer.json").write_bytes(key_set(public(key("P-256"), kid="1")))
    (project / "tokensweep.toml").write_text('disable = ["token-no-audience"]\n')
    result = run("inspect", "-f", "json", "--jwks", "issuer.json", stdin=token)
    found = json.loads(result.stdout)
    assert found["inspect"]["claims"]["sub"] == "u"
    assert found["subjects"][0]["evidence"]["signature"] == "valid"
    assert "token-no-audience" not in {finding["rule"] for finding in found["findings"]}
    assert token not in result.stdout
    assert "value" in json.loads(run("inspect", "-f", "json", "--show-secrets", stdin=token).stdout)["subjects"][0]


class Terminal:
    """The command at a terminal of its own, with what is typed and what is shown."""

    def __init__(self, *arguments: str) -> None:
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            [command(), "inspect", *arguments],
            stdin=self.slave,
            stdout=subprocess.PIPE,
            stderr=self.slave,
            env=environment(TOKENSWEEP_NOW=str(NOW)),
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # it becomes the controlling one
        )
        self.shown = b""

    def wait_for(self, text: bytes) -> None:
        """Read what is shown until it holds a text."""
        until = time.monotonic() + 30
        while text not in self.shown:
            assert time.monotonic() < until, self.shown
            if select.select([self.master], [], [], 1)[0]:
                self.shown += os.read(self.master, 65_536)

    def type(self, text: bytes) -> None:
        """Type or paste; a terminal takes some thousand bytes at a time."""
        for at in range(0, len(text), 1_000):
            os.write(self.master, text[at : at + 1_000])

    def end(self) -> tuple[int, str]:
        """The status and the result; the terminal is as it was."""
        result, _ = self.process.communicate(timeout=30)
        assert termios.tcgetattr(self.slave) == self.before
        while select.select([self.master], [], [], 0.1)[0]:
            self.shown += os.read(self.master, 65_536)
        os.close(self.master)
        os.close(self.slave)
        return self.process.returncode, result.decode()


@pytest.mark.parametrize(("end", "size"), [(b"\n", 10), (b"\r", 20_000), (b"\x04", 20_000)])
def test_the_prompt_shows_nothing_and_cuts_nothing(end: bytes, size: int) -> None:
    """A line of a terminal ends after 4,095 characters, a token does not."""
    token = mint(aud="x", pad="p" * size)
    terminal = Terminal()
    terminal.wait_for(b"Token (not shown): ")
    terminal.type(token.encode() + end)
    status, result = terminal.end()
    assert (status, terminal.shown) == (1, b"Token (not shown): \r\n")
    assert f"{len(token):,} characters" in result


def test_a_paste_of_several_lines() -> None:
    """Is taken whole."""
    token = mint(aud="x")
    terminal = Terminal("-")
    terminal.wait_for(b": ")
    terminal.type(b"\n".join(token[at : at + 64].encode() for at in range(0, len(token), 64)) + b"\n")
    status, result = terminal.end()
    assert status == 1
    assert f"{len(token):,} characters · broken over lines" in result


def test_ctrl_c_at_the_prompt() -> None:
    """Ends it, and gives the terminal back."""
    terminal = Terminal()
    terminal.wait_for(b": ")
    terminal.type(b"eyJ\x03")
    assert terminal.end() == (130, "")
    assert b"eyJ" not in terminal.shown
