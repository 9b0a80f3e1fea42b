"""What the header of a token says: its algorithm and type, and where it breaks the rules for headers."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scanner.judge.bounds import Bounds
from scanner.judge.key import key_facts
from scanner.judge.key_reference import KeyReferences
from scanner.model import Token

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

_ENCRYPTIONS: Final = frozenset({"A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"})
"""The content encryptions of RFC 7518 §5.1."""
_BASE_PARAMETERS: Final = frozenset({
    "alg", "apu", "apv", "crit", "cty", "enc", "epk", "iv", "jku", "jwk", "kid", "p2c", "p2s", "tag", "typ", "x5c",
    "x5t", "x5t#S256", "x5u", "zip",
})  # fmt: skip
"""What no `crit` may name, for every recipient must know it (RFC 7515 §4.1.11, RFC 7518 §4)."""

_MOST_ITERATIONS: Final = 1 << 62
"""What is told of larger numbers, which conditions cannot hold."""
_SHOWN_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]{0,47}")


class HeaderFacts:
    """Tells the facts of the header of one token after another."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._references = KeyReferences(vocabulary)
        # The tokens of one issuer share their header.
        self._of_texts = functools.lru_cache(1024)(lambda items: self._of_header(dict(items)))

    def of(self, token: Token) -> tuple[dict[str, Any], bool]:
        """The facts that header and form tell, and whether something was cut to its bounds."""
        header = token.header
        if _is_plain(header):
            known, cut = self._of_texts(tuple(header.items()))
        else:
            known, cut = self._of_header(header)
        anomalies = token.anomalies
        facts = {
            **known,
            "token.form": token.form,
            "token.anomalies": list(anomalies),
            "token.payload": token.payload,
            "token.signature_bytes": token.signature_bytes,
            "token.signature_fits": "signature-length" not in anomalies,
            "token.header_faults": _header_faults(token),
            "token.compressed": token.form == "jwe" and "zip" in token.header,
        }
        if facts["token.key_urls"]:
            facts["token.key_url_faults"] = self._references.url_faults(token.header, token.claims or {})
        return facts, cut

    def _of_header(self, raw: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        bounds = Bounds()
        header = bounds.object(raw)
        facts = {
            "token.header": header,
            "token.header_names": list(header),
            "token.algorithm_kind": _algorithm_kind(header.get("alg")),
            "token.encryption_kind": _encryption_kind(header.get("enc")),
            "token.type": _word(header.get("typ")).lower().removeprefix("application/"),
            "token.has_key_id": header.get("kid") not in (None, ""),
            "token.embeds_key": bool(header.get("jwk") or header.get("x5c")),
            "token.crit_faults": _crit_faults(header),
            **self._references.of(header),
            **key_facts(header),
        }
        if facts["token.algorithm_kind"] == "password" and (count := _count(header.get("p2c"))) is not None:
            facts["token.iterations"] = count
        for fact, name in (("token.algorithm", "alg"), ("token.encryption", "enc")):
            if word := _word(header.get(name)):
                facts[fact] = word
        return facts, bounds.cut


def _is_plain(header: dict[str, Any]) -> bool:
    """Whether a header is of a few short texts, so that it can be remembered."""
    return len(header) <= 8 and all(type(text) is str and len(name) + len(text) <= 256 for name, text in header.items())


def _header_faults(token: Token) -> list[str]:
    """Where the header contradicts the token that it stands in."""
    header, faults = token.header, []
    if token.form in ("jws", "sd-jwt") and "zip" in header:  # RFC 7516 §4.1.3: a parameter of JWE.
        faults.append("`zip` in a signed token")
    if "b64" in header:  # RFC 7797 §3, §6, §7
        critical = header.get("crit")
        if not isinstance(header["b64"], bool):
            faults.append("`b64` is no boolean")
        elif not header["b64"] and token.payload == "object":
            plain = "payload-unencoded" in token.anomalies
            faults.append("`b64` false for claims" if plain else "`b64` false over encoded claims")
        if not isinstance(critical, list) or "b64" not in critical:
            faults.append("`b64` outside `crit`")
    content = header.get("cty")
    if token.payload == "object" and isinstance(content, str) and content.lower() in ("jwt", "application/jwt"):
        faults.append("`cty` announces a nested token where there are claims")  # RFC 7519 §5.2
    return faults


def _crit_faults(header: dict[str, Any]) -> list[str]:
    """Where `crit` breaks RFC 7515 §4.1.11."""
    if "crit" not in header:
        return []
    names = header["crit"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return ["is no list of names"]
    faults = {
        "is empty": not names,
        "names a parameter twice": len(set(names)) < len(names),
        "names a parameter that everybody must know": not _BASE_PARAMETERS.isdisjoint(names),
        "names a parameter that is not there": not header.keys() >= set(names),
    }
    return [fault for fault, holds in faults.items() if holds]


def _algorithm_kind(algorithm: object) -> str:
    if not isinstance(algorithm, str):
        return "missing"
    if algorithm.strip().lower() in ("", "none"):  # RFC 8725 §2.1: verifiers were fooled by `nOnE`.
        return "none"
    return ALGORITHM_KINDS.get(algorithm, "unregistered")


def _encryption_kind(encryption: object) -> str:
    if encryption is None:
        return ""
    if isinstance(encryption, str):
        if encryption in _ENCRYPTIONS:
            return "registered"
        if ALGORITHM_KINDS.get(encryption) == "prohibited":
            return "prohibited"
    return "unregistered"


def _count(value: object) -> int | None:
    """A number of iterations, within what conditions can hold; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(max(0, min(value, _MOST_ITERATIONS)))


def _word(value: object) -> str:
    """A value of the header that may be shown; empty where it is none, or could be anything."""
    return value if isinstance(value, str) and _SHOWN_WORD.fullmatch(value) else ""
