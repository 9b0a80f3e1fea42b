"""Sessions of Pyramid 2.1."""

import base64
import time
import warnings

import pytest
from pyramid.request import Request
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory

from scanner.cookies import pyramid as family
from tests.baking import baked, seconds, the

NOW = int(time.time())


def header(secret, content, **options):
    """The `Set-Cookie` of a request that puts `content` into its session."""
    request, response = Request.blank("/"), Response()
    session = SignedCookieSessionFactory(secret, **options)(request)
    for name, value in content.items():
        session[name] = value
    request._process_response_callbacks(response)
    return response.headers["Set-Cookie"]


@pytest.mark.parametrize("content", [{"uid": 7}, {"cart": ["x" * 50] * 9}])
def test_session(content):
    """Times and content are in clear."""
    found = the("Set-Cookie: " + header("s3cr3t", content))
    assert (found.name, found.cookie.claims, found.cookie.payload) == ("session", content, "object")
    assert NOW - 9 < seconds(found.cookie)["iat"] < time.time() + 9
    assert found.proved("s3cr3t") == "Pyramid session"
    assert found.proved("other") is None


def test_a_salt_of_the_scan():
    """The factory may have its own."""
    found = the(header("s3cr3t", {"a": 1}, salt="mine"))
    assert found.proved("s3cr3t") is None
    assert found.proved("s3cr3t", salts=(b"mine",)) == "Pyramid session"


@pytest.mark.parametrize("size", [0, 300, 2_000])
def test_pickles(size):
    """What sessions were before release 2.0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyramid.session import PickleSerializer
    found = the(header("s3cr3t", {"uid": "x" * size}, serializer=PickleSerializer()))
    assert (found.cookie.payload, found.cookie.serializer, found.cookie.claims) == ("binary", "pickle", None)
    assert found.proved("s3cr3t") == "Pyramid session"


VALUE = header("k", {"uid": 7}).removeprefix("session=").partition(";")[0]


@pytest.mark.parametrize("text", [VALUE[:-1], VALUE[1:], VALUE[4:], "A" * 86 + "sx" + "A" * 40, VALUE[:108]])
def test_near_misses(text):
    """Cut at either end, and other base64."""
    assert baked(f"session={text}") == []


def test_begun():
    """A digest and a time."""
    assert family.begins(VALUE[:110].encode())
    assert not family.begins(VALUE[:90].encode())


@pytest.mark.parametrize("content", [b"1", b"[1,2]", b"null", b'{"a":1}', b'["a","b",{}]', b"[1,2,3]", b'[1,"b",{}]'])
def test_other_json(content):
    """What is no list of two times and a session is none."""
    assert family.decode(base64.urlsafe_b64encode(bytes(range(64)) + content).rstrip(b"=")) is None
