"""Lines for people: text in roles, plain or coloured, and broken to a width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from scanner.report.neutral import for_runner
from scanner.report.style import Style

Segment = tuple[str, str]
"""Text and its role: a severity's name, or `title`, `place`, `rule`, `dim`, `good`, `warn`, or nothing."""
Line = list[Segment]

_STYLES: Final = {
    "critical": "bold white on red", "high": "bold red", "medium": "bold yellow", "low": "cyan", "info": "dim",
    "title": "bold", "place": "blue", "rule": "magenta", "dim": "dim", "good": "bold green", "warn": "bold yellow",
    "": "",
}  # fmt: skip


def paint(lines: Iterable[Line], style: Style) -> Iterator[bytes]:
    """The lines in UTF-8; the layout is the same with and without colour."""
    yield from _colored(lines) if style.color else _plain(lines)


def wrapped(head: Line, text: str, indent: int, width: int) -> Iterator[Line]:
    """`head` and then `text`, whose further lines begin at column `indent`."""
    used = sum(len(part) for part, _ in head)
    pad = " " * max(indent - used, 0)
    first, *rest = textwrap.wrap(text, max(width - indent, 30), break_on_hyphens=False) or [""]
    yield [*head, (pad + first, "")]
    for line in rest:
        yield [(" " * indent + line, "")]


def _plain(lines: Iterable[Line]) -> Iterator[bytes]:
    for line in lines:
        yield for_runner("".join(text for text, _ in line).rstrip()).encode() + b"\n"


def _colored(lines: Iterable[Line]) -> Iterator[bytes]:
    import io

    from rich.console import Console
    from rich.text import Text

    buffer = io.StringIO()
    # Without a height, rich takes the width of a dumb terminal for 80, and cuts.
    console = Console(
        file=buffer, force_terminal=True, color_system="standard", width=1000, height=1, highlight=False, emoji=False
    )
    for line in lines:
        console.print(Text.assemble(*((text, _STYLES[role]) for text, role in line)), no_wrap=True, overflow="ignore")
        yield for_runner(buffer.getvalue()).encode()
        buffer.seek(0)
        buffer.truncate()
