"""Encrypted cookies of Rails 4.0 to 5.1, as Action Pack 6.1 writes them for older servers, and by the format."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.rails_cbc import decode, signs

SHA1 = (
    b"VGNrRzQyNnF1bk1aWmpHNGp4MFRPV0RrN1VmWkFsNHdTTWRZcVRtd0tUVlE0cFlEVW1PSk1uZVNBYkRXMTFldC0tVm5GZTREY2EzS1V3WWZ2NX"
    b"BNZmlEZz09--4dfe41d2795c8307cfb81bb3c9cf775c0dffd8df"
)
SHA256 = (
    b"SVR2TDRRWU5iMDBQMjBhZ28zekFBb01Ca0pQY3pvckdYRC9uK2hGbjlWamRzejI2d2FyaGNpMWhZbDNCalNtbXJra3UxTXo4Rk5Yd3haRkVOWm"
    b"cvMHc9PS0tYmxGTmJhRFdHM0MrWGZteFVlN3oxdz09--9ac971f6ee05ff7c5622abaa59ae13afeeb11682"
)
DOCUMENTED = (
    b"Wnc5MitwUHJqc2FvdUZzOTBKUVhLSGZRN29HYkRBNXVRK3RxSGRGbjlFND0tLWs1Mm54OTBIQzIvRlB5aFltWW9iOVE9PQ==--6239c7e34ccd"
    b"a7ffbb4862b64643dafd59414888"
)
BASE = b"b" * 128


def encrypted(base: bytes, content: bytes, vector: bytes) -> bytes:
    """With the MAC of Rails; nothing is encrypted in it."""
    text = base64.b64encode(base64.b64encode(content) + b"--" + base64.b64encode(vector))
    key = hashlib.pbkdf2_hmac("sha1", base, b"signed encrypted cookie", 1_000, 64)
    return text + b"--" + hmac.new(key, text, "sha1").hexdigest().encode()


@pytest.mark.parametrize(("text", "base"), [(SHA1, BASE), (SHA256, BASE), (DOCUMENTED, b"a" * 128)])
def test_cookies_of_rails(text, base):
    """Each is read behind its name, and its secret is proved; another is not."""
    cookie = decode(b"session=" + text)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start, cookie.payload) == (text, 8, "encrypted")
    assert signs(base, cookie, Clues()) == "encrypted cookie of Rails"
    assert signs(base[1:], cookie, Clues()) is None


@given(st.binary(min_size=1, max_size=80), st.integers(1, 6), st.binary(min_size=16, max_size=16))
@settings(max_examples=30)
def test_whatever_is_encrypted(base, blocks, vector):
    """Any number of blocks under any secret."""
    cookie = decode(encrypted(base, bytes(16 * blocks), vector))
    assert cookie is not None
    assert signs(base, cookie, Clues()) == "encrypted cookie of Rails"


@pytest.mark.parametrize(("content", "vector"), [(b"", bytes(16)), (bytes(17), bytes(16)), (bytes(16), bytes(12))])
def test_near_misses(content, vector):
    """No block, a broken one, and a vector of another cipher."""
    assert decode(encrypted(BASE, content, vector)) is None
