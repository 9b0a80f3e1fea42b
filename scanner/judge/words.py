"""The vocabulary of the rule book at work: whether a name, or the value of a claim, is among its words."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

_REMEMBERED: Final = 4096
"""Names whose answer is kept: the tokens of one log share theirs."""
_SEPARATORS: Final = str.maketrans("", "", "_- .")


@functools.lru_cache(_REMEMBERED)
def claim_key(name: str) -> str:
    """The name of a claim as the vocabulary compares it: `https://app.example/phone_number` is `phonenumber`."""
    return name.rpartition("/")[2].rpartition(":")[2].translate(_SEPARATORS).lower()


def among(words: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text is one of `words`, whatever its letter case; `*` stands for any text, `[*]` for a star."""
    matches = _pattern(words).fullmatch
    return functools.lru_cache(_REMEMBERED)(lambda text: matches(text) is not None)


class ClaimWords:
    """Words for claims: `name`, or `name=value` where only some values count; in both `*` stands for any text."""

    def __init__(self, words: Sequence[str]) -> None:
        names = [claim_key(word) for word in words if "=" not in word]
        self._named = among(names)
        by_name: dict[str, list[str]] = {}
        for name, equals, value in (word.partition("=") for word in words):
            if equals:
                by_name.setdefault(claim_key(name), []).append(value)
        self._anywhere = _pattern(by_name.pop("*", ()))
        self._valued = {name: _pattern(values) for name, values in by_name.items()}

    def hold(self, key: str, value: object) -> bool:
        """Whether a claim with this `claim_key` and this value, which is not empty, is meant."""
        if self._named(key):
            return True
        if not isinstance(value, str):
            return False
        valued = self._valued.get(key)
        return bool(self._anywhere.fullmatch(value) or (valued and valued.fullmatch(value)))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    # Without a word, a pattern that never matches.
    return re.compile("|".join(fnmatch.translate(word) for word in words) or r"(?!)", re.IGNORECASE)
