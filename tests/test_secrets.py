"""What a value is worth: no secret, known, a test's, weak or strong; and what it may be told by."""

import base64
import hashlib
import secrets as random
import string
import uuid
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.secrets import STRONG_BITS, VerdictKind, bits, identity, judge, judge_used, known, publisher

DJANGO = string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)"
WORDPRESS = string.ascii_letters + string.digits + "!@#$%^&*()-_ []{}<>~`+=,.;:/?|"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "placeholder"),
        ("   ", "placeholder"),
        ("xxxxxxxxxxxx", "placeholder"),
        ("********", "placeholder"),
        ("<your-secret>", "placeholder"),
        ("[secret]", "placeholder"),
        ("your-secret-key-here", "placeholder"),
        ("YOUR_SECRET_KEY", "placeholder"),
        ("please-change-this-later", "placeholder"),
        ("replace-me", "placeholder"),
        ("generate-a-random-secret-here", "placeholder"),
        ("a-string-of-at-least-32-characters-1234", "placeholder"),
        ("REDACTED", "placeholder"),
        ("${JWT_SECRET}", "reference"),
        ("$JWT_SECRET", "reference"),
        ("$(openssl rand -hex 32)", "reference"),
        ("%env(APP_SECRET)%", "reference"),
        ("{{ vault_jwt_secret }}", "reference"),
        ('<%= ENV["SECRET_KEY_BASE"] %>', "reference"),
        ("#{JwtSecret}#", "reference"),
        ("@@JWT_SECRET@@", "reference"),
        ("process.env.JWT_SECRET", "reference"),
        ("vault:secret/data/shop#jwt", "reference"),
        ("op://shop/jwt/secret", "reference"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt", "reference"),
        ("!Ref JwtSecret", "reference"),
        ("var.jwt_secret", "reference"),
        ("AutoGenerate,IsolateApps", "reference"),
        ("ENC[AES256_GCM,data:4711,iv:0815,tag:x,type:str]", "encrypted"),
        ("$ANSIBLE_VAULT;1.1;AES256", "encrypted"),
        ("{cipher}4711", "encrypted"),
        ("ENC(4711)", "encrypted"),
        ("encrypted:BFe3", "encrypted"),
        ("$2b$12$abcdefghijklmnopqrstuv", "hash"),
        ("$argon2id$v=19$m=65536$c2FsdA$aGFzaA", "hash"),
        ("pbkdf2_sha256$600000$c2FsdA$aGFzaA=", "hash"),
        ("-----BEGIN RSA PRIVATE KEY-----", "other"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln", "other"),
        ("https://login.example/keys", "other"),
        ("/run/secrets/jwt", "other"),
        ("certs/jwt.pem", "other"),
        ("AKIA" + "A1B2C3D4E5F6G7H8", "other"),
        ("string", "other"),
        ("true", "other"),
        ("3600", "other"),
        ("CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET", "known default"),
        ("temporary_key", "known default"),
        ("keyboard cat", "known default"),
        ("kPH+bIxk5D2deZiIxcaaaA==", "known default"),
        ("something-very-secret", "known default"),
        ("django-insecure-4k!p9w@x2z&u7^m1t8$r6s0q5v3y_b#c=d+e*f-g", "known default"),
        ("secret", "weak"),
        ("carrots-and-onions", "weak"),
        ("action_dispatch.authenticated_encrypted_cookie_salt", "weak"),
        ("abcdefghijklmnopqrstuvwxyz012345", "weak"),
        ("carrots4711" * 6, "weak"),
        ("q7Yt0Lz3Vb9Xn5Rk", "weak"),
        ("the-test-secret", "test value"),
        ("f8Xq2LmZ7wTn0RkVb4YcJd9eGh5UaS1i", "strong"),
        ("base64:2fl+Ktvkfl+Fuz4Qp/A75G2RTiWVA/ZoKZvp6fiiM10=", "strong"),
        ("3b7cd727ee24e8444053437c36cc66c3", "strong"),
    ],
)
def test_verdicts(value, kind):
    """Each value is what it looks like to whoever reads the file."""
    assert judge(value.encode(), 32).kind == kind


@pytest.mark.parametrize("length", [32, 40, 64])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: random.token_hex(n),
        lambda n: random.token_urlsafe(n),
        lambda n: base64.b64encode(random.token_bytes(n)).decode(),
        lambda n: "".join(random.choice(DJANGO) for _ in range(n + 10)),
        lambda n: "".join(random.choice(string.ascii_letters + string.digits) for _ in range(n)),
        lambda n: "".join(random.choice(string.ascii_lowercase + string.digits) for _ in range(n)),
    ],
    ids=["hex", "url-safe", "base64", "Django", "alphanumeric", "lower case"],
)
def test_random_values_are_strong(make, length):
    """What a generator makes is told as such, but for the few that look like something else by chance."""
    verdicts = [judge(make(length).encode(), 32).kind for _ in range(200)]
    assert verdicts.count("strong") >= 180


def test_salts_of_wordpress_are_strong():
    """Those have all printable characters, so that pieces of templates come by chance."""
    verdicts = [judge("".join(random.choice(WORDPRESS) for _ in range(64)).encode(), 32).kind for _ in range(200)]
    assert verdicts.count("strong") >= 190


def test_uuids():
    """A random one is strong; one of few digits is none."""
    assert judge(str(uuid.uuid4()).encode(), 32).kind == "strong"
    assert judge(b"00000000-0000-0000-0000-000000000000", 32).kind != "strong"


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (b"password", 0, 20),
        (b"correct horse battery staple", 30, 60),
        (b"3b7cd727ee24e8444053437c36cc66c3", 110, 128),
        (b"abababababababababababababababab", 0, 10),
        (b"12345678901234567890123456789012", 0, 60),
        (hashlib.sha256(b"").digest(), 120, 256),
    ],
)
def test_bits(value, least, most):
    """An upper bound, and not a generous one for what people type."""
    assert least <= bits(value) <= most


def test_identity_of_what_is_guessable_costs_its_guesser():
    """A plain hash of it would be the secret itself, to whoever has a list."""
    weak, strong, published = b"carrots-and-onions", b"f8Xq2LmZ7wTn0RkVb4YcJd9eGh5UaS1i", b"temporary_key"
    salt = b"tokensweep/secret/1"
    assert bits(weak) < STRONG_BITS <= bits(strong)
    assert identity(weak) == hashlib.scrypt(weak, salt=salt, n=2**13, r=8, p=1, dklen=32).hex()
    for value in (strong, published):
        assert identity(value) == hashlib.sha256(salt + b"\0" + value).hexdigest()


def test_publishers():
    """Who publishes a value is named; what anybody types is nobody's."""
    assert publisher(b"temporary_key") == "the default of Apache Airflow"
    assert publisher(b"secret") == ""
    assert known()[b"secret"] == "a common secret"
    assert publisher(b"carrots-and-onions") == ""


@given(value=st.binary(max_size=200), needed=st.integers(0, 64))
def test_any_value_has_a_verdict(value, needed):
    """Of one of the kinds, with words for it; no more bits than the bytes have."""
    verdict = judge(value, needed)
    assert verdict.kind in get_args(VerdictKind)
    assert verdict.reason
    assert 0 <= verdict.bits <= 8 * len(value)


@pytest.mark.parametrize(
    ("value", "kind", "used"),
    [
        (b"parcels-change-me-in-production", "placeholder", "weak"),
        (b"aaaaaaa", "placeholder", "weak"),
        (b"<your-secret>", "placeholder", "placeholder"),
        (b"${JWT_SECRET}", "reference", "reference"),
        (b"xxxxxxxxxxxx", "placeholder", "placeholder"),
        (b"123456", "weak", "weak"),
        (b"base64:${base64:32}", "reference", "reference"),
        (b"$$cap_shop_app-key", "reference", "reference"),
        (b"$(derive_entropy ", "reference", "reference"),
        (b"00000000-0000-0000-0000-000000000000", "placeholder", "placeholder"),
    ],
)
def test_what_a_program_signs_with_waits_for_nobody(value, kind, used):
    """What asks to be replaced is a weak secret where it stands as it is; what holds another value's place is not."""
    assert (judge(value).kind, judge_used(value).kind) == (kind, used)
