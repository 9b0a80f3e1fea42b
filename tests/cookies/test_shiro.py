"""Apache Shiro's rememberMe: a sample of the published algorithm, and another implementation of both its ciphers."""

import base64
import os

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.shiro import begins, decode, signs, tries

SAMPLE = b"AgICAgICAgICAgICAgICAqXh5Q/9fPw87o2FctH+Uz4="
DEFAULT = b"kPH+bIxk5D2deZiIxcaaaA=="
WORDS = "rememberMe cookie of Apache Shiro"
SERIALISED = b"\xac\xed\x00\x05sr\x002org.apache.shiro.subject.SimplePrincipalCollection"


def blocks(key: bytes, content: bytes = SERIALISED) -> bytes:
    iv, pad = os.urandom(16), padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return base64.b64encode(iv + cipher.update(pad.update(content) + pad.finalize()))


def counter(key: bytes, content: bytes = SERIALISED) -> bytes:
    iv = os.urandom(16)
    return base64.b64encode(iv + AESGCM(key).encrypt(iv, content, None))


@pytest.mark.parametrize(
    "text", [SAMPLE, b"rememberMe=" + SAMPLE + b"; Path=/", b'rememberMe", "value": "' + SAMPLE + b'"']
)
def test_default_key(text):
    """The key of Shiro 1.2.4 is proved, in base64 and as bytes."""
    cookie = decode(text)
    assert cookie
    assert (cookie.payload, cookie.serializer, cookie.details) == ("encrypted", "java", {"user": True})
    assert cookie.raw.reveal() == SAMPLE
    assert signs(DEFAULT, cookie, Clues()) == WORDS
    assert signs(base64.b64decode(DEFAULT), cookie, Clues()) == WORDS
    assert signs(b"fCq+/xW488hMTCD+cmJ3aQ==", cookie, Clues()) is None
    assert signs(b"secret", cookie, Clues()) is None
    assert tries(cookie, Clues()) > 1


@given(st.sampled_from([16, 24, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
def test_both_ciphers(key):
    """Keys of any length, for CBC and for GCM."""
    for raw in (blocks(key), counter(key)):
        cookie = decode(raw)
        assert cookie
        assert signs(key, cookie, Clues()) == WORDS
        assert signs(base64.b64encode(key), cookie, Clues()) == WORDS
        assert signs(bytes([key[0] ^ 1]) + key[1:], cookie, Clues()) is None


def test_something_else():
    """What decrypts to nothing that Java wrote is no proof without a tag, and one with it."""
    key = os.urandom(16)
    for raw, words in ((blocks(key, b"text" * 9), None), (counter(key, b"text" * 9), WORDS)):
        cookie = decode(raw)
        assert cookie
        assert signs(key, cookie, Clues()) == words


@pytest.mark.parametrize(
    "text",
    [
        b"rememberMe=deleteMe",
        b"rememberMe=document.getElementById('rememberMe').checked",
        SAMPLE[:-1],
        base64.b64encode(b"remember me on this computer for a few days"),
        base64.b64encode(os.urandom(31)),
        b"A" * (1 << 20),
    ],
)
def test_refused(text):
    """Taken away, code, not whole, text, too short, longer than any cookie."""
    assert decode(text) is None
    assert not begins(text)
