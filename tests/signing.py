"""Key pairs of every kind, made once a run, and what others make of them: JWKs, PEM, signed tokens."""

from __future__ import annotations

import datetime
import functools
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from jwcrypto import jwk, jws

from tests.strategies import segment

ASYMMETRIC = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "ES256K": "secp256k1",
    "EdDSA": "Ed25519",
}
"""Algorithms that all oracles know, with a kind of key for each."""
HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Algorithms with a shared secret, and its shortest length in bytes."""


@functools.cache
def key(kind: str, number: int = 0) -> jwk.JWK:
    """A key pair, or a secret of 64 bytes for `oct`; another one for each number."""
    if kind == "RSA":
        return jwk.JWK.generate(kty="RSA", size=2048)
    if kind == "oct":
        return jwk.JWK.generate(kty="oct", size=512)
    return jwk.JWK.generate(kty="OKP" if kind.startswith("Ed") else "EC", crv=kind)


def kind_of(algorithm: str) -> str:
    """The kind of key that an algorithm takes."""
    return "oct" if algorithm in HMAC else ASYMMETRIC[algorithm]


def public(pair: jwk.JWK, **members: Any) -> dict[str, Any]:
    """The public JWK of a pair, with more members; of a secret, the whole."""
    exported = pair.export(private_key=True, as_dict=True) if pair["kty"] == "oct" else pair.export_public(as_dict=True)
    return {name: value for name, value in exported.items() if name != "kid"} | members


def key_set(*keys: dict[str, Any]) -> bytes:
    """A JWK Set."""
    return json.dumps({"keys": keys}).encode()


def sign(pair: jwk.JWK, algorithm: str, claims: Any = None, **header: Any) -> str:
    """A token in compact serialisation, signed by jwcrypto."""
    signer = jws.JWS(json.dumps({"iss": "https://idp.example", "sub": "u1"} if claims is None else claims))
    signer.allowed_algs = [algorithm]
    signer.add_signature(pair, protected=json.dumps({"alg": algorithm} | header))
    return str(signer.serialize(compact=True))


def number(value: int) -> str:
    """A whole number as JWKs write it (RFC 7518 §2)."""
    return segment(value.to_bytes((value.bit_length() + 7) // 8 or 1, "big"))


def certificate(subject: str, pair: jwk.JWK | None = None, issuer: str = "", signer: jwk.JWK | None = None) -> bytes:
    """A certificate in PEM, for P-256 unless told, self-signed unless another signs it."""
    pair = pair or key("P-256")
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in (subject, issuer or subject)]
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(names[1], names[0], pair.get_op_key("verify"), 7, begin, begin.replace(year=2036))
    signed = builder.sign((signer or pair).get_op_key("sign"), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)
