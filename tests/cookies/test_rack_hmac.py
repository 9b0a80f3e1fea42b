"""Sessions of Rack 2.2 and cookies of Action Pack 6.1 with Ruby's objects in them, made by them, and by the format."""

import base64
import hmac
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import Clues
from scanner.cookies.rack_hmac import decode, signs, tries

MARSHAL = (
    b"BAh7CEkiD3Nlc3Npb25faWQGOgZFVG86HVJhY2s6OlNlc3Npb246OlNlc3Npb25JZAY6D0BwdWJsaWNfaWRJIkUwNmNmMDQwY2Y1NGU3ZGY0Nj"
    b"NjMDhmMTVhZjI1MWQyMGFjZmQ0Y2UwMWI3ZDc3ODk0MjI0MWU0Y2VjZjgzYWQ0BjsARkkiCXVzZXIGOwBUSSIKYWxpY2UGOwBUSSIIdWlkBjsA"
    b"VGkM--bfcb2017680081e09c82bb1367bf6616e096ba39"
)
DEFLATED = (
    b"eJwVzDsKwzAMANC7aM4g%2F2SrlymyJIMhJFDTqfTurce3vA8sX2ve13MaPCAZ5iAsOqI0YvPhmqpyUBvUGwaMnDGJphJLI9JasLpm7k45isEB"
    b"7%2BWv%2FyTnVN%2Fcb%2F3%2BAGgUHms%3D--370bcee210d73a97bc42a7192a57e6e310400c96"
)
MARSHAL_256 = (
    b"BAh7CEkiD3Nlc3Npb25faWQGOgZFVG86HVJhY2s6OlNlc3Npb246OlNlc3Npb25JZAY6D0BwdWJsaWNfaWRJIkUxMTAwNzFjODIzN2VhMjFjMj"
    b"k3ZTU2ZThmOWMwMTM3YzJkN2UwZjdkNzQxZmIyNjYyZjY1ZTNiNjQyOTMzYzA3BjsARkkiCXVzZXIGOwBUSSIKYWxpY2UGOwBUSSIIdWlkBjsA"
    b"VGkM--730dd779fb8c7e89cbbd3d4caf96169871bf92f0436b3b3dc98292745df4de49"
)
RAILS_SHA1 = b"BAhbCFsGaQxJIgh0b2sGOgZFVEkiETE3MDAwMDAwMDAuMAY7AFQ%3D--5e42b7f07073b8506488634277dd5034bc752098"
RAILS_SHA256 = b"BAhbCFsGaQxJIgh0b2sGOgZFVEkiETE3MDAwMDAwMDAuMAY7AFQ%3D--c19ae23e072a21113230ed052b0cb1792672c74a"
VERIFIER = b"BAh7BjoIdWlkaQw=--2654292910ffba5b60499c5980785f1a7893d9fa"
BUILT = b"BAh7B0kiD3Nlc3Npb25faWQGOgZFVEkiCGFiYwY7AFRJIgh1aWQGOwBUaQw=--6a5b9c2a3e1958fac2e520892375a3bd5ddcd1d8"
RACK = b"a rack secret of ours"
BASE = b"b" * 128


def session(content: bytes, secret: bytes, digest: str = "sha1") -> bytes:
    """As Rack signs."""
    text = base64.b64encode(content)
    return text + b"--" + hmac.new(secret, text, digest).hexdigest().encode()


@pytest.mark.parametrize(
    ("text", "secret", "serializer", "words"),
    [
        (MARSHAL, RACK, "marshal", "session of Rack or Rails 3"),
        (MARSHAL_256, RACK, "marshal", "session of Rack or Rails 3"),
        (DEFLATED, RACK, "", "session of Rack or Rails 3"),
        (BUILT, b"change_me", "marshal", "session of Rack or Rails 3"),
        (VERIFIER, b"a raw secret of ours", "marshal", "session of Rack or Rails 3"),
        (RAILS_SHA1, BASE, "marshal", "signed cookie of Rails"),
        (RAILS_SHA256, BASE, "marshal", "signed cookie of Rails"),
    ],
)
def test_sessions_of_the_frameworks(text, secret, serializer, words):
    """Each is read behind its name, and its secret is proved; another is not."""
    cookie = decode(b"session=" + text)
    assert cookie is not None
    assert (cookie.raw.reveal(), cookie.start, cookie.serializer) == (text, 8, serializer)
    assert signs(secret, cookie, Clues()) == words
    assert signs(secret[1:] + b"x", cookie, Clues()) is None


def test_deflated_json_is_read():
    """It holds no object of Ruby, so no key is derived for it."""
    cookie = decode(DEFLATED)
    assert cookie is not None
    assert cookie.claims is not None
    assert (cookie.claims["user"], cookie.payload) == ("alice", "object")
    assert tries(cookie, Clues()) == 1


def test_lines_of_rack_1():
    """Its base64 is broken over lines, which are signed, and percent-encoded in a cookie."""
    text = base64.encodebytes(b'\x04\x08{\x06I"\x0f' + b"session_id" * 8)
    mac = hmac.new(RACK, text, "sha1").hexdigest().encode()
    cookie = decode(b"rack.session=" + text.replace(b"\n", b"%0A").replace(b"=", b"%3D") + b"--" + mac)
    assert cookie is not None
    assert cookie.start == 13
    assert signs(RACK, cookie, Clues()) == "session of Rack or Rails 3"


@given(st.binary(max_size=80), st.sampled_from(b'{[I"i'), st.binary(max_size=80), st.sampled_from(["sha1", "sha512"]))
def test_whatever_is_signed(content, kind, secret, digest):
    """Any content with the head of Marshal's under any secret."""
    cookie = decode(session(b"\x04\x08" + bytes([kind]) + content, secret, digest))
    assert cookie is not None
    assert (cookie.payload, cookie.serializer) == ("binary", "marshal")
    assert signs(secret, cookie, Clues()) == "session of Rack or Rails 3"


def test_bomb():
    """What inflates to too much is none."""
    content = zlib.compress(json.dumps({"a": "x" * 20_000_000}).encode(), 9)
    assert len(content) < 30_000
    assert decode(session(content, RACK)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"\x04\x09{\x06",
        b"\x04\x08\x00",
        b"\x04\x08",
        b'{"uid":7}',
        zlib.compress(b"[7]"),
        zlib.compress(b'{"uid":7}')[:-4],
        b"\x78\x9cno deflated data",
    ],
)
def test_near_misses(content):
    """Another version, no type, and what is no object of JSON."""
    assert decode(session(content, RACK)) is None
