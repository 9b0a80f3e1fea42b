"""The facts of a session secret: what it is for, whose default it is, and how hard it is to guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from scanner.model import Secret, Sighting
from scanner.secret_names import call, naming
from scanner.secrets import STRONG_BITS, judge_used, known, publisher

_USES: Final = {
    "tokens": frozenset({"jwt"}),
    "sessions": frozenset({"session", "cookie", "csrf"}),
    "encryption": frozenset({"encryption"}),
}
"""What has to have a secret of its own, by the purposes of names. What frameworks have one secret for says nothing."""


def secret_facts(secret: Secret, sightings: Sequence[Sighting]) -> dict[str, Any]:
    """The facts `secret.*`; where it has several names, the first that the table knows says what it is for."""
    value = secret.value.reveal()
    names = sorted({sighting.name for sighting in sightings if sighting.name} | {secret.name})
    entries = [found.entry for name in (secret.name, *names) if (found := naming(name) or call(name))]
    purposes = sorted({entry.purpose for entry in entries})
    needed = max((entry.bytes for entry in entries), default=16)
    verdict = judge_used(value, needed)
    facts: dict[str, Any] = {
        "secret.name": secret.name,
        "secret.names": names,
        "secret.told_as": f"the argument of `{secret.name}`" if _takes(secret.name) else f"`{secret.name}`",
        "secret.purposes": purposes,
        "secret.purposes_differ": sum(not known.isdisjoint(purposes) for known in _USES.values()) > 1,
        "secret.verdict": verdict.kind,
        "secret.reason": verdict.reason,
        "secret.bits": verdict.bits,
        "secret.guessable": verdict.bits < STRONG_BITS,
        "secret.bytes": len(value),
        "secret.bytes_needed": needed,
        "secret.too_short": len(value) < needed,
        "secret.published": value in known(),
    }
    if entries:
        facts["secret.purpose"] = entries[0].purpose
        facts["secret.use"] = entries[0].title
    framework = next((entry for entry in entries if not entry.general), None)
    if framework:
        facts["secret.framework"] = framework.title
    if value in known():
        facts["secret.known"] = value.decode("utf-8", "replace")
        facts["secret.publisher"] = publisher(value) or known()[value]
    return facts


def _takes(name: str) -> bool:
    """Whether this is the name of a function that takes a secret, and not of a secret."""
    return bool(call(name)) and not naming(name)
