"""Cookies that Bottle 0.13 signs."""

import base64
import hashlib
import hmac
import pickle

import bottle
import pytest

from tests.baking import baked, the


def header(secret, name, value, digest=hashlib.sha256):
    """The `Set-Cookie` of a response."""
    response = bottle.Response()
    response.set_cookie(name, value, secret=secret, digestmod=digest)
    return next(value for key, value in response.headerlist if key == "Set-Cookie")


@pytest.mark.filterwarnings("ignore")  # Bottle warns of its pickles
@pytest.mark.parametrize("value", ["ann", {"uid": 7}, "\xff" * 50, list(range(40))])
@pytest.mark.parametrize("digest", [hashlib.sha256, hashlib.md5, hashlib.sha1, hashlib.sha512])
def test_signed(value, digest):
    """A pickle, which is never read; before release 0.13 the digest was MD5."""
    found = the("Set-Cookie: " + header("s3cr3t", "account", value, digest))
    assert (found.name, found.cookie.payload, found.cookie.serializer) == ("account", "binary", "pickle")
    assert found.proved("s3cr3t") == "Bottle signed cookie"
    assert found.proved("other") is None


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("encoded", [False, True])
def test_protocols(protocol, encoded):
    """Of all versions of Python, also percent-encoded."""
    message = base64.b64encode(pickle.dumps(["account", "ann"], protocol))
    value = "!" + base64.b64encode(hmac.digest(b"k", message, "sha256")).decode() + "?" + message.decode()
    if encoded:
        for char in "!?=+/":
            value = value.replace(char, f"%{ord(char):02X}")
    found = the(f"Cookie: account={value}; b=1")
    assert (found.name, found.cookie.raw.reveal()) == ("account", value.encode())
    assert found.proved("k") == "Bottle signed cookie"


DIGEST = "/pvhUPQF5zuB8PrXqiYh8ghmkvWuIqHTLiWjZypyEMA="


@pytest.mark.parametrize(
    "text",
    [
        f"!{DIGEST[:-5]}=?gAWVFwAAAAAAAABdlCiMB2FjY291bnSUjAVhbGljZZRlLg==",
        f"!{DIGEST}?gAWVFwAAAAAAAABdlCiMB2FjY291bnSUjAVhbGljZZRl",
        f"!{DIGEST}?AAWVFwAAAAAAAABdlCiMB2FjY291bnSUjAVhbGljZZRlLg==",
        f"{DIGEST}?gAWVFwAAAAAAAABdlCiMB2FjY291bnSUjAVhbGljZZRlLg==",
        "https://h.example/a?gANdlCiMB2FjY291bnSUjAVhbGljZZRlLg==",
    ],
)
def test_near_misses(text):
    """No digest, no pickle, or one that has no end."""
    assert baked(f"account={text}") == []
