"""What the commands say to people beside their results: errors, warnings, colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from rich.console import RenderableType
    from rich.table import Table


def say(text: str) -> None:
    """Print lines to standard error; what would steer a terminal is shown escaped."""
    for line in text.split("\n"):
        print("".join(c if c.isprintable() else repr(c)[1:-1] for c in line), file=sys.stderr)


def error(message: str, hint: str = "") -> None:
    """Print a mistake, one line for each, and what to do about it."""
    say("\n".join(f"tokensweep: error: {line}" for line in message.split("\n")))
    if hint:
        say(f"tokensweep: hint: {hint}")


def colored(stream: IO[str], choice: str = "auto") -> bool:
    """Whether to write colour: as chosen, else by NO_COLOR, FORCE_COLOR, TERM=dumb, and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def width(default: int) -> int:
    """Columns of standard output where it is a terminal, else `default`."""
    if not sys.stdout.isatty():
        return default
    import shutil

    return shutil.get_terminal_size().columns


def show(*parts: RenderableType, wrap: bool = True) -> None:
    """Print to standard output for people: coloured on a terminal, plain elsewhere, without blanks at line ends."""
    from rich.console import Console

    color = colored(sys.stdout)
    console = Console(
        force_terminal=color,
        color_system="auto" if color else None,
        markup=False,
        highlight=False,
        emoji=False,
        width=None if sys.stdout.isatty() else 100,
    )
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=not wrap)
    for line in captured.get().splitlines():
        print(line.rstrip())


def table(rows: Iterable[tuple[str, ...]]) -> Table:
    """Rows of aligned columns, the first one a label that is not repeated."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    last = ""
    for label, *cells in rows:
        grid.add_row(Text("" if label == last else label, "bold"), *map(Text, cells))
        last = label
    return grid
