"""Phoenix's sessions and tokens: samples of Plug.Crypto's published algorithm, and another implementation of it."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.phoenix import begins, decode, signs, tries
from scanner.cookies.plug_keys import key

SESSION = b"SFMyNTY.g3QAAAABbQAAAAN1aWRhBw.5zDdr0IKp0omUL0OlEL1SjZSRsN2N9UPgNPztGWXJfA"
BASE = b"p" * 64
SALT = b"8lGjCrqH"
HEADS = {"sha256": b"HS256", "sha384": b"HS384", "sha512": b"HS512"}


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def mint(content: bytes, base: bytes, salt: bytes, digest: str = "sha256") -> bytes:
    derived = hashlib.pbkdf2_hmac("sha256", base, salt, 1000, 32)
    covered = b64(HEADS[digest]) + b"." + b64(content)
    return covered + b"." + b64(hmac.digest(derived, covered, digest))


def token(data: bytes, milliseconds: int, seconds: int) -> bytes:
    """What `:erlang.term_to_binary({data, milliseconds, seconds})` writes."""
    age = b"a%c" % seconds if seconds < 256 else b"b" + seconds.to_bytes(4)
    return b"\x83h\x03m" + len(data).to_bytes(4) + data + b"n\x06\0" + milliseconds.to_bytes(6, "little") + age


def times(text: bytes) -> dict[str, int | None]:
    cookie = decode(text)
    assert cookie
    return {name: date.seconds if date else None for name, date in cookie.times.items()}


def test_session():
    """A session is a term of Erlang's, and tells no time."""
    cookie = decode(SESSION + b"; path=/")
    assert cookie
    assert cookie.raw.reveal() == SESSION
    assert (cookie.payload, cookie.serializer, cookie.times, len(cookie.signature)) == ("binary", "erlang", {}, 32)
    assert cookie.raw.reveal()[: cookie.head] == b"SFMyNTY."


def test_its_secret():
    """It is proved with a salt of the scan; with another secret, or another salt, it is not."""
    cookie = decode(SESSION)
    assert cookie
    assert signs(BASE, cookie, Clues(salts=(b"other", SALT))) == "signed session or token of Plug and Phoenix"
    assert signs(b"q" * 64, cookie, Clues(salts=(SALT,))) is None
    assert signs(BASE, cookie, Clues(names=("_shop_key",))) is None
    assert signs(b"short", cookie, Clues(salts=(SALT,))) is None


@pytest.mark.parametrize("digest", HEADS)
def test_published_salts(digest):
    """Salts of the documentation are tried too, and named: everybody knows them."""
    cookie = decode(mint(token(b"7", 1767225600000, 86400), BASE, b"user auth", digest))
    assert cookie
    assert signs(BASE, cookie, Clues()) == "signed session or token of Plug and Phoenix (salt `user auth`)"


def test_salt_of_a_signed_cookie():
    """`put_resp_cookie(…, sign: true)` takes the cookie's name for a salt."""
    cookie = decode(mint(token(b"7", 1767225600000, 5184000), BASE, b"_shop_remember_me_cookie"))
    assert cookie
    assert signs(BASE, cookie, Clues(names=("_shop_remember_me", "x")))
    assert signs(BASE, cookie, Clues(names=("x", "_shop_remember_me"))) is None


@pytest.mark.parametrize(("seconds", "end"), [(60, 1767225660), (86400, 1767312000)])
def test_times_of_a_token(seconds, end):
    """A token tells when it was signed, and for how long."""
    assert times(mint(token(b"7", 1767225600123, seconds), BASE, SALT)) == {"iat": 1767225600, "exp": end}


def test_json():
    """A serializer of the application's own may write JSON."""
    cookie = decode(mint(b'{"user_id":7}', BASE, SALT))
    assert cookie
    assert (cookie.payload, cookie.claims, cookie.serializer) == ("object", {"user_id": 7}, "")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        SESSION[:-1],
        SESSION + b"A",
        SESSION.replace(b"SFMyNTY", b"SFMzODQ"),
        SESSION.replace(b"SFMyNTY", b"HS256"),
        b"SFMyNTY.g3QAAAABbQAAAAN1aWRhBw",
        b"SFMyNTY..5zDdr0IKp0omUL0OlEL1SjZSRsN2N9UPgNPztGWXJfA",
        b"SFMyNTY." + b"A" * (1 << 20),
        b"SFMyNTY." + b"A" * (1 << 20) + b"." + b"A" * 43,
    ],
)
def test_refused(text):
    """Of another length, without a part, or longer than any cookie."""
    assert decode(text) is None


def test_begins():
    assert begins(SESSION[:20])
    assert not begins(b"SFMyNTY.")


@given(content=st.binary(min_size=1, max_size=99), base=st.binary(min_size=32, max_size=80), salt=st.binary(max_size=9))
def test_round_trip(content, base, salt):
    """Whatever is signed is read, and its secret proved."""
    raw = mint(content, base, salt)
    cookie = decode(raw)
    assert cookie
    assert cookie.raw.reveal() == raw
    assert signs(base, cookie, Clues(salts=(salt,)))
    assert not signs(base + b"x", cookie, Clues(salts=(salt,)))


def test_cost():
    """A secret is derived once a salt; how many salts are tried is bounded."""
    cookie = decode(SESSION)
    assert cookie
    assert tries(cookie, Clues(salts=(SALT,))) == 5 * 151
    assert tries(cookie, Clues(salts=tuple(bytes([n]) for n in range(99)))) == 16 * 151
    key.cache_clear()
    for _ in range(3):
        signs(BASE, cookie, Clues(salts=(SALT,)))
    assert key.cache_info().misses == 5
