"""Where a subject was seen: the facts `seen.*`, files, and which sighting is the worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from scanner.model import Sighting

_CONTEXT_FACTS: Final = {
    "seen.in_log": "log",
    "seen.in_ci": "ci",
    "seen.in_environment_file": "environment",
    "seen.in_test": "test",
    "seen.in_documentation": "documentation",
    "seen.in_example": "example",
    "seen.in_production": "production",
    "seen.in_development": "development",
}
"""Facts that say whether any sighting has a context."""

_HARMLESS: Final = frozenset({"test", "documentation", "example"})

_PASSING: Final = _HARMLESS | {"ci"}
"""Contexts of what lives for a run."""

_MILDNESS: Final = {"vendored": 1, "generated": 1, "minified": 1, "test": 2, "example": 3, "documentation": 3}
"""Contexts that make a place a worse one to point at: code is mended where it is written, and before its tests."""


def seen_facts(sightings: Sequence[Sighting], total: int) -> dict[str, Any]:
    """The facts of these sightings; `total` counts those too that are not listed."""
    contexts = frozenset[str]().union(*(sighting.context for sighting in sightings))
    facts: dict[str, Any] = {fact: context in contexts for fact, context in _CONTEXT_FACTS.items()}
    facts["seen.in_history"] = any(sighting.origin.presence for sighting in sightings)
    facts["seen.at_head"] = any(not (at := sighting.origin.presence) or at.at_head for sighting in sightings)
    facts["seen.only_in_tests"] = all(sighting.context & _HARMLESS for sighting in sightings)
    facts["seen.only_in_pipelines"] = all(sighting.context & _PASSING for sighting in sightings)
    facts["seen.files"] = 1 if len(sightings) == 1 else len({_file(sighting) for sighting in sightings})
    facts["seen.sightings"] = total
    return facts


def by_file(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
    """The sightings of each file or archive member in the order of their offsets; files in the order of their paths."""
    files: dict[tuple[str, ...], list[Sighting]] = {}
    for sighting in sightings:
        files.setdefault(_file(sighting), []).append(sighting)
    return [sorted(files[file], key=_order) for file in sorted(files)]


def worst(sightings: Sequence[Sighting]) -> Sighting:
    """The sighting to point at: in code before tests, in tests before documentation; of these the first."""
    return min(sightings, key=lambda sighting: (_mildness(sighting), _file(sighting), _order(sighting)))


def _file(sighting: Sighting) -> tuple[str, ...]:
    return (sighting.origin.path, *sighting.origin.members)


def _order(sighting: Sighting) -> tuple[int, str]:
    # In history, one offset of one path may be seen in many commits.
    return sighting.start, sighting.origin.commit or ""


def _mildness(sighting: Sighting) -> int:
    return max((_MILDNESS.get(context, 0) for context in sighting.context), default=0)
