"""URIs that Symfony signs, by the algorithm of its `UriSigner`."""

import base64
import hmac
from urllib.parse import quote

import pytest

from tests.baking import baked, seconds, the

SECRET = "ThisTokenIsNotSoSecretChangeIt"


def hashed(uri, *, padded=False):
    """The value of `_hash`: since release 7.1 safe for URLs, before it padded."""
    mac = hmac.digest(SECRET.encode(), uri.encode(), "sha256")
    return quote(base64.b64encode(mac), safe="") if padded else base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize(
    ("uri", "signed"),
    [
        # In the order of names, `_hash` comes before `_path`.
        ("https://x.example/_fragment?_path=a%3D1", "https://x.example/_fragment?_hash={}&_path=a%3D1"),
        ("https://x.example:8443/reset?id=7&user=ann%40x", "https://x.example:8443/reset?_hash={}&id=7&user=ann%40x"),
        ("http://x.example/", "http://x.example/?_hash={}"),
        ("http://x.example/a?b=1#top", "http://x.example/a?_hash={}&b=1#top"),
        # Whatever the order and the spelling in which it was asked for.
        ("http://x.example/?a=1&b=+%7E", "http://x.example/?b=%20~&_hash={}&a=1"),
        ("http://x.example/?a%5B0%5D=1&a%5Bk%5D=2&b_c=3", "http://x.example/?b.c=3&a[]=1&a[k]=2&_hash={}"),
        # Until release 2.5 in its own order.
        ("http://x.example/?b=1&a=2", "http://x.example/?b=1&a=2&_hash={}"),
    ],
)
def test_uri(uri, signed, padded):
    """Whole, in markup, behind a name."""
    text = signed.format(hashed(uri, padded=padded))
    for around in ('<a href="{}">', "Location: {}\r\n", "url={} ", "See {}.", "[here]({})"):
        found = the(around.format(text))
        assert found.cookie.raw.reveal() == text.encode()
        assert found.proved(SECRET) == "Symfony signed URI"
        assert found.proved("other") is None


def test_markup():
    """Its ampersands are escaped."""
    text = f"http://x.example/?_hash={hashed('http://x.example/?a=1&b=2')}&amp;a=1&amp;b=2"
    assert the(f'<esi:include src="{text}"/>').proved(SECRET) == "Symfony signed URI"


def test_a_path():
    """Logs tell no host: those of the scan are tried, then usual ones."""
    line = '"GET /_fragment?_hash={}&_path=x HTTP/1.1" 200'
    found = the(line.format(hashed("https://shop.example/_fragment?_path=x")))
    assert found.proved(SECRET) is None
    assert found.proved(SECRET, origins=("http://a.example", "https://shop.example")) == "Symfony signed URI"
    assert the(line.format(hashed("http://localhost/_fragment?_path=x"))).proved(SECRET) == "Symfony signed URI"


def test_expiration():
    """It is signed with the rest."""
    uri = "http://x.example/?_expiration=1795459949&a=1"
    found = the(uri.replace("&a", f"&_hash={hashed(uri)}&a"))
    assert seconds(found.cookie) == {"exp": 1_795_459_949}
    assert found.proved(SECRET) == "Symfony signed URI"


@pytest.mark.parametrize(
    "text",
    [
        f"http://x.example/?_hash={hashed('x')[:-1]}",
        f"http://x.example/?_hash={hashed('x')}A",
        f"http://x.example/?my_hash={hashed('x')}",
        f"?_hash={hashed('x')}",
        "http://x.example/app.js?_hash=3Lyroaa",
    ],
)
def test_near_misses(text):
    """A digest of another length, another parameter, no path."""
    assert baked(f'"{text}"') == []
