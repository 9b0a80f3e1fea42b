"""oauth2-proxy: a sample of its published algorithm, and another implementation of it."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.oauth2_proxy import begins, decode, signs, tries

SAMPLE = b"b3BhcXVl|1700000000|lZxFhpfja_p1lTHSEC5T0gbg-50L-kRKVXmbLzbmY7k="
SECRET = b"0123456789abcdef"


def mint(content: bytes, secret: bytes, name: bytes, digest: str = "sha256") -> bytes:
    value = base64.urlsafe_b64encode(content)
    mac = hmac.digest(secret, name + value + b"1700000000", digest)
    return value + b"|1700000000|" + base64.urlsafe_b64encode(mac)


@pytest.mark.parametrize("text", [SAMPLE, SAMPLE.replace(b"|", b"%7C").replace(b"=", b"%3D"), SAMPLE + b"; Path=/"])
def test_sample(text):
    """Its time is told, its content is encrypted; the secret is proved under its name, or that of a part."""
    cookie = decode(text)
    assert cookie
    assert (cookie.payload, cookie.start) == ("encrypted", 0)
    assert {key: time and time.seconds for key, time in cookie.times.items()} == {"iat": 1700000000}
    for name in ("_oauth2_proxy", "_oauth2_proxy_0"):
        assert signs(SECRET, cookie, Clues(("x", name))) == "cookie of oauth2-proxy"
    assert signs(SECRET, cookie, Clues(("_oauth2_proxy_csrf",))) is None
    assert signs(b"0123456789abcdee", cookie, Clues(("_oauth2_proxy",))) is None
    assert tries(cookie, Clues(("a", "b"))) == 2


def test_behind_its_name():
    """The span begins behind the name."""
    cookie = decode(b"_oauth2_proxy=" + SAMPLE)
    assert cookie
    assert (cookie.start, cookie.raw.reveal()) == (14, SAMPLE)


def test_sha1():
    """As releases before 6 signed."""
    cookie = decode(mint(b"opaque", SECRET, b"n", "sha1"))
    assert cookie
    assert signs(SECRET, cookie, Clues(("n",)))


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE[:-1],
        b"b3BhcXVlI|1700000000|lZxFhpfja_p1lTHSEC5T0gbg-50L-kRKVXmbLzbmY7k=",
        b"b3BhcXVl|1000000000|lZxFhpfja_p1lTHSEC5T0gbg-50L-kRKVXmbLzbmY7k=",
        b"commit|1700000000|3f786850e387550fdab836ed7e6dc881de23001b",
        b"YWxpY2U=|1700000000|94fc09754b0f040d4607ac857be7f86cdb915151",
        b"A" * (1 << 20) + SAMPLE,
        b"A=" * (1 << 19) + SAMPLE,
    ],
)
def test_refused(text):
    """Of another length, before there was one, a log's line, Tornado's cookie."""
    assert decode(text) is None


def test_begins():
    assert begins(b"b3BhcXVl|1700000000|lZ")
    assert not begins(b"b3BhcXVl|17000")


@given(content=st.binary(min_size=3, max_size=99), secret=st.binary(), name=st.text("abc_-", min_size=1))
def test_round_trip(content, secret, name):
    """Whatever is signed is read, and its secret proved."""
    raw = mint(content, secret, name.encode())
    cookie = decode(raw)
    assert cookie
    assert cookie.raw.reveal() == raw
    assert signs(secret, cookie, Clues((name,)))
