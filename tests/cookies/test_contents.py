"""What bytes are, without running any of them."""

import json
import os
import pickle
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies.contents import content, digest, inflated, looks_random, names_user, spelt, unslashed
from scanner.cookies.values import moment, unquoted


@pytest.mark.parametrize(
    ("data", "payload", "serializer"),
    [
        (b'{"a":1}', "object", ""),
        (b"[1]", "json", ""),
        (b'"a"', "json", ""),
        (b"17", "json", ""),
        (b"null", "json", ""),
        (b"", "text", ""),
        (b"{a", "text", ""),
        ("zoë".encode(), "text", ""),
        (b"a\nb", "binary", ""),
        (b"\xff", "binary", ""),
        (b'a:1:{i:0;s:1:"x";}', "binary", "php"),
        (b'O:4:"User":1:{s:1:"x";i:1;}', "binary", "php"),
        (b"\x80\x04", "binary", ""),
        *((pickle.dumps({"a": [1]}, protocol), "binary", "pickle") for protocol in range(2, 6)),
    ],
)
def test_content(data, payload, serializer):
    """JSON, text, and what serialisers wrote."""
    held = content(data)
    assert (held.payload, held.serializer) == (payload, serializer)
    assert (held.claims is not None) == (payload == "object")


@given(st.binary())
def test_any_bytes(data):
    """Nothing raises."""
    content(data)
    inflated(data)
    digest(data)
    unslashed(data)
    looks_random(data)


def test_nesting():
    """JSON as deep as no reader goes is a text."""
    assert content(b"[" * 200_000).payload == "text"


def test_users():
    """Members by which sessions say whose they are."""
    assert names_user({"UserId": 1})
    assert not names_user({"cart": 1})
    assert not names_user(None)


@given(st.binary(max_size=100_000))
def test_inflated(data):
    """All of it up to 64 KiB; nothing of what is cut."""
    packed = zlib.compress(data)
    assert inflated(packed) == data[: 1 << 16]
    assert inflated(packed[:-1]) is None
    assert inflated(b"x" + packed) is None


@given(st.binary(min_size=1, max_size=70))
def test_digest(data):
    """The bytes of base64, whose last character has no more bits than they need."""
    import base64

    text = base64.urlsafe_b64encode(data).rstrip(b"=")
    assert digest(text) == data
    if len(data) % 3:
        other = bytes([text[-1] + 1])
        assert digest(text[:-1] + other) is None


@given(st.binary(), st.data())
def test_spelt(data, draw):
    """How long the text is that stands for so many bytes."""
    text = b"".join(b"%%%02x" % byte if byte % 2 or byte == 37 else bytes([byte]) for byte in data)
    length = draw.draw(st.integers(0, len(data)))
    assert unquoted(text[: spelt(text, length)]) == data[:length]


def test_unslashed():
    """The quoting of Python's `http.cookies`."""
    from http.cookies import SimpleCookie

    value = '[["a",1]]; \\ é'
    quoted = SimpleCookie().value_encode(value)[1][1:-1].encode("latin-1")
    assert unslashed(quoted) == value.encode("latin-1")


def test_times():
    """From 2005 to the end of 2099."""
    assert moment(1_104_537_599) is None
    assert moment(4_102_444_800) is None
    assert (moment(1_104_537_600) or json.loads("{}")).seconds == 1_104_537_600


def test_looks_random():
    """Digests do, but for few; names do not."""
    import base64

    digests = [base64.urlsafe_b64encode(os.urandom(20)) for _ in range(2_000)]
    assert sum(map(looks_random, digests)) > 1_960
    for name in (
        b"AbstractSingletonProxyFactoryBean",
        b"some_module_of_mine_with_long_name",
        b"a" * 27,
        b"0123456789" * 4,
    ):
        assert not looks_random(name)
