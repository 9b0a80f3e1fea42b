"""Keys that can verify signatures, and which of them may verify which algorithm.

joserfc reads JWKs, cryptography PEM and DER, PyJWT verifies. None of them chooses a key or an algorithm: that a key
fits is settled here before it is used, so that no token can have one kind of key taken for another (RFC 8725 §3.1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import warnings
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, cast

from scanner import weakness
from scanner.keys import MAX_EXPONENT_BITS, MAX_RSA_BITS, GivenKey

HASHES: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
"""The algorithms with a shared secret, and their hashes."""

_KINDS: Final = {
    **dict.fromkeys(HASHES, ("oct",)),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA",)),
    "ES256": ("P-256",), "ES384": ("P-384",), "ES512": ("P-521",), "ES256K": ("secp256k1",),
    "EdDSA": ("Ed25519", "Ed448"), "Ed25519": ("Ed25519",), "Ed448": ("Ed448",),
}  # fmt: skip
"""The kinds of keys that an algorithm may be verified with: RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2, RFC 9864."""

_EDWARDS: Final = ("EdDSA", "Ed25519", "Ed448")
"""One family of names: a key whose `alg` is one of them may verify another, where its curve fits."""
_OPERATIONS: Final = frozenset({"verify", "sign"})
"""The `key_ops` of keys of signatures; a private key says `sign`."""


class Key(NamedTuple):
    """A key that may verify signatures."""

    given: GivenKey
    kind: str
    """`oct`, `RSA`, or its curve."""
    bits: int
    """Of its modulus or its secret; 0 for one on a curve, which has the bits of the curve."""
    public: Any
    """A public key of cryptography; None for a shared secret, and where no library takes the key."""
    secret: bytes | None
    thumbprint: str
    """RFC 7638, base64url; empty for a shared secret, which it would help to guess."""
    names: frozenset[str]
    """What tokens may call it by: what its file says, and what follows from the key itself."""
    weaknesses: tuple[str, ...]
    texts: tuple[bytes, ...]
    """Its spellings in PEM and DER, which a confused verifier takes for a shared secret."""

    def fits(self, algorithm: str) -> bool:
        """Whether a signature of this algorithm may be verified with it, by its kind and by what it says it is for."""
        given = self.given
        if self.kind not in _KINDS.get(algorithm, ()) or given.use not in (None, "sig"):
            return False
        if given.operations is not None and not given.operations & _OPERATIONS:
            return False
        return given.algorithm in (None, algorithm) or (given.algorithm in _EDWARDS and algorithm in _EDWARDS)

    def weak_for(self, algorithm: str) -> list[str]:
        """Its weaknesses, with this algorithm: RFC 7518 §3.2 asks for a secret of at least its hash's length."""
        short = self.secret is not None and len(self.secret) < hashlib.new(HASHES[algorithm]).digest_size
        return [*self.weaknesses, *([weakness.SHORT_FOR_HASH] if short else [])]

    @property
    def usable(self) -> bool:
        """Whether a signature can be verified with it: a key can be so broken that no library takes it."""
        return self.public is not None or self.secret is not None

    @property
    def named(self) -> bool:
        """Whether its file says what tokens call it by, so that those with another name are not signed with it."""
        return bool(self.given.names)


def is_known(algorithm: object) -> bool:
    """Whether signatures of this algorithm can be verified."""
    return isinstance(algorithm, str) and algorithm in _KINDS


def verifies(key: Key, algorithm: str, signed: bytes, signature: bytes) -> bool:
    """Whether `signature` is the one of `signed` under a key that fits the algorithm."""
    if key.secret is not None:
        return mac_matches(key.secret, algorithm, signed, signature)
    if key.public is None:
        return False
    from jwt import get_algorithm_by_name

    # EdDSA is what PyJWT calls both algorithms, told apart by the key.
    name = "EdDSA" if algorithm in _EDWARDS else algorithm
    try:
        return get_algorithm_by_name(name).verify(signed, key.public, signature)
    except ValueError:  # RSA keys of 512 bits have no room for the larger hashes, so nothing is signed with them
        return False


def mac_matches(secret: bytes, algorithm: str, signed: bytes, mac: bytes) -> bool:
    """Whether `mac` is the one of `signed` under `secret`, for an algorithm of `HASHES`."""
    return hmac.compare_digest(hmac.digest(secret, signed, HASHES[algorithm]), mac)


def open_keys(given: Iterable[GivenKey]) -> tuple[list[Key], list[str]]:
    """The keys, ready for use, and a note for each that turned out not to be one."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from joserfc.errors import JoseError

    opened: list[tuple[Key, _Certificate | None]] = []
    notes: list[str] = []
    for entry in given:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of short keys, which are our findings
                opened.append(_open(entry))
        except (ValueError, TypeError, JoseError, UnsupportedAlgorithm):
            notes.append(f"{entry.place}: no library takes this key, so it is not used")
    # A chain holds the certificates of authorities too, whose keys sign certificates and no tokens.
    authorities = {entry.issuer for _, entry in opened if entry and entry.issuer != entry.subject}
    return [key for key, entry in opened if not entry or entry.subject not in authorities], notes


class _Certificate(NamedTuple):
    """What matters of a certificate beside its key; the names are opaque."""

    subject: Any
    issuer: Any
    der: bytes


def _open(given: GivenKey) -> tuple[Key, _Certificate | None]:
    """The key, ready for use, and the certificate that it comes from. Raises what the libraries do."""
    from joserfc.jwk import import_key

    if given.secret is not None:
        secret = given.secret.reveal()
        return Key(given, "oct", len(secret) * 8, None, secret, "", given.names, (), ()), None
    if given.der is not None:
        jwk, certificate = _from_der(given.der.reveal())
        return _key(given, jwk, certificate), certificate
    if given.members["kty"] == "RSA":
        modulus, exponent = _number(given.members["n"]), _number(given.members["e"])
        weak = weakness.of_rsa(modulus, exponent)
        if weakness.EXPONENT in weak:  # no library takes it
            return Key(given, "RSA", modulus.bit_length(), None, None, "", given.names, tuple(weak), ()), None
    return _key(given, import_key(dict(given.members)), None), None


def _from_der(der: bytes) -> tuple[Any, _Certificate | None]:
    """The key of joserfc in a certificate, a public or a private key, and the certificate if it is one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    certificate = None
    try:
        entry = x509.load_der_x509_certificate(der)
        certificate, public = _Certificate(entry.subject, entry.issuer, der), cast("Any", entry.public_key())
    except ValueError:
        try:
            public = serialization.load_der_public_key(der)
        except ValueError:
            public = serialization.load_der_private_key(der, password=None).public_key()
    if isinstance(public, RSAPublicKey):
        return RSAKey.import_key(public), certificate
    return (ECKey if isinstance(public, EllipticCurvePublicKey) else OKPKey).import_key(public), certificate


def _key(given: GivenKey, jwk: Any, certificate: _Certificate | None) -> Key:
    """The key of what joserfc holds. Raises ValueError for one that OpenSSL would not verify with, and not say so."""
    members = jwk.as_dict(private=False)
    weak: list[str] = []
    if members["kty"] == "RSA":
        modulus, exponent = _number(members["n"]), _number(members["e"])
        if modulus.bit_length() > MAX_RSA_BITS or exponent.bit_length() > MAX_EXPONENT_BITS:
            raise ValueError
        kind, bits, weak = "RSA", modulus.bit_length(), weakness.of_rsa(modulus, exponent)
    else:
        kind, bits = members["crv"], 0
    thumbprint, info = jwk.thumbprint(), _info(jwk.public_key)
    # Issuers without a scheme of their own use these: RFC 7638 and Kubernetes' digest of the public key.
    names = given.names | {thumbprint, _digest(info)}
    if certificate:
        names |= {_digest(certificate.der), _digest(certificate.der, "sha1")}  # x5t#S256 and x5t
    return Key(given, kind, bits, jwk.public_key, None, thumbprint, names, tuple(weak), _texts(given, jwk.public_key))


def _texts(given: GivenKey, public: Any) -> tuple[bytes, ...]:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import PublicFormat

    pems = [public.public_bytes(_encoding().PEM, PublicFormat.SubjectPublicKeyInfo)]
    if isinstance(public, RSAPublicKey):
        pems.append(public.public_bytes(_encoding().PEM, PublicFormat.PKCS1))
    pems.append(given.pem)
    bare = [pem.strip() for pem in pems if pem]
    return tuple(dict.fromkeys([*bare, *(pem + b"\n" for pem in bare), _info(public)]))


def _info(public: Any) -> bytes:
    """A public key's SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7)."""
    from cryptography.hazmat.primitives.serialization import PublicFormat

    return bytes(public.public_bytes(_encoding().DER, PublicFormat.SubjectPublicKeyInfo))


def _encoding() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding


def _digest(data: bytes, algorithm: str = "sha256") -> str:
    return base64.urlsafe_b64encode(hashlib.new(algorithm, data, usedforsecurity=False).digest()).rstrip(b"=").decode()


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")
