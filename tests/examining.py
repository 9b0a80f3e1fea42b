"""Ways to examine bytes with one engine or the other, whole, in windows or in a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from scanner.detect import Detector
from scanner.examine import Examiner
from scanner.model import Coverage, Examination, Origin, Policy, Sighting
from scanner.rulebook import Pattern, load_patterns
from scanner.sources import Blob, Limits, Window
from scanner.sources.stream import Memory

ENGINES: Final = ("hyperscan", "re2")
PATTERNS: Final = load_patterns()
_DETECTORS: Final = {engine: Detector(PATTERNS, engine=engine) for engine in ENGINES}


def origin(path: str = "app.txt") -> Origin:
    return Origin("file", path)


class Cut:
    """Bytes as one shard, read `size` at a time."""

    local = False

    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size = data, size

    def paths(self) -> list[str]:
        return ["app.txt"]

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        return Memory(self.data, origin()).windows(limits, coverage, size=self.size)


class Batch:
    """Whole blobs in one buffer."""

    local = False

    def __init__(self, blobs: Sequence[bytes]) -> None:
        self.blobs = blobs
        self.ends = list(accumulate(map(len, blobs)))

    def paths(self) -> list[str]:
        return [f"{index}.txt" for index in range(len(self.blobs))]

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        yield Window(memoryview(b"".join(self.blobs)), self.ends, self._blob)

    def _blob(self, index: int) -> Blob:
        start = self.ends[index] - len(self.blobs[index])
        return Blob(origin(f"{index}.txt"), f"{index}.txt", start=start, offset=-start)


def examiner(engine: str, policy: Policy | None = None, patterns: Sequence[Pattern] = PATTERNS) -> Examiner:
    """An examiner that detects with `engine`."""
    made = Examiner(patterns, policy or Policy())
    detector = _DETECTORS[engine] if patterns is PATTERNS else Detector(patterns, engine=engine)
    made._means = made._means._replace(detector=detector)
    return made


def examine(data: bytes, engine: str = "hyperscan", policy: Policy | None = None) -> Examination:
    """What one blob holds."""
    return examiner(engine, policy)(Memory(data, origin()))


def found(examination: Examination) -> list[tuple[bytes, Sighting]]:
    """Every subject's raw text with each of its sightings, as they stand in the blobs."""
    pairs = [(subject.sealed.reveal(), sighting) for subject in examination.subjects for sighting in subject.sightings]
    return sorted(pairs, key=lambda pair: (pair[1].origin.path, pair[1].start))


def spans(data: bytes, engine: str = "hyperscan") -> list[bytes]:
    """What is found, cut out of `data` by its offsets."""
    return [data[sighting.start : sighting.end] for _, sighting in found(examine(data, engine))]
