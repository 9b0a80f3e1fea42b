"""Anchors by RE2 alone, where Hyperscan is not installed."""

from __future__ import annotations

from collections.abc import Sequence

import re2

from scanner.detect.anchors import Anchor
from scanner.detect.lookup import Lookup, Pattern, lookups


class Re2Engine:
    """One expression that finds a place of any anchor, and a set that tells which of them start there."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        self._any = re2.compile(b"|".join(anchor.regex for anchor in anchors), options)
        self._which = re2.Set.MatchSet(options)
        for anchor in anchors:
            self._which.Add(anchor.regex)
        self._which.Compile()
        self._longest = max((anchor.length for anchor in anchors), default=0)

    def hits(self, data: memoryview) -> list[tuple[int, int]]:
        """Every place where an anchor starts, sorted; anchors may overlap."""
        found: list[tuple[int, int]] = []
        at = self._any.search(data)
        while at:
            start = at.start()
            found += ((start, index) for index in self._which.Match(bytes(data[start : start + self._longest])))
            at = self._any.search(data, start + 1)
        found.sort()
        return found


def engine(patterns: Sequence[Pattern]) -> tuple[list[Lookup], Re2Engine]:
    """What to look for, and what looks for it. Raises RuleError."""
    found, anchors = lookups(patterns)
    return found, Re2Engine(anchors)
