"""How values are spelt: names before them, percent-encoding, base64."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies.spelling import base64_run, behind_name, end, exact, json_value, standard
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import NumericDate


@pytest.mark.parametrize(
    "before",
    [
        b"session=",
        b"session%3D",
        b"koa:sess=",
        b"Set-Cookie: __Host-session=",
        b"session\t",
        b'name": "session", "value": "',
        b'session",\n      "value": "',
        b"session': '",
        b'session" => "',
        b"session: ",
    ],
)
def test_value_begins_behind_its_name(before):
    """In headers, cookie jars, captures and code."""
    assert behind_name(before + b"eyJ1aWQiOjd9") == len(before)


@pytest.mark.parametrize(
    "text", [b"eyJ1aWQiOjd9==", b"eyJ1aWQiOjd9%3D%3D.abc", b"eyJ1aWQiOjd9=;abc", b"", b"=abc", b" a=b"]
)
def test_padding_is_no_name(text):
    """What ends in `=` is base64, and not the name of what follows."""
    assert behind_name(text) == 0


@pytest.mark.parametrize("text", [b"a:" * (LONGEST // 2), b"a=" * (LONGEST // 2), b'a" ' * (LONGEST // 3)])
def test_names_without_end_cost_no_time(text):
    """No search is repeated from every place."""
    assert behind_name(text) <= len(text)


@given(st.binary(min_size=1), st.sampled_from([b"", b"sid=", b"a%3D", b"; q=1; sid=", b'"', b"%22", b"path/%2e"]))
def test_run_of_base64(data, before):
    """It begins where base64 begins that the text ends with, percent-encoded or not."""
    text = base64.b64encode(data)
    for spelt in (text, quote(text, safe="").encode()):
        assert base64_run(before + spelt) == len(before)
        assert unquoted(spelt) == text


@given(st.binary(min_size=1, max_size=40))
def test_exact_bytes(data):
    """In either alphabet, padded or not, of one length, and only as an encoder writes them."""
    text = base64.b64encode(data)
    safe = base64.urlsafe_b64encode(data)
    for spelt in (text, text.rstrip(b"="), safe, safe.rstrip(b"=")):
        assert exact(spelt, len(data)) == data
        assert exact(spelt, len(data) + 1) is None
    if len(data) % 3:
        last = text.rstrip(b"=")[-1:]
        other = bytes([last[0] + 1]) if last not in b"Zz9+/" else b"A"
        assert exact(text.rstrip(b"=")[:-1] + other, len(data)) is None


@given(st.binary(max_size=50))
def test_standard_base64_is_whole(data):
    """Text of another length or alphabet is none."""
    text = base64.b64encode(data)
    assert standard(text) == data
    assert standard(text + b"=") is None
    assert standard(text + b"-") is None
    assert not data or standard(text[:-1]) is None


def test_plus_stays():
    """A cookie is no form."""
    assert unquoted(b"a+b%2Bc%zz%2") == b"a+b+c%zz%2"


def test_json_is_what_a_program_writes():
    """What a lenient reader takes for JSON with odd things in it is none here."""
    assert json_value(b'{"a":[1]}') == {"a": [1]}
    assert [json_value(text) for text in (b"", b"nul", b"NaN", b'{"a":1,"a":2}', b'"\xff"', b"[" * 2000)] == [None] * 6


def test_ends():
    """Milliseconds, ISO 8601, and none."""
    assert end(1795604032272) == {"exp": NumericDate(seconds=1795604032, unit="milliseconds")}
    assert end("2031-01-01T00:00:00.000Z") == {"exp": NumericDate(seconds=1924992000, unit="iso8601")}
    assert end("tomorrow") == {"exp": None}
    assert end(None) == end("") == {}


@pytest.mark.parametrize("url_safe", [False, True])
def test_runs_without_end_cost_no_time(url_safe):
    """No run is read again from each of its places."""
    run = b"a" * LONGEST
    assert base64_run(run, url_safe=url_safe) == 0
    assert base64_run(run + b".b==", url_safe=url_safe) == LONGEST + 1
