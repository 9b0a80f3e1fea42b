"""PASETO as pyseto mints them, and what is none."""

import json

import pyseto
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.decode.paseto import begins, decode
from scanner.model import Token
from tests import strategies
from tests.examining import ENGINES, spans
from tests.strategies import segment

CLAIMS = {"iss": strategies.ISSUER, "sub": "svc", "exp": "2026-01-01T00:00:00+00:00"}
FOOTER = {"kid": "k4.pid.made-up"}


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


SIGNERS = {
    1: _pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    2: _pem(ed25519.Ed25519PrivateKey.generate()),
    3: _pem(ec.generate_private_key(ec.SECP384R1())),
    4: _pem(ed25519.Ed25519PrivateKey.generate()),
}
SIGNATURE_BYTES = {1: 256, 2: 64, 3: 96, 4: 64}


def mint(version: int, purpose: str, footer: bytes | str = b"") -> str:
    key = SIGNERS[version] if purpose == "public" else b"k" * 32
    made = pyseto.encode(
        pyseto.Key.new(version=version, purpose=purpose, key=key), json.dumps(CLAIMS).encode(), footer=footer
    )
    return made.decode()


def decoded(text: str) -> Token:
    token = decode(text.encode())
    assert token
    return token


@pytest.mark.parametrize("version", SIGNERS)
def test_public(version):
    """Claims, footer and the length of the signature are as pyseto made them; the time is ISO 8601."""
    raw = mint(version, "public", json.dumps(FOOTER))
    token = decoded(raw)
    assert (token.form, token.payload, token.claims, token.header) == ("paseto", "object", CLAIMS, FOOTER)
    assert token.raw.reveal().decode() == raw
    assert (token.signature_bytes, token.anomalies) == (SIGNATURE_BYTES[version], ())
    assert token.details == {"version": f"v{version}", "purpose": "public"}
    assert {name: time and (time.seconds, time.unit) for name, time in token.times.items()} == {
        "exp": (1767225600, "iso8601")
    }


@pytest.mark.parametrize("version", SIGNERS)
@pytest.mark.parametrize("footer", [b"", b"plain words", json.dumps(FOOTER).encode()])
def test_local(version, footer):
    """What is encrypted is not known; the footer is."""
    raw = mint(version, "local", footer)
    token = decoded(raw)
    assert (token.claims, token.payload, token.times) == (None, "encrypted", {})
    assert token.header == (FOOTER if footer[:1] == b"{" else {})
    assert token.raw.reveal().decode() == raw


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("tail", ["", ".", ".txt", ".json", "'", "&next=1", "\\n", "=", "/path"])
def test_where_it_ends(engine, tail):
    """A full stop or a file's suffix behind it is no footer."""
    for raw in (mint(4, "public"), mint(4, "public", json.dumps(FOOTER)), mint(2, "local")):
        assert spans(f"Bearer {raw}{tail}".encode(), engine) == [raw.encode()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v4.local.",
        "v4.local.settings_of_the_user",
        "v1.public.users",
        "v5.local." + "A" * 200,
        "v4.secret." + "A" * 200,
        "v4.local." + "A" * 81,
        "v2.public." + segment(b"no JSON" + b"s" * 64),
        "v2.public." + segment(b"[1]" + b"s" * 64),
        "v4.public." + segment(b'{"a":' * 9999 + b"s" * 64),
    ],
)
def test_refused(text):
    """What is too short to hold nonce and tag, or claims nothing, is a name of some program's own."""
    assert decode(text.encode()) is None


def test_begins():
    """What is longer than any name that goes on so is a token cut short."""
    assert begins(b"v4.local." + b"A" * 99)
    assert not begins(b"v4.local.settings")


@given(st.binary(max_size=99))
@example(b"v4.public.=")
def test_any_bytes(data):
    """Bytes are a token or none, and never an error."""
    for text in (data, b"v4.public." + data, b"v1.local." + data, b"v2.public." + segment(data).encode() + b"." + data):
        begins(text)
        token = decode(text)
        assert token is None or decode(token.raw.reveal()) == token


@given(
    claims=st.dictionaries(st.text(max_size=8), strategies.json_values, max_size=4),
    signature=st.binary(min_size=64, max_size=64),
)
def test_decode_undoes_encode(claims, signature):
    """Claims come back as they were put in."""
    assert decoded("v4.public." + segment(json.dumps(claims).encode() + signature)).claims == claims
