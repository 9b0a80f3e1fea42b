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


def _entries(text: str, more: int = 0) -> tuple[_Ranked, ...]:
    """The entries of a list; `more` is added to the rank of each that is not empty."""
    words = (tuple(entry.split()) for entry in text.split("|"))
    return tuple(_Ranked(place.bit_length() + bool(entry) * more, entry) for place, entry in enumerate(words))


_ADDRESS: Final = _entries("""
    | super | my | your | this is my | the | this is a | some | our | a | this is the | test | dev | default
    | not a | example | it is a | this is not a | its a | demo | insert your | enter your | put your | put some
    | any | just a | that is a | use a | replace with your | set your | app | local
""")
_STRENGTH: Final = _entries("""
    | very | secure | super | super secret | top | random | strong | super secure | ultra | very secure
    | very very | long | really | very long | most | super duper | super super | super strong | private | own
    | dummy | fake | sample | insecure | unsafe | unique | safe | hard | complex | simple | big
""")
_USE: Final = _entries("""
    | jwt | token | access token | refresh token | app | auth | session | api | application | user | client
    | access | refresh | admin | server | json web token | flask | django | express | node | signing
    | encryption | hmac | hs256 | 256 bit | 512 bit | cookie | web | backend | login | authentication
""")
_THING: Final = _entries("""
    secret | secret key | key | token | password | jwt secret | secret token | jwt secret key | private key
    | jwt key | passphrase | secret phrase | string | secret string | signing key | secret value | secret code
    | secret word | secret password | value | code | phrase | pass | api key | shared secret
""")
_ENDING: Final = _entries(
    """
    | here | 123 | change me | change in production | change this | change this in production | 1 | 123456
    | 12345 | 1234 | for development | change me in production | for testing | for jwt | 2024 | 2025 | 2023
    | 2026 | value | do not share | at least 32 characters long | min 32 chars | for development only
    | goes here | please change | for dev | for test | 2022 | 2021 | 2020 | 2019 | 2018 | ! | 007 | 01 | 12
    | for production | for jwt tokens | for jwt token generation | that is at least 32 characters long
    | must be at least 32 characters long | with at least 32 characters | with at least 32 characters long
    | not for production | do not use in production | replace in production | dev only | for local development
    | for local development only | for testing only | change before production | please change in production
    | please change this | please change me | replace me | replace this | must be changed | to be changed
    | keep it safe | keep this safe | minimum 32 characters | 256 bits | 256 bit | 32 chars | 32 characters
    | string | env | prod | production | dev | 999 | 000 | 111 | 321 | abc | !!! | 1!
""",
    more=1,
)

_UNLIKELY: Final = 7
"""The greatest sum of ranks of a phrase that is tried."""


def phrases() -> Iterator[str]:
    """The phrases, from likely to unlikely; some spellings come twice."""
    for rank in range(_UNLIKELY + 1):
        for words in dict.fromkeys(_of_rank(rank, (_ADDRESS, _STRENGTH, _USE, _THING, _ENDING))):
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
