"""What Laravel encrypts: values that its `Encrypter` made, and more by its algorithm."""

import base64
import hmac
import json
import os

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies import laravel as family
from tests.baking import baked, the

KEY = b"\1" * 32
CBC = (
    "eyJpdiI6ImI2cUVmbVM1dnkyVXpIdHVkNTJoQmc9PSIsInZhbHVlIjoiNTRtY3NEYW0rd1VFVG1hL0RoYnNJS3NBNXd4eEJuc3ZTWG5qZFJ1MzM4NFR0"
    "Wk1Yam9nQTZmd2hpd2lPYkJEbiIsIm1hYyI6IjdlOGU3N2Y5ODIxZTA3ZjMyZWU1ZjAwYWU3Njc5NmE4ODViMjA2YjQ1NGZhNWEzYmFlOTUwYjgxZjQ5"
    "OTI1ZDkiLCJ0YWciOiIifQ=="
)
GCM = (
    "eyJpdiI6InVqb1ZVRktESDVYejZTZWkiLCJ2YWx1ZSI6Im1MR2Y5VXBiWlJBd0VRdnBJcmJEemlBNHZkREdoVHJSbUhXbG5DbWZ5eEZlTGY0TXZUSnNS"
    "aE90Sysya2JUTT0iLCJtYWMiOiIiLCJ0YWciOiJWYkZQaGUva3FUZDVLb1JDbVRzd0NRPT0ifQ=="
)
"""By the code of `Illuminate\\Encryption\\Encrypter`: AES-256-CBC, AES-256-GCM."""


def encrypted(key, value, *, gcm=False, tag=True):
    """By the algorithm of release 11."""
    if gcm:
        iv = os.urandom(12)
        sealed = AESGCM(key).encrypt(iv, value, None)
        body, mac, end = sealed[:-16], "", base64.b64encode(sealed[-16:]).decode()
    else:
        iv, padder = os.urandom(16), PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
        body, end = encryptor.update(padder.update(value) + padder.finalize()) + encryptor.finalize(), ""
        mac = hmac.digest(key, base64.b64encode(iv) + base64.b64encode(body), "sha256").hex()
    parts = {"iv": base64.b64encode(iv).decode(), "value": base64.b64encode(body).decode(), "mac": mac}
    return base64.b64encode(json.dumps(parts | ({"tag": end} if tag else {}), separators=(",", ":")).encode())


@pytest.mark.parametrize("value", [CBC, GCM])
@pytest.mark.parametrize("spelling", [str, lambda value: value.replace("=", "%3D"), lambda value: value.rstrip("=")])
def test_made_by_laravel(value, spelling):
    """By its key, as bytes or as in `APP_KEY`."""
    found = the(f"Set-Cookie: laravel_session={spelling(value)}; path=/")
    assert (found.name, found.cookie.payload, found.cookie.raw.reveal().decode()) == (
        "laravel_session",
        "encrypted",
        spelling(value),
    )
    assert found.proved(KEY) == "Laravel encrypted cookie"
    assert found.proved(b"base64:" + base64.b64encode(KEY)) == "Laravel encrypted cookie"
    for wrong in (b"\2" * 32, b"short", b"base64:" + base64.b64encode(b"\2" * 32), b"base64:!", b""):
        assert found.proved(wrong) is None


@given(st.sampled_from([16, 32]), st.binary(max_size=200), st.booleans(), st.booleans())
def test_any_value(size, value, gcm, tag):
    """Keys of both lengths, with the member `tag` or, before release 8.27, without."""
    key = os.urandom(size)
    text = encrypted(key, value, gcm=gcm, tag=tag or gcm)
    cookie = family.decode(text)
    assert cookie
    assert cookie.raw.reveal() == text
    assert family.signs(key, cookie, Clues()) == "Laravel encrypted cookie"
    assert family.signs(os.urandom(size), cookie, Clues()) is None


def test_release_4():
    """An initialization vector of 32 bytes, and a key of any text."""
    iv, body = base64.b64encode(b"i" * 32).decode(), base64.b64encode(b"v" * 64).decode()
    parts = {"iv": iv, "value": body, "mac": hmac.digest(b"YourSecretKey!!!", (iv + body).encode(), "sha256").hex()}
    found = the(b"laravel_session=" + base64.b64encode(json.dumps(parts, separators=(",", ":")).encode()))
    assert found.proved("YourSecretKey!!!") == "Laravel encrypted cookie"


def changed(**members):
    """A value made by Laravel, with other members."""
    parts = json.loads(base64.b64decode(CBC)) | members
    return base64.b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        CBC[:-8],
        changed(mac=""),
        changed(mac="g" * 64),
        changed(iv="AAAA"),
        changed(value="AAAA"),
        changed(value=7),
        changed(tag=None),
        base64.b64encode(b'{"iv":"x"}').decode(),
    ],
)
def test_near_misses(text):
    """An object cut, or with members of other lengths and types."""
    assert baked(f"laravel_session={text}; path=/") == []


def test_begun():
    """An object that goes on."""
    assert family.begins(CBC[:100].encode())
    assert not family.begins(CBC.encode() + b";")
