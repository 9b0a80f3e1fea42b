"""What the header of a token says."""

from __future__ import annotations

import re
from typing import Any, Final

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

_SHOWN_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/-]{0,47}")


def header_facts(token: Token, header: dict[str, Any]) -> dict[str, Any]:
    """The facts that the header and the form of a token tell; `header` is within bounds."""
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
    }
    algorithm = _word(header.get("alg"))
    if algorithm:
        facts["token.algorithm"] = algorithm
    return facts


def _algorithm_kind(algorithm: object) -> str:
    if not isinstance(algorithm, str):
        return "missing"
    if algorithm.strip().lower() in ("", "none"):  # RFC 8725 §2.1: verifiers were fooled by `nOnE`.
        return "none"
    return ALGORITHM_KINDS.get(algorithm, "unregistered")


def _word(value: object) -> str:
    """A value of the header that may be shown; empty where it is none, or could be anything."""
    return value if isinstance(value, str) and _SHOWN_WORD.fullmatch(value) else ""
