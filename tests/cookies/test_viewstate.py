"""`__VIEWSTATE` in clear: another implementation of what ASP.NET's published source does."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.viewstate import begins, decode, signs, tries

KEY = bytes(range(64))
STATE = b"\xff\x01\x0f\x0f\x05\x0a-105892833dd"
WORDS = "view state of ASP.NET"
FIELD = b'" />\r\n</div>\r\n<div>\r\n\t<input type="hidden" name="__VIEWSTATEGENERATOR" id="g" value="%b" />'


def mint(digest: str = "sha1", modifier: bytes = b"", state: bytes = STATE, key: bytes = KEY) -> bytes:
    return base64.b64encode(state + hmac.digest(key, state + modifier, digest))


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_its_key(digest):
    """The key is proved in hexadecimal and as bytes, whatever the algorithm."""
    raw = mint(digest)
    for text in (raw, raw.replace(b"/", b"%2F").replace(b"+", b"%2B").replace(b"=", b"%3D"), raw + b'" />'):
        cookie = decode(text)
        assert cookie
        assert (cookie.payload, cookie.signed.reveal()) == ("binary", base64.b64decode(raw))
        assert signs(KEY.hex().encode(), cookie, Clues()) == WORDS
        assert signs(KEY, cookie, Clues()) == WORDS
        assert signs(KEY[::-1], cookie, Clues()) is None
        assert signs(b"no key at all", cookie, Clues()) is None


@pytest.mark.parametrize(
    "field", [FIELD, b"&__VIEWSTATEGENERATOR=%b&x=1", b'"},{"name":"__VIEWSTATEGENERATOR","value":"%b"']
)
def test_generator(field):
    """A page's generator, in a field that stands near, is needed to prove the key, and so belongs to the span."""
    raw = mint("sha256", bytes.fromhex("78563412"))
    cookie = decode(raw + field % b"12345678")
    assert cookie
    assert cookie.raw.reveal().endswith(b"12345678")
    assert signs(KEY, cookie, Clues()) == WORDS
    for text in (raw, raw + field % b"12345679", raw + b"x" * 999 + field % b"12345678"):
        other = decode(text)
        assert other
        assert signs(KEY, other, Clues()) is None


def test_usual_generators():
    """Those of a default page and of a page of sign-in are tried where none is told."""
    for generator in ("34030bca", "bb9aeec2"):
        cookie = decode(mint("sha256", bytes.fromhex(generator)))
        assert cookie
        assert signs(KEY, cookie, Clues()) == WORDS


@pytest.mark.parametrize(
    "text",
    [
        b"/wEP",
        b"/wEPage/of/something",
        mint()[:16],
        b"/wEX" + mint()[4:],
        mint(state=STATE + b"x" * (1 << 20)),
    ],
)
def test_refused(text):
    """Too short, no base64, of another type, longer than a megabyte."""
    assert decode(text) is None


def test_begins():
    assert begins(mint()[:20])
    assert not begins(b"/wEP")


def test_long():
    """What a state costs grows with its length."""
    cookie = decode(mint(state=STATE + b"x" * 500_000))
    assert cookie
    assert tries(cookie, Clues()) > 2_000
    assert signs(KEY, cookie, Clues()) == WORDS


@given(st.binary(max_size=200))
def test_round_trip(content):
    cookie = decode(mint("sha1", b"", STATE + content))
    assert cookie
    assert signs(KEY, cookie, Clues()) == WORDS
