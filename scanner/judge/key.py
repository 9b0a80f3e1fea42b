"""The key that a header brings, as `jwk` or in the certificate of `x5c`: its type, its size, what it must not hold."""

from __future__ import annotations

import base64
import binascii
import warnings
from typing import Any, Final, NamedTuple

from scanner import weakness
from scanner.keys import MAX_RSA_BITS

_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv")
"""Members of a JWK that only its owner may know: RFC 7518 §6, RFC 8037 §2, RFC 9964 §3."""
_CURVES: Final = {
    "P-192": 192, "P-224": 224, "P-256": 256, "P-384": 384, "P-521": 521, "secp256k1": 256,
    "Ed25519": 256, "Ed448": 448, "X25519": 256, "X448": 448,
}  # fmt: skip
"""Bits of the curves of the IANA registry, and of the two that are too small for it."""
_ALGORITHM_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}
_TYPES: Final = {"HS": "oct", "RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP", "ML": "AKP"}
"""Type of key by the first letters of a registered algorithm (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9964)."""

_SHORT_CURVE: Final = 256
"""Bits, ASVS 11.2.3."""


class _Key(NamedTuple):
    """What is known of a public key."""

    type: str
    curve: str = ""
    bits: int = 0
    """Size of the curve; 0 where it is not known."""
    modulus: int = 0
    exponent: int = 0
    """Of RSA; 0 where they are not known."""


def key_facts(header: dict[str, Any]) -> dict[str, Any]:
    """The facts of the key in `header`."""
    jwk = header.get("jwk")
    if isinstance(jwk, dict):
        key = _of_jwk(jwk)
    else:
        jwk = {}
        key = _of_certificate(header.get("x5c"))
    facts: dict[str, Any] = {"token.private_members": private_members(jwk), "token.key_faults": []}
    if key:
        facts |= {"token.key_type": key.type, "token.key_faults": _faults(key, header.get("alg"))}
        if bits := key.bits or key.modulus.bit_length():
            facts["token.key_bits"] = bits
    return facts


def private_members(jwk: dict[str, Any]) -> list[str]:
    """The members of a JWK that hold a private or shared key."""
    return [name for name in _PRIVATE if jwk.get(name) and isinstance(jwk[name], str | list)]


def _of_jwk(jwk: dict[str, Any]) -> _Key | None:
    match jwk.get("kty"):
        case "RSA":
            return _Key("RSA", modulus=_integer(jwk.get("n")), exponent=_integer(jwk.get("e")))
        case "EC" | "OKP" as kind:
            curve = jwk.get("crv")
            curve = curve if isinstance(curve, str) else ""
            return _Key(kind, curve, _CURVES.get(curve, 0))
        case "oct" | "AKP" as kind:
            return _Key(kind)
    return None


def _of_certificate(chain: object) -> _Key | None:
    """The key of the first certificate of an `x5c` (RFC 7515 §4.1.6); None where it cannot be read."""
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        return None
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The library's opinions on odd certificates.
            key = x509.load_der_x509_certificate(binascii.a2b_base64(chain[0].encode())).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return _Key("RSA", modulus=numbers.n, exponent=numbers.e)
    if isinstance(key, ec.EllipticCurvePublicKey):
        names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
        return _Key("EC", names.get(key.curve.name, key.curve.name), key.curve.key_size)
    return _Key("OKP", "Ed25519", 256) if isinstance(key, ed25519.Ed25519PublicKey) else None


def _faults(key: _Key, algorithm: object) -> list[str]:
    faults = []
    if key.modulus.bit_length() > MAX_RSA_BITS:
        faults.append("RSA modulus too long to verify with")
    elif key.modulus:
        faults += weakness.of_rsa(key.modulus, key.exponent)
    if key.type in ("EC", "OKP") and key.bits < _SHORT_CURVE:
        faults.append("curve too short" if key.bits else "unknown curve")
    if isinstance(algorithm, str) and not _serves(key, algorithm):
        faults.append("of another type than the algorithm's")
    return faults


def _serves(key: _Key, algorithm: str) -> bool:
    """Whether a key of this type and curve can be used with an algorithm; whatever is not known can."""
    curve = _ALGORITHM_CURVES.get(algorithm, key.curve)
    return _TYPES.get(algorithm[:2], key.type) == key.type and curve == key.curve


def _integer(value: object) -> int:
    """A Base64urlUInt (RFC 7518 §2); 0 where it is none."""
    if not isinstance(value, str):
        return 0
    try:
        return int.from_bytes(base64.urlsafe_b64decode(value.encode() + b"=="))
    except (ValueError, UnicodeEncodeError):
        return 0
