"""Findings made by hand: triage needs no scan."""

from collections.abc import Callable, Sequence

import jwt
import pytest

from scanner.model import Allow, Finding, Message, Origin, Rule, RuleId, Sealed, Severity, Sighting, Subject

KEY = "a key of our own, 32 bytes or more"
NOW = 1_767_225_600
"""2026-01-01T00:00:00Z."""

Make = Callable[..., Finding]


def mint(subject: str) -> str:
    """A token that is visibly ours."""
    return jwt.encode({"iss": "https://idp.example", "sub": subject}, KEY, algorithm="HS256")


def rule(name: str = "token-leaked", per: str = "place") -> Rule:
    return Rule(
        id=RuleId(name),
        on="token",
        per=per,  # type: ignore[arg-type]  # One of two words, given by tests.
        classes=frozenset(),
        when="true",
        severity=(),
        confidence="proved",
        family="leak",
        title="Leaked",
        message=Message(("Leaked.",)),
        remedy=Message(("Revoke it.",)),
        why="",
        references=(),
        mappings=(),
        source="leaks.toml",
    )


def sighting(
    path: str = "app.py", line: int = 7, allows: Sequence[Allow] = (), members: Sequence[str] = ()
) -> Sighting:
    return Sighting(Origin("file", path, tuple(members)), 0, 9, line, 1, line, 10, allows=tuple(allows))


def subject(raw: str, *sightings: Sighting, seen: int = 0) -> Subject:
    token = Subject("token", "", Sealed(raw.encode()), list(sightings), seen or len(sightings))
    from hashlib import sha256

    token.identity = sha256(raw.rpartition(".")[0].encode()).hexdigest()
    return token


@pytest.fixture
def finding() -> Make:
    """Makes an open finding: its subject's sightings, the first of which is its location, and its rule."""

    def make(*sightings: Sighting, name: str = "token-leaked", per: str = "place", raw: str = "h.p.s") -> Finding:
        places = sightings or (sighting(),)
        return Finding(rule(name, per), subject(raw, *places), Severity.HIGH, places[0])

    return make
