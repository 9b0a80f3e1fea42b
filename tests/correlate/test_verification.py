"""What keys prove of tokens that other libraries signed, and every way in which the two do not belong together."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import warnings
from collections.abc import Iterable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwk as joserfc_jwk
from joserfc import jws as joserfc_jws
from jwcrypto import jwk as jwcrypto_jwk

from scanner import keys, weakness
from scanner.correlate import correlate, keyring, verification
from scanner.decode.jws import decode
from scanner.model import Coverage, Policy, Sealed, Subject
from tests.signing import ASYMMETRIC, HMAC, certificate, key, key_set, kind_of, number, public, sign
from tests.strategies import segment

ISSUER = "https://idp.example"
CLAIMS: dict[str, Any] = {"iss": ISSUER, "iat": 1_767_225_600}
LONG = "pLb3_Uw1xPq4kZ8sVnJtYg"
"""A `kid` that no second issuer has."""


def subjects(tokens: Iterable[str | bytes]) -> tuple[list[Subject], Any]:
    pairs = []
    for raw in tokens:
        token = decode(raw.encode() if isinstance(raw, str) else raw)
        assert token is not None
        pairs.append((Subject("token", token.identity, Sealed(token.raw.reveal()), []), token))
    return [subject for subject, _ in pairs], lambda: iter(pairs)


def prove(tokens: Iterable[str | bytes], *files: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    """The evidence on each token, and the notes, with the keys of these files."""
    found, again = subjects(tokens)
    coverage = Coverage()
    given = [entry for number, data in enumerate(files) for entry in keys.parse(f"{number}.json", data).keys]
    correlate(again, Policy(tries=0), coverage, given)
    return [subject.evidence for subject in found], coverage.notes


def outcome(token: str | bytes, *files: bytes) -> str | None:
    """What is said of one token's signature."""
    [evidence], _ = prove([token], *files)
    assert evidence.get("verified", False) is (evidence.get("signature") == "valid")
    signature: str | None = evidence.get("signature")
    return signature


def forged(token: str) -> str:
    """The token with other claims and the same signature."""
    head, _, signature = token.split(".")
    return f"{head}.{segment(json.dumps({'iss': ISSUER, 'sub': 'root'}).encode())}.{signature}"


class TestEveryAlgorithm:
    """Signed by one library, verified by us; and the same token altered."""

    @pytest.mark.parametrize("algorithm", [*ASYMMETRIC, *HMAC])
    def test_signed_by_jwcrypto(self, algorithm):
        pair = key(kind_of(algorithm))
        token = sign(pair, algorithm, kid=LONG)
        given = key_set(public(pair, kid=LONG))
        assert outcome(token, given) == "valid"
        assert outcome(forged(token), given) == "invalid"

    @pytest.mark.parametrize("algorithm", [*ASYMMETRIC, *HMAC])
    def test_signed_by_pyjwt(self, algorithm):
        pair = key(kind_of(algorithm))
        secret = base64.urlsafe_b64decode(pair.export(as_dict=True)["k"] + "==") if pair["kty"] == "oct" else None
        token = jwt.encode({"iss": ISSUER}, secret or pair.export_to_pem(private_key=True, password=None), algorithm)
        assert outcome(token, key_set(public(pair))) == "valid"
        assert outcome(forged(token), key_set(public(pair))) == "unknown_key"

    @pytest.mark.parametrize("algorithm", ["RS256", "PS512", "ES512", "ES256K", "Ed25519", "Ed448", "EdDSA"])
    def test_signed_by_joserfc(self, algorithm):
        kinds = {"Ed25519": "Ed25519", "Ed448": "Ed448"}
        pair = key(kinds.get(algorithm) or kind_of(algorithm))
        signer: Any = joserfc_jwk.import_key(pair.export(private_key=True, as_dict=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            token = joserfc_jws.serialize_compact({"alg": algorithm}, b'{"a":1}', signer, algorithms=[algorithm])
        assert outcome(token, key_set(public(pair))) == "valid"

    def test_every_algorithm_has_an_oracle(self):
        """No algorithm is left out of these tests."""
        assert set(ASYMMETRIC) | set(HMAC) | {"Ed25519", "Ed448"} == set(keyring._KINDS)

    @pytest.mark.parametrize("form", ["pem", "pkcs1", "der", "certificate", "private"])
    def test_forms_of_a_key(self, form):
        pair = key("RSA")
        verifier = pair.get_op_key("verify")
        pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
        data = {
            "pem": pair.export_to_pem(),
            "pkcs1": verifier.public_bytes(pem, serialization.PublicFormat.PKCS1),
            "der": verifier.public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo),
            "certificate": certificate("issuer", pair),
            "private": pair.export_to_pem(private_key=True, password=None),
        }[form]
        assert outcome(sign(pair, "PS256"), data) == "valid"
        assert outcome(sign(pair, "PS256"), key("Ed25519").export_to_pem()) == "unknown_key"

    def test_examples_of_the_rfcs(self):
        """RFC 7515 A.3 and RFC 8037 A.4."""
        token = (
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            "Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        )
        assert (
            outcome(
                token,
                b'{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
                b'"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}',
            )
            == "valid"
        )
        token = (
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcN"
            "R4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        )
        assert (
            outcome(token, b'{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}')
            == "valid"
        )


class TestWhichKey:
    """A key is taken by its name first, then by its type; and only for what it is for."""

    def test_the_key_is_told(self):
        one, two = key("P-256", 1), key("P-256", 2)
        given = key_set(public(one, kid="a"), public(two, kid="b"))
        [evidence], notes = prove([sign(two, "ES256", kid="b")], given)
        assert notes == []
        assert evidence == {
            "signature": "valid",
            "signature_key": "0.json, key 2 (`b`)",
            "key_weaknesses": [],
            "key_thumbprint": two.thumbprint(),
            "verified": True,
        }

    def test_another_name_is_another_key(self):
        """No verifier that chooses by `kid` takes it; a file that names no key leaves it open."""
        pair = key("P-256")
        assert outcome(sign(pair, "ES256", kid="x"), key_set(public(pair, kid="y"))) == "unknown_key"
        assert outcome(sign(pair, "ES256", kid="x"), key_set(public(pair))) == "valid"
        assert outcome(sign(pair, "ES256"), key_set(public(pair, kid="y"))) == "valid"

    def test_two_keys_of_one_name(self):
        """Both are tried, each for its own algorithm."""
        given = key_set(public(key("P-256", 1), kid="a"), public(key("P-256", 2), kid="a"), public(key("RSA"), kid="a"))
        assert outcome(sign(key("P-256", 2), "ES256", kid="a"), given) == "valid"
        assert outcome(sign(key("RSA"), "RS512", kid="a"), given) == "valid"

    @pytest.mark.parametrize(
        ("algorithm", "members"),
        [
            ("ES256", {"use": "enc"}),
            ("ES256", {"use": "anything"}),
            ("ES256", {"key_ops": ["deriveKey"]}),
            ("ES256", {"key_ops": []}),
            ("ES256", {"alg": "ES384"}),
            ("RS256", {"alg": "PS256"}),
            ("RS256", {"alg": "RSA-OAEP-256"}),
            ("EdDSA", {"alg": "ES256"}),
        ],
    )
    def test_a_key_serves_what_it_is_for(self, algorithm, members):
        """It would verify, and may not."""
        pair = key(kind_of(algorithm))
        assert outcome(sign(pair, algorithm, kid=LONG), key_set(public(pair, kid=LONG, **members))) == "unfit_key"
        assert outcome(sign(pair, algorithm), key_set(public(pair, **members))) == "unknown_key"

    @pytest.mark.parametrize(
        ("algorithm", "members"),
        [
            ("ES256", {"use": "sig", "alg": "ES256", "key_ops": ["verify"]}),
            ("ES256", {"key_ops": ["sign"]}),
            ("EdDSA", {"alg": "Ed25519"}),
            ("EdDSA", {"alg": "EdDSA"}),
        ],
    )
    def test_and_says_so(self, algorithm, members):
        pair = key(kind_of(algorithm))
        assert outcome(sign(pair, algorithm, kid=LONG), key_set(public(pair, kid=LONG, **members))) == "valid"

    @pytest.mark.parametrize("field", ["x5t", "x5t#S256", "kid"])
    def test_a_certificate_is_named_by_its_thumbprint(self, field):
        """RFC 7515 §4.1.7; ADFS gives `x5t` alone. In a PEM file nobody writes it down."""
        pem = certificate("issuer")
        der = base64.b64decode(b"".join(pem.split(b"-----")[2].split()))
        digest = segment((hashlib.sha1 if field == "x5t" else hashlib.sha256)(der).digest())
        token = sign(key("P-256"), "ES256", **{field: digest})
        [valid, invalid], _ = prove([token, forged(token)], pem)
        assert (valid["signature"], invalid["signature"], invalid["key_certain"]) == ("valid", "invalid", True)

    def test_names_that_follow_from_the_key(self):
        """RFC 7638, and Kubernetes' digest of the public key."""
        pair = key("RSA")
        info = pair.get_op_key("verify").public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        for kid in (pair.thumbprint(), segment(hashlib.sha256(info).digest())):
            assert outcome(forged(sign(pair, "RS256", kid=kid)), pair.export_to_pem()) == "invalid"

    def test_authorities_sign_no_tokens(self):
        """Of a chain the leaf counts; a certificate that signs itself is one."""
        root, leaf = key("P-384"), key("P-256")
        chain = certificate("leaf", leaf, "root", root) + certificate("root", root)
        assert outcome(sign(leaf, "ES256"), chain) == "valid"
        assert outcome(sign(root, "ES384"), chain) == "unknown_key"
        assert outcome(sign(root, "ES384"), certificate("root", root)) == "valid"


class TestConfusion:
    """No key is taken for one of another kind, and who tries that is found out."""

    TEXTS = ("spki", "spki bare", "pkcs1", "as given", "der")

    @pytest.mark.parametrize("text", TEXTS)
    @pytest.mark.parametrize("algorithm", HMAC)
    def test_a_public_key_as_secret(self, text, algorithm):
        verifier = key("RSA").get_op_key("verify")
        pem, formats = serialization.Encoding.PEM, serialization.PublicFormat
        given = certificate("issuer", key("RSA"))
        secret = {
            "spki": verifier.public_bytes(pem, formats.SubjectPublicKeyInfo),
            "spki bare": verifier.public_bytes(pem, formats.SubjectPublicKeyInfo).strip(),
            "pkcs1": verifier.public_bytes(pem, formats.PKCS1),
            "as given": given,
            "der": verifier.public_bytes(serialization.Encoding.DER, formats.SubjectPublicKeyInfo),
        }[text]
        head = segment(json.dumps({"alg": algorithm}).encode()) + "." + segment(b'{"sub":"root"}')
        mac = hmac.digest(secret, head.encode(), keyring.HASHES[algorithm])
        [evidence], _ = prove([f"{head}.{segment(mac)}"], given)
        assert (evidence["signature"], evidence["signature_key"]) == ("forged", "0.json")
        assert "verified" not in evidence

    def test_a_secret_is_no_forgery(self):
        """An HMAC token beside public keys is just of another key."""
        assert outcome(sign(key("oct"), "HS256"), key_set(public(key("RSA")))) == "unknown_key"

    def test_names_of_another_kind(self):
        """HMAC with the name of a public key, and the other way round."""
        assert outcome(sign(key("oct"), "HS256", kid="1"), key_set(public(key("RSA"), kid="1"))) == "unfit_key"
        assert outcome(sign(key("RSA"), "RS256", kid="1"), key_set(public(key("oct"), kid="1"))) == "unfit_key"

    def test_curves(self):
        """One curve an algorithm, RFC 7518 §3.4."""
        given = key_set(public(key("P-384"), kid="1"))
        assert outcome(sign(key("P-256"), "ES256", kid="1"), given) == "unfit_key"
        assert outcome(sign(key("P-256"), "ES256", kid="1"), key_set(public(key("secp256k1"), kid="1"))) == "unfit_key"
        assert outcome(sign(key("Ed25519"), "EdDSA", kid="1"), key_set(public(key("Ed448"), kid="1"))) == "invalid"


class TestInference:
    """What follows from other tokens is told apart from what is proved."""

    def retirement(self, claims: dict[str, Any], kid: str | None = "old", algorithm: str = "ES256") -> dict[str, Any]:
        """The evidence on a token of an unknown key, beside a verified one of CLAIMS."""
        current = key("P-256", 1)
        stranger = sign(key(kind_of(algorithm), 9), algorithm, claims, **({"kid": kid} if kid else {}))
        [_, evidence], _ = prove(
            [sign(current, "ES256", CLAIMS, kid="new"), stranger], key_set(public(current, kid="new"))
        )
        return evidence

    def test_an_earlier_token_of_a_verified_issuer(self):
        earlier = CLAIMS | {"iat": CLAIMS["iat"] - 1}
        assert self.retirement(earlier) == {
            "signature": "retired_key",
            "retirement": "the given keys verify a later token of the same issuer",
        }

    @pytest.mark.parametrize(
        ("claims", "more"),
        [
            ({"iss": ISSUER, "iat": 1_767_225_601}, {}),  # perhaps of a later key, which the file does not have yet
            ({"iss": ISSUER}, {}),
            ({"iss": "https://other.example", "iat": 1}, {}),
            ({"iat": 1}, {}),
            ({"iss": ISSUER, "iat": 1}, {"kid": None}),
            ({"iss": ISSUER, "iat": 1}, {"algorithm": "HS256"}),  # nobody publishes a secret
        ],
    )
    def test_where_nothing_follows(self, claims, more):
        assert self.retirement(claims, **more) == {"signature": "unknown_key"}

    def test_a_key_without_a_name_tells_nothing(self):
        """A PEM file is one key, not all that an issuer publishes."""
        current, old = key("P-256", 1), key("P-256", 9)
        tokens = [sign(current, "ES256", CLAIMS), sign(old, "ES256", CLAIMS, kid="old")]
        assert prove(tokens, current.export_to_pem())[0][1] == {"signature": "unknown_key"}

    @pytest.mark.parametrize(
        ("kid", "published", "retired"),
        [
            ("login-2025-10", "login-2026-01", True),
            ("signing_key_3", "signing_key_12", True),
            ("login-2026-02", "login-2026-01", False),
            ("billing-2025", "login-2026", False),
            ("1", "2", False),
            ("2025-10", "2026-01", False),
            ("a1b2c3d4e5f60718", "a1b2c3d4e5f60719", False),
            ("deadbeef1", "deadbeef2", False),
        ],
    )
    def test_names_that_count(self, kid, published, retired):
        token = sign(key("P-256", 9), "ES256", kid=kid)
        expected = "retired_key" if retired else "unknown_key"
        assert outcome(token, key_set(public(key("P-256", 1), kid=published))) == expected

    @pytest.mark.parametrize(("kid", "certain"), [(LONG, True), ("1", False), ("default", False)])
    def test_a_distinctive_name_is_of_one_issuer(self, kid, certain):
        token = forged(sign(key("P-256"), "ES256", kid=kid))
        [evidence], _ = prove([token], key_set(public(key("P-256"), kid=kid)))
        assert (evidence["signature"], evidence["key_certain"]) == ("invalid", certain)

    def test_a_verified_issuer_makes_any_name_certain(self):
        pair = key("P-256")
        token = sign(pair, "ES256", CLAIMS, kid="1")
        evidence, _ = prove([forged(token), token], key_set(public(pair, kid="1")))
        assert (evidence[0]["signature"], evidence[0]["key_certain"]) == ("invalid", True)


class TestWeakKeys:
    def weaknesses(self, token: str, *keys: dict[str, Any]) -> tuple[Any, ...]:
        [evidence], _ = prove([token], key_set(*keys))
        return evidence["signature"], evidence.get("key_bits"), evidence.get("key_weaknesses")

    def test_short_rsa(self):
        pair = jwcrypto_jwk.JWK.generate(kty="RSA", size=1024)
        found = self.weaknesses(sign(pair, "RS256"), public(pair))
        assert found == ("valid", 1024, [weakness.SHORT])

    @pytest.mark.parametrize(
        ("size", "algorithm", "weak"), [(31, "HS256", True), (32, "HS256", False), (47, "HS384", True)]
    )
    def test_short_secrets(self, size, algorithm, weak):
        """RFC 7518 §3.2, to the byte."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            token = jwt.encode({}, b"x" * size, algorithm)
        found = self.weaknesses(token, {"kty": "oct", "k": segment(b"x" * size)})
        assert found == ("valid", size * 8, [weakness.SHORT_FOR_HASH] * weak)

    def test_the_digest_of_a_secret_is_not_told(self):
        """It would help to guess it."""
        [evidence], _ = prove([sign(key("oct"), "HS256")], key_set(public(key("oct"))))
        assert set(evidence) == {"signature", "signature_key", "key_weaknesses", "key_bits", "verified"}

    @pytest.mark.parametrize("exponent", [1, 2, 65_536])
    def test_an_exponent_that_no_library_takes(self, exponent):
        modulus = public(key("RSA"))["n"]
        broken = {"kty": "RSA", "n": modulus, "e": number(exponent), "kid": "1"}
        found = self.weaknesses(sign(key("RSA"), "RS256", kid="1"), broken)
        assert found == ("broken_key", 2048, [weakness.EXPONENT])


class TestHostileInput:
    def test_points_beside_their_curve(self):
        """What only a library finds out is a note, and the other keys serve."""
        bad = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
        der = b"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----"
        [evidence], notes = prove([sign(key("RSA"), "RS256")], key_set(bad, public(key("RSA"))), der)
        assert evidence["signature"] == "valid"
        assert notes == [
            "0.json, key 1: no library takes this key, so it is not used",
            "1.json: no library takes this key, so it is not used",
        ]

    @pytest.mark.parametrize("signature", ["", "A", "AAAA", "A" * 86, "AAAA====", "+/+/", "A" * 100_000])
    @pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA", "HS256"])
    def test_signatures_of_any_length(self, signature, algorithm):
        head = segment(json.dumps({"alg": algorithm, "kid": LONG}).encode()) + "." + segment(b'{"sub":"u"}')
        given = key_set(public(key(kind_of(algorithm)), kid=LONG))
        assert outcome(f"{head}.{signature}", given) == "invalid"

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "none"},
            {"alg": "RS1"},
            {"alg": "rs256"},
            {"alg": ["RS256"]},
            {"alg": 7},
            {"typ": "JWT"},
        ],
    )
    def test_other_algorithms_are_not_checked(self, header):
        token = f"{segment(json.dumps(header).encode())}.{segment(b'{}')}.AAAA"
        assert prove([token], key_set(public(key("RSA"))))[0] == [{}]

    def test_a_payload_that_is_elsewhere_is_not_checked(self):
        """A detached one (RFC 7515 appendix F): nothing is known of it."""
        head, _, signature = sign(key("RSA"), "RS256").split(".")
        assert outcome(f"{head}..{signature}", key_set(public(key("RSA")))) is None

    @pytest.mark.parametrize("kid", [7, None, [], {}, "\ud800", "x" * 10_000])
    def test_names_of_any_type(self, kid):
        token = sign(key("RSA"), "RS256", kid=kid)
        expected = "unknown_key" if isinstance(kid, str) else "valid"
        assert outcome(token, key_set(public(key("RSA"), kid="1"))) == expected

    def test_padding_and_the_standard_alphabet_do_not_matter(self):
        """What a lenient verifier accepts is genuine."""
        for number_ in range(50):
            head, _, signature = sign(key("P-256"), "ES256", {"n": number_}).rpartition(".")
            if "-" in signature or "_" in signature:
                standard = signature.replace("-", "+").replace("_", "/") + "=="
                assert outcome(f"{head}.{standard}", key_set(public(key("P-256")))) == "valid"

    def test_the_budget_is_told(self, monkeypatch):
        """Tokens beyond it are counted, and nothing is said of their signatures."""
        monkeypatch.setattr(verification, "BUDGET", 200)
        tokens = [sign(key("P-256"), "ES256", {"n": n}) for n in range(5)]
        evidence, notes = prove(tokens, key_set(public(key("P-256"))))
        assert [entry.get("signature") for entry in evidence] == ["valid", "valid", None, None, None]
        assert notes == ["the signatures of 3 tokens were not checked: all tokens with all keys would take too long"]


def test_without_tokens_no_library_is_loaded():
    """Nor with tokens that have nothing to check."""
    code = (
        "import sys; from scanner.correlate import correlate; from scanner.keys import parse;"
        "from scanner.model import *; from scanner.decode.jws import decode;"
        f"given = parse('k', {key_set(public(key('RSA')))!r}).keys;"
        "token = decode(b'eyJhbGciOiJub25lIn0.e30.');"
        "subject = Subject('token', token.identity, token.raw, []);"
        "correlate(lambda: iter([]), Policy(), Coverage(), given);"
        "correlate(lambda: iter([(subject, token)]), Policy(), Coverage(), given);"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"jwt", "joserfc", "cryptography"}.isdisjoint(run.stdout.split())
