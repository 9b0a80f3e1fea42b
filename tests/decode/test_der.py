"""Private keys in DER: as files, and in base64 on one line of configuration, or over several."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.der import decode
from tests.decode.test_pem import thumbprint
from tests.examining import ENGINES, examine

KEYS: dict[str, Any] = {
    **{f"RSA {bits}": rsa.generate_private_key(65537, bits) for bits in (1024, 2048, 3072, 4096)},
    **{
        curve.name: ec.generate_private_key(curve)
        for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1())
    },
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "Ed448": ed448.Ed448PrivateKey.generate(),
}
FORMS = [
    (name, form)
    for name in KEYS
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
    if form == PrivateFormat.PKCS8 or not name.startswith("Ed")
]


def der(name: str, form: Any = PrivateFormat.PKCS8) -> bytes:
    return bytes(KEYS[name].private_bytes(Encoding.DER, form, NoEncryption()))


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_whole(name, form):
    """The bytes, and their base64; what follows is no part of it."""
    data = der(name, form)
    bare = decode(data + b"more")
    assert bare
    assert (bare.thumbprint, bare.raw.reveal()) == (thumbprint(KEYS[name]), data)
    text = base64.b64encode(data)
    encoded = decode(text + b'", "more"')
    assert encoded
    assert (encoded.thumbprint, encoded.raw.reveal()) == (bare.thumbprint, text.rstrip(b"="))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_found(engine, name, form):
    """In configuration and as a file, by both engines, once each."""
    data = der(name, form)
    text = base64.b64encode(data)
    folded = b"\n  ".join(text[at : at + 76] for at in range(0, len(text), 76))
    for blob, start, length in (
        (b'JWT_KEY="' + text + b'"\n', 9, len(text.rstrip(b"="))),
        (b"key: |\n  " + folded + b"\nmore: text\n", 9, len(folded.rstrip(b"="))),
        (b"key=" + text.replace(b"+", b"-").replace(b"/", b"_").rstrip(b"="), 4, len(text.rstrip(b"="))),
        (data, 0, len(data)),
        (b"\0\1\2" + data + b"\0", 3, len(data)),
    ):
        [subject] = examine(blob, engine).subjects
        assert (subject.kind, subject.identity, subject.seen) == ("key", thumbprint(KEYS[name]), 1)
        assert [(at.start, at.end) for at in subject.sightings] == [(start, start + length)]


@pytest.mark.parametrize("name", KEYS)
def test_encrypted(name):
    data = KEYS[name].private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"ours"))
    [subject] = examine(b"KEY=" + base64.b64encode(data)).subjects
    found = decode(data)
    assert found
    assert (found.encrypted, subject.identity, found.raw.reveal()) == (True, found.thumbprint, data)


@pytest.mark.parametrize("name", KEYS)
def test_near_misses(name):
    """Public keys, keys that are cut short, and the heads that programs put before a seed."""
    public = KEYS[name].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    data = der(name)
    for blob in (public, data[:-1], data[:40]):
        assert examine(blob).subjects == []
        assert examine(b"KEY=" + base64.b64encode(blob)).subjects == []
        assert examine(b"KEY=" + base64.b64encode(blob)[:-3] + b"...").subjects == []


def test_the_head_of_a_key():
    """In a program that adds the seed."""
    head = bytes.fromhex("302e020100300506032b657004220420")
    assert examine(head + b"r\0\0\0)\1" * 9).subjects == []
    assert examine(b'"MC4CAQAwBQYDK2VwBCIEIA" + seed').subjects == []


@given(st.binary(max_size=300), st.sampled_from(sorted(KEYS)), st.integers(0, 300))
def test_any_bytes(data, name, at):
    """Never an error."""
    whole = der(name)
    for text in (data, whole[:at] + data + whole[at + 2 :]):
        decode(text)
        decode(base64.b64encode(text))
        decode(b"M" + text)


@pytest.mark.parametrize(
    "data",
    [
        # PKCS #8 on P-256, of whose SEC 1 there is the version alone
        "301f020100301306072a8648ce3d020106082a8648ce3d03010704053003020101",
        # DSA without its numbers
        "3015020100300b06072a8648ce38040130000403020105",
    ],
)
def test_parts_that_are_missing(data):
    """A key without them is none."""
    assert decode(bytes.fromhex(data)) is None
