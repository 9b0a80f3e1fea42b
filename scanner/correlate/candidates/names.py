"""Secrets that are made of a name near the token: its issuer, its audience, the folder that it lies in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from scanner.correlate.candidates import Candidate, Provenance
from scanner.correlate.candidates.phrases import entries, spellings
from scanner.model import Subject, Token

_CLAIMS: Final = (
    "iss", "aud", "azp", "client_id", "cid", "appid", "app", "tid", "tenant", "org", "project", "ref", "sub"
)  # fmt: skip
_HEADERS: Final = ("kid", "jku")

_NAMES: Final = 48
"""Names of one token that are tried."""
_LENGTH: Final = 64
"""Characters of a name that is tried."""
_PLACES: Final = 3
"""Sightings whose paths are looked at."""

_HOST: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([a-z0-9_.-]*)", re.IGNORECASE)
_DIVIDERS: Final = re.compile(r"[/:@?#&=|]+")
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_PLAIN: Final = re.compile(r"[A-Za-z]+(?:[ ._/-][A-Za-z]+)*")
"""An issuer that a report names: words that are neither a key nor somebody's number."""

_MADE_OF: Final = "made of its `{}`"

_BEFORE: Final = ("my", "jwt", "secret", "dev")
_AFTER: Final = entries("""
    | secret | key | secret key | jwt | jwt secret | jwt secret key | jwt key | token | token secret | password
    | super secret | super secret key | super secret jwt key | dev secret | dev secret key | dev jwt secret | dev key
    | test secret | default secret | default secret key | local dev key | internal secret | internal jwt secret
    | session secret | refresh secret | app | app secret | api | api secret | api key | secret 123 | 123 | 1234 | 12345
    | 123456 | 1 | ! | @123 | 2022 | 2023 | 2024 | 2025 | 2026 | secret 2024 | secret 2025 | secret change me
    | secret key change me | jwt secret change me | default secret change me | secret change in production
    | secret key change in production | jwt secret change in production | jwt secret key change in production
    | dev secret change me | dev secret change in production | dev secret change in prod
    | dev jwt secret change in production
""")


class _Name(NamedTuple):
    text: str
    provenance: Provenance


def near(subject: Subject, token: Token, place: str) -> Iterator[Candidate]:
    """What could be made of the names in a token, in the paths of its sightings and of the place: some thousands."""
    names: dict[str, Provenance] = {}
    for text, provenance in _names(subject, token, place):
        if 0 < len(text) <= _LENGTH:
            names.setdefault(text, provenance)
    for text, provenance in islice(names.items(), _NAMES):
        for secret in dict.fromkeys(_secrets(text)):
            yield Candidate(secret.encode("utf-8", "replace"), provenance)


def _secrets(name: str) -> Iterator[str]:
    """`Acme` gives `Acme`, `acme-secret`, `acme_secret`, `ACME_SECRET_KEY`, `acme123` and so on."""
    yield from (name, name.lower(), name.upper(), f"{name}\n", f"{name}{name}")
    parts = tuple(word.lower() for word in _WORD.findall(name))
    for words in dict.fromkeys((parts, ("".join(parts),))) if parts else ():
        for after in _AFTER:
            yield from spellings(words + after)
        for before in _BEFORE:
            yield from spellings((before, *words))
            yield from spellings((before, *words, "secret"))


def _names(subject: Subject, token: Token, place: str) -> Iterator[_Name]:
    claims, header = token.claims or {}, token.header
    members = [(name, claims.get(name)) for name in _CLAIMS] + [(name, header.get(name)) for name in _HEADERS]
    for member, value in members:
        for text in value[:_NAMES] if isinstance(value, list) else [value]:
            if isinstance(text, str):
                if member == "iss":
                    yield from _parts(_issuer(text), Provenance(_MADE_OF.format(member)))
                yield from _parts(text, Provenance(_MADE_OF.format(member), public=False))
    yield from _parts(place, Provenance("made of the name of the folder that was scanned"))
    for sighting in subject.sightings[:_PLACES]:
        for path in (sighting.origin.path, *sighting.origin.members):
            for part in PurePosixPath(path).parts:
                yield from _parts(part, Provenance("made of a name in its path"))


def _issuer(text: str) -> str:
    """What a report shows of an issuer, as `token.issuer` does."""
    host = _HOST.match(text)
    return host[1] if host else text if _PLAIN.fullmatch(text) else ""


def _parts(text: str, provenance: Provenance) -> Iterator[_Name]:
    """A name and those in it: `https://sso.acme.example/shop` holds `sso.acme.example`, `sso.acme`, `shop`, `acme`."""
    text = text[: _LENGTH * 4]
    for name in (text, *_DIVIDERS.split(text)):
        yield _Name(name, provenance)
        yield _Name(name.rpartition(".")[0], provenance)
    for word in _WORD.findall(text.partition("://")[2] or text):
        if len(word) > 1:
            yield _Name(word, provenance)
