"""Heads that a gap parts: told by what stands behind them.

Of a head of a few characters a gap leaves too little to look for. But a text that matches hold stands unbroken a little
behind it, and is rare itself: where one is found, the parts are looked for before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from scanner.detect.lookup import Head, Lookup
from scanner.joined import SIGNS, behind_gap

_SIGNS: Final = bytes(SIGNS - set(b" \t"))
"""What a gap begins with, behind white space."""
_SIGN: Final = re.compile(b"[%b]" % re.escape(_SIGNS))
_RUN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
"""What a head that begins a text has not before it."""
WITHIN: Final = 1024
"""Bytes from the start of a match to what it holds, at most."""


def heads(
    data: memoryview, hits: Sequence[tuple[int, int]], lookups: Sequence[Lookup], floor: int, end: int
) -> Sequence[tuple[int, int]]:
    """`hits`, which are sorted, with those of heads that a gap parts in place of what tells of them.

    A hit is where an anchor starts in `data`, and the index of its lookup. All are of one blob, that is looked at from
    `floor` to `end`, and there once for each head.
    """
    found: list[tuple[int, int]] = []
    tells: list[tuple[int, int]] = []
    whole: dict[int, int] = {}
    for at, index in hits:
        heads = lookups[index].heads
        if not heads:
            found.append((at, index))
            whole[index] = at
        elif not any(_leads_to(data, whole[head.lookup], at, floor) for head in heads if head.lookup in whole):
            tells.append((at, index))
    if not tells:
        return found
    looked: dict[int, int] = {}
    for at, index in tells:
        lookup = lookups[index]
        limit = at + lookup.length
        if limit <= end:
            for head in lookup.heads:
                begin = max(at - WITHIN, looked.get(head.lookup, floor))
                looked[head.lookup] = at
                found += ((start, head.lookup) for start in _starts(data, begin, at, limit, head))
    found.sort()  # in linear time: of two runs that are sorted
    return list(dict.fromkeys(found))


def _leads_to(data: memoryview, start: int, at: int, floor: int) -> bool:
    """Whether a whole head that begins a text at `start` has no gap up to `at`: no other is told of there."""
    begins = start == floor or data[start - 1] not in _RUN
    return begins and at - start < WITHIN and not _SIGN.search(data, start, at)


def _starts(data: memoryview, begin: int, at: int, limit: int, head: Head) -> Iterator[int]:
    """Where `head` starts, from `begin` on, in parts of which one ends before `at`, the other before `limit`."""
    first, whole = _expressions(head.first, head.whole)
    for part in first.finditer(data, begin, at):
        gap = part.end(1)
        rest = behind_gap(data, gap, limit)
        if rest is None:
            continue
        for count in range(1, min(head.length, gap - begin + 1)):
            text = bytes(data[gap - count : gap]) + bytes(data[rest : min(rest + head.length - count, limit)])
            if whole.fullmatch(text):
                yield gap - count


@lru_cache(maxsize=64)
def _expressions(first: bytes, whole: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What finds a first part where a gap may follow, and what knows the parts together."""
    return re.compile(b"(%b)[ \t]*[%b]" % (first, re.escape(_SIGNS))), re.compile(whole)
