"""What a name says of its value: whether programs call a secret of sessions or tokens like that.

A name is read as words, whatever joins them: `JWT_SECRET`, `jwtSecret`, `jwt.secret`, `Jwt:Secret` and `--jwt-secret`
are one. The table is `rules/session-secrets.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from scanner.rulebook import SecretName, load_secret_names

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SEPARATE: Final = re.compile(r"[^A-Za-z0-9]+")
_LONGEST: Final = 160
"""Characters of a name; longer ones are texts."""
_MOST: Final = 10
"""Words of a name that are looked at, the last ones."""
_GLUED: Final = 9
"""Characters of a name of the table that is known inside a word too: `myjwtsecret`."""


class Naming(NamedTuple):
    """What a name stands for."""

    entry: SecretName
    exact: bool
    """Whether the table has just this name, with no words around it."""


@lru_cache(maxsize=4096)
def naming(name: str) -> Naming | None:
    """What a value of this name is for; None where it is no secret of sessions or tokens."""
    if len(name) > _LONGEST:
        return None
    words = words_of(name)[-_MOST:]
    table, count = _table(), len(words)
    for length in range(count, 0, -1):
        for start in range(count - length, -1, -1):
            called = words[start : start + length]
            entry = table.get("".join(called))
            if entry and _fits(entry, words[:start], called, words[start + length :]):
                return Naming(entry, length == count)
    last = words[-1] if words else ""
    if len(last) > _GLUED:
        for at in range(1, len(last) - _GLUED + 1):
            entry = table.get(last[at:])
            if entry and entry.told_by == "name" and _fits(entry, (*words[:-1], last[:at]), (), ()):
                return Naming(entry, exact=False)
    return None


class Call(NamedTuple):
    """A function that takes a secret."""

    entry: SecretName
    argument: int
    """Which of its arguments that is, from 0."""
    then: str = ""
    """The method that takes it of what the function gives, at once or behind other methods; empty for itself."""


@lru_cache(maxsize=4096)
def call(name: str) -> Call | None:
    """The function of the table that a name ends with, whole words of it."""
    name = name.partition("()")[0]
    for known, found in _calls().items():
        if name.endswith(known) and not name[: -len(known)][-1:].isalnum():
            return found
    return None


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: `jwtSecretKey` has `jwt`, `secret`, `key`."""
    return tuple(word.lower() for part in _SEPARATE.split(name) for word in _WORD.findall(part))


def _fits(entry: SecretName, before: tuple[str, ...], called: tuple[str, ...], behind: tuple[str, ...]) -> bool:
    words = load_secret_names()[1]
    if entry.told_by == "context" and not all(
        word in words.context or word in words.neutral or word.isdigit() for word in before
    ):
        return False
    ours = words.foreign.isdisjoint(before) or not words.own.isdisjoint(called)
    return ours and all(word in words.trailing or word.isdigit() for word in behind)


@cache
def _table() -> Mapping[str, SecretName]:
    """The entries by their names, as words without what joins them; of two the first one, which is more common."""
    entries = reversed(load_secret_names()[0])
    return {"".join(words_of(name)): entry for entry in entries for name in entry.names}


@cache
def _calls() -> Mapping[str, Call]:
    return dict(_call(entry, *item) for entry in load_secret_names()[0] for item in entry.calls.items())


def _call(entry: SecretName, name: str, argument: int) -> tuple[str, Call]:
    function, _, method = name.partition("().")
    return function, Call(entry, argument, method)
