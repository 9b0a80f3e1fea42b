"""What a token's header and claims say, in the words of the registry."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.facts import FACTS
from scanner.judge.bounds import MAX_MEMBERS, MAX_TEXT
from scanner.judge.token import TokenFacts
from scanner.rulebook import Minted
from scanner.rulecheck import mint

NOW = 1_767_225_600
"""2026-01-01 UTC."""
HOUR = 3_600
BOOK = rulebook.load()
TYPES = {"bool": bool, "int": int, "string": str, "list": list, "map": dict}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "scope", "roles", "realm_access", "email", "password", "typ")


def facts_of(claims: dict[str, Any] | str, header: dict[str, Any] | str = '{"alg":"HS256"}') -> dict[str, Any]:
    token = decode(mint(Minted(header, claims)))
    assert token is not None
    return TokenFacts(BOOK, NOW).of(token)


def some(facts: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: facts[f"token.{name}"] for name in names if f"token.{name}" in facts}


class TestHeader:
    @pytest.mark.parametrize(
        ("algorithm", "kind"),
        [
            ("HS256", "hmac"),
            ("RS512", "rsa"),
            ("PS256", "rsa_pss"),
            ("ES256K", "ecdsa"),
            ("EdDSA", "eddsa"),
            ("ML-DSA-65", "ml_dsa"),
            ("none", "none"),
            ("NoNe", "none"),
            ("", "none"),
            ("RS1", "prohibited"),
            ("hs256", "unregistered"),
            ("HS257", "unregistered"),
            (None, "missing"),
            (["HS256"], "missing"),
        ],
    )
    def test_kind_of_algorithm(self, algorithm, kind):
        """Letter case counts, but for `none`, with which verifiers were fooled."""
        assert facts_of({}, {"alg": algorithm})["token.algorithm_kind"] == kind

    @pytest.mark.parametrize(
        ("type_", "told"), [("at+jwt", "at+jwt"), ("application/AT+JWT", "at+jwt"), (7, ""), ("a b\x1b[0m", "")]
    )
    def test_type_is_compared_as_a_media_type(self, type_, told):
        """RFC 7515 §4.1.9; what is no media type is not repeated."""
        assert facts_of({}, {"alg": "HS256", "typ": type_})["token.type"] == told

    def test_algorithm_that_may_be_anything_is_not_shown(self):
        """The header is an attacker's word too."""
        assert "token.algorithm" not in facts_of({}, {"alg": "x\u202e" * 3})

    @pytest.mark.parametrize(("key_id", "has"), [("1", True), (0, True), ("", False), (None, False)])
    def test_key_id(self, key_id, has):
        """An empty `kid` names no key, as in legacy Kubernetes tokens."""
        assert facts_of({}, {"alg": "HS256", "kid": key_id})["token.has_key_id"] is has

    def test_published_by_its_claims(self):
        """jwt.io's claims are known whatever signs them; with another number they are nobody's."""
        claims = '{"sub":"1234567890","name":"John Doe","iat":1516239022}'
        assert some(facts_of(claims, {"alg": "RS256"}), "published", "published_name") == {
            "published": True,
            "published_name": "the claims of jwt.io's default token",
        }
        assert some(facts_of(claims.replace("9022", "9023")), "published", "published_name") == {"published": False}


class TestParties:
    @pytest.mark.parametrize(
        ("issuer", "shown", "real"),
        [
            ("https://login.parcels.dev/realms/a?b", "login.parcels.dev", True),
            ("https://user:secret@login.parcels.dev:8443/", "login.parcels.dev", True),
            ("accounts.google.com", "accounts.google.com", True),
            ("bot@shop.iam.gserviceaccount.com", "shop.iam.gserviceaccount.com", True),
            ("https://idp.example", "idp.example", False),
            ("http://localhost:8080/realms/a", "localhost", False),
            ("https://10.0.0.1/", "10.0.0.1", False),
            ("https://kubernetes.default.svc", "kubernetes.default.svc", False),
            ("https://your-tenant.auth0.com/", "your-tenant.auth0.com", False),
            ("kubernetes/serviceaccount", "kubernetes/serviceaccount", False),
            ("auth service", "auth service", False),
            ("Xk29vQ81LmZp0aBc7dEf", None, False),  # An API key: Zoom's old tokens were issued by it.
            ("a\x1b[31mb", None, False),
            (7, None, False),
        ],
    )
    def test_issuer_is_shown_by_its_host(self, issuer, shown, real):
        """A host or plain words; never what might be a key, and never user names or paths."""
        facts = facts_of({"iss": issuer})
        assert (facts.get("token.issuer"), facts["token.issuer_real"]) == (shown, real)

    @pytest.mark.parametrize(
        ("audience", "count", "wildcard"),
        [
            ("billing", 1, False),
            (["a", "b", ""], 2, False),
            (7, 1, False),
            ("", 0, False),
            ([], 0, False),
            (None, 0, False),
            ({"a": "b"}, 0, False),
            ("*", 1, True),
            (["a", "https://*.example"], 2, True),
            ("ANY", 1, True),
            ("company", 1, False),
        ],
    )
    def test_audience(self, audience, count, wildcard):
        """Whatever its type; what is empty names nobody."""
        facts = some(facts_of({"aud": audience}), "has_audience", "audience_count", "audience_wildcard")
        assert facts == {"has_audience": count > 0, "audience_count": count, "audience_wildcard": wildcard}

    @pytest.mark.parametrize(
        ("audience", "elsewhere"),
        [
            ("https://api.example", True),
            ("https://IDP.example/api", False),
            ("api", False),
            (["api", "app://x.y"], True),
        ],
    )
    def test_audience_elsewhere(self, audience, elsewhere):
        """Issuer and verifier are told apart by their hosts; a name without one tells nothing."""
        assert facts_of({"iss": "https://idp.example", "aud": audience})["token.audience_elsewhere"] is elsewhere


class TestTimes:
    @pytest.mark.parametrize(
        ("claims", "state"),
        [
            ({}, "live"),
            ({"exp": NOW + 1}, "live"),
            ({"exp": NOW}, "expired"),
            ({"exp": NOW + HOUR, "nbf": NOW + 1}, "not_yet"),
            ({"exp": NOW - 1, "nbf": NOW + 1}, "expired"),
            ({"exp": None}, "live"),
            ({"exp": 0}, "live"),
            ({"exp": "soon"}, "unknown"),
            ({"exp": [NOW]}, "unknown"),
            ({"exp": (NOW + HOUR) * 1000}, "live"),
            ({"exp": (NOW - HOUR) * 1000}, "expired"),
        ],
    )
    def test_state(self, claims, state):
        """RFC 7519 §4.1.4: not on or after `exp`; without one, or with Keycloak's 0, for ever."""
        assert facts_of(claims)["token.state"] == state

    def test_spans(self):
        """Spans are told in seconds, and only those that are known."""
        names = ("lifetime", "remaining", "expired_for", "age", "expires_at")
        assert some(facts_of({"iat": NOW - 60, "exp": NOW + 120}), *names) == {
            "lifetime": 180, "remaining": 120, "age": 60, "expires_at": NOW + 120,
        }  # fmt: skip
        assert some(facts_of({"nbf": NOW - 60, "exp": NOW - 20}), *names) == {
            "lifetime": 40, "expired_for": 20, "expires_at": NOW - 20,
        }  # fmt: skip
        assert some(facts_of({"exp": NOW + 20}), *names) == {"remaining": 20, "expires_at": NOW + 20}
        assert "token.lifetime" not in facts_of({"iat": NOW, "exp": NOW - 1})

    def test_odd_times_are_named(self):
        """Those that are no date, and those in another unit."""
        facts = facts_of({"exp": "never", "iat": str(NOW), "nbf": NOW * 1000, "auth_time": NOW})
        assert some(facts, "times_invalid", "times_nonstandard") == {
            "times_invalid": ["exp"], "times_nonstandard": ["iat", "nbf"],
        }  # fmt: skip

    def test_conflicts(self):
        """Clocks may differ by five minutes."""
        assert facts_of({"iat": NOW + 300})["token.time_conflicts"] == []
        facts = facts_of({"iat": NOW + 301, "nbf": NOW + 400, "exp": NOW + 100})
        assert facts["token.time_conflicts"] == ["exp before iat", "exp before nbf", "iat in the future"]


class TestPower:
    @pytest.mark.parametrize(
        ("claims", "privileges"),
        [
            ({"scope": "read admin:users"}, ["admin:users"]),
            ({"scp": ["Mail.Read", "Directory.ReadWrite.All"]}, ["Directory.ReadWrite.All"]),
            ({"permissions": "read:all,delete:users"}, ["read:all", "delete:users"]),
            ({"roles": ["ROLE_ADMIN", "reader"]}, ["ROLE_ADMIN"]),
            ({"realm_access": {"roles": ["realm-admin"]}}, ["realm-admin"]),
            ({"resource_access": {"web": {"roles": ["a", "manage-users"]}}}, ["manage-users"]),
            ({"cognito:groups": ["Admins"]}, ["Admins"]),
            ({"https://shop.example/roles": ["owner"]}, ["owner"]),
            ({"role": "service_role"}, ["service_role"]),
            ({"permissions": {"admin": True, "root": False}}, ["admin"]),
            ({"is_superuser": True}, ["is_superuser"]),
            ({"sub": "system:serviceaccount:kube-system:default"}, ["system:serviceaccount:kube-system:default"]),
            ({"scope": "*"}, ["*"]),
            # Near misses.
            ({"scope": "administration read:users openid"}, []),
            ({"roles": ["badminton", "nonroot"]}, []),
            ({"is_superuser": "true", "admin": 0}, []),
            ({"title": "admin"}, []),
            ({"sub": "system:serviceaccount:shop:web"}, []),
            ({"scope": None, "roles": 7, "groups": {"a": {"b": {"c": {"d": {"e": ["admin"]}}}}}}, []),
        ],
    )
    def test_privileges(self, claims, privileges):
        """In whatever shape issuers write them; words that merely contain one are none."""
        facts = facts_of(claims)
        assert (facts["token.privileges"], facts["token.privileged"]) == (privileges, bool(privileges))

    def test_scopes_are_counted_once(self):
        """Also where two claims list them."""
        facts = facts_of({"scope": "a b a", "scp": ["b", "c d"]})
        assert some(facts, "scopes", "scope_count") == {"scopes": ["a", "b", "c d"], "scope_count": 3}


class TestContent:
    @pytest.mark.parametrize(
        ("claims", "personal", "sensitive"),
        [
            ({"email": "a@b.example"}, ["email"], []),
            ({"user": {"phoneNumber": "1"}}, ["user.phoneNumber"], []),
            ({"users": [{"dob": "2000-01-01"}]}, ["users.dob"], []),
            ({"https://shop.example/given_name": "Ann"}, ["https://shop.example/given_name"], []),
            ({"custom:tax_id": "1"}, ["custom:tax_id"], ["custom:tax_id"]),
            ({"sub": "ann@shop.example"}, ["sub"], []),
            ({"name": "Ann Other"}, ["name"], []),
            ({"address": {"country": "DE"}}, ["address"], []),
            # Near misses.
            ({"sub": "ann", "name": "billing"}, [], []),
            ({"email": "", "phone": None, "address": {}, "gender": False}, [], []),
            ({"email": "REDACTED", "ssn": "***-**-****"}, [], []),
            ({"email_verified": True, "emailing": "x", "zip": "x"}, [], []),
        ],
    )
    def test_personal_claims(self, claims, personal, sensitive):
        """By name, wherever they stand and however they are spelt; where it takes that, by value."""
        facts = facts_of(claims)
        assert (facts["token.personal_claims"], facts["token.sensitive_claims"]) == (personal, sensitive)

    @pytest.mark.parametrize(
        ("claims", "secrets"),
        [
            ({"password": "correct horse"}, ["password"]),
            ({"db": {"connectionString": "Server=db;Pwd=x"}}, ["db.connectionString"]),
            ({"x": "AKIA" + "A" * 16}, ["x"]),
            ({"x": "-----BEGIN EC PRIVATE KEY-----\nMHc"}, ["x"]),
            ({"x": "amqp://u:p@mq.example/"}, ["x"]),
            # Near misses.
            ({"password": True, "secret": {"rotated": 1}, "api_key": 7}, []),
            ({"password": "<redacted>", "secret": "${SECRET}"}, []),
            ({"password_changed_at": "2020-01-01", "pwd_exp": "86400", "x": "AKIA-" + "a" * 15}, []),
            ({"x": "amqp://mq.example:5672/a@b.c"}, []),
        ],
    )
    def test_secret_claims(self, claims, secrets):
        """By name or by value; what only speaks of a secret holds none."""
        assert facts_of(claims)["token.secret_claims"] == secrets


class TestHostile:
    def test_claims_that_cannot_be_read_tell_nothing(self):
        """What they would tell is unknown, and not false."""
        facts = facts_of("[1]")
        assert facts["token.has_claims"] is False
        assert facts["token.state"] == "unknown"
        assert not {"token.has_expiry", "token.has_audience", "token.privileged", "token.claims"} & facts.keys()

    def test_bounds(self):
        """Nothing reaches a condition that its runtime cannot hold, and what was cut is told."""
        claims = {
            "long": "x" * (MAX_TEXT + 1), "many": list(range(MAX_MEMBERS + 1)), "big": 1 << 64, "half": "\ud800",
        }  # fmt: skip
        facts = facts_of(json.dumps(claims))
        assert facts["token.claims"] == {
            "long": "x" * MAX_TEXT, "many": list(range(MAX_MEMBERS)), "big": float(1 << 64), "half": "?",
        }  # fmt: skip
        assert facts["token.claims_cut"] is True
        assert facts_of({"long": "x" * MAX_TEXT, "big": (1 << 63) - 1})["token.claims_cut"] is False

    @given(st.dictionaries(st.sampled_from(CLAIMS) | st.text(max_size=8), JSON, max_size=8), JSON)
    def test_every_fact_is_registered_and_of_its_type(self, claims, algorithm):
        """Whatever JSON a token holds."""
        facts = facts_of(json.dumps(claims), json.dumps({"alg": "HS256", "typ": algorithm, "kid": algorithm}))
        for name, value in facts.items():
            assert type(value) is TYPES[FACTS[name].type], name
            if isinstance(value, list):
                assert all(isinstance(member, str) for member in value), name
        always = {fact.name for fact in FACTS.values() if fact.always and fact.name.startswith("token.")}
        assert always - facts.keys() == {"token.class", "token.class_title"}
        json.dumps(facts, ensure_ascii=False).encode()
