"""Who issued a token, about whom, for whom, and who alone may use it."""

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
_BETWEEN_WORDS: Final = re.compile(r"[._/-]+")
_TOKEN_ENDPOINT: Final = re.compile(r"http://[^?#]*/(?:token|oauth2?|openid-connect)(?:[/?#]|$)", re.IGNORECASE)
"""Where a client sends its assertion. Other audiences may begin with `http:` and be names that nobody fetches."""
_CLIENTS: Final = ("azp", "client_id", "cid", "appid")
"""Claims that name the client, which may be among the audiences of its own tokens."""
_BUILT_IN: Final = frozenset({"account"})
"""An audience that says nothing: Keycloak puts it into every token."""
_CONFIRMATIONS: Final = ("jkt", "x5t#S256", "jwk", "jwe", "kid", "jku")
"""Members of `cnf`: RFC 7800 §3, RFC 8705 §3.1, RFC 9449 §6.1."""


class PartyFacts:
    """Tells the facts of `iss`, `sub`, `aud` and `cnf`."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._wildcard = among(vocabulary.get("audience_wildcards", ()))
        self._reserved = among(vocabulary.get("reserved_hosts", ()))
        self._named_only = among(vocabulary.get("cleartext_names", ()))
        self._production = _Environment(vocabulary, "production")
        self._development = _Environment(vocabulary, "development")
        self._issuer = functools.lru_cache(1024)(self._issuer_facts)

    def of(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The facts of these claims, which are within bounds."""
        issuer, subject = claims.get("iss"), claims.get("sub")
        if type(issuer) is int:  # GitHub Apps: the App's id.
            issuer = str(issuer)
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
            "token.issuer_cleartext": False,
            "token.issuer_environment": "",
            "token.confirmation": _confirmation(claims),
            # Entra's word for a client that proves itself by nothing.
            "token.public_client": claims.get("appidacr") == "0" or claims.get("azpacr") == "0",
        }
        home: str | None = None
        if isinstance(issuer, str) and issuer:
            more, home = self._issuer(issuer)
            facts |= more
        hosts = {host(audience) for audience in audiences if "://" in audience} - {None, home}
        facts["token.audience_elsewhere"] = home is not None and bool(hosts)
        facts["token.audience_hosts"] = len(hosts)
        facts["token.audience_parties"] = len(hosts) + len(_named_parties(audiences, claims))
        facts["token.audience_cleartext"] = any(map(self._is_cleartext_endpoint, audiences))
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
            facts["token.issuer_real"] = self._is_real(name)
            facts["token.issuer_environment"] = self._environment(name, issuer[match.end() :].lower() or "/")
        elif _PLAIN_NAME.fullmatch(issuer):
            facts["token.issuer"] = issuer
        if facts.get("token.issuer_real") and issuer.lower().startswith("http://"):
            facts["token.issuer_cleartext"] = not self._named_only(issuer)
        return facts, name if match and match["scheme"] else None

    def _is_real(self, name: str) -> bool:
        return is_domain(name) and not self._reserved(name)

    def _environment(self, name: str, path: str) -> str:
        """What an issuer's name says it is run for; empty where it says nothing, or both."""
        words = {*_BETWEEN_WORDS.split(name.rpartition(".")[0]), *_BETWEEN_WORDS.split(path)}
        production = self._production.has(name + path, words)
        if self._development.has(name + path, words):
            return "" if production else "development"
        return "production" if production else ""

    def _is_cleartext_endpoint(self, audience: str) -> bool:
        return _TOKEN_ENDPOINT.match(audience) is not None and self._is_real(host(audience) or "")


class _Environment:
    """The names by which issuers of one environment are known."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]], name: str) -> None:
        self._words = frozenset(vocabulary.get(f"{name}_words", ()))
        self._issuer = among(vocabulary.get(f"{name}_issuers", ()))

    def has(self, issuer: str, words: set[str]) -> bool:
        """Whether an issuer, without its scheme, and with these words in it, is one of them."""
        return self._issuer(issuer) or not self._words.isdisjoint(words)


def _named_parties(audiences: list[str], claims: dict[str, Any]) -> set[str]:
    """The audiences that are no URLs, without the client itself."""
    own = {name for claim in _CLIENTS if isinstance(name := claims.get(claim), str)}
    return {audience for audience in audiences if "://" not in audience} - own - _BUILT_IN


def _confirmation(claims: dict[str, Any]) -> str:
    """How the holder must prove that the token is its own; empty for a token that works for everybody who has it."""
    confirmation, nats = claims.get("cnf"), claims.get("nats")
    if isinstance(confirmation, dict):
        return next((name for name in _CONFIRMATIONS if is_filled(confirmation.get(name))), "")
    # A NATS server has its client sign a nonce, unless the token says that it is a bearer's.
    return "nkey" if isinstance(nats, dict) and nats.get("bearer_token") is not True else ""
