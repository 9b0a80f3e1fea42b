"""JSON Web Keys with their private members, made by jwcrypto, in JSON and in the objects of programs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk

from scanner.decode.jwk import begins, decode
from scanner.model import Key
from tests.examining import ENGINES, examine
from tests.signing import key

KINDS = ("RSA", "P-256", "P-384", "P-521", "secp256k1", "Ed25519", "oct")


def private(kind: str, **members: object) -> dict[str, object]:
    pair = key(kind)
    exported: dict[str, object] = (
        pair.export(as_dict=True) if kind == "oct" else pair.export(private_key=True, as_dict=True)
    )
    exported.pop("kid", None)
    return exported | members


def identity(kind: str) -> str:
    if kind == "oct":
        secret = base64.urlsafe_b64decode(str(private("oct")["k"]) + "==")
        return hashlib.sha256(b"secret\0" + secret).hexdigest()
    return base64.urlsafe_b64decode(key(kind).thumbprint() + "=").hex()


def decoded(text: str) -> Key:
    found = decode(text.encode())
    assert found
    return found


WRITTEN: dict[str, Callable[[dict[str, object]], str]] = {
    "compact": lambda members: json.dumps(members, separators=(",", ":")),
    "spaced": json.dumps,
    "sorted": lambda members: json.dumps(members, sort_keys=True),
    "backwards": lambda members: json.dumps(dict(reversed(list(members.items())))),
    "printed": lambda members: json.dumps(members, indent=2, sort_keys=True),
    "printed by Windows": lambda members: json.dumps(members, indent=4).replace("\n", "\r\n"),
    "escaped": lambda members: json.dumps(json.dumps(members))[1:-1],
    "printed and escaped": lambda members: json.dumps(json.dumps(members, indent=2))[1:-1],
    "of Python": repr,
    "of JavaScript": lambda members: "{ " + ", ".join(f"{name}: '{value}'" for name, value in members.items()) + " }",
    "of Ruby": lambda members: "{ " + ", ".join(f'"{name}" => "{value}"' for name, value in members.items()) + " }",
}
"""Ways to write an object of texts."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WRITTEN)
def test_read(kind, way):
    text = WRITTEN[way](private(kind))
    found = decoded(text + ", more")
    assert (found.form, found.thumbprint, found.encrypted) == ("jwk", identity(kind), False)
    assert found.raw.reveal() == text.encode()
    assert found.details["has_key_id"] is False


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WRITTEN)
def test_found(engine, kind, way):
    """In a file, whichever member comes first."""
    text = WRITTEN[way](private(kind, use="sig"))
    blob = f'{{"other": 1}}\nkeys = [{text}]\n'
    [subject] = examine(blob.encode(), engine).subjects
    assert (subject.kind, subject.identity, subject.seen) == ("key", identity(kind), 1)
    [sighting] = subject.sightings
    assert blob[: sighting.start].rstrip(" \r\n\\nrt").endswith("{")
    assert blob[sighting.start : sighting.end].endswith(text[-9:])
    before = blob[: sighting.start].split("\n")
    assert (sighting.line, sighting.column) == (len(before), len(before[-1]) + 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_sets(engine):
    """Each key of a set is one; public ones are none."""
    public = json.loads(jwk.JWK.generate(kty="EC", crv="P-256").export_public())
    for indent in (None, 2):
        text = json.dumps({"keys": [private("RSA"), public, private("Ed25519"), private("oct")]}, indent=indent)
        found = {subject.identity for subject in examine(text.encode(), engine).subjects}
        assert found == {identity("RSA"), identity("Ed25519"), identity("oct")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["RSA", "P-256", "Ed25519", "oct"])
def test_in_base64(engine, kind):
    """A key, or a set of them, as variables of pipelines hold it."""
    for content in (private(kind), {"keys": [private(kind)]}):
        for order in (False, True):
            text = base64.b64encode(json.dumps(content, separators=(",", ":"), sort_keys=order).encode())
            [subject] = examine(b"JWK=" + text + b"\n", engine).subjects
            assert subject.identity == identity(kind)


class TestDetails:
    def test_what_it_signs(self):
        assert decoded(json.dumps(private("P-256"))).details["fits"] == ["ES256"]
        assert decoded(json.dumps(private("RSA", alg="PS256"))).details["fits"] == ["PS256"]
        assert decoded(json.dumps(private("RSA", use="enc"))).details["fits"] == []
        assert decoded(json.dumps(private("RSA", alg="RSA-OAEP"))).details["fits"] == []

    def test_public_half(self):
        found = decoded(json.dumps(private("Ed25519", kid="2026-01", alg="EdDSA")))
        exported = json.loads(key("Ed25519").export_public())
        wanted = {name: exported[name] for name in ("kty", "crv", "x")} | {"kid": "2026-01", "alg": "EdDSA"}
        assert (found.details["public"], found.details["has_key_id"]) == (wanted, True)

    def test_public_half_is_computed(self):
        """Where it is left out."""
        for kind in ("P-256", "P-521", "Ed25519"):
            members = private(kind)
            found = decoded(json.dumps({name: value for name, value in members.items() if name not in ("x", "y")}))
            assert found.thumbprint == identity(kind)

    def test_shared_secret(self):
        found = decoded(json.dumps(private("oct")))
        assert found.details["secret"].reveal() == base64.urlsafe_b64decode(str(private("oct")["k"]) + "==")
        assert (found.details["bits"], found.details["weaknesses"]) == (512, [])
        short = decoded('{"kty":"oct","k":"Zm9sZC10aGUtZ2F0ZS0wNzEy"}')
        assert (short.details["bits"], short.details["weaknesses"]) == (144, ["secret shorter than its hash"])


@pytest.mark.parametrize(
    "text",
    [
        key("RSA").export_public(),
        key("P-256").export_public(),
        '{"kty":"oct","kid":"7"}',
        '{"kty":"oct","k":"c2hvcnQ"}',
        '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',
        '{"kty":"oct","k":"your-secret-key-in-base64url-comes-in-here"}',
        '{"kty":"RSA","n":"...","e":"AQAB","d":"..."}',
        '{"kty":"RSA","n":"<modulus>","e":"AQAB","d":"<private exponent>"}',
        '{"kty":"EC","crv":"P-256","x":"${X}","y":"${Y}","d":"${D}"}',
        '{"kty":"RSA","e":"AQAB","d":"' + "b" * 342 + '"}',
        '{"d":"M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10","kty":"path"}',
        "{}",
        "",
        "kty",
    ],
)
def test_near_misses(text):
    assert decode(text.encode()) is None
    assert examine(text.encode()).subjects == []


@given(st.text(max_size=200), st.sampled_from(sorted(WRITTEN)), st.sampled_from(KINDS), st.integers(0, 2000))
def test_any_text(data, way, kind, at):
    """Never an error."""
    whole = WRITTEN[way](private(kind))
    for text in (data, '{"kty":"RSA",' + data, whole[:at] + data + whole[at + 3 :]):
        decode(text.encode("utf-8", "replace"))
        begins(text.encode("utf-8", "replace"))
        decode(b"ey" + base64.b64encode(text.encode("utf-8", "replace")))


@pytest.mark.parametrize("filling", ['"kty":"RSA",', '{"kty":"RSA","d":"', '"d":"', "{", '\\"kty\\":', "eyJrdHki", " "])
def test_megabytes(filling):
    """Linear in what there is."""
    text = (filling * (1_000_000 // len(filling))).encode()
    decode(text)
    decode(b'{"kty":"RSA",' + text)
    decode(b"eyJrdHki" + base64.b64encode(text))
    examine(text)
