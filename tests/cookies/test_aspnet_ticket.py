"""Tickets of ASP.NET 4: another implementation of what its published source does."""

import hmac
import os
from base64 import urlsafe_b64encode

import pytest

from scanner.cookies import Clues
from scanner.cookies.aspnet_ticket import begins, decode, signs, tries
from tests.cookies.test_aspnet_core import kdf

KEY = bytes(range(64))
SEALED = os.urandom(16 + 48)
OWIN = b">Microsoft.Owin.Security.Cookies.CookieAuthenticationMiddleware"
DIGESTS = ("sha1", "sha256", "sha384", "sha512")


def sealed(key: bytes, digest: str) -> bytes:
    return SEALED + hmac.digest(key, SEALED, digest)


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("mode", ["compatible", "4.5"])
def test_forms(digest, mode):
    """The key is proved in hexadecimal and as bytes, in both modes, whatever the algorithm."""
    key = KEY if mode == "compatible" else kdf(KEY, b"FormsAuthentication.Ticket", b"", 64)
    raw = sealed(key, digest).hex().upper().encode()
    for text in (raw, b".ASPXAUTH=" + raw + b"; path=/", raw.lower(), b'.ASPXAUTH", "value": "' + raw + b'"'):
        cookie = decode(text)
        assert cookie
        assert (cookie.payload, cookie.raw.reveal().upper()) == ("encrypted", raw)
        for secret in (KEY.hex().encode(), KEY.hex().upper().encode(), KEY):
            assert signs(secret, cookie, Clues()) == "authentication ticket of ASP.NET"
        assert signs(KEY[::-1], cookie, Clues()) is None
        assert tries(cookie, Clues()) >= 6


@pytest.mark.parametrize("scheme", ["ApplicationCookie", "ExternalCookie"])
def test_owin(scheme):
    """OWIN's key is derived for the name of the scheme, which the cookie's tells."""
    context = OWIN + bytes([len(scheme)]) + scheme.encode() + b"\x02v1"
    key = kdf(KEY, b"User.MachineKey.Protect", context, 64)
    raw = urlsafe_b64encode(sealed(key, "sha256")).rstrip(b"=")
    cookie = decode(f".AspNet.{scheme}=".encode() + raw)
    assert cookie
    assert cookie.raw.reveal() == raw
    assert signs(KEY.hex().encode(), cookie, Clues((f".AspNet.{scheme}",)))
    assert bool(signs(KEY.hex().encode(), cookie, Clues())) is (scheme == "ApplicationCookie")


@pytest.mark.parametrize(
    "text",
    [
        b".ASPXAUTH=",
        b"AB" * 47,
        b"ABC" * 33,
        os.urandom(47).hex().encode(),
        os.urandom(63).hex().encode(),
        b"AB" * (1 << 19),
    ],
)
def test_refused(text):
    """Too short to hold two blocks and an HMAC, of a length between, longer than any cookie."""
    assert decode(text) is None
    assert not begins(text)
