"""What formats have in common that sign a URI as a whole."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 1 << 13
"""Characters of a URI that are read: servers refuse longer ones."""
PIECE: Final = rb"[^\s\"'<>\\`|{}^]"
"""A character of a query: RFC 3986 knows none of these."""
TRAILING: Final = b".,;)]"
"""What ends a sentence, not a URI."""
_MOST_ORIGINS: Final = 64
_LOCAL: Final = ("http://localhost", "https://localhost", "http://localhost:8000", "http://127.0.0.1:8000")
"""Where a path is served for which the scan names no host."""


def places(uri: bytes, origins: tuple[str, ...]) -> tuple[bytes, ...]:
    """What may stand before `uri`, which a log may tell without its host: origins of the scan, then usual ones."""
    return tuple(base.encode() for base in (*origins[:_MOST_ORIGINS], *_LOCAL)) if uri.startswith(b"/") else (b"",)
