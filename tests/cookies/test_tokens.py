"""Tokens that a secret opens or signs, as pyseto, pybranca and pymacaroons make them."""

import base64
import json

import pyseto
import pytest
from branca import Branca
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaroons import Macaroon
from pymacaroons.serializers import JsonSerializer

from scanner.cookies import Clues, branca, macaroon, paseto
from scanner.decode import token_of
from scanner.model import Token

KEY = b"k" * 32
PASETO = (
    "v4.local.N0FAn3BMHEV532LFzWQhqbal99ujhjQQsoIffjC06R-FWX2Hw_0_z-JIisBgSbn-Qg0YrjMxCIftarLcswWL13Gpfze2w1jg56bUPkkS"
    "iDM-jQtlvZHNkTUZdqdSvO6WIfZ66nP98sguJYXxvw"
)
BRANCA = "1LP58RrJz6quLDfdvjJnccn8urzFst6zx4z9DAHX6UNobxQWiHF4JVSJCgtHVBdU"
MACAROON = (
    "MDAxN2xvY2F0aW9uIGh0dHA6Ly94LwowMDEzaWRlbnRpZmllciBpZDEKMDAxMWNpZCB1c2VyID0gNwowMDJmc2lnbmF0dXJlIESwIySy4UX_P1D4VZ2V"
    "YAe0edIdAWnwxgMeid54K98tCg"
)


def read(form: str, raw: str) -> Token:
    token = token_of(form, raw.encode())
    assert token
    return token


def mint(version: int, footer: str, key: bytes = KEY, claims: bytes = b'{"sub":"7"}') -> str:
    made = pyseto.encode(pyseto.Key.new(version=version, purpose="local", key=key), claims, footer=footer)
    return made.decode()


@pytest.mark.parametrize("version", [1, 2, 3, 4])
@pytest.mark.parametrize("footer", ["", "plain words", json.dumps({"kid": "k4.lid.made-up"})])
def test_paseto(version, footer):
    """Whatever the version, its key is proved, and no other."""
    token = read("paseto", mint(version, footer))
    assert paseto.signs(KEY, token, Clues()) == f"PASETO (v{version}.local)"
    assert paseto.signs(KEY[1:] + b"x", token, Clues()) is None
    assert paseto.signs(KEY[1:], token, Clues()) is None
    assert paseto.tries(token, Clues()) > 1


def test_paserk():
    """A key may stand as a PASERK, which tells its version."""
    token = read("paseto", PASETO)
    text = base64.urlsafe_b64encode(KEY).rstrip(b"=")
    assert paseto.signs(b"k4.local." + text, token, Clues()) == "PASETO (v4.local)"
    assert paseto.signs(b"k2.local." + text, token, Clues()) is None
    assert paseto.signs(b"k4.secret." + text, token, Clues()) is None


def test_public_paseto():
    """A symmetric key opens no public token."""
    public = "v4.public." + base64.urlsafe_b64encode(b"{}" + b"s" * 64).decode().rstrip("=")
    assert paseto.signs(KEY, read("paseto", public), Clues()) is None


@settings(max_examples=40)
@given(st.integers(1, 4), st.binary(min_size=32, max_size=32), st.binary(min_size=1, max_size=99))
def test_any_paseto(version, key, claims):
    token = read("paseto", mint(version, "f", key, claims))
    assert paseto.signs(key, token, Clues())
    assert not paseto.signs(bytes([key[0] ^ 1]) + key[1:], token, Clues())


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=99), st.integers(0, 2**32 - 1))
def test_branca(key, message, seconds):
    """Its key is proved, and no other."""
    token = read("branca", Branca(key=key).encode(message, timestamp=seconds))
    assert branca.signs(key, token, Clues()) == "Branca token"
    assert branca.signs(bytes([key[0] ^ 1]) + key[1:], token, Clues()) is None
    assert branca.signs(key[1:], token, Clues()) is None
    assert branca.tries(token, Clues()) > 1


def test_sample_of_branca():
    assert branca.signs(b"supersecretkeyyoushouldnotcommit", read("branca", BRANCA), Clues())


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("third_party", [False, True])
@pytest.mark.parametrize("serialisation", ["binary", "json"])
def test_macaroon(version, third_party, serialisation):
    """Its root key is proved through all caveats, those of third parties too, in any serialisation."""
    made = Macaroon(location="https://x.example", identifier="id1", key="mkey", version=version)
    made.add_first_party_caveat("user = 7")
    if third_party:
        made.add_third_party_caveat("https://tp.example", "ckey", "what the third party knows")
    made.add_first_party_caveat("time < 2030-01-01T00:00Z")
    raw = made.serialize(serializer=JsonSerializer()) if serialisation == "json" else made.serialize()
    token = read("macaroon", raw)
    assert macaroon.signs(b"mkey", token, Clues()) == "macaroon"
    assert macaroon.signs(b"nkey", token, Clues()) is None
    assert macaroon.tries(token, Clues()) == 2 + (5 if third_party else 2)


def test_sample_of_a_macaroon():
    token = read("macaroon", MACAROON)
    assert macaroon.signs(b"mkey", token, Clues()) == "macaroon"
    assert macaroon.tries(token, Clues()) == 3
