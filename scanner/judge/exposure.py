"""How long a subject lay open in a repository's history, and how much of that it was valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.model import Sighting


def exposure(sightings: Sequence[Sighting], facts: Mapping[str, Any], now: int) -> dict[str, Any]:
    """The facts `evidence.*` of this, without that prefix; none for what was not found in history.

    It lies open from the first commit that held it until the last commit that took it away; until `now` where the head
    of a branch holds it. Commits say themselves when they were made.
    """
    found = [at for sighting in sightings if (at := sighting.origin.presence)]
    begins = [at.first.committed_at for at in found if at.first]
    if not begins:
        return {"returned": any(at.returned for at in found)} if found else {}
    first = min((at.first for at in found if at.first), key=lambda commit: commit.committed_at)
    begin = first.committed_at
    known: dict[str, Any] = {
        "exposed_from": begin,
        "first_commit": first.id,
        "returned": any(at.returned for at in found),
    }
    removals = [at.removed.committed_at for at in found if at.removed]
    if len(removals) == len(found):
        end = known["exposed_until"] = max(removals)
    elif any(at.at_head for at in found):
        end = now
    else:
        return known  # A merge let it fall: nobody says when.
    known["exposed_for"] = max(end - begin, 0)
    valid_from = max(begin, facts.get("token.not_before", begin), facts.get("token.issued_at", begin))
    if not facts.get("token.has_expiry", True):
        known["exposed_while_valid"] = max(end - valid_from, 0)
    elif "token.expires_at" in facts:
        known["exposed_while_valid"] = max(min(end, facts["token.expires_at"]) - valid_from, 0)
    return known
