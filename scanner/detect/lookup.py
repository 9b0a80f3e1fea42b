"""What to look for: the anchors of all patterns, and what each tells where it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from scanner.model import Layer

if TYPE_CHECKING:
    from scanner.detect.anchors import Anchor

_PARTED: Final[tuple[tuple[str, ...], ...]] = ((), ("base64",))
"""The encodings in which a head is looked for also where a gap parts it: what is encoded twice hardly ever is."""


class Pattern(Protocol):
    """What detection needs of a pattern of the rule book (`scanner.rulebook.Pattern`)."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def regex(self) -> str:
        """What takes the span; RE2 syntax."""

    @property
    def anchor(self) -> str | None:
        """The head that the engine looks for, where it can't be cut from `regex`."""

    @property
    def extent(self) -> str | None:
        """What a failed try has read, so that no anchor inside is tried again; RE2 syntax. None for one byte."""

    @property
    def behind(self) -> str:
        """A class of the bytes that may stand before the anchor where it is inside; RE2 syntax, empty for none."""

    @property
    def joins(self) -> bool:
        """Whether a match may be broken."""

    @property
    def holds(self) -> Sequence[str]:
        """Texts of which every match holds one behind its anchor: they tell of it where a gap parts that."""

    @property
    def ahead(self) -> str:
        """What stands at an anchor of every match, as an expression of Python's `re` over `AHEAD` bytes at most."""

    @property
    def within(self) -> Sequence[Sequence[str]]:
        """The encodings in which it is looked for too, each outermost first; of `scanner.model.ENCODINGS`."""


class Head(NamedTuple):
    """The head of a pattern, plain or encoded, for where a gap parts it; expressions are common to RE2 and Python."""

    lookup: int
    """Which of the lookups finds it where it is whole."""
    length: int
    """Characters."""
    first: bytes
    """What of it may stand before the gap, as an expression."""
    whole: bytes
    """What its parts make together, as an expression."""


class Lookup(NamedTuple):
    """What an anchor tells where it is found."""

    pattern: int
    """Which of the patterns."""
    length: int
    """Bytes of the anchor."""
    layers: tuple[Layer, ...] = ()
    """The encodings around the pattern's text, outermost first."""
    heads: tuple[Head, ...] = ()
    """Those of which one may stand in parts before the anchor; where there are any, nothing begins at it."""

    def ahead(self, patterns: Sequence[Pattern]) -> str:
        """What stands at the anchor, if its pattern says so; encoded, it stands there otherwise."""
        return "" if self.layers or self.heads else patterns[self.pattern].ahead


def lookups(patterns: Sequence[Pattern]) -> tuple[list[Lookup], list[Anchor]]:
    """The lookups of all patterns, plain ones first and in their order, with their anchors.

    Raises RuleError for a pattern without an anchor.
    """
    from scanner.detect.anchors import anchor, ways_of
    from scanner.detect.encoded import encoded, held, lengthened

    plain: list[tuple[Lookup, Anchor]] = []
    others: list[tuple[Lookup, Anchor]] = []
    for index, pattern in enumerate(patterns):
        ways = ways_of(pattern.id, pattern.regex, pattern.anchor)
        plain.append((Lookup(index, len(ways[0])), anchor(ways)))
        longer = lengthened(ways, pattern.extent)
        for names in pattern.within:
            others += ((Lookup(index, one.length, layers), one) for layers, one in encoded(longer, names))
    both = plain + others
    telling: list[tuple[Lookup, Anchor]] = []
    for index, pattern in enumerate(patterns):
        for names in _PARTED if pattern.joins else _PARTED[1:]:
            heads = tuple(
                _head(at, one)
                for at, (lookup, one) in enumerate(both)
                if lookup.pattern == index and tuple(layer.name for layer in lookup.layers) == names
            )
            telling += ((Lookup(index, one.length, heads=heads), one) for one in held(pattern.holds, names) if heads)
    both += telling
    return [lookup for lookup, _ in both], [anchor for _, anchor in both]


def _head(lookup: int, whole: Anchor) -> Head:
    """The head that the anchor of a lookup finds where it is whole."""
    from scanner.detect.anchors import anchor

    first = (anchor([way[:count] for way in whole.ways]).regex for count in range(1, whole.length))
    return Head(lookup, whole.length, b"|".join(first), whole.regex)
