"""Tries that came to nothing, remembered by the bytes around them: the next version of a file has most of these again.

It serves patterns whose decoders look at the line of an anchor and at a little behind it, and mostly no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, NamedTuple

from scanner.detect import Outcome

_BEFORE: Final = 1 << 11
"""Bytes before an anchor in which its line begins; of a longer one nothing is remembered."""
_MOST: Final = 8 << 20
"""Bytes that are kept; beyond, all is forgotten, and begun anew."""

Until = Callable[[bytes, int], int]
"""`until(text, start)`: up to where what starts at `start` is looked at."""
Around = tuple[str, int, bytes]
"""A pattern, how many bytes behind the beginning of its line an anchor stands, and that line with what is behind it."""


class Try(NamedTuple):
    """What is kept of the `Outcome` of a try that found nothing. Places count from its anchor."""

    since: int
    end: int
    reach: int
    barren: bool


class Vain:
    """The tries that found nothing, as far as there is room for them."""

    def __init__(self, looker: Callable[[int], tuple[str, Until | None]]) -> None:
        """`looker(lookup)` tells for what pattern an anchor is looked for, and up to where that looks, if it says."""
        self._looker = cache(looker)
        self._tries: dict[Around, Try] = {}
        self._bytes = 0

    def get(self, around: Around) -> Try | None:
        """What a try came to between these bytes, if one was made."""
        return self._tries.get(around)

    def note(self, around: Around, start: int, outcome: Outcome) -> None:
        """Keep what came of a try at `start`, if it found nothing and looked at no other bytes."""
        _, at, text = around
        first, end = start - at, start - at + len(text)
        if not outcome.empty or outcome.since is None or outcome.since < first or outcome.reach > end:
            return
        self._bytes += len(text)
        if self._bytes > _MOST:
            self._tries.clear()
            self._bytes = len(text)
        self._tries[around] = Try(outcome.since - start, outcome.end - start, outcome.reach - start, outcome.barren)

    def has_all(self, text: bytes, hits: Iterable[tuple[int, int]], begin: int) -> bool:
        """Whether a try at each of the anchors of a blob is known to be vain.

        A hit is where an anchor starts, the blob's first byte being at `begin`, and its lookup.
        """
        for start, lookup in hits:
            pattern, until = self._looker(lookup)
            place = around(text, start - begin, pattern, until) if until else None
            if place not in self._tries:
                return False
        return True


def around(text: bytes, start: int, pattern: str, until: Until) -> Around | None:
    """What stands around an anchor; None where its line is too long."""
    line = text.rfind(b"\n", max(0, start - _BEFORE), start) + 1
    if not line and start > _BEFORE:
        return None
    return pattern, start - line, text[line : until(text, start)]
