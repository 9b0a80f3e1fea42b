"""What the key in a header tells; real keys and certificates are the oracle."""

import base64
import datetime
import random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from scanner.judge.key import key_facts
from tests import strategies

RSA_1024, RSA_2048 = (rsa.generate_private_key(65_537, bits) for bits in (1024, 2048))
RSA_3 = rsa.generate_private_key(3, 2048)
P256, P192, P384 = map(ec.generate_private_key, (ec.SECP256R1(), ec.SECP192R1(), ec.SECP384R1()))
BRAINPOOL = ec.generate_private_key(ec.BrainpoolP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
DSA = dsa.generate_private_key(1024)


def certificate(key) -> bytes:
    """A self-signed certificate of a private key, in DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 7, day, day + datetime.timedelta(365))
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return built.sign(key, digest).public_bytes(serialization.Encoding.DER)


def of_certificate(der: bytes, algorithm: object = None):
    return told({"alg": algorithm, "x5c": [base64.b64encode(der).decode()]})


def told(header):
    """Type, bits and faults of the key in a header."""
    facts = key_facts(header)
    return facts.get("token.key_type"), facts.get("token.key_bits"), facts["token.key_faults"]


@pytest.mark.parametrize(
    ("key", "algorithm", "expected"),
    [
        (RSA_2048, "RS256", ("RSA", 2048, [])),
        (RSA_2048, "PS512", ("RSA", 2048, [])),
        (RSA_1024, "RS256", ("RSA", 1024, ["short RSA modulus"])),
        (RSA_3, "RS256", ("RSA", 2048, [])),
        (P256, "ES256", ("EC", 256, [])),
        (P192, "ES256", ("EC", 192, ["curve too short", "of another type than the algorithm's"])),
        (P384, "ES256", ("EC", 384, ["of another type than the algorithm's"])),
        (BRAINPOOL, "ES256", ("EC", 256, ["of another type than the algorithm's"])),
        (ED25519, "EdDSA", ("OKP", 256, [])),
        (ED25519, "HS256", ("OKP", 256, ["of another type than the algorithm's"])),
        (RSA_2048, ["RS256"], ("RSA", 2048, [])),
        (RSA_2048, "XX256", ("RSA", 2048, [])),
        (DSA, "RS256", (None, None, [])),
    ],
)
def test_certificates(key, algorithm, expected):
    """The first of `x5c` holds the key; what is no key of JOSE tells nothing."""
    assert of_certificate(certificate(key), algorithm) == expected


@pytest.mark.parametrize(
    ("writer", "key", "algorithm", "expected"),
    [
        (RSAAlgorithm, RSA_2048, "RS256", ("RSA", 2048, [])),
        (RSAAlgorithm, RSA_1024, "RS256", ("RSA", 1024, ["short RSA modulus"])),
        (RSAAlgorithm, RSA_2048, "HS256", ("RSA", 2048, ["of another type than the algorithm's"])),
        (ECAlgorithm, P256, "ES256", ("EC", 256, [])),
        (ECAlgorithm, P256, "ES256K", ("EC", 256, ["of another type than the algorithm's"])),
        (OKPAlgorithm, ED25519, "Ed25519", ("OKP", 256, [])),
    ],
)
def test_jwks(writer, key, algorithm, expected):
    """Keys as PyJWT writes them; a public one has no private member."""
    jwk = writer.to_jwk(key.public_key(), as_dict=True)
    assert told({"alg": algorithm, "jwk": jwk}) == expected
    assert key_facts({"jwk": jwk})["token.private_members"] == []


@pytest.mark.parametrize(
    ("writer", "key", "members"),
    [
        (RSAAlgorithm, RSA_2048, ["d", "p", "q", "dp", "dq", "qi"]),
        (ECAlgorithm, P256, ["d"]),
        (OKPAlgorithm, ED25519, ["d"]),
    ],
)
def test_private_keys(writer, key, members):
    """As PyJWT writes them."""
    assert key_facts({"jwk": writer.to_jwk(key, as_dict=True)})["token.private_members"] == members


@pytest.mark.parametrize(
    ("jwk", "members"),
    [
        ({"kty": "oct", "k": "AQ"}, ["k"]),
        ({"kty": "AKP", "priv": "AQ"}, ["priv"]),
        ({"kty": "RSA", "oth": [{"r": "AQ"}]}, ["oth"]),
        ({"d": "AQ"}, ["d"]),
        ({"kty": "EC", "d": ""}, []),
        ({"kty": "EC", "d": None, "k": 7, "p": {}}, []),
        ({"kty": "EC", "key_ops": ["verify"], "x": "AQ"}, []),
    ],
)
def test_private_members(jwk, members):
    """Those that hold something, whatever the key's type is said to be."""
    assert key_facts({"jwk": jwk})["token.private_members"] == members


@pytest.mark.parametrize(
    ("jwk", "expected"),
    [
        ({"kty": "EC", "crv": "P-224"}, ("EC", 224, ["curve too short"])),
        ({"kty": "EC", "crv": "secp112r1"}, ("EC", None, ["unknown curve"])),
        ({"kty": "EC", "crv": ["P-256"]}, ("EC", None, ["unknown curve"])),
        ({"kty": "OKP", "crv": "X25519"}, ("OKP", 256, [])),
        ({"kty": "RSA", "n": "!", "e": "AQAB"}, ("RSA", None, [])),
        ({"kty": "RSA", "n": 7, "e": 3}, ("RSA", None, [])),
        (
            {"kty": "RSA", "n": "A" * 3 + "_" * 3000, "e": "AQAB"},
            ("RSA", 17_998, ["RSA modulus too long to verify with"]),
        ),
        ({"kty": "XYZ"}, (None, None, [])),
        ({}, (None, None, [])),
    ],
)
def test_odd_jwks(jwk, expected):
    """What cannot be read tells nothing, and breaks nothing."""
    assert told({"jwk": jwk}) == expected


def test_a_broken_modulus_is_told():
    """Primes that lie close together, as some libraries chose them."""
    numbers = RSA_2048.private_numbers()
    modulus = (numbers.p * numbers.p).to_bytes(256)
    jwk = {"kty": "RSA", "n": base64.urlsafe_b64encode(modulus).decode(), "e": "AQAB"}
    assert told({"alg": "RS256", "jwk": jwk})[2] == ["RSA primes that lie close together"]


@pytest.mark.parametrize("chain", ["MIIB", [], [7], ["MIIB"], ["é"], [""], {"a": 1}, [[]], None])
def test_what_is_no_certificate(chain):
    """Neither a wrong type nor damaged bytes are an error."""
    assert told({"alg": "RS256", "x5c": chain}) == (None, None, [])


CERTIFICATES = [certificate(key) for key in (RSA_1024, P256, ED25519)]


@given(st.sampled_from(CERTIFICATES), st.integers(0, 2**32), st.integers(1, 20))
def test_damaged_certificates(der, seed, count):
    """Whatever the library makes of them is no error of ours, and no warning."""
    chance = random.Random(seed)
    damaged = bytearray(der)
    for _ in range(count):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    kind, _, _ = of_certificate(bytes(damaged), "ES256")
    assert kind in (None, "RSA", "EC", "OKP")


@given(st.dictionaries(st.sampled_from(["kty", "crv", "n", "e", "d", "k", "x"]), strategies.json_values), st.text())
def test_any_jwk(jwk, algorithm):
    """Members may be of any type."""
    facts = key_facts({"alg": algorithm, "jwk": jwk})
    assert all(isinstance(fault, str) for fault in facts["token.key_faults"])
