"""Noise is a defect: tokens in the shape that large issuers give them raise what their owners can act on, and no more.

What a leak is graded by, lifetime, rights and audience, is the subject of other tests.
"""

from typing import Any

import pytest

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.judge import Judge
from scanner.model import Origin, Policy, Sighting, Subject
from scanner.rulebook import Minted
from scanner.rulecheck import mint

NOW = 1_767_225_600
JUDGE = Judge(rulebook.load(), Policy(), NOW)
ELSEWHERE = {
    "token-leaked", "token-lifetime", "token-no-expiry", "token-no-audience", "token-no-key-id", "token-scope-broad",
    "token-scope-many",
}  # fmt: skip
ID = "9188040d-6c67-4c5b-b112-36a304b66dad"
SPAN = {"iat": NOW - 60, "exp": NOW + 3_540}
RS = {"alg": "RS256", "typ": "JWT", "kid": "FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE"}
EC_KEY = {
    "kty": "EC", "crv": "P-256",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
}  # fmt: skip
ANN = {"name": "Ann Other", "given_name": "Ann", "family_name": "Other", "email": "ann@parcels.example"}
PERSON = "token-personal-data"

TOKENS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "Auth0, access": (RS, {
        "iss": "https://parcels.eu.auth0.com/", "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "azp": "client",
        "aud": ["https://api.parcels.example", "https://parcels.eu.auth0.com/userinfo"], "scope": "openid read:orders",
    }, {}),
    "Auth0, machine": (RS, {
        "iss": "https://parcels.eu.auth0.com/", "sub": "client@clients", "aud": "https://api.parcels.example",
        "azp": "client", "gty": "client-credentials", "scope": "read:orders",
    }, {}),
    "Auth0, RFC 9068": (RS | {"typ": "at+jwt"}, {
        "iss": "https://parcels.eu.auth0.com/", "sub": "auth0|1", "aud": "https://api.parcels.example",
        "client_id": "client", "jti": "j", "scope": "read:orders",
    }, {}),
    "Auth0, ID": (RS, {
        **ANN, "nickname": "ann", "picture": "https://s.gravatar.example/1", "updated_at": "2025-12-31T00:00:00.000Z",
        "email_verified": True, "iss": "https://parcels.eu.auth0.com/", "sub": "auth0|1", "aud": "c", "nonce": "n",
    }, {PERSON: "info"}),
    "Okta, access": (RS, {
        "ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE", "cid": "c", "uid": "00ujmkLgagxeRrAg20g3",
        "iss": "https://parcels.okta.com/oauth2/default", "aud": "api://default", "scp": ["openid"],
        "auth_time": NOW - 70, "sub": "ann@parcels.example",
    }, {PERSON: "low"}),
    "Okta, ID": (RS, {
        **ANN, "sub": "00uid4BxXw6I6TV4m0g3", "ver": 1, "iss": "https://parcels.okta.com/oauth2/default", "aud": "c",
        "amr": ["pwd"], "idp": "00o", "auth_time": NOW - 70, "at_hash": "p", "nonce": "n",
    }, {PERSON: "info"}),
    "Entra, version 1": (RS | {"x5t": "ie_qWCXhXxt1zIEsu4c7acQVGn4"}, {
        **ANN, "aud": f"api://{ID}", "iss": f"https://sts.windows.net/{ID}/", "nbf": NOW - 60, "acr": "1",
        "aio": "AXQAi/8IAAAAFm+E/QTG+gFnVxLjWdw8K+61AGrSOuMMF6ebaMj7XO3IbmD3fGmrOyD+NvZyGn2VaT/kDKXw4MIhrgGVq6Bn8w==",
        "amr": ["pwd", "mfa"], "appid": ID, "appidacr": "0", "ipaddr": "203.0.113.7", "oid": ID, "rh": "0.AAAA",
        "scp": "user_impersonation", "sub": "l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA", "tid": ID,
        "unique_name": "ann@parcels.example", "upn": "ann@parcels.example", "uti": "FVsGxYXI30-TuikuuUoFAA",
        "ver": "1.0", "pwd_exp": "86400", "pwd_url": "https://portal.microsoftonline.com/ChangePassword.aspx",
    }, {PERSON: "low"}),
    "Entra, version 2": (RS, {
        "aud": ID, "iss": f"https://login.microsoftonline.com/{ID}/v2.0", "nbf": NOW - 60, "azp": ID, "azpacr": "0",
        "name": "Ann Other", "oid": ID, "preferred_username": "ann@parcels.example", "scp": "access_as_user",
        "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", "tid": ID, "uti": "fqiBqXLPj0eQa82S-IYFAA", "ver": "2.0",
    }, {PERSON: "low"}),
    "Microsoft Graph, application": (RS | {"nonce": "xO4"}, {
        "aud": "https://graph.microsoft.com", "iss": f"https://sts.windows.net/{ID}/", "nbf": NOW - 60, "appid": ID,
        "app_displayname": "Shop", "appidacr": "1", "idtyp": "app", "oid": ID, "roles": ["User.Read.All"], "sub": ID,
        "tid": ID, "uti": "u", "ver": "1.0", "wids": ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
    }, {}),
    "Cognito, access": ({"alg": "RS256", "kid": "1234example="}, {
        "sub": ID, "device_key": f"eu-west-1_{ID}", "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example",
        "client_id": "c", "origin_jti": ID, "event_id": ID, "token_use": "access", "scope": "openid", "jti": ID,
        "auth_time": NOW - 60, "username": "ann",
    }, {}),
    "Cognito, ID": ({"alg": "RS256", "kid": "1234example="}, {
        **ANN, "sub": ID, "aud": "c", "email_verified": True, "token_use": "id", "auth_time": NOW - 60,
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example", "cognito:username": "ann",
    }, {PERSON: "info"}),
    "Google, ID": (RS, {
        **ANN, "iss": "https://accounts.google.com", "azp": "1.apps.googleusercontent.com", "hd": "parcels.example",
        "aud": "1.apps.googleusercontent.com", "sub": "110169484474386276334", "at_hash": "H", "nonce": "n",
        "picture": "https://lh3.googleusercontent.com/a/1",
    }, {PERSON: "info"}),
    "Google, a machine's ID": (RS, {
        "iss": "https://accounts.google.com", "aud": "https://run.parcels.example", "azp": "109847", "sub": "109847",
        "email": "web@shop.iam.gserviceaccount.com", "email_verified": True,
    }, {}),
    "Google, assertion": (RS, {
        "iss": "web@shop.iam.gserviceaccount.com", "aud": "https://oauth2.googleapis.com/token",
        "scope": "https://www.googleapis.com/auth/devstorage.read_only",
    }, {}),
    "Google, signed by its bearer": (RS, {
        "iss": "web@shop.iam.gserviceaccount.com", "sub": "web@shop.iam.gserviceaccount.com",
        "aud": "https://firestore.googleapis.com/",
    }, {}),
    "Keycloak, access": (RS, {
        **ANN, "jti": ID, "iss": "https://sso.parcels.example/realms/parcels", "aud": ["account", "billing"], "sub": ID,
        "typ": "Bearer", "azp": "web", "session_state": ID, "acr": "1", "allowed-origins": ["https://web.parcels.example"],
        "realm_access": {"roles": ["offline_access", "uma_authorization", "default-roles-parcels"]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}}, "scope": "openid email profile",
        "sid": ID, "preferred_username": "ann",
    }, {PERSON: "medium"}),
    "Keycloak, access without a person": (RS, {
        "jti": ID, "iss": "https://sso.parcels.example/realms/parcels", "aud": "billing", "sub": ID, "typ": "Bearer",
        "azp": "web", "sid": ID, "scope": "orders",
    }, {}),
    "Keycloak, refresh": (RS | {"alg": "HS512"}, {
        "jti": ID, "iss": "https://sso.parcels.example/realms/parcels", "aud": "https://sso.parcels.example/realms/parcels",
        "sub": ID, "typ": "Refresh", "azp": "web", "session_state": ID, "scope": "openid", "sid": ID,
    }, {}),
    "Keycloak, of old": (RS, {
        "jti": ID, "nbf": 0, "iss": "https://sso.parcels.example/auth/realms/parcels", "aud": "account", "sub": ID,
        "typ": "Bearer", "azp": "web", "auth_time": 0, "session_state": ID, "scope": "orders",
    }, {}),
    "GitHub Actions": (RS | {"x5t": "thumb"}, {
        "jti": ID, "sub": "repo:parcels/shop:environment:prod", "environment": "prod", "aud": "https://github.com/parcels",
        "ref": "refs/heads/main", "repository": "parcels/shop", "repository_owner": "parcels", "actor": "ann",
        "run_id": "1", "head_ref": "", "event_name": "push", "runner_environment": "github-hosted",
        "job_workflow_ref": "parcels/shop/.github/workflows/a.yml@refs/heads/main", "nbf": NOW - 60,
        "iss": "https://token.actions.githubusercontent.com",
    }, {}),
    "GitLab": (RS, {
        "namespace_id": "72", "project_path": "parcels/shop", "user_id": "1", "user_login": "ann",
        "user_email": "ann@parcels.example", "pipeline_source": "push", "ref_path": "refs/heads/main", "jti": ID,
        "runner_environment": "self-hosted", "sha": "714a629c0b401fdce83e847fc9589983fc6f46bc", "nbf": NOW - 65,
        "iss": "https://gitlab.parcels.example", "sub": "project_path:parcels/shop", "aud": "https://vault.parcels.example",
        "user_identities": [{"provider": "github", "extern_uid": "2435223452345"}],
    }, {PERSON: "low"}),
    "Kubernetes": ({"alg": "RS256", "kid": "k"}, {
        "aud": ["https://kubernetes.default.svc"], "iss": "https://kubernetes.default.svc", "jti": ID, "nbf": NOW - 60,
        "kubernetes.io": {"namespace": "shop", "pod": {"name": "web-1", "uid": ID}, "serviceaccount": {"name": "web"}},
        "sub": "system:serviceaccount:shop:web",
    }, {}),
    "Kubernetes at Azure": ({"alg": "RS256", "kid": "k"}, {
        "aud": ["https://shop-1.hcp.westeurope.azmk8s.io", '"shop-1.hcp.westeurope.azmk8s.io"'],
        "iss": "https://westeurope.oic.prod-aks.azure.com/t/c/", "nbf": NOW - 60,
        "kubernetes.io": {"namespace": "shop"}, "sub": "system:serviceaccount:shop:web",
    }, {}),
    "Supabase, anon": ({"alg": "HS256", "typ": "JWT"}, {"iss": "supabase", "ref": "a" * 20, "role": "anon"}, {}),
    "Supabase, user": ({"alg": "HS256", "kid": "k", "typ": "JWT"}, {
        "iss": "https://abcdefghijklmnopqrst.supabase.co/auth/v1", "sub": ID, "aud": "authenticated", "phone": "",
        "email": "ann@parcels.example", "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {"email": "ann@parcels.example", "phone_verified": False}, "role": "authenticated",
        "aal": "aal1", "amr": [{"method": "password", "timestamp": NOW - 60}], "session_id": ID,
    }, {PERSON: "low"}),
    "Firebase": (RS, {
        "name": "Ann Other", "iss": "https://securetoken.google.com/shop", "aud": "shop", "auth_time": NOW - 60,
        "user_id": "q", "sub": "q", "email": "ann@parcels.example",
        "firebase": {"identities": {"google.com": ["110169484474386276334"]}, "sign_in_provider": "google.com"},
    }, {PERSON: "info"}),
    "SAP": (RS | {"jku": "https://shop.authentication.eu10.hana.ondemand.com/token_keys", "jid": "x"}, {
        "jti": ID, "sub": "sb-shop!t1", "authorities": ["uaa.resource"], "scope": ["uaa.resource"], "azp": "sb-shop!t1",
        "client_id": "sb-shop!t1", "cid": "sb-shop!t1", "grant_type": "client_credentials",
        "aud": ["sb-shop!t1", "uaa"], "iss": "http://shop.localhost:8080/uaa/oauth/token", "zid": ID,
    }, {}),
    "Adobe": ({"alg": "RS256", "x5u": "ims_na1-key-at-1.cer", "kid": "ims_na1-key-at-1"}, {
        "id": "1", "type": "access_token", "client_id": "shop", "user_id": "U@AdobeID", "as": "ims-na1",
        "scope": "openid",
    }, {}),
    "AD FS": (RS, {
        "aud": f"microsoft:identityserver:{ID}", "iss": "http://fs.parcels.io/adfs/services/trust", "nbf": NOW - 60,
        "apptype": "Confidential", "appid": ID, "auth_time": "2025-12-31T23:00:00.000Z", "ver": "1.0", "scp": "openid",
    }, {}),
    "a container registry": ({"alg": "ES256", "typ": "JWT", "jwk": EC_KEY}, {
        "access": [{"type": "repository", "name": "library/alpine", "actions": ["pull"]}],
        "aud": "registry.parcels.example", "iss": "auth.parcels.example", "jti": "1", "nbf": NOW - 60, "sub": "",
    }, {}),
    "GitHub App": ({"alg": "RS256"}, {"iss": "12345"}, {}),
    "Sign in with Apple": ({"alg": "ES256", "kid": "ABC123DEFG"}, {
        "iss": "DEF123GHIJ", "aud": "https://appleid.apple.com", "sub": "com.parcels.shop",
    }, {}),
    "Salesforce": ({"alg": "RS256"}, {"iss": "3MVG9", "sub": "shop", "aud": "https://login.salesforce.com"}, {}),
    "SPIFFE": ({"alg": "ES256", "kid": "k"}, {"aud": ["db"], "sub": "spiffe://parcels.example/web"}, {}),
    "Clerk": (RS | {"cat": "cl_B7d4PD111AAA"}, {
        "azp": "https://shop.parcels.example", "iss": "https://clerk.parcels.example", "sid": "sess_2", "sub": "user_2",
    }, {}),
    "NATS": ({"typ": "JWT", "alg": "ed25519-nkey"}, {
        "jti": "X", "iss": "ACX", "name": "web", "sub": "UCX", "nats": {"pub": {}, "subs": -1, "type": "user"},
    }, {}),
    "simplejwt": ({"alg": "HS256", "typ": "JWT"}, {"token_type": "refresh", "jti": ID, "user_id": 1}, {}),
    "a tutorial's": ({"alg": "HS256", "typ": "JWT"}, {"id": 1}, {}),
    "DPoP": ({"typ": "dpop+jwt", "alg": "ES256", "jwk": EC_KEY}, {
        "jti": "1", "htm": "POST", "htu": "https://idp.example/token",
    }, {}),
    "a credential": ({"alg": "ES256", "typ": "JWT", "kid": "did:web:uni.example#k"}, {
        "iss": "did:web:uni.example", "sub": "did:example:1", "jti": f"urn:uuid:{ID}",
        "vc": {"type": ["VerifiableCredential"], "credentialSubject": {"degree": {"name": "Bachelor of Science"}}},
    }, {}),
}  # fmt: skip


@pytest.mark.parametrize("issuer", TOKENS)
def test_ordinary_tokens(issuer):
    """No trap of headers, no odd claim; of people what issuers put in, graded by what their owners can change."""
    header, claims, expected = TOKENS[issuer]
    token = decode(mint(Minted(header, SPAN | claims)))
    assert token is not None
    place = Sighting(Origin("file", "src/app.py"), 0, 9, 1, 1, 1, 10)
    findings = JUDGE.judge(Subject("token", token.identity, token.raw, [place], 1), token)
    found = {finding.rule.id: finding.severity.value for finding in findings if finding.rule.id not in ELSEWHERE}
    assert found == expected
    assert JUDGE.undecided == {}
