"""Private keys as they are stored: PKCS #1 (RFC 8017 A.1.2), PKCS #8 (RFC 5958), SEC 1 (RFC 5915), and what of them is
public.

Numbers are read here; cryptography is asked only for a public half that a key does not bring. What is proved of a key
follows from its public half, so that alone is kept of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from scanner import weakness
from scanner.decode import asn1
from scanner.keys import CURVES, MAX_RSA_BITS
from scanner.model import Key, Sealed

_RSA: Final = (bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a"))
"""`rsaEncryption`, and `id-RSASSA-PSS`."""
_DSA: Final = bytes.fromhex("2a8648ce380401")
_EC: Final = bytes.fromhex("2a8648ce3d0201")
_OF_EDWARDS: Final = {
    b"\x2b\x65\x6e": "X25519",
    b"\x2b\x65\x6f": "X448",
    b"\x2b\x65\x70": "Ed25519",
    b"\x2b\x65\x71": "Ed448",
}
"""RFC 8410 §3."""
_OTHERS: Final = {
    **{bytes.fromhex(f"6086480165030403{11 + at}"): f"ML-DSA-{size}" for at, size in enumerate((44, 65, 87))},
    **{bytes.fromhex(f"60864801650304040{at + 1}"): f"ML-KEM-{size}" for at, size in enumerate((512, 768, 1024))},
    bytes.fromhex("2a864886f70d010301"): "DH",
}
"""Kinds of keys of which no more is known here."""
_ENCRYPTIONS: Final = (bytes.fromhex("2a864886f70d0105"), bytes.fromhex("2a864886f70d010c01"))
"""How the schemes of PKCS #5 and PKCS #12 begin."""
_NAMED_CURVES: Final = {
    "2a8648ce3d030101": ("P-192", 192), "2b81040021": ("P-224", 224), "2a8648ce3d030107": ("P-256", 256),
    "2b81040022": ("P-384", 384), "2b81040023": ("P-521", 521), "2b8104000a": ("secp256k1", 256),
    "2b2403030208010103": ("brainpoolP192r1", 192), "2b2403030208010107": ("brainpoolP256r1", 256),
    "2b240303020801010b": ("brainpoolP384r1", 384), "2b240303020801010d": ("brainpoolP512r1", 512),
}  # fmt: skip
"""RFC 5480 §2.1.1.1, RFC 5639 §3, SEC 2: by object identifier, with their bits."""
_BITS: Final = {**dict(_NAMED_CURVES.values()), "Ed25519": 256, "Ed448": 448, "X25519": 256, "X448": 448}
_LEAST_RSA_BITS: Final = 256
"""Anything below is a made-up number."""
_MOST_BYTES: Final = 1 << 16
"""Of the DER of one key; a key of 16,384 bits has 10 KiB."""

_HMAC: Final = ("HS256", "HS384", "HS512")
_FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",), "secp256k1": ("ES256K",),
    "Ed25519": ("EdDSA", "Ed25519"), "Ed448": ("EdDSA", "Ed448"), "oct": _HMAC,
}  # fmt: skip
"""What algorithms of JOSE a key can sign with, by its kind or curve: RFC 7518 §3.1, RFC 8037, RFC 8812, RFC 9864."""
_REQUIRED: Final = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
"""The members that make a thumbprint (RFC 7638 §3.2, RFC 8037 §2)."""


class Half(NamedTuple):
    """What is known of a key by its public half."""

    kind: str = ""
    """`RSA`, `EC`, `DSA`, `Ed25519`, `Ed448`, `X25519`, `X448`, `oct` …; empty where it is not known."""
    bits: int = 0
    """Of a modulus, a curve or a secret; 0 where they are not known."""
    curve: str = ""
    """Of an `EC` key."""
    jwk: Mapping[str, str] | None = None
    """The public key as a JWK, where JOSE knows its kind."""
    weaknesses: tuple[str, ...] = ()


class Read(NamedTuple):
    """A private key as it was read from DER."""

    form: str
    half: Half
    encrypted: bool = False


def make_key(
    form: str,
    raw: bytes,
    half: Half,
    body: bytes,
    *,
    encrypted: bool = False,
    head: int = 0,
    start: int = 0,
    **details: Any,
) -> Key:
    """The key that stands as `raw` somewhere.

    One in clear is the same key as any other with that public half; of one that is locked or cannot be read, `body`
    tells: its bytes without what stands around them.
    """
    digest = thumbprint(half.jwk) if half.jwk and not encrypted else hashlib.sha256(body)
    facts: dict[str, Any] = {
        "kind": half.kind,
        "weaknesses": list(half.weaknesses),
        "fits": fits(half),
        "has_key_id": False,
    }
    if half.bits:
        facts["bits"] = half.bits
    if half.curve:
        facts["curve"] = half.curve
    if half.jwk:
        facts["public"] = dict(half.jwk)
    return Key(
        form=form,
        raw=Sealed(raw),
        thumbprint=digest.hexdigest(),
        encrypted=encrypted,
        details=facts | details,
        head=head,
        start=start,
    )


def fits(half: Half, algorithm: object = None, use: object = None) -> list[str]:
    """The algorithms of JOSE that a key can sign with, by its kind and by what it says that it is for (RFC 7517 §4)."""
    known = _FITS.get(half.curve or half.kind, ()) if use in (None, "sig") else ()
    return [name for name in known if not isinstance(algorithm, str) or name == algorithm]


def thumbprint(jwk: Mapping[str, str]) -> Any:
    """The hash that is the thumbprint of a public key (RFC 7638 §3)."""
    members = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode())


def read_der(der: bytes) -> Read:
    """The private key that all of `der` is. Raises ValueError where it is none."""
    found = asn1.value(der[: _MOST_BYTES + 1])
    if found.end != len(der):
        raise ValueError
    parts = asn1.members(asn1.expect(found, asn1.SEQUENCE))
    if len(parts) < 2:
        raise ValueError
    if parts[0].tag == asn1.SEQUENCE:
        name = asn1.expect(asn1.value(parts[0].body), asn1.NAME)
        if len(parts) != 2 or parts[1].tag != asn1.OCTETS or not name.startswith(_ENCRYPTIONS):
            raise ValueError
        return Read("pkcs8", Half(), encrypted=True)
    version = asn1.number(parts[0])
    if version not in (0, 1):
        raise ValueError
    if parts[1].tag == asn1.SEQUENCE:
        return Read("pkcs8", _of_pkcs8(parts))
    if parts[1].tag == asn1.OCTETS:
        return Read("sec1", _of_sec1(parts, ""))
    numbers = [asn1.number(part) for part in parts[:9]]
    if len(numbers) == 9:
        return Read("pkcs1", _of_primes(numbers))
    if len(numbers) == 6:
        return Read("dsa", of_dsa(numbers[1]))
    raise ValueError


def read_public(der: bytes) -> Half:
    """The public key of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). Raises ValueError where it is none."""
    algorithm, bits = asn1.sequence(der)[:2]
    name, parameters = _algorithm(algorithm)
    key = asn1.expect(bits, asn1.BITS)[1:]
    if name in _RSA:
        modulus, exponent = (asn1.number(part) for part in asn1.sequence(key)[:2])
        return of_rsa(modulus, exponent)
    if name == _EC:
        return of_point(_curve(parameters), key)
    if name in _OF_EDWARDS:
        return of_edwards(_OF_EDWARDS[name], key)
    if name == _DSA:
        return _of_dsa_parameters(parameters)
    return Half(_OTHERS.get(name, ""))


def of_rsa(modulus: int, exponent: int) -> Half:
    """An RSA key by its public numbers. Raises ValueError for what no key has."""
    bits = modulus.bit_length()
    if not _LEAST_RSA_BITS <= bits <= MAX_RSA_BITS or modulus < 0 or not 0 < exponent < modulus:
        raise ValueError
    jwk = {"kty": "RSA", "n": _base64url(_bytes(modulus)), "e": _base64url(_bytes(exponent))}
    return Half("RSA", bits, "", jwk, tuple(weakness.of_rsa(modulus, exponent)))


def of_dsa(modulus: int) -> Half:
    """A DSA key by its prime modulus. Raises ValueError for what no key has."""
    bits = modulus.bit_length()
    if not _LEAST_RSA_BITS <= bits <= MAX_RSA_BITS or modulus < 0:
        raise ValueError
    return Half("DSA", bits, "", None, (weakness.SHORT_DSA,) if bits < weakness.SHORTEST else ())


def of_point(curve: str, point: bytes) -> Half:
    """A key on a curve by its public point, as SEC 1 §2.3.3 writes it; the point may be compressed, or missing."""
    bits = _BITS.get(curve, 0)
    weak = (weakness.SHORT_CURVE,) if 0 < bits < weakness.SHORTEST_CURVE else ()
    size = -(-bits // 8)
    if CURVES.get(curve, ("",))[0] == "EC" and len(point) == 1 + 2 * size and point[0] == 4:
        jwk = {"kty": "EC", "crv": curve, "x": _base64url(point[1 : 1 + size]), "y": _base64url(point[1 + size :])}
        return Half("EC", bits, curve, jwk, weak)
    return Half("EC", bits, curve, None, weak)


def of_edwards(curve: str, public: bytes) -> Half:
    """A key of Ed25519 or one of its kin by its public bytes, which may be missing."""
    jwk = {"kty": "OKP", "crv": curve, "x": _base64url(public)} if public else None
    return Half(curve, _BITS[curve], "", jwk)


def of_secret(secret: bytes) -> Half:
    """A shared secret; it has no public half."""
    weak = (weakness.SHORT_FOR_HASH,) if len(secret) < weakness.SHORTEST_SECRET else ()
    return Half("oct", 8 * len(secret), "", None, weak)


def on_curve(curve: str, secret: bytes) -> Half:
    """A key on a curve by its private number."""
    return of_point(curve, _public_of_ec(curve, int.from_bytes(secret)))


def of_seed(curve: str, seed: bytes) -> Half:
    """A key of Ed25519 or one of its kin by its private bytes."""
    return of_edwards(curve, _public_of_okp(curve, seed))


def _of_pkcs8(parts: list[asn1.Value]) -> Half:
    name, parameters = _algorithm(parts[1])
    inner = asn1.expect(parts[2], asn1.OCTETS) if len(parts) > 2 else b""
    if not inner:
        raise ValueError
    if name in _RSA:
        return _of_primes([asn1.number(part) for part in asn1.sequence(inner)[:9]])
    if name == _EC:
        return _of_sec1(asn1.sequence(inner), _curve(parameters))
    if name in _OF_EDWARDS:
        return of_seed(_OF_EDWARDS[name], asn1.expect(asn1.value(inner), asn1.OCTETS))
    if name == _DSA:
        return _of_dsa_parameters(parameters)
    return Half(_OTHERS.get(name, ""))


def _of_primes(numbers: list[int]) -> Half:
    """An RSA key: version, modulus, public and private exponent, primes and what follows from them."""
    if len(numbers) < 9 or (numbers[0] == 0 and numbers[4] * numbers[5] != numbers[1]):
        raise ValueError
    return of_rsa(numbers[1], numbers[2])


def _of_dsa_parameters(parameters: asn1.Value | None) -> Half:
    numbers = asn1.members(parameters.body) if parameters else []
    return of_dsa(asn1.number(numbers[0]) if numbers else 0)


def _of_sec1(parts: list[asn1.Value], curve: str) -> Half:
    if len(parts) < 2:
        raise ValueError
    secret = asn1.expect(parts[1], asn1.OCTETS)
    if not 16 <= len(secret) <= 66 or not any(secret):
        raise ValueError
    optional = {part.tag: part.body for part in parts[2:]}
    if not curve and 0xA0 in optional:
        curve = _curve(asn1.value(optional[0xA0]))
    if 0xA1 in optional:
        half = of_point(curve, asn1.expect(asn1.value(optional[0xA1]), asn1.BITS)[1:])
        if half.jwk:
            return half
    return on_curve(curve, secret)


def _algorithm(found: asn1.Value) -> tuple[bytes, asn1.Value | None]:
    """The name and the parameters of an AlgorithmIdentifier. Raises ValueError where it is none."""
    parts = asn1.members(asn1.expect(found, asn1.SEQUENCE))
    if not parts:
        raise ValueError
    return asn1.expect(parts[0], asn1.NAME), parts[1] if len(parts) > 1 else None


def _curve(parameters: asn1.Value | None) -> str:
    """The name of a curve; empty for one that is spelt out, or that nobody uses."""
    known = parameters is not None and parameters.tag == asn1.NAME
    return _NAMED_CURVES.get(parameters.body.hex(), ("", 0))[0] if known and parameters else ""


def _public_of_ec(curve: str, secret: int) -> bytes:
    """The public point of a private number; empty on a curve that JOSE does not know, and for a number that is none."""
    if CURVES.get(curve, ("",))[0] != "EC":
        return b""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    curves: dict[str, Any] = {
        "P-256": ec.SECP256R1,
        "P-384": ec.SECP384R1,
        "P-521": ec.SECP521R1,
        "secp256k1": ec.SECP256K1,
    }
    try:
        public = ec.derive_private_key(secret, curves[curve]()).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _public_of_okp(curve: str, seed: bytes) -> bytes:
    """The public bytes of private ones. Raises ValueError for a wrong number of them."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, x448, x25519

    makers: dict[str, Any] = {
        "Ed25519": ed25519.Ed25519PrivateKey,
        "Ed448": ed448.Ed448PrivateKey,
        "X25519": x25519.X25519PrivateKey,
        "X448": x448.X448PrivateKey,
    }
    try:
        return bytes(makers[curve].from_private_bytes(seed).public_key().public_bytes_raw())
    except UnsupportedAlgorithm:
        return b""


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
