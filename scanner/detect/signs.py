"""Signs: literals, each with what stands around it where it belongs to an anchor.

A text without any holds nothing that is looked for. They are for where next to nothing may be loaded (`cli.quick`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from scanner.detect.anchors import Way, likely
from scanner.detect.lookup import Pattern, lookups

_SHORTEST: Final = 3
_LONGEST: Final = 8
"""Bytes of a literal: with fewer than three it stands everywhere, and more make no search faster."""
_SPELLINGS: Final = 8
"""Literals that one way may be spelt out to: `(?i)abc` has eight."""
_RARE: Final = 1e-5
"""Share of the places of a text at which a literal is not in the way."""


class Sign(NamedTuple):
    """A literal of an anchor."""

    literal: bytes
    at: int
    """Where in the anchor it stands."""
    way: tuple[bytes, ...]
    """The bytes that may stand at each place of the anchor, up to the last that is not free."""


def signs(patterns: Sequence[Pattern]) -> list[Sign]:
    """The signs of all patterns, of which every text with an anchor holds one; empty where some anchor has none."""
    _, anchors = lookups(patterns)
    merged: dict[tuple[bytes, int, int], Way] = {}
    for number, anchor in enumerate(anchors):
        for way in anchor.ways:
            stretch = _literal(way)
            if stretch is None:
                return []
            for literal in itertools.product(*map(sorted, way[stretch])):
                # Ways of one anchor that share a literal are told apart by none who only asks whether to look closer.
                known = merged.setdefault((bytes(literal), stretch.start, number), way)
                merged[bytes(literal), stretch.start, number] = [a | b for a, b in zip(known, way, strict=True)]
    return [Sign(literal, at, tuple(_trimmed(way))) for (literal, at, _), way in merged.items()]


def _literal(way: Way) -> slice | None:
    """The stretch of `way` to look for: short, rare, and of few spellings."""
    stretches = [
        slice(at, at + length)
        for length in range(_SHORTEST, min(len(way), _LONGEST) + 1)
        for at in range(len(way) - length + 1)
        if math.prod(map(len, way[at : at + length])) <= _SPELLINGS
    ]
    return min(stretches, key=lambda stretch: _cost(way, stretch), default=None)


def _cost(way: Way, stretch: slice) -> tuple[bool, int, int, float, int]:
    chars = way[stretch]
    share = likely(chars)
    return share > _RARE, math.prod(map(len, chars)), len(chars), share, -stretch.start


def _trimmed(way: Way) -> Iterator[bytes]:
    free = itertools.takewhile(lambda places: len(places) == 256, reversed(way))
    yield from (bytes(sorted(places)) for places in way[: len(way) - len(list(free))])
