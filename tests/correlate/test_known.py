"""Known secrets: which tokens are tried, with what, and at what cost."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
import warnings
from pathlib import Path

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from scanner.correlate.candidates import Candidate
from scanner.correlate.candidates.listed import derived, published
from scanner.decode.jws import decode
from scanner.model import Subject
from tests.correlate.known import HASHES, evidence, mint, prove, secrets, segment, subject

RANDOM = "wJ4t-Zk2QmVb9_Lr7Xs0aTyHf3GcNpEu"
"""Of no list."""


def by_pyjwt(secret: str, algorithm: str = "HS256", **claims: object) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is shorter than the algorithm asks for
        return jwt.encode({"sub": "u1", **claims}, secret, algorithm=algorithm).encode()


@pytest.mark.parametrize(("algorithm", "needed"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_a_published_secret_is_named(algorithm, needed):
    """All that is said of it."""
    assert evidence(by_pyjwt("secret", algorithm)) == [
        {
            "has_known_secret": True,
            "known_secret": "secret",
            "known_secret_name": '"secret" (a common secret)',
            "known_secret_bytes": 6,
            "known_secret_bytes_needed": needed,
        }
    ]


def test_a_miss_says_how_many_were_tried():
    """It is no proof of strength."""
    [found] = evidence(by_pyjwt(RANDOM))
    assert found.keys() == {"secrets_tried"}
    assert 100_000 < found["secrets_tried"] < 200_000


@pytest.mark.parametrize(
    ("secret", "name"),
    [
        ("keyboard cat", '"keyboard cat" (the example of Express\' documentation)'),
        ("thingsboardDefaultSigningKey", '"thingsboardDefaultSigningKey" (the default of ThingsBoard)'),
        ("Changeme", '"Changeme" ("changeme" capitalised; a common secret)'),
        ("secret\n", '"secret" with a line feed (a common secret)'),
        ("c2VjcmV0", '"c2VjcmV0" ("secret" in base64; a common secret)'),
        (
            "my_super_secret_jwt_key",
            '"my_super_secret_jwt_key" ("my-super-secret-jwt-key" respelt; a common placeholder)',
        ),
        ("", "the empty secret (no secret at all, or one of zero bytes)"),
        (b"\0" * 32, "the empty secret (no secret at all, or one of zero bytes)"),
        # What jjwt made of "secret" up to 0.9, and what Node makes of it.
        (b"\xb1\xe7\x2b", '"secret" decoded from base64 (a common secret)'),
        (b"\xb1\xe7\x2b\x7a", '"secret" decoded from base64 (a common secret)'),
        (
            "5ebe2294ecd0e0f08eab7690d2a6ee69",
            '"5ebe2294ecd0e0f08eab7690d2a6ee69" ("secret" as an MD5 digest in hexadecimal; a common secret)',
        ),
        (hashlib.sha256(b"secret").digest(), '"secret" as a SHA-256 digest (a common secret)'),
        ('_5#y2L"F4Q8z\n\\xec]/', ""),
    ],
)
def test_forms_of_a_secret(secret, name):
    """As files, configurations and libraries change it; each says what it was made of."""
    found = evidence(mint(secret))[0].get("known_secret_name", "")
    assert found == name


def test_the_key_of_rfc_7515():
    """The token of appendix A.1, whose key is given as base64url."""
    raw = (
        b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        b".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    name = evidence(raw)[0]["known_secret_name"]
    assert name.startswith('"AyM1SysPpbyDfgZld3um')
    assert name.endswith('" decoded from base64 (the key of RFC 7515 A.1)')


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(published()) | st.sampled_from(tuple(derived())), st.sampled_from(sorted(HASHES)))
def test_every_candidate_is_found(candidate: Candidate, algorithm: str):
    """Any listed secret with any algorithm."""
    [found] = secrets(mint(candidate.secret, algorithm=algorithm))
    assert found is not None
    # Two keys are one where padding with zero bytes makes them so (RFC 2104 §2).
    assert found.rstrip(b"\0") == candidate.secret.rstrip(b"\0")


@settings(max_examples=4, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_a_random_secret_is_never_found(secret: bytes):
    """Nothing is proved of what nobody can know."""
    assert secrets(mint(secret.replace(b"\0", b"\1"))) == [None]


@pytest.mark.parametrize("algorithm", ["hs256", "Hs512"])
def test_spellings_of_the_algorithm(algorithm):
    """A verifier that compares loosely accepts them."""
    assert secrets(mint("secret", algorithm=algorithm)) == [b"secret"]


@pytest.mark.parametrize(
    "raw",
    [
        mint("secret")[:-3],
        mint("secret").rpartition(b".")[0] + b".",
        mint("secret").replace(b".", b".e30.", 1)[:-1] + b".",
        segment(b'{"alg":"HS256","enc":"A256GCM"}') + b".e30.e30.e30." + segment(b"\0" * 32),
        segment(b'{"alg":"RS256"}') + b".e30." + segment(b"\0" * 32),
        segment(b'{"alg":["HS256"]}') + b".e30." + segment(b"\0" * 32),
    ],
    ids=["cut short", "without signature", "four parts", "encrypted", "other algorithm", "no algorithm"],
)
def test_what_is_not_tried(raw):
    """A signature that is no HMAC, or not all there, has no secret to find."""
    assert evidence(raw) == [{}]


@pytest.mark.parametrize("general", [False, True])
def test_json_serialisations(general):
    """Made by joserfc: one signature, flattened or in a list."""
    key = OctKey.import_key(b"complex_password_at_least_32_characters_long")
    member: jws.HeaderDict = {"protected": {"alg": "HS256"}, "header": {"kid": "a.b.c"}}
    members = [member]
    payload = b'{"sub":"u1"}'
    made = jws.serialize_json(members, payload, key) if general else jws.serialize_json(member, payload, key)
    assert secrets(json.dumps(made).encode()) == [b"complex_password_at_least_32_characters_long"]


def test_a_token_with_disclosures():
    """What follows the signature is not signed (RFC 9901 §4)."""
    raw = mint("secret", {"_sd": ["x"], "_sd_alg": "sha-256"}, typ="dc+sd-jwt")
    disclosure = segment(b'["salt","name","Ann"]')
    assert secrets(raw + b"~" + disclosure + b"~", raw + b"~") == [b"secret", b"secret"]


def test_a_payload_elsewhere_is_not_tried():
    """Without it nobody knows what is signed (RFC 7515, appendix F)."""
    header, _, signature = mint("secret").split(b".")
    assert evidence(header + b".." + signature) == [{}]


def test_a_payload_in_clear():
    """RFC 7797 §5.2: it is signed as it stands."""
    signed = segment(b'{"alg":"HS256","b64":false,"crit":["b64"]}') + b'.{"sub":"u1"}'
    raw = signed + b"." + segment(hmac.digest(b"secret", signed, "sha256"))
    assert secrets(raw) == [b"secret"]


def test_a_single_token_without_a_place():
    """As it is given on a command line."""
    token = decode(mint("secret"))
    assert token
    alone = Subject("token", token.identity, token.raw, [])
    assert secrets((alone, token)) == [b"secret"]


def test_nothing_is_tried_without_tries():
    """`tries = 0` turns it off."""
    assert evidence(mint("secret"), tries=0) == [{}]


class TestNames:
    """What lies near a token is tried too."""

    @pytest.mark.parametrize(
        ("secret", "claims", "name"),
        [
            ("parcels", {"iss": "https://sso.parcels.example/"}, '"parcels" (made of its `iss`)'),
            ("parcels_jwt_secret", {"iss": "https://sso.parcels.example/"}, '"parcels_jwt_secret" (made of its `iss`)'),
            ("sso.parcels.example", {"iss": "https://sso.parcels.example:8443/x"}, None),
            ("ParcelsSecretKey", {"iss": "parcels"}, '"ParcelsSecretKey" (made of its `iss`)'),
            ("src-secret", {}, '"src-secret" (made of a name in its path)'),
            ("parcelshop-jwt", {}, None),
            (
                "parcel_shop_jwt_secret",
                {},
                '"parcel_shop_jwt_secret" (made of the name of the folder that was scanned)',
            ),
        ],
    )
    def test_names_that_a_report_shows(self, secret, claims, name):
        [found] = evidence(mint(secret, claims))
        assert found["known_secret"] == secret
        assert name in (None, found["known_secret_name"])

    @pytest.mark.parametrize(
        ("secret", "claims", "member"),
        [
            ("4711-kiwi", {"sub": "4711-kiwi"}, "sub"),
            ("tenant_kiwi", {"tid": "kiwi", "iss": "https://x.example"}, None),
            ("kiwi-realm-secret", {"iss": "https://x.example/realms/kiwi-realm"}, "iss"),
            ("kiwi-secret", {"aud": ["a", "https://api.kiwi.example"]}, "aud"),
            ("kiwi77", {"iss": "kiwi77", "client_id": 7}, "iss"),
        ],
    )
    def test_names_that_no_report_shows(self, secret, claims, member):
        [found], _ = prove(mint(secret, claims))
        if member is None:
            assert found.secret is None
            return
        assert found.secret is not None
        assert found.secret.reveal().decode() == secret
        assert found.evidence["known_secret_name"] == f"a secret made of its `{member}`"
        assert "known_secret" not in found.evidence

    def test_the_key_id(self):
        [found] = evidence(mint("billing-2026", kid="billing-2026"))
        assert found["known_secret_name"] == "a secret made of its `kid`"


class TestWordlists:
    def test_a_line_is_named_and_not_shown(self, tmp_path: Path):
        words = tmp_path / "words.txt"
        words.write_bytes(b"nothing much\r\n\r\nhush, little one\r\nlast")
        [first, last], coverage = prove(mint("hush, little one"), mint("last"), wordlists=(str(words),))
        assert first.evidence["known_secret_name"] == "the secret on line 3 of words.txt"
        assert last.evidence["known_secret_name"] == "the secret on line 4 of words.txt"
        assert "hush" not in str(first.evidence)
        assert first.secret is not None
        assert coverage == prove()[1]

    def test_lines_are_bytes(self, tmp_path: Path):
        words = tmp_path / "words.bin"
        words.write_bytes(b" \xff\xfe \n\\x41\n")
        assert secrets(mint(b" \xff\xfe "), mint("\\x41"), wordlists=(str(words),)) == [b" \xff\xfe ", b"\\x41"]

    def test_a_list_that_is_gone_is_told(self, tmp_path: Path):
        [found], coverage = prove(mint(RANDOM), wordlists=(str(tmp_path / "gone.txt"),))
        assert found.evidence["secrets_tried"] > 100_000
        assert [(lost.path, lost.reason) for lost in coverage.skipped] == [("gone.txt", "unreadable")]


class TestFamilies:
    """The cost is per secret that is looked for, not per token."""

    def test_one_token_is_tried_for_its_family(self):
        claims = [{"iss": "https://idp.example", "sub": str(number)} for number in range(3_000)]
        begin = time.process_time()
        found, coverage = prove(*(mint(RANDOM, claim) for claim in claims))
        assert time.process_time() - begin < 10
        *doubts, first = sorted(subject.evidence["secrets_tried"] for subject in found if subject.evidence)
        assert doubts == [len(published())] * 8
        assert 100_000 < first < 200_000
        assert coverage.notes == [
            "known secrets: none was found for some tokens of one issuer and key; others, not tried: 2,991"
        ]

    def test_a_secret_that_is_found_is_checked_on_all(self):
        tokens = [mint("secret", {"iss": "https://idp.example", "sub": str(number)}) for number in range(500)]
        begin = time.process_time()
        assert secrets(*tokens) == [b"secret"] * 500
        assert time.process_time() - begin < 2

    def test_tokens_of_many_secrets_in_one_family(self):
        """As in a file of examples: each gets its own tries, whoever comes first."""
        listed = [candidate.secret for candidate in published()[1:400:4]]
        tokens = [mint(secret, {"sub": str(number)}) for number, secret in enumerate(listed)]
        strong = [mint(RANDOM, {"sub": f"strong{number}"}) for number in range(20)]
        assert secrets(*strong[:3], *tokens, *strong[3:]) == [None] * 3 + listed + [None] * 17

    def test_a_rare_secret_behind_strong_ones(self):
        """In other files, where nothing says that the tokens belong together."""
        rare = list(derived())[-1].secret
        strong = [subject(mint(RANDOM, {"sub": str(number)}), f"{number}.py") for number in range(3)]
        assert secrets(*strong, subject(mint(rare), "x.py")) == [None, None, None, rare]

    def test_the_tries_of_a_scan_are_bounded(self):
        tokens = [mint(RANDOM, {"iss": f"https://{number}.example"}) for number in range(20)]
        found, coverage = prove(*tokens, tries=10_000)
        assert sum(subject.evidence["secrets_tried"] for subject in found) <= 10_000
        assert {subject.evidence["secrets_tried"] for subject in found} == {500}
        assert coverage.notes == ["known secrets: 10,000 tries (--tries) were not enough for all; tokens concerned: 20"]

    def test_two_runs_find_the_same(self):
        tokens = [mint(secret, {"sub": str(n)}) for n, secret in enumerate([RANDOM, "secret", "dev", RANDOM, "test"])]
        assert evidence(*tokens, tries=20_000) == evidence(*tokens, tries=20_000)


def test_a_token_of_a_megabyte_costs_no_more():
    """The bytes that are hashed for one token are bounded, and it comes after all others."""
    long = mint("zebra-secret", {"sub": "u1", "pad": "x" * 700_000})
    begin = time.process_time()
    found, coverage = prove(long, mint("secret", {"iss": "https://idp.example"}), tries=2_000_000)
    assert time.process_time() - begin < 5
    assert found[1].evidence["known_secret"] == "secret"
    assert found[0].evidence["secrets_tried"] < 1_000
    assert coverage.notes[0].endswith("tokens concerned: 1")


def test_a_scan_without_such_tokens_reads_no_list(tmp_path: Path):
    """Neither a clean one, nor one whose tokens are signed otherwise."""
    header = segment(b'{"alg":"RS256"}') + b"."
    (tmp_path / "app.py").write_bytes(header + segment(b'{"iss":"https://idp.example"}') + b"." + segment(b"s" * 256))
    code = "import sys; from scanner.cli import main; status = main(sys.argv[1:]); print(status, *sys.modules)"
    command = [sys.executable, "-c", code, "scan", "--no-config", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    status, *loaded = run.stdout.splitlines()[-1].split()
    assert status == "1"
    assert "scanner.correlate" in loaded
    assert {"scanner.correlate.candidates.listed", "flask_unsign_wordlist"} & set(loaded) == set()
