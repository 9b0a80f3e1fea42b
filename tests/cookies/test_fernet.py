"""Fernet tokens of `cryptography`."""

import base64
import hashlib
import os

import pytest
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies import fernet as family
from tests.baking import baked, seconds, the

TIME = 1_795_000_000


@given(st.binary(max_size=200))
def test_by_its_key(data):
    """As bytes, or in base64 as programs write it."""
    key = Fernet.generate_key()
    text = Fernet(key).encrypt_at_time(data, TIME)
    cookie = family.decode(text)
    assert cookie
    assert (cookie.raw.reveal(), cookie.payload, seconds(cookie)) == (text, "encrypted", {"iat": TIME})
    for secret in (key, key.rstrip(b"="), base64.urlsafe_b64decode(key)):
        assert family.signs(secret, cookie, Clues()) == "Fernet token"
    assert family.signs(os.urandom(32), cookie, Clues()) is None


@pytest.mark.parametrize("secret", [b"short", b"django-insecure-" + b"x" * 40])
def test_by_what_programs_make_of_a_text(secret):
    """A digest; the first 32 characters; django-fernet-fields' HKDF."""
    hkdf = HKDF(SHA256(), 32, salt=b"django-fernet-fields-hkdf-salt", info=b"django-fernet-fields")
    keys = [hashlib.sha256(secret).digest(), hkdf.derive(secret), *([secret[:32]] if len(secret) > 32 else [])]
    for key in keys:
        text = Fernet(base64.urlsafe_b64encode(key)).encrypt_at_time(b"ann", TIME)
        assert the(b"AIOHTTP_SESSION=" + text).proved(secret) == "Fernet token"


def test_where_it_stands():
    """Anywhere, with its padding percent-encoded or not."""
    key = Fernet.generate_key()
    text = MultiFernet([Fernet(key)]).encrypt(b"x").decode()
    for spelling in (text, text.replace("=", "%3D")):
        found = the(f"AIOHTTP_SESSION={spelling}; a=b")
        assert (found.name, found.cookie.raw.reveal()) == ("AIOHTTP_SESSION", spelling.encode())
        assert found.proved(key) == "Fernet token"


TEXT = Fernet(b"A" * 43 + b"=").encrypt_at_time(b"ann", TIME).decode()


@pytest.mark.parametrize(
    "text",
    [TEXT[:-4], TEXT[:60], TEXT.rstrip("=") + "AA", "gAAAAAB" + "A" * 80, "gAAAAABz" + "x" * 200],
)
def test_near_misses(text):
    """Of a length that no padding makes."""
    assert baked(f"token={text}") == []


def test_begun():
    """A version and a time."""
    assert family.begins(TEXT[:20].encode())
    assert not family.begins(b"gAAAAAB")
    assert not family.begins(b"gAAAAAAAAAAAA")
