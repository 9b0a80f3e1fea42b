"""The facts of a token: what its header and claims say, bounded and put into the words of `scanner.facts`.

Nothing here is verified; every value is the issuer's or an attacker's word and may be JSON of any type and size.
What cannot be known is left out: without readable claims, all that they would tell.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from scanner.judge.bounds import MAX_MEMBERS, MAX_TEXT, Bounds
from scanner.judge.words import ClaimWords, among
from scanner.model import Token
from scanner.rulebook import RuleBook

ALGORITHM_KINDS: Final = {
    name: kind
    for kind, names in {
        "none": "none",
        "hmac": "HS256 HS384 HS512",
        "rsa": "RS256 RS384 RS512",
        "rsa_pss": "PS256 PS384 PS512",
        "ecdsa": "ES256 ES384 ES512 ES256K",
        "eddsa": "EdDSA Ed25519 Ed448",
        "ml_dsa": "ML-DSA-44 ML-DSA-65 ML-DSA-87",
        "nkey": "ed25519-nkey ed25519",
        "encryption": (
            "dir RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512 A128KW A192KW A256KW A128GCMKW A192GCMKW A256GCMKW"
            " ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW"
        ),
        "password": "PBES2-HS256+A128KW PBES2-HS384+A192KW PBES2-HS512+A256KW",
        "prohibited": "HS1 RS1 RSA1_5 A128CBC A192CBC A256CBC A128CTR A192CTR A256CTR",
    }.items()
    for name in names.split()
}
"""Kinds of the algorithms of the IANA JOSE registry (2025-11), and of NATS' own; RSA1_5 as RFC 8725 §3.2 has it."""

_SKEW: Final = 300
"""Seconds by which clocks may differ before a token counts as issued in the future."""
_DEPTH: Final = 4
"""Levels of claims in which names of scopes, people and secrets are looked for."""
_NAME_LENGTH: Final = 80
"""Characters of a scope or role that are kept; what is longer is no name."""
_USES: Final = ("token_use", "token_type", "typ", "type", "token_kind")
_TOKEN_IDS: Final = ("jti", "sid", "uti")

_SHOWN_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]{0,47}")
_HOST: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+-]*://)?(?:[^/?#@\s]*@)?(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::[0-9]+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][a-z]{0,19}(?:[ ._/-][A-Za-z][a-z]{0,19}){0,5}")
"""Words that nobody would take for a key, such as `kubernetes/serviceaccount`."""


class TokenFacts:
    """Tells the facts of one token after another, as of one moment."""

    def __init__(self, book: RuleBook, now: int) -> None:
        """`now` is in seconds since 1970-01-01 UTC."""
        self._words = {name: among(book.vocabulary.get(name, ())) for name in _WORD_LISTS}
        self._claims = ClaimWords(
            {
                kind: [word for name in lists for word in book.vocabulary.get(name, ())]
                for kind, lists in _CLAIMS.items()
            }
        )
        self._published = book.published
        self._now = now
        self._issuer = functools.lru_cache(1024)(self._issuer_facts)

    def of(self, token: Token) -> dict[str, Any]:
        """The facts `token.*` but class and limits."""
        bounds = Bounds()
        facts = self._header_facts(token, bounds.object(token.header))
        readable = token.claims is not None and "deep-nesting" not in token.anomalies
        facts["token.has_claims"] = readable
        facts["token.state"] = "unknown"
        if token.claims is not None and readable:
            claims = bounds.object(token.claims)
            facts |= self._party_facts(claims)
            facts |= self._time_facts(token)
            facts |= self._power_facts(claims)
            facts |= self._content_facts(claims)
        facts["token.claims_cut"] = bounds.cut
        return facts

    def _header_facts(self, token: Token, header: dict[str, Any]) -> dict[str, Any]:
        facts = {
            "token.form": token.form,
            "token.header": header,
            "token.anomalies": list(token.anomalies),
            "token.algorithm_kind": _algorithm_kind(header.get("alg")),
            "token.type": _word(header.get("typ")).lower().removeprefix("application/"),
            "token.has_key_id": header.get("kid") not in (None, ""),
            "token.embeds_key": bool(header.get("jwk") or header.get("x5c")),
            "token.signature_bytes": token.signature_bytes,
            "token.signature_fits": "signature-length" not in token.anomalies,
            "token.published": False,
        }
        algorithm = _word(header.get("alg"))
        if algorithm:
            facts["token.algorithm"] = algorithm
        published = self._published_name(token)
        if published:
            facts |= {"token.published": True, "token.published_name": published}
        return facts

    def _published_name(self, token: Token) -> str | None:
        if not self._published:
            return None
        raw = token.raw.reveal()
        return next(
            (
                self._published[digest]
                for digest in (hashlib.sha256(part).hexdigest() for part in (raw, raw.split(b".", 2)[1]))
                if digest in self._published
            ),
            None,
        )

    def _party_facts(self, claims: dict[str, Any]) -> dict[str, Any]:
        issuer, subject = claims.get("iss"), claims.get("sub")
        audiences = [name for name in _names(claims.get("aud"), split=False) if name.strip()]
        facts: dict[str, Any] = {
            "token.has_issuer": _is_filled(issuer),
            "token.has_subject": _is_filled(subject),
            "token.self_issued": isinstance(issuer, str) and issuer != "" and issuer == subject,
            "token.has_audience": bool(audiences),
            "token.audiences": audiences,
            "token.audience_count": len(audiences),
            "token.audience_wildcard": any(map(self._words["audience_wildcards"], audiences)),
            "token.issuer_real": False,
        }
        host: str | None = None
        if isinstance(issuer, str) and issuer:
            more, host = self._issuer(issuer)
            facts |= more
        facts["token.audience_elsewhere"] = host is not None and any(
            "://" in audience and _host(audience) not in (host, None) for audience in audiences
        )
        if isinstance(subject, str):
            facts["token.subject"] = subject
        return facts

    def _issuer_facts(self, issuer: str) -> tuple[dict[str, Any], str | None]:
        """The facts that the issuer alone tells, and the host where it is a URL."""
        facts: dict[str, Any] = {"token.issuer_claim": issuer}
        match = _HOST.match(issuer)
        host = match["host"].lower() if match else ""
        if match and (match["scheme"] or "." in host):
            facts["token.issuer"] = host
            facts["token.issuer_real"] = _is_domain(host) and not self._words["reserved_hosts"](host)
        elif _PLAIN_NAME.fullmatch(issuer):
            facts["token.issuer"] = issuer
        return facts, host if match and match["scheme"] else None

    def _time_facts(self, token: Token) -> dict[str, Any]:
        now, times = self._now, token.times
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
            "token.times_nonstandard": sorted(
                name for name in known if (date := times[name]) and date.unit != "seconds"
            ),
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

    def _power_facts(self, claims: dict[str, Any]) -> dict[str, Any]:
        words = self._words
        scopes = _unique(name for key, value in claims.items() if words["scope_claims"](key) for name in _names(value))
        roles = _unique(name for key, value in claims.items() if words["role_claims"](key) for name in _names(value))
        privileges = [scope for scope in scopes if words["broad_scopes"](scope)]
        # Entra and Keycloak list permissions as roles.
        privileges += (role for role in roles if words["broad_roles"](role) or words["broad_scopes"](role))
        privileges += (name for name, value in claims.items() if value is True and words["broad_flags"](name))
        subject = claims.get("sub")
        if isinstance(subject, str) and words["broad_subjects"](subject):
            privileges.append(subject)
        return {
            "token.scopes": scopes,
            "token.scope_count": len(scopes),
            "token.roles": roles,
            "token.privileges": _unique(privileges),
            "token.privileged": bool(privileges),
        }

    def _content_facts(self, claims: dict[str, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "token.claims": claims,
            "token.claim_names": list(claims),
            "token.use": next((use.lower() for name in _USES if isinstance(use := claims.get(name), str)), ""),
            "token.has_token_id": any(_is_filled(claims.get(name)) for name in _TOKEN_IDS),
        }
        found: dict[str, list[str]] = {kind: [] for kind in _CLAIMS}
        for path, name, value in itertools.islice(_walk(claims), MAX_MEMBERS):
            for kind in self._claims.kinds(name, value):
                if self._tells(kind, value):
                    found[kind].append(path[:MAX_TEXT])
        return facts | found

    def _tells(self, kind: str, value: object) -> bool:
        """Whether a claim of this kind has a value that tells something."""
        if isinstance(value, str):
            return not self._words["placeholders"](value)
        # A secret is a text; `"secret": {…}` and `"api_key": 7` only speak of one.
        return kind != "token.secret_claims"


_WORD_LISTS: Final = (
    "audience_wildcards",
    "broad_flags",
    "broad_roles",
    "broad_scopes",
    "broad_subjects",
    "placeholders",
    "reserved_hosts",
    "role_claims",
    "scope_claims",
)
_CLAIMS: Final = {
    "token.personal_claims": ("personal_claims", "sensitive_claims"),
    "token.secret_claims": ("secret_claims",),
    "token.sensitive_claims": ("sensitive_claims",),
}
"""Facts that list claims, and the lists of the vocabulary that each is told by."""


def _algorithm_kind(algorithm: object) -> str:
    if not isinstance(algorithm, str):
        return "missing"
    if algorithm.strip().lower() in ("", "none"):  # RFC 8725 §2.1: verifiers were fooled by `nOnE`.
        return "none"
    return ALGORITHM_KINDS.get(algorithm, "unregistered")


def _word(value: object) -> str:
    """A value of the header that may be shown; empty where it is none, or could be anything."""
    return value if isinstance(value, str) and _SHOWN_WORD.fullmatch(value) else ""


def _is_filled(value: object) -> bool:
    return value not in (None, "", [], {})


def _host(url: str) -> str | None:
    match = _HOST.match(url)
    return match["host"].lower() if match else None


def _is_domain(host: str) -> bool:
    """Whether it has the form of a name in the internet's tree: neither a single word nor an address."""
    last = host.rpartition(".")
    return bool(last[0]) and last[2].isalpha()


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


def _names(value: Any, *, split: bool = True, depth: int = _DEPTH) -> Iterator[str]:
    """Names in the shapes that issuers use: `"a b"`, `"a,b"`, `["a"]`, `{"a": true}`, `{"app": {"roles": ["a"]}}`."""
    if isinstance(value, str):
        yield from value.replace(",", " ").split() if split else (value,)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list) and depth:
        for member in value:
            # A member of a list is one name, spaces and all.
            yield from _names(member, split=False, depth=depth - 1)
    elif isinstance(value, dict) and depth:
        for name, member in value.items():
            if member is True:
                yield name
            elif isinstance(member, dict | list):
                yield from _names(member, depth=depth - 1)


def _unique(names: Iterable[str]) -> list[str]:
    """The first of them, in their order, without repetition and without what is too long to be a name."""
    return list(dict.fromkeys(name for name in itertools.islice(names, MAX_MEMBERS) if len(name) <= _NAME_LENGTH))


def _walk(claims: dict[str, Any], prefix: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, str, Any]]:
    """All claims that hold something, also inside others: path, name and value. Flags are left out."""
    for name, value in claims.items():
        if not _is_filled(value) or isinstance(value, bool):
            continue
        path = prefix + name
        yield path, name, value
        for member in value if isinstance(value, list) else (value,):
            if isinstance(member, dict) and depth:
                yield from _walk(member, f"{path}.", depth - 1)
