"""What a token's header and claims say, in the words of the registry."""

import base64
import json
import time
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
CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "scope", "roles", "realm_access", "email", "password", "typ",
    "auth_time", "cnf", "nats", "azp", "appidacr", "name", "phone", "card", "pin", "jwk", "kty", "d",
)  # fmt: skip
HEADER = (
    "typ", "kid", "jku", "x5u", "jwk", "x5c", "crit", "b64", "zip", "cty", "enc", "p2c", "nonce", "url", "alg", "kty",
)  # fmt: skip
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSJ9.AAAA"


def facts_of(payload: Any, header: dict[str, Any] | str = '{"alg":"HS256"}') -> dict[str, Any]:
    token = decode(mint(Minted(header, json.dumps(payload) if isinstance(payload, list) else payload)))
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

    @pytest.mark.parametrize(
        ("encryption", "kind"),
        [
            ("A256GCM", "registered"),
            ("A128CBC-HS256", "registered"),
            ("A128CBC", "prohibited"),
            ("A256CTR", "prohibited"),
            ("a256gcm", "unregistered"),
            (["A256GCM"], "unregistered"),
            (None, ""),
        ],
    )
    def test_kind_of_encryption(self, encryption, kind):
        """Ciphers that nothing authenticates stand in the registry to be told apart."""
        assert facts_of({}, {"alg": "dir", "enc": encryption})["token.encryption_kind"] == kind

    @pytest.mark.parametrize(
        ("crit", "faults"),
        [
            (["exp"], []),
            (["exp", "b64"], []),
            ([], ["is empty"]),
            ("exp", ["is no list of names"]),
            ([7], ["is no list of names"]),
            (None, ["is no list of names"]),
            (["exp", "exp"], ["names a parameter twice"]),
            (["alg"], ["names a parameter that everybody must know"]),
            (["nowhere"], ["names a parameter that is not there"]),
            (["kid", "kid"], [
                "names a parameter twice", "names a parameter that everybody must know",
                "names a parameter that is not there",
            ]),
        ],
    )  # fmt: skip
    def test_crit(self, crit, faults):
        """RFC 7515 §4.1.11."""
        header = {"alg": "HS256", "exp": 1, "b64": True, "crit": crit}
        assert facts_of({}, header)["token.crit_faults"] == faults
        assert facts_of({}, {"alg": "HS256"})["token.crit_faults"] == []

    @pytest.mark.parametrize(
        ("header", "claims", "faults"),
        [
            ({"zip": "DEF"}, {}, ["`zip` in a signed token"]),
            ({"b64": False}, {}, ["`b64` false over encoded claims", "`b64` outside `crit`"]),
            ({"b64": False, "crit": ["b64"]}, {}, ["`b64` false over encoded claims"]),
            ({"b64": "no", "crit": ["b64"]}, {}, ["`b64` is no boolean"]),
            ({"b64": 0, "crit": ["b64"]}, {}, ["`b64` is no boolean"]),
            ({"b64": True}, {}, ["`b64` outside `crit`"]),
            ({"cty": "application/JWT"}, {}, ["`cty` announces a nested token where there are claims"]),
            # Near misses.
            ({"b64": False, "crit": ["b64"]}, ["text"], []),
            ({"b64": True, "crit": ["b64"]}, {}, []),
            ({"cty": "JWT"}, ["text"], []),
            ({"cty": "json"}, {}, []),
            ({"cty": 7}, {}, []),
        ],
    )
    def test_headers_that_contradict_their_token(self, header, claims, faults):
        """RFC 7516 §4.1.3, RFC 7797 §3 and §7, RFC 7519 §5.2."""
        assert facts_of(claims, {"alg": "HS256", **header})["token.header_faults"] == faults

    def test_encrypted(self):
        """Compression and iterations are told where they mean something."""
        header = {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "zip": "DEF", "p2c": 1000}
        assert some(facts_of({}, header), "form", "compressed", "iterations", "header_faults", "encryption") == {
            "form": "jwe", "compressed": True, "iterations": 1000, "header_faults": [], "encryption": "A128GCM",
        }  # fmt: skip
        assert "token.iterations" not in facts_of({}, {**header, "p2c": True})
        for count, told in ((10**30, 1 << 62), (-5, 0), (1e4, 10_000)):
            assert facts_of({}, {**header, "p2c": count})["token.iterations"] == told
        assert "token.iterations" not in facts_of({}, {**header, "alg": "A128KW"})

    def test_signature_of_zeros(self):
        """Either half will do, and only of ECDSA."""
        for algorithm, signature, zero in (
            ("ES256", bytes(64), True),
            ("ES256", b"\1" * 32 + bytes(32), True),
            ("ES512", bytes(66) + b"\1" * 66, True),
            ("ES256", b"\1" + bytes(62) + b"\1", False),
            ("ES256", b"", False),
            ("RS256", bytes(256), False),
            ("HS256", bytes(32), False),
        ):
            text = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
            token = decode(mint(Minted({"alg": algorithm}, {"sub": "u1"}), signature=text))
            assert token is not None
            assert ("signature-zero" in TokenFacts(BOOK, NOW).of(token)["token.anomalies"]) is zero, (algorithm, text)

    def test_a_header_that_was_seen_before(self):
        """Tokens may share a header; what follows from their claims is their own."""
        header = {"alg": "RS256", "jku": "https://keys.evil.example/1"}
        assert facts_of({"iss": "https://idp.test"}, header)["token.key_url_faults"] == [
            "is on another host than the issuer"
        ]
        assert facts_of({"iss": "https://evil.example"}, header)["token.key_url_faults"] == []
        assert facts_of({}, {**header, "kid": True})["token.header"]["kid"] is True
        assert facts_of({}, {**header, "kid": 1})["token.header"]["kid"] == 1

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

    @pytest.mark.parametrize(
        ("issuer", "environment"),
        [
            ("https://sso-dev.parcels.io/realms/a", "development"),
            ("https://dev-12345.okta.com", "development"),
            ("https://parcels.oktapreview.com", "development"),
            ("https://sso.parcels.io/realms/parcels-staging", "development"),
            ("https://test.salesforce.com", "development"),
            ("http://localhost:8080/realms/a", "development"),
            ("http://127.0.0.1/", "development"),
            ("http://host.docker.internal:8080", "development"),
            ("https://abc.ngrok-free.app", "development"),
            ("bot@shop-dev.iam.gserviceaccount.com", "development"),
            ("https://sso.prod.parcels.io", "production"),
            ("https://sso.parcels.io/realms/live", "production"),
            # Neither, or both.
            ("https://login.parcels.dev", ""),
            ("https://vstoken.dev.azure.com/4a8e", ""),
            ("http://parcels.localhost:8080/uaa/oauth/token", ""),
            ("https://kubernetes.default.svc.cluster.local", ""),
            ("https://sso.prod-test.parcels.io", ""),
            ("https://developer.apple.com", ""),
            ("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Dev12QaUa", ""),
            ("dev", ""),
            (7, ""),
        ],
    )
    def test_environment_of_an_issuer(self, issuer, environment):
        """Whole words count, and no top-level domains."""
        assert facts_of({"iss": issuer})["token.issuer_environment"] == environment

    @pytest.mark.parametrize(
        ("claims", "hosts", "parties"),
        [
            ({"aud": "https://api.example"}, 1, 1),
            ({"aud": ["https://a.example", "https://b.example/x", "https://a.example/y"]}, 2, 2),
            ({"aud": ["https://idp.example/userinfo", "https://a.example"]}, 1, 1),
            ({"aud": ["web", "account", "billing", "crm"], "azp": "web"}, 0, 2),
            ({"aud": ["a", "a", "b"]}, 0, 2),
            ({"aud": ["api://4a8e"]}, 1, 1),
            ({}, 0, 0),
        ],
    )
    def test_parties(self, claims, hosts, parties):
        """Neither the issuer nor the client itself is another party."""
        facts = some(facts_of({"iss": "https://idp.example", **claims}), "audience_hosts", "audience_parties")
        assert facts == {"audience_hosts": hosts, "audience_parties": parties}

    @pytest.mark.parametrize(
        ("claims", "issuer", "audience"),
        [
            ({"iss": "http://login.parcels.dev/a"}, True, False),
            ({"iss": "HTTP://login.parcels.dev/a"}, True, False),
            ({"iss": "https://login.parcels.dev/a"}, False, False),
            ({"iss": "http://localhost/a"}, False, False),
            ({"iss": "http://10.0.0.1/a"}, False, False),
            ({"iss": "http://idp.example"}, False, False),
            ({"iss": "http://fs.parcels.dev/adfs/services/trust"}, False, False),
            ({"aud": "http://login.parcels.dev/oauth2/token"}, False, True),
            ({"aud": ["x", "http://login.parcels.dev/realms/a/protocol/openid-connect/token"]}, False, True),
            ({"aud": "http://api.parcels.dev"}, False, False),
            ({"aud": "http://localhost:8080/oauth2/token"}, False, False),
            ({"aud": "https://login.parcels.dev/oauth2/token"}, False, False),
        ],
    )
    def test_cleartext(self, claims, issuer, audience):
        """Of hosts on the internet, and where something is fetched or sent to."""
        facts = some(facts_of(claims), "issuer_cleartext", "audience_cleartext")
        assert facts == {"issuer_cleartext": issuer, "audience_cleartext": audience}

    @pytest.mark.parametrize(
        ("claims", "confirmation"),
        [
            ({"cnf": {"jkt": "x"}}, "jkt"),
            ({"cnf": {"x5t#S256": "x"}}, "x5t#S256"),
            ({"cnf": {"jwk": {"kty": "EC"}}}, "jwk"),
            ({"cnf": {}}, ""),
            ({"cnf": {"jkt": ""}}, ""),
            ({"cnf": "jkt"}, ""),
            ({"nats": {"type": "user"}}, "nkey"),
            ({"nats": {"bearer_token": True}}, ""),
            ({"nats": {"bearer_token": "true"}}, "nkey"),
            ({"nats": 7}, ""),
            ({}, ""),
        ],
    )
    def test_confirmation(self, claims, confirmation):
        """What says nothing binds nobody."""
        assert facts_of(claims)["token.confirmation"] == confirmation


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
            ({"exp": -1}, "unknown"),
            ({"exp": False}, "unknown"),
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
        for claims, valid_for in (
            ({"iat": NOW - 60, "exp": NOW + 120}, 180),
            ({"exp": NOW + 20}, 20),
            ({"nbf": 0, "exp": NOW + 20}, 20),
            ({"iat": 0, "nbf": NOW - 5, "exp": NOW + 20}, 25),
            ({"exp": NOW - 20}, None),
            ({"iat": NOW}, None),
        ):
            assert facts_of(claims).get("token.valid_for") == valid_for, claims
        assert "token.lifetime" not in facts_of({"iat": NOW, "exp": NOW - 1})

    def test_an_end_after_this_century_is_none(self):
        """Whatever unit it is written in."""
        last = 4_102_444_799
        for expiry, endless in (
            (last, False), (last + 1, True), (9_999_999_999, True), (253_402_300_799, True), (last * 1000, False),
            ("9999-12-31T23:59:59Z", False), ("2150-01-01", True), (None, False), (0, False),
        ):  # fmt: skip
            assert facts_of({"exp": expiry})["token.endless"] is endless, expiry

    def test_zero_is_no_time(self):
        """Keycloak writes it for what is not set; a time before 1970 is none either."""
        facts = facts_of({"iat": 0, "nbf": 0.0, "exp": -1})
        assert some(facts, "has_issued_at", "has_not_before", "has_expiry", "times_invalid", "time_conflicts") == {
            "has_issued_at": False, "has_not_before": False, "has_expiry": True, "times_invalid": ["exp"],
            "time_conflicts": [],
        }  # fmt: skip

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
        assert facts_of({"iat": NOW, "auth_time": NOW + 300})["token.time_conflicts"] == []
        assert facts_of({"iat": NOW, "auth_time": NOW + 301})["token.time_conflicts"] == ["auth_time after iat"]


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
            ({"phone": 493012345678}, ["phone"], []),
            ({"contact": "ann@shop.example"}, ["contact"], []),
            ({"to": ["+49 30 1234567", "x", "ann@shop.example"]}, ["to"], []),
            ({"a": {"b": {"c": {"d": {"e": "DE89370400440532013000"}}}}}, ["a.b.c.d.e"], ["a.b.c.d.e"]),
            ({"ref": "4111 1111 1111 1111"}, ["ref"], ["ref"]),
            ({"card": "4111111111111111"}, ["card"], ["card"]),
            ({"name": "Zoë van der Berg"}, ["name"], []),
            # Near misses.
            ({"sub": "ann", "name": "billing"}, [], []),
            ({"email": "", "phone": None, "address": {}, "gender": False}, [], []),
            ({"email": "REDACTED", "ssn": "***-**-****"}, [], []),
            ({"email_verified": True, "emailing": "x", "zip": "x"}, [], []),
            ({"name": "Billing Service", "client": "Shop API", "title": "Ann Other"}, [], []),
            ({"name": "ann other", "given": "Ann"}, [], []),
            ({"email": "web@shop.iam.gserviceaccount.com", "sub": "noreply@shop.example"}, [], []),
            ({"address": "0x52908400098527886E0F7030069857D2E4169EE7", "ip": "127.0.0.1"}, [], []),
            ({"phone": "iPhone", "mobile": "ios", "passport": {"user": "1"}, "card": "gold", "health": "ok"}, [], []),
            ({"id": "4111111111111111", "order": 4111111111111111}, [], []),
            ({"race": "elf", "healthz": "ok", "pan": "zoom"}, [], []),
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
            ({"x": ["a", "ghp_" + "a" * 36]}, ["x"]),
            ({"x": "$2b$10$" + "a" * 53}, ["x"]),
            ({"x": "Server=db;User=app;Password=hunter22"}, ["x"]),
            ({"x": "AccountName=a;EndpointSuffix=b;AccountKey=c2VjcmV0"}, ["x"]),
            ({"x": "https://a.blob.example/c/d?sv=2024&se=2026&sig=abc"}, ["x"]),
            ({"x": "Basic YW5uOmNvcnJlY3QgaG9yc2U="}, ["x"]),
            ({"x": "SU" + "A" * 56}, ["x"]),
            ({"pin": 1234, "cnf": {"jwk": {"kty": "oct", "k": "AQ"}}}, ["cnf.jwk"]),
            ({"pin": "1234"}, ["pin"]),
            # Near misses.
            ({"password": True, "secret": {"rotated": 1}, "api_key": 7}, []),
            ({"password": "<redacted>", "secret": "${SECRET}"}, []),
            ({"password_changed_at": "2020-01-01", "pwd_exp": "86400", "x": "AKIA-" + "a" * 15}, []),
            ({"x": "amqp://mq.example:5672/a@b.c"}, []),
            ({"x": "amqp://u:****@mq.example/", "y": "amqp://u:$PASS@mq.example"}, []),
            ({"x": "AKIA" + "IOSFODNN7EXAMPLE", "y": "sk_live_short", "z": "ghp_"}, []),
            ({"x": "Basic training", "y": "Bearer of news", "z": "key=1;password policy"}, []),
            ({"pin": "pinned", "pass": "true", "x": "https://a.example/?signature=1"}, []),
            ({"jwk": {"kty": "EC", "x": "AQ", "d": ""}, "kty": "oct", "k": "AQ"}, []),
            ({"x": "9188040d-6c67-4c5b-b112-36a304b66dad", "y": "FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE"}, []),
        ],
    )
    def test_secret_claims(self, claims, secrets):
        """By name or by value; what only speaks of a secret holds none."""
        assert facts_of(claims)["token.secret_claims"] == secrets

    @pytest.mark.parametrize(
        ("claims", "holders"),
        [
            ({"x": JWT}, ["x"]),
            ({"access_token": JWT}, ["access_token"]),
            ({"a": [{"b": f"Bearer {JWT}"}]}, ["a.b"]),
            ({"a": [[["x", JWT]]]}, ["a"]),
            ({"x": JWT + "~WyJhIl0~"}, ["x"]),
            ({"x": JWT.partition(".")[0] + "....AAAA"}, ["x"]),
            ({"x": "v4.local." + "A" * 40}, ["x"]),
            # Near misses.
            ({"vp": {"verifiableCredential": [JWT]}, "trust_chain": [JWT], "software_statement": JWT}, []),
            ({"x": JWT + " ", "y": "see " + JWT, "z": "v4.local.short"}, []),
            ({"x": "eyesonly-archive-2020.parcels.example", "y": "1.2.3", "z": JWT.partition(".")[0]}, []),
            ({"x": 7, "y": JWT.split(".")}, []),
        ],
    )
    def test_token_claims(self, claims, holders):
        """A token is told as one, and not as a secret of another kind."""
        facts = facts_of(claims)
        assert facts["token.token_claims"] == holders
        assert facts["token.secret_claims"] == []

    @pytest.mark.parametrize(
        "part", ["a", "ey", "eyJ.", "a;", "x=", "https://a:", "?&", "; ", "$2a$", "{", "Server=;", "~"]
    )
    def test_a_hostile_value_takes_no_time(self, part):
        """As long as a claim may be, and as many as may be."""
        value = (part * MAX_TEXT)[: MAX_TEXT - 1] + "!"
        began = time.process_time()
        facts_of({"name": value, "sub": value, "phone": value, "x": [value] * 20})
        assert time.process_time() - began < 0.5


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
        many = ["x"] * (MAX_MEMBERS - 1)
        assert facts_of({"a": many})["token.claims_cut"] is False
        assert facts_of({"a": many, "b": many, "password": "hunter22"})["token.claims_cut"] is True

    @given(
        st.dictionaries(st.sampled_from(CLAIMS) | st.text(max_size=8), JSON, max_size=8),
        st.dictionaries(st.sampled_from(HEADER) | st.text(max_size=8), JSON | st.sampled_from(HEADER), max_size=8),
    )
    def test_every_fact_is_registered_and_of_its_type(self, claims, header):
        """Whatever JSON a token holds."""
        facts = facts_of(json.dumps(claims), json.dumps({"alg": "HS256"} | header))
        for name, value in facts.items():
            assert type(value) is TYPES[FACTS[name].type], name
            if isinstance(value, list):
                assert all(isinstance(member, str) for member in value), name
        always = {fact.name for fact in FACTS.values() if fact.always and fact.since == "decoding"}
        assert {name for name in always if name.startswith("token.")} <= facts.keys()
        json.dumps(facts, ensure_ascii=False).encode()
