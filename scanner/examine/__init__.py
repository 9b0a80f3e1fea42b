"""What one shard holds: read, detected, decoded. Pure: it knows no clock, and runs unchanged in any worker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import msgspec

from scanner.detect import LOOKAHEAD, Alone, Detector, Hit, Outcome, Read, Reading, Target, alone
from scanner.model import (
    Allow,
    Cookie,
    Coverage,
    Decoded,
    Examination,
    Named,
    Policy,
    Secret,
    Sighting,
    Skipped,
    Token,
)
from scanner.sources import Blob, Part, Shard, Window
from scanner.sources.text import after
from scanner.subjects import Subjects

if TYPE_CHECKING:
    from scanner.decode.wrapped import Found
    from scanner.examine.vain import Until, Vain

FOLLOWED: Final = 1 << 20
"""Bytes of a blob in which names are followed: people write no longer programs."""
_NOTES: Final = 20
"""Suppressions of one blob without use that are told one by one."""
_LINE: Final = LOOKAHEAD
"""Bytes on each side of a sighting in which its line, and the line above, are looked at; they are always at hand."""

_CONFIGURATION: Final = 1 << 18
"""Bytes of a blob in which is looked for what tells its environment."""


class Examiner:
    """The work on one shard after another, under one set of patterns and one policy."""

    def __init__(self, patterns: Sequence[Any], policy: Policy, *, versions: bool = False) -> None:
        """`patterns` are those of the rule book (`scanner.rulebook.Pattern`).

        `versions` says that blobs resemble one another, as versions of a file do, and have no path.
        """
        self._patterns = tuple(patterns)
        self._policy = policy
        self._by_id = {pattern.id: pattern for pattern in patterns}
        self._detector = Detector(patterns)
        self._following = self._detector.lookups_of({pattern.id for pattern in patterns if pattern.follows})
        self._vain: Vain | None = None
        """What came to nothing in the blobs before; None where they do not resemble one another."""
        if versions:
            from scanner.examine.vain import Vain

            self._vain = Vain(self._looker)

    def of_versions(self, policy: Policy) -> Examiner:
        """The same work on versions of files whose paths are not known yet, under another policy."""
        return Examiner(self._patterns, policy, versions=True)

    def __reduce__(self) -> tuple[Callable[..., Examiner], tuple[Sequence[Any], Policy]]:
        # Compiled patterns do not pickle; a worker that was not forked loads its own from the cache.
        return (partial(Examiner, versions=self._vain is not None), (self._patterns, self._policy))

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

    def _looker(self, lookup: int) -> tuple[str, Until | None]:
        """The pattern of a lookup, and up to where its decoder looks from an anchor; None where it does not say."""
        from scanner.decode import decoder, in_place

        id_ = self._detector.plain(lookup)
        name = self._by_id[id_].decoder if id_ else None
        found = in_place(decoder(name)) if name else None
        return id_ or "", found.until if found else None

    def _calls(self, text: bytes, hits: Sequence[Hit], begin: int) -> bool:
        """Whether what may take a name is called in a blob: it is bound elsewhere, otherwise in each version."""
        from scanner.decode.named import calls

        return any(index in self._following and calls(text, start - begin) for start, index in hits)

    def _whole_blobs(self, window: Window, hits: Sequence[Hit], subjects: Subjects, coverage: Coverage) -> None:
        ends = window.ends
        for index, group in groupby(hits, key=lambda hit: bisect_right(ends, hit[0])):
            start = ends[index - 1] if index else 0
            anchors = list(group)
            text = bytes(window.data[start : ends[index]]) if self._vain else None
            if (
                self._vain
                and text
                and self._vain.has_all(text, anchors, start)
                and not self._calls(text, anchors, start)
            ):
                continue
            reading = Reading(self._policy.max_subject, start, ends[index])
            examined = self._begin(window.blob(index), reading, subjects, coverage)
            examined.text = text
            examined.read(window.data, anchors, start)
            examined.keep(window.data, anchors, start)
            examined.finish()

    def _begin(self, blob: Blob, reading: Reading, subjects: Subjects, coverage: Coverage) -> _BlobExamination:
        return _BlobExamination(
            self._detector, self._following, self._by_id, self._policy, blob, reading, subjects, coverage, self._vain
        )


class _BlobExamination:
    """What detection and decoding know of one blob, from window to window."""

    def __init__(
        self,
        detector: Detector,
        following: frozenset[int],
        patterns: dict[str, Any],
        policy: Policy,
        blob: Blob,
        reading: Reading,
        subjects: Subjects,
        coverage: Coverage,
        vain: Vain | None,
    ) -> None:
        self.detector = detector
        self.following = following
        """The lookups of what may take a secret by a name."""
        self.patterns = patterns
        """By their ids."""
        self.policy = policy
        self.blob = blob
        self.reading = reading
        self.subjects = subjects
        self.coverage = coverage
        self.vain = vain
        self.text: bytes | None = None
        """All of the blob, where `vain` can tell of it."""
        self.pragmas: list[int] = []
        """Lines of our own suppressions."""
        self.useful: set[int] = set()
        """Lines of those that cover a sighting."""
        self.taken: dict[str, int] = {}
        """Where in the blob the last subject of each pattern ends."""
        self.token = (0, 0)
        """Where in the blob the last token stands."""
        self.found: Found | None = None
        """What stands at the last anchor that was tried."""
        self.secrets: set[int] = set()
        """Where in the blob secrets begin that were found."""
        self.kept: bytes | memoryview = b""
        """How it begins, behind a byte order mark: there names are followed when all of it was read."""
        self.takers: set[Hit] = set()
        """Where in that anchors stand of what may take a secret by a name."""

    @cached_property
    def contexts(self) -> frozenset[str]:
        """What the path stands for; most blobs hold nothing for which that matters."""
        from scanner.sources.context import of_path

        return of_path(self.blob.path)

    def stretch(self, data: memoryview, hits: Sequence[Hit], part: Part) -> None:
        """Read one window of a blob that has several."""
        self.reading.advance(part.dropped, part.floor, len(data), final=part.final)
        self.read(data, hits, 0)
        self.keep(data, hits, 0)
        part.resume = self.reading.resume
        if part.final:
            self.finish()

    def read(self, data: memoryview, hits: Sequence[Hit], begin: int) -> None:
        """Take the subjects of the blob, which begins at `begin` of `data`."""
        read = self._reader(data, begin) if hits else alone
        for match in self.detector.matches(data, hits, self.reading, read):
            self.blob.locator.move(data, match.start)
            pattern = self.patterns[match.pattern]
            if not pattern.decoder:
                self.pragmas.append(self.blob.locator.line)
            elif self.found and self.found.decoded and not self._is_part(self.found):
                self.taken[pattern.id] = self.found.end + self.blob.offset
                for found in (self.found, *self.found.others):
                    self._sight(data, begin, found, pattern)
        if self.reading.cut_short:
            detail = f"a token is longer than {self.policy.max_subject} bytes"
            self.coverage.skipped += [Skipped(self.blob.origin.path, "cut-short", detail)] * self.reading.cut_short
            self.reading.cut_short = 0

    def _sight(self, data: memoryview, begin: int, found: Found, pattern: Any) -> None:
        """Add what a pattern has found to the subjects."""
        if found.decoded:
            if isinstance(found.decoded, Secret):
                self.secrets.add(found.start + self.blob.offset)
            sighting = self._sighting(data, begin, found, found.decoded)
            self.subjects.sight(found.decoded, sighting, decoder=pattern.decoder)

    def keep(self, data: memoryview, hits: Sequence[Hit], begin: int) -> None:
        """Keep what names are followed in, of the blob that begins, or goes on, at `begin` of `data`."""
        shift = self.blob.offset - (self.blob.width - 1)
        end = min(self.reading.end, FOLLOWED - shift)
        self.takers.update((start + shift, index) for start, index in hits if index in self.following and start < end)
        if self.reading.final and not self.kept:
            self.kept = data[begin:end]
        else:
            self.kept = b"".join((self.kept, data[len(self.kept) - shift : max(end, 0)]))

    def _follow(self) -> None:
        """Take the secrets that stand elsewhere than what takes them."""
        if not self.takers:
            return
        from scanner.decode.named import follow
        from scanner.decode.wrapped import Found

        blob, kept = self.blob, self.kept
        anchors = sorted({hit[0] for hit in self.takers if self.detector.stands(kept, hit)})
        followed = follow(kept, anchors, blob.path)
        if followed.cut:
            self.coverage.notes.append(f"{blob.origin.path}: not all names were followed that secrets may have here")
        mark, data = blob.width - 1, memoryview(kept)
        self.blob = Blob(blob.origin, blob.path, offset=mark, width=blob.width)
        self.reading = Reading(self.policy.max_subject, 0, len(data))
        for secret in followed.secrets:
            if secret.start + mark not in self.secrets:
                self.blob.locator.move(data, secret.start)
                end = secret.start + len(secret.raw)
                sighting = self._sighting(data, 0, Found(secret, secret.start, end, end), secret)
                self.subjects.sight(secret, sighting, decoder="setting")

    def _is_part(self, found: Found) -> bool:
        """Whether what was found is a part of the last token: two segments of one look like a signed cookie."""
        start, end = found.start + self.blob.offset, found.end + self.blob.offset
        if isinstance(found.decoded, Token):
            self.token = start, end
            return False
        return self.token[0] <= start and end <= self.token[1]

    def _reader(self, data: memoryview, begin: int) -> Read:
        """What reads at the anchors of the blob, and keeps as `found` what stands there."""
        from scanner.decode import decoder, in_place
        from scanner.decode.wrapped import Look, View, read

        vain, text = self.vain, self.text
        if vain:
            from scanner.examine.vain import around
        view = View(data, begin, self.blob.offset)
        looks: dict[str, Look] = {}

        def attempt(data: memoryview, target: Target, start: int, limit: int, joins: bool) -> Outcome:
            pattern = self.patterns[target.pattern]
            if not pattern.decoder:
                return alone(data, target, start, limit)
            if pattern.makes != "token" and self.token[0] <= start + self.blob.offset < self.token[1]:
                return Alone(start + 1, start + 1, empty=True)
            look = looks.get(pattern.id)
            if look is None:
                reader = decoder(pattern.decoder)
                path = None if vain else self.blob.path
                look = looks[pattern.id] = Look(
                    target.take, reader, pattern.joins, target.behind, path, in_place(reader)
                )
            seen = view
            if target.behind:
                # What stands before an anchor inside of a subject may be one that was found already.
                begun = max(begin, self.taken.get(pattern.id, 0) - self.blob.offset)
                seen = View(data, begun, self.blob.offset)
            place = None
            if vain and text and look.in_place and not target.layers:
                place = around(text, start - begin, pattern.id, look.in_place.until)
                known = vain.get(place) if place else None
                if known and start + known.since >= seen.begin:
                    return Alone(start + known.end, start + known.reach, True, known.barren)
            self.found = found = read(seen, start, limit, target.layers, look, joins=joins)
            if vain and place and seen.begin == begin:
                vain.note(place, start, found)
            return found

        return attempt

    def _sighting(self, data: memoryview, begin: int, found: Found, decoded: Decoded) -> Sighting:
        from scanner.sources.context import environment_of, of_line

        blob, start, end = self.blob, found.start, found.end
        text = bytes(data[start:end])
        above, newline, head = bytes(data[max(begin, start - _LINE) : start]).rpartition(b"\n")
        begun = bool(newline) or start - begin < _LINE
        behind = bytes(data[end : min(self.reading.end, end + _LINE)])
        tail = behind.partition(b"\n")[0]
        # The locator stays at the match: where words stand before the subject, the next match may begin among them.
        line, column = blob.locator.line, blob.locator.column
        before = bytes(data[start : blob.locator.at])
        if b"\n" in before:
            line, column = line - before.count(b"\n"), after(head, 1, 1)[1]
        elif before:
            column -= after(before, 1, 0)[1]
        else:
            line, column = after(bytes(data[blob.locator.at : start]), line, column)
        if found.wrapping[:1] == ("utf-16",):
            # Of the two bytes of each character one is 0, before what the line starts with too.
            column = (column - 1) // 2 + 1
            text, above, head, tail = (part.replace(b"\0", b"") for part in (text, above, head, tail))
        end_line, end_column = after(text, line, column)
        name = _name(decoded, above, newline, head)
        if "chunks" in found.wrapping:
            name = name[:-2]  # without the number of the first chunk
        # What is longer is no configuration.
        around = (above + newline + head, behind) if end + blob.offset <= _CONFIGURATION else (b"", b"")
        return Sighting(
            blob.origin,
            (start + blob.offset) * blob.width,
            (end + blob.offset) * blob.width,
            line,
            column,
            end_line,
            end_column,
            of_line(head if begun else b"", self.contexts, blob.path),
            self._allows(head, text, tail, above.rpartition(b"\n")[2], line),
            found.wrapping,
            name,
            environment_of(blob.origin.path, name, *around, self.contexts),
        )

    def _allows(self, head: bytes, text: bytes, tail: bytes, above: bytes, line: int) -> tuple[Allow, ...]:
        """The suppressions on the lines of a span and on the line above; `head` and `tail` stand around it."""
        if not self.policy.inline:
            return ()
        from scanner.triage.inline import allows_at

        # The text of a token has no part in it, and may be long.
        lines = {line: head + b" " + tail}
        if b"\n" in text:
            first, *others = text.split(b"\n")
            others[-1] += tail
            lines = {line: head + first}
            lines |= {at: other for at, other in enumerate(others, line + 1) if b":" in other or b"ignore" in other}
        placed = tuple(
            msgspec.structs.replace(allow, line=at + allow.line)
            for at, content in lines.items()
            for allow in allows_at(content, above if at == line else b"", self.blob.origin.path, self.policy.inline)
        )
        self.useful.update(allow.line for allow in placed if allow.spelling == "tokensweep")
        return placed

    def finish(self) -> None:
        """Follow the names in the blob; tell of suppressions that cover nothing, unless they are only spoken of."""
        self._follow()
        if "tokensweep" not in self.policy.inline or "documentation" in self.contexts:
            return
        unused = [line for line in self.pragmas if line not in self.useful]
        path = self.blob.origin.path

        self.coverage.notes += [
            f"{path}:{line}: a suppression here covers nothing that was found" for line in unused[:_NOTES]
        ]
        if len(unused) > _NOTES:
            self.coverage.notes.append(f"{path}: {len(unused) - _NOTES} more suppressions cover nothing")


def _name(decoded: Decoded, *before: bytes) -> str:
    """What a subject is called behind the pieces of text `before`."""
    if isinstance(decoded, Named):
        return decoded.name
    # What a cookie is called can be a part of its signature, and of the key of a token that is encrypted for one.
    if not isinstance(decoded, Cookie) and not (isinstance(decoded, Token) and decoded.form == "jwe"):
        return ""
    from scanner.cookies import name_behind

    return str(decoded.details.get("name", "")) or name_behind(b"".join(before))
