"""What Django 5.2 signs, and what it signed before 3.1, found and verified."""

import base64
import json
import re
import time

import django.conf
import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends import cache, signed_cookies
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies import django as family
from tests.baking import baked, seconds, the

SECRET = "django-insecure-a1)b2"
if not django.conf.settings.configured:
    django.conf.settings.configure(SECRET_KEY=SECRET)
NOW = int(time.time())
ANN = {"_auth_user_id": "1", "_auth_user_backend": "django.contrib.auth.backends.ModelBackend"}


def as_header(name, value):
    """As the framework writes it into a response."""
    response = HttpResponse()
    response.set_cookie(name, value)
    return response.cookies.output()


@pytest.mark.parametrize("content", [ANN, {"a": 1}, {**ANN, "cart": ["x" * 60] * 9}])
def test_sessions_in_cookies(content):
    """Compressed where that is shorter."""
    store = signed_cookies.SessionStore()
    store.update(content)
    found = the(as_header("sessionid", store._get_session_key()))
    assert (found.name, found.cookie.claims) == ("sessionid", content)
    assert NOW - 9 < seconds(found.cookie)["iat"] < time.time() + 9
    assert found.proved(SECRET) == "Django session cookie"
    assert found.proved("other") is None


def test_sessions_in_a_database():
    """The rows of the backends db, cache and file."""
    row = cache.SessionStore().encode(ANN)
    found = the(f"INSERT INTO django_session VALUES ('k3y','{row}','2026-12-01 10:00:00');")
    assert (found.cookie.claims, found.cookie.raw.reveal()) == (ANN, row.encode())
    assert found.proved(SECRET) == "Django session in a database"


@pytest.mark.parametrize("salt", ["", "of-mine"])
@pytest.mark.parametrize("value", ["7", "ann@shop.example", "yes:no"])
def test_signed_cookies(value, salt):
    """Name and salt are in the key."""
    response = HttpResponse()
    response.set_signed_cookie("uid", value, salt=salt)
    found = the(response.cookies.output())
    assert (found.name, found.cookie.payload) == ("uid", "text")
    assert found.cookie.signed.reveal().decode().startswith(f"{value}:")
    assert found.proved(SECRET, salts=(b"x", b"of-mine")) == "Django signed cookie" + (salt and " (salt of-mine)")
    assert (found.proved(SECRET) is None) == bool(salt)


def test_signed_cookies_before_their_salt_had_a_length():
    """Releases up to 2025 joined name and salt."""
    for salt, proof in (("uid", "Django signed cookie"), ("uidof-mine", "Django signed cookie (salt of-mine)")):
        found = the(as_header("uid", signing.get_cookie_signer(salt=salt).sign("7")))
        assert found.proved(SECRET, salts=(b"of-mine",)) == proof


def test_messages():
    """Since release 3.2 they are a signed list."""
    storage = CookieStorage(HttpRequest())
    found = the(as_header("messages", storage._encode([Message(constants.INFO, "Saved")])))
    assert (found.name, found.cookie.payload) == ("messages", "json")
    assert found.proved(SECRET) == "Django messages cookie"


@pytest.mark.parametrize(
    ("token", "proof"),
    [
        (lambda: signing.dumps({"user": 7}), "Django signed value"),
        (lambda: signing.dumps({"user": "x" * 200}, compress=True), "Django signed value"),
        (lambda: signing.dumps("ann", salt="registration"), "Django signed value (salt registration)"),
        (lambda: signing.dumps([1, 2], salt="account"), "Django signed value (salt account)"),
        (lambda: signing.TimestampSigner().sign("ann"), "Django signed value"),
        (lambda: signing.dumps(7, salt="own.salt"), "Django signed value (salt own.salt)"),
    ],
)
@pytest.mark.parametrize(
    "spelling", [str, lambda token: token.replace(":", "%3A"), lambda token: token.replace(":", "%3a")]
)
def test_links(token, proof, spelling):
    """Values of `signing`, in a URL with its colons or without."""
    found = the(f"GET /activate?key={spelling(token())}&next=/ HTTP/1.1")
    assert found.name == "key"
    assert found.proved(SECRET, salts=(b"own.salt",)) == proof
    assert found.proved("other", salts=(b"own.salt",)) is None


def test_before_release_3_1():
    """SHA-1 made both key and HMAC."""
    signer = signing.TimestampSigner(salt="django.contrib.sessions.backends.signed_cookies", algorithm="sha1")
    found = the(as_header("sessionid", signer.sign_object(ANN)))
    assert len(found.cookie.signature) == 20
    assert found.proved(SECRET) == "Django session cookie"


def test_percent_encoded_name():
    """A signed text behind its name."""
    value = signing.get_cookie_signer(salt="uid").sign("ann").replace(":", "%3A")
    found = the(f"/login?next=uid%3D{value}&a=b")
    assert found.cookie.signed.reveal().startswith(b"ann:")
    assert family.signs(SECRET.encode(), found.cookie, Clues(("uid",))) == "Django signed cookie"


def test_pickles():
    """A session that is run when it is read."""

    class Pickles:
        def dumps(self, _content):
            return b"\x80\x04}q\x00."

    token = signing.dumps(None, salt="django.contrib.sessions.backends.signed_cookies", serializer=Pickles)
    found = the(as_header("sessionid", token))
    assert (found.cookie.payload, found.cookie.serializer) == ("binary", "pickle")
    assert found.proved(SECRET) == "Django session cookie"


@pytest.mark.parametrize("before", ["sessionid:", "next%3Ftoken%3D", "a%26key%3d", "a:b:"])
def test_behind_a_name(before):
    """What stands before JSON is not signed."""
    token = signing.dumps({"a": 1})
    found = the(before + token)
    assert found.cookie.raw.reveal() == token.encode()
    assert found.proved(SECRET) == "Django signed value"


@pytest.mark.parametrize(
    "text",
    [
        "sessionid=abcdefghijklmnopqrstuvwxyz012345",
        "eyJhIjoxfQ:1xVZ9R:8IlJTH8sT2XTUCdnbRsseNLvOudvxEnx9m-agrZY15kk",
        "eyJhIjoxfQ:1xVZ9R:8IlJTH8sT2XTUCdnbRsseNLvOudvxEnx9m-agrZY15l",
        "eyJhIjoxfQ:1xVZ9R:8IlJTH8sT2XTUCdnbRsseNLvO",
        "org.example:1Widget:AbstractSingletonProxyFactoryBeanDefinition",
        "http://h.example:1Apple:some-very-long-path-of-words-in-lower-case-x",
        "12:1A:2B:3C:4D:5E 2026-11-24T10:1AbcdE:00",
    ],
)
def test_near_misses(text):
    """Digests of other lengths, with bits that no byte takes, and words."""
    assert [found for found in baked(text) if found.cookie.family == "django"] == []


@given(
    st.text(st.characters(codec="ascii", exclude_characters="%", categories=["L", "N"]), min_size=1, max_size=40),
    st.binary(),
)
def test_any_value(value, secret):
    """What it signs is found, and its secret proved."""
    text = signing.TimestampSigner(key=secret or b"k").sign(value).encode()
    cookie = family.decode(text)
    # A digest that reads like words is taken for words.
    if cookie:
        assert cookie.raw.reveal() == text
        assert family.signs(secret or b"k", cookie, Clues()) == "Django signed value"
        assert family.signs(secret + b"x", cookie, Clues()) is None


def legacy_row(content, wrap=False):
    """A row of `django_session` before release 3.1, by its `SessionBase.encode`."""
    mac = salted_hmac("django.contrib.sessionsSessionStore", content, SECRET).hexdigest().encode()
    row = (base64.encodebytes if wrap else base64.b64encode)(mac + b":" + content).decode()
    return row.strip().replace("\n", "\\n")


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize(
    "content", [json.dumps(ANN).encode(), b"\x80\x04\x95\x05\0\0\0\0\0\0\0}\x94.", b"\x80\x02}q\x00."]
)
def test_rows_before_release_3_1(content, wrap):
    """JSON, or a pickle; in dumps of old releases the base64 has line ends."""
    row = legacy_row(content, wrap)
    found = the(f"INSERT INTO django_session VALUES ('k3y','{row}','2019-12-01');")
    assert (found.cookie.family, found.cookie.raw.reveal()) == ("django-session", row.encode())
    assert (found.cookie.claims == ANN) == (found.cookie.serializer == "")
    assert found.proved(SECRET) == "Django session in a database"
    assert found.proved("other") is None


@pytest.mark.parametrize(
    "row",
    [
        base64.b64encode(b"a" * 39 + b':{"_a":1}').decode(),
        base64.b64encode(b"g" * 40 + b':{"_a":1}').decode(),
        base64.b64encode(b"a" * 40 + b':{"_a":1').decode(),
        base64.b64encode(b"a" * 40 + b';{"_a":1}').decode(),
    ],
)
def test_near_misses_of_rows(row):
    """A digit missing or wrong, no object, no colon."""
    assert baked(f"'{row}'") == []


MESSAGES = '[["__json_message",0,25,"Saved, \\"Ann\\""],["__json_message",0,20,"x"]]'


@pytest.mark.parametrize("header", [False, True])
def test_messages_before_release_3_2(header):
    """Signed as they are, and quoted in a header."""
    value = salted_hmac("django.contrib.messages", MESSAGES, SECRET).hexdigest() + "$" + MESSAGES
    text = as_header("messages", value) if header else f"messages={value}; Path=/"
    assert not header or "\\054" in text
    found = the(text)
    assert (found.cookie.family, found.name) == ("django-messages", "messages")
    assert found.proved(SECRET) == "Django messages cookie"
    assert found.proved("other") is None


@pytest.mark.parametrize(
    "text", [f"{'a' * 39}${MESSAGES}", f"{'a' * 40}${MESSAGES[:-3]}", f"{'a' * 40}$[]", f"${MESSAGES}"]
)
def test_near_misses_of_messages(text):
    """A digit missing, a list cut, no message, no HMAC."""
    assert baked(f"messages={text}\n") == []


def test_begun():
    """A content and a time."""
    token = signing.dumps({"a": 1}).encode()
    assert family.begins(token[:-20])
    assert not family.begins(re.sub(rb":.*", b":zz", token))


def test_cost_is_told():
    """Each way to a key counts; a session has few, and all have few at first."""
    for content, names, ways in ((ANN, (), 4), ({"a": 1}, ("sessionid",), 4), ({"a": 1}, (), 24)):
        cookie = family.decode(signing.dumps(content).encode())
        assert cookie
        clues = Clues(names, thorough=True)
        assert family.tries(cookie, clues) == ways
        assert family.tries(cookie, clues._replace(salts=(b"a", b"b"))) == ways + 2
        assert family.tries(cookie, clues._replace(thorough=False)) == min(ways, 8)
