"""The table that a benchmark prints: what was measured, what it must reach, what it reached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Verdict = Literal["met", "missed", "no target", "not measured"]


class Row(NamedTuple):
    """A line of the table."""

    what: str
    target: str
    figure: str
    verdict: Verdict


def row(what: str, target: str, figure: str, met: bool | None = None) -> Row:
    """A row of something measured; `met` is None where there is no target."""
    return Row(what, target, figure, "no target" if met is None else "met" if met else "missed")


def render(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table that also reads well as plain text."""
    cells = [("measured", "target", "figure", "verdict"), *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
