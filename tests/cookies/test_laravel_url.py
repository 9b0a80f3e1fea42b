"""URLs that Laravel signs for some time, by the algorithm of its `UrlGenerator`."""

import base64
import hmac

import pytest

from tests.baking import baked, seconds, the

KEY = "base64:" + base64.b64encode(b"\1" * 32).decode()


def signature(text):
    """By the text of `APP_KEY`."""
    return hmac.digest(KEY.encode(), text.encode(), "sha256").hex()


URL = "https://shop.example/email/verify/7/ab?expires=1795459949&user=ann%40x"


@pytest.mark.parametrize("around", ["{}", '<a href="{}">', "See {}.", "url={} ", "[here]({})"])
@pytest.mark.parametrize("covered", [URL, URL.removeprefix("https://shop.example")])
def test_url(around, covered):
    """Absolute, or relative and shown with its host."""
    text = f"{URL}&signature={signature(covered)}"
    for spelling in (text, text.replace("&", "&amp;")):
        found = the(around.format(spelling))
        assert found.cookie.raw.reveal() == spelling.encode()
        assert seconds(found.cookie) == {"exp": 1_795_459_949}
        assert found.proved(KEY) == "Laravel signed URL"
        assert found.proved(b"\1" * 32) == "Laravel signed URL"
        assert found.proved(b"\2" * 32) is None


def test_a_path():
    """Logs tell no host: those of the scan are tried, then usual ones."""
    path = URL.removeprefix("https://shop.example")
    found = the(f'"GET {path}&signature={signature(URL)} HTTP/1.1" 200')
    assert found.proved(KEY) is None
    assert found.proved(KEY, origins=("http://a.example", "https://shop.example")) == "Laravel signed URL"
    found = the(f'"GET {path}&signature={signature(path)} HTTP/1.1" 200')
    assert found.proved(KEY) == "Laravel signed URL"


@pytest.mark.parametrize(
    "text",
    [
        f"{URL}&signature={signature(URL)[:-1]}",
        f"{URL}&signature={signature(URL)}0",
        f"{URL}&X-Amz-signature={signature(URL)}",
        f"https://x.example/?timestamp=1795459949&signature={signature(URL)}",
        f"https://x.example/?expires=9795459949&signature={signature(URL)}",
        f"?expires=1795459949&signature={signature(URL)}",
        f"{URL}&signature={signature(URL)}&signature={signature(URL)}",
    ],
)
def test_near_misses(text):
    """A digest of another length, other parameters, no end, no path."""
    assert baked(f'"{text}"') == []
