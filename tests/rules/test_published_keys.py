"""The keys that everybody knows: their digests, made anew from the numbers that are printed."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_ssh_public_key
from jwcrypto import tests as vectors

from scanner.decode.jwk import decode
from scanner.rulebook import load
from tests.strategies import segment

_KEYS = ("the private key of", "the key of", "the insecure key of")
PUBLISHED = {name: digest for digest, name in load().published.items() if name.startswith(_KEYS)}
MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
JWT_IO = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onL"
    "Rnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGEl"
    "vW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwx"
    "XFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB"
)
JWT_IO_OLD = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdlatRjRjogo3WojgGHFHYLugdUWAY9iR3fy4arWNA1KoS8kVw33cJibXr8bvw"
    "UAUparCwlvdbH6dvEOfou0/gCFQsHUfQrSDv+MuSUMAe8jzKE4qW+jK+xQU9a03GUnKHkkle+Q0pX/g6jXZ7r1/xAK5Do2kQ+X5x"
    "K9cipRgEKwIDAQAB"
)
JWT_IO_EC = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageE"
    "HWwHdBO6B+dFabmdT9POxg=="
)
VAGRANT = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v"
    "1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4"
    "O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk"
    "1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ=="
)
RFC7520_EC = {
    "kty": "EC",
    "crv": "P-521",
    "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
    "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
}
RFC7520_RSA = {
    "kty": "RSA",
    "e": "AQAB",
    "n": (
        "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRB"
        "SFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD"
        "1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_"
        "qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"
    ),
}


def of_rsa(key: Any) -> dict[str, str]:
    numbers = key.public_numbers()
    encoded = {name: (getattr(numbers, name).bit_length() + 7) // 8 for name in ("n", "e")}
    return {"kty": "RSA"} | {name: segment(getattr(numbers, name).to_bytes(size)) for name, size in encoded.items()}


def of_ec(key: Any) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": segment(numbers.x.to_bytes(32)), "y": segment(numbers.y.to_bytes(32))}


def spki(text: str) -> Any:
    return load_der_public_key(base64.b64decode(text))


NUMBERS: dict[str, dict[str, Any]] = {
    "the private key of jwt.io (RS256, PS256)": of_rsa(spki(JWT_IO)),
    "the private key of jwt.io before 2018 (RS256)": of_rsa(spki(JWT_IO_OLD)),
    "the private key of jwt.io (ES256)": of_ec(spki(JWT_IO_EC)),
    "the key of RFC 7515 A.1": vectors.SymmetricKeys["keys"][1],
    "the private key of RFC 7515 A.2": vectors.A2_key,
    "the private key of RFC 7515 A.3": vectors.A3_key,
    "the private key of RFC 7515 A.4": vectors.A4_key,
    "the private key of RFC 7516 A.1": vectors.E_A1_key,
    "the private key of RFC 7516 A.2": vectors.E_A2_key,
    "the key of RFC 7516 A.3 and RFC 7517 A.3": vectors.E_A3_key,
    "the private key of RFC 7517 A.2 (RSA)": vectors.PrivateKeys["keys"][1],
    "the private key of RFC 7517 A.2 (P-256)": vectors.PrivateKeys["keys"][0],
    "the private key of RFC 7517 C.1": vectors.RSAPrivateKey,
    "the private key of RFC 7520 §3.2": RFC7520_EC,
    "the private key of RFC 7520 §3.4": RFC7520_RSA,
    "the private key of RFC 8037 A.1": vectors.PrivateKeys_EdDsa["keys"][0],
    "the insecure key of Vagrant": of_rsa(load_ssh_public_key(VAGRANT.encode())),
}


def test_all_are_here():
    assert PUBLISHED.keys() == NUMBERS.keys()


@pytest.mark.parametrize("name", NUMBERS)
def test_digest(name):
    """The RFC 7638 thumbprint of the public half; of a shared secret the digest by which keys and secrets are told."""
    members = NUMBERS[name]
    if members["kty"] == "oct":
        text = b"secret\0" + base64.urlsafe_b64decode(members["k"] + "==")
    else:
        wanted = {member: members[member] for member in MEMBERS[members["kty"]]}
        text = json.dumps(wanted, separators=(",", ":"), sort_keys=True).encode()
    assert PUBLISHED[name] == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("name", [name for name, members in NUMBERS.items() if "d" in members or "k" in members])
def test_told(name):
    """The private key as its specification prints it is told for that."""
    found = decode(json.dumps(NUMBERS[name]).encode())
    assert found
    assert found.thumbprint == PUBLISHED[name]
