"""The facts of a cookie: what its format is, what it says of itself, and what whoever forges one gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.model import Cookie, Sighting
from scanner.rulebook import load_cookies


def cookie_facts(cookie: Cookie, sightings: Sequence[Sighting], now: int) -> dict[str, Any]:
    """The facts `cookie.*`; `now` is in seconds since 1970-01-01 UTC."""
    family = load_cookies()[cookie.family]
    facts: dict[str, Any] = {
        "cookie.family": family.id,
        "cookie.title": family.title,
        "cookie.frameworks": list(family.frameworks),
        "cookie.gives": family.gives,
        "cookie.payload": cookie.payload,
        "cookie.state": "unknown",
        "cookie.names": sorted({sighting.name for sighting in sightings if sighting.name}),
    }
    if cookie.claims is not None:
        facts["cookie.claim_names"] = sorted(cookie.claims)
    if cookie.serializer:
        facts["cookie.serializer"] = cookie.serializer
    issued, expires = (cookie.times.get(name) for name in ("iat", "exp"))
    if issued:
        facts["cookie.issued_at"] = issued.seconds
    if expires:
        facts["cookie.expires_at"] = expires.seconds
        facts["cookie.state"] = "expired" if expires.seconds <= now else "live"
    return facts
