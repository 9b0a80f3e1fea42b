"""Anchors of what is encoded: what the head of a pattern looks like in base64 and other encodings.

Base64 takes three bytes at a time, so a text begins in one of three ways, by how many bytes of something else its first
group holds; encoded twice, in one of nine. Each is looked for on its own, and tells how to decode.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from scanner.detect.anchors import Anchor, Way, anchor, likely, repeated
from scanner.model import Layer

_LONGEST: Final = 10
"""Bytes after which an anchor is rare enough, whatever its bytes."""
_RARE: Final = 2e-7
"""Share of the places of a text at which an anchor may match by chance: a rarer one makes no scan faster."""
_ENOUGH: Final = 6
"""Characters of base64 after which an anchor is rare enough: what matches hold may stand right behind."""
_BEHIND: Final = 7
"""Bytes of a text that are looked for behind a pattern's own anchor."""
_SPELLINGS: Final = 2
"""Characters that a value has in base64, at most."""

_ANY: Final = frozenset(range(256))
_CHARACTERS: Final = tuple(
    frozenset(digit)
    for digit in (*zip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), b"+-", b"/_")
)
"""The characters of both alphabets of base64 (RFC 4648 §4 and §5) by their value."""


def encoded(ways: Sequence[Way], names: Sequence[str]) -> Iterator[tuple[tuple[Layer, ...], Anchor]]:
    """The anchors of a text that begins in one of `ways`, inside of the encodings `names`, outermost first."""
    for layers, variants in _variants(ways, names):
        length = max(map(_rare_after, variants)) if names[0] == "base64" else _LONGEST
        yield layers, anchor([way[:length] for way in variants])


def held(texts: Sequence[str], names: Sequence[str]) -> Iterator[Anchor]:
    """The anchors of texts that stand anywhere in what is looked for, inside of the encodings `names`."""
    for text in texts:
        way = [frozenset({byte}) for byte in text.encode()]
        for _, [variant] in _variants([way], names):
            # In its first and last characters what stands around it has a part.
            yield anchor([[places for places in variant if len(places) <= _SPELLINGS]])


def lengthened(ways: Sequence[Way], extent: str | None) -> list[Way]:
    """`ways`, and behind them what a text goes on with, where its `extent` is a class of bytes repeated."""
    places = repeated(extent or "")
    return [way + [places] * _BEHIND for way in ways] if places else list(ways)


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


def _rare_after(way: Way) -> int:
    """How many characters of `way` it takes until it is rare."""
    length = 0
    while length < min(len(way), _ENOUGH) and likely(way[:length]) > _RARE:
        length += 1
    return length
