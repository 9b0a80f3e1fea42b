"""Reading a token at its anchor: plain, through encodings that stand around it, and through what escapes and breaks it.

The straight reading wins wherever it gives a token whose signature has a length that its algorithm makes. A text that
is joined over gaps is taken only where that length ends where a gap, an escape or the text does, so that what follows a
token is never taken for more of it. Work is linear in the bytes of a token, or of what looked like one.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from scanner.decode import Decoder, InPlace
from scanner.decode.chunks import LONGEST_JOINT, chunks_at
from scanner.joined import BASE64, SIGNS, TOKEN, Joined
from scanner.model import Decoded, Layer, Taken, Token

_FIRST: Final = 1 << 9
"""Bytes of a text that are read at first."""
_BEHIND: Final = 1 << 11
"""Bytes before an anchor inside of a text that can belong to it."""
_GROWTH: Final = 4
"""How many times as many are read next, where they were too few."""
_HOPELESS: Final = 1 << 16
"""Bytes of a joined text in which a pattern that does not match is given up."""
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")

_ENC: Final = re.compile(rb"\A[A-Za-z0-9_-]*(?:ImVuYyI|JlbmMi|iZW5jI)")
"""A header with `"enc"`, by the three places where that can begin in a group of base64."""
_JWE_DOTS: Final = 4
"""Between the five parts of a JWE (RFC 7516 §7.1)."""
_CLOSED: Final = frozenset({"encrypted", "empty", "detached"})
"""Payloads that a token without claims may have, and be told from other text nevertheless: by its other parts."""
_DELIMITERS: Final = frozenset({b"+", b"/", b"."})
"""Of the alphabet of a joined text, what ends a segment in base64url."""


class Look(NamedTuple):
    """What is looked for."""

    take: Callable[[memoryview, int, int], Taken]
    """The pattern's expression: `take(text, start, limit)`."""
    decoder: Decoder
    sized: bool
    """Whether the decoder knows what length makes a token whole: without that, a plain text is never joined."""
    behind: bytes = b""
    """What may stand before the anchor, where that is inside of what is looked for."""
    path: str | None = ""
    """Where the text is; None where nobody knows yet."""
    in_place: InPlace | None = None
    """The decoder, if it is told that, and what stands before a text."""


class View(NamedTuple):
    """A text to look at."""

    text: memoryview
    begin: int = 0
    """Where the blob, or what is at hand of it, begins in the text."""
    offset: int = 0
    """Added to a place in the text it gives the place in the blob."""


class Found(NamedTuple):
    """What was found at an anchor; a `scanner.detect.Outcome`. Places are those of the text."""

    decoded: Decoded | None
    start: int
    end: int
    """The smallest span that carries the subject; where there is none, where reading straight on ended."""
    reach: int
    """Up to where the text was looked at."""
    wrapping: tuple[str, ...] = ()
    """What stands around the token, outermost first."""
    barren: bool = False
    """Whether no anchor up to the end can come to more, where there is no token."""
    cut: bool = False
    """Whether a token begins there that goes on up to the limit."""
    joined: Found | None = None
    """The reading through gaps, where that was in vain."""
    since: int | None = None
    """The first byte of the text that was looked at; None where nobody noted it."""
    others: tuple[Found, ...] = ()
    """What it is in other kinds of files, where nobody knows in which it is."""

    @property
    def empty(self) -> bool:
        """Whether there is no subject."""
        return self.decoded is None

    @property
    def whole(self) -> bool:
        """Whether there is a subject of which nothing is known to be missing."""
        decoded = self.decoded
        return decoded is not None and not (isinstance(decoded, Token) and "signature-length" in decoded.anomalies)


def read(view: View, start: int, limit: int, layers: tuple[Layer, ...], look: Look, *, joins: bool = True) -> Found:
    """What stands at `start` inside of these layers, outermost first; the text is read up to `limit`.

    `joins` tells whether it is worth it to read on through gaps where a straight reading does not do. Never raises.
    """
    if not layers:
        chunked = _chunked(view, start, limit, look, joins=joins)
        return chunked or _plain(view, start, limit, look, joins=joins)
    if layers[0].name == "base64":
        return _base64(view, start, limit, layers, look, joins=joins)
    if layers[0].name == "utf-16":
        return _utf16(view, start, limit, layers, look)
    return _joined(view, start, limit, look)


def _chunked(view: View, start: int, limit: int, look: Look, *, joins: bool) -> Found | None:
    """What stands at `start`, where a cookie's first chunk does: all of it, put together; None for any other place."""
    chunks = None if look.behind else chunks_at(view.text, view.begin, start, limit)
    if not chunks:
        return None
    reach = min(chunks.end + LONGEST_JOINT, limit)
    if chunks.text:
        whole = _plain(View(memoryview(chunks.text)), 0, len(chunks.text), look, joins=False)
        if whole.decoded and whole.start == 0 and whole.end == len(chunks.text):
            return Found(whole.decoded, start, chunks.end, reach, ("chunks",))
    # A part of a JWE has the parts of a JWS.
    torn = look.sized and bool(_ENC.search(chunks.first)) and chunks.first.count(b".") < _JWE_DOTS
    if chunks.announced or torn:
        return Found(None, start, chunks.end, reach)
    alone = _plain(view, start, limit, look, joins=joins)
    return alone._replace(reach=max(alone.reach, reach))


def _plain(view: View, start: int, limit: int, look: Look, *, joins: bool) -> Found:
    text = view.text
    if look.behind:
        before = bytes(text[max(view.begin, start - _BEHIND) : start])
        start -= len(before) - len(before.rstrip(look.behind))
    if look.in_place:
        return _in_place(view, start, limit, look, look.in_place)
    taken = look.take(text, start, limit)
    end = taken.end
    cut = end >= limit
    raw = bytes(text[start:end]) if taken.matched or cut else b""
    decoded = look.decoder.decode(raw) if raw else None
    begun = cut and look.decoder.begins(raw)
    begin = start + (decoded.start if decoded else 0)
    stop = begin + len(decoded.raw) if decoded else end
    found = Found(decoded, begin, stop, taken.reach, barren=not taken.matched, cut=begun)
    if found.whole or cut or not (joins and look.sized) or text[end] not in SIGNS:
        return found
    joined = _joined(view, start, limit, look)
    if joined.whole or (joined.decoded and not decoded):
        return joined
    return found._replace(reach=max(taken.reach, joined.reach), joined=joined)


def _in_place(view: View, start: int, limit: int, look: Look, decoder: InPlace) -> Found:
    """What stands at `start`, for a decoder to which it matters where that is."""
    limit = start + decoder.until(bytes(view.text[start : min(limit, start + decoder.MOST)]), 0)
    taken = look.take(view.text, start, limit)
    if not taken.matched:
        return Found(None, start, taken.end, limit, barren=True, since=start)
    raw = bytes(view.text[start : taken.end])
    before = bytes(view.text[max(view.begin, start - _BEHIND) : start])
    line = before.rpartition(b"\n")[2]
    paths = decoder.paths(raw, line) if look.path is None else (look.path,)
    setting = [path for path in paths if decoder.sets(raw, line, path)]
    if not setting:
        return Found(None, start, taken.end, limit, since=start - len(line))
    read = (decoder.decode_in(raw, before, path) for path in setting)
    decoded = dict.fromkeys(one for one in read if one is not None)
    found = [Found(one, start + one.start, start + one.start + len(one.raw), limit) for one in decoded]
    return found[0]._replace(others=tuple(found[1:])) if found else Found(None, start, taken.end, limit)


def _joined(view: View, start: int, limit: int, look: Look) -> Found:
    """What stands at `start`, read on through escapes and gaps."""
    joined = Joined(view.text, start, limit, TOKEN, begin=view.begin)
    size = _FIRST
    while True:
        joined.read(size)
        lengths = look.decoder.lengths(bytes(joined.text))
        if joined.done or lengths is None or (lengths and lengths[-1] < len(joined.text)):
            break
        size = max(_GROWTH * size, lengths[-1] + 1 if lengths else 0)
    for length in _ends(joined, lengths, look.decoder):
        token = look.decoder.decode(bytes(joined.text[:length]))
        if not isinstance(token, Token) or len(token.raw) != length:
            continue
        if token.claims is not None or token.payload in _CLOSED:
            return Found(token, start, joined.end(length), joined.reach, joined.wrapping(length))
    far = joined.done or len(joined.text) > _HOPELESS
    barren = far and not look.take(memoryview(joined.text), 0, len(joined.text)).matched
    return Found(None, start, joined.at, joined.reach, barren=barren)


def _ends(joined: Joined, lengths: tuple[int, ...] | None, decoder: Decoder) -> Iterator[int]:
    """Where in a joined text the token can end that it starts with, the likeliest first.

    Of the lengths that its algorithm makes, the longest at which something ends: what follows a token is hardly ever of
    the very length that makes it a longer one. Where none fits or is known, the first gap in the signature.
    """
    if lengths is None or not joined.breaks:
        return
    text, broken = joined.text, joined.breaks[0]
    ends = {*joined.breaks, len(text)} if joined.done else set(joined.breaks)
    yield from (n for n in reversed(lengths) if n > broken and (n in ends or bytes(text[n : n + 1]) in _DELIMITERS))
    if token := decoder.decode(bytes(text)):
        signature = token.raw.reveal().rfind(b".") + 1
        length = next((gap for gap in joined.gaps if gap >= signature), len(token.raw))
        if length > broken:
            yield length


def _base64(view: View, start: int, limit: int, layers: tuple[Layer, ...], look: Look, *, joins: bool) -> Found:
    """What stands in base64 of which the first group of four begins `shift` characters before `start`."""
    joined = Joined(view.text, start, limit, BASE64, begin=view.begin)
    shift = layers[0].shift

    def inside(size: int) -> tuple[Found, bool]:
        """What stands in the first `size` characters, and whether more of them would change nothing."""
        inner = memoryview(_decoded(joined.text[:size], shift))
        found = read(View(inner), 0, len(inner), layers[1:], look)
        return found, found.reach < len(inner)

    def outside(found: Found) -> Found:
        """`found` in the text."""
        size = min(-(-4 * (found.end + shift) // 3) - shift, len(joined.text))
        first = 4 * (found.start + shift) // 3 - shift
        wrapping = (*joined.wrapping(size), "base64", *found.wrapping) if found.decoded else ()
        cut = joined.cut and found.cut
        return Found(found.decoded, joined.place(first), joined.end(size), joined.reach, wrapping, cut=cut)

    size = _FIRST
    while True:
        joined.read(size, straight=True)
        found, settled = inside(len(joined.text))
        if settled or joined.gaps or joined.done:
            break
        size *= _GROWTH
    if found.whole or settled or not joined.gaps or not joins:
        return outside(found)
    while True:
        joined.read(size)
        further, settled = inside(len(joined.text))
        if settled or joined.done:
            break
        size *= _GROWTH
    if further.whole or (further.decoded and not found.decoded):
        return outside(further)
    # What reading on came to in vain, it comes to from any place of the text.
    return outside(found)._replace(joined=Found(None, start, joined.at, joined.reach, barren=joined.done))


def _decoded(text: bytearray, shift: int) -> bytes:
    """The bytes that `text` encodes whole; `shift` characters are missing before it, and the bytes that they reach."""
    groups = b"A" * shift + text.translate(_STANDARD)
    if len(groups) % 4 == 1:
        groups = groups[:-1]
    return binascii.a2b_base64(groups + b"=" * (-len(groups) % 4))[shift:]


def _utf16(view: View, start: int, limit: int, layers: tuple[Layer, ...], look: Look) -> Found:
    """What stands in UTF-16 without a byte order mark, the first character's low byte at `start`.

    In big-endian text the high byte stands before it, and at an even place. Where that is 0 in either order the place
    decides; it makes a span differ by one byte.
    """
    text = view.text
    big = start > view.begin and text[start - 1] == 0 and (start + view.offset) % 2 == 1
    size = _FIRST
    while True:
        data = bytes(text[start : min(limit, start + 2 * size)])
        high = data[1::2]
        count = len(high) - len(high.lstrip(b"\0"))
        done = count < len(high) or start + 2 * size >= limit
        inner = memoryview(data[::2][: count + (big or count == len(high))])
        found = read(View(inner), 0, len(inner), layers[1:], look)
        if done or found.reach < len(inner):
            break
        size *= _GROWTH
    reach = min(start + 2 * count + 2, limit) if done else start + len(data)
    end = min(start + 2 * found.end - big, limit)
    if not found.decoded:
        return Found(None, start, end, reach, cut=found.cut and reach == limit)
    return Found(found.decoded, start + 2 * found.start - big, end, reach, ("utf-16", *found.wrapping))
