"""The cookie crate of Rust: samples of its published algorithm, and another implementation of it."""

import base64
import hmac
import json
import os
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues, rust_private, rust_signed
from scanner.cookies.rust_keys import keys

KEY = bytes(range(64))
SIGNED = b"bu+tK+2Xttk+5mPWekS0YBaz153K1UraObYaHRSHTRs=alice"
PRIVATE = b"AwMDAwMDAwMDAwMDVL4uNYzILqge8jYJqyLf89Wmfbql"
WORDS = "cookie signed by Rust's cookie crate", "cookie encrypted by Rust's cookie crate"


def expanded(master: bytes) -> bytes:
    """As `Key::derive_from` does."""
    return HKDFExpand(SHA256(), 64, b"COOKIE;SIGNED:HMAC-SHA256;PRIVATE:AEAD-AES-256-GCM").derive(master)


def sign(key: bytes, value: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key[:32], value, "sha256")) + value


def encrypt(key: bytes, name: str, value: bytes) -> bytes:
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(key[32:64]).encrypt(nonce, value, name.encode()))


@given(st.binary(min_size=32, max_size=99))
def test_derived_keys(master):
    """The keys are those that HKDF expands."""
    derived = expanded(master)
    assert keys(master)[-1] == (derived[:32], derived[32:])


@pytest.mark.parametrize(
    "text",
    [SIGNED, b"bu%2BtK%2B2Xttk%2B5mPWekS0YBaz153K1UraObYaHRSHTRs%3Dalice", SIGNED + b"; Path=/", b"user=" + SIGNED],
)
def test_signed(text):
    """The value is told, the secret proved under any name."""
    cookie = rust_signed.decode(text)
    assert cookie
    assert (cookie.payload, cookie.signed.reveal(), len(cookie.signature)) == ("text", b"alice", 32)
    assert text[cookie.start :].startswith(cookie.raw.reveal())
    assert rust_signed.signs(KEY, cookie, Clues()) == WORDS[0]
    assert rust_signed.signs(KEY[::-1], cookie, Clues()) is None
    assert rust_signed.signs(b"alice", cookie, Clues()) is None
    assert rust_signed.tries(cookie, Clues()) == 4


def test_signed_session():
    """actix-session writes JSON, percent-encoded."""
    state = {"user_id": "7"}
    cookie = rust_signed.decode(b"Set-Cookie: id=" + quote(sign(KEY, json.dumps(state).encode())).encode())
    assert cookie
    assert (cookie.payload, cookie.claims) == ("object", state)
    assert rust_signed.signs(KEY, cookie, Clues())


@pytest.mark.parametrize("text", [PRIVATE, PRIVATE + b"; Path=/", b"Cookie: id=" + PRIVATE, b"; id=" + PRIVATE])
def test_private(text):
    """The secret is proved under its name alone."""
    cookie = rust_private.decode(text)
    assert cookie
    assert (cookie.payload, cookie.raw.reveal()) == ("encrypted", PRIVATE)
    assert rust_private.signs(KEY, cookie, Clues(("id", "name"))) == WORDS[1]
    assert rust_private.signs(KEY, cookie, Clues(("id",))) is None
    assert rust_private.signs(KEY[::-1], cookie, Clues(("name",))) is None
    assert rust_private.signs(b"name", cookie, Clues(("name",))) is None
    assert rust_private.tries(cookie, Clues(("a", "b"))) == 10


@pytest.mark.parametrize(
    "text",
    [
        b"bu+tK+2Xttk+5mPWekS0YBaz153K1UraObYaHRSHTRs=",
        b"bu+tK+2Xttk+5mPWekS0YBaz153K1UraObYaHRSHTRt=alice",
        b"bu+tK+2Xttk+5mPWekS0YBaz153K1UraObYaHRSHTR=alice",
        b"bu+tK+2Xttk+5mPWekS0YBaz153K1UraObYaHRSHTRs=--aXZpdml2aXZpdml2--dGFndGFndGFndGFndGFnIQ==",
        base64.b64encode(b'{"uid": 7, "name": "ann ann ann"') + b".awSNRw.iRkk2xfP2aVFUV3aZzMF1JMrZ0o",
        b"A" * (1 << 20) + b"=alice",
        SIGNED + b"e" * (1 << 20),
    ],
)
def test_refused_signed(text):
    """A hash alone, with bits that no encoder sets, of another length; cookies of Rails and Starlette; too long."""
    assert rust_signed.decode(text) is None


@pytest.mark.parametrize(
    "text",
    [
        PRIVATE[:-1],
        PRIVATE + b"=",
        b"AwMDAwMDAwMDAwMD",
        base64.b64encode(b"the id of this user is not encrypted"),
        b"3f786850e387550fdab836ed7e6dc881de23001b",
        b"A" * (1 << 20),
    ],
)
def test_refused_private(text):
    """Not whole, too short, text, a hash."""
    assert rust_private.decode(text) is None


@given(
    master=st.binary(min_size=32, max_size=99),
    value=st.text("abcXYZ019-_", min_size=1, max_size=40).filter(lambda value: not value.startswith("--")),
    name=st.text("abc", min_size=1),
)
def test_round_trip(master, value, name):
    """Whatever is signed or encrypted is read, and its secret proved, whichever way the keys were made."""
    for key in (master, expanded(master)) if len(master) >= 64 else (expanded(master),):
        raw = sign(key, value.encode())
        cookie = rust_signed.decode(raw)
        assert cookie
        assert cookie.raw.reveal() == raw
        assert rust_signed.signs(master, cookie, Clues())
        sealed = encrypt(key, name, value.encode() * 9)
        private = rust_private.decode(sealed)
        assert private
        assert private.raw.reveal() == sealed
        assert rust_private.signs(master, private, Clues((name,)))
