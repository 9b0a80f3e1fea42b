"""Cookies of @fastify/session 11.1 and @fastify/cookie 11.1, made by them, and by the format."""

import base64
import hmac
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.fastify import decode, signs

VALUE = b"13jSzZzmTcPXQS700MRB-z63N7YDA0L4.wQq5ZpnK1GqNJ8sNzbi/6gr48qgg0ICAkICCu23tubc"
SECRET = b"a fastify session secret of ours, 40 chars"


@pytest.mark.parametrize("name", [b"", b"sessionId=", b'sessionId", "value": "'])
@pytest.mark.parametrize("value", [VALUE, quote(VALUE, safe="").encode()])
def test_session_of_the_framework(name, value):
    """It is read behind its name, and its secret is proved; another is not."""
    cookie = decode(name + value)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start, cookie.payload) == (value, len(name), "opaque")
    assert signs(SECRET, cookie, Clues()) == "session id of @fastify/session"
    assert signs(SECRET[:-1], cookie, Clues()) is None


@given(st.binary(min_size=24, max_size=24), st.binary(max_size=80))
def test_whatever_is_signed(number, secret):
    """Any id under any secret."""
    value = base64.urlsafe_b64encode(number)
    mac = base64.b64encode(hmac.digest(secret, value, "sha256")).rstrip(b"=")
    cookie = decode(b"sessionId=" + value + b"." + mac)
    assert cookie is not None
    assert signs(secret, cookie, Clues()) is not None


@pytest.mark.parametrize(
    "text",
    [
        # Its signature covers a word, which anything may be.
        b"uid=alice.VwYcBmWU3C8CQxDbXkoIaikkGRzc+mF3A9Nk35Xt4mQ",
        b"sessionId=" + VALUE[1:],
        b"sessionId=" + VALUE[:-1],
        b"sessionId=" + VALUE + b"A",
        b"sessionId=",
    ],
)
def test_near_misses(text):
    """Other values, and signatures of other lengths."""
    assert decode(text) is None
