"""What provers write down: the same members of evidence, whatever the proof."""

from __future__ import annotations

from scanner.correlate.candidates import Candidate
from scanner.model import Sealed, Sighting, Subject


def place(sighting: Sighting) -> str:
    """Where something stands, for people: `config/app.py:7`."""
    return f"{sighting.origin.path}:{sighting.line}"


def tell_signer(owner: Subject, signed: Subject, words: str) -> None:
    """Tell on both sides that the secret or key `owner` signs a subject, which is proved to be such a thing."""
    signed.evidence["forgeable"] = True
    signed.evidence["signed_by"] = place(owner.sightings[0])
    signed.evidence["signs_as"] = words
    evidence = owner.evidence
    evidence["signs"] = True
    evidence["forges"] = list(dict.fromkeys([*evidence.get("forges", ()), words]))
    evidence["forges_count"] = evidence.get("forges_count", 0) + 1


def tell_known(signed: Subject, candidate: Candidate) -> None:
    """Tell that a secret signs a subject which others can know."""
    signed.secret = Sealed(candidate.secret)
    evidence = signed.evidence
    evidence["has_known_secret"] = True
    evidence["known_secret_name"] = candidate.words
    evidence["known_secret_bytes"] = len(candidate.secret)
    if candidate.shown is not None:
        evidence["known_secret"] = candidate.shown
