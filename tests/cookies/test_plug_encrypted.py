"""Plug's encrypted messages, against libsodium's XChaCha20-Poly1305 and another implementation of the older format."""

import base64
import hashlib
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from scanner.cookies import Clues
from scanner.cookies.chacha import hchacha20, opened
from scanner.cookies.plug_encrypted import begins, decode, signs, tries

BASE = b"p" * 64
CONTENT = b"\x83t\0\0\0\0"
WORDS = "encrypted session or token of Plug and Phoenix"


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def derived(salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", BASE, salt, 1000, 32)


def mint(salt: bytes, content: bytes = CONTENT) -> bytes:
    nonce = os.urandom(24)
    sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(content, b"A128GCM", nonce, derived(salt))
    return b"XCP." + b64(nonce + sealed[-16:] + sealed[:-16])


def mint_older(salt: bytes, covered: bytes, content: bytes = CONTENT) -> bytes:
    key, key_iv, iv = os.urandom(16), os.urandom(12), os.urandom(12)
    sealed = AESGCM(key).encrypt(iv, content, b"A128GCM")
    parts = (AESGCM(derived(salt)).encrypt(key_iv, key, covered) + key_iv, iv, sealed[:-16], sealed[-16:])
    return b"QTEyOEdDTQ." + b".".join(map(b64, parts))


def test_hchacha20():
    """The vector of the draft, §2.2.1."""
    made = hchacha20(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927"))
    assert made.hex() == "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=24, max_size=24), st.binary(), st.binary())
def test_xchacha20_poly1305(key, nonce, content, covered):
    """What libsodium encrypts is opened, and nothing else."""
    sealed = crypto_aead_xchacha20poly1305_ietf_encrypt(content, covered, nonce, key)
    assert opened(key, nonce, sealed, covered) == content
    assert opened(key, nonce, sealed, covered + b"x") is None


@pytest.mark.parametrize(
    ("raw", "clues"),
    [
        (mint(b"8lGjCrqH"), Clues(salts=(b"8lGjCrqH",))),
        (mint(b"_shop_cart_cookie"), Clues(names=("_shop_cart",))),
        (mint_older(b"8lGjCrqH", b""), Clues(salts=(b"8lGjCrqH",))),
        (mint_older(b"8lGjCrqH", derived(b"Xk2")), Clues(salts=(b"Xk2", b"8lGjCrqH"))),
    ],
    ids=["session", "cookie", "older cookie", "older session"],
)
def test_its_secret(raw, clues):
    """The secret is proved with the salt, or both of them; without, or with another secret, it is not."""
    cookie = decode(raw + b"; path=/")
    assert cookie
    assert (cookie.raw.reveal(), cookie.payload, len(cookie.signature)) == (raw, "encrypted", 16)
    assert signs(BASE, cookie, clues) == WORDS
    assert signs(BASE, cookie, Clues()) is None
    assert signs(b"q" * 64, cookie, clues) is None
    assert tries(cookie, clues) > 150


def test_published_salts():
    """Salts of the documentation are named."""
    cookie = decode(mint(b"cookie store encryption salt"))
    assert cookie
    assert signs(BASE, cookie, Clues()) == WORDS + " (salt `cookie store encryption salt`)"


@pytest.mark.parametrize(
    "text",
    [
        b"XCP.",
        b"XCP." + b"A" * 53,
        b"XCP." + b"A" * (1 << 20),
        b"XCP " + mint(b"s")[4:],
        b"QTEyOEdDTQ.AAAA.AAAA.AAAA.AAAA",
        mint_older(b"s", b"")[:-1],
        mint_older(b"s", b"").rpartition(b".")[0],
    ],
)
def test_refused(text):
    """Too short to hold anything, longer than any cookie, or without a part."""
    assert decode(text) is None
    assert not begins(text)


@settings(max_examples=30)
@given(st.binary(min_size=1, max_size=99))
def test_round_trip(content):
    """Whatever is encrypted, its secret is proved."""
    for raw in (mint(b"s", content), mint_older(b"s", b"", content)):
        cookie = decode(raw)
        assert cookie
        assert signs(BASE, cookie, Clues(salts=(b"s",))) == WORDS
