"""Whether a token is live: by what it says of itself, and by what is known of its class and of its issuer."""

from __future__ import annotations

from typing import Any, Final

from scanner.facts import FACTS
from scanner.rulebook import Issuer, TokenClass
from scanner.showing import show

_LATEST: Final = 253_370_764_799
"""The end of the year 9998, in seconds since 1970-01-01 UTC."""
_UNTOLD: Final = "nobody but its issuer can tell whether it is live, for "

_show_time = show(FACTS["token.ends_at"])


def add_life(facts: dict[str, Any], token_class: TokenClass, issuer: Issuer | None, now: int) -> None:
    """Add state, end and life to the facts of a token, among which are the limits of its class."""
    if not facts["token.has_claims"]:
        _add_life_without_claims(facts)
        return
    has_expiry, issued = facts["token.has_expiry"], facts.get("token.issued_at")
    window = issuer.accepted_for if issuer else None
    if window is None and not has_expiry and token_class.without_expiry == "lifetime":
        window = facts["limit.lifetime"]
    ends = [facts["token.expires_at"]] if "token.expires_at" in facts else []
    if window is not None and issued is not None:
        ends.append(min(issued + window, _LATEST))
        for name in ("token.lifetime", "token.valid_for"):
            if name in facts:
                facts[name] = min(facts[name], window)
    end = min(ends, default=None)
    start = facts.get("token.not_before")
    if end is not None:
        facts["token.ends_at"] = end
        for name in ("token.remaining", "token.expired_for"):
            facts.pop(name, None)
        facts["token.remaining" if end > now else "token.expired_for"] = abs(end - now)
        if "token.renew_by" in facts:
            facts["token.extended_for"] = max(end - facts["token.renew_by"], 0)
    if end is not None and end <= now:
        state, life = "expired", f"expired since {_show_time(end)}"
    elif has_expiry and "token.expires_at" not in facts:
        state, life = "unknown", _UNTOLD + "its `exp` is no date"
    elif end is None and window is not None:
        state, life = "unknown", _UNTOLD + "it has neither `exp` nor `iat`"
    elif end is None and token_class.without_expiry == "unknown":
        state, life = "unknown", _UNTOLD + "it has no `exp`"
    elif start is not None and start > now:
        state, life = "not_yet", f"not valid before {_show_time(start)}"
    else:
        state, life = "live", "live, with no end" if end is None else f"live until {_show_time(end)}"
    facts["token.state"], facts["token.life"] = state, life
    facts["token.stale"] = facts.get("token.expired_for", 0) > facts["limit.stale"]


def _add_life_without_claims(facts: dict[str, Any]) -> None:
    """Add the life of a token whose form tells its state otherwise, as a macaroon's caveats do, or not at all."""
    end = facts.get("token.expires_at")
    if facts["token.state"] == "expired":
        life = f"expired since {_show_time(end)}"
    elif facts["token.state"] == "live":
        life = "live, with no end" if end is None else f"live until {_show_time(end)}"
    else:
        life = _UNTOLD + "its claims cannot be read"
    if end is not None:
        facts["token.ends_at"] = end
    facts["token.life"] = life
    facts["token.stale"] = facts.get("token.expired_for", 0) > facts["limit.stale"]
