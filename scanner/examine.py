"""What one shard holds: read, detected, decoded. Pure: it knows no clock, and runs unchanged in any worker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from scanner.decode import decoder
from scanner.detect import LOOKAHEAD, Detector, Hit, Reading
from scanner.model import Allow, Coverage, Examination, Policy, Sighting, Skipped, Token
from scanner.sources import Blob, Part, Shard, Window
from scanner.sources.text import after
from scanner.subjects import Subjects

_NOTES: Final = 20
"""Suppressions of one blob without use that are told one by one."""
_LINE: Final = LOOKAHEAD
"""Bytes on each side of a sighting in which its line, and the line above, are looked at; they are always at hand."""


class Examiner:
    """The work on one shard after another, under one set of patterns and one policy."""

    def __init__(self, patterns: Sequence[Any], policy: Policy) -> None:
        """`patterns` are those of the rule book (`scanner.rulebook.Pattern`)."""
        self._patterns = tuple(patterns)
        self._policy = policy
        self._decoders = {pattern.id: pattern.decoder for pattern in patterns}
        self._detector = Detector(patterns)

    def under(self, policy: Policy) -> Examiner:
        """The same work under another policy."""
        return Examiner(self._patterns, policy)

    def __reduce__(self) -> tuple[type[Examiner], tuple[Sequence[Any], Policy]]:
        # Compiled patterns do not pickle; a worker that was not forked loads its own from the cache.
        return (Examiner, (self._patterns, self._policy))

    def __call__(self, shard: Shard) -> Examination:
        """The subjects of `shard`, equal ones merged, and what was covered."""
        coverage = Coverage()
        subjects = Subjects(self._policy.max_subjects)
        examined: _BlobExamination | None = None
        for window in shard.windows(self._policy, coverage):
            hits = self._detector.hits(window.data)
            if window.part is None:
                self._whole_blobs(window, hits, subjects, coverage)
                continue
            if window.part.dropped == 0 and window.part.floor == 0:
                examined = self._begin(window.blob(0), Reading(self._policy.max_subject), subjects, coverage)
            if examined:
                examined.stretch(window.data, hits, window.part)
        subjects.tell(coverage, "")
        return Examination(list(subjects), coverage)

    def _whole_blobs(self, window: Window, hits: Sequence[Hit], subjects: Subjects, coverage: Coverage) -> None:
        ends = window.ends
        for index, group in groupby(hits, key=lambda hit: bisect_right(ends, hit[0])):
            start = ends[index - 1] if index else 0
            reading = Reading(self._policy.max_subject, start, ends[index])
            examined = self._begin(window.blob(index), reading, subjects, coverage)
            examined.read(window.data, list(group), start)
            examined.finish()

    def _begin(self, blob: Blob, reading: Reading, subjects: Subjects, coverage: Coverage) -> _BlobExamination:
        return _BlobExamination(self._detector, self._decoders, self._policy, blob, reading, subjects, coverage)


class _BlobExamination:
    """What detection and decoding know of one blob, from window to window."""

    def __init__(
        self,
        detector: Detector,
        decoders: dict[str, str],
        policy: Policy,
        blob: Blob,
        reading: Reading,
        subjects: Subjects,
        coverage: Coverage,
    ) -> None:
        from scanner.sources.context import of_path

        self.detector = detector
        self.decoders = decoders
        """By pattern; a suppression has none."""
        self.policy = policy
        self.blob = blob
        self.reading = reading
        self.subjects = subjects
        self.coverage = coverage
        self.contexts = of_path(blob.path)
        self.pragmas: list[int] = []
        """Lines of our own suppressions."""
        self.useful: set[int] = set()
        """Lines of those that cover a sighting."""

    def stretch(self, data: memoryview, hits: Sequence[Hit], part: Part) -> None:
        """Read one window of a blob that has several."""
        self.reading.advance(part.dropped, part.floor, len(data), final=part.final)
        self.read(data, hits, 0)
        part.resume = self.reading.resume
        if part.final:
            self.finish()

    def read(self, data: memoryview, hits: Sequence[Hit], begin: int) -> None:
        """Take the subjects of the blob, which begins at `begin` of `data`."""
        decoded: Token | None = None

        def accept(pattern: str, start: int, end: int, cut: bool) -> int | None:
            nonlocal decoded
            if not self.decoders[pattern]:
                return end
            text = bytes(data[start:end])
            reader = decoder(self.decoders[pattern])
            decoded = reader.decode(text)
            if cut and reader.begins(text):
                detail = f"a token is longer than {self.policy.max_subject} bytes"
                self.coverage.skipped.append(Skipped(self.blob.origin.path, "cut-short", detail))
            return start + decoded.start + len(decoded.raw) if decoded else None

        for match in self.detector.matches(data, hits, self.reading, accept):
            self.blob.locator.move(data, match.start)
            name = self.decoders[match.pattern]
            if not name:
                self.pragmas.append(self.blob.locator.line)
            elif decoded:
                sighting = self._sighting(data, begin, match.start + decoded.start, match.end)
                raw = decoded.raw.reveal()
                self.subjects.sight("token", decoded.identity, raw, sighting, decoder=name, head=decoded.head)

    def _sighting(self, data: memoryview, begin: int, start: int, end: int) -> Sighting:
        from scanner.sources.context import of_line

        blob = self.blob
        # The locator stays at the match: where words stand before the subject, the next match may begin among them.
        line, column = after(bytes(data[blob.locator.at : start]), blob.locator.line, blob.locator.column)
        end_line, end_column = after(bytes(data[start:end]), line, column)
        above, newline, head = bytes(data[max(begin, start - _LINE) : start]).rpartition(b"\n")
        begun = bool(newline) or start - begin < _LINE
        tail = bytes(data[end : min(self.reading.end, end + _LINE)]).partition(b"\n")[0]
        return Sighting(
            blob.origin,
            (start + blob.offset) * blob.width,
            (end + blob.offset) * blob.width,
            line,
            column,
            end_line,
            end_column,
            of_line(head if begun else b"", self.contexts),
            self._allows(head + b" " + tail, above.rpartition(b"\n")[2], line),
        )

    def _allows(self, text: bytes, above: bytes, line: int) -> tuple[Allow, ...]:
        if not self.policy.inline:
            return ()
        from scanner.triage.inline import allows_at

        allows = allows_at(text, above, self.blob.origin.path, self.policy.inline)
        if not allows:
            return ()
        placed = tuple(msgspec.structs.replace(allow, line=line + allow.line) for allow in allows)
        self.useful.update(allow.line for allow in placed if allow.spelling == "tokensweep")
        return placed

    def finish(self) -> None:
        """Tell of suppressions that cover nothing; in documentation they are only spoken of."""
        if "tokensweep" not in self.policy.inline or "documentation" in self.contexts:
            return
        unused = [line for line in self.pragmas if line not in self.useful]
        path = self.blob.origin.path

        self.coverage.notes += [
            f"{path}:{line}: a suppression here covers nothing that was found" for line in unused[:_NOTES]
        ]
        if len(unused) > _NOTES:
            self.coverage.notes.append(f"{path}: {len(unused) - _NOTES} more suppressions cover nothing")
