"""The facts of tokens without a JOSE header, and of those without claims that can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from scanner.judge.bounds import Bounds
from scanner.model import FORMS, JOSE_FORMS, Token

_JOSE_TIMES: Final = ("token.times_invalid", "token.times_nonstandard")
"""What is wrong with times by RFC 7519 §2; other forms write them otherwise."""

_ISSUER: Final = ("token.has_issuer", "token.issuer", "token.issuer_claim", "token.issuer_real")
"""What a location tells as an `iss` does."""


def plain_facts(token: Token) -> tuple[dict[str, Any], bool]:
    """What is known of any form, and whether something was cut to its bounds."""
    bounds = Bounds()
    facts = {
        "token.form": token.form,
        "token.anomalies": list(token.anomalies),
        "token.payload": token.payload,
        "token.header": bounds.object(token.header),
    }
    return facts, bounds.cut


def detail_facts(token: Token) -> dict[str, Any]:
    """What the form of a token tells beside header and claims."""
    bounds = Bounds()
    return {f"token.{name}": bounds.value(value) for name, value in token.details.items()}


def without_jose_times(facts: dict[str, Any]) -> dict[str, Any]:
    """`facts` without those that only JSON web tokens have, of their times."""
    return {name: value for name, value in facts.items() if name not in _JOSE_TIMES}


def bearer_facts(
    token: Token, times: dict[str, Any], parties: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """The facts of a token without readable claims: those that its form tells in another way.

    `times` are the facts of its times, `parties` gives those of an `iss`. That something is missing is not known.
    """
    facts = without_jose_times({name: value for name, value in times.items() if value})
    if "exp" not in token.times and token.details.get("time_bound") is not False:
        facts["token.state"] = "unknown"
    location = token.details.get("location")
    if location:
        facts |= {name: value for name, value in parties({"iss": location}).items() if name in _ISSUER}
    if token.form not in JOSE_FORMS:
        facts["token.class_title"] = FORMS[token.form]
    return facts
