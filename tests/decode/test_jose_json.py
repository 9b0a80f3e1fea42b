"""JSON serialisations: what joserfc makes of them, and the compact form of the same token."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import OctKey

from scanner.decode import jose_json
from scanner.decode.jws import decode as decode_compact
from scanner.model import Token
from tests import strategies
from tests.examining import ENGINES, examine, found
from tests.strategies import segment

KEY = OctKey.import_key("a key of our own making, of 32 b")
CLAIMS = {"iss": strategies.ISSUER, "sub": "svc", "exp": 1767225600}
FLATTENED: dict[str, Any] = dict(
    jws.serialize_json({"protected": {"alg": "HS256"}, "header": {"kid": "1"}}, json.dumps(CLAIMS), KEY)
)
GENERAL: dict[str, Any] = dict(
    jws.serialize_json(
        [{"protected": {"alg": "HS256"}}, {"protected": {"alg": "HS512"}, "header": {"kid": "2"}}],
        json.dumps(CLAIMS),
        KEY,
        algorithms=["HS256", "HS512"],
    )
)
COMPACT = jws.serialize_compact({"alg": "HS256"}, json.dumps(CLAIMS), KEY)


def _encrypted(kind: type[jwe.GeneralJSONEncryption | jwe.FlattenedJSONEncryption]) -> dict[str, Any]:
    made = kind({"enc": "A128GCM"}, json.dumps(CLAIMS).encode(), {"jku": "https://idp.example/keys"}, b"aad")
    made.add_recipient({"alg": "A256KW", "kid": "1"}, KEY)
    return dict(jwe.encrypt_json(made, None))


ENCRYPTED = {"general": _encrypted(jwe.GeneralJSONEncryption), "flattened": _encrypted(jwe.FlattenedJSONEncryption)}

LAYOUTS: dict[str, Callable[[Any], str]] = {
    "compact": lambda value: json.dumps(value, separators=(",", ":")),
    "spaced": json.dumps,
    "lines": lambda value: json.dumps(value, indent=2),
    "tabs": lambda value: json.dumps(value, indent="\t"),
    "windows": lambda value: json.dumps(value, indent=4).replace("\n", "\r\n"),
    "escaped": lambda value: json.dumps(json.dumps(value, separators=(",", ":")))[1:-1],
    "escaped lines": lambda value: json.dumps(json.dumps(value, indent=2))[1:-1],
}


AROUND = st.sampled_from(["", "x", "\n", '{"a": ', '"'])
UNTELLING = ("aad", "encrypted_key", "header", "iv", "tag", "unprotected")
"""Members by which an object inside a string is not told; `header` and `iv` tell others, where they come first."""


def decoded(text: str) -> Token:
    token = jose_json.decode(text.encode())
    assert token
    return token


@pytest.mark.parametrize("layout", LAYOUTS)
def test_flattened(layout):
    """Header and claims are what joserfc put in, and the token is that of the compact serialisation."""
    text = LAYOUTS[layout](FLATTENED)
    token = decoded(text + "}, and so on")
    assert (token.form, token.claims, token.payload) == ("jws", CLAIMS, "object")
    assert token.header == {"alg": "HS256", "kid": "1"}
    assert (token.signature_bytes, token.anomalies) == (32, ())
    assert token.details == {"serialization": "flattened"}
    assert token.raw.reveal().decode() == text
    compact = decode_compact(COMPACT.encode())
    assert compact
    assert (token.identity, token.signature) == (compact.identity, compact.signature)
    assert {name: time and time.seconds for name, time in token.times.items()} == {"exp": 1767225600}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_general(layout):
    """Of several signatures the first is read."""
    text = LAYOUTS[layout](GENERAL)
    token = decoded(text)
    assert (token.header, token.claims, token.details) == ({"alg": "HS256"}, CLAIMS, {"serialization": "general"})
    assert token.raw.reveal().decode() == text


@pytest.mark.parametrize("kind", ENCRYPTED)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_encrypted(kind, layout):
    """Of a JWE all three headers are known."""
    text = LAYOUTS[layout](ENCRYPTED[kind])
    token = decoded(text)
    assert (token.form, token.claims, token.payload, token.anomalies) == ("jwe", None, "encrypted", ())
    assert token.header == {"enc": "A128GCM", "jku": "https://idp.example/keys", "alg": "A256KW", "kid": "1"}
    assert (token.details, token.signature_bytes) == ({"serialization": kind}, 16)
    assert token.raw.reveal().decode() == text


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60, deadline=None)
@given(data=st.data(), layout=st.sampled_from(sorted(LAYOUTS.keys() - {"escaped lines"})), around=AROUND)
def test_found_in_any_order(engine, data, layout, around):
    """Whatever the order of its members and the layout, a token is found, whole or without what stands before the
    first member that tells it, and is the same token."""
    value = data.draw(st.sampled_from([FLATTENED, GENERAL, *ENCRYPTED.values()]))
    shuffled = dict(data.draw(st.permutations(sorted(value.items()))))
    text = LAYOUTS[layout](shuffled)
    pairs = found(examine(f"{around}{text}{around}".encode(), engine))
    if layout == "escaped" and next(iter(shuffled)) in UNTELLING:
        assert pairs == []
        return
    [(raw, sighting)] = pairs
    assert raw.decode() in text
    assert (sighting.start, sighting.end) == (text.index(raw.decode()) + len(around), len(around) + len(text))
    token = jose_json.decode(raw)
    assert token
    if "ciphertext" not in value:
        assert token.identity == decoded(json.dumps(value)).identity


def test_merges_with_the_compact_form():
    """A token in both serialisations is one subject with two sightings, whichever comes first."""
    whole = json.dumps(FLATTENED)
    subjects = [examine(text.encode()).subjects for text in (f"{whole}\n{COMPACT}", f"{COMPACT}\n{whole}")]
    assert [[(s.seen, s.sealed.reveal().decode(), s.decoder) for s in found] for found in subjects] == [
        [(2, whole, "jose_json")]
    ] * 2


def test_algorithm_outside_the_protected_header():
    """RFC 7515 §7.2.2 allows it: what is signed then begins with the dot."""
    token = decoded(json.dumps({"payload": segment(b"{}"), "header": {"alg": "none"}, "signature": ""}))
    assert (token.header, token.claims, token.signed.reveal()) == ({"alg": "none"}, {}, b".e30")


def test_a_name_in_both_headers():
    """They shall be disjoint (RFC 7515 §7.2.1); the protected one counts, and it is told."""
    members = {"payload": "e30", "protected": segment(b'{"alg":"none"}'), "header": {"alg": "HS256"}, "signature": ""}
    token = decoded(json.dumps(members))
    assert (token.header, token.anomalies) == ({"alg": "none"}, ("duplicate-member",))


def test_unencoded_payload():
    """RFC 7797 §4.2: the payload is the text itself."""
    protected = segment(b'{"alg":"HS256","b64":false,"crit":["b64"]}')
    members = {"protected": protected, "payload": "$.02", "signature": segment(b"s" * 32)}
    token = decoded(json.dumps(members))
    assert (token.payload, token.claims, token.signed.reveal()) == ("text", None, f"{protected}.$.02".encode())


def test_detached_payload():
    """RFC 7515 appendix F: a signature over a payload that is elsewhere."""
    token = decoded(json.dumps({"protected": segment(b'{"alg":"HS256"}'), "signature": segment(b"s" * 32)}))
    assert (token.payload, token.claims) == ("detached", None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"payload":"e30","signature":""}',
        '{"payload":"e30","protected":"e30","signature":""}',
        '{"payload":"e30","protected":7,"header":{"alg":7},"signature":""}',
        '{"payload":"e30","protected":"eyJhbGciOiJub25lIn0","signature":null}',
        '{"payload":"e30","protected":"eyJhbGciOiJub25lIn0"}',
        '{"payload":"e30","signatures":[]}',
        '{"payload":"e30","signatures":{"protected":"eyJhbGciOiJub25lIn0"}}',
        '{"payload":"e30","protected":"eyJhbGciOiJub25lIn0","signature":""',
        '{"ciphertext":"","protected":"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0"}',
        '{"ciphertext":"AA","protected":"eyJhbGciOiJkaXIifQ","tag":""}',
        '{"a":' * 200 + '"signature"',
    ],
)
def test_refused(text):
    """What lacks a header, a signature or its end is no token."""
    assert jose_json.decode(text.encode()) is None


members = st.sampled_from(
    ["payload", "protected", "header", "signature", "signatures", "ciphertext", "recipients", "tag"]
)
values = strategies.json_values | st.sampled_from(["e30", segment(b'{"alg":"none"}'), [{"signature": ""}], "\ud800"])


@given(
    st.dictionaries(members, values, max_size=6).map(json.dumps),
    st.sampled_from(sorted(LAYOUTS)),
    st.binary(max_size=9),
)
def test_any_object(text, layout, tail):
    """Bytes are a token or none, and never an error; a token is decoded again to itself."""
    for data in (text.encode() + tail, LAYOUTS[layout](text).encode(), tail + text.encode()):
        token = jose_json.decode(data)
        jose_json.begins(data)
        if token:
            raw = token.raw.reveal()
            again = jose_json.decode(raw)
            assert again
            assert (again.raw, again.identity, again.claims) == (token.raw, token.identity, token.claims)


def test_longer_than_the_longest_subject():
    """An object whose end is not reached is told as cut short, not passed over."""
    from scanner.model import Policy

    long = {
        "protected": segment(b'{"alg":"none"}'),
        "payload": segment(json.dumps({"n": "n" * 3000}).encode()),
        "signature": "",
    }
    coverage = examine(json.dumps(long).encode(), policy=Policy(max_subject=2000)).coverage
    assert [skipped.reason for skipped in coverage.skipped] == ["cut-short"]
