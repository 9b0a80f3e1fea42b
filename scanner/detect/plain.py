"""Anchors by RE2 alone, where Hyperscan is not installed."""

from __future__ import annotations

from collections.abc import Sequence

import re2

from scanner.detect.anchors import Anchor


class Re2Engine:
    """One expression for each anchor."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        self._expressions = [re2.compile(anchor.regex, options) for anchor in anchors]

    def hits(self, data: memoryview) -> list[tuple[int, int]]:
        """Every place where an anchor starts, sorted; anchors may overlap."""
        found = []
        for index, expression in enumerate(self._expressions):
            at = expression.search(data)
            while at:
                found.append((at.start(), index))
                at = expression.search(data, at.start() + 1)
        found.sort()
        return found
