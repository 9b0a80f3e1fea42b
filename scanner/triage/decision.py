"""What the modules of this package have in common: each reads one kind of decision that the user has made before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from scanner.model import Finding, Origin, PolicyError, Sighting, Suppression

MAX_BYTES = 64 << 20
"""A larger ignore file or baseline is refused: it comes with the scanned files, so it may be hostile."""


class Decision(Protocol):
    """Decisions of one kind. They remember which of them were met, so each serves one scan."""

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """Why this finding need not be open as far as this sighting goes; None if nothing was decided."""

    def notes(self, *, whole: bool) -> Iterator[str]:
        """What the user should know of them once all findings were met: those that have expired or met nothing.

        Where not the `whole` root was scanned, only those that stand at what was scanned can be said to meet nothing.
        """


def place(origin: Origin) -> str:
    """A file for people; in an archive `a.tgz!app.py`."""
    return "!".join((origin.path, *origin.members))


def relative(path: Path, root: Path | None) -> str:
    """A file's name for people: below the root from there, so that a report is the same on every machine."""
    if root is not None and path.is_relative_to(root):
        path = path.relative_to(root)
    return path.as_posix()


def read(path: Path) -> bytes:
    """The bytes of a file of decisions. Raises PolicyError where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise PolicyError(f"{path}: larger than {MAX_BYTES >> 20} MiB")
    return data
