"""Secrets that stand far from what takes them: `jwt.sign(claims, KEY)` or `secretOrKey: conf.key`, and `KEY = "…"`.

Where a call or a setting takes a name, that is looked for in the same file: as a variable, a constant, a field, a
member of an object, a default of a parameter. Read without a parser of any language, as settings are: what a name means
at a place is told by what stands before it and by how far lines stand in. What comes from elsewhere gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from scanner.decode import decoder
from scanner.decode.bindings import TEXT, Bindings, Name, named
from scanner.decode.calls import MOST, Taking, argument
from scanner.decode.likely import judged, taken
from scanner.decode.literals import NAME, Place
from scanner.model import Sealed, Secret
from scanner.secret_names import naming

_LONGEST: Final = 200
"""Characters of a name with all that it is a member of."""
_READ: Final = 8
"""How many times its length is read of a file's arguments, at most: calls in calls share theirs."""
_ROOM: Final = 1 << 16
"""Characters that are read of them in any file."""
_USES: Final = 200
"""Places of one file at which a name is taken that is followed."""
_LINE: Final = 1_000
"""Characters before a name on a line from which on nobody wrote it: there all names are of a letter or two."""


class Followed(NamedTuple):
    """What came of following the names in a file."""

    secrets: list[Secret]
    """Each `start` is that of its text in the file, ascending."""
    cut: bool
    """Whether there is more to follow than is followed of any file."""
    barren: frozenset[str] | None = None
    """The words that were looked for, where none of them is bound to a text, wherever it is known; else None."""


class _Use(NamedTuple):
    """A call or a setting that takes a name."""

    at: int
    place: Place
    taking: Taking
    name: Name


def follow(data: bytes | memoryview, anchors: Sequence[int], path: str) -> Followed:
    """The secrets that names stand for in `data`, a file or its beginning, where they are taken. Never raises.

    `anchors` are where what finds calls and settings stands in it, ascending.
    """
    takers = _takers(data, anchors, path)
    if not takers:
        return Followed([], cut=False, barren=frozenset())
    bindings = Bindings(data, path.lower())
    uses, cut = _uses(bindings, takers)
    if uses:
        bindings.bind({use.name.word for use in uses})
    if not bindings.has_text:
        cut = cut or bindings.cut
        return Followed([], cut, None if cut or bindings.lost else bindings.words)
    found: dict[int, Secret] = {}
    for use in uses:
        secret = _secret(bindings, use)
        if secret:
            found.setdefault(secret.start, secret)
    return Followed([found[start] for start in sorted(found)], cut or bindings.cut)


def stays_barren(
    data: bytes, anchors: Sequence[int], words: frozenset[str], stretches: Sequence[tuple[int, int]]
) -> bool:
    """Whether following names in `data` comes to nothing, as it did in another version with `words`.

    It differs from that in these stretches alone, `TEXT` bytes before what is new and `AROUND` bytes behind it, up to a
    line's end, among them; `anchors` are those in them. Their paths are not known. Never raises.
    """
    bindings = Bindings(data, "")
    uses, cut = _uses(bindings, _takers(data, anchors, ""))
    if cut or not words.issuperset(use.name.word for use in uses):
        return False
    return not words or not bindings.gains(words, stretches)


def _takers(data: bytes | memoryview, anchors: Sequence[int], path: str) -> list[int]:
    """The anchors at which there may be what takes a name."""
    takes = _TAKES_BARE if _BARE.search(path) else _TAKES
    return [anchor for anchor in anchors if takes.match(data, anchor, anchor + TEXT)]


def calls(data: bytes | memoryview, anchor: int) -> bool:
    """Whether a function that is called stands at an anchor, which may take a name."""
    return bool(_CALLS.match(data, anchor, anchor + TEXT))


_NAME_REST: Final = rb"[\w.:$@%-]*"
_TAKES: Final = re.compile(
    _NAME_REST
    + rb"(?:[\"'`]?\s*\]?\s*(?:\?\?=|\|\|=|:=|=>|=(?![=~>])|:(?![:=]))\s*(?=[A-Za-z_$@&*(\[])|(?:<[^<>\n]*>)?\s*\(|\{)"
)
"""The rest of what may take a name: of most that has a name of a secret in it, this is where the look at it ends."""
_CALLS: Final = re.compile(_NAME_REST + rb"(?:(?:<[^<>\n]*>)?\s*\(|\{)")
_BARE: Final = re.compile(r"\.(?:rb|ru|erb|rake|p[lm]|exs?)$", re.IGNORECASE)
_TAKES_BARE: Final = re.compile(_TAKES.pattern + rb"|" + _NAME_REST + rb"[ \t]+[\w{:'\"@]")
"""The same where functions are called without brackets."""
_PROGRAM: Final = re.compile(
    r"\.(?:pyi?|[cm]?[jt]sx?|vue|svelte|java|kts?|scala|groovy|cs|vb|fs|go|rb|ru|erb|php\d?|phtml|rs|exs?|swift|p[lm]|c|h"
    r"|cc|cpp|hpp|mm?|dart|lua|clj|zig)$"
)
"""Files in which a bare word is a name; in others, settings have such values."""
_SETS: Final = re.compile(r"[\"'`]?\s*\]?\s*(?:\?\?=|\|\|=|:=|=>|=(?![=~>])|:(?![:=]))\s*")
"""What stands between the name of a setting and what it takes."""
_PARTS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:$@%-"
"""What names are made of, with what they are members of: the class `behind` the anchors."""
_COMMENT: Final = re.compile(r"\s*(?://|/?\*|#(?!\s*define)|--|;|%)")


def _uses(bindings: Bindings, anchors: Sequence[int]) -> tuple[list[_Use], bool]:
    """Where names are taken, and whether there are more places than are looked at."""
    data, program = bindings.data, bool(_PROGRAM.search(bindings.path))
    uses: list[_Use] = []
    last, read = -1, 0
    for anchor in anchors:
        head = bytes(data[max(anchor - _LONGEST, 0) : anchor])
        begin = anchor - len(head) + len(head.rstrip(_PARTS))
        if begin == last:
            continue
        last = begin
        place = bindings.place(begin)
        if len(place.line) > _LINE:
            continue
        taking = argument(place) or (_setting(place) if program else None)
        if not taking:
            continue
        read += taking.at if taking.at >= 0 else MOST
        name = named(place.text, taking.at) if taking.at >= 0 else None
        if name:
            uses.append(_Use(begin, place, taking, name))
        if len(uses) > _USES or read > _READ * len(data) + _ROOM:
            return uses[:_USES], True
    return uses, False


def _setting(place: Place) -> Taking | None:
    """The setting whose name a text starts with, and where what it takes begins."""
    found = NAME.match(place.text)
    name = found[1].rstrip(".:-") if found else ""
    known = naming(name) if name else None
    sets = _SETS.match(place.text, found.start(1) + len(name)) if found and known else None
    return Taking(name, sets.end(), known.entry) if known and sets else None


def _secret(bindings: Bindings, use: _Use) -> Secret | None:
    """What the name stands for that is taken, where that is a secret."""
    bound = bindings.literal(use.name, use.at)
    if not bound:
        return None
    begin, place, value = bound
    content = value.content.encode("latin-1", "replace")
    entry = use.taking.entry
    here = value._replace(start=use.taking.at, end=use.taking.at)
    verdict = judged(use.place, use.taking.taker, entry, here, content)
    if not verdict.secret or decoder("der").decode(content) or _COMMENT.match(place.line):
        return None
    if not taken(use.place, use.taking.taker, entry, here, content.decode("utf-8", "replace"), verdict):
        return None
    raw = place.text[value.start : value.end].encode("latin-1")
    return Secret(raw=Sealed(raw), value=Sealed(content), name=use.taking.taker, start=begin + value.start)
