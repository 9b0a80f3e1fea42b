"""Tells where one secret, key, token or cookie serves in several environments or repositories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.environments import ENVIRONMENTS
from scanner.model import Sighting, Subject


def tell_reuse(subjects: Iterable[Subject], repositories: Sequence[str] = ()) -> None:
    """Add to the evidence of each subject that is seen more than once the `environments` and `repositories` of its
    sightings, if either are several. `repositories` are the folders, below the root of all paths, of those that are
    scanned."""
    for subject in subjects:
        if len(subject.sightings) < 2:
            continue
        found = {sighting.environment for sighting in subject.sightings}
        environments = [name for name in ENVIRONMENTS if name in found]
        homes = sorted({home for sighting in subject.sightings if (home := _home(sighting, repositories))})
        if len(environments) > 1 or len(homes) > 1:
            subject.evidence["shared"] = True
            subject.evidence["environments"] = environments
            subject.evidence["repositories"] = homes if len(homes) > 1 else []
            subject.evidence["shared_by"] = [
                *(environments if len(environments) > 1 else ()),
                *(f"the repository {home}" for home in homes if len(homes) > 1),
            ]


def _home(sighting: Sighting, repositories: Sequence[str]) -> str:
    """The innermost repository that a sighting is in; empty where none is told."""
    path = sighting.origin.path
    homes = (home for home in repositories if home == "." or path.startswith(f"{home}/"))
    return max(homes, key=len, default="") if path else ""
