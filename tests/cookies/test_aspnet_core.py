"""ASP.NET Core's Data Protection: another implementation of its documented algorithm, with its documented vector."""

import base64
import hmac
import os
import uuid

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.aspnet_core import begins, decode, signs, tries
from scanner.cookies.dotnet import derived, strings

KEY_ID = uuid.UUID("80732141-ec8f-4b80-af9c-c4d2d1ff8901")
MASTER = bytes(range(64))
SIGN_IN = ("Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationMiddleware", "Cookies", "v2")


def kdf(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
    counter = KBKDFHMAC(
        algorithm=SHA512(), mode=Mode.CounterMode, length=length, rlen=4, llen=4,
        location=CounterLocation.BeforeFixed, label=label, context=context, fixed=None,
    )  # fmt: skip
    return counter.derive(key)


def cbc(key: bytes, iv: bytes, content: bytes) -> bytes:
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return cipher.update(pad.update(content) + pad.finalize())


def context_header(key_bytes: int) -> bytes:
    keys = hmac.digest(b"", b"\0\0\0\x01" + b"\0" + (8 * (key_bytes + 32)).to_bytes(4), "sha512")[: key_bytes + 32]
    sizes = b"".join(size.to_bytes(4) for size in (key_bytes, 16, 32, 32))
    return b"\0\0" + sizes + cbc(keys[:key_bytes], bytes(16), b"") + hmac.digest(keys[key_bytes:], b"", "sha256")


def protect(content: bytes, purposes: tuple[str, ...], master: bytes = MASTER) -> bytes:
    modifier, iv = os.urandom(16), os.urandom(16)
    head = b"\x09\xf0\xc9\xf0" + KEY_ID.bytes_le
    texts = b"".join(bytes([len(text)]) + text.encode() for text in purposes)
    keys = kdf(master, head + len(purposes).to_bytes(4) + texts, context_header(32) + modifier, 64)
    sealed = iv + cbc(keys[:32], iv, content)
    return base64.urlsafe_b64encode(head + modifier + sealed + hmac.digest(keys[32:], sealed, "sha256")).rstrip(b"=")


def test_context_header():
    """The documentation's, of AES-192-CBC with HMAC-SHA256."""
    assert context_header(24) == bytes.fromhex(
        "000000000018000000100000002000000020f474b1872b3b53e4721de19c0841db6f"
        "d4791184b996092ee1202f36e8608fa8fbd98abdff5402f264b1d7211536220c"
    )


@given(st.binary(min_size=1), st.binary(min_size=1), st.binary(min_size=1), st.integers(1, 200))
def test_derivation(key, label, context, length):
    """Keys are those of NIST SP 800-108, of any length."""
    assert derived(key, label, context, length) == kdf(key, label, context, length)


def test_long_strings():
    """A length beyond 127 takes two bytes."""
    assert strings("a" * 300, "é") == b"\xac\x02" + b"a" * 300 + b"\x02\xc3\xa9"


@pytest.mark.parametrize("purposes", [SIGN_IN, ("SessionMiddleware",), ("/app", *SIGN_IN), ("Shop", *SIGN_IN)])
def test_its_key(purposes):
    """The id of its key is told, and the master key proved for what the framework protects by its own."""
    raw = protect(b"content", purposes)
    standard = raw.replace(b"-", b"%2B").replace(b"_", b"%2F")
    for text in (raw, standard, raw + b"; path=/"):
        cookie = decode(text)
        assert cookie
        assert (cookie.payload, cookie.details) == ("encrypted", {"key_id": str(KEY_ID)})
        assert cookie.raw.reveal()[: cookie.head] == b"CfDJ8"
        clues = Clues(salts=(b"Shop",))
        assert signs(MASTER, cookie, clues) == "value protected by ASP.NET Core"
        assert signs(MASTER[::-1], cookie, clues) is None
        assert signs(MASTER[:32], cookie, clues) is None
        assert tries(cookie, clues) == 4 * 9 * 2


def test_unknown_purpose():
    """Nothing is proved of what an application protects for a purpose of its own."""
    cookie = decode(protect(b"content", ("Shop.Baskets",)))
    assert cookie
    assert signs(MASTER, cookie, Clues()) is None


def test_other_algorithms():
    """AES-GCM may be chosen: its key is told, and not more."""
    data = b"\x09\xf0\xc9\xf0" + KEY_ID.bytes_le + os.urandom(16 + 12 + 7 + 16)
    cookie = decode(base64.urlsafe_b64encode(data))
    assert cookie
    assert (cookie.details, len(cookie.signature)) == ({"key_id": str(KEY_ID)}, 16)
    assert signs(MASTER, cookie, Clues()) is None


@pytest.mark.parametrize(
    "text",
    [
        b"CfDJ8",
        b"CfDJ8" + b"A" * 200,
        protect(b"c", SIGN_IN)[:60],
        protect(b"c", SIGN_IN).replace(b"CfDJ8", b"CfDJ7"),
        protect(b"c" * (1 << 20), SIGN_IN),
    ],
)
def test_refused(text):
    """Too short, with an id that is not made at random, of another version, longer than any cookie."""
    assert decode(text) is None


def test_begins():
    assert begins(protect(b"c", SIGN_IN)[:40])
    assert not begins(b"CfDJ8")
