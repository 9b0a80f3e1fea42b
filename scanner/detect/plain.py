"""Anchors by RE2 alone, where Hyperscan is not installed."""

from __future__ import annotations

from collections.abc import Sequence

import re2

from scanner.detect.anchors import Anchor


class Re2Engine:
    """One expression for all anchors, and one for each."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        self._expressions = [re2.compile(anchor.regex, options) for anchor in anchors]
        self._any = re2.compile(b"|".join(anchor.regex for anchor in anchors), options)

    def hits(self, data: memoryview) -> list[tuple[int, int]]:
        """Every place where an anchor starts, sorted; anchors may overlap."""
        found: list[tuple[int, int]] = []
        at = self._any.search(data)
        while at:
            start = at.start()
            found += ((start, index) for index, one in enumerate(self._expressions) if one.match(data, start))
            at = self._any.search(data, start + 1)
        return found
