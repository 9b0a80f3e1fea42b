"""Tokens that are no JSON web tokens, and web tokens in other shapes: their facts, and the findings that fit them."""

import json
from typing import Any

import pytest

from scanner import pipeline, rulebook
from scanner.decode import token_of
from scanner.facts import FACTS
from scanner.judge import Judge
from scanner.judge.tokens import TokenJudge
from scanner.model import Facts, Origin, Policy
from tests import strategies
from tests.strategies import compact, segment

NOW = 1_767_222_000
"""2025-12-31T23:00:00Z, an hour before the tokens here end."""
BOOK = rulebook.load()
TYPES = {"bool": bool, "int": int, "string": str, "list": list, "map": dict}
JOSE = {
    "token.algorithm_kind", "token.type", "token.has_key_id", "token.embeds_key", "token.signature_bytes",
    "token.signature_fits", "token.times_invalid", "token.times_nonstandard", "token.header_names",
}  # fmt: skip


def paseto(version: int, claims: dict[str, Any], footer: str = "") -> str:
    length = {1: 256, 2: 64, 3: 96, 4: 64}[version]
    body = segment(json.dumps(claims).encode() + b"s" * length)
    return f"v{version}.public.{body}" + (f".{segment(footer.encode())}" if footer else "")


def macaroon(*caveats: str, location: str = strategies.ISSUER) -> str:
    """In JSON of version 1."""
    members = {"caveats": [{"cid": caveat} for caveat in caveats], "location": location, "identifier": "made-up"}
    return json.dumps(members | {"signature": "5a" * 32})


CLAIMS = {"iss": strategies.ISSUER, "sub": "svc", "exp": "2026-01-01T00:00:00Z"}
PLAIN_KEY = "glsa_MadeUpForThisExample0123456789ab_0123abcd"
PUBLIC_KEY = "pk.eyJ1IjoicGFyY2VscyIsImEiOiJtYWRldXBmb3J0aGlzZXhhbXBsZSJ9.MadeUpForThisExample12"
ISSUED = compact(
    {"alg": "ES256", "kid": "1", "typ": "dc+sd-jwt"},
    {"iss": "idp", "vct": "card", "_sd": [], "exp": 1767225600, "iat": 1767222000},
    b"s" * 64,
)


def judged(text: str, path: str = "src/app.py") -> tuple[Facts, set[tuple[str, str]]]:
    """The shown facts of the one subject in `text`, and what is found of it: rules with severities."""
    [subject] = pipeline.examine_bytes(text.encode(), Origin("file", path), BOOK, Policy()).subjects
    token = token_of(subject.decoder, subject.sealed.reveal())
    assert token
    judge = Judge(BOOK, Policy(), NOW)
    found = {(str(finding.rule.id), finding.severity.value) for finding in judge.judge(subject, token)}
    assert judge.undecided == {}
    facts = TokenJudge(BOOK, Policy(), NOW)._judged(subject, token).facts
    for name, value in facts.items():
        assert name.startswith("limit.") or type(value) is TYPES[FACTS[name].type], name
    if token.form not in ("jws", "jwe", "sd-jwt"):
        assert facts.keys().isdisjoint(JOSE)
    return subject.facts, found


CASES = {
    "PASETO": (
        paseto(4, CLAIMS | {"iat": "2025-12-31T23:00:00Z"}, '{"kid":"k4.pid.1"}'),
        {("token-leaked", "high")},
    ),
    "PASETO without an end": (
        paseto(4, {"sub": "svc", "role": "admin", "iss": strategies.ISSUER}),
        {
            ("token-leaked", "critical"), ("token-no-expiry", "high"), ("token-scope-broad", "high"),
            ("token-no-audience", "high"),
        },
    ),
    "PASETO, superseded": (
        paseto(2, CLAIMS | {"iat": "2025-12-31T23:00:00Z"}),
        {("token-leaked", "high"), ("paseto-version-old", "low")},
    ),
    "PASETO, encrypted": ("v4.local." + "A" * 99, {("token-leaked", "medium")}),
    "macaroon": (macaroon("time < 2026-01-01T00:00:00Z"), {("token-leaked", "medium")}),
    "macaroon, expired": (macaroon("time < 2025-12-31T00:00:00Z"), {("token-leaked", "low")}),
    "macaroon, expired long ago": (macaroon("time < 2025-01-01T00:00:00Z"), {("token-leaked", "info")}),
    "macaroon without caveats": (macaroon(), {("token-leaked", "medium"), ("token-no-end-caveat", "medium")}),
    "macaroon with a riddle": (macaroon("ttl 7"), {("token-leaked", "medium")}),
    "key of a service": (PLAIN_KEY, {("vendor-key-leaked", "high")}),
    "public key of a service": (PUBLIC_KEY, {("vendor-key-public", "info")}),
    "detached signature": (compact({"alg": "HS256"}, b""), {("token-leaked", "info")}),
    "signed request": (
        json.dumps({
            "protected": segment(b'{"alg":"ES256","nonce":"n","url":"https://acme.example/"}'),
            "payload": segment(b'{"sub":"svc","exp":1767225600,"iat":1767222000}'),
            "signature": segment(b"s" * 64),
        }),
        {("token-leaked", "info")},
    ),
    "SD-JWT": (
        ISSUED + "~" + segment(b'["s","email","ann@parcels.example"]') + "~",
        {("token-leaked", "medium"), ("token-personal-data", "info")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_findings(case):
    """Rules that ask for what a form has not do not fire, and none fails; the others judge it as any token."""
    text, expected = CASES[case]
    assert judged(text)[1] == expected


def test_facts_of_a_paseto():
    """Its claims are claims; its version, purpose and footer are known."""
    facts, _ = judged(paseto(3, CLAIMS, '{"kid":"k3.pid.1"}'))
    assert {name: facts[f"token.{name}"] for name in ("form", "version", "purpose", "state", "issuer", "class")} == {
        "form": "paseto", "version": "v3", "purpose": "public", "state": "live", "issuer": "idp.example",
        "class": "session",
    }  # fmt: skip
    assert facts["token.expires_at"] == 1_767_225_600
    assert facts["token.has_claims"] is True


def test_facts_of_a_macaroon():
    """Its location is the issuer; of claims, nothing is known."""
    facts, _ = judged(macaroon("time < 2026-01-01T00:00:00Z", "user = 7"))
    assert (facts["token.issuer"], facts["token.class_title"], facts["token.state"]) == (
        "idp.example",
        "macaroon",
        "live",
    )
    assert (facts["token.caveats"], facts["token.third_party_caveats"], facts["token.time_bound"]) == (2, 0, True)
    assert facts["token.has_expiry"] is True
    assert facts["token.remaining"] == 3600
    assert "token.has_subject" not in facts
    assert "token.location" not in facts


def test_life_of_a_macaroon():
    """Without caveats it lives; with one that nobody understands, nobody knows."""
    assert judged(macaroon())[0]["token.state"] == "live"
    assert judged(macaroon("ttl 7"))[0]["token.state"] == "unknown"


def test_facts_of_a_key():
    """It is named, with its service."""
    facts, _ = judged(PLAIN_KEY)
    assert {name: facts[f"token.{name}"] for name in ("form", "class", "class_title", "issuer", "vendor", "state")} == {
        "form": "vendor", "class": "api_key", "class_title": "Grafana service account token", "issuer": "Grafana",
        "vendor": "grafana-service-account", "state": "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("logs/app.log", "high"),
        (".env", "high"),
        (".gitlab-ci.yml", "high"),
        ("tests/test_a.py", "low"),
        ("docs/a.md", "low"),
    ],
)
def test_a_key_is_one_finding_a_file(path, severity):
    """Wherever it stands, the rule for tokens in such places leaves it to its own."""
    assert judged(f"key: {PLAIN_KEY}", path)[1] == {("vendor-key-leaked", severity)}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (compact({"alg": "HS256"}, {"sub": "svc"}), "eyJhbGciOi… (3 parts, {} characters)"),
        (paseto(4, CLAIMS), "v4.public.… (3 parts, {} characters)"),
        (PLAIN_KEY, "glsa_… ({} characters)"),
        (PUBLIC_KEY, "pk… (3 parts, {} characters)"),
        (macaroon(), "({} characters)"),
    ],
)
def test_preview_tells_no_secret(text, shown):
    """The start of a header, or what all of the kind begin with; of others the length alone."""
    [subject] = pipeline.examine_bytes(text.encode(), Origin("file", "a.txt"), BOOK, Policy()).subjects
    assert subject.preview == shown.format(len(text))
