"""Sessions of Play up to 2.5: a sample of the published algorithm, and another implementation of it."""

import hmac
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.play_session import begins, decode, signs, tries

SAMPLE = b"ca0f8c99f94a83950af04dbb714750be1e13a7f5-uid=7"


def mint(content: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, content, "sha1").hex().encode() + b"-" + content


@pytest.mark.parametrize(
    "text", [SAMPLE, SAMPLE + b"; Path=/", b"PLAY_SESSION=" + SAMPLE, b'PLAY_SESSION", "value": "' + SAMPLE + b'"']
)
def test_sample(text):
    """It is read behind its name or alone, and its secret proved."""
    cookie = decode(text)
    assert cookie
    assert (cookie.payload, cookie.raw.reveal(), len(cookie.signature)) == ("text", SAMPLE, 20)
    assert text[cookie.start :].startswith(SAMPLE)
    assert signs(b"psec", cookie, Clues()) == "session of Play"
    assert signs(b"psed", cookie, Clues()) is None
    assert tries(cookie, Clues()) == 2
    assert not begins(text)


@pytest.mark.parametrize("content", [b"uid=7&name=a%20b", b"%00uid%3A7%00%00n%3Aann%00", b"___ID=1-2&a=b"])
def test_contents(content):
    """What is signed is what stands there, encoded as it is; or what it encodes, where it was encoded once more."""
    raw = mint(content, b"psec")
    for text in (raw, raw[:41] + quote(content).encode()):
        cookie = decode(text)
        assert cookie
        assert signs(b"psec", cookie, Clues()) == "session of Play"


@pytest.mark.parametrize(
    "text",
    [SAMPLE[1:], SAMPLE[:41], SAMPLE[:41] + b"linux-amd64", SAMPLE.upper(), SAMPLE + b"7" * (1 << 20)],
)
def test_refused(text):
    """A hash of another length, without content, or with what is no query string."""
    assert decode(text) is None


@given(content=st.text("abc=&%123", min_size=1).map(lambda text: "k=" + text), secret=st.binary())
def test_round_trip(content, secret):
    raw = mint(content.encode(), secret)
    cookie = decode(raw)
    assert cookie
    assert cookie.raw.reveal() == raw
    assert signs(secret, cookie, Clues())
