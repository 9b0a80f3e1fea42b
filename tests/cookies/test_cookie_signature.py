"""Cookies of express-session 1.19 and cookie-parser 1.4, made by them, and by the format."""

import base64
import hashlib
import hmac
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.cookie_signature import decode, signs

SESSION = b"s%3Anx7zpt-bGFm3NhaAUiV7WbENhAsj3cF9.GPq%2FW93ZNxxQ0emZ3xuNqnsqnurA0%2BUMfpICkghFKv0"
WORD = b"s%3Aalice%40shop.example.MLXiJNJYcuWypPQNqEJ0dSZabj%2FTr7LopkyJlweMyCM"
OBJECT = b"s%3Aj%3A%7B%22user%22%3A7%2C%22admin%22%3Afalse%7D.T0FvtokN7UKG1Ait6UEzS12eCSf88nQkUVrhp9dBgJE"
LIST = b"s%3Aj%3A%5B1%2C2%5D.2%2BOp0GdDUYrUE1fyrY6XG2glE6MDvV6feOiZW52uDWM"
BARE = b"s:abcdefghijklmnopqrstuvwxyz012345.2T3g1YIBqofc0ViEUEt59cUq+a6Wlfi59xfb4RQsxSQ"
BARE_OBJECT = b's:j:{"uid":7}.5cYnKHFbUWU3v0E2Vfmth9aRT6uf70QQYNkkXtTeyZQ'


def signed(value: bytes, secret: bytes) -> bytes:
    """As cookie-signature signs."""
    return b"s:" + value + b"." + base64.b64encode(hmac.new(secret, value, hashlib.sha256).digest()).rstrip(b"=")


@pytest.mark.parametrize(
    ("text", "secret", "payload", "words"),
    [
        (SESSION, b"express secret of ours", "opaque", "session id of express-session"),
        (BARE, b"keyboard cat", "opaque", "session id of express-session"),
        (WORD, b"parser secret of ours", "text", "signed cookie of Express"),
        (OBJECT, b"parser secret of ours", "object", "signed cookie of Express"),
        (LIST, b"parser secret of ours", "json", "signed cookie of Express"),
        (BARE_OBJECT, b"keyboard cat", "object", "signed cookie of Express"),
    ],
)
def test_cookies_of_the_frameworks(text, secret, payload, words):
    """Each is read, and its secret is proved; another is not."""
    cookie = decode(text)
    assert cookie is not None
    assert (cookie.payload, cookie.raw.reveal(), cookie.start) == (payload, text, 0)
    assert signs(secret, cookie, Clues()) == words
    assert signs(secret + b" ", cookie, Clues()) is None


def test_what_an_object_says():
    """Its members are read."""
    cookie = decode(OBJECT)
    assert cookie is not None
    assert cookie.claims == {"user": 7, "admin": False}


def test_one_cookie_in_two_spellings():
    """Percent-encoded or not, and behind what tells it from a word, it is the same."""
    spellings = [decode(text) for text in (BARE, b'"' + BARE, quote(BARE, safe="").encode())]
    assert len({cookie.identity for cookie in spellings if cookie}) == 1
    assert [cookie.start for cookie in spellings if cookie] == [0, 1, 0]
    escaped = decode(BARE_OBJECT.replace(b'"', b'\\"'))
    bare = decode(BARE_OBJECT)
    assert escaped is not None
    assert bare is not None
    assert escaped.identity == bare.identity


@given(
    st.binary(min_size=1, max_size=60).filter(lambda value: value[:2] not in (b"j:", b"//") and b'\\"' not in value),
    st.binary(max_size=80),
)
def test_whatever_is_signed(value, secret):
    """Any value under any secret, but one with a line end."""
    cookie = decode(quote(signed(value, secret), safe="").encode())
    if b"\n" in value:
        assert cookie is None
        return
    assert cookie is not None
    assert cookie.signed.reveal() == value
    assert signs(secret, cookie, Clues()) is not None
    assert signs(secret + b"x", cookie, Clues()) is None


@pytest.mark.parametrize(
    "text",
    [
        SESSION[:-1],
        SESSION + b"A",
        # A last character that holds bits of no byte.
        SESSION[:-1] + b"1",
        b"s:." + BARE[-43:],
        b"s://shop.example/a." + BARE[-43:],
        b"s:j:{uid:7}." + BARE[-43:],
        b"s:j:7." + BARE[-43:],
        b"t" + BARE[1:],
        b"",
    ],
)
def test_near_misses(text):
    """Signatures cut short or too long, addresses, and what is no JSON."""
    assert decode(text) is None
