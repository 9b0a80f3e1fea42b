"""Text that is escaped or broken, read on: through escapes, line ends and the joints between strings.

Whoever writes a token down may wrap it at a column, indent it, put it together from strings, or escape some of its
characters. What stands between two characters of the text is a *gap*; what stands for one of them is an *escape*.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import Final

TOKEN: Final = b"A-Za-z0-9_.+/-"
"""What a compact serialisation is made of, as members of a class. Padding is left out: it ends a text."""
BASE64: Final = b"A-Za-z0-9_+/-"
"""Both alphabets of base64 (RFC 4648 §4 and §5)."""

LONGEST: Final = 4096
"""Bytes that a gap or an escape takes at most, and that looking for one reads."""
_LINE: Final = 4096
"""Bytes before a text in which the start of its line is looked for."""

_SPACE: Final = rb"[ \t]{0,99}+"
_END: Final = (
    rb"(?:\r?\n|\r"
    rb"|(?:\\{1,8}+r)?+\\{1,8}+n"  # as a string of JSON has it, or one of code within JSON
    rb"|(?:%(?:25){0,3}+0[dD])?+%(?:25){0,3}+0[aA])"
)
_INDENT: Final = rb"[ \t]{0,99}+(?:(?:[>|*]|\#{1,8}+|;{1,8}+|(?:\+|--?|//)(?=[ \t]))[ \t]{0,99}+){0,4}+"
"""White space, and the marks of quotations, comments, lists and differences; those that a text may hold itself count
with a space behind them only."""
_OPERATOR: Final = rb"(?:\+\+?|\.\.?|&|\|\|?|~|<>)"
_GAP: Final = (
    rb"(?P<lines>[ \t]{0,99}+(?:[\\`^](?=[\r\n]))?+(?:%(end)b%(mark)b%(indent)b){1,3}+)"
    rb"|(?P<strings>\\{0,8}+[\"'`]%(space)b(?:%(operator)b%(space)b)?+"
    rb"(?:(?:[\\`_](?=[\r\n]))?+(?:(?:\#|//)[^\r\n]{0,200}+)?+%(end)b%(mark)b%(indent)b){0,4}+"
    rb"(?:%(operator)b%(space)b)?+[A-Za-z@$]{0,2}+\\{0,8}+[\"'`])"
    rb"|(?P<soft>=[ \t]{0,99}+\r?\n)"
)
"""A line end, with a shell's continuation or none; the end of one string and the start of the next (`" + "`, `' . '`,
`" \\` and a line end), comments between them; a soft line end of quoted-printable (RFC 2045 §6.7)."""
_ESCAPE: Final = (
    rb"(?P<percent>%(?:25){0,4}+([0-9A-Fa-f]{2}))"
    rb"|(?P<escapes>\\{1,8}+(?:(?:u00|u\{|x)([0-9A-Fa-f]{2})\}?+|([._=+/-])))"
    rb"|(?P<printable>=([2-7][0-9A-F]))"
)
"""A character of a URL, also encoded again; of JSON, JavaScript, a shell or Markdown; of quoted-printable."""
SIGNS: Final = frozenset(b"%\\= \t\r\n\"'`^")
"""What a gap or an escape begins with."""
_ESCAPE_SIGNS: Final = frozenset(b"%\\=")
_WRAPPINGS: Final = {
    "soft": "quoted-printable", "printable": "quoted-printable", "lines": "lines", "strings": "strings",
    "percent": "percent", "escapes": "escapes",
}  # fmt: skip
"""The wrapping that each kind is a sign of, in the order in which they stand around one another."""


@lru_cache(maxsize=8)
def _gap(mark: bytes) -> re.Pattern[bytes]:
    """What parts a text; `mark` may stand at the start of each line."""
    optional = b"(?:" + re.escape(mark) + b")?+" if mark else b""
    parts = {b"space": _SPACE, b"end": _END, b"mark": optional, b"indent": _INDENT, b"operator": _OPERATOR}
    return re.compile(_GAP % parts)


@lru_cache(maxsize=1)
def _escape() -> re.Pattern[bytes]:
    return re.compile(_ESCAPE)


@lru_cache(maxsize=8)
def _run(alphabet: bytes) -> re.Pattern[bytes]:
    return re.compile(b"[" + alphabet + b"]++")


def behind_gap(data: memoryview, at: int, limit: int) -> int | None:
    """Where the gap at `at` of `data` ends, if there is one before `limit`."""
    found = _gap(b"").match(data, at, limit)
    return found.end() if found else None


class Joined:
    """A text at some place of a blob, read as if nothing escaped or broke it, as far as it is asked for."""

    def __init__(self, data: memoryview, start: int, limit: int, alphabet: bytes, *, begin: int = 0) -> None:
        """A text of `alphabet` at `start` of `data`, of which the bytes from `begin` to `limit` are looked at."""
        self.text = bytearray()
        self.done = False
        """Whether the text ends there; else it was only read so far."""
        self.gaps: list[int] = []
        """Where in the text gaps stand."""
        self.breaks: list[int] = []
        """Where in the text gaps and escapes stand."""
        self.at = start
        """Up to where the data was read."""
        self._data, self._start, self._limit, self._begin = data, start, limit, begin
        self._alphabet = _run(alphabet)
        self._parting: re.Pattern[bytes] | None = None
        self._kinds: list[str] = []
        """Of each of the breaks."""
        self._pieces: list[tuple[int, int, int]] = []
        """Runs and escapes: where each begins in the text and in the data, and where an escape ends there, or 0."""

    @property
    def reach(self) -> int:
        """Up to where the data was looked at."""
        return min(self.at + LONGEST, self._limit) if self.done else self.at

    @property
    def cut(self) -> bool:
        """Whether the text may go on behind the limit."""
        return self.done and self.at == self._limit

    def read(self, size: int, *, straight: bool = False) -> None:
        """Read on until there are `size` bytes of text, or all; `straight` on only to the first gap."""
        data, limit, text = self._data, self._limit, self.text
        while len(text) < size and not self.done and not (straight and self.gaps):
            at = self.at
            run = self._alphabet.match(data, at, min(limit, at + size - len(text)))
            if run:
                self._pieces.append((len(text), at, 0))
                text += run[0]
                self.at = run.end()
            elif at == limit or not self._break(data[at]):
                self.done = True

    def _break(self, sign: int) -> bool:
        """Take an escape or a gap, if one stands here that begins with `sign`."""
        if sign not in SIGNS:
            return False
        return (sign in _ESCAPE_SIGNS and self._escape()) or self._gap()

    def _escape(self) -> bool:
        found = _escape().match(self._data, self.at, self._limit)
        if not found:
            return False
        digits = found[2] or found[4] or found[7]
        character = bytes([int(digits, 16)]) if digits else bytes(found[5])
        if not self._alphabet.match(character):
            return False
        self._pieces.append((len(self.text), self.at, found.end()))
        self._note(found)
        self.text += character
        return True

    def _gap(self) -> bool:
        if self._parting is None:
            self._parting = _gap(self._mark())
        found = self._parting.match(self._data, self.at, self._limit)
        if not found:
            return False
        self.gaps.append(len(self.text))
        self._note(found)
        return True

    def _note(self, found: re.Match[bytes]) -> None:
        self.breaks.append(len(self.text))
        self._kinds.append(str(found.lastgroup))
        self.at = found.end()

    def _mark(self) -> bytes:
        """The sign of a difference at the start of the line on which the text starts, if there is one."""
        line = bytes(self._data[max(self._start - _LINE, self._begin) : self._start]).rpartition(b"\n")[2]
        return line[:1] if line[:1] in (b"+", b"-") else b""

    def end(self, size: int) -> int:
        """Where in the data the first `size` bytes of the text end, at least one; where it starts if there are none."""
        if not self._pieces:
            return self._start
        at, start, end = self._pieces[bisect_left(self._pieces, (size,)) - 1]
        return end or start + size - at

    def place(self, at: int) -> int:
        """Where in the data a byte of the text stands, or its escape."""
        if not self._pieces:
            return self._start
        first, start, end = self._pieces[bisect_right(self._pieces, (at, self._limit, 0)) - 1]
        return start if end else start + at - first

    def wrapping(self, size: int) -> tuple[str, ...]:
        """What stands around the first `size` bytes of the text, outermost first; of `scanner.model.WRAPPINGS`."""
        kinds = {kind for at, kind in zip(self.breaks, self._kinds, strict=True) if at < size}
        return tuple(dict.fromkeys(name for kind, name in _WRAPPINGS.items() if kind in kinds))
