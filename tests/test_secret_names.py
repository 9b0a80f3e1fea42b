"""What names stand for: every name of the table in every spelling, and what only looks like one."""

import itertools
import re

import pytest

from scanner.rulebook import load_secret_names
from scanner.secret_names import call, naming, words_of

ENTRIES, WORDS = load_secret_names()
NAMES = sorted({name for entry in ENTRIES for name in entry.names})


def spellings(name):
    words = words_of(name)
    first, *rest = words
    capitals = "".join(word.capitalize() for word in rest)
    yield from (sign.join(words) for sign in ("_", "-", ".", ":"))
    yield "_".join(words).upper()
    yield first + capitals
    yield first.capitalize() + capitals


@pytest.mark.parametrize("name", NAMES)
def test_every_spelling(name):
    """Whatever joins its words, a name is known, and for the same."""
    known = naming(name)
    assert known
    assert {spelling for spelling in spellings(name) if not (found := naming(spelling)) or found != known} <= {
        # Figures and capitals that stand together are told apart in some spellings alone.
        spelling
        for spelling in spellings(name)
        if re.search(r"\d", name)
    }


def test_frameworks_and_applications():
    """At least 45 have names of their own."""
    general = {
        "jwt",
        "token",
        "session",
        "key",
        "cookie",
        "csrf",
        "signing",
        "secret-key",
        "encryption",
        "salt",
        "secret",
    }
    assert len({entry.title for entry in ENTRIES if entry.id not in general}) >= 45


def test_no_name_is_given_twice():
    """An entry that is never reached would mislead its reader."""
    names = [("".join(words_of(name)), entry.id) for entry in ENTRIES for name in entry.names]
    names.sort()
    twice = [pair for pair in itertools.pairwise(names) if pair[0][0] == pair[1][0]]
    assert twice == []


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("MYAPP_JWT_SECRET", "jwt"),
        ("JWT_SECRET_KEY_PROD", "jwt"),
        ("jwtSecret2", "jwt"),
        ("JWTSecret", "jwt"),
        ("myjwtsecret", "jwt"),
        ("spring.security.jwt.secret", "jwt"),
        ("self.app.secret_key", "secret-key"),
        ("config.secret_key_base", "rails"),
        ("AUTH_SECRET_1", "authjs"),
        ("--cookie-secret", "cookie"),
        ("AIRFLOW__WEBSERVER__SECRET_KEY", "airflow"),
        ("jwt.secret", "jwt"),
        ("session.secret", "session"),
    ],
)
def test_words_around_a_name(name, entry):
    """What stands before it, or names its environment, leaves its meaning."""
    found = naming(name)
    assert found
    assert found.entry.id == entry


@pytest.mark.parametrize(
    "name",
    [
        "client_secret", "clientSecret", "AWS_SECRET_ACCESS_KEY", "aws_secret_key", "stripe_secret_key",
        "webhook_secret", "TWITTER_ACCESS_TOKEN_SECRET", "recaptcha_secret_key", "api_secret", "db_password",
        "password_reset", "secret_name", "jwt_secret_name", "secret_arn", "secretKeyRef", "public_key", "key_id",
        "primary_key", "foreign_key", "cache_key", "sort_key", "secret_version", "jwt_secret_file", "JWT_SECRET_PATH",
        "session_secret_label", "jwt_secret_length", "secretsmanager", "token", "key_name", "user", "", "x" * 1000,
    ],
)  # fmt: skip
def test_other_names(name):
    """Another service's, or about a secret and none."""
    assert naming(name) is None


@pytest.mark.parametrize(
    ("name", "argument"), [("jwt.sign", 1), ("app.jwt.sign", 1), ("sessions.NewCookieStore", 0), ("hash_hmac", 2)]
)
def test_functions(name, argument):
    """Which argument of a function is a secret."""
    found = call(name)
    assert found
    assert found.argument == argument


@pytest.mark.parametrize("name", ["sign", "my_jwt.signature", "xjwt.sign", "jwt.signer", ""])
def test_other_functions(name):
    """A name must end with one of the table, at the start of a word."""
    assert call(name) is None
