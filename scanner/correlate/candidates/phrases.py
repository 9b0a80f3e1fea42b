"""Secrets that people make up while they type: `my-super-secret-jwt-key`, `yourSecretKeyHere`, `CHANGE_ME_123`.

A phrase is a word or none of each list, joined as names are in some language. The words stand in the order in which one
meets them in tutorials, templates and sample configurations; a phrase is as unlikely as its words are together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

Words = tuple[str, ...]


class _Ranked(NamedTuple):
    """An entry of a list, and how unlikely it is: the bits of its place, so that the first costs nothing."""

    rank: int
    words: Words


_ADDRESS: Final = """
    | your | my | super | dev | test | the | a | default | this is my | this is a | some | fallback | local
    | example | demo | development | our | this is the | sample | local dev | dev only | mock | dummy | fake
    | temp | temporary | any | placeholder | e2e | ci | not a | insecure | insecure dev | it is a | its a
    | this is not a | this is | use a | put your | insert your | enter your | replace with your | set your
    | just a | put some | production | prod | staging | app | new | wrong | another | change this | change me
    | changeme | hello | that is a
"""
_STRENGTH: Final = """
    | super secret | super | very | secure | strong | very secure | super secure | top | random | ultra
    | super strong | long | very long | very strong | very very | really | super duper | super super
    | ultra secure | most | own | private | hard | complex | unique | safe | simple | big | insecure | unsafe
    | custom | shared
"""
_USE: Final = """
    | jwt | token | refresh | access | access token | refresh token | jwt refresh | session | auth | app | api
    | user | admin | client | application | server | encryption | signing | internal | json web token | flask
    | django | express | node | spring | 256 bit | 512 bit | 32 char | hmac | hs256 | hs512 | cookie | web
    | backend | login | oauth | authentication | service | gateway | webhook
"""
_THING: Final = """
    secret | secret key | key | token | jwt secret | password | jwt key | jwt secret key | secret token
    | private key | signing key | secret jwt key | passphrase | string | secret phrase | secret string
    | shared secret | secret value | secret code | secret word | secret password | value | phrase | code | pass
    | api key
"""
_ENDING: Final = """
    | here | change in production | change me | change this in production | change this
    | change me in production | for development | change in prod | for testing | for jwt | please change
    | for development only | for testing only | for dev | for test | do not use in production | goes here
    | replace in production | for local development | for production | for jwt tokens | for jwt signing
    | please change in production | change before production | change me in prod | change this in prod
    | not for production | do not share | do not use | for dev only | for tests | for jwt token generation
    | for signing | for hmac | for hs256 | replace me | replace this | please change this | please change me
    | must be changed | to be changed | to change in production | to be changed in production | dev only
    | for local testing | for local testing only | for local dev | for unit tests | in production | keep it safe
    | keep this safe | keep it secret | do not commit | change it | change it in production | change later
    | value | string | env | prod | dev
"""
_NOTE: Final = """
    | ! | 123 | 1 | 2024 | 2025 | 2026 | 12345 | 1234 | 123456 | at least 32 characters long | min 32 chars
    | minimum 32 characters | at least 32 characters | that is at least 32 characters long | 2023
    | min 32 characters | at least 32 chars | minimum 32 characters long | must be at least 32 characters long
    | with at least 32 characters | with at least 32 characters long | must be at least 32 characters
    | must be 32 chars | min 32 characters long | minimum 32 chars | 32 chars min | must be long enough
    | that is long enough | long enough | long enough for hs256 | that is long enough for hs256
    | that is long enough for hmac | make it long and random | make it long and secure
    | make sure it is long enough | minimum 256 bits | min 256 bits | at least 256 bits | at least 256 bits long
    | must be at least 256 bits | should be at least 256 bits | should be very long | should be long and random
    | should be very long and secure | must be 32 chars minimum | must be 32 characters long
    | 32 characters long | 32 characters | 32 chars | 32 bytes | 32 bytes long | 256 bits | 64 characters long
    | at least 64 characters long | please | 123! | @123 | 1! | 2022 | 2021 | 2020 | 01 | 12 | 99 | 001 | 007
    | abc | xyz | !!!
"""


def _ranked(text: str, more: int = 0) -> tuple[_Ranked, ...]:
    """The entries of a list; `more` is added to the rank of each that is not empty."""
    return tuple(_Ranked(place.bit_length() + bool(words) * more, words) for place, words in enumerate(entries(text)))


def entries(text: str) -> tuple[Words, ...]:
    """The entries of a list, which `|` divides, each as its words."""
    return tuple(tuple(entry.split()) for entry in text.split("|"))


_LISTS: Final = (
    *map(_ranked, (_ADDRESS, _STRENGTH, _USE, _THING)),
    _ranked(_ENDING, 1),
    _ranked(_NOTE, 2),
)
_UNLIKELY: Final = 7
"""The greatest sum of ranks of a phrase that is tried."""


def phrases() -> Iterator[str]:
    """The phrases, from likely to unlikely; some spellings come twice."""
    for rank in range(_UNLIKELY + 1):
        for words in dict.fromkeys(_of_rank(rank, _LISTS)):
            yield from spellings(words)


def _of_rank(rank: int, lists: Sequence[Sequence[_Ranked]]) -> Iterator[Words]:
    """What has this rank in all, with an entry of each list; entries are in the order of their ranks."""
    if not lists:
        yield from [()] * (rank == 0)
        return
    for own, words in lists[0]:
        if own > rank:
            break
        for rest in _of_rank(rank - own, lists[1:]):
            yield words + rest


def spellings(words: Sequence[str]) -> Iterator[str]:
    """Words in lower case as names are spelt: `my-key`, `my_key`, `mykey`, `myKey`, `my key`, `MyKey`, `MY_KEY`."""
    first, *rest = words
    capitalised = "".join(word.capitalize() for word in rest)
    yield "-".join(words)
    yield "_".join(words)
    yield "".join(words)
    yield first + capitalised
    yield " ".join(words)
    yield first.capitalize() + capitalised
    yield "_".join(words).upper()
