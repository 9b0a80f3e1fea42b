"""Trees with tokens of ours, and scans of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

from scanner.model import Report

NOW = 1_800_000_000
"""2027-01-15."""

Scan = Callable[..., Report]


def mint(number: int = 0, size: int = 0) -> str:
    """A token of ours, distinct for each `number`, with `size` more bytes of claims."""
    parts = [
        '{"alg":"RS256"}',
        json.dumps({"iss": "https://idp.example", "jti": str(number), "pad": "x" * size}),
        "s" * 128,
    ]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)


def places(report: Report) -> list[tuple[str, int, int]]:
    """Path, line and column of all sightings, sorted."""
    sightings = (sighting for subject in report.subjects for sighting in subject.sightings)
    return sorted((sighting.origin.path, sighting.line, sighting.column) for sighting in sightings)


def paths(report: Report) -> list[str]:
    """The paths of all sightings, sorted."""
    return [path for path, _, _ in places(report)]


def skipped(report: Report) -> list[tuple[str, str]]:
    """What was asked for and not read, with the reason."""
    return [(entry.path, entry.reason) for entry in report.coverage.skipped]


def excluded(report: Report) -> dict[str, list[str]]:
    """What was left out, by reason; the count agrees with the examples."""
    for entry in report.coverage.excluded.values():
        assert min(entry.count, 5) == len(entry.examples)
    return {reason: entry.examples for reason, entry in report.coverage.excluded.items()}


def fill(root: Path, *names: str) -> None:
    """Files below `root` that hold one and the same token each."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(mint())
