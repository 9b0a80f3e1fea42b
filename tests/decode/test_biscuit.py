"""Biscuits as biscuit-python mints them, and bytes that only begin like one."""

import base64
import datetime

import biscuit_auth
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.biscuit import decode
from scanner.model import Token
from tests.examining import ENGINES, spans

ROOT = biscuit_auth.KeyPair()
NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def mint(code: str = "", **facts: object) -> biscuit_auth.Biscuit:
    return biscuit_auth.BiscuitBuilder(f'user("1234"); {code}', facts or None).build(ROOT.private_key)


def decoded(text: str) -> Token:
    token = decode(text.encode())
    assert token
    return token


def ends(token: Token) -> list[int]:
    return [date.seconds for date in token.times.values() if date]


def test_read():
    """Blocks are counted; of what they say, only the end is read."""
    biscuit = mint().append(biscuit_auth.BlockBuilder('check if operation("read")'))
    raw = biscuit.to_base64()
    token = decoded(raw)
    assert (token.form, token.claims, token.times, token.raw.reveal().decode()) == ("biscuit", None, {}, raw)
    assert token.details == {"blocks": 2, "third_party_blocks": 0, "sealed": False, "time_bound": False}


def test_third_party_block():
    """A block that another key signed is told."""
    biscuit = mint()
    other = biscuit_auth.KeyPair()
    block = biscuit.third_party_request().create_block(other.private_key, biscuit_auth.BlockBuilder("group(1);"))
    details = decoded(biscuit.append_third_party(other.public_key, block).to_base64()).details
    assert (details["blocks"], details["third_party_blocks"]) == (2, 1)


@pytest.mark.parametrize(
    ("code", "end", "bound"),
    [
        ("", [], False),
        ("check if time($t), $t <= {end};", [1767225600], True),
        ("check if time($t), $t < {end};", [1767225600], True),
        ('check if user($u), $u == "1234";', [], False),
        ("check if time($t), $t >= {end};", [], None),
        ("check if time($t), $t <= {end} or admin(true);", [], None),
        ("check if time($t), $t <= {end} or time($t), $t > {end}, admin(true);", [], None),
    ],
)
def test_end(code, end, bound):
    """A check that the time is before a date; any other condition on the time may set an end of its own."""
    token = decoded(mint(code, **({"end": NEW_YEAR} if "{end}" in code else {})).to_base64())
    assert (ends(token), token.details.get("time_bound")) == (end, bound)


def test_end_in_a_later_block():
    """Whoever holds it may narrow it."""
    later = biscuit_auth.BlockBuilder("check if time($t), $t <= {end}", {"end": NEW_YEAR})
    assert ends(decoded(mint().append(later).to_base64())) == [1767225600]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "before",
    ["Bearer ", "authorization: bearer ", "biscuit:", "the biscuit token is ", 'BISCUIT_TOKEN="', "const biscuit = '"],
)
@pytest.mark.parametrize("size", [0, 40, 400, 20_000])
def test_found_behind_a_word(engine, before, size):
    """Of any size; the span is the token alone."""
    raw = mint(f'note("{"x" * size}");').to_base64()
    assert spans(f"{before}{raw}'".encode(), engine) == [raw.encode()]


def test_not_found_without_a_word():
    """Its head is too common to be looked for everywhere."""
    assert spans(f"x = {mint().to_base64()}".encode()) == []


@pytest.mark.parametrize("cut", [1, 4, 40, 100])
def test_cut_short(cut):
    """Without its proof it is none."""
    assert decode(mint().to_base64().rstrip("=")[:-cut].encode()) is None


@given(st.binary(max_size=99), st.integers(0, 200))
def test_any_bytes(data, at):
    """Bytes are a Biscuit or none, and never an error."""
    whole = base64.urlsafe_b64decode(mint("check if time($t), $t <= {end};", end=NEW_YEAR).to_base64())
    for candidate in (data, whole[:at] + data + whole[at + len(data) :], whole[:at] + data + whole[at:]):
        decode(candidate)
        decode(base64.urlsafe_b64encode(candidate))


@pytest.mark.parametrize(("blocks", "read"), [(1_000, True), (1_001, False), (20_000, False)])
def test_many_blocks(blocks, read):
    """Beyond what anybody makes, it is none."""
    block = b"\x6a\x0a\x00\x12\x24\x08\x00\x12\x20" + b"k" * 32 + b"\x1a\x40" + b"s" * 64
    data = b"\x12" + block + (b"\x1a" + block) * (blocks - 1) + b"\x22\x22\x0a\x20" + b"p" * 32
    assert (decode(base64.urlsafe_b64encode(data)) is not None) is read
