"""Sessions of @fastify/secure-session 8.4, made by it, and by PyNaCl."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.secret import SecretBox

from scanner.cookies import Clues
from scanner.cookies.fastify_secure_session import _opens, decode, signs, tries

KEY = b"ZQzygT8EO4dsgZuJ%2BCOakF7bTe%2F3zXZQUPrQGnCnDNI8XUQLEbd%2BGbCe4CITgsFDKoLa%3BG8eLBErKiScfbxsvf7MgiWUeOVcUPpoa"
SECRET = b"se63qr1v4cwgBneW5WIPL72axFit9b7KgkTEMRj7j%2B84aI4QS4H3WIZkqtowcK5t2OWd%3BJjSjtQqeqJsvBmp0oDO3t834hyqkWCLT"
SALTED = b"bB%2B6K0hZk85pi3ByMoN32W9czbGo1AQ1sFbzvn9B1RaTCKmrzou6%2BtdMWJ91HTWjVCD2%3B8VvgmJO8BAOcTb9EsBVYEaNDmZXXmq19"
BARE = b"teSVJCdyjcqv/HU3DAi+D2EedyJAnjKzKUlzmZnc88UCbLe17PKCZt5+5w==;+s6kgXkncA2kQaFhIYJhSEBMXvjqNtpz"
TEXT = b"a secret of ours with more than 32 chars"


def sealed(key: bytes, content: bytes, nonce: bytes) -> bytes:
    """As the framework writes what libsodium encrypts."""
    box = SecretBox(key).encrypt(content, nonce)
    return base64.b64encode(box.ciphertext) + b";" + base64.b64encode(box.nonce)


def test_session_under_a_key():
    """It is read behind its name, and its key is proved; another is not."""
    cookie = decode(b"session=" + KEY)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start, cookie.payload) == (KEY, 8, "encrypted")
    assert signs(bytes([7]) * 32, cookie, Clues()) == "session of @fastify/secure-session"


def test_sessions_under_a_text():
    """With the salt of the framework, with that of its documentation, and with one that stands in the scan."""
    for text, secret, salts in (
        (SECRET, TEXT, ()),
        (SALTED, TEXT, (b"short", b"sixteen byte slt")),
        (BARE, b"averylogphrasebiggerthanthirtytwochars", ()),
    ):
        cookie = decode(text)
        assert cookie is not None
        assert signs(secret, cookie, Clues(salts=salts)) == "session of @fastify/secure-session"
    cookie = decode(SALTED)
    assert cookie is not None
    assert signs(TEXT, cookie, Clues()) is None
    assert tries(cookie, Clues(salts=(b"sixteen byte slt",))) == 1.5 * tries(cookie, Clues())


def test_short_texts_are_none():
    """The framework refuses what has fewer than 32 bytes, so nothing is derived from it."""
    cookie = decode(SECRET)
    assert cookie is not None
    assert signs(TEXT[:31], cookie, Clues()) is None


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=2, max_size=200), st.binary(min_size=24, max_size=24))
def test_whatever_is_encrypted(key, content, nonce):
    """Any content under any key, as libsodium encrypts it, percent-encoded or not."""
    text = sealed(key, content, nonce)
    for spelt in (text, quote(text, safe="").encode()):
        cookie = decode(spelt)
        assert cookie is not None
        assert cookie.raw.reveal() == spelt
        assert _opens(key, cookie)
        assert not _opens(bytes([key[0] ^ 1]) + key[1:], cookie)


@pytest.mark.parametrize(
    "text",
    [
        KEY[:-1],
        KEY + b"A",
        KEY.replace(b"%3B", b"%2C"),
        KEY.replace(b"ZQz", b"Qz"),
        base64.b64encode(bytes(17)) + b";" + base64.b64encode(bytes(24)),
        b"a b;" + base64.b64encode(bytes(24)),
        b";",
        b"",
    ],
)
def test_near_misses(text):
    """Nonces of other lengths, what is no base64, and what is too short to hold anything."""
    assert decode(text) is None
