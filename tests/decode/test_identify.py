"""What a text is: tokens of all forms by name, and what only looks like one."""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.decode import vendor
from scanner.decode.identify import identify
from scanner.model import DECODERS, FORMS
from scanner.rulebook import load, load_lookalikes
from tests.strategies import compact, segment

BOOK = load()
SIGNATURE = segment(hmac.digest(b"a key of our own making", b"cookie", "sha1"))
LONG = segment(hashlib.sha256(b"a key of our own making").digest())


def title(text: str) -> str | None:
    known = identify(text.encode())
    return known.title if known else None


@pytest.mark.parametrize(
    "lookalike", [entry for entry in load_lookalikes() if entry.issuer], ids=lambda entry: entry.id
)
def test_keys_of_services(lookalike):
    """Each is named by its own entry, and by no other; nothing is said of its near misses."""
    [pattern] = [pattern for pattern in BOOK.patterns if pattern.id == lookalike.id]
    for marked in pattern.examples:
        for start, end in marked.spans:
            known = identify(marked.blob[start:end])
            assert known
            assert known.token
            assert (known.title, known.decoder, known.token.form) == (lookalike.title, "vendor", "vendor")
            assert known.token.details["vendor"] == lookalike.id
        if not marked.spans:
            assert title(marked.blob.decode().rpartition(" ")[2].rpartition("=")[2]) != lookalike.title


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (compact({"alg": "HS256"}, {"sub": "svc"}), FORMS["jws"]),
        (f" {compact({'alg': 'none'}, {'sub': 'svc'}, b'')}\n", FORMS["jws"]),
        (compact({"alg": "none"}, {"_sd_alg": "sha-256"}, b"") + "~", FORMS["sd-jwt"]),
        (
            json.dumps({"payload": "e30", "protected": segment(b'{"alg":"none"}'), "signature": ""}),
            "signed JSON web token (RFC 7515), flattened JSON serialization",
        ),
        (segment(b'{"alg":"HS256"}'), "header of a JSON web token, alone"),
        ("v4.local." + "A" * 99, "PASETO v4.local"),
        ("k4.secret." + "A" * 86, "key for PASETO (PASERK)"),
        # Flask, Flask with zlib, Starlette: two parts and a time of six characters.
        (f"{segment(b'{}')}.ZkVxyg.{SIGNATURE}", "value signed by itsdangerous, such as a Flask session cookie"),
        (f".{segment(b'zlib')}.ZkVxyg.{SIGNATURE}", "value signed by itsdangerous, such as a Flask session cookie"),
        (f"{segment(b'{}')}:1tkVxy:{LONG}", "value signed by Django, such as a session cookie"),
        (
            base64.b64encode(b'{"iv":"aXY=","value":"dmFsdWU=","mac":"00","tag":""}').decode(),
            "value encrypted by Laravel, such as a session cookie",
        ),
        (f"{segment(b'{}')}--{'0a1b' * 10}", "value signed by Rails or Rack, such as a session cookie"),
        (f"YWJjZGVm--{'Ab1+' * 4}--{'Ab1+' * 5}Aw==", "cookie encrypted by Rails"),
        (f"SFMyNTY.g3QAAAAB.{LONG}", "token or session cookie signed by Phoenix"),
        (f"s:abcdef.{LONG.replace('-', '+').replace('_', '/')}", "cookie signed by Express or Fastify"),
        (f"CfDJ8{'aB3-' * 20}", "value protected by ASP.NET Core, such as an authentication cookie"),
        (f"gAAAAA{'aB3-' * 25}", "value encrypted with Fernet"),
        ("", None),
        ("hello", None),
        ("e30", None),
        (f"Bearer {compact({'alg': 'HS256'}, {'sub': 'svc'})}", None),
        (compact({"alg": "HS256"}, {"sub": "svc"}) + ", and more", None),
        (compact({"alg": "HS256"}, {"sub": "svc"})[:-1], FORMS["jws"]),
        (f"{segment(b'{}')}.{SIGNATURE}", None),
    ],
)
def test_named(text, named):
    """For what all of it is, white space around it apart."""
    assert title(text) == named


def test_what_decodes_is_given():
    """With the token comes the name of what reads it."""
    known = identify(compact({"alg": "HS256"}, {"sub": "svc"}).encode())
    assert known
    assert known.token
    assert (known.token.claims, known.decoder) == ({"sub": "svc"}, "jws")


@pytest.mark.parametrize("payload", [b"{}", b'{"user":"ann"}', b'{"typ":"JWT"}', b'{"alg":1}'])
def test_a_signed_cookie_is_no_token(payload):
    """Its first part is JSON and no header."""
    known = identify(f"{segment(payload)}.ZkVxyg.{SIGNATURE}".encode())
    assert known
    assert known.token is None


@given(st.binary(max_size=99) | st.text(max_size=99).map(str.encode))
@example(b"{")
@example(b"\xff")
@example(b"0")
def test_any_bytes(data):
    """Something or nothing, and never an error."""
    known = identify(data)
    assert known is None or known.token is None or known.decoder in DECODERS


@given(
    st.sampled_from([pattern for pattern in BOOK.patterns if pattern.decoder == "vendor"]),
    st.text("aZ09_-.=", max_size=9),
)
def test_a_key_is_decoded_again_to_itself(pattern, tail):
    """Whatever stood behind it."""
    for marked in pattern.examples:
        for start, end in marked.spans:
            token = vendor.decode(marked.blob[start:end] + tail.encode())
            if token:
                assert vendor.decode(token.raw.reveal()) == token
