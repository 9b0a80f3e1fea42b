"""Cookies of @remix-run/node 2.17 and react-router 7.18, made by them, and by the format."""

import base64
import hmac
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.remix import decode, signs
from tests.examining import ENGINES, spans
from tests.strategies import compact

SECRET = b"remix secret of ours"
SESSION = b"eyJ1c2VySWQiOjcsIl9fZmxhc2hfZXJyb3JfXyI6Im5vIOKckyJ9.A1RNRcyLW%2BHlJJPjttn1PEHdRTWcTYiC44U5%2BS5INms"
ID = b"InRua2UxaWdqIg%3D%3D.NhvD3%2BytjKvqYYSJ1Bqm0ZcE5j3pveCGNG1rwoqpHBY"
ROUTER = b"eyJ1c2VySWQiOiJ1LTcifQ%3D%3D.B7m9fuTKDhD9RAaWc4d3mXTn%2Fu0vF1aHbpOi2QoA7Xw"
DOCUMENTED = b"eyJ1aWQiOjd9.5PcpqOdpYvgmm859scl5Tba+x3BvBIAFXti05XzBB0k"
UNSIGNED = b"eyJ1c2VySWQiOjd9"


@pytest.mark.parametrize(
    ("text", "secret", "claims"),
    [
        (SESSION, SECRET, {"userId": 7, "__flash_error__": "no ✓"}),
        (b"__session=" + ID, SECRET, None),
        (ROUTER, b"router secret of ours", {"userId": "u-7"}),
        (DOCUMENTED, b"s3cret1", {"uid": 7}),
    ],
)
def test_cookies_of_the_frameworks(text, secret, claims):
    """Each is read, and its secret is proved; another is not."""
    cookie = decode(text)
    assert cookie is not None
    assert (cookie.claims, text[cookie.start :]) == (claims, cookie.raw.reveal())
    assert signs(secret, cookie, Clues()) == "signed cookie of Remix or React Router"
    assert signs(secret + b"2", cookie, Clues()) is None


def test_without_a_secret():
    """Behind the name alone, what nothing signs is told: no secret signs it, the empty one least."""
    cookie = decode(b"__session=" + UNSIGNED)
    assert cookie is not None
    assert (cookie.claims, len(cookie.signature), cookie.start) == ({"userId": 7}, 0, 10)
    assert signs(b"", cookie, Clues()) is None
    assert decode(UNSIGNED) is None


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4), st.binary(max_size=80))
def test_whatever_is_signed(claims, secret):
    """Any object under any secret, but one that is like the header of a JSON web token."""
    text = base64.b64encode(json.dumps(claims).encode())
    value = text + b"." + base64.b64encode(hmac.digest(secret, text, "sha256")).rstrip(b"=")
    for spelt in (value, quote(value, safe="").encode()):
        cookie = decode(spelt)
        assert (cookie is None) == ("alg" in claims)
        assert cookie is None or signs(secret, cookie, Clues())


@pytest.mark.parametrize("engine", ENGINES)
def test_json_web_tokens_are_none(engine):
    """Not whole, and not where their payload is as long as a signature."""
    token = compact({"alg": "HS256"}, b'{"sub":"%s"}' % (b"u" * 22))
    assert len(token.split(".")[1]) == 43
    for text in (token, token.rpartition(".")[0]):
        assert all(span == token.encode() for span in spans(f"__session={text}".encode(), engine))
        assert decode(b"__session=" + text.encode()) is None


@pytest.mark.parametrize(
    "text",
    [
        b"__session=" + base64.b64encode(b"{}"),
        b"__session=" + base64.b64encode(b"7") + b".NhvD3%2BytjKvqYYSJ1Bqm0ZcE5j3pveCGNG1rwoqpHBY",
        b"__session=" + base64.b64encode(b'"id"'),
        b"__session=e" + SESSION,
        SESSION[:-1],
        SESSION + b"A",
        b"eyJ1aWQiOjd9.awSLbQ.lWi70JxIthPi3hRAEQ5CyoUirU8",
        ID,
        b"",
    ],
)
def test_near_misses(text):
    """What says nothing, is no JSON or not signed, and values of other frameworks."""
    assert decode(text) is None
