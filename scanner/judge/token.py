"""The facts of a token: what its header and claims say, bounded and put into the words of `scanner.facts`.

Nothing here is verified; every value is the issuer's or an attacker's word and may be JSON of any type and size.
What cannot be known is left out: without readable claims, all that they would tell.
"""

from __future__ import annotations

import hashlib
from typing import Any

from scanner.judge.bounds import Bounds
from scanner.judge.content import ContentFacts
from scanner.judge.forms import bearer_facts, detail_facts, plain_facts, without_jose_times
from scanner.judge.header import HeaderFacts
from scanner.judge.party import PartyFacts
from scanner.judge.power import PowerFacts
from scanner.judge.times import time_facts
from scanner.model import JOSE_FORMS, Token
from scanner.rulebook import RuleBook


class TokenFacts:
    """Tells the facts of one token after another, as of one moment."""

    def __init__(self, book: RuleBook, now: int) -> None:
        """`now` is in seconds since 1970-01-01 UTC."""
        self._headers = HeaderFacts(book.vocabulary)
        self._parties = PartyFacts(book.vocabulary)
        self._powers = PowerFacts(book.vocabulary)
        self._contents = ContentFacts(book.vocabulary)
        self._published = book.published
        self._now = now

    def of(self, token: Token) -> dict[str, Any]:
        """The facts `token.*` but class and limits."""
        facts, cut = self._headers.of(token) if token.form in JOSE_FORMS else plain_facts(token)
        facts |= self._published_facts(token)
        readable = token.claims is not None and "deep-nesting" not in token.anomalies
        facts["token.has_claims"] = readable
        facts["token.state"] = "unknown"
        if token.claims is not None and readable:
            bounds = Bounds()
            claims = bounds.object(token.claims)
            cut = cut or bounds.cut
            facts |= self._parties.of(claims)
            facts |= time_facts(token, self._now)
            facts |= self._powers.of(claims)
            facts |= self._contents.of(claims)
            if token.form not in JOSE_FORMS:
                facts = without_jose_times(facts)
        elif token.claims is None:
            facts |= bearer_facts(token, time_facts(token, self._now), self._parties.of)
        facts |= detail_facts(token)
        facts["token.claims_cut"] = cut or facts.get("token.claims_cut", False)
        return facts

    def _published_facts(self, token: Token) -> dict[str, Any]:
        if self._published:
            for part in (token.raw.reveal(), *token.signed.reveal().split(b".", 2)[1:2]):
                name = self._published.get(hashlib.sha256(part).hexdigest())
                if name:
                    return {"token.published": True, "token.published_name": name}
        return {"token.published": False}
