"""Cookies that are too long for one, put together from their chunks: `name.0` and `name.1` of Auth.js and of Supabase,
`nameC1` and `nameC2` of ASP.NET Core, whose `name` says `chunks-2`.

The chunks stand beside each other, in one `Cookie` header or in the lines of several `Set-Cookie` headers.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_BEFORE: Final = 1 << 9
"""Bytes before a value in which it is looked for its name, and for what says that it comes in chunks."""
_MOST: Final = 16
"""Chunks that are read; browsers keep no more of one site for long."""
_FIRST: Final = re.compile(rb"(?<![\w.-])(?P<name>[\w.-]{1,128}?)(?P<mark>\.0|C1)=\Z", re.ASCII)
_VALUE: Final = rb"([A-Za-z0-9_.+/%-]+={0,2})"
_JOINT: Final = rb"(?:[ \t]{0,9};[^\r\n]{0,300}\r?\n[^\r\n:]{0,64}[Ss]et-[Cc]ookie:[ \t]{0,9}|[ \t]{0,9};[ \t]{0,9})"
LONGEST_JOINT: Final = 512
"""Bytes behind a chunk that are looked at."""


class Chunks(NamedTuple):
    """Chunks of one cookie."""

    text: bytes
    """What they say together; empty where there are not two of them."""
    first: bytes
    """What the first says."""
    end: int
    """Where the last of them ends."""
    announced: bool
    """Whether what stands before says that there are several, so that none of them is a cookie."""


def chunks_at(text: memoryview, begin: int, start: int, limit: int) -> Chunks | None:
    """The chunks of which the first begins at `start` of `text`; None where its name is none of a first chunk.

    From `begin` on `text` is looked at, up to `limit`.
    """
    # Nearly all that is asked for is told by two characters.
    if start - begin < 3 or text[start - 1] != ord("=") or text[start - 2] not in b"01":
        return None
    before = bytes(text[max(begin, start - _BEFORE) : start])
    first = _FIRST.search(before)
    if not first:
        return None
    name, dotted = first["name"], first["mark"] == b".0"
    announced = not dotted and name + b"=chunks-" in before
    parts: list[bytes] = []
    end = start
    for number in range(_MOST):
        mark = b".%d" % number if dotted else b"C%d" % (number + 1)
        lead = _JOINT + re.escape(name + mark + b"=") if number else b""
        found = re.compile(lead + _VALUE).match(text, end, limit)
        if not found:
            break
        parts.append(found[1])
        end = found.end()
    return Chunks(b"".join(parts) if len(parts) > 1 else b"", parts[0] if parts else b"", end, announced)
