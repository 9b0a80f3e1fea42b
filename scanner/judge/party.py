"""Who issued a token, about whom, and for whom."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scanner.judge.hosts import HOST, host, is_domain
from scanner.judge.shapes import is_filled, names
from scanner.judge.words import among

_PLAIN_NAME: Final = re.compile(r"[A-Za-z][a-z]{0,19}(?:[ ._/-][A-Za-z][a-z]{0,19}){0,5}")
"""Words that nobody would take for a key, such as `kubernetes/serviceaccount`."""


class PartyFacts:
    """Tells the facts of `iss`, `sub` and `aud`."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._wildcard = among(vocabulary.get("audience_wildcards", ()))
        self._reserved = among(vocabulary.get("reserved_hosts", ()))
        self._issuer = functools.lru_cache(1024)(self._issuer_facts)

    def of(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The facts of these claims, which are within bounds."""
        issuer, subject = claims.get("iss"), claims.get("sub")
        audiences = [name for name in names(claims.get("aud"), split=False) if name.strip()]
        facts: dict[str, Any] = {
            "token.has_issuer": is_filled(issuer),
            "token.has_subject": is_filled(subject),
            "token.self_issued": isinstance(issuer, str) and issuer != "" and issuer == subject,
            "token.has_audience": bool(audiences),
            "token.audiences": audiences,
            "token.audience_count": len(audiences),
            "token.audience_wildcard": any(map(self._wildcard, audiences)),
            "token.issuer_real": False,
        }
        home: str | None = None
        if isinstance(issuer, str) and issuer:
            more, home = self._issuer(issuer)
            facts |= more
        facts["token.audience_elsewhere"] = home is not None and any(
            "://" in audience and host(audience) not in (home, None) for audience in audiences
        )
        if isinstance(subject, str):
            facts["token.subject"] = subject
        return facts

    def _issuer_facts(self, issuer: str) -> tuple[dict[str, Any], str | None]:
        """The facts that the issuer alone tells, and the host where it is a URL."""
        facts: dict[str, Any] = {"token.issuer_claim": issuer}
        match = HOST.match(issuer)
        name = match["host"].lower() if match else ""
        if match and (match["scheme"] or "." in name):
            facts["token.issuer"] = name
            facts["token.issuer_real"] = is_domain(name) and not self._reserved(name)
        elif _PLAIN_NAME.fullmatch(issuer):
            facts["token.issuer"] = issuer
        return facts, name if match and match["scheme"] else None
