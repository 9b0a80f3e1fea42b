"""The time until a small command is done, against Python's own."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Command, compare, run
from bench.peers import OURS
from bench.setup import Setup, tell
from bench.table import Row, row

_PAIRS = 21
_ONE_FILE_LIMIT = 8
"""Times of `python -c pass` that a scan of one clean file may take."""


def rows(setup: Setup) -> Iterator[Row]:
    """`--version`, and a scan of one clean file. Raises MeasurementError."""
    tell("start-up")
    folder = setup.input("clean", b"A file in which there is nothing to find.\n")
    ours, python = setup.bin / OURS.program, setup.bin / "python"
    yield _row(setup, "tokensweep --version", [ours, "--version"], [python, "-c", "pass"], None)
    yield _row(
        setup, "scan of one clean file", [ours, "scan", folder / "input.txt"], [python, "-c", "pass"], _ONE_FILE_LIMIT
    )


def _row(setup: Setup, what: str, command: Command, python: Command, limit: int | None) -> Row:
    output, clean = setup.scratch / "startup.out", frozenset({0})
    run(command, setup.scratch, output, clean)
    done = compare(
        lambda: run(command, setup.scratch, output, clean),
        lambda: run(python, setup.scratch, output, clean),
        _PAIRS,
    )
    ratio, low, high = done.ratios(lambda ours, python: ours.wall / python.wall)
    wall = done.median(lambda r: r.wall * 1000)
    figure = (
        f"{ratio:.1f} times python -c pass ({low:.1f} to {high:.1f}, {len(done.pairs)} pairs); "
        f"{wall[0]:.0f} : {wall[1]:.0f} ms"
    )
    if limit is None:
        return row(what, "", figure)
    return row(what, f"≤ {limit} times python -c pass", figure, ratio <= limit)
