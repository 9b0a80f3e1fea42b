"""Cookies of better-auth 1.7, made by it, and by the format."""

import base64
import hmac
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues, better_auth, better_auth_cache
from scanner.model import NumericDate

SECRET = b"better secret of ours 0123456789abcdef"
TOKEN = b"QLsC64ic9ROZltARJYS47z1oKOLm7Atx.PZqjbiPKpIEfFv4rOXE5MDJEH7kyCP3CYy%2FiFMiq8LQ%3D"
WORD = b"true.N%2Fk4PyLw6DB2BeVktYosmSxf3zuPBnKpmiJ%2FC90qu6M%3D"
DEFAULT = b"abcDEF123.9FG87Orq2q+NQ0vTNGUS+wNFzAoNL0KpK2GEDzRnE5Q="
CACHE = (
    b"eyJzZXNzaW9uIjp7InNlc3Npb24iOnsiZXhwaXJlc0F0IjoiMjAyNi0xMi0wMVQxMDo1Mzo1Mi45NTRaIiwidG9rZW4iOiJRTHNDNjRpYzlST1"
    b"psdEFSSllTNDd6MW9LT0xtN0F0eCIsImNyZWF0ZWRBdCI6IjIwMjYtMTEtMjRUMTA6NTM6NTIuOTU0WiIsInVwZGF0ZWRBdCI6IjIwMjYtMTEt"
    b"MjRUMTA6NTM6NTIuOTU0WiIsImlwQWRkcmVzcyI6IiIsInVzZXJBZ2VudCI6IiIsInVzZXJJZCI6IlB0WUw5cEEyUmpNQzgwdU9tQVlZVVRuT3"
    b"JEYWtoalBrIiwiaWQiOiJGMDhGdWFWQ0F5b3RUeDdyMnk1V3psdXhhMnJ2enkwViJ9LCJ1c2VyIjp7Im5hbWUiOiJBbm4gw5YiLCJlbWFpbCI6"
    b"ImFAc2hvcC5leGFtcGxlIiwiZW1haWxWZXJpZmllZCI6ZmFsc2UsImNyZWF0ZWRBdCI6IjIwMjYtMTEtMjRUMTA6NTM6NTIuOTUzWiIsInVwZG"
    b"F0ZWRBdCI6IjIwMjYtMTEtMjRUMTA6NTM6NTIuOTUzWiIsImlkIjoiUHRZTDlwQTJSak1DODB1T21BWVlVVG5PckRha2hqUGsifSwidXBkYXRl"
    b"ZEF0IjoxNzk1NTE3NjMyOTU2LCJ2ZXJzaW9uIjoiMSJ9LCJleHBpcmVzQXQiOjE3OTU1MTc5MzI5NTYsInNpZ25hdHVyZSI6Ik15RTVsaE9pTl"
    b"JJeVR1Yi1HZTk5R0FGZnFOQVB6N2Y0LWpTTGNWSERUbHcifQ"
)


@pytest.mark.parametrize(
    ("text", "secret", "payload", "words"),
    [
        (b"better-auth.session_token=" + TOKEN, SECRET, "opaque", "session token of Better Auth"),
        (b"better-auth.dont_remember=" + WORD, SECRET, "text", "signed cookie of Better Auth or Hono"),
        (DEFAULT, b"better-auth-secret-12345678901234567890", "text", "signed cookie of Better Auth or Hono"),
    ],
)
def test_cookies_of_the_framework(text, secret, payload, words):
    """Each is read, and its secret is proved; another is not."""
    cookie = better_auth.decode(text)
    assert cookie is not None
    assert (cookie.payload, cookie.raw.reveal()) == (payload, text.rpartition(b"token=")[2].rpartition(b"ber=")[2])
    assert better_auth.signs(secret, cookie, Clues()) == words
    assert better_auth.signs(secret[1:], cookie, Clues()) is None


@given(st.from_regex(r"[A-Za-z0-9]{32}", fullmatch=True), st.binary(max_size=80))
def test_whatever_is_signed(token, secret):
    """Any token under any secret."""
    mac = base64.b64encode(hmac.digest(secret, token.encode(), "sha256")).decode()
    for spelt in (f"{token}.{mac}", quote(f"{token}.{mac}", safe="")):
        cookie = better_auth.decode(spelt.encode())
        assert cookie is not None
        assert better_auth.signs(secret, cookie, Clues())


@pytest.mark.parametrize("text", [TOKEN[:-3], TOKEN[:40] + b"%3D", b"." + TOKEN.partition(b".")[2], TOKEN + b"a", b""])
def test_near_misses(text):
    """Without a token, without padding, cut short or too long."""
    assert better_auth.decode(text) is None


def test_session_kept_in_a_cookie():
    """Names that are not ASCII too; its end is in milliseconds."""
    cookie = better_auth_cache.decode(CACHE + b"; Max-Age=300")
    assert cookie is not None
    assert cookie.raw.reveal() == CACHE
    assert cookie.claims is not None
    assert cookie.claims["user"]["name"] == "Ann Ö"
    assert cookie.times == {"exp": NumericDate(seconds=1795517932, unit="milliseconds")}
    assert better_auth_cache.signs(SECRET, cookie, Clues()) == "session of Better Auth"
    assert better_auth_cache.signs(SECRET[1:], cookie, Clues()) is None
    assert better_auth_cache.begins(CACHE)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=9), min_size=1, max_size=3), st.binary(max_size=80))
def test_whatever_session_is_signed(claims, secret):
    """The text is signed as it stands, whatever is in it."""
    session = json.dumps(claims, separators=(",", ":"), ensure_ascii=False)
    mac = hmac.digest(secret, f'{session[:-1]},"expiresAt":1795517932956}}'.encode("utf-8", "replace"), "sha256")
    signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    content = f'{{"session":{session},"expiresAt":1795517932956,"signature":"{signature}"}}'
    cookie = better_auth_cache.decode(base64.urlsafe_b64encode(content.encode("utf-8", "replace")).rstrip(b"="))
    assert cookie is not None
    assert better_auth_cache.signs(secret, cookie, Clues())


@pytest.mark.parametrize(
    "content",
    [
        b'{"session":{"id":"a"},"expiresAt":1795517932956}',
        b'{"session":{"id":"a"},"expiresAt":1795517932956,"signature":"abc"}',
        b'{"session":{id:"a"},"expiresAt":1795517932956,"signature":"%s"}' % (b"A" * 43),
        b'{"session":[],"expiresAt":1795517932956,"signature":"%s"}' % (b"A" * 43),
    ],
)
def test_near_misses_of_sessions(content):
    """Not signed, or no object."""
    assert better_auth_cache.decode(base64.urlsafe_b64encode(content).rstrip(b"=")) is None
