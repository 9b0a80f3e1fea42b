"""Cookies of cookie-session 2.1 and Koa 3 with koa-session 7.0, made by them, and by the format."""

import base64
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.keygrip import decode, signs
from scanner.model import NumericDate
from tests.examining import ENGINES, spans

PAIR = b"session=eyJ1aWQiOjd9; session.sig=3zy8MNuhHo2FLMp1UlOsRsE5z3g"
KEY = b"first key of ours"
KOA = b"koa.sess=eyJ1aWQiOjcsIl9leHBpcmUiOjE3OTU2MDQwMzIyNzIsIl9tYXhBZ2UiOjg2NDAwMDAwfQ=="
KOA_SIGNATURE = b"koa.sess.sig=smUJ5WmRozUwqetrFKlBPnPeWN8"
WORD = b"lang.sig=7iTxesFiKe93X2I5dSUXEOz4vKs; lang=en"


def pair(name: str, value: str, key: bytes) -> tuple[str, str]:
    """The name and value of both cookies, as keygrip signs them."""
    mac = hmac.digest(key, f"{name}={value}".encode(), "sha1")
    return value, base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (PAIR, KEY, "session of cookie-session or Koa"),
        (
            KOA + b"; path=/; httponly\r\nSet-Cookie: " + KOA_SIGNATURE,
            b"koa key of ours",
            "session of cookie-session or Koa",
        ),
        (WORD, b"koa key of ours", "signed cookie of keygrip"),
        (b"session=eyJ1aWQiOjd9; session.sig=cROeHhgZTU6mw1jlWRO3jMhttsg", b"key1", "session of cookie-session or Koa"),
    ],
)
def test_cookies_of_the_frameworks(text, key, words):
    """Each pair is read, and its key is proved; another is not."""
    cookie = decode(b"Cookie: theme=dark; " + text + b"; q=1")
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start) == (text, 20)
    assert signs(key, cookie, Clues()) == words
    assert signs(key + b"s", cookie, Clues()) is None


def test_what_a_session_says():
    """Its members, its name, and its end."""
    cookie = decode(KOA + b"; " + KOA_SIGNATURE)
    assert cookie is not None
    assert cookie.claims == {"uid": 7, "_expire": 1795604032272, "_maxAge": 86400000}
    assert cookie.times == {"exp": NumericDate(seconds=1795604032, unit="milliseconds")}
    assert cookie.details == {"name": "koa.sess"}


@given(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,20}", fullmatch=True).filter(
        lambda name: not name.endswith(".sig") and name not in ("name", "value", "path", "FALSE")
    ),
    st.from_regex(r"[A-Za-z0-9+/=_-]{1,40}", fullmatch=True),
    st.binary(max_size=40),
)
def test_whatever_is_signed(name, value, key):
    """In a header in either order, in a jar, as a capture's objects, and as members of one."""
    value, signature = pair(name, value, key)
    one, two = (name, value), (f"{name}.sig", signature)
    cookies = [{"name": label, "value": content, "path": "/"} for label, content in (one, two)]
    texts = [
        f"{name}={value}; {name}.sig={signature}",
        f"{name}.sig={signature}; 0=1; {name}={value}",
        "\n".join(f"shop.example\tFALSE\t/\tFALSE\t0\t{label}\t{content}" for label, content in (one, two)),
        json.dumps(cookies),
        json.dumps(cookies, indent=6),
        json.dumps(dict([one, two])),
    ]
    found = [decode(text.encode()) for text in texts]
    assert {cookie.signed.reveal() for cookie in found if cookie} == {f"{name}={value}".encode()}
    assert [bool(cookie and signs(key, cookie, Clues())) for cookie in found] == [True] * len(texts)
    for cookie in found:
        assert cookie is not None
        again = decode(cookie.raw.reveal())
        assert again is not None
        assert again.identity == cookie.identity


@pytest.mark.parametrize("engine", ENGINES)
def test_long_lines(engine):
    """A pair is found in a minified capture, and the next one far behind it."""
    entry = b'{"name":"session","value":"eyJ1aWQiOjd9"},{"name":"session.sig","value":"3zy8MNuhHo2FLMp1UlOsRsE5z3g"}'
    text = b"x;" * 5_000 + entry + b"y;" * 5_000 + WORD
    assert spans(text, engine) == [entry[9:-2], WORD]


@pytest.mark.parametrize("engine", ENGINES)
def test_session_beside_others(engine):
    """Of the pairs of one request it is the session that is told first."""
    session = KOA + b"; " + KOA_SIGNATURE
    others = (
        b"Cookie: lang=en; lang.sig=7iTxesFiKe93X2I5dSUXEOz4vKs; " + session + b"; a=1; a.sig=" + KOA_SIGNATURE[-27:]
    )
    assert spans(others, engine)[0] == session


@pytest.mark.parametrize(
    "text",
    [
        b"session=eyJ1aWQiOjd9; lang.sig=3zy8MNuhHo2FLMp1UlOsRsE5z3g",
        b"session=eyJ1aWQiOjd9; session.sig=3zy8MNuhHo2FLMp1UlOsRsE5z3",
        b"session=eyJ1aWQiOjd9; session.sig=3zy8MNuhHo2FLMp1UlOsRsE5z3g=",
        b"session=eyJ1aWQiOjd9; session.sig=3zy8MNuhHo2FLMp1UlOsRsE5z3h",
        b"session.sig=3zy8MNuhHo2FLMp1UlOsRsE5z3g; session=",
        b"",
    ],
)
def test_near_misses(text):
    """A signature without its cookie, or that is none."""
    assert decode(text) is None


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_digests_that_may_be_chosen(digest):
    """`new Keygrip(keys, "sha256")`: its length tells which."""
    mac = base64.urlsafe_b64encode(hmac.digest(KEY, b"session=eyJ1aWQiOjd9", digest)).rstrip(b"=")
    cookie = decode(b"Cookie: session=eyJ1aWQiOjd9; session.sig=" + mac)
    assert cookie is not None
    assert signs(KEY, cookie, Clues()) == "session of cookie-session or Koa"


def test_a_header_of_a_capture():
    """The name of the header is none of a cookie."""
    cookie = decode(b'{"name": "Cookie", "value": "' + PAIR + b'"}')
    assert cookie is not None
    assert cookie.raw.reveal() == PAIR
