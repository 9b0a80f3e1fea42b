"""gitignore patterns."""

import subprocess
import time
from pathlib import Path

import pytest

from scanner.model import PolicyError
from scanner.triage.paths import matcher

PATTERNS = ["*.log", "/build", "docs/", "a/**/b", "!keep.log", r"\#odd", "test?.py", "x[0-9]/*.js"]
PATHS = [
    "app.log",
    "sub/app.log",
    "keep.log",
    "app.logs",
    "build",
    "build/x",
    "sub/build",
    "docs/a.md",
    "docs",
    "sub/docs/a.md",
    "a/b",
    "a/x/y/b",
    "a/x/b/c",
    "a/bb",
    "#odd",
    "test1.py",
    "test12.py",
    "x1/a.js",
    "xx/a.js",
    "x1/y/a.js",
    "é.log",
    "APP.LOG",
]


def test_patterns_take_what_git_ignores(tmp_path: Path) -> None:
    """By git itself, which is the oracle."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(PATTERNS), encoding="utf-8")
    told = subprocess.run(
        ["git", "-C", tmp_path, "check-ignore", "--stdin", "-z", "--no-index"],
        input="\0".join(PATHS).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    taken_by = matcher(PATTERNS, str)
    assert [path for path in PATHS if taken_by(path) is not None] == told.stdout.decode().split("\0")[:-1]


def test_the_deciding_pattern_is_told() -> None:
    """By its index, comments and blanks counted, so that its line can be named."""
    taken_by = matcher(["# logs", "", "*.log", "sub/"], str)
    assert [taken_by(path) for path in ("a.log", "sub/x", "sub/", "sub", "a.txt")] == [2, 3, 3, None, None]


def test_no_patterns_take_nothing() -> None:
    assert matcher([], str)("a") is None


@pytest.mark.parametrize("pattern", ["!", "a\\", "[z-a]", "a[[:alpha:]]", "a" * 100_000])
def test_a_pattern_that_cannot_be_read(pattern: str) -> None:
    """It is the user's mistake, told with its place."""
    with pytest.raises(PolicyError) as caught:
        matcher(["*.log", pattern], lambda index: f"tokensweep.toml:{index}")
    assert str(caught.value) == f"tokensweep.toml:1: not a gitignore pattern: {pattern!r}"


def test_hostile_patterns_take_linear_time() -> None:
    """A scanned repository brings its own ignore file; with a backtracking engine this one takes for ever."""
    taken_by = matcher(["*a" * 25 + "b"], str)
    started = time.perf_counter()
    assert taken_by("a" * 250) is None
    assert time.perf_counter() - started < 2
