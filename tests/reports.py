"""Reports made by hand: a format needs no scan."""

import jwt
import msgspec

from scanner.model import (
    Case,
    Coverage,
    Finding,
    FrameworkEntry,
    Message,
    Origin,
    Report,
    Rule,
    RuleId,
    Sealed,
    Severity,
    Sighting,
    Slot,
    Subject,
    Token,
)
from scanner.report import render
from scanner.report.style import Style

KEY = "a key of our own, 32 bytes or more"
NOW = 1_767_225_600
"""2026-01-01T00:00:00Z."""

NHI3 = FrameworkEntry("OWASP NHI", "NHI-03", "requested", "Credential lifecycle and rotation")
AC4 = FrameworkEntry("NIST", "PR.AC-4", "requested", "Access permissions, least privilege")
NHI2 = FrameworkEntry("OWASP NHI", "NHI2:2025", "published", "Secret Leakage", "https://owasp.example/nhi2")
CWE798 = FrameworkEntry("CWE", "CWE-798", "published", "Use of Hard-coded Credentials", "https://cwe.example/798")
CWE1270 = FrameworkEntry("CWE", "CWE-1270", "published", "Generation of Incorrect Security Tokens")

LEAKED = Rule(
    id=RuleId("token-leaked"),
    on="token",
    per="place",
    classes=frozenset(),
    when="true",
    severity=(Case(Severity.HIGH, "token.state == 'live'"), Case(Severity.LOW)),
    confidence="proved",
    family="leak",
    title="Token stands in a file",
    message=Message(("A ", Slot("token.state", None, str), " token of ", Slot("token.issuer", "its issuer", str), ".")),
    remedy=Message(("Revoke it at ", Slot("token.issuer", "its issuer", str), ".")),
    why="Whoever reads the file is let in.",
    references=("RFC 9700 §2.3",),
    mappings=(NHI3, AC4, NHI2, CWE798),
    source="tokens.toml",
)
NO_AUDIENCE = msgspec.structs.replace(
    LEAKED,
    id=RuleId("token-no-audience"),
    per="subject",
    severity=(Case(Severity.MEDIUM),),
    confidence="likely",
    title="Token names no audience",
    message=Message(("Any service that trusts ", Slot("token.issuer", "its issuer", str), " will accept it.")),
    remedy=Message(("Issue it with an `aud`.",)),
    mappings=(NHI3, AC4, CWE1270),
)


def mint(subject: str = "svc", key: str = KEY) -> str:
    """A token that is visibly ours; its claims are such that no report may show their values."""
    claims = {"iss": "https://idp.example", "sub": subject, "email": f"{subject}@people.example"}
    return jwt.encode(claims, key, algorithm="HS256")


def sighting(path: str = "app.py", line: int = 7, *, context: str = "", **origin: object) -> Sighting:
    """Where a token of 100 characters stands, 11 columns into a line."""
    return Sighting(
        Origin(**{"kind": "file", "path": path} | origin),  # type: ignore[arg-type]  # Given by tests.
        *(180, 280),
        *(line, 12, line, 112),
        context=frozenset(context.split()),
    )


def subject(raw: str, *sightings: Sighting, seen: int = 0, **facts: object) -> Subject:
    """A judged token with these facts over a few usual ones; `token_issuer="x"` for `token.issuer`."""
    known = {
        "token.form": "jws",
        "token.class": "access",
        "token.class_title": "access token",
        "token.state": "live",
        "token.issuer": "idp.example",
    } | {name.replace("_", ".", 1): value for name, value in facts.items()}
    places = list(sightings or (sighting(),))
    signed = Sealed(raw.rpartition(".")[0].encode())
    token = Token(form="jws", raw=Sealed(raw.encode()), signed=signed, payload="object")
    packed = msgspec.msgpack.encode(list(known.values()))
    return Subject("token", token.identity, token.raw, places, seen or len(places), tuple(known), packed, head=10)


def report(*findings: Finding, coverage: Coverage | None = None, root: str = "/srv/shop") -> Report:
    """A finished scan of nine files that found this."""
    subjects = {finding.subject.identity: finding.subject for finding in findings}
    return Report(
        version="0.1.0",
        rules_digest="0123456789ab",
        rules=(LEAKED, NO_AUDIENCE),
        targets=(".",),
        root=root,
        now=NOW,
        seconds=1.23456,
        coverage=coverage or Coverage(planned=9, read=9, bytes=1_234_567),
        subjects=list(subjects.values()),
        findings=list(findings),
    )


def leak() -> Report:
    """A live token in two files, seen in twelve places more, with three findings."""
    token = subject(mint(), sighting(".env", 3, context="environment"), sighting("logs/app.log", 12), seen=14)
    env, log = token.sightings
    return report(
        Finding(LEAKED, token, Severity.HIGH, env),
        Finding(LEAKED, token, Severity.HIGH, log),
        Finding(NO_AUDIENCE, token, Severity.MEDIUM, env),
    )


def rendered(name: str, of: Report, **style: object) -> str:
    """A report in the format of this name, with a style's options."""
    return b"".join(render(name, of, Style(**style))).decode()  # type: ignore[arg-type]  # Given by tests.
