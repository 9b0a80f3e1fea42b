"""Anchors by Hyperscan: one database of all of them, kept compiled in the user's cache."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Sequence

import hyperscan
import msgspec

from scanner import __version__, places
from scanner.detect.lookup import Lookup, Pattern, lookups

_VERSION = getattr(hyperscan, "__version__", "")  # its types do not tell of it
_CODE = ("detect/anchors.py", "detect/encoded.py", "detect/lookup.py")
"""What computes the anchors."""


class HyperscanEngine:
    """A database in block mode, with its scratch space: one for each thread."""

    def __init__(self, database: hyperscan.Database, lengths: Sequence[int]) -> None:
        """`lengths` are those of the database's anchors, in bytes."""
        self._lengths = lengths
        self._database = database
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


class _Stored(msgspec.Struct):
    """What is kept in the cache: to compute the anchors takes longer than to load all this."""

    lookups: list[Lookup]
    database: bytes


def engine(patterns: Sequence[Pattern]) -> tuple[list[Lookup], HyperscanEngine]:
    """What to look for, and what looks for it. Raises RuleError."""
    name = f"anchors-{_key(patterns)[:32]}.hs"
    found, database = _loaded(name) or _made(name, patterns)
    return found, HyperscanEngine(database, [lookup.length for lookup in found])


def _key(patterns: Sequence[Pattern]) -> str:
    """Of all that the stored depends on: patterns, Hyperscan, processor, and the code that computes anchors."""
    texts = [(one.id, one.regex, one.anchor, one.extent, one.joins, one.holds, one.within) for one in patterns]
    key = (__version__, str(_VERSION), platform.machine(), sys.platform, places.code(*_CODE), texts)
    return hashlib.sha256(repr(key).encode()).hexdigest()


def _loaded(name: str) -> tuple[list[Lookup], hyperscan.Database] | None:
    packed = places.read_sealed(name)
    if packed is None:
        return None
    try:
        stored = msgspec.msgpack.decode(packed, type=_Stored)
        return stored.lookups, hyperscan.loadb(stored.database, hyperscan.HS_MODE_BLOCK)
    except (msgspec.DecodeError, hyperscan.error):  # of another version, or made on another processor
        return None


def _made(name: str, patterns: Sequence[Pattern]) -> tuple[list[Lookup], hyperscan.Database]:
    found, anchors = lookups(patterns)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.regex for anchor in anchors],
        ids=list(range(len(anchors))),
        elements=len(anchors),
        flags=[hyperscan.HS_FLAG_DOTALL] * len(anchors),
    )
    places.write_sealed(name, msgspec.msgpack.encode(_Stored(found, hyperscan.dumpb(database))))
    return found, database
