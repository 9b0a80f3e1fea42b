"""`.tokensweepignore`: gitignore patterns of paths, and fingerprints of single findings.

The comment right above an entry is its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scanner.model import Finding, PolicyError, Sighting, Suppression
from scanner.triage.decision import read, relative
from scanner.triage.paths import matcher

_FINGERPRINT = "fingerprint:"
_LINES_NAMED = 10


class IgnoreFile:
    """The decisions of one ignore file. Raises PolicyError for a line that cannot be read."""

    def __init__(self, path: Path, root: Path) -> None:
        self._where = relative(path, root)
        try:
            lines = read(path).decode("utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            raise PolicyError(f"{path}: not UTF-8") from error
        self._reasons: dict[int, str] = {}
        self._findings: dict[str, int] = {}
        patterns: list[str] = []
        self._numbers: list[int] = []
        self._met: set[int] = set()
        comment = ""
        for number, line in enumerate((line.rstrip("\r") for line in lines), start=1):
            if line.startswith("#") or not line.strip():
                comment = line.lstrip("# \t").rstrip()
                continue
            self._reasons[number] = comment or "no reason given"
            if line.startswith(_FINGERPRINT):
                self._findings[_fingerprint(line, f"{path}:{number}")] = number
            else:
                patterns.append(line)
                self._numbers.append(number)
                if line.startswith("!"):
                    self._met.add(number)  # It suppresses nothing by its nature.
        self._taken_by = matcher(patterns, lambda index: f"{path}:{self._numbers[index]}")

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """By the finding's fingerprint, else by the path."""
        number = self._findings.get(finding.id) if self._findings else None
        if number is None:
            index = self._taken_by(sighting.origin.path)
            if index is None:
                return None
            number = self._numbers[index]
        self._met.add(number)
        return Suppression("ignore-file", self._reasons[number], f"{self._where}:{number}")

    def notes(self, *, whole: bool) -> Iterator[str]:
        """The lines that suppress nothing."""
        unmet = [str(number) for number in self._reasons if number not in self._met]
        if whole and unmet:
            more = f" and {len(unmet) - _LINES_NAMED} more" if len(unmet) > _LINES_NAMED else ""
            yield f"{self._where}: nothing is suppressed by line {', '.join(unmet[:_LINES_NAMED])}{more}"


def _fingerprint(line: str, where: str) -> str:
    value = line.removeprefix(_FINGERPRINT).strip().lower()
    if not re.fullmatch(r"[0-9a-f]{20}", value):
        raise PolicyError(f"{where}: not a fingerprint: {value!r}", hint="write the 20 hex digits of a finding's `id`")
    return value
