"""What is told of a place where a subject was found: its line, what covers it, and what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.detect import LOOKAHEAD
from scanner.examine.suppressions import Suppressions
from scanner.model import Cookie, Decoded, Named, Sighting, Token
from scanner.sources import Blob
from scanner.sources.text import Locator, after

if TYPE_CHECKING:
    from scanner.decode.wrapped import Found

_LINE: Final = LOOKAHEAD
"""Bytes on each side of a sighting in which its line, and the line above, are looked at; they are always at hand."""
_CONFIGURATION: Final = 1 << 18
"""Bytes of a blob in which is looked for what tells its environment: what is longer is no configuration."""


class Stretch(NamedTuple):
    """What is at hand of a blob."""

    blob: Blob
    data: memoryview
    begin: int
    """Where the blob begins, or goes on, in `data`."""
    end: int
    """Where in `data` what is at hand of it ends."""


def sighting(stretch: Stretch, found: Found, contexts: frozenset[str], suppressions: Suppressions) -> Sighting:
    """The sighting of what was `found` in a stretch of a blob whose path stands for `contexts`.

    The blob's locator is at the match, or where what was found begins.
    """
    from scanner.sources.context import environment_of, of_line

    blob, data, start, end = stretch.blob, stretch.data, found.start, found.end
    text = bytes(data[start:end])
    before = bytes(data[max(stretch.begin, start - _LINE) : start])
    behind = bytes(data[end : min(stretch.end, end + _LINE)])
    tail = behind.partition(b"\n")[0]
    line, column = _place(data, start, blob.locator, before)
    if found.wrapping[:1] == ("utf-16",):
        # Of the two bytes of each character one is 0, before what the line starts with too.
        column = (column - 1) // 2 + 1
        text, before, tail = (part.replace(b"\0", b"") for part in (text, before, tail))
    end_line, end_column = after(text, line, column)
    above, newline, head = before.rpartition(b"\n")
    begun = bool(newline) or start - stretch.begin < _LINE
    name = _name(found.decoded, before)
    if "chunks" in found.wrapping:
        name = name[:-2]  # without the number of the first chunk
    around = (before, behind) if end + blob.offset <= _CONFIGURATION else (b"", b"")
    return Sighting(
        blob.origin,
        (start + blob.offset) * blob.width,
        (end + blob.offset) * blob.width,
        line,
        column,
        end_line,
        end_column,
        of_line(head if begun else b"", contexts, blob.path, above),
        suppressions.on(line, head, text, tail, above.rpartition(b"\n")[2]),
        found.wrapping,
        name,
        environment_of(blob.origin.path, name, *around, contexts),
    )


def _place(data: memoryview, start: int, locator: Locator, before: bytes) -> tuple[int, int]:
    """The line and column of `start`, of which some bytes `before` are at hand.

    The locator stays at the match: where words stand before the subject, the next match may begin among them.
    """
    passed = bytes(data[start : locator.at])
    if b"\n" in passed:
        return locator.line - passed.count(b"\n"), after(before.rpartition(b"\n")[2], 1, 1)[1]
    if passed:
        return locator.line, locator.column - after(passed, 1, 0)[1]
    return after(bytes(data[locator.at : start]), locator.line, locator.column)


def _name(decoded: Decoded | None, before: bytes) -> str:
    """What a subject is called behind the text `before`."""
    if isinstance(decoded, Named):
        return decoded.name
    # What a cookie is called can be a part of its signature, and of the key of a token that is encrypted for one.
    if not isinstance(decoded, Cookie) and not (isinstance(decoded, Token) and decoded.form == "jwe"):
        return ""
    from scanner.cookies import name_behind

    return str(decoded.details.get("name", "")) or name_behind(before)
