"""gorilla/securecookie: values that release 1.1 made, and another implementation."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.gorilla import begins, decode, signs, tries

GOB = (
    b"MTc5NTQ1OTk1MXxEdi1CQkFFQ180SUFBUkFCRUFBQUd2LUNBQUVHYzNSeWFXNW5EQVVBQTNWcFpBTnBiblFFQWdBT3xT"
    b"x_AbffsPgk3MRPiHJ9WBrzcUVZYXtLoBaEXwOOoumw=="
)
JSON = b"MTc5NTQ1OTk1MXxleUoxYVdRaU9qZDlDZz09fNW-wwYZpHHypaFCw9I69ngyzf-g_8t1obBWVN9JA2Xq"
ENCRYPTED = (
    b"MTc5NTQ1OTk1MXxRUlcxd2pNSnAxNUdBVFk1MDNzT3NvWFlLeTlocG43OTd3az18-rktCoAheuIQE-BAuatv5HsoCBQbXdhCR8akbCU6Zso="
)
WORDS = "cookie signed by gorilla/securecookie"


def mint(content: bytes, secret: bytes, name: bytes, seconds: int = 1795459951) -> bytes:
    covered = b"%d|%b" % (seconds, base64.urlsafe_b64encode(content))
    mac = hmac.digest(secret, name + b"|" + covered, "sha256")
    return base64.urlsafe_b64encode(covered + b"|" + mac)


@pytest.mark.parametrize(
    ("raw", "secret", "name", "what"),
    [
        (GOB, b"secret", "mysession", ("binary", None, "gob")),
        (JSON, b"something-very-secret", "session", ("object", {"uid": 7}, "")),
        (ENCRYPTED, b"something-very-secret", "session", ("encrypted", None, "")),
    ],
    ids=["gob", "json", "encrypted"],
)
def test_samples(raw, secret, name, what):
    """Content and time are told; the secret is proved for the name that it was made for."""
    for text in (raw, raw.replace(b"=", b"%3D"), raw + b"; Path=/"):
        cookie = decode(text)
        assert cookie
        assert (cookie.payload, cookie.claims, cookie.serializer) == what
        assert {key: time and time.seconds for key, time in cookie.times.items()} == {"iat": 1795459951}
        assert signs(secret, cookie, Clues((name,))) == WORDS
        assert signs(secret, cookie, Clues(("other", name))) == WORDS
        assert signs(secret, cookie, Clues(("other",))) is None
        assert signs(secret + b"x", cookie, Clues((name,))) is None
        assert signs(secret, cookie, Clues()) is None


@pytest.mark.parametrize(
    "text",
    [
        JSON[:-1],
        JSON + b"A",
        mint(b"{}", b"k", b"n", 1000000000),
        base64.urlsafe_b64encode(b"1795459951|the next page of the list begins here|" + b"m" * 32),
        base64.urlsafe_b64encode(b"1795459951|eyJ9|" + b"m" * 31),
        base64.urlsafe_b64encode(b"1795459951|" + b"A" * (1 << 20) + b"|" + b"m" * 32),
        b"MTc5NTQ1OTk1MXx" + b"A" * (1 << 20),
    ],
)
def test_refused(text):
    """Of another length, of a time before there was Go, or with content that is no base64."""
    assert decode(text) is None


@pytest.mark.parametrize(
    ("content", "payload"),
    [(b"\x07\x0c\0\x04abcd", "binary"), (b"abcdefgh", "text"), (b"[1]", "json"), (b"\xff\xfe\0", "binary")],
)
def test_other_contents(content, payload):
    """An id in a gob, text, other JSON, and what is too short to be encrypted."""
    cookie = decode(mint(content, b"k", b"n"))
    assert cookie
    assert cookie.payload == payload


def test_begins():
    assert begins(JSON[:20])
    assert not begins(b"MTc5NTQ1OTk1MS4xMjM0")


@given(content=st.binary(min_size=1, max_size=99), secret=st.binary(min_size=1), name=st.text("abc_-", min_size=1))
def test_round_trip(content, secret, name):
    """Whatever is signed is read, and its secret proved."""
    raw = mint(content, secret, name.encode())
    cookie = decode(raw)
    assert cookie
    assert cookie.raw.reveal() == raw
    assert signs(secret, cookie, Clues((name,))) == WORDS


def test_cost():
    """An HMAC a name, and few names: short secrets are worth trying on all of them."""
    cookie = decode(JSON)
    assert cookie
    assert tries(cookie, Clues(("a",))) == 1
    assert tries(cookie, Clues(tuple("abcdefghijklmnop"))) == 8
