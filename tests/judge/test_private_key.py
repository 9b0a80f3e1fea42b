"""The facts of private keys."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

from scanner.decode import decoder
from scanner.facts import FACTS
from scanner.judge.private_key import key_facts
from scanner.model import Key
from scanner.rulebook import load
from tests.correlate.test_owned import pem
from tests.decode.test_keystore import of_java, of_pkcs12
from tests.signing import key

PUBLISHED = load().published


def facts(name: str, text: str | bytes) -> dict[str, object]:
    decoded = decoder(name).decode(text.encode() if isinstance(text, str) else text)
    assert isinstance(decoded, Key)
    return key_facts(decoded, PUBLISHED)


def test_all_that_is_known():
    found = facts("pem", pem(key("P-256")))
    public = {name: json.loads(key("P-256").export_public())[name] for name in ("kty", "crv", "x", "y")}
    assert found == {
        "key.form": "pkcs8",
        "key.title": "EC private key",
        "key.kind": "EC",
        "key.bits": 256,
        "key.curve": "P-256",
        "key.encrypted": False,
        "key.locked": False,
        "key.incomplete": False,
        "key.weaknesses": [],
        "key.fits": ["ES256"],
        "key.has_key_id": False,
        "key.thumbprint": key("P-256").thumbprint(),
        "key.public": public,
        "key.published": False,
        "key.known": False,
    }


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("pem", pem(key("RSA")), {"title": "RSA private key of 2048 bits", "locked": False}),
        ("pem", pem(key("RSA"), BestAvailableEncryption(b"ours")), {"title": "encrypted private key", "locked": True}),
        ("pem", pem(key("RSA"))[:900], {"title": "RSA private key", "incomplete": True}),
        ("jwk", key("oct").export(), {"title": "shared secret of 512 bits", "kind": "oct"}),
        (
            "keystore",
            of_java([key("RSA").get_op_key("sign")], "changeit"),
            {
                "title": "key store of Java",
                "encrypted": True,
                "locked": False,
                "known": True,
                "known_because": "it opens with changeit",
                "count": 1,
            },
        ),
        (
            "keystore",
            of_pkcs12(key("RSA").get_op_key("sign"), "a password of ours"),
            {"title": "PKCS #12 key store", "encrypted": True, "locked": True, "known": False},
        ),
        (
            "jwk",
            '{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}',
            {"published": True, "known": True, "known_because": "it is the private key of RFC 8037 A.1"},
        ),
    ],
)
def test_kinds(name, text, wanted):
    found = facts(name, text)
    assert {fact: found.get(f"key.{fact}") for fact in wanted} == wanted


@pytest.mark.parametrize(
    "text", [pem(key("RSA")), pem(key("RSA"))[:900], pem(key("P-256"), BestAvailableEncryption(b"x"))]
)
def test_facts_are_registered(text):
    """Each by its name, and those that are always known are there."""
    found = facts("pem", text)
    assert found.keys() <= FACTS.keys()
    assert {name for name, fact in FACTS.items() if name.startswith("key.") and fact.always} <= found.keys()


def test_nothing_secret_is_shown():
    """Not of a shared secret either, of which no digest is told."""
    found = facts("jwk", key("oct").export())
    assert not {"key.thumbprint", "key.public"} & found.keys()
    assert not {name for name in found if "secret" in name}
