"""The cost of ten times as much input: ten times at most, for harmless text and for what is made to hurt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bench import inputs
from bench.inputs import MEGABYTE
from bench.setup import Setup, tell
from bench.table import Row, row

_GROWTH = 10
_SLACK = 1.25
"""What measuring adds, on a machine that does other things too."""
_RUNS = 5
_NOISE = 0.02
"""Seconds of CPU that equal runs differ by: a smaller difference is taken for this."""

_CASES: tuple[tuple[str, Callable[[int], bytes], int], ...] = (
    ("text without a token", inputs.text, 20),
    ("tokens of a megabyte", inputs.long_tokens, 1),
    ("eyJeyJeyJ…", inputs.anchors, 1),
    ("eyJhbGciOi.eyJhbGciOi.…", inputs.dotted_anchors, 1),
)
"""What it is, what makes it, megabytes of the smaller size."""


def rows(setup: Setup) -> Iterator[Row]:
    """One row a kind of input: CPU seconds of two sizes, start-up taken off, and how much more the larger takes.

    Raises MeasurementError.
    """
    idle = setup.input("idle", b"nothing\n")
    setup.scan(idle)
    for number, (what, make, megabytes) in enumerate(_CASES):
        tell(f"linear: {what}")
        sizes = [megabytes * MEGABYTE, megabytes * MEGABYTE * _GROWTH]
        folders = [setup.input(f"linear{number}-{size}", make(size)) for size in sizes]
        start, small, large = _cheapest(setup, [idle, *folders])
        small, large = max(small - start, _NOISE), max(large - start, _NOISE)
        limit = _GROWTH * _SLACK
        yield row(
            f"{what}, {megabytes} → {megabytes * _GROWTH} MB",
            f"≤ {limit:g} times the CPU",
            f"{large / small:.1f} times ({small:.2f} → {large:.2f} s)",
            large / small <= limit,
        )


def _cheapest(setup: Setup, folders: list[Path]) -> list[float]:
    """Least CPU seconds of a scan of each, measured in alternation: what is above the least is the machine's doing."""
    rounds = [[setup.scan(folder).cpu for folder in folders] for _ in range(_RUNS)]
    return [min(costs) for costs in zip(*rounds, strict=True)]
