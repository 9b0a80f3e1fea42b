"""Names that are followed in one blob: a secret may stand elsewhere than what takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from scanner.detect import Detector, Hit, Reading
from scanner.examine.sighting import Stretch
from scanner.sources import Blob

if TYPE_CHECKING:
    from scanner.decode.named import Followed

FOLLOWED: Final = 1 << 20
"""Bytes of a blob in which names are followed: people write no longer programs."""


class Following:
    """What is kept of a blob to follow names in when all of it was read."""

    def __init__(self, detector: Detector, lookups: frozenset[int]) -> None:
        """`lookups` are those of what may take a secret by a name."""
        self._detector = detector
        self._lookups = lookups
        self._kept: bytes | memoryview = b""
        """How the blob begins, behind a byte order mark."""
        self._takers: set[Hit] = set()
        """Where in that anchors stand of what may take a secret by a name."""

    def keep(self, data: memoryview, hits: Sequence[Hit], begin: int, blob: Blob, reading: Reading) -> None:
        """Keep what stands in the blob that begins, or goes on, at `begin` of `data`."""
        shift = blob.offset - _mark(blob)
        end = min(reading.end, FOLLOWED - shift)
        self._takers.update((start + shift, index) for start, index in hits if index in self._lookups and start < end)
        if reading.final and not self._kept:
            self._kept = data[begin:end]
        else:
            self._kept = b"".join((self._kept, data[len(self._kept) - shift : max(end, 0)]))

    def kept(self, blob: Blob) -> Stretch:
        """What was kept of the blob."""
        begun = Blob(blob.origin, blob.path, offset=_mark(blob), width=blob.width)
        return Stretch(begun, memoryview(self._kept), 0, len(self._kept))

    def follow(self, path: str) -> Followed | None:
        """What the names in the blob lead to, placed in what was kept; None where nothing takes one."""
        if not self._takers:
            return None
        from scanner.decode.named import follow

        anchors = sorted({hit[0] for hit in self._takers if self._detector.stands(self._kept, hit)})
        return follow(self._kept, anchors, path)


def _mark(blob: Blob) -> int:
    """The bytes of a window that a byte order mark takes: one where UTF-16 was narrowed."""
    return blob.width - 1
