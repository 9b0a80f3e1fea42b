"""What the times of a token say, as of one moment."""

from __future__ import annotations

from typing import Any, Final

from scanner.model import Token

_SKEW: Final = 300
"""Seconds by which clocks may differ before a token counts as issued in the future."""


def time_facts(token: Token, now: int) -> dict[str, Any]:
    """The facts of `exp`, `iat` and `nbf`; `now` is in seconds since 1970-01-01 UTC."""
    times = token.times
    claims = token.claims or {}
    present = {name for name in times if claims.get(name) is not None}
    if claims.get("exp") == 0:  # Keycloak's offline tokens: no expiry.
        present.discard("exp")
    known = {name: date.seconds for name in present if (date := times[name])}
    expiry, issued, start = known.get("exp"), known.get("iat"), known.get("nbf")
    facts: dict[str, Any] = {
        "token.has_expiry": "exp" in present,
        "token.has_issued_at": "iat" in present,
        "token.has_not_before": "nbf" in present,
        "token.times_invalid": sorted(present - known.keys()),
        "token.times_nonstandard": sorted(name for name in known if (date := times[name]) and date.unit != "seconds"),
        "token.time_conflicts": _time_conflicts(expiry, issued, start, now),
        "token.state": _state(expiry, start, now, readable="exp" not in present or expiry is not None),
    }
    known_times = {"token.expires_at": expiry, "token.issued_at": issued, "token.not_before": start}
    facts |= {name: value for name, value in known_times.items() if value is not None}
    begin = issued if issued is not None else start
    if expiry is not None:
        if begin is not None and expiry >= begin:
            facts["token.lifetime"] = expiry - begin
        facts["token.remaining" if expiry > now else "token.expired_for"] = abs(expiry - now)
    if issued is not None and issued <= now:
        facts["token.age"] = now - issued
    return facts


def _state(expiry: int | None, start: int | None, now: int, *, readable: bool) -> str:
    if not readable:
        return "unknown"
    if expiry is not None and expiry <= now:
        return "expired"
    return "not_yet" if start is not None and start > now else "live"


def _time_conflicts(expiry: int | None, issued: int | None, start: int | None, now: int) -> list[str]:
    conflicts = []
    if expiry is not None and issued is not None and expiry < issued:
        conflicts.append("exp before iat")
    if expiry is not None and start is not None and expiry < start:
        conflicts.append("exp before nbf")
    if issued is not None and issued > now + _SKEW:
        conflicts.append("iat in the future")
    return conflicts
