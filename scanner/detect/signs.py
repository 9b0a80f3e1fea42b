"""Signs: the texts of four bytes, without case, of which one stands in every anchor, and what stands around them there.

A text without any holds nothing that is looked for. They are for where next to nothing may be loaded (`cli.quick`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from scanner.detect.anchors import Way
from scanner.detect.lookup import Pattern, lookups

LENGTH: Final = 4
"""Bytes of a sign: so many make a number, and of a text's numbers a set is asked which of them are signs."""
_SPELLINGS: Final = 512
"""Texts that one way may need: a digit in three places makes a thousand."""
_LETTERS: Final = b"etaoinsrhldcumfpgwybvkxjqz"
"""From common to rare, roughly."""
_ONE_MARK: Final = 1
"""Parts words where they are joined, which is rare; more stand together everywhere, as `": "` does in JSON."""


class Sign(NamedTuple):
    """What one way through an anchor is told by."""

    texts: tuple[bytes, ...]
    """One of them stands there, in small letters."""
    at: int
    """Where in the anchor."""
    way: tuple[bytes, ...]
    """The bytes that may stand at each place of the anchor, up to the last that is not free."""
    ahead: bytes
    """What stands at the anchor too, as an expression of `re` with DOTALL (`Pattern.ahead`); empty for anything."""


def signs(patterns: Sequence[Pattern]) -> list[Sign]:
    """The signs of all patterns, of which every text with an anchor holds one; empty where some anchor has none."""
    found, anchors = lookups(patterns)
    merged: dict[tuple[tuple[bytes, ...], int, int], Way] = {}
    for number, anchor in enumerate(anchors):
        for way in anchor.ways:
            small = [frozenset(bytes(places).lower()) for places in way]
            at = _place(small)
            if at is None:
                return []
            texts = tuple(map(bytes, itertools.product(*map(sorted, small[at : at + LENGTH]))))
            # Ways of one anchor that share their texts are told apart by none who only asks whether to look closer.
            known = merged.setdefault((texts, at, number), way)
            merged[texts, at, number] = [a | b for a, b in zip(known, way, strict=True)]
    return [
        Sign(texts, at, tuple(_trimmed(way)), found[number].ahead(patterns).encode("latin-1"))
        for (texts, at, number), way in merged.items()
    ]


def _place(way: Way) -> int | None:
    """Where in `way` to look: at what has few spellings, and is rare."""
    costs = {at: _cost(way[at : at + LENGTH]) for at in range(len(way) - LENGTH + 1)}
    at = min(costs, key=lambda at: costs[at], default=None)
    return None if at is None or costs[at][0] > _SPELLINGS else at


def _cost(chars: Way) -> tuple[int, int, int]:
    """Spellings, marks too many, and how common the rest is."""
    ranks = [max(map(_LETTERS.find, places)) for places in chars]
    marks = ranks.count(-1)
    return math.prod(map(len, chars)), max(marks, _ONE_MARK), -sum(ranks) - marks * len(_LETTERS)


def _trimmed(way: Way) -> Iterator[bytes]:
    free = itertools.takewhile(lambda places: len(places) == 256, reversed(way))
    yield from (bytes(sorted(places)) for places in way[: len(way) - len(list(free))])
