"""What every section of the benchmark works with."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

from bench.inputs import Size
from bench.measure import Command, MeasurementError, Run, run
from bench.peers import OURS

_COVERAGE = re.compile(rb'"read": ?(\d+),\s*"bytes": ?(\d+)')
_HEAD = 1 << 20
"""Bytes of a JSON report in which its coverage stands, ahead of the subjects: the whole may not fit in memory."""


class Setup(NamedTuple):
    """Where things are, and our own scan."""

    bin: Path
    """The folder of our own installed command and its Python."""
    peers: Path
    """The environment of the peers."""
    tree: Path | None
    """The tree that the user named."""
    corpora: tuple[Path, ...]
    """Folders that the user named, to find tokens in."""
    repository: Path | None
    """The repository that the user named."""
    cache: Path
    """Keeps a tree from run to run."""
    scratch: Path
    """Is gone afterwards."""

    def scan(self, folder: Path, *, watch: bool = False) -> Run:
        """Scan a folder with tokensweep. Raises MeasurementError."""
        return self.ours([self.bin / OURS.program, *OURS.arguments], folder, watch=watch)

    def ours(self, command: Command, folder: Path, *, watch: bool = False) -> Run:
        """Run a command of tokensweep that reports as JSON. Raises MeasurementError."""
        return run(command, folder, self.report, OURS.finished, watch=watch)

    def covered(self) -> Size:
        """What the last scan says that it read. Raises MeasurementError where it does not say it."""
        with self.report.open("rb") as report:
            said = _COVERAGE.search(report.read(_HEAD))
        if said is None:
            raise MeasurementError("our report names no coverage in its first megabyte")
        return Size(int(said[1]), int(said[2]))

    def input(self, name: str, content: bytes) -> Path:
        """A folder that holds one file with this content."""
        folder = self.scratch / name
        folder.mkdir()
        (folder / "input.txt").write_bytes(content)
        return folder

    @property
    def report(self) -> Path:
        """What our last scan reported."""
        return self.scratch / "report.json"


def tell(what: str) -> None:
    """Say on standard error what is being measured: a section takes minutes."""
    print(f"  {what} …", file=sys.stderr, flush=True)
