"""One issuer of tokens: from its table to a checked `Issuer`; and how tokens are ended whose issuer is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scanner.expressions import of_issuers, of_rules
from scanner.rulebook import Issuer, Mark, Revocation
from scanner.rulebook.classes import check_public
from scanner.rulebook.files import IssuerTable, Place, RevocationTable
from scanner.rulebook.rule import check_condition, check_examples, check_id, look_up, make_message
from scanner.written import duration

_TOLD: Final = frozenset({"token.issuer_revocation", "token.public_because"})
"""The texts that stand before a way to end a token is chosen."""


def make_issuer(place: Place, table: IssuerTable, classes: Mapping[str, object]) -> Issuer:
    """The issuer that a table states. Raises RuleError."""
    check_id(table.id, place)
    if not table.known_by:
        place.refuse("known_by", "is empty", 'say how to know it, such as { iss = ["https://idp.example"] }')
    for number, mark in enumerate(table.known_by, 1):
        _check_mark(place, f"known_by {number}", mark)
    if table.token_class:
        look_up(table.token_class, classes, place, "class")
    check_condition(of_issuers(), table.public, place, "public")
    check_public(place, table.public, table.public_why)
    if (table.revoke is None) == (table.rotate is None):
        place.refuse(
            "revoke",
            "or `rotate` is to be given, and one alone",
            "`revoke` tells how to end one token; where nothing does, `rotate` what to change, and what breaks",
        )
    if table.lifetime is not None and not table.source:
        place.refuse("source", "is missing: where the lifetime comes from")
    for number, example in enumerate(table.example, 1):
        if example.token_class is not None:
            look_up(example.token_class, classes, place, f"example {number}: class")
    check_examples(place, [example.finds for example in table.example])
    field, text = ("revoke", table.revoke) if table.revoke is not None else ("rotate", table.rotate)
    return Issuer(
        id=table.id,
        title=table.title,
        marks=table.known_by,
        token_class=table.token_class,
        calls_it=table.calls_it,
        environment=table.environment,
        publishes_keys=table.publishes_keys,
        lifetime=_seconds(place, "lifetime", table.lifetime),
        source=table.source,
        accepted_for=_seconds(place, "accepted_for", table.accepted_for),
        renew_by=table.renew_by,
        omits=table.omits,
        powers=table.powers,
        power_claims=table.power_claims,
        broad=table.broad,
        public=table.public,
        public_why=table.public_why,
        revocable=table.revoke is not None,
        revocation=make_message(place, field, text or "", "token", told=frozenset()),
        url=table.url,
        file=place.file,
    )


def make_revocation(place: Place, table: RevocationTable) -> Revocation:
    """The way to end tokens that a table states. Raises RuleError."""
    check_condition(of_rules("token"), table.when, place, "when")
    return Revocation(table.when, make_message(place, "say", table.say, "token", told=_TOLD))


def _check_mark(place: Place, field: str, mark: Mark) -> None:
    if not (mark.iss or mark.sub or mark.aud or mark.claims):
        # A condition alone would have to be asked of every token.
        place.refuse(field, "names no issuer, subject, audience or claim", "add `iss`, `sub`, `aud` or `claims`")
    if mark.when is not None:
        check_condition(of_issuers(), mark.when, place, f"{field}: when")


def _seconds(place: Place, field: str, text: str | None) -> int | None:
    try:
        return None if text is None else duration(text)
    except ValueError as error:
        place.refuse(field, str(error))
