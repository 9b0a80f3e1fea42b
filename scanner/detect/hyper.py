"""Anchors by Hyperscan: one database of all of them, kept compiled in the user's cache."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import sys
from collections.abc import Sequence

import hyperscan

from scanner import places
from scanner.detect.anchors import Anchor

_VERSION = getattr(hyperscan, "__version__", "")  # its types do not tell of it


class HyperscanEngine:
    """A database in block mode, with its scratch space: one for each thread."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self._lengths = [anchor.length for anchor in anchors]
        self._database = _database(anchors)
        self._database.scratch = hyperscan.Scratch(self._database)

    def hits(self, data: memoryview) -> list[tuple[int, int]]:
        """Every place where an anchor starts, sorted; anchors may overlap."""
        found: list[tuple[int, int]] = []
        lengths = self._lengths

        def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((end - lengths[index], index))

        self._database.scan(data, on_match)  # type: ignore[type-var]
        found.sort()
        return found


def _database(anchors: Sequence[Anchor]) -> hyperscan.Database:
    key = hashlib.sha256(repr((str(_VERSION), platform.machine(), sys.platform, anchors)).encode()).hexdigest()
    name = f"anchors-{key[:32]}.hs"
    stored = places.read_cached(name)
    if stored and hashlib.sha256(stored[32:]).digest() == stored[:32]:
        with contextlib.suppress(hyperscan.error):  # made on another processor
            return hyperscan.loadb(stored[32:], hyperscan.HS_MODE_BLOCK)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.regex for anchor in anchors],
        ids=list(range(len(anchors))),
        elements=len(anchors),
        flags=[hyperscan.HS_FLAG_DOTALL] * len(anchors),
    )
    compiled = hyperscan.dumpb(database)
    places.write_cached(name, hashlib.sha256(compiled).digest() + compiled)
    return database
