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
    "security event": ("logout", {"typ": "secevent+jwt"}, {"sub": "u", "events": {}}),
    "untyped security event": ("logout", {}, {"iss": "https://accounts.google.com/", "events": {}}),
    "workload proof": ("dpop", {"typ": "wpt+jwt"}, {"aud": "a", "wth": "x"}),
    "proof of a client attestation": ("dpop", {"typ": "oauth-client-attestation-pop+jwt"}, {"aud": "a"}),
    "PASSporT": ("dpop", {"typ": "passport", "ppt": "shaken"}, {"orig": {"tn": "1"}, "dest": {"tn": ["2"]}}),
    "untyped DPoP": ("dpop", {}, {"htm": "GET", "htu": "https://api.example"}),
    "client attestation": ("credential", {"typ": "oauth-client-attestation+jwt"}, {"sub": "c", "cnf": {"jwk": {}}}),
    "introspection response": ("credential", {"typ": "token-introspection+jwt"}, {"token_introspection": {}}),
    "entity statement": ("credential", {"typ": "entity-statement+jwt"}, {"iss": "a", "sub": "a", "jwks": {}}),
    "status list": ("credential", {"typ": "statuslist+jwt"}, {"status_list": {}}),
    "key binding": ("credential", {"typ": "kb+jwt"}, {"nonce": "n", "sd_hash": "x"}),
    "media type in full": ("credential", {"typ": "application/VC+JWT"}, {"sub": "u", "scope": "read"}),
    "request object": ("client_assertion", {"typ": "oauth-authz-req+jwt"}, {"client_id": "c", "response_type": "code"}),
    "typed client assertion": ("client_assertion", {"typ": "client-authentication+jwt"}, {"iss": "c", "sub": "c"}),
    "WIMSE": ("service_account", {"typ": "wit+jwt"}, {"sub": "wimse://shop.example/web", "cnf": {"jwk": {}}}),
    "registry": ("access", {}, {"iss": "auth.docker.io", "access": [{"actions": ["pull"]}]}),
    "reset by mail": ("action", {}, {"type": "reset_password", "email": "a@b.example"}),
    "magic link": ("action", {}, {"type": "magic-link", "sub": "u"}),
    "invitation": ("action", {}, {"type": "invite", "email": "a@b.example"}),
    "address to verify": ("action", {}, {"type": "email-verification", "user_id": 1}),
    "not a reset": ("session", {}, {"type": "presets", "user_id": 1}),
    "not an invitation": ("session", {}, {"type": "invited", "user_id": 1}),
    "Nomad": ("service_account", {}, {"nomad_job_id": "a", "nomad_allocation_id": "b", "sub": "x"}),
    "Firebase session": ("session", {}, {"iss": "https://session.firebase.google.com/p", "aud": "p", "sub": "1"}),
    "Argo CD key": ("api_key", {}, {"iss": "argocd", "sub": "ci:apiKey", "jti": "1"}),
    "typ stands above the issuer": ("logout", {"typ": "logout+jwt"}, {"iss": "argocd", "sub": "ci:apiKey"}),
    "the issuer stands above the claims": ("ci", {}, {"iss": "https://agent.buildkite.com", "scope": "a"}),
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


REQUIRED: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], list[str]]] = {
    "RFC 9068": ({"typ": "at+jwt"}, {"iss": "https://idp.example"}, ["aud", "sub", "client_id", "jti"], ["client_id"]),
    "an access token of one's own kind": ({}, {"scope": "read"}, ["aud"], []),
    "a log-in": ({}, {"id": 1}, [], []),
    "OpenID Connect": ({}, {"token_use": "id"}, ["iss", "sub", "aud"], []),
    "its log-out": (
        {"typ": "logout+jwt"}, {"iss": "a", "jti": "1", "events": {"e": {}}}, ["aud", "sid or sub"], ["sid or sub"],
    ),
    "a security event, without an end": (
        {"typ": "secevent+jwt"}, {"iss": "a", "jti": "1", "events": {"e": {}}}, [], [],
    ),
    "an empty claim is none": ({"typ": "dpop+jwt"}, {"jti": "", "htm": None, "htu": "x"}, ["jti", "htm"], ["htm"]),
    "a session's id will do": ({}, {"token_type": "refresh", "sid": "1"}, [], []),
    "what its issuer does not set": ({}, {"iss": "supabase", "role": "service_role"}, [], []),
    "a legacy service account": ({}, {"iss": "kubernetes/serviceaccount", "sub": "a", "exp": None}, [], []),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUIRED)
def test_required_claims(name):
    """What is missing, and which of it no rule of its own tells."""
    header, claims, missing, otherwise = REQUIRED[name]
    token = decode(mint(Minted({"alg": "HS256"} | header, SPAN | claims)))
    assert token is not None
    subject = sighted(token)
    JUDGE.judge(subject, token)
    assert (subject.facts["token.missing"], subject.facts["token.missing_else"]) == (missing, otherwise)
    assert JUDGE.undecided == {}


def test_required_claims_are_the_users_to_change():
    """In place of those of the class, not beside them."""
    token = decode(mint(Minted({"alg": "HS256"}, {"id": 1})))
    assert token is not None
    for required, missing in ((("tenant", "exp"), ["tenant", "exp"]), ((), [])):
        subject = sighted(token)
        findings = Judge(rulebook.load(), Policy(requires={"session": required}), NOW).judge(subject, token)
        assert subject.facts["token.missing"] == missing
        rules = {finding.rule.id for finding in findings}
        assert rules >= {"token-no-expiry", "token-claims-missing"} if missing else "token-no-expiry" not in rules
