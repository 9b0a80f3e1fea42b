"""CSRF tokens of @auth/core 0.34, made by it, and by the format."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.authjs_csrf import decode, signs

VALUE = b"8b263d9bad679ef2063cf8be7a5f8a35933ec284903e43cdaff447140950aa47"
HASH = b"296eba8b3b4327febf5ea7b20abdfb8b4a3a326dfe4212f07edf1dc8f293cb24"
SECRET = b"auth secret of ours"


@pytest.mark.parametrize("before", [b"", b"authjs.csrf-token=", b'thjs.csrf-token": "', b"auth.csrf-token%3D"])
@pytest.mark.parametrize("joint", [b"|", b"%7C", b"%7c"])
def test_token_of_the_framework(before, joint):
    """It is read behind its name, and its secret is proved; another is not."""
    cookie = decode(before + VALUE + joint + HASH)
    assert cookie is not None
    assert (cookie.start, cookie.signed.reveal()) == (len(before), VALUE)
    assert signs(SECRET, cookie, Clues()) == "CSRF token of Auth.js, which also encrypts its sessions"
    assert signs(SECRET + b"\n", cookie, Clues()) is None


@given(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), st.binary(max_size=80))
def test_whatever_is_hashed(value, secret):
    """Any value with any secret."""
    cookie = decode(f"{value}|{hashlib.sha256(value.encode() + secret).hexdigest()}".encode())
    assert cookie is not None
    assert signs(secret, cookie, Clues()) is not None


@pytest.mark.parametrize(
    "text", [VALUE + b"|" + HASH[1:], VALUE + HASH, VALUE.upper() + b"|" + HASH, VALUE + b"|" + HASH + b"0", b"|", b""]
)
def test_near_misses(text):
    """Other lengths and letters."""
    assert decode(text) is None
