"""Which issuer of the rule book a token comes from, and what follows from that.

Nothing here is verified: a token comes from whom it names, or from whom its claims look like. Each field of a token
leaves in play the marks that it fits, all issuers at once; only what is left after all fields is asked for its
condition. So a token costs the same however many issuers there are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import re2

from scanner.expressions import Condition, of_issuers
from scanner.judge.cases import Holds
from scanner.judge.shapes import names, unique
from scanner.judge.words import among
from scanner.rulebook import Issuer, RuleBook

_REMEMBERED: Final = 4096
"""Issuers, lists of audiences and of claims whose marks are kept: the tokens of one log share theirs."""
_LATEST: Final = 253_370_764_799
"""The end of the year 9998, in seconds since 1970-01-01 UTC."""
_RE2_MEMORY: Final = 1 << 26
"""Bytes that matching all patterns at once may take; a text that needs more is taken for nobody's."""


class KnownIssuer(NamedTuple):
    """An issuer of the rule book, ready for its tokens."""

    issuer: Issuer
    facts: dict[str, Any]
    """What holds for all its tokens."""
    is_broad: Callable[[str], bool]
    broad_values: tuple[tuple[str, Callable[[str], bool]], ...]
    """Claims of which some values give wide power."""
    public: Condition | None
    """None where none of its tokens is made to be seen by everybody."""


class Issuers:
    """Knows the issuer of one token after another."""

    def __init__(self, book: RuleBook, holds: Holds) -> None:
        self._holds = holds
        marks = [(issuer, mark) for issuer in book.issuers for mark in issuer.marks]
        known = {issuer.id: _known(issuer) for issuer in book.issuers}
        condition = of_issuers().condition
        self._owners = [(known[issuer.id], condition(mark.when) if mark.when else None) for issuer, mark in marks]
        self._by_issuer = functools.lru_cache(_REMEMBERED)(_Texts([mark.iss for _, mark in marks]).fitting)
        self._by_subject = _Texts([mark.sub for _, mark in marks]).fitting
        self._by_audience = _Texts([mark.aud for _, mark in marks]).fitting
        self._by_audiences = functools.lru_cache(_REMEMBERED)(self._fitting_audiences)
        self._claims = [frozenset(mark.claims) for _, mark in marks]
        self._by_claims = functools.lru_cache(_REMEMBERED)(self._fitting_claims)

    def add_to(self, facts: dict[str, Any]) -> KnownIssuer | None:
        """Add what the issuer tells to the facts of a token; the issuer, where it is known."""
        known = self._find(facts)
        facts["token.issuer_known"] = known is not None
        name = facts.get("token.issuer")
        if known is None:
            if name:
                facts["token.issuer_name"] = name
            return None
        facts |= known.facts
        # Beside the title a name such as `supabase` says nothing more; a host does.
        facts["token.issuer_name"] = f"{known.issuer.title} at {name}" if name and "." in name else known.issuer.title
        _add_powers(facts, known)
        _add_renewal(facts, known.issuer.renew_by)
        return known

    def _find(self, facts: dict[str, Any]) -> KnownIssuer | None:
        if not facts["token.has_claims"]:
            return None
        left = self._by_claims(tuple(facts["token.claim_names"])) & self._by_issuer(facts.get("token.issuer_claim", ""))
        if left:
            left &= self._by_audiences(tuple(facts["token.audiences"]))
        if left:
            left &= self._by_subject(facts.get("token.subject", ""))
        situation = of_issuers().situation(facts)
        while left:
            mark = (left & -left).bit_length() - 1
            known, when = self._owners[mark]
            if when is None or self._holds(f"issuer {known.issuer.id}", when, situation):
                return known
            left &= left - 1
        return None

    def _fitting_claims(self, claims: tuple[str, ...]) -> int:
        there = frozenset(claims)
        return sum(1 << mark for mark, required in enumerate(self._claims) if required <= there)

    def _fitting_audiences(self, audiences: tuple[str, ...]) -> int:
        fitting = self._by_audience("")
        for audience in audiences:
            fitting |= self._by_audience(audience)
        return fitting


class _Texts:
    """The patterns of marks for one field of a token, matched at once. A set of marks is a number, one bit each."""

    def __init__(self, patterns: Sequence[tuple[str, ...]]) -> None:
        """`patterns` are those of each mark; a mark without any asks nothing of this field."""
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = _RE2_MEMORY
        self._set = re2.Set.FullMatchSet(options)
        self._marks = [mark for mark, alike in enumerate(patterns) for pattern in alike if self._add(pattern) >= 0]
        self._set.Compile()
        self._free = sum(1 << mark for mark, alike in enumerate(patterns) if not alike)

    def _add(self, pattern: str) -> int:
        parts = re.split(r"(\*\*?)", pattern.removesuffix("/"))
        number: int = self._set.Add("".join(_STARS.get(part) or re2.escape(part) for part in parts) + "/?")
        return number

    def fitting(self, text: str) -> int:
        """The marks that a text fits, and those that ask nothing."""
        bits = self._free
        if text:
            for number in self._set.Match(text) or ():  # None where nothing fits
                bits |= 1 << self._marks[number]
        return bits


# A star must not reach from a host into a path, nor over a user's name: `https://*.idp.example` is for that host alone.
_STARS: Final = {"*": r"[^/?#@\s]*", "**": r"(?s:.*)"}


def _known(issuer: Issuer) -> KnownIssuer:
    facts = {
        "token.issuer_id": issuer.id,
        "token.issuer_title": issuer.title,
        "token.issuer_documentation": issuer.url,
        "token.issuer_publishes_keys": issuer.publishes_keys,
        "token.revocable": issuer.revocable,
    }
    if issuer.lifetime is not None:
        facts["token.issuer_lifetime"] = issuer.lifetime
    if issuer.environment:
        facts["token.issuer_environment"] = issuer.environment
    values: dict[str, list[str]] = {}
    for word in issuer.broad:
        claim, equals, value = word.partition("=")
        if equals:
            values.setdefault(claim, []).append(value)
    return KnownIssuer(
        issuer,
        facts,
        among(word for word in issuer.broad if "=" not in word),
        tuple((claim, among(words)) for claim, words in values.items()),
        of_issuers().condition(issuer.public) if issuer.public != "false" else None,
    )


def _add_powers(facts: dict[str, Any], known: KnownIssuer) -> None:
    """Add the scopes that only this issuer lists so, and what is wide power at it alone."""
    issuer, claims = known.issuer, facts["token.claims"]
    if issuer.power_claims:
        more = (name for claim in issuer.power_claims if claim in claims for name in names(claims[claim]))
        facts["token.scopes"] = unique([*facts["token.scopes"], *more])
        facts["token.scope_count"] = len(facts["token.scopes"])
    if issuer.broad:
        held = [*facts["token.scopes"], *facts["token.roles"]]
        if "token.subject" in facts:
            held.append(facts["token.subject"])
        broad = [name for name in held if known.is_broad(name)]
        for claim, is_broad in known.broad_values:
            value = claims.get(claim)
            text = str(value).lower() if isinstance(value, int) else value
            if isinstance(text, str) and is_broad(text):
                broad.append(f"{claim}={text}")
        if broad:
            facts["token.privileges"] = unique([*facts["token.privileges"], *broad])
            facts["token.privileged"] = True


def _add_renewal(facts: dict[str, Any], path: tuple[str, ...]) -> None:
    """Add when a token was to be renewed: that, and not its `exp`, is the lifetime that was asked for."""
    value = facts["token.claims"] if path else None
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LATEST:
        facts["token.renew_by"] = value
        if "token.issued_at" in facts and value >= facts["token.issued_at"]:
            facts["token.lifetime"] = facts["token.valid_for"] = value - facts["token.issued_at"]
