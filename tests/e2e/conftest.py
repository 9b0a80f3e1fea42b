"""The installed command, run as users run it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

NOW = 1_800_000_000
"""2027-01-15: the clock of every run here."""

Run = Callable[..., subprocess.CompletedProcess[str]]


def mint(**claims: object) -> str:
    """A token of ours, live at NOW, with a signature of the right length that signs nothing."""
    header = {"alg": "RS256", "typ": "at+jwt", "kid": "1"}
    life = {"iss": "https://idp.example", "sub": "svc", "iat": NOW - 60, "exp": NOW + 86_400}
    parts = [json.dumps(header), json.dumps(life | claims), "signs nothing".center(256)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)


def environment(**variables: str) -> dict[str, str]:
    """The tests' environment without what would steer the command."""
    steering = ("TOKENSWEEP_", "NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_", "GITLAB_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)} | variables


def command() -> str:
    """The installed command beside the interpreter that runs the tests."""
    return str(Path(sys.executable).with_name("tokensweep"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one live token in its code."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src/app.py").write_text(f'TOKEN = "{mint(scope="admin")}"\n')
    (root / "README.md").write_text("Nothing to see.\n")
    return root


@pytest.fixture
def run(project: Path) -> Run:
    """Runs the command in the project and gives what came out; a traceback never does."""

    def run(
        *arguments: object, stdin: str = "", cwd: Path = project, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [command(), *map(str, arguments)],
            input=stdin,
            cwd=cwd,
            env=environment(TOKENSWEEP_NOW=str(NOW)) | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in result.stderr + result.stdout
        assert "internal error" not in result.stderr
        return result

    return run
