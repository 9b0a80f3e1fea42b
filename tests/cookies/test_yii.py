"""Cookies that Yii signs, by the algorithms of its releases 2.0 and 1.1."""

import hmac
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies import yii as family
from tests.baking import baked, the


def serialized(value):
    """As PHP's `serialize` writes texts, numbers and lists."""
    match value:
        case str():
            return f's:{len(value.encode())}:"{value}";'
        case bool():
            return f"b:{int(value)};"
        case int():
            return f"i:{value};"
        case None:
            return "N;"
    return f"a:{len(value)}:{{{''.join(f'i:{at};{serialized(one)}' for at, one in enumerate(value))}}}"


def signed(key, value, digest="sha256"):
    """What `hashData` makes of a serialised value."""
    data = serialized(value)
    return hmac.digest(key.encode(), data.encode(), digest).hex() + data


IDENTITY = ["_identity", '["7","authkey",2592000]']


@pytest.mark.parametrize("spelling", [str, quote, quote_plus, lambda text: quote(text, safe="").replace("%3A", "%3a")])
def test_identity(spelling):
    """Name and value, percent-encoded or not."""
    text = spelling(signed("yiikey", IDENTITY))
    found = the(f"Set-Cookie: _identity={text}; path=/; HttpOnly")
    assert found.cookie.raw.reveal() == text.encode()
    assert (found.name, found.cookie.payload, found.cookie.serializer) == ("_identity", "binary", "php")
    assert found.cookie.details == {"name": "_identity", "user": True}
    assert found.proved("yiikey") == "Yii 2 cookie"
    assert found.proved("other") is None


def test_csrf():
    """Of nobody."""
    found = the(f"_csrf={quote(signed('k', ['_csrf', 'x' * 32]))}")
    assert found.cookie.details == {"name": "_csrf"}
    assert found.proved("k") == "Yii 2 cookie"


def test_release_1_1():
    """The state of a login, by SHA-1."""
    text = signed("k", ["7", "ann", 2592000, []], "sha1")
    found = the(f"Cookie: 8f14e45fceea167a5a36dedd4bea2543={quote(text)}; a=b")
    assert found.cookie.details == {"user": True}
    assert found.proved("k") == "Yii 1.1 cookie"


@given(
    st.text(),
    st.recursive(
        st.text() | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none(), lambda one: st.lists(one, max_size=4)
    ),
)
def test_any_value(value, more):
    """The end is where the serialised value ends, whatever follows."""
    text = signed("k", ["name", [value, more]]).encode()
    cookie = family.decode(text + b"; path=/")
    assert cookie
    assert cookie.raw.reveal() == text
    assert family.signs(b"k", cookie, Clues()) == "Yii 2 cookie"


@pytest.mark.parametrize(
    "text",
    [
        serialized(IDENTITY),
        signed("k", IDENTITY)[1:],
        signed("k", IDENTITY)[:-3],
        signed("k", IDENTITY).replace("s:9:", "s:8:"),
        signed("k", ["a", "b", "c", "d"]),
        signed("k", IDENTITY, "sha1"),
        quote(signed("k", IDENTITY))[:-4],
    ],
)
def test_near_misses(text):
    """No HMAC, one of the other release, a value cut, a length that is not that of its text."""
    assert baked(f"_identity={text}\n") == []


def test_deep():
    """Arrays in arrays are followed fifty deep."""
    assert family.decode(b"0" * 64 + b'a:2:{i:0;s:1:"n";i:1;' + b"a:1:{i:0;" * 10_000) is None
