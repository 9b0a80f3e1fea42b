"""Files of keys: every form that is given, and what is said of a file that is none."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from scanner import keys
from scanner.model import UsageError
from tests.signing import certificate, key, key_set, number, public
from tests.strategies import segment

EC = public(key("P-256"))
ED = public(key("Ed25519"))


def parsed(data: bytes) -> keys.Keys:
    return keys.parse("dir/issuer.json", data)


def refusal(data: bytes) -> str:
    with pytest.raises(UsageError) as error:
        parsed(data)
    assert error.value.hint
    return str(error.value)


def test_a_key_set():
    """Each key with its place, its names, and what it is for."""
    data = key_set(EC | {"kid": "2026-01", "use": "sig", "alg": "ES256"}, ED | {"kid": "a b", "key_ops": ["verify", 1]})
    one, two = parsed(data).keys
    assert (one.place, one.use, one.algorithm) == ("issuer.json, key 1 (`2026-01`)", "sig", "ES256")
    assert (one.names, one.operations) == (frozenset({"2026-01"}), None)
    assert (two.place, two.use, two.algorithm) == ("issuer.json, key 2", None, None)
    assert (two.names, two.operations) == (frozenset({"a b"}), frozenset({"verify"}))
    assert one.members == {name: EC[name] for name in ("kty", "crv", "x", "y")}
    assert parsed(data).notes == ()


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ED).encode(),
        b"\xef\xbb\xbf\n  " + json.dumps(ED).encode(),
        json.dumps(ED).encode("utf-16"),
        json.dumps({"client_id": "web", "jwks": {"keys": [ED]}}).encode(),
    ],
    ids=["single", "utf-8 mark", "utf-16", "metadata"],
)
def test_one_key_is_named_by_its_file(data):
    """A JWK alone, in the encodings that shells write, and a key set within metadata."""
    [found] = parsed(data).keys
    assert (found.place, found.members["x"]) == ("issuer.json", ED["x"])


def test_pem_blocks_in_their_order():
    """Text between them, and the parameters that openssl writes, are passed over."""
    pems = [key("P-256").export_to_pem(), key("Ed25519").export_to_pem()]
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    found = parsed(
        b"keys of the issuer\n" + parameters + pems[0] + b"# next\r\n" + pems[1].replace(b"\n", b"\r\n")
    ).keys
    assert [entry.place for entry in found] == ["issuer.json, key 1", "issuer.json, key 2"]
    assert found[0].pem == pems[0].strip()


def test_der():
    """A public key in DER is told by its length."""
    der = (
        key("RSA")
        .get_op_key("verify")
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    [found] = parsed(der).keys
    assert found.der is not None
    assert found.der.reveal() == der
    assert refusal(der + b"\n") == "dir/issuer.json: is no file of keys"


def test_certificates_by_their_kid():
    """As Google publishes those of Firebase and service accounts."""
    found = parsed(json.dumps({"k1": certificate("a").decode(), "k2": certificate("b").decode()}).encode())
    assert [entry.names for entry in found.keys] == [{"k1"}, {"k2"}]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "dir/issuer.json: is no file of keys"),
        (b"<!doctype html><title>Sign in</title>", "dir/issuer.json: is no file of keys"),
        (b"eyJhbGciOiJIUzI1NiJ9.e30.x", "dir/issuer.json: is no file of keys"),
        (b"\0\1\2\3" * 100, "dir/issuer.json: is no file of keys"),
        (b'{"keys": [', "dir/issuer.json: is no JSON, though it begins so"),
        (b'{"keys": ' + b"[" * 100_000, "dir/issuer.json: is no JSON, though it begins so"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "dir/issuer.json: is no JSON, though it begins so"),
        (b'{"keys": []}', "dir/issuer.json: its `keys` are empty"),
        (b'{"keys": {}}', "dir/issuer.json: is JSON, but neither a JWK Set nor a JWK"),
        (b'{"jwks": 7}', "dir/issuer.json: is JSON, but neither a JWK Set nor a JWK"),
        (b"{}", "dir/issuer.json: is JSON, but neither a JWK Set nor a JWK"),
        (b'{"keys": [7, {}]}', "dir/issuer.json: holds no key that can be used"),
        (b'{"kty": "AKP"}', "issuer.json: its `kty` is `AKP`, which verifies nothing here, so it is not used"),
        (b"-----BEGIN PUBLIC KEY-----\nMFk", "dir/issuer.json: a block of PEM begins and does not end"),
        (
            b"-----BEGIN PUBLIC KEY-----\nMFk=\n-----END PUBLIC KEY-----",
            "issuer.json: what it encodes is damaged, so it is not used",
        ),
        (
            b"-----BEGIN CERTIFICATE REQUEST-----\nMFk=\n-----END CERTIFICATE REQUEST-----",
            "issuer.json: a block of `CERTIFICATE REQUEST` is no key, so it is not used",
        ),
        (
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMFk=\n-----END ENCRYPTED PRIVATE KEY-----",
            "issuer.json: it is encrypted; give its public key, so it is not used",
        ),
        (
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMFk=\n-----END RSA PRIVATE KEY-----",
            "issuer.json: it is encrypted; give its public key, so it is not used",
        ),
    ],
)
def test_what_holds_no_key(data, what):
    """It is said which file, and what is wrong with it."""
    assert refusal(data) == what


def test_a_discovery_document_says_where_the_keys_are():
    """Its own address for them is named."""
    with pytest.raises(
        UsageError, match="is an OpenID discovery document, which names its keys and holds none"
    ) as error:
        parsed(b'{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/keys"}')
    assert error.value.hint == "save what is at https://idp.example/keys, and give that file"


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"kty": "EC", "crv": "P-256", "x": EC["x"]}, "it has no `y`"),
        (
            {"kty": "EC", "crv": "P-257", "x": EC["x"], "y": EC["y"]},
            "its `crv` is `P-257`, which is no curve of an EC key",
        ),
        ({"kty": "EC", "crv": ["P-256"], "x": "", "y": ""}, "its `crv` is missing, which is no curve of an EC key"),
        ({"kty": "OKP", "crv": "P-256", "x": EC["x"]}, "its `crv` is `P-256`, which is no curve of an OKP key"),
        ({"kty": "OKP", "crv": "X25519", "x": ED["x"]}, "it is for key agreement and signs nothing"),
        ({"kty": "OKP", "crv": "Ed25519", "x": ED["x"][:-1]}, "its `x` is shorter than Ed25519 has it"),
        ({"kty": "OKP", "crv": "Ed25519", "x": ED["x"] + "AAAA"}, "its `x` is longer than 32 bytes"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "é" * 43}, "its `x` is no base64url"),
        ({"kty": "OKP", "crv": "Ed25519", "x": 7}, "it has no `x`"),
        ({"kty": "RSA", "e": "AQAB", "n": number(1 << 16_384)}, "its `n` is longer than 2048 bytes"),
        ({"kty": "RSA", "e": "AQAB", "n": number(1 << 100_000)}, "its `n` is longer than 2048 bytes"),
        ({"kty": "RSA", "e": number(1 << 64), "n": number((1 << 2048) - 1)}, "its exponent is longer than 64 bits"),
        ({"kty": "RSA", "e": "AQAB", "n": "AAAA"}, "its modulus or its exponent is 0"),
        ({"kty": "oct", "k": ""}, "it has no `k`"),
        ({"kty": "oct", "k": segment(b"x" * 8193)}, "its `k` is longer than 8192 bytes"),
        ({"kty": ["RSA"]}, "its `kty` is missing, which verifies nothing here"),
        ({"kty": "\x1b[31m" * 9}, "its `kty` is `\x1b[31m\x1b[31m\x1b[31m\x1b[31m`, which verifies nothing here"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_and_the_others_serve(members: dict[str, Any], what):
    """One bad key does not spoil the set; its place is named."""
    found = parsed(key_set(ED, members))
    assert [entry.place for entry in found.keys] == ["issuer.json, key 1"]
    assert found.notes == (f"issuer.json, key 2: {what}, so it is not used",)


@pytest.mark.parametrize("kind", ["RSA", "P-256", "Ed25519"])
def test_a_private_part_is_told(kind):
    """In a JWK and in PEM; the key serves, and nothing of the private part stays with it."""
    told = "holds its private part: whoever reads that file can sign tokens. Pass public keys on, not these"
    private = key(kind).export(private_key=True, as_dict=True)
    found = parsed(key_set(private | {"kid": "1"}))
    assert found.notes == (f"issuer.json {told}",)
    assert found.keys[0].place == "issuer.json (`1`)"
    assert not found.keys[0].members.keys() & {"d", "p", "q"}
    found = parsed(key(kind).export_to_pem(private_key=True, password=None))
    assert found.notes == (f"issuer.json {told}",)
    assert found.keys[0].pem == b""


def test_a_shared_secret_stays_sealed():
    """It is asked for, so it is no private part; nothing prints it."""
    found = parsed(json.dumps({"kty": "oct", "k": segment(b"the secret of the issuer")}).encode())
    assert found.notes == ()
    assert "secret of" not in repr(found)
    assert segment(b"the secret of the issuer") not in repr(found)


def test_many_notes_are_counted():
    """A file of rubbish is not told line by line."""
    notes = parsed(key_set(ED, *[{"kty": "X"}] * 50)).notes
    assert len(notes) == 21
    assert notes[-1] == "dir/issuer.json: and 30 more keys like these"


def test_files_are_read_together(tmp_path: Path):
    """A file may be a pipe, as `<(curl …)` makes one, and is read once."""
    one, two = tmp_path / "one.json", tmp_path / "two.pem"
    one.write_bytes(key_set(EC, ED))
    two.write_bytes(key("P-384").export_to_pem())
    reader, writer = os.pipe()
    os.write(writer, key_set(EC))
    os.close(writer)
    found = keys.read([str(one), str(two), f"/dev/fd/{reader}"])
    os.close(reader)
    assert [re.sub("[0-9]+$", "N", entry.place) for entry in found.keys] == [
        "one.json, key N",
        "one.json, key N",
        "two.pem",
        "N",
    ]


def test_files_that_cannot_be_read(tmp_path: Path):
    """Missing, a folder, too large, too many keys."""
    large, many = tmp_path / "large", tmp_path / "many"
    large.write_bytes(b" " * (keys.MAX_BYTES + 1))
    many.write_bytes(key_set(*[ED] * 1_001))
    for path, what in (
        (tmp_path / "none", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (large, "larger than 4 MiB"),
        (many, "makes more than 1,000 keys"),
    ):
        with pytest.raises(UsageError) as error:
            keys.read([str(path)])
        assert str(error.value) == f"{path}: {what}"
    with pytest.raises(UsageError, match="cannot be read"):
        keys.read(["a\0b"])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["RSA", "EC", "P-256", "oct", "AQAB"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["keys", "kty", "crv", "n", "e", "x", "y", "k", "kid", "jwks", "d"]), inner)
    ),
    max_leaves=12,
)


@given(
    st.binary(max_size=200)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.lists(json_values, max_size=3).map(lambda values: json.dumps({"keys": values}).encode())
    | st.binary(max_size=60).map(
        lambda data: b"-----BEGIN PUBLIC KEY-----" + base64.b64encode(data) + b"-----END PUBLIC KEY-----"
    )
)
def test_no_content_does_harm(data):
    """Whatever a file holds, it is keys or a mistake that is told."""
    try:
        found = keys.parse("keys", data)
    except UsageError:
        return
    assert found.keys


def test_time_is_linear():
    """A file of the size that is allowed, made of beginnings alone, is refused at once."""
    assert (
        refusal(b"-----BEGIN X-----" * (keys.MAX_BYTES // 17))
        == "dir/issuer.json: a block of PEM begins and does not end"
    )
