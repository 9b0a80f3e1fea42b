"""What to look for: the anchors of all patterns, and what each tells where it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from scanner.model import Layer

if TYPE_CHECKING:
    from scanner.detect.anchors import Anchor


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
        """Whether a match may be broken, also within its anchor."""

    @property
    def within(self) -> Sequence[Sequence[str]]:
        """The encodings in which it is looked for too, each outermost first; of `scanner.model.ENCODINGS`."""


class Lookup(NamedTuple):
    """What an anchor tells where it is found."""

    pattern: int
    """Which of the patterns."""
    length: int
    """Bytes of the anchor."""
    layers: tuple[Layer, ...] = ()
    """The encodings around the pattern's text, outermost first."""
    parted: tuple[int, int] = (0, 0)
    """Where a gap comes first: how many characters of the text it parts off, and how many of its own bytes follow."""


def lookups(patterns: Sequence[Pattern]) -> tuple[list[Lookup], list[Anchor]]:
    """The lookups of all patterns, plain ones first and in their order, with their anchors.

    Raises RuleError for a pattern without an anchor.
    """
    from scanner.detect.anchors import anchor, ways_of
    from scanner.detect.encoded import broken, encoded, lengthened

    plain: list[tuple[Lookup, Anchor]] = []
    others: list[tuple[Lookup, Anchor]] = []
    for index, pattern in enumerate(patterns):
        ways = ways_of(pattern.id, pattern.regex, pattern.anchor)
        plain.append((Lookup(index, len(ways[0])), anchor(ways)))
        longer = lengthened(ways, pattern.extent)
        found = list(broken(longer, len(ways[0]))) if pattern.joins else []
        for names in pattern.within:
            found += encoded(longer, names)
        others += ((Lookup(index, one.anchor.length, one.layers, one.parted), one.anchor) for one in found)
    both = plain + others
    return [lookup for lookup, _ in both], [anchor for _, anchor in both]
