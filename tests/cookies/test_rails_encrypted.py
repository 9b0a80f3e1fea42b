"""Encrypted cookies of Action Pack 6.1, made by it, and by cryptography."""

import base64
import hashlib
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.rails_encrypted import decode, signs, tries

SHA1 = (
    b"C%2BGCA4yMnjw68GkFBMlxbPyy8irISlX1LBUzrXNRPJ2vKk%2FyaEU6n4txnQdiETo4EI48ukabncSwy%2FST29sMviyQ6mpqbTQDNKk1dx0Z"
    b"lnRCKEDKaRwbkRJ%2F05%2FQPf6pqtnOU6rWSWp%2B2%2F9wNJfdtUQ%3D--i3ar5K9YHPd2SJLR--drmhvAH2Dg0Q8d91DZrsaA%3D%3D"
)
SHA256 = (
    b"ZF4M2Ce4Qz1SVm7Si02GnPsRJwAEEiP9%2FMZs2faMSFf2O9jyWPODY09JZMfvI0wc6T8%2BIYlMDJl4nEHCpGDXQdxhJyRcYwOFHi1dxnAO8x"
    b"CdpjR3ro1uefKe9po9K9BRIS66apeQrZzZP3y55aszfHjjdL0jZtmcDnonPfnqYNaHxLstiQ%3D%3D--tL1OAezhKWWADJZI--cFk24ZyJQcTu"
    b"KJF7iOAM4w%3D%3D"
)
DOCUMENTED_SHA1 = (
    b"YfasgrsQScqWvQFiGmUkRmvHlqKfVta3dg4Ft34kE+cH53kLeIuW5FTmdicYSdaN+fKLOTVkVi89gn85OGMuE2i7kPTS+5jKNkkM/y/buYok9t"
    b"Zs96z886OHlHyXFGrgGeVf6qFtJC0=--zkpfQDhsqkGi80wB--JWm8iL2FeQ9wbxTVVBymcw=="
)
DOCUMENTED_SHA256 = (
    b"JN4YQt1iqOmbAQpWLWdNoCHj5I58SlBFwoiVEzN8QoJDiNal/vYJHB0Ll+9uw0cpiWxGRs8DZNKG8+Vu1fB/wWlPdS5nVsOFwz0jTHRMTiW9OD"
    b"KOfQGE9GVMj9HSW/ckGtdxEjzoD+w=--Jv63RDJWgEQdltbV--sqw+i4enZvrLw2ud7oTh/Q=="
)
SALTED = (
    b"Qu0EvFo7vlELa/hS59H8BR32X3qVdVhQNPgPTSRNpgx2bONsv6zv6Y+cN6xSVl+JB9Am7BH0zt5p1MlSf+/gt2R9y8N+Fg==--IgTydTzJom2/"
    b"ydcJ--cyAzd66s5tmncsalRrRgwA=="
)
BASE = b"b" * 128


def encrypted(key: bytes, content: bytes, vector: bytes) -> bytes:
    """As ActiveSupport's MessageEncryptor encrypts with AES-GCM."""
    sealed = AESGCM(key).encrypt(vector, content, None)
    return b"--".join(base64.b64encode(part) for part in (sealed[:-16], vector, sealed[-16:]))


@pytest.mark.parametrize(
    ("text", "base"),
    [(SHA1, BASE), (SHA256, BASE), (DOCUMENTED_SHA1, b"a" * 128), (DOCUMENTED_SHA256, b"a" * 128)],
)
def test_cookies_of_rails(text, base):
    """Each is read behind its name, and its secret is proved; another is not."""
    cookie = decode(b"session=" + text)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start, cookie.payload) == (text, 8, "encrypted")
    assert signs(base, cookie, Clues()) == "encrypted cookie of Rails"
    assert signs(base[1:], cookie, Clues()) is None


def test_salts_of_the_scan():
    """An encryptor of the program's own has a salt of its own; some are tried."""
    cookie = decode(SALTED)
    assert cookie is not None
    assert signs(BASE, cookie, Clues()) is None
    assert signs(BASE, cookie, Clues(salts=(b"other", b"my salt"))) == "encrypted cookie of Rails"
    assert tries(cookie, Clues(salts=tuple(b"%d" % number for number in range(64)))) < 6 * tries(cookie, Clues())


@given(st.binary(min_size=1, max_size=80), st.binary(min_size=1, max_size=90), st.binary(min_size=12, max_size=12))
@settings(max_examples=30)
def test_whatever_is_encrypted(base, content, vector):
    """Any content under any secret, percent-encoded or not, of Rails 7 and of those before."""
    for digest in ("sha1", "sha256"):
        text = encrypted(
            hashlib.pbkdf2_hmac(digest, base, b"authenticated encrypted cookie", 1_000, 32), content, vector
        )
        for spelt in (text, quote(text, safe="").encode()):
            cookie = decode(spelt)
            assert cookie is not None
            assert signs(base, cookie, Clues()) == "encrypted cookie of Rails"


def test_credentials():
    """A file of credentials is of the same format, under the master key's 16 bytes."""
    master = bytes(range(16))
    cookie = decode(encrypted(master, b"secret_key_base: abc", bytes(12)))
    assert cookie is not None
    assert signs(master, cookie, Clues()) == "file of Rails credentials"
    assert signs(master.hex().encode(), cookie, Clues()) is None


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENTED_SHA1[:-1],
        DOCUMENTED_SHA1.replace(b"==", b"="),
        DOCUMENTED_SHA1.partition(b"--")[2],
        b"--" + DOCUMENTED_SHA1.partition(b"--")[2],
        b"a" + DOCUMENTED_SHA1,
        b"",
    ],
)
def test_near_misses(text):
    """Parts cut short or missing."""
    assert decode(text) is None
