"""Tries that came to nothing, remembered by the bytes around them: the next version of a file has most of these again.

It serves patterns whose decoders look at the line of an anchor and at a little behind it, and mostly no further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import blake2b
from typing import Final, NamedTuple

from scanner.detect import Outcome

_BEFORE: Final = 1 << 11
"""Bytes before an anchor in which its line begins; of a longer one nothing is remembered."""
_FURTHER: Final = 1 << 11
"""Bytes before an anchor in which a text begins that it is inside of; and before that, those that are looked at where
the line alone does not decide (`scanner.decode.InPlace.decode_in`)."""
_DIGEST: Final = 16
_MOST: Final = 8 << 20
"""Bytes that are kept; beyond, all is forgotten, and begun anew."""

Until = Callable[[bytes, int], int]
"""`until(text, start)`: up to where what starts at `start` is looked at."""
Around = tuple[str, int, bytes]
"""A pattern, how many bytes behind the beginning of its line an anchor stands, and that line with what is behind it.
Or, told by a negative number: how many before the anchor count, and the digest of these and of what is behind."""


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

    def note(self, around: Around | None, further: Around, start: int, outcome: Outcome, first: int) -> None:
        """Keep what came of a try at `start`, if it found nothing: for its line if it looked at no other bytes.

        It was not let look at what stands before `first`.
        """
        if not outcome.empty:
            return
        since, key, size = further[1], further, _DIGEST
        if around and outcome.since is not None:
            _, at, text = around
            if start - at <= outcome.since and outcome.reach <= start - at + len(text):
                since, key, size = outcome.since - start, around, len(text)
        if start - key[1] >= first if key is around else start + since >= first:
            self._keep(key, Try(since, outcome.end - start, outcome.reach - start, outcome.barren), size)

    def _keep(self, around: Around, tried: Try, size: int) -> None:
        self._bytes += size
        if self._bytes > _MOST:
            self._tries.clear()
            self._bytes = size
        self._tries[around] = tried

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


def further(text: bytes, start: int, pattern: str, until: Until, behind: bytes) -> Around:
    """What stands around an anchor, with all that is looked at before its line: a digest of it, and where it begins.

    `behind` are the bytes that may stand before the anchor in the text that it is inside of.
    """
    before = text[max(0, start - _FURTHER) : start]
    first = max(0, start - len(before) + len(before.rstrip(behind)) - _FURTHER)
    return pattern, first - start, blake2b(text[first : until(text, start)], digest_size=_DIGEST).digest()
