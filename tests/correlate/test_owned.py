"""Which private key of a scan signs which of its tokens: by its name, by its thumbprint, by verification."""

from __future__ import annotations

import itertools
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from scanner.correlate import correlate, keyring, owned, verification
from scanner.decode import decoder
from scanner.model import Coverage, Origin, Policy, Sighting, Subject
from tests.signing import ASYMMETRIC, HMAC, key, kind_of, sign

PAIR = "config/signing.pem"


def subject(raw: str | bytes, path: str, name: str, line: int = 1) -> Subject:
    text = raw.encode() if isinstance(raw, str) else raw
    decoded = decoder(name).decode(text)
    assert decoded
    sighting = Sighting(Origin("file", path), 0, len(text), line, 1, line, 1 + len(text))
    kind = "token" if name == "jws" else "key"
    kept = None if name == "jws" else decoded
    return Subject(kind, decoded.identity, decoded.raw, [sighting], 1, decoder=name, decoded=kept)  # type: ignore[arg-type]


def pem(pair: Any, lock: Any = None, form: Any = PrivateFormat.PKCS8) -> bytes:
    return bytes(pair.get_op_key("sign").private_bytes(Encoding.PEM, form, lock or NoEncryption()).strip())


def prove(keys: Sequence[Subject], tokens: Sequence[Subject]) -> list[str]:
    """Adds the evidence; the notes."""
    coverage = Coverage()
    pairs = [(token, decoder("jws").decode(token.sealed.reveal())) for token in tokens]
    correlate(lambda: iter(pairs), Policy(tries=10_000), coverage, subjects=[*keys, *tokens])  # type: ignore[arg-type]
    return coverage.notes


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], int]:
    """Tells how many signatures some work verifies."""

    def count(work: Callable[[], Any]) -> int:
        calls: list[str] = []

        def verifies(pair: keyring.Key, algorithm: str, signed: bytes, signature: bytes) -> bool:
            calls.append(algorithm)
            return keyring.verifies(pair, algorithm, signed, signature)

        monkeypatch.setattr(owned, "verifies", verifies)
        work()
        return len(calls)

    return count


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_every_algorithm(algorithm):
    """A key in PEM and a token that says nothing of it."""
    pair = key(kind_of(algorithm))
    mine, other = subject(pem(pair), PAIR, "pem", line=3), subject(pem(key(kind_of(algorithm), 1)), "b.pem", "pem")
    token = subject(sign(pair, algorithm), "app.log", "jws")
    prove([other, mine], [token])
    assert token.evidence["forgeable"] is True
    assert token.evidence["signed_by"] == f"{PAIR}:3"
    assert {name: mine.evidence[name] for name in ("signs", "forges", "forges_count")} == {
        "signs": True,
        "forges": ["JSON web token"],
        "forges_count": 1,
    }
    assert "signs" not in other.evidence


@pytest.mark.parametrize(("algorithm", "signs"), [("RS256", True), ("RS512", False), ("PS512", False)])
def test_a_key_too_small_for_its_hash(algorithm, signs):
    """RFC 8017 §9: a modulus of 512 bits has no room for SHA-512, and so signs nothing with it."""
    pair = small_rsa()
    owner = subject(pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).strip(), PAIR, "pem")
    signed = sign(key("RSA"), algorithm).rpartition(".")[0]
    signature = pair.sign(signed.encode(), PKCS1v15(), SHA256()) if signs else bytes(64)
    prove([owner], [subject(f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}", "app.log", "jws")])
    assert owner.evidence.get("signs", False) is signs


def small_rsa() -> RSAPrivateKey:
    """A key of 512 bits; libraries make none any more."""
    primes = (number for number in itertools.count(2**255 + 2**254 + 1, 2) if pow(2, number - 1, number) == 1)
    p, q = itertools.islice(primes, 2)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = RSAPublicNumbers(65537, p * q)
    return RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


@pytest.mark.parametrize("algorithm", HMAC)
def test_shared_secrets(algorithm):
    """A JWK that is a shared secret is tried as any secret is."""
    pair = key("oct")
    mine = subject(pair.export(), "keys.json", "jwk")
    token = subject(sign(pair, algorithm), "app.log", "jws")
    prove([mine], [token])
    assert token.evidence["signed_by"] == "keys.json:1"
    assert mine.evidence["forges_count"] == 1


def test_by_key_id(counted):
    """The key that a token names comes first: no other is tried."""
    pair = key("P-256")
    members = json.loads(pair.export(private_key=True)) | {"kid": "2026-01"}
    mine = subject(json.dumps(members), "keys.json", "jwk")
    others = [subject(pem(key("P-256", number)), f"{number}.pem", "pem") for number in range(1, 20)]
    token = subject(sign(pair, "ES256", kid="2026-01"), "app.log", "jws")
    tried = counted(lambda: prove([*others, mine], [token]))
    assert (token.evidence["signed_by"], tried) == ("keys.json:1", 1)


def test_by_thumbprint(counted):
    """RFC 7638, as issuers without names of their own have it."""
    pair = key("Ed25519")
    mine = subject(pem(pair), PAIR, "pem")
    others = [subject(pem(key("Ed25519", number)), f"{number}.pem", "pem") for number in range(1, 20)]
    token = subject(sign(pair, "EdDSA", kid=pair.thumbprint()), "app.log", "jws")
    assert counted(lambda: prove([*others, mine], [token])) == 1
    assert mine.evidence["signs"] is True


def test_a_family_is_tried_once(counted):
    """What signs one token of an issuer is tried first on the next; one that nothing signs is given up."""
    pair = key("P-256")
    mine = subject(pem(pair), PAIR, "pem")
    others = [subject(pem(key("P-256", number)), f"{number}.pem", "pem") for number in range(1, 10)]
    signed = [
        subject(sign(pair, "ES256", {"iss": "https://idp.example", "jti": str(n)}), "a.log", "jws") for n in range(50)
    ]
    assert counted(lambda: prove([*others, mine], signed)) == 10 + 49
    assert mine.evidence["forges_count"] == 50
    stranger = key("P-256", 99)
    strangers = [subject(sign(stranger, "ES256", {"jti": str(n)}), "a.log", "jws") for n in range(50)]
    assert counted(lambda: prove(others, strangers)) == 9 * 3
    assert not any("forgeable" in token.evidence for token in strangers)


def test_two_keys_of_one_issuer():
    """Each token has the key that signs it."""
    pairs = [key("P-256"), key("P-256", 1)]
    keys = [subject(pem(pair), f"{number}.pem", "pem") for number, pair in enumerate(pairs)]
    tokens = [subject(sign(pairs[n % 2], "ES256", {"jti": str(n)}), "a.log", "jws") for n in range(10)]
    prove(keys, tokens)
    assert [token.evidence["signed_by"] for token in tokens] == ["0.pem:1", "1.pem:1"] * 5


class TestWhatIsNotProved:
    def test_another_algorithm(self):
        """A key signs only what its kind and its `alg` allow."""
        pair = key("RSA")
        members = json.loads(pair.export(private_key=True)) | {"alg": "PS256"}
        mine = subject(json.dumps(members), "keys.json", "jwk")
        token = subject(sign(pair, "RS256"), "app.log", "jws")
        prove([mine], [token])
        assert "forgeable" not in token.evidence

    def test_a_changed_token(self):
        head, _, signature = sign(key("P-256"), "ES256").split(".")
        token = subject(f"{head}.eyJzdWIiOiJyb290In0.{signature}", "app.log", "jws")
        prove([subject(pem(key("P-256")), PAIR, "pem")], [token])
        assert "forgeable" not in token.evidence

    def test_a_locked_key(self):
        """Its public half is not known, but where OpenSSH keeps it in clear."""
        token = subject(sign(key("P-256"), "ES256"), "app.log", "jws")
        prove([subject(pem(key("P-256"), BestAvailableEncryption(b"ours")), PAIR, "pem")], [token])
        assert "forgeable" not in token.evidence

    def test_a_key_that_is_cut_short(self):
        token = subject(sign(key("RSA"), "RS256"), "app.log", "jws")
        prove([subject(pem(key("RSA"))[:900], PAIR, "pem")], [token])
        assert "forgeable" not in token.evidence

    def test_no_keys(self):
        token = subject(sign(key("RSA"), "RS256"), "app.log", "jws")
        assert prove([], [token]) == []


def test_budget(monkeypatch):
    """What was left out is told."""
    monkeypatch.setattr(owned, "BUDGET", 3 * verification._COSTS["P-256"])
    keys = [subject(pem(key("P-256", number)), f"{number}.pem", "pem") for number in range(1, 6)]
    tokens = [subject(sign(key("P-256", 99), "ES256", {"iss": str(n)}), "a.log", "jws") for n in range(2)]
    assert prove(keys, tokens) == ["private keys: 2 tokens were not tried with all keys: it would take too long"]


def test_many_keys(monkeypatch):
    monkeypatch.setattr(owned, "MAX_KEYS", 2)
    keys = [subject(pem(key("P-256", number)), f"{number}.pem", "pem") for number in range(1, 6)]
    token = subject(sign(key("P-256", 1), "ES256"), "a.log", "jws")
    assert prove(keys, [token]) == ["private keys: tokens were verified with the first 2 of 5"]
    assert token.evidence["signed_by"] == "1.pem:1"
