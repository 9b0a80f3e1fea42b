"""The live progress bar of a scan."""

from __future__ import annotations

import os
import sys
from time import monotonic as clock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from scanner.model import Coverage

_QUIET_SECONDS = 0.5
"""A shorter scan draws nothing, and does not import rich."""

_FRAME_SECONDS = 0.1


class Bar:
    """A bar on standard error, drawn while the scan calls it with what is covered so far; a context manager."""

    def __init__(self) -> None:
        self._due = clock() + _QUIET_SECONDS
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def __call__(self, coverage: Coverage) -> None:
        """Draw the state of the scan, at most ten times a second."""
        now = clock()
        if now < self._due:
            return
        self._due = now + _FRAME_SECONDS
        progress = self._progress or self._start()
        if self._task is not None:
            size = f"{coverage.bytes / 1e6:,.0f} MB"
            progress.update(self._task, completed=coverage.read, total=coverage.planned or None, size=size)
            progress.refresh()

    def _start(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("files · {task.fields[size]}"), TimeElapsedColumn())
        # No thread refreshes it: workers may be forked while it is drawn.
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._task = self._progress.add_task("", total=None, size="")
        self._progress.start()
        return self._progress


def wanted() -> bool:
    """Whether someone watches: standard error is a terminal that can move its cursor, and this is no CI job."""
    return sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
