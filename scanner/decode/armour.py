"""Text in armour (RFC 7468) as files hold it: indented, quoted, escaped, put together from strings, without line ends.

What stands around the lines of a body is fixed by no grammar: each language and each tool writes it in its own way. So
everything that cannot be base64 is taken away, and what is left has to be a body.
"""

from __future__ import annotations

import binascii
import re
import zlib
from typing import Final, NamedTuple

_ESCAPE: Final = re.compile(
    rb"\\{1,8}(?:u00|x|u\{)(?P<unicode>0[aAdD9]|2[0bBfF]|3[dD])\}?"
    rb"|\\{1,8}(?P<control>[nrt])"
    rb"|\\{1,8}(?P<plain>[/=+])"
    rb"|\\{1,8}(?:\r?\n|012|015)|`(?:[rn]|\r?\n)"
    rb"|%(?:25){0,4}(?P<percent>0[aAdD9]|2[0bBfF]|3[dD])"
    rb"|&(?:amp;)?#(?:(?P<decimal>9|1[03]|32|4[37]|61)|[xX]0?(?P<entity>[aAdD9]|2[0bBfF]|3[dD]));"
    rb"|<br ?/?>"
)
"""How a line end, a space, `+`, `/` and `=` are spelt in JSON, source code and shells, in URLs, and in XML and HTML."""
_JOINT: Final = re.compile(rb"""\\{0,8}["'`][^"'`]{0,200}["'`]""")
"""From the end of one string to the start of the next."""
_BARE_JOINT: Final = re.compile(rb"""\\{0,8}["'`][^"'`A-Za-z0-9]{0,200}["'`]""")
"""The same without words in between: where an end is missing, what follows may be another string altogether."""
_LEGACY: Final = re.compile(rb"Proc-Type: ?4, ?ENCRYPTED\s*(?:DEK-Info: ?[A-Za-z0-9-]{1,40}(?:, ?[0-9A-Fa-f]{1,64})?)?")
"""The headers of an encrypted body (RFC 1421 §4.6), also on one line."""
_HEADER: Final = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,30}:(?: .*)?")
_MARK: Final = re.compile(rb"(?:[>|*#;!]{1,8}|(?://|--|[+-])(?=\s))\s*")
"""What comments, quotations and differences begin a line with."""
_ENDS: Final = re.compile(rb"[^A-Za-z0-9=]{1,8}")
"""A mark of any kind: what stands before the last line of the armour."""
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}|={1,2}")
_CHECKSUM: Final = re.compile(rb"=[A-Za-z0-9+/]{4}")
"""Of OpenPGP (RFC 9580 §6.1)."""

_SHORTEST: Final = 40
"""Characters: 32 bytes make 43."""
_WIDE: Final = 32
"""Characters of a line that is full; the narrowest that a tool writes has 48."""
_VARIETY: Final = 16
"""Fewer different characters than this are made up."""
_REPEATED: Final = 0.55
"""Random base64 does not get shorter than three quarters; a text that repeats itself does."""


class Body(NamedTuple):
    """What stands in armour."""

    data: bytes
    text: bytes
    """The base64, in one piece."""
    headers: dict[bytes, bytes]
    encrypted: bool
    """Whether its headers say so (RFC 1421)."""

    @property
    def likely(self) -> bool:
        """Whether it looks like the bytes of a key, though it is none that can be read: no placeholder."""
        text = self.text.rstrip(b"=")
        return (
            len(text) >= _SHORTEST
            and len(set(text)) >= _VARIETY
            and all(re.search(kind, text) for kind in (b"[a-z]", b"[A-Z]", b"[0-9]"))
            and len(zlib.compress(text)) - 11 > _REPEATED * len(text)
        )


def unfold(text: bytes, *, whole: bool) -> list[bytes]:
    """The lines of what stands in armour, without what any wrapping has added; `whole` where its end is there too."""
    plain = _ESCAPE.sub(_character, text)
    plain = (_JOINT if whole else _BARE_JOINT).sub(b"\n", plain)
    lines = re.split(rb"[\r\n]+", plain)
    last = lines[-1].strip() if whole and len(lines) > 1 else b""
    mark = last if _ENDS.fullmatch(last) else b""
    return [_unmarked(line.strip(), mark) for line in lines]


def body(text: bytes, *, whole: bool = True) -> Body | None:
    """What `text`, which stands between the lines of armour, holds; None where that is no base64.

    Of one without an end, what follows the base64 is no part of it.
    """
    headers: dict[bytes, bytes] = {}
    pieces: list[bytes] = []
    legacy = _LEGACY.search(text[:2_000].replace(b"\\n", b"\n").replace(b"\\r", b""))
    for line in unfold(text, whole=whole):
        if not pieces and _HEADER.fullmatch(line) and not (legacy and _LEGACY.match(line)):
            name, _, value = line.partition(b":")
            headers[name] = value.strip()
            continue
        rest = _LEGACY.sub(b"", line) if legacy and not pieces else line
        words = rest.split()
        if all(map(_BASE64.fullmatch, words)):
            pieces += words
        elif not whole:
            break
        elif not _CHECKSUM.fullmatch(rest):
            return None
    return _decoded(b"".join(pieces), headers, encrypted=legacy is not None)


def column(text: bytes) -> Body | None:
    """What `text` holds in one column of its lines, where logs, listings and scripts write something else in others."""
    # The last line belongs to that which ends the armour, and in the first there may be the rest of its beginning.
    rows = [line.split() for line in unfold(text, whole=True)[:-1]]
    place = next(
        (
            words.index(max(words, key=len)) - len(words)
            for words in rows
            if words and len(max(words, key=len)) >= _WIDE
        ),
        0,
    )
    column = (words[place] for words in rows if len(words) >= -place > 0)
    return _decoded(b"".join(word for word in column if _BASE64.fullmatch(word)), {}, encrypted=False)


def _decoded(text: bytes, headers: dict[bytes, bytes], *, encrypted: bool) -> Body | None:
    bare = text.rstrip(b"=")
    if b"=" in bare or len(bare) < _SHORTEST:
        return None
    cut = bare[: len(bare) - (len(bare) % 4 == 1)]
    return Body(binascii.a2b_base64(cut + b"=" * (-len(cut) % 4)), text, headers, encrypted)


def _character(escape: re.Match[bytes]) -> bytes:
    if escape["control"]:
        return b"\n"
    if escape["plain"]:
        return escape["plain"]
    if escape["decimal"]:
        return bytes([int(escape["decimal"])])
    digits = escape["unicode"] or escape["percent"] or escape["entity"]
    return bytes([int(digits, 16)]) if digits else b"\n"


def _unmarked(line: bytes, mark: bytes) -> bytes:
    """A line without what stands before each of them."""
    if mark and line.startswith(mark):
        line = line[len(mark) :].lstrip()
    found = _MARK.match(line)
    return line[found.end() :] if found else line
