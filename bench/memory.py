"""A log of 200 MB with 200,000 distinct tokens: the memory that it takes."""

from __future__ import annotations

from collections.abc import Iterator

from bench import make_log
from bench.inputs import MEGABYTE, Size
from bench.setup import Setup, tell
from bench.table import Row, row
from bench.tree import MEMORY_MB

_BYTES, _TOKENS = 200 * MEGABYTE, 200_000


def rows(setup: Setup) -> Iterator[Row]:
    """The largest process, all of them together, and whether the log was read to its end. Raises MeasurementError."""
    what = f"log of {_BYTES // MEGABYTE} MB with {_TOKENS:,} tokens"
    tell(what)
    folder = setup.input("log", b"")
    make_log.write(folder / "input.txt", _BYTES, _TOKENS)
    run = setup.scan(folder, watch=True)
    read = setup.covered()
    yield row(f"{what}: read", "all", f"{read.bytes / MEGABYTE:,.0f} MB in {run.wall:.1f} s", read == Size(1, _BYTES))
    yield row(
        f"{what}: largest process",
        f"≤ {MEMORY_MB} MB",
        f"{run.peak / MEGABYTE:.0f} MB",
        run.peak <= MEMORY_MB * MEGABYTE,
    )
    yield row(f"{what}: all processes", "", f"{run.together / MEGABYTE:.0f} MB")
