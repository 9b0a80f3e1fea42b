"""The vocabulary of the rule book at work: whether a name, or the value of a claim, is among its words."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

_REMEMBERED: Final = 4096
"""Names whose answer is kept: the tokens of one log share theirs."""
_SEPARATORS: Final = str.maketrans("", "", "_- .")


def claim_key(name: str) -> str:
    """The name of a claim as the vocabulary compares it: `https://app.example/phone_number` is `phonenumber`."""
    return name.rpartition("/")[2].rpartition(":")[2].translate(_SEPARATORS).lower()


def among(words: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text is one of `words`, whatever its letter case; `*` stands for any text, `[*]` for a star."""
    matches = _pattern(words).fullmatch
    return functools.lru_cache(_REMEMBERED)(lambda text: matches(text) is not None)


class ClaimWords:
    """Kinds of claims, each with its words: `name`, or `name=value` where only some values count.

    In both `*` stands for any text. A value between slashes is a regular expression; a number counts as its digits.
    """

    def __init__(self, kinds: Mapping[str, Iterable[str]]) -> None:
        self._words = [(kind, *word.partition("=")[::2]) for kind, words in kinds.items() for word in words]
        self._of_name = functools.lru_cache(_REMEMBERED)(self._find)

    def kinds(self, name: str, value: object) -> Collection[str]:
        """The kinds that a claim of this name and value, which is not empty, belongs to."""
        named, valued = self._of_name(name)
        if not valued or not isinstance(value, str | int):
            return named
        value = str(value)
        told = [kind for kind, values in valued if values.fullmatch(value)]
        return named.union(told) if told else named

    def _find(self, name: str) -> tuple[frozenset[str], list[tuple[str, re.Pattern[str]]]]:
        """The kinds that a name alone tells, and those that it tells with some values."""
        key = claim_key(name)
        named = (kind for kind, word, value in self._words if not value and fnmatch.fnmatchcase(key, claim_key(word)))
        return frozenset(named), self._values(key)

    def _values(self, key: str) -> list[tuple[str, re.Pattern[str]]]:
        by_kind: dict[str, list[str]] = {}
        for kind, name, value in self._words:
            if value and claim_key(name) == key:
                by_kind.setdefault(kind, []).append(value)
        return [(kind, _pattern(values)) for kind, values in by_kind.items()]


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    # Without a word, a pattern that never matches.
    return re.compile("|".join(map(_expression, words)) or r"(?!)", re.IGNORECASE)


def _expression(word: str) -> str:
    return word[1:-1] if word[:1] == word[-1:] == "/" else fnmatch.translate(word)
