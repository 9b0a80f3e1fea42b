"""Detection: where in a buffer a pattern of the rule book takes something for a subject.

An engine finds *anchors*, the short fixed-length heads of all patterns at once; RE2 takes the span from there, in a
window clipped to its own blob. Hyperscan finds anchors at gigabytes a second; where it is not installed RE2 does, with
the same results. Before either, a sieve passes over buffers without any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final, Protocol

from scanner.detect.anchors import Anchor, anchor_of
from scanner.detect.sieve import sieve_of
from scanner.model import Match

_TRIES: Final = 8
"""Anchors tried inside a refused span: enough for a token glued to a name that holds an anchor, and a bound."""

LOOKAHEAD: Final = 4096
"""Bytes behind an anchor that must be at hand before it is decided: the rest of its line, for suppressions."""

Hit = tuple[int, int]
"""Where an anchor starts, and the index of its pattern."""


class Pattern(Protocol):
    """What detection needs of a pattern of the rule book (`scanner.rulebook.Pattern`)."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def regex(self) -> str:
        """What takes the span; RE2 syntax."""

    @property
    def anchor(self) -> str | None:
        """The head that the engine looks for, where it can't be cut from `regex`."""

    @property
    def extent(self) -> str | None:
        """What a failed try has read, so that no anchor inside is tried again; RE2 syntax. None for one byte."""


class Engine(Protocol):
    """Finds the anchors of all patterns."""

    def hits(self, data: memoryview) -> list[Hit]:
        """Every place where an anchor starts, sorted."""


class Progress:
    """How far one pattern has read in a blob."""

    __slots__ = ("covered", "refused", "tries")

    def __init__(self) -> None:
        self.covered = 0
        self.refused = 0
        self.tries = 0

    def refuse(self, start: int, reach: int) -> None:
        """Note that the span from `start` to `reach` holds no subject; after `_TRIES` in one run, pass over it."""
        self.tries = self.tries + 1 if start < self.refused else 1
        self.refused = reach
        if self.tries >= _TRIES:
            self.covered = reach


class Reading:
    """Where detection stands in one blob; it lives on from buffer to buffer while a blob is read in windows."""

    __slots__ = ("end", "final", "floor", "max_subject", "progress", "resume")

    def __init__(self, max_subject: int, floor: int = 0, end: int = 0, *, final: bool = True) -> None:
        self.max_subject = max_subject
        self.floor = floor
        """Anchors before it belong to what was read before, or to another blob."""
        self.end = end
        """Where the blob, or what is at hand of it, ends in the buffer."""
        self.final = final
        """Whether the blob ends there."""
        self.resume = end
        self.progress: dict[int, Progress] = {}

    def advance(self, dropped: int, floor: int, end: int, *, final: bool) -> None:
        """Go on in a buffer that lacks the first `dropped` bytes of the last one."""
        self.floor, self.end, self.final = floor, end, final
        for progress in self.progress.values():
            progress.covered -= dropped
            progress.refused -= dropped


def literals(patterns: Sequence[Pattern]) -> list[bytes]:
    """Texts of which every match of a pattern holds one; empty where some match holds none of few."""
    anchors = [anchor_of(pattern.id, pattern.regex, pattern.anchor) for pattern in patterns]
    return [literal for anchor in anchors for literal in anchor.literals] if all(a.literals for a in anchors) else []


Accept = Callable[[str, int, int, bool], int | None]
"""`accept(pattern, start, end, cut)` says where the subject in this span really ends, or None where it holds none.

`cut` tells that the run goes on beyond the longest subject that is read."""


class Span:
    """The patterns' compiled side: takes a span from an anchor."""

    __slots__ = ("extent", "pattern", "regex")

    def __init__(self, pattern: Pattern) -> None:
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        self.pattern = pattern.id
        self.regex = re2.compile(pattern.regex.encode("latin-1"), options)
        self.extent = re2.compile(pattern.extent.encode("latin-1"), options) if pattern.extent else None

    def extent_end(self, data: memoryview, start: int, limit: int) -> int:
        """Where a failed try from `start` is known to have ended, at least one byte on."""
        found = self.extent and self.extent.match(data[:limit], start)
        return max(found.end(), start + 1) if found else start + 1


class Detector:
    """All patterns of a rule book, ready to run over buffers."""

    def __init__(self, patterns: Sequence[Pattern], *, engine: str = "auto") -> None:
        """`engine` is `hyperscan`, `re2`, or `auto` for the first that is installed.

        Raises RuleError for a pattern without an anchor.
        """
        self._patterns = tuple(patterns)
        self._anchors = tuple(anchor_of(pattern.id, pattern.regex, pattern.anchor) for pattern in patterns)
        self._longest = max((anchor.length for anchor in self._anchors), default=0)
        self._name = engine
        self._sieve = sieve_of(self._anchors)
        self._spans: dict[int, Span] = {}

    @cached_property
    def _engine(self) -> Engine:
        return _engine(self._anchors, self._name)

    def hits(self, data: memoryview) -> list[Hit]:
        """Every place in `data` where an anchor starts, sorted."""
        if self._sieve and not self._sieve(data):
            return []
        return self._engine.hits(data)

    def matches(self, data: memoryview, hits: Sequence[Hit], reading: Reading, accept: Accept) -> Iterator[Match]:
        """The matches from `hits`, all of one blob, whose bytes in `data` `reading` delimits.

        Anchors inside a span or a failed run that was read already are passed over, so the work is linear in the bytes.
        Where the blob goes on in a later buffer, reading stops at the first anchor that can't be decided yet:
        `reading.resume` says where the next buffer must begin.
        """
        end = reading.end
        safe = end if reading.final else max(end - LOOKAHEAD, 0)
        reading.resume = max(safe, reading.floor)
        # Behind it a longer anchor may begin whose end is not at hand, before one that is already seen.
        horizon = end if reading.final else end - self._longest
        for start, index in hits:
            if start < reading.floor or start + self._anchors[index].length > end:
                continue
            if start > horizon:
                return
            progress = reading.progress.get(index)
            if progress is None:
                progress = reading.progress[index] = Progress()
            if start < progress.covered:
                continue
            span = self._spans.get(index)
            if span is None:
                span = self._spans[index] = Span(self._patterns[index])
            limit = min(end, start + reading.max_subject)
            # Cut off and not only bounded: an end of a word must not depend on what stands behind, in another blob.
            found = span.regex.match(data[:limit], start)
            reach = found.end() if found else span.extent_end(data, start, limit)
            # Without an extent, a failed try may have read all that is at hand, and fail for its end alone.
            if (reach if found or span.extent else limit) > safe and not reading.final:
                reading.resume = start
                return
            cut = reach == limit < end
            stop = accept(span.pattern, start, reach, cut) if found or cut else None
            if stop is not None:
                progress.covered = max(stop, start + 1)
                yield Match(span.pattern, start, stop)
            elif not found or cut:
                progress.covered = max(reach, start + 1)
            else:
                progress.refuse(start, reach)


def _engine(anchors: Sequence[Anchor], name: str) -> Engine:
    if name in ("auto", "hyperscan"):
        try:
            from scanner.detect.hyper import HyperscanEngine

            return HyperscanEngine(anchors)
        except ImportError:
            if name == "hyperscan":
                raise
    from scanner.detect.plain import Re2Engine

    return Re2Engine(anchors)
