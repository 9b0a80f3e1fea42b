"""Detection: where in a buffer a pattern of the rule book takes something for a subject.

An engine finds *anchors*, the short fixed-length heads of all patterns, plain and encoded, all at once; RE2 takes the
span from there, in a window clipped to its own blob. Hyperscan finds anchors at gigabytes a second; where it is not
installed RE2 does, with the same results.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from scanner.detect import parted
from scanner.detect.lookup import Lookup, Pattern
from scanner.model import AHEAD, Layer, Match, Taken

_TRIES: Final = 8
"""Anchors tried inside a refused span: enough for a token glued to a name that holds an anchor, and a bound."""

LOOKAHEAD: Final = 4096
"""Bytes behind an anchor that must be at hand before it is decided: the rest of its line, for suppressions."""

Hit = tuple[int, int]
"""Where an anchor starts, and the index of its lookup."""


class Engine(Protocol):
    """Finds the anchors of all patterns."""

    def hits(self, data: memoryview) -> list[Hit]:
        """Every place where an anchor starts, sorted."""


class Progress:
    """How far one lookup has read in a blob."""

    __slots__ = ("covered", "refused", "tries")

    def __init__(self) -> None:
        self.covered = 0
        self.refused = 0
        self.tries = 0

    def fail(self, start: int, end: int, *, barren: bool) -> None:
        """Note that a try from `start` to `end` was in vain.

        After `_TRIES` in one run it is passed over, and where it is `barren`: no anchor in it can come to more.
        """
        self.tries = self.tries + 1 if start < self.refused else 1
        self.refused = end
        # At the place itself it is decided: where another lookup's try there is not, all come there again.
        self.covered = max(end, start + 1) if barren or self.tries >= _TRIES else start + 1


class Reading:
    """Where detection stands in one blob; it lives on from buffer to buffer while a blob is read in windows."""

    __slots__ = ("cut_short", "end", "final", "floor", "max_subject", "progress", "resume")

    def __init__(self, max_subject: int, floor: int = 0, end: int = 0, *, final: bool = True) -> None:
        self.max_subject = max_subject
        self.floor = floor
        """Anchors before it belong to what was read before, or to another blob."""
        self.end = end
        """Where the blob, or what is at hand of it, ends in the buffer."""
        self.final = final
        """Whether the blob ends there."""
        self.resume = end
        self.cut_short = 0
        """Subjects that are longer than the longest that is read."""
        self.progress: dict[int, Progress] = {}
        """Of each lookup by its index, and of its readings through gaps by the index inverted."""

    def of(self, index: int) -> Progress:
        """The progress that has this index."""
        progress = self.progress.get(index)
        if progress is None:
            progress = self.progress[index] = Progress()
        return progress

    def advance(self, dropped: int, floor: int, end: int, *, final: bool) -> None:
        """Go on in a buffer that lacks the first `dropped` bytes of the last one."""
        self.floor, self.end, self.final = floor, end, final
        for progress in self.progress.values():
            progress.covered -= dropped
            progress.refused -= dropped


class Outcome(Protocol):
    """What came of a try. Places are those of the buffer."""

    @property
    def empty(self) -> bool:
        """Whether there is no subject."""

    @property
    def end(self) -> int:
        """Where it ends, or where a straight reading ended that was in vain."""

    @property
    def since(self) -> int | None:
        """The first byte that was looked at; None where nobody noted it."""

    @property
    def reach(self) -> int:
        """Up to where the buffer was looked at: what stands behind has no part in this."""

    @property
    def barren(self) -> bool:
        """Whether no anchor up to the end can come to more, where there is no subject."""

    @property
    def cut(self) -> bool:
        """Whether a subject begins there that goes on up to the limit."""

    @property
    def joined(self) -> Outcome | None:
        """The reading through gaps, where that was in vain."""


class Target(NamedTuple):
    """What stands at an anchor, if it is what it looks like."""

    pattern: str
    take: Callable[[memoryview, int, int], Taken]
    """The pattern's expression: `take(text, start, limit)`."""
    layers: tuple[Layer, ...]
    """The encodings around the pattern's text, outermost first."""
    behind: bytes = b""
    """What may stand before the anchor where it is inside of what is looked for."""


Read = Callable[[memoryview, Target, int, int, bool], Outcome]
"""`read(data, target, start, limit, joins)` reads what stands at `start` of `data` up to `limit`, and where it `joins`,
through gaps too. It must be pure: where a blob goes on in a later buffer, a try may be made again."""


class Alone(NamedTuple):
    """What came of a try for a pattern whose matches are not decoded."""

    end: int
    reach: int
    empty: bool
    barren: bool = True
    cut: bool = False
    joined: Outcome | None = None
    since: int | None = None


def alone(data: memoryview, target: Target, start: int, limit: int, _: bool = False) -> Alone:
    """What the expression alone makes of `data`; a `Read`."""
    taken = target.take(data, start, limit)
    return Alone(taken.end, taken.reach, not taken.matched)


class Span:
    """The patterns' compiled side: takes a span from an anchor."""

    __slots__ = ("extent", "joins", "length", "regex")

    def __init__(self, pattern: Pattern, length: int) -> None:
        """`length` is that of the pattern's anchor, in bytes."""
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        self.regex = re2.compile(pattern.regex.encode("latin-1"), options)
        self.extent = re2.compile(pattern.extent.encode("latin-1"), options) if pattern.extent else None
        self.length = length
        self.joins = pattern.joins

    def take(self, data: memoryview, start: int, limit: int) -> Taken:
        """What stands at `start` of `data`, which is read up to `limit`."""
        # Cut off and not only bounded: an end of a word must not depend on what stands behind, in another blob.
        text = data[:limit]
        found = self.regex.match(text, start)
        if found:
            # Another end may have been looked for behind it; a token ends where its parts do.
            further = 0 if self.joins or not self.extent else LOOKAHEAD
            return Taken(True, found.end(), min(found.end() + further, limit))
        read = self.extent and self.extent.match(text, start)
        if read:
            end = max(read.end(), start + 1)
            return Taken(False, end, end)
        # It may have failed for what is at hand alone: that ends within the anchor or, without an extent, anywhere.
        return Taken(False, start + 1, min(start + self.length, limit) if self.extent else limit)


class Detector:
    """All patterns of a rule book, ready to run over buffers."""

    def __init__(self, patterns: Sequence[Pattern], *, engine: str = "auto") -> None:
        """`engine` is `hyperscan`, `re2`, or `auto` for the first that is installed.

        Raises RuleError for a pattern without an anchor.
        """
        self._patterns = tuple(patterns)
        self._lookups, self._engine = _engine(self._patterns, engine)
        self._parted = any(lookup.heads for lookup in self._lookups)
        self._reach = max((lookup.length for lookup in self._lookups), default=0) + (
            parted.WITHIN if self._parted else 0
        )
        self._spans: dict[int, Span] = {}
        self._targets: dict[int, Target] = {}
        self._ahead: dict[int, re.Pattern[bytes] | None] = {}

    def hits(self, data: memoryview) -> list[Hit]:
        """Every place in `data` where an anchor starts, sorted, but for those that what stands there rules out."""
        # What the end of the data cuts off rules out nothing.
        enough = len(data) - AHEAD
        return [
            (start, index)
            for start, index in self._engine.hits(data)
            if start > enough or not (ahead := self._expected(index)) or ahead.match(data, start)
        ]

    def stands(self, data: bytes | memoryview, hit: Hit) -> bool:
        """Whether what stands at `hit` of `data`, a blob or its beginning, rules nothing out."""
        ahead = self._expected(hit[1])
        return not ahead or bool(ahead.match(data, hit[0]))

    def _expected(self, index: int) -> re.Pattern[bytes] | None:
        """What stands at the anchors of a lookup (`Lookup.ahead`), compiled."""
        if index not in self._ahead:
            ahead = self._lookups[index].ahead(self._patterns)
            self._ahead[index] = re.compile(ahead.encode("latin-1"), re.DOTALL) if ahead else None
        return self._ahead[index]

    def plain(self, index: int) -> str | None:
        """The pattern that a lookup finds as it is; None for one that is encoded, or tells of parts."""
        lookup = self._lookups[index]
        return None if lookup.layers or lookup.heads else self._patterns[lookup.pattern].id

    def lookups_of(self, ids: Collection[str]) -> frozenset[int]:
        """The lookups that find the patterns of these ids as they are."""
        return frozenset(index for index in range(len(self._lookups)) if self.plain(index) in ids)

    def matches(self, data: memoryview, hits: Sequence[Hit], reading: Reading, read: Read) -> Iterator[Match]:
        """The matches from `hits`, all of one blob, whose bytes in `data` `reading` delimits.

        Anchors inside a span or a failed run that was read already are passed over, so the work is linear in the bytes.
        Where the blob goes on in a later buffer, reading stops at the first anchor that can't be decided yet:
        `reading.resume` says where the next buffer must begin.
        """
        end = reading.end
        safe = end if reading.final else max(end - LOOKAHEAD, 0)
        reading.resume = max(safe, reading.floor)
        # Behind it a head may begin that what is not at hand tells of, before one that is already seen.
        horizon = end if reading.final else end - self._reach
        for start, index in parted.heads(data, hits, self._lookups, reading.floor, end) if self._parted else hits:
            lookup = self._lookups[index]
            if start < reading.floor or start + lookup.length > end:
                continue
            if start > horizon:
                return
            progress = reading.of(index)
            if start < progress.covered:
                continue
            joined = reading.of(~index)
            target = self.target(index)
            limit = min(end, start + reading.max_subject)
            outcome = read(data, target, start, limit, start >= joined.covered)
            if outcome.reach > safe and not reading.final:
                reading.resume = start
                return
            reading.cut_short += outcome.cut and limit < end
            if outcome.joined:
                joined.fail(start, outcome.joined.end, barren=outcome.joined.barren)
            if not outcome.empty:
                progress.covered = max(outcome.end, start + 1)
                yield Match(target.pattern, start, outcome.end)
            else:
                progress.fail(start, outcome.end, barren=outcome.barren or outcome.end == limit < end)

    def target(self, index: int) -> Target:
        """What stands at the anchors of a lookup."""
        if index in self._targets:
            return self._targets[index]
        number = self._lookups[index].pattern
        pattern = self._patterns[number]
        span = self._spans.get(number)
        if span is None:
            span = self._spans[number] = Span(pattern, self._lookups[number].length)
        layers, behind = self._lookups[index].layers, _bytes(pattern.behind)
        target = self._targets[index] = Target(pattern.id, span.take, layers, behind)
        return target


def _bytes(behind: str) -> bytes:
    """The bytes of a class in RE2 syntax."""
    from scanner.detect.anchors import repeated

    return bytes(sorted(repeated(f"{behind}*") or ())) if behind else b""


def _engine(patterns: Sequence[Pattern], name: str) -> tuple[Sequence[Lookup], Engine]:
    if name in ("auto", "hyperscan"):
        try:
            from scanner.detect import hyper

            return hyper.engine(patterns)
        except ImportError:
            if name == "hyperscan":
                raise
    from scanner.detect import plain

    return plain.engine(patterns)
