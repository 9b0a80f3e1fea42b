"""What one shard holds: read, detected, decoded. Pure: it knows no clock, and runs unchanged in any worker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from scanner.detect import Detector, Hit, Reading
from scanner.examine.blob import BlobExamination, Means
from scanner.model import Coverage, Examination, Interrupted, Policy
from scanner.sources import Shard, Window
from scanner.subjects import Subjects

if TYPE_CHECKING:
    from scanner.examine.vain import Until, Vain
    from scanner.examine.versions import Versions


class Examiner:
    """The work on one shard after another, under one set of patterns and one policy."""

    def __init__(self, patterns: Sequence[Any], policy: Policy, *, versions: bool = False) -> None:
        """`patterns` are those of the rule book (`scanner.rulebook.Pattern`).

        `versions` says that blobs resemble one another, as versions of a file do, and have no path.
        """
        self._patterns = tuple(patterns)
        self._versions = versions
        detector = Detector(patterns)
        following = detector.lookups_of({pattern.id for pattern in patterns if pattern.follows})
        vain: Vain | None = None
        if versions:
            from scanner.examine.vain import Vain

            vain = Vain(self._looker)
        self._means = Means(detector, {pattern.id: pattern for pattern in patterns}, following, policy, vain)

    def of_versions(self, policy: Policy) -> Examiner:
        """The same work on versions of files whose paths are not known yet, under another policy."""
        return Examiner(self._patterns, policy, versions=True)

    def __reduce__(self) -> tuple[Callable[..., Examiner], tuple[Sequence[Any], Policy]]:
        # Compiled patterns do not pickle; a worker that was not forked loads its own from the cache.
        return (partial(Examiner, versions=self._versions), (self._patterns, self._means.policy))

    def __call__(self, shard: Shard) -> Examination:
        """The subjects of `shard`, equal ones merged, and what was covered. Raises Interrupted."""
        coverage = Coverage()
        subjects = Subjects(self._means.policy.max_subjects)
        try:
            self._read(shard, subjects, coverage)
        except KeyboardInterrupt:
            whole = [subject for subject in subjects if subject.sightings]
            raise Interrupted(Examination(whole, coverage)) from None
        subjects.tell(coverage, "")
        return Examination(list(subjects), coverage)

    def _read(self, shard: Shard, subjects: Subjects, coverage: Coverage) -> None:
        policy, detector = self._means.policy, self._means.detector
        versions: Versions | None = None
        if self._versions:
            from scanner.examine.versions import Versions

            versions = Versions(self._means.following)
        examined: BlobExamination | None = None
        for window in shard.windows(policy, coverage):
            hits = detector.hits(window.data)
            if window.part is None:
                self._whole_blobs(window, hits, versions, subjects, coverage)
                continue
            if window.part.dropped == 0 and window.part.floor == 0:
                reading = Reading(policy.max_subject)
                examined = BlobExamination(self._means, window.blob(0), reading, subjects, coverage)
            if examined:
                examined.stretch(window.data, hits, window.part)

    def _whole_blobs(
        self, window: Window, hits: Sequence[Hit], versions: Versions | None, subjects: Subjects, coverage: Coverage
    ) -> None:
        ends, max_subject = window.ends, self._means.policy.max_subject
        for index, group in groupby(hits, key=lambda hit: bisect_right(ends, hit[0])):
            start = ends[index - 1] if index else 0
            anchors = list(group)
            text = bytes(window.data[start : ends[index]]) if self._means.vain else None
            if text and self._is_vain(text, anchors, start):
                continue
            reading = Reading(max_subject, start, ends[index])
            examined = BlobExamination(self._means, window.blob(index), reading, subjects, coverage)
            version = window.versions[index] if versions and window.versions else None
            if not (versions and version and text):
                examined.whole(window.data, anchors, start, text)
                continue
            vain = examined.vain_at(window.data, start, text)
            if not versions.holds_nothing(version, text, anchors, start, vain):
                examined.whole(window.data, anchors, start, text)
                versions.note(version, text, anchors, examined.barren, vain)

    def _is_vain(self, text: bytes, hits: Sequence[Hit], begin: int) -> bool:
        """Whether it is known that nothing comes of a blob that begins at `begin` of its window."""
        vain = self._means.vain
        return vain is not None and not self._calls(text, hits, begin) and vain.has_all(text, hits, begin)

    def _calls(self, text: bytes, hits: Sequence[Hit], begin: int) -> bool:
        """Whether what may take a name is called in a blob: it is bound elsewhere, otherwise in each version."""
        from scanner.decode.named import calls

        return any(index in self._means.following and calls(text, start - begin) for start, index in hits)

    def _looker(self, lookup: int) -> tuple[str, Until | None]:
        """The pattern of a lookup, and up to where its decoder looks from an anchor; None where it does not say."""
        from scanner.decode import decoder, in_place

        id_ = self._means.detector.plain(lookup)
        name = self._means.patterns[id_].decoder if id_ else None
        found = in_place(decoder(name)) if name else None
        return id_ or "", found.until if found else None
