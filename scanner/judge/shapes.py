"""The shapes that issuers write claims in: names in texts, lists and objects, and what counts as empty."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

from scanner.judge.bounds import MAX_MEMBERS

DEPTH: Final = 4
"""Levels of claims in which names of scopes, people and secrets are looked for."""
_NAME_LENGTH: Final = 80
"""Characters of a scope or role that are kept; what is longer is no name."""


def is_filled(value: object) -> bool:
    """Whether a claim says anything."""
    return value not in (None, "", [], {})


def names(value: Any, *, split: bool = True, depth: int = DEPTH) -> Iterator[str]:
    """Names in the shapes that issuers use: `"a b"`, `"a,b"`, `["a"]`, `{"a": true}`, `{"app": {"roles": ["a"]}}`."""
    if isinstance(value, str):
        yield from value.replace(",", " ").split() if split else (value,)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list) and depth:
        for member in value:
            # A member of a list is one name, spaces and all.
            yield from names(member, split=False, depth=depth - 1)
    elif isinstance(value, dict) and depth:
        for name, member in value.items():
            if member is True:
                yield name
            elif isinstance(member, dict | list):
                yield from names(member, depth=depth - 1)


def unique(values: Iterable[str]) -> list[str]:
    """The first of them, in their order, without repetition and without what is too long to be a name."""
    return list(dict.fromkeys(name for name in itertools.islice(values, MAX_MEMBERS) if len(name) <= _NAME_LENGTH))
