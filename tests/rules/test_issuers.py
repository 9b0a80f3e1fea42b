"""What a leaked token of a known issuer is told to be, how grave that is, and how it is ended."""

from typing import Any, NamedTuple

import pytest

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.judge import Judge
from scanner.model import Finding, Origin, Policy, Sighting, Subject
from scanner.rulebook import Minted
from scanner.rulecheck import mint

NOW = 1_767_225_600
"""2026-01-01 UTC."""
HOUR, DAY = 3_600, 86_400
BOOK = rulebook.load()
JUDGE = Judge(BOOK, Policy(), NOW)
SPAN = {"iat": NOW - 60, "exp": NOW + 3_540}
STORE = (
    "What opens something belongs in a secret store, from which the program reads it at start; deleting the line is "
    "not enough, since history keeps it."
)


def judged(header: dict[str, Any], claims: dict[str, Any], path: str = "src/app.py") -> tuple[Subject, list[Finding]]:
    """The subject of a token in code, with its findings."""
    token = decode(mint(Minted({"alg": "RS256", "kid": "k-1"} | header, claims)))
    assert token is not None
    context = frozenset({"test"} if path.startswith("tests/") else set())
    place = Sighting(Origin("file", path), 0, 9, 1, 1, 1, 10, context)
    subject = Subject("token", token.identity, token.raw, [place], 1)
    findings = JUDGE.judge(subject, token)
    assert JUDGE.undecided == {}
    return subject, findings


def leak(header: dict[str, Any], claims: dict[str, Any], path: str = "src/app.py") -> Finding:
    """The finding on a token that stands in code."""
    (found,) = [found for found in judged(header, claims, path)[1] if found.rule.id == "token-leaked"]
    return found


@pytest.mark.parametrize("issuer", BOOK.issuers, ids=[issuer.id for issuer in BOOK.issuers])
def test_every_issuer_has_a_way_out(issuer):
    """A sentence or some, without a slot that was left open, and the remedy of a leak begins with it."""
    example = next(example for example in BOOK.issuer_examples[issuer.id] if example.finds)
    assert isinstance(example.token.header, dict)
    assert isinstance(example.token.claims, dict)
    found = leak(example.token.header, example.token.claims)
    line = found.subject.facts["token.issuer_revocation"]
    assert line.endswith(".")
    assert not {"{", "}", "(unknown)"} & set(line.split())
    assert 60 <= len(line) <= 420, len(line)
    assert issuer.title in found.message
    if found.subject.facts["token.public_by_design"]:
        assert found.remedy.startswith("Nothing is to be revoked: ")
        assert found.severity.value == "info"
    else:
        assert found.remedy == f"{line} {STORE}"
        assert found.severity.value in {"medium", "high", "critical"} or issuer.id == "nats"


class Leak(NamedTuple):
    """A token in code, and what is told of it."""

    header: dict[str, Any]
    claims: dict[str, Any]
    severity: str
    whose: str
    way_out: str


LEAKS = [
    # GitHub Actions: minutes, and no power over others.
    Leak(
        {},
        {
            "iss": "https://token.actions.githubusercontent.com",
            "sub": "repo:parcels/web:pull_request",
            "aud": "parcels",
            "iat": NOW - 60,
            "exp": NOW + 240,
        },
        "high",
        """
        the pipeline token of GitHub Actions at token.actions.githubusercontent.com: live until 2026-01-01
        00:04 UTC.
        """,
        """
        Nothing revokes it, and its key is GitHub's: it ends within minutes. Until then take its `sub` out of
        the cloud roles that trust it, and end the sessions that were opened with it.
        """,
    ),
    # Nothing revokes a cloud's self-signed token but its key, which has a name.
    Leak(
        {"kid": "0a1b2c"},
        {"iss": "web@parcels.iam.gserviceaccount.com", "scope": "https://www.googleapis.com/auth/cloud-platform"}
        | SPAN,
        "critical",
        """
        the self-issued token of Google Cloud at parcels.iam.gserviceaccount.com: live until 2026-01-01 00:59
        UTC.
        """,
        """
        Nothing revokes it, and it ends within the hour. Delete the key 0a1b2c (`gcloud iam service-accounts
        keys delete`), which stops every program that signs with it, or disable the account.
        """,
    ),
    # The same, with a name of the key that may not be shown.
    Leak(
        {"kid": "../../0a1b2c"},
        {"iss": "web@parcels.iam.gserviceaccount.com", "scope": "https://www.googleapis.com/auth/pubsub"} | SPAN,
        "high",
        """
        the self-issued token of Google Cloud at parcels.iam.gserviceaccount.com: live until 2026-01-01 00:59
        UTC.
        """,
        """
        Nothing revokes it, and it ends within the hour. Delete the key that signs it (`gcloud iam
        service-accounts keys delete`), which stops every program that signs with it, or disable the account.
        """,
    ),
    Leak(
        {"alg": "HS256"},
        {"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "service_role", "iat": NOW, "exp": NOW + 3650 * DAY},
        "critical",
        """
        the API key of Supabase: live until 2035-12-30 00:00 UTC.
        """,
        """
        One key cannot be revoked: in the project's settings move to `sb_publishable_` and `sb_secret_` keys
        and disable the legacy ones, or rotate the JWT secret, which ends both keys and logs every user out.
        """,
    ),
    Leak(
        {"alg": "HS256"},
        {"iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "anon", "iat": NOW, "exp": NOW + 3650 * DAY},
        "info",
        """
        the API key of Supabase: live until 2035-12-30 00:00 UTC.
        """,
        """
        Nothing is to be revoked: Supabase's `anon` key is meant for browsers and apps, and row security
        stands behind it.
        """,
    ),
    Leak(
        {"alg": "HS512"},
        {
            "iss": "https://sso.parcels.example/realms/shop",
            "typ": "Offline",
            "azp": "web",
            "exp": 0,
            "iat": NOW,
            "jti": "1",
        },
        "high",
        """
        the refresh token of Keycloak at sso.parcels.example: live, with no end.
        """,
        """
        Revoke it with `POST …/protocol/openid-connect/revoke`, or log the session out in the admin console
        (an offline session under the user's consents). Services that check by signature take an access token
        until it ends, unless "not before" is pushed to them for the whole realm.
        """,
    ),
    # Apple takes it for an hour, and two are over.
    Leak(
        {"alg": "ES256", "kid": "ABC123DEFG"},
        {"iss": "PARCELTEAM", "iat": NOW - 2 * HOUR},
        "low",
        """
        the self-issued token of Apple Push Notification service: expired since 2025-12-31 23:00 UTC.
        """,
        """
        It has expired, so nothing is left to revoke; the key or the log-in that it came from may still be
        good.
        """,
    ),
    # Nobody's in particular.
    Leak(
        {"kid": "2026-01"},
        {"iss": "https://idp.example", "sub": "u1", "scope": "read"} | SPAN,
        "high",
        """
        the access token of idp.example: live until 2026-01-01 00:59 UTC.
        """,
        """
        End its session or grant at idp.example (RFC 7009), which stops its renewal; where services check it
        by signature it works until it ends, unless the key 2026-01 is taken out of the published ones, which
        fails every token made with it.
        """,
    ),
    Leak(
        {"alg": "HS256", "kid": ""},
        {"id": 7} | SPAN,
        "high",
        """
        the session token of an unnamed issuer: live until 2026-01-01 00:59 UTC.
        """,
        """
        Where the service keeps a list of sessions or revoked tokens, end it there; else change the secret
        that signs it, which logs everybody out, since every token made with it ends.
        """,
    ),
    Leak(
        {"alg": "HS256"},
        {"token_type": "refresh", "sub": "u1"} | SPAN,
        "high",
        """
        the refresh token of an unnamed issuer: live until 2026-01-01 00:59 UTC.
        """,
        """
        Revoke it at its issuer (RFC 7009) or end the user's session there; where no list is kept, change the
        key k-1: everybody has to log in again.
        """,
    ),
    Leak(
        {"typ": "dpop+jwt", "alg": "ES256"},
        {"jti": "1", "htm": "GET", "htu": "https://api.example/", "iat": NOW},
        "low",
        """
        the DPoP proof of an unnamed issuer: live until 2026-01-01 00:05 UTC.
        """,
        """
        Nothing is to be revoked: it is good for one request, for minutes. Replace its key if that lay beside
        it.
        """,
    ),
    Leak(
        {"typ": "statuslist+jwt"},
        {"iss": "https://office.example", "sub": "https://office.example/1", "iat": NOW, "status_list": {"bits": 1}},
        "info",
        """
        the status list of credentials of office.example: nobody but its issuer can tell whether it is live,
        for it has no `exp`.
        """,
        """
        Nothing is to be revoked: lists and statements of this kind are published for everybody to check.
        """,
    ),
    Leak(
        {"alg": "none"},
        {"sub": "u1", "role": "admin"} | SPAN,
        "high",
        """
        the access token of an unnamed issuer: live until 2026-01-01 00:59 UTC.
        """,
        """
        Nothing revokes it, for anybody can write another like it: have every service refuse `alg` none.
        """,
    ),
    Leak(
        {"alg": "HS256"},
        {"type": "password_reset", "user_id": 7, "jti": "1"} | SPAN,
        "high",
        """
        the one-time link of an unnamed issuer: live until 2026-01-01 00:59 UTC.
        """,
        """
        Use it up or ask for a new one, where that voids the old; else change the key k-1, which ends all
        links that are under way.
        """,
    ),
]


@pytest.mark.parametrize("told", LEAKS, ids=[" ".join(told.whose.split()).partition(":")[0] for told in LEAKS])
def test_leak(told):
    """Whose it is, whether it is live, how grave that is, and the way out."""
    found = leak(told.header, told.claims)
    assert found.severity.value == told.severity
    assert found.message == f"Whoever reads this file holds {' '.join(told.whose.split())}"
    assert found.remedy == f"{' '.join(told.way_out.split())} {STORE}"


@pytest.mark.parametrize(
    ("issuer", "severity"),
    [
        ("https://sso.parcels.dev/realms/shop", "critical"),
        ("https://sso.dev.parcels.io/realms/shop", "high"),
        ("http://localhost:8080/realms/shop", "medium"),
        ("http://127.0.0.1/realms/shop", "medium"),
        ("http://host.docker.internal/realms/shop", "medium"),
        ("https://localhost.parcels.io/realms/shop", "critical"),
        ("https://dev-0a1b2c.eu.auth0.com/", "critical"),  # Auth0 names tenants so unasked.
        ("https://dev-api.parcels.io/", "high"),
    ],
)
def test_where_its_issuer_runs(issuer, severity):
    """What opens a developer's own machine, or a system that is being built, is less than what opens production."""
    claims = {"iss": issuer, "sub": "u1", "azp": "web", "scope": "admin", "realm_access": {"roles": ["a"]}} | SPAN
    assert leak({}, claims).severity.value == severity


def test_a_test_is_an_excuse_for_what_opens_nothing():
    """A live token of a real issuer opens it from a test too; one of nobody's does not."""
    claims = {"sub": "u1", "scope": "admin"} | SPAN
    assert leak({}, claims | {"iss": "https://sso.parcels.dev/"}, "tests/test_login.py").severity.value == "critical"
    assert leak({}, claims | {"iss": "https://idp.example/"}, "tests/test_login.py").severity.value == "low"


def test_public_by_design_bounds_every_finding():
    """Whatever else is wrong with Supabase's `anon` key, it is for information."""
    _, findings = judged(
        {"alg": "HS256"}, {"iss": "supabase", "role": "anon", "email": "ann@parcels.example", "exp": NOW + 3650 * DAY}
    )
    assert {found.severity.value for found in findings} == {"info"}
    assert len(findings) > 1


SHAPES: dict[str, dict[str, Any]] = {
    "a role called anon, of somebody else's": {"iss": "https://api.parcels.example", "role": "anon"},
    "Supabase's name, without a role": {"iss": "supabase", "sub": "u1"},
    "a star in the middle of a scope": {"scope": "orders:*:read", "iss": "https://idp.example"},
    "the word in a thing's name": {"scope": "read:admin-docs administration:read", "iss": "https://idp.example"},
    "ordinary scopes": {"scope": "openid profile email read write:orders", "iss": "https://idp.example"},
    "an ordinary role of Keycloak": {
        "iss": "https://sso.example/realms/a", "realm_access": {"roles": ["offline_access", "uma_authorization"]},
    },
    "what everybody may read at Graph": {
        "iss": "https://sts.windows.net/t/", "aud": "https://graph.microsoft.com", "scp": "User.Read openid profile",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_near_misses_have_no_privilege_and_are_not_public(name):
    """Neither taken for mighty nor for harmless."""
    subject, _ = judged({}, SHAPES[name] | SPAN)
    assert subject.facts["token.privileges"] == []
    assert subject.facts["token.public_by_design"] is False


def test_what_subjects_share_is_held_once():
    """Many tokens of one issuer differ in little: what does not differ is no part of each."""
    subjects = [
        judged({}, {"iss": "https://parcels.okta.com", "cid": "c", "sub": str(number)} | SPAN)[0] for number in range(9)
    ]
    assert len({id(subject.standing) for subject in subjects}) == 1
    assert all(len(subject.packed) < 400 for subject in subjects)
    assert subjects[0].facts["token.issuer_id"] == "okta"
    assert subjects[0].facts["token.revocation"].startswith("Revoke it with `POST /oauth2/v1/revoke`")
