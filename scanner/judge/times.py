"""What the times of a token say, as of one moment."""

from __future__ import annotations

from typing import Any, Final

from scanner.model import Token

_SKEW: Final = 300
"""Seconds by which clocks may differ before a token counts as issued in the future."""
_ENDLESS: Final = 4_102_444_800
"""2100-01-01 UTC, seconds. No key lives that long: a later `exp` is how programs write "never", as 2³² - 1 (2106),
9999999999 (2286) or the year 9999, with which certificates say that they have no end (RFC 5280 §4.1.2.5)."""


def time_facts(token: Token, now: int) -> dict[str, Any]:
    """The facts of `exp`, `iat` and `nbf`; `now` is in seconds since 1970-01-01 UTC."""
    times = token.times
    claims = token.claims or {}
    present = {name for name in times if token.claims is None or not _is_unset(claims.get(name))}
    # Nor is a time before 1970: some read -1 as "never", some as expired.
    known = {name: date.seconds for name in present if (date := times[name]) and date.seconds >= 0}
    expiry, issued, start = known.get("exp"), known.get("iat"), known.get("nbf")
    facts: dict[str, Any] = {
        "token.has_expiry": "exp" in present,
        "token.has_issued_at": "iat" in present,
        "token.has_not_before": "nbf" in present,
        "token.endless": expiry is not None and expiry >= _ENDLESS,
        "token.times_invalid": sorted(present - known.keys()),
        "token.times_nonstandard": sorted(name for name in known if (date := times[name]) and date.unit != "seconds"),
        "token.time_conflicts": _time_conflicts(expiry, issued, start, now, authenticated=known.get("auth_time")),
        "token.state": _state(expiry, start, now, readable="exp" not in present or expiry is not None),
    }
    known_times = {"token.expires_at": expiry, "token.issued_at": issued, "token.not_before": start}
    facts |= {name: value for name, value in known_times.items() if value is not None}
    begin = issued if issued is not None else start
    if expiry is not None:
        if begin is not None and expiry >= begin:
            facts["token.lifetime"] = facts["token.valid_for"] = expiry - begin
        if expiry > now:
            facts["token.remaining"] = expiry - now
            facts.setdefault("token.valid_for", expiry - now)
        else:
            facts["token.expired_for"] = now - expiry
    if issued is not None and issued <= now:
        facts["token.age"] = now - issued
    return facts


def _is_unset(value: object) -> bool:
    # Keycloak writes 0 for an `exp` or an `nbf` that it does not set.
    return value is None or (value == 0 and not isinstance(value, bool))


def _state(expiry: int | None, start: int | None, now: int, *, readable: bool) -> str:
    if not readable:
        return "unknown"
    if expiry is not None and expiry <= now:
        return "expired"
    return "not_yet" if start is not None and start > now else "live"


def _time_conflicts(
    expiry: int | None, issued: int | None, start: int | None, now: int, *, authenticated: int | None
) -> list[str]:
    conflicts = []
    if expiry is not None and issued is not None and expiry < issued:
        conflicts.append("exp before iat")
    if expiry is not None and start is not None and expiry < start:
        conflicts.append("exp before nbf")
    if issued is not None and issued > now + _SKEW:
        conflicts.append("iat in the future")
    if issued is not None and authenticated is not None and authenticated > issued + _SKEW:
        conflicts.append("auth_time after iat")
    return conflicts
