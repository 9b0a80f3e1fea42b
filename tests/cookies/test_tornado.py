"""What Tornado 6.6 signs, in both versions of its format."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import Application, RequestHandler, create_signed_value

from scanner.cookies import Clues
from scanner.cookies import tornado as family
from tests.baking import baked, seconds, the

NOW = int(time.time())


class _Connection:
    """As much of a connection as a handler asks for that never answers."""

    context = None

    def set_close_callback(self, _callback):
        pass


def header(secret, name, value):
    """The `Set-Cookie` of a handler."""
    start = RequestStartLine("GET", "/", "HTTP/1.1")
    request = HTTPServerRequest(start_line=start, headers=HTTPHeaders(Host="h.example"), connection=_Connection())  # type: ignore[arg-type]
    handler = RequestHandler(Application(cookie_secret=secret), request)
    handler.set_signed_cookie(name, value)
    return handler._new_cookie.output()


@pytest.mark.parametrize("name", ["user", "username-hub-8888", "_t"])
@pytest.mark.parametrize("value", ["ann", '{"uid": 7}', ""])
def test_handler(name, value):
    """The name stands in the cookie, and the content tells what it is."""
    found = the(header("s3cr3t", name, value))
    assert found.name == name
    assert found.cookie.claims == ({"uid": 7} if value.startswith("{") else None)
    assert found.cookie.details.get("user", False) == ("user" in name or value.startswith("{"))
    assert NOW - 9 < seconds(found.cookie)["iat"] < time.time() + 9
    assert found.proved("s3cr3t") == "Tornado signed cookie"
    assert found.proved("s3cr3T") is None


@pytest.mark.parametrize("spelling", ["{}", '"{}"', "'{}'"])
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("encoded", [False, True])
def test_spellings(spelling, version, encoded):
    """Quoted, percent-encoded."""
    value = create_signed_value("s3cr3t", "user", "ann\xff>", version=version).decode()
    if encoded:
        value = (
            value.replace("|", "%7C").replace(":", "%3A").replace("=", "%3D").replace("+", "%2B").replace("/", "%2F")
        )
    found = the(f"Cookie: user={spelling.format(value)}; b=1")
    assert (found.name, found.cookie.raw.reveal()) == ("user", value.encode())
    assert found.proved("s3cr3t") == "Tornado signed cookie"


def test_key_version():
    """One of several secrets."""
    value = create_signed_value({3: "one", 12: "two"}, "user", "ann", key_version=12).decode()
    assert the(f"user={value}").proved("two") == "Tornado signed cookie"


def test_the_name_of_version_1():
    """It is signed, and does not stand in the cookie."""
    value = create_signed_value("k", "theme", "dark", version=1).decode()
    assert the(f"theme={value}").proved("k") == "Tornado signed cookie"
    assert the(f"other={value}").proved("k") is None
    cookie = family.decode(value.encode())
    assert cookie
    assert (family.tries(cookie, Clues(("a", "b"))), family.signs(b"k", cookie, Clues())) == (2, None)


MAC = "ce45f11da37dc6d9d66523f795c6aa22562942bb21a2da7c1828dba3aee0a2e5"


@pytest.mark.parametrize(
    "text",
    [
        f"2|1:0|10:1700000000|5:user|8:YWxpY2U=|{MAC}",
        f"2|1:0|10:1700000000|4:user|9:YWxpY2U=|{MAC}",
        f"2|2:0|10:1700000000|4:user|8:YWxpY2U=|{MAC}",
        f"2|1:0|10:9900000000|4:user|8:YWxpY2U=|{MAC}",
        f"2|1:0|10:1700000000|4:user|8:YWxpY2U=|{MAC[:-1]}",
        f"2|1:0|10:1700000000|4:user|8:YWxpY2U=|{MAC}0",
        f"3|1:0|10:1700000000|4:user|8:YWxpY2U=|{MAC}",
        f"YWxpY2U|1700000000|{MAC[:40]}",
        f"YWxpY2U=|1700000000|{MAC[:39]}",
        f"YWxpY2U=|1700000000|{MAC[:41]}",
        f"main |1700000000|{MAC[:40]}",
        f"| 12345 |1700000000| {MAC[:40]} |",
    ],
)
def test_near_misses(text):
    """Lengths that are not those of the fields, other years, digests cut or longer."""
    assert baked(text) == []


@given(
    st.binary(max_size=60), st.from_regex(r"[A-Za-z0-9_.-]{1,30}", fullmatch=True), st.binary(), st.sampled_from([1, 2])
)
def test_any_value(value, name, secret, version):
    """What it signs is read, and its secret proved."""
    text = create_signed_value(secret, name, value, version=version)
    cookie = family.decode(text)
    assert cookie
    assert cookie.raw.reveal() == text
    assert family.signs(secret, cookie, Clues((name,))) == "Tornado signed cookie"
    assert family.signs(secret + b"x", cookie, Clues((name,))) is None


def test_begun():
    """Version 2 tells itself by its first fields."""
    assert family.begins(b"2|1:0|10:17000")
    assert not family.begins(b"2|1700000000|")
