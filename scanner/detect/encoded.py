"""Anchors of what is encoded: what the head of a pattern looks like in base64 and other encodings.

Base64 takes three bytes at a time, so a text begins in one of three ways, by how many bytes of something else its first
group holds; encoded twice, in one of nine. Each is looked for on its own, and tells how to decode.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.detect.anchors import Anchor, Way, anchor, likely, repeated
from scanner.model import Layer

_LONGEST: Final = 10
"""Bytes after which an anchor is rare enough, whatever its bytes."""
_RARE: Final = 2e-7
"""Share of the places of a text at which an anchor may match by chance: a rarer one makes no scan faster."""
_RARE_PART: Final = 8e-5
"""The same for the part of an anchor that stands before a gap: fewer places are followed by one."""
_RARE_BEHIND: Final = 1e-3
"""The same for the part behind a gap, which fewer places are preceded by."""
_GAP: Final = frozenset(b"\r\n\\\"'`")
"""What a gap begins with that parts an anchor."""
_GAP_ENDS: Final = (b"\n", b"\\n", b'"', b"'", b"  ")
"""What it ends with, a line's indentation for one. Each makes an anchor of its own: Hyperscan is fast on literals, and
they get longer so."""
_BEHIND: Final = 7
"""Bytes of a text that are looked for behind such an end, and behind a pattern's own anchor."""

_ANY: Final = frozenset(range(256))
_CHARACTERS: Final = tuple(
    frozenset(digit)
    for digit in (*zip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), b"+-", b"/_")
)
"""The characters of both alphabets of base64 (RFC 4648 §4 and §5) by their value."""


class Encoded(NamedTuple):
    """An anchor, and what it tells."""

    anchor: Anchor
    layers: tuple[Layer, ...]
    """What the pattern's text stands in, outermost first."""
    parted: tuple[int, int] = (0, 0)
    """Where a gap comes first: how many characters of the text it parts off, and how many of its own bytes follow."""


def encoded(ways: Sequence[Way], names: Sequence[str]) -> Iterator[Encoded]:
    """The anchors of a text that begins in one of `ways`, inside of the encodings `names`, outermost first."""
    for layers, variants in _variants(ways, names):
        length = max(_rare_after(way, _RARE) for way in variants) if names[0] == "base64" else _LONGEST
        yield Encoded(anchor([way[:length] for way in variants]), layers)
        if tuple(names) == ("base64",):  # what is encoded twice is hardly ever broken within its first few characters
            yield from broken([way[:length] + way[length:][:_BEHIND] for way in variants], length, layers)


def lengthened(ways: Sequence[Way], extent: str | None) -> list[Way]:
    """`ways`, and behind them what a text goes on with, where its `extent` is a class of bytes repeated."""
    places = repeated(extent or "")
    return [way + [places] * _BEHIND for way in ways] if places else list(ways)


def broken(ways: Sequence[Way], length: int, layers: tuple[Layer, ...] = ()) -> Iterator[Encoded]:
    """The anchors of a text whose first `length` characters a gap parts, which stand at the start of `ways`.

    Looked for is the part before the gap, or the part behind it where that is the rarer one; none where neither is.
    """
    before = [
        [*way[:at], _GAP, *[_ANY] * (length - at - 1)]
        for way in ways
        for at in range(_rare_after(way, _RARE_PART), length)
    ]
    if before:
        yield Encoded(anchor(before), layers)
    for at in range(1, length):
        behind = [way[at : at + _BEHIND] for way in ways if at < _rare_after(way, _RARE_PART)]
        behind = [way for way in behind if likely(way) <= _RARE_BEHIND]
        # Rare as it is, the part behind is looked for alone; whether a gap precedes it is seen there.
        alone = bool(behind) and max(map(likely, behind)) <= _RARE
        for end in (b"",) if alone else _GAP_ENDS if behind else ():
            gap = [frozenset({byte}) for byte in end]
            yield Encoded(anchor([gap + way for way in behind]), layers, (at, len(end)))


def _variants(ways: Sequence[Way], names: Sequence[str]) -> Iterator[tuple[tuple[Layer, ...], list[Way]]]:
    if not names:
        yield (), list(ways)
        return
    name, *inner = names
    for layers, inside in _variants(ways, inner):
        if name == "base64":
            for shift in range(3):
                yield (Layer(name, shift), *layers), _of_one_length(_base64(way, shift) for way in inside)
        else:
            outside = {"utf-16": _utf16, "percent": _percent, "escapes": _escapes}[name]
            yield (Layer(name), *layers), _of_one_length(spelt for way in inside for spelt in outside(way))


def _of_one_length(ways: Iterator[Way]) -> list[Way]:
    found = list(ways)
    length = min(map(len, found))
    return [way[:length] for way in found]


def _base64(way: Way, shift: int) -> Way:
    """`way` in base64 behind `shift` other bytes: the characters that hold bits of it."""
    padded = [*[_ANY] * shift, *way, _ANY, _ANY]
    characters = -(-(shift + len(way)) * 4 // 3)
    return [_character(*padded[at * 6 // 8 :][:2], at % 4) for at in range(shift, characters)]


@lru_cache(maxsize=4096)
def _character(first: frozenset[int], second: frozenset[int], place: int) -> frozenset[int]:
    """The characters that may stand at a place of a group of four, by the two bytes that it may take bits of."""
    if place == 0:
        values = {byte >> 2 for byte in first}
    elif place == 3:
        values = {byte & 63 for byte in first}
    else:
        keep, take = (2, 4) if place == 1 else (4, 2)
        high = {(byte & (1 << keep) - 1) << take for byte in first}
        values = {bits | low for bits in high for low in {byte >> 8 - take for byte in second}}
    return frozenset[int]().union(*(_CHARACTERS[value] for value in values))


def _utf16(way: Way) -> list[Way]:
    """Without the last high byte: in either order, the bytes of a text stand apart like this."""
    return [[places for byte in way for places in (byte, frozenset({0}))][:-1]]


def _percent(way: Way) -> list[Way]:
    return _escaped(way, (b"%",))


def _escapes(way: Way) -> list[Way]:
    return _escaped(way, (b"\\u00", b"\\x"))


def _escaped(way: Way, signs: Sequence[bytes]) -> list[Way]:
    """The first byte escaped, or the first two."""
    spelt = []
    for sign in signs:
        digits = [[*([frozenset({byte}) for byte in sign]), *_hex(places)] for places in way[:2]]
        spelt += [digits[0] + way[1:], digits[0] + digits[1] + way[2:]]
    return spelt


def _hex(places: frozenset[int]) -> Way:
    texts = [b"%02x" % byte for byte in places] + [b"%02X" % byte for byte in places]
    return [frozenset(text[at] for text in texts) for at in (0, 1)]


def _rare_after(way: Way, share: float) -> int:
    """How many bytes of `way` it takes until it matches at no more than `share` of the places of a text."""
    length = 0
    while length < min(len(way), _LONGEST) and likely(way[:length]) > share:
        length += 1
    return length
