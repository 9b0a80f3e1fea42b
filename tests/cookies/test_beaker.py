"""Cookies of Beaker 1.14: ids of sessions, and sessions that are kept in the cookie."""

import pytest
from beaker.middleware import SessionMiddleware

from tests.baking import baked, the


def header(**options):
    """The `Set-Cookie` of an application that puts a user into its session."""
    headers = []

    def app(environ, start_response):
        session = environ["beaker.session"]
        session["user"] = "ann"
        session.save()
        start_response("200 OK", [])
        return [b""]

    def start_response(_status, given, _info=None):
        headers.extend(given)

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "shop.example"}
    list(SessionMiddleware(app, {f"session.{name}": value for name, value in options.items()})(environ, start_response))
    return next(value for name, value in headers if name.lower() == "set-cookie")


def test_id():
    """Signed and opaque."""
    found = the("Set-Cookie: " + header(type="memory", secret="s3cr3t"))
    assert (found.name, found.cookie.payload) == ("beaker.session.id", "opaque")
    assert found.proved("s3cr3t") == "Beaker session"
    assert found.proved("other") is None


@pytest.mark.parametrize(
    ("options", "payload", "serializer"),
    [
        ({"data_serializer": "pickle"}, "binary", "pickle"),
        ({"data_serializer": "json"}, "object", ""),
        ({"encrypt_key": "e" * 32}, "encrypted", ""),
    ],
)
def test_all_of_a_session(options, payload, serializer):
    """As a pickle, as JSON, or encrypted."""
    found = the(header(type="cookie", validate_key="s3cr3t", **options))
    assert (found.name, found.cookie.payload, found.cookie.serializer) == ("beaker.session.id", payload, serializer)
    assert (found.cookie.details == {"user": True}) == (payload == "object")
    assert found.proved("s3cr3t") == "Beaker session"
    assert found.proved("e" * 32) is None


@pytest.mark.parametrize(
    "text",
    [
        f"beaker.session.id={'a' * 32}",
        f"beaker.session.id={'a' * 71}",
        f"other.id={'a' * 72}",
        "beaker.session.id = config.get('beaker.session.id')",
    ],
)
def test_near_misses(text):
    """No signature, an id of another length, another name."""
    assert baked(text) == []
