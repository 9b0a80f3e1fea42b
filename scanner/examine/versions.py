"""Versions of files that hold nothing, told by what is new in them: all else came to nothing in another version.

Of what stands around an anchor, or a word that gets a value, a fixed number of bytes counts. So what stands further
from all that is new comes to what it came to in the other version, and only what stands near is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from scanner.decode.bindings import AROUND, TEXT
from scanner.decode.named import stays_barren
from scanner.detect import Hit
from scanner.sources import Version

REACH: Final = TEXT
"""Bytes behind the start of an anchor up to which a try may look, to be one of which anything is known."""
_BEFORE: Final = 1 << 13
"""Bytes before an anchor beyond which no try looks: to the start of a text that it is inside of, of what stands before
that, and of its line, each 2,048 or 4,096 (`scanner.decode.wrapped`, `scanner.joined`)."""
_LINE: Final = 1 << 11
"""Bytes before a word in which its line begins, as far as it is looked at."""
_LONGEST: Final = 1 << 20
"""Bytes of a version of which anything is known: in a longer one names are not followed to the end."""


class Versions:
    """The versions that were read in one shard."""

    def __init__(self, following: Collection[int]) -> None:
        """`following` are the lookups of what may take a secret by a name."""
        self._following = following
        self._holding: set[int] = set()
        """Those that may hold something."""
        self._words: dict[int, frozenset[str]] = {}
        """Of those that hold nothing, the words that names were followed to, if there are any."""

    def holds_nothing(
        self, version: Version, text: bytes, hits: Sequence[Hit], begin: int, vain: Callable[[Hit], bool]
    ) -> bool:
        """Whether all of its anchors surely come to nothing, since they did in the one that it is made from.

        To be asked once of each version with anchors. `vain` tells whether a try at one does; `hits` are those of the
        blob, whose first byte is at `begin`.
        """
        self._holding.add(version.key)
        if version.base < 0 or version.base in self._holding or len(text) > _LONGEST:
            return False
        changed = version.changed() if version.changed else None
        if changed is None:
            return False
        stretches = near(text, changed)
        tried = _within(hits, stretches, begin, _BEFORE)
        if not all(map(vain, tried)):
            return False
        words = self._words.get(version.base, frozenset())
        following = [hit for hit in tried if hit[1] in self._following]
        takers = sorted({start - begin for start, _ in _within(following, stretches, begin, 0)})
        if (takers or words) and not stays_barren(text, takers, words, stretches):
            return False
        self._settle(version, words)
        return True

    def note(
        self,
        version: Version,
        text: bytes,
        hits: Sequence[Hit],
        words: frozenset[str] | None,
        vain: Callable[[Hit], bool],
    ) -> None:
        """Note what came of a version that was read: None, or `words` to which names were followed, all in vain."""
        if words is not None and len(text) <= _LONGEST and all(map(vain, hits)):
            self._settle(version, words)

    def _settle(self, version: Version, words: frozenset[str]) -> None:
        self._holding.discard(version.key)
        if words:
            self._words[version.key] = words


def near(text: bytes, changed: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of a text, ascending and apart, in which what is new may decide on what words are bound to."""
    stretches: list[tuple[int, int]] = []
    at = 0
    while at < len(changed):
        begin, end = changed[at]
        at += 1
        while True:
            # What is close by needs no look for the end of its line.
            while at < len(changed) and changed[at][0] - TEXT <= end + AROUND:
                end = changed[at][1]
                at += 1
            newline = text.find(b"\n", end + AROUND, end + AROUND + _LINE)
            stop = newline + 1 or min(end + AROUND + _LINE, len(text))
            if at == len(changed) or changed[at][0] - TEXT > stop:
                break
            end = changed[at][1]
            at += 1
        stretches.append((max(begin - TEXT, 0), stop))
    return stretches


def _within(hits: Sequence[Hit], stretches: Sequence[tuple[int, int]], begin: int, behind: int) -> list[Hit]:
    """Those of the hits, which ascend, that start in one of the stretches, or so many bytes behind it."""
    found = []
    at = 0
    for hit in hits:
        while at < len(stretches) and stretches[at][1] + behind <= hit[0] - begin:
            at += 1
        if at == len(stretches):
            break
        if stretches[at][0] <= hit[0] - begin:
            found.append(hit)
    return found
