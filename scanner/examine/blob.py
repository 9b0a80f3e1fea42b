"""One blob's reading, from window to window: what stands at its anchors, and where its subjects are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.detect import Alone, Detector, Hit, Outcome, Read, Reading, Target, alone
from scanner.examine.following import Following
from scanner.examine.sighting import Stretch, sighting
from scanner.examine.suppressions import Suppressions
from scanner.model import Coverage, Policy, Secret, Skipped, Token
from scanner.sources import Blob, Part
from scanner.subjects import Subjects

if TYPE_CHECKING:
    from scanner.decode.wrapped import Found
    from scanner.examine.vain import Vain


class Means(NamedTuple):
    """With what all blobs are examined."""

    detector: Detector
    patterns: dict[str, Any]
    """Those of the rule book (`scanner.rulebook.Pattern`), by their ids."""
    following: frozenset[int]
    """The lookups of what may take a secret by a name."""
    policy: Policy
    vain: Vain | None
    """What came to nothing in the blobs before; None where they do not resemble one another."""


class BlobExamination:
    """What detection and decoding know of one blob, from window to window."""

    def __init__(self, means: Means, blob: Blob, reading: Reading, subjects: Subjects, coverage: Coverage) -> None:
        self._means = means
        self._blob = blob
        self._reading = reading
        self._subjects = subjects
        self._coverage = coverage
        self._following = Following(means.detector, means.following)
        self._suppressions = Suppressions(blob.origin.path, means.policy.inline)
        self._taken: dict[str, int] = {}
        """Where in the blob the last subject of each pattern ends."""
        self._token = (0, 0)
        """Where in the blob the last token stands."""
        self._found: Found | None = None
        """What stands at the last anchor that was tried."""
        self._secrets: set[int] = set()
        """Where in the blob secrets begin that were found."""
        self.barren: frozenset[str] | None = frozenset()
        """The words that names were followed to in vain, where all is; None where something was found."""

    def whole(self, data: memoryview, hits: Sequence[Hit], begin: int, text: bytes | None) -> None:
        """Read a blob that stands whole in `data`, from `begin` on; `text` is the same, where `Means.vain` is asked."""
        self._read(data, hits, begin, text)
        self._finish()

    def vain_at(self, data: memoryview, begin: int, text: bytes) -> Callable[[Hit], bool]:
        """What tells whether a try at an anchor of the blob comes to nothing, for what stands near it alone; arguments
        as of `whole`."""
        from scanner.examine.versions import REACH

        detector, vain, attempt = self._means.detector, self._means.vain, self._reader(data, begin, text)
        end, longest = self._reading.end, self._reading.max_subject

        def is_vain(hit: Hit) -> bool:
            start, lookup = hit
            if vain and vain.has_all(text, (hit,), begin):
                return True
            if not detector.plain(lookup):
                return False
            outcome = attempt(data, detector.target(lookup), start, min(end, start + longest), True)
            return outcome.empty and not outcome.cut and outcome.reach <= start + REACH

        return is_vain

    def stretch(self, data: memoryview, hits: Sequence[Hit], part: Part) -> None:
        """Read one window of a blob that has several."""
        self._reading.advance(part.dropped, part.floor, len(data), final=part.final)
        self._read(data, hits, 0, None)
        part.resume = self._reading.resume
        if part.final:
            self._finish()

    def _read(self, data: memoryview, hits: Sequence[Hit], begin: int, text: bytes | None) -> None:
        """Take the subjects of what is at hand of the blob, and keep what names are followed in."""
        reading, blob = self._reading, self._blob
        read = self._reader(data, begin, text) if hits else alone
        for match in self._means.detector.matches(data, hits, reading, read):
            blob.locator.move(data, match.start)
            pattern = self._means.patterns[match.pattern]
            if not pattern.decoder:
                self._suppressions.meet(blob.locator.line)
            elif self._found and self._found.decoded and not self._is_part(self._found):
                self._taken[pattern.id] = self._found.end + blob.offset
                for found in (self._found, *self._found.others):
                    self._sight(Stretch(blob, data, begin, reading.end), found, pattern.decoder)
        if reading.cut_short:
            detail = f"a token is longer than {self._means.policy.max_subject} bytes"
            self._coverage.skipped += [Skipped(blob.origin.path, "cut-short", detail)] * reading.cut_short
            reading.cut_short = 0
        self._following.keep(data, hits, begin, blob, reading)

    def _reader(self, data: memoryview, begin: int, text: bytes | None) -> Read:
        """What reads at the anchors of the blob, and keeps as `_found` what stands there."""
        from scanner.decode import decoder, in_place
        from scanner.decode.wrapped import Look, View, read

        patterns, vain, offset = self._means.patterns, self._means.vain, self._blob.offset
        if vain:
            from scanner.examine.vain import around, further
        view = View(data, begin, offset)
        looks: dict[str, Look] = {}

        def attempt(data: memoryview, target: Target, start: int, limit: int, joins: bool) -> Outcome:
            pattern = patterns[target.pattern]
            if not pattern.decoder:
                return alone(data, target, start, limit)
            if pattern.makes != "token" and self._token[0] <= start + offset < self._token[1]:
                return Alone(start + 1, start + 1, empty=True)
            look = looks.get(pattern.id)
            if look is None:
                reader = decoder(pattern.decoder)
                path = None if vain else self._blob.path
                look = looks[pattern.id] = Look(
                    target.take, reader, pattern.joins, target.behind, path, in_place(reader)
                )
            seen = view
            if target.behind:
                # What stands before an anchor inside of a subject may be one that was found already.
                begun = max(begin, self._taken.get(pattern.id, 0) - offset)
                seen = View(data, begun, offset)
            places = None
            if vain and text and look.in_place and not target.layers:
                until = look.in_place.until
                place = around(text, start - begin, pattern.id, until)
                known = vain.get(place) if place else None
                if not known:
                    places = place, further(text, start - begin, pattern.id, until, target.behind)
                    known = vain.get(places[1])
                if known and start + known.since >= seen.begin:
                    return Alone(start + known.end, start + known.reach, True, known.barren)
            self._found = found = read(seen, start, limit, target.layers, look, joins=joins)
            if vain and places:
                vain.note(*places, start, found, seen.begin)
            return found

        return attempt

    def _is_part(self, found: Found) -> bool:
        """Whether what was found is a part of the last token: two segments of one look like a signed cookie."""
        start, end = found.start + self._blob.offset, found.end + self._blob.offset
        if isinstance(found.decoded, Token):
            self._token = start, end
            return False
        return self._token[0] <= start and end <= self._token[1]

    def _sight(self, stretch: Stretch, found: Found, decoder: str) -> None:
        """Add what was found, as `decoder` has read it, to the subjects."""
        if not found.decoded:
            return
        self.barren = None
        if isinstance(found.decoded, Secret):
            self._secrets.add(found.start + stretch.blob.offset)
        seen = sighting(stretch, found, self._contexts, self._suppressions)
        self._subjects.sight(found.decoded, seen, decoder=decoder)

    @cached_property
    def _contexts(self) -> frozenset[str]:
        """What the path stands for; most blobs hold nothing for which that matters."""
        from scanner.sources.context import of_path

        return of_path(self._blob.path)

    def _finish(self) -> None:
        """Follow the names in the blob; tell of suppressions that cover nothing, unless they are only spoken of."""
        self._follow()
        if self._suppressions.unused and "documentation" not in self._contexts:
            self._suppressions.tell(self._coverage)

    def _follow(self) -> None:
        """Take the secrets that stand elsewhere than what takes them."""
        followed = self._following.follow(self._blob.path)
        if not followed:
            return
        from scanner.decode.wrapped import Found

        if self.barren is not None:
            self.barren = followed.barren
        if followed.cut:
            path = self._blob.origin.path
            self._coverage.notes.append(f"{path}: not all names were followed that secrets may have here")
        kept = self._following.kept(self._blob)
        for secret in followed.secrets:
            if secret.start + kept.blob.offset not in self._secrets:
                kept.blob.locator.move(kept.data, secret.start)
                end = secret.start + len(secret.raw)
                self._sight(kept, Found(secret, secret.start, end, end), "setting")
