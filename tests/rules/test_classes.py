"""What the tokens of well-known issuers are for."""

from typing import Any

import pytest

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.judge import Judge
from scanner.model import Origin, Policy, Sighting, Subject, Token
from scanner.rulebook import Minted
from scanner.rulecheck import mint

NOW = 1_767_225_600
JUDGE = Judge(rulebook.load(), Policy(), NOW)
SPAN = {"iat": NOW - 60, "exp": NOW + 3_540}

TOKENS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "RFC 9068": ("access", {"typ": "at+jwt"}, {"iss": "https://idp.example", "sub": "u", "client_id": "c"}),
    "RFC 9068, with OpenID Connect's claims": ("access", {"typ": "AT+JWT"}, {"nonce": "n", "aud": "a"}),
    "Auth0 access": ("access", {}, {"iss": "https://t.auth0.com/", "aud": ["api", "ui"], "azp": "c", "scope": "read"}),
    "Auth0 ID": ("id", {}, {"iss": "https://t.auth0.com/", "aud": "c", "sub": "auth0|1", "nonce": "n", "name": "A"}),
    "Keycloak access": (
        "access", {}, {"typ": "Bearer", "acr": "1", "realm_access": {"roles": ["a"]}, "scope": "email"},
    ),
    "Keycloak ID": ("id", {}, {"typ": "ID", "aud": "web", "acr": "1", "azp": "web"}),
    "Keycloak refresh": ("refresh", {}, {"typ": "Refresh", "aud": "https://sso.example/realms/a", "scope": "email"}),
    "Cognito access": ("access", {}, {"token_use": "access", "auth_time": NOW, "scope": "openid", "client_id": "c"}),
    "Cognito ID": ("id", {}, {"token_use": "id", "aud": "c", "cognito:username": "u"}),
    "Google ID": ("id", {}, {"iss": "https://accounts.google.com", "aud": "c", "azp": "c", "sub": "1"}),
    "Firebase": ("id", {}, {"iss": "https://securetoken.google.com/p", "aud": "p", "user_id": "1"}),
    "Entra application": ("access", {}, {"iss": "https://sts.windows.net/t/", "appid": "c", "roles": ["Read"]}),
    "Supabase user": ("access", {}, {"aud": "authenticated", "aal": "aal1", "session_id": "s", "amr": ["otp"]}),
    "Supabase anon": ("api_key", {}, {"iss": "supabase", "ref": "r", "role": "anon"}),
    "Supabase service_role": ("api_key", {}, {"iss": "supabase", "ref": "r", "role": "service_role"}),
    "Kubernetes, bound": ("service_account", {}, {"sub": "system:serviceaccount:a:b", "kubernetes.io": {}}),
    "SPIFFE": ("service_account", {}, {"sub": "spiffe://shop.example/web", "aud": "db"}),
    "GitHub Actions": ("ci", {}, {"iss": "https://token.actions.githubusercontent.com", "job_workflow_ref": "o/r"}),
    "GitLab": ("ci", {}, {"iss": "https://gitlab.example", "project_path": "g/p", "pipeline_source": "push"}),
    "GitHub App": ("self_issued", {"alg": "RS256"}, {"iss": "12345"}),
    "App Store Connect": ("self_issued", {"alg": "ES256"}, {"iss": "57246542-96fe", "aud": "appstoreconnect-v1"}),
    "Sign in with Apple": ("client_assertion", {}, {"iss": "TEAM", "sub": "app", "aud": "https://appleid.apple.com"}),
    "RFC 7523": ("client_assertion", {}, {"iss": "c", "sub": "c", "aud": "https://idp.example/oauth2/token"}),
    "DPoP": ("dpop", {"typ": "dpop+jwt", "jwk": {}}, {"htm": "GET", "htu": "https://api.example", "jti": "1"}),
    "back-channel logout": ("logout", {"typ": "logout+jwt"}, {"sub": "u", "events": {}}),
    "SD-JWT": ("credential", {"typ": "dc+sd-jwt"}, {"vct": "x", "_sd": []}),
    "licence": ("licence", {}, {"licensee": "A", "seats": 5, "iat": NOW}),
    "simplejwt access": ("access", {}, {"token_type": "access", "user_id": 1, "jti": "1"}),
    "simplejwt refresh": ("refresh", {}, {"token_type": "refresh", "user_id": 1, "jti": "1"}),
    "tutorial": ("session", {}, {"id": 1}),
    "user in an object": ("session", {}, {"data": {"email": "a@b.example"}}),
    "Home Assistant": ("api_key", {}, {"iss": "a" * 32, "iat": NOW, "exp": NOW + 3650 * 86_400}),
    "anything": ("unknown", {}, {"foo": "bar"}),
}  # fmt: skip


def sighted(token: Token) -> Subject:
    place = Sighting(Origin("file", "a.py"), 0, 9, 1, 1, 1, 10)
    return Subject("token", token.identity, token.raw, [place], 1)


def class_of(header: dict[str, Any], claims: dict[str, Any]) -> object:
    token = decode(mint(Minted({"alg": "HS256"} | header, SPAN | claims)))
    assert token is not None
    subject = sighted(token)
    JUDGE.judge(subject, token)
    return subject.facts["token.class"]


@pytest.mark.parametrize("issuer", TOKENS)
def test_class(issuer):
    """Tokens in the shape that these issuers give them are taken for what they are."""
    expected, header, claims = TOKENS[issuer]
    assert class_of(header, claims) == expected
    assert JUDGE.undecided == {}


@pytest.mark.parametrize(
    "text",
    [
        mint(Minted({"alg": "HS256"}, "[1]")),
        b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
    ],
    ids=["no object", "encrypted"],
)
def test_what_cannot_be_read_is_of_no_known_class(text):
    """Claims that are not to be read tell nothing, and are no error."""
    token = decode(text)
    assert token is not None
    subject = sighted(token)
    findings = JUDGE.judge(subject, token)
    assert {finding.rule.id: finding.severity.value for finding in findings} == {"token-leaked": "medium"}
    assert JUDGE.undecided == {}
