"""Tells where one secret, key, token or cookie serves in several environments, or for several purposes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from scanner.model import Sighting, Subject

_WORDS: Final = {
    "production": re.compile(r"(?:^|[^a-z])(?:prod(?:uction)?|live)(?:[^a-z]|$)", re.IGNORECASE),
    "staging": re.compile(r"(?:^|[^a-z])(?:stag(?:e|ing)|preprod|uat|qa)(?:[^a-z]|$)", re.IGNORECASE),
    "development": re.compile(r"(?:^|[^a-z])(?:dev(?:el(?:opment)?)?|local|sandbox)(?:[^a-z]|$)", re.IGNORECASE),
    "test": re.compile(r"(?:^|[^a-z])(?:tests?|testing|ci|e2e)(?:[^a-z]|$)", re.IGNORECASE),
}
"""Words of a path by which people name an environment."""


def tell_reuse(subjects: Iterable[Subject]) -> None:
    """Add to the evidence of each subject that is seen in several files the `environments` that their paths name."""
    for subject in subjects:
        if len(subject.sightings) < 2:
            continue
        found = {name for sighting in subject.sightings for name in _environments(sighting)}
        if len(found) > 1:
            subject.evidence["shared"] = True
            subject.evidence["environments"] = [name for name in _WORDS if name in found]


def _environments(sighting: Sighting) -> list[str]:
    named = [name for name, words in _WORDS.items() if words.search(sighting.origin.path)]
    return (named or [name for name in _WORDS if name in sighting.context])[:1]
