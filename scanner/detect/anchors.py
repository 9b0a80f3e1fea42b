"""Anchors: the fixed-length head of a pattern that an engine can look for at full speed.

Hyperscan reports every end of a match, so an anchor has no repeat at its end: a trailing `+` on a token of a megabyte
gives a million reports. An anchor is given with the pattern, or cut from it here.
"""

from __future__ import annotations

import functools
import math
import re
import warnings
from collections.abc import Sequence
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

from scanner.model import RuleError

_LONGEST: Final = 16
"""Bytes after which more of a head makes no scan faster."""
_RAREST: Final = 1 / 4096
"""Share of random bytes at which an anchor may match: above it, most of the time would go into false anchors."""
_FREQUENCIES: Final = tuple(
    0.05
    if char in b"abcdefghijklmnopqrstuvwxyz \n"
    else 0.01
    if chr(char).isalnum()
    else 0.02
    if 32 < char < 127
    else 0.002
    for char in range(256)
)
"""Roughly, the share of each byte in source code and prose."""
_PLAIN: Final = "give an `anchor` of literals, classes such as [a-z] and alternatives"


Way = list[frozenset[int]]
"""One way through a head: the bytes that may stand at each place."""


class Anchor(NamedTuple):
    """What an engine looks for."""

    regex: bytes
    """Of literals, classes and alternatives only, all of one length; common to Hyperscan and RE2."""
    length: int
    """Bytes."""
    ways: tuple[Way, ...]
    """The ways through it."""


class _Stop(Exception):
    """The head ends here."""


def ways_of(name: str, regex: str, given: str | None = None) -> list[Way]:
    """The ways through the anchor of the pattern `name`, all of one length: all of `given`, or the head of `regex`.

    Raises RuleError where `given` has no fixed length, or either is too common to be looked for.
    """
    field = "anchor" if given else "regex"
    try:
        ways, whole = _parsed(given or regex)
    except (re.error, FutureWarning) as error:
        raise RuleError(f"pattern `{name}`: {field}: {error}", _PLAIN) from error
    if given and not whole:
        raise RuleError(f"pattern `{name}`: anchor: it has no fixed length", _PLAIN)
    share = max((_share(way) for way in ways), default=1.0)
    if not ways or not ways[0] or share > _RAREST:
        raise RuleError(
            f"pattern `{name}`: {field}: no rare head of fixed length to look for",
            "begin the pattern with at least three literal characters, or give `anchor`",
        )
    return ways


def repeated(regex: str) -> frozenset[int] | None:
    """The bytes of which `regex` takes any number; None where it is of another form than `[a-z]*`."""
    try:
        ways, whole = _parsed(regex[:-1]) if regex.endswith(("*", "+")) else ([], False)
    except (re.error, FutureWarning):
        return None
    return ways[0][0] if whole and [len(way) for way in ways] == [1] else None


def _parsed(regex: str) -> tuple[list[Way], bool]:
    with warnings.catch_warnings():
        # RE2's `[[:alpha:]]`, which Python takes for a class of other characters.
        warnings.simplefilter("error", FutureWarning)
        tree = _parser.parse(regex)
    return _head(tree, bool(tree.state.flags & re.IGNORECASE))


def anchor(ways: Sequence[Way]) -> Anchor:
    """What finds each of `ways`, which are of one length."""
    texts = list(dict.fromkeys(b"".join(_class(chars) for chars in way) for way in ways))
    return Anchor(texts[0] if len(texts) == 1 else b"(?:" + b"|".join(texts) + b")", len(ways[0]), tuple(ways))


def likely(way: Way) -> float:
    """Share of the places of a text at which `way` may match by chance, roughly."""
    return math.prod(map(_likely, way))


@functools.cache
def _likely(chars: frozenset[int]) -> float:
    """Share of the bytes of a text that are among these."""
    return min(1.0, sum(_FREQUENCIES[char] for char in chars))


def _share(way: Way) -> float:
    share = 1.0
    for chars in way:
        share *= len(chars) / 256
    return share


def _head(items: Any, fold: bool) -> tuple[list[Way], bool]:
    """The ways through the longest head of `items` with one length, and whether it is all of it or as long as any."""
    ways: list[Way] = [[]]
    for operator, argument in items:
        try:
            parts, whole = _item(operator, argument, fold)
        except _Stop:
            return ways, False
        if len(ways) * len(parts) > 64:
            return ways, False
        room = _LONGEST - len(ways[0])
        ways = [way + part[:room] for way in ways for part in parts]
        if len(ways[0]) == _LONGEST:
            return ways, True
        if not whole:
            return ways, False
    return ways, True


def _item(operator: Any, argument: Any, fold: bool) -> tuple[list[Way], bool]:
    if operator is _constants.LITERAL:
        return [[_folded({argument}, fold)]], True
    if operator is _constants.IN:
        return [[_set(argument, fold)]], True
    if operator is _constants.SUBPATTERN:
        _, added, removed, inner = argument
        return _head(inner, (fold or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE)
    if operator is _constants.BRANCH:
        branches = [_head(branch, fold) for branch in argument[1]]
        shortest = min(len(ways[0]) for ways, _ in branches)
        if not shortest:
            raise _Stop
        ways = [way[:shortest] for branch, _ in branches for way in branch]
        return ways, all(whole and len(branch[0]) == shortest for branch, whole in branches)
    if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        least, most, inner = argument
        if not least:
            raise _Stop
        ways, whole = _head(list(inner) * min(least, _LONGEST), fold)
        return ways, whole and least == most
    raise _Stop


def _set(members: Any, fold: bool) -> frozenset[int]:
    chars: set[int] = set()
    negated = False
    for operator, argument in members:
        if operator is _constants.NEGATE:
            negated = True
        elif operator is _constants.LITERAL:
            chars.add(argument)
        elif operator is _constants.RANGE:
            chars.update(range(argument[0], argument[1] + 1))
        elif operator is _constants.CATEGORY and argument in _CATEGORIES:
            chars |= _CATEGORIES[argument]
        else:
            raise _Stop
    chars = set(_folded(chars, fold))
    return frozenset(range(256)) - chars if negated else frozenset(chars)


_WORD: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_DIGIT: Final = frozenset(b"0123456789")
_SPACE: Final = frozenset(b"\t\n\f\r ")
"""As RE2 has it: without the vertical tab."""
_CATEGORIES: Final = {
    _constants.CATEGORY_WORD: _WORD,
    _constants.CATEGORY_DIGIT: _DIGIT,
    _constants.CATEGORY_SPACE: _SPACE,
}


def _folded(chars: set[int], fold: bool) -> frozenset[int]:
    if max(chars, default=0) > 255:
        raise _Stop
    if not fold:
        return frozenset(chars)
    return frozenset(c for char in chars for c in bytes([char]).upper() + bytes([char]).lower())


@functools.cache
def _class(chars: frozenset[int]) -> bytes:
    if len(chars) == 1:
        return b"\\x%02x" % next(iter(chars))
    ranges: list[list[int]] = []
    for char in sorted(chars):
        if ranges and ranges[-1][1] == char - 1:
            ranges[-1][1] = char
        else:
            ranges.append([char, char])
    return b"[" + b"".join(b"\\x%02x-\\x%02x" % (low, high) for low, high in ranges) + b"]"
