"""What a token is for: its class, and what tokens of that class have to have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from scanner.expressions import Condition, of_classes
from scanner.judge.cases import Cases, Holds
from scanner.judge.shapes import is_filled
from scanner.rulebook import Issuer, Requirement, TokenClass

_PRESENCE: Final = {
    "iss": "token.has_issuer",
    "sub": "token.has_subject",
    "aud": "token.has_audience",
    "exp": "token.has_expiry",
    "iat": "token.has_issued_at",
    "nbf": "token.has_not_before",
}
"""Facts that say whether a claim is there in a form that counts."""


class Classes:
    """Tells the class of one token after another."""

    def __init__(self, classes: Sequence[TokenClass], holds: Holds) -> None:
        self._by_type = {name: known.id for known in classes for name in known.types}
        told = [known for known in classes if known.when != "false"]
        self._names = [known.id for known in told]
        conditions = [(f"class {known.id}", of_classes().condition(known.when)) for known in told]
        self._suggested = Cases(conditions, holds, first=True)

    def of(self, facts: dict[str, Any], issuer: Issuer | None) -> str:
        """The class: what the header states outright, else what the issuer gives out, else what the claims suggest."""
        stated = self._by_type.get(facts.get("token.type", "")) or (issuer and issuer.token_class)
        if stated:
            return stated
        return next(
            (self._names[number] for number in self._suggested.holding(of_classes().situation(facts))), "unknown"
        )


class _Requirement(NamedTuple):
    claims: tuple[tuple[str, ...], ...]
    """Each claim with those that do as well."""
    when: Condition | None


class Requirements:
    """Tells which claims a token of one class lacks."""

    def __init__(self, token_class: str, required: Iterable[Requirement], told: frozenset[str], holds: Holds) -> None:
        """`told` are the claims whose absence a rule of its own tells."""
        self._name = f"class {token_class}"
        self._told = told
        self._holds = holds
        self._required = [
            _Requirement(
                tuple(tuple(claim.split("|")) for claim in one.claims),
                of_classes().condition(one.when) if one.when else None,
            )
            for one in required
        ]

    def add_to(self, facts: dict[str, Any], omitted: frozenset[str]) -> None:
        """Add what is missing to the facts of a token; nothing where its claims cannot be read.

        `omitted` are claims that its issuer does not set.
        """
        if not facts["token.has_claims"]:
            return
        situation = of_classes().situation(facts)
        lacking = [
            alike
            for claims, when in self._required
            for alike in claims
            if omitted.isdisjoint(alike) and not any(_has(facts, claim) for claim in alike)
            if when is None or self._holds(self._name, when, situation)
        ]
        missing = dict.fromkeys(lacking)
        facts["token.missing"] = [" or ".join(alike) for alike in missing]
        facts["token.missing_else"] = [" or ".join(alike) for alike in missing if alike[0] not in self._told]


def _has(facts: dict[str, Any], claim: str) -> bool:
    fact = _PRESENCE.get(claim)
    return facts[fact] if fact else is_filled(facts["token.claims"].get(claim))
