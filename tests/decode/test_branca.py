"""Branca tokens by their specification: base62 of a version, a time, a nonce and what is encrypted."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.branca import decode
from tests.examining import ENGINES, spans

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def mint(issued: int, encrypted: bytes = b"e" * 40, version: int = 0xBA) -> str:
    """The token with a nonce of 24 bytes, and `encrypted` with its tag behind it."""
    number = int.from_bytes(bytes([version]) + issued.to_bytes(4) + b"n" * 24 + encrypted)
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text


@given(issued=st.integers(0, 2**32 - 1), encrypted=st.binary(min_size=16, max_size=300))
def test_time_of_issue(issued, encrypted):
    """It is in clear; the rest is not known."""
    raw = mint(issued, encrypted)
    token = decode(raw.encode())
    assert token
    assert (token.form, token.claims, token.payload, token.raw.reveal().decode()) == ("branca", None, "encrypted", raw)
    assert {name: date and date.seconds for name, date in token.times.items()} == {"iat": issued}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "before",
    [
        "branca ",
        "Authorization: Branca ",
        "BRANCA_TOKEN=",
        'branca_token = "',
        "branca:\n  token: ",
        "x-branca-token:'",
    ],
)
def test_found_behind_its_name(engine, before):
    """The span is the token, without the word before it."""
    raw = mint(1767225600)
    assert spans(f"{before}{raw}'".encode(), engine) == [raw.encode()]


@pytest.mark.parametrize(
    "text",
    [
        mint(1767225600),
        f"token={mint(1767225600)}",
        f"branca {'x ' * 30}{mint(1767225600)}",
        f"branca_{mint(1767225600)}",
        f"branca {mint(1767225600, version=0xBB)}",
        f"branca {mint(1767225600, b'e' * 11)}",
        f"branca {mint(1767225600)[1:]}",
        f"branca {'A' * 100_000}",
    ],
)
def test_not_found(text):
    """Without its name near, of another version or length: no head tells such a token."""
    assert spans(text.encode()) == []


def test_long_runs_cost_little():
    """A megabyte of digits is passed over: base62 costs the square of its length."""
    began = time.process_time()
    assert decode(b"z" * (1 << 20)) is None
    decode(b"z" * 4096)
    assert time.process_time() - began < 1


@given(st.binary(max_size=99), st.text(DIGITS, min_size=55, max_size=200))
def test_any_bytes(data, digits):
    """Bytes are a token or none, and never an error."""
    for text in (data, digits.encode() + data, b"branca " + digits.encode() + data):
        token = decode(text)
        assert token is None or token.raw.reveal() in text
