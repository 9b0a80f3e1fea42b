"""Sources: places to look, each of which yields finite shards that read themselves.

A shard gives its bytes in windows: one buffer that holds whole small blobs one after another, or a stretch of one large
blob. Nothing else knows where bytes come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from scanner.sources.text import Locator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    from scanner.model import Coverage, Origin
    from scanner.sources.scope import Scope
else:
    # The way of a clean commit (`scanner.cli.quick`) leads through here, and typing takes a tenth of its time.
    Protocol = object


class Limits(Protocol):
    """What a shard needs of the policy (`scanner.model.Policy`)."""

    @property
    def max_file_size(self) -> int | None:
        """Bytes above which a file is skipped; None for no bound."""


class Blob:
    """Bytes with their origin: what a window holds of them."""

    __slots__ = ("locator", "offset", "origin", "path", "width")

    def __init__(self, origin: Origin, path: str, *, start: int = 0, offset: int = 0, width: int = 1) -> None:
        self.origin = origin
        self.path = path
        """On which the context is judged: below the target."""
        self.width = width
        """Bytes that one byte of the window stands for: 2 where UTF-16 was narrowed."""
        self.offset = offset
        """Added to a place in the window it gives the place in the blob, before `width` counts; a byte order mark is
        no part of it."""
        self.locator = Locator(start)


class Part:
    """The place of a window in a blob that is read in several."""

    __slots__ = ("dropped", "final", "floor", "resume")

    def __init__(self, dropped: int, floor: int, *, final: bool) -> None:
        self.dropped = dropped
        """Bytes of the last window that this one lacks at its start."""
        self.floor = floor
        """Up to here the last window was read; what stands before is there as context."""
        self.final = final
        self.resume = 0
        """Set by the reader: up to where this window was read."""


class Version:
    """A blob that may have been made from another one."""

    __slots__ = ("base", "changed", "key")

    def __init__(
        self, key: int, base: int = -1, changed: Callable[[], Sequence[tuple[int, int]] | None] | None = None
    ) -> None:
        self.key = key
        """Its number in the shard."""
        self.base = base
        """That of the other, which came before it; -1 for none."""
        self.changed = changed
        """Gives the stretches that the other has not, ascending; one of no bytes where something is left out. All else
        it has in this order. None where that is not known."""


class Window:
    """A buffer of one or more blobs; it holds until the next is asked for."""

    __slots__ = ("blob", "data", "ends", "part", "versions")

    def __init__(
        self,
        data: memoryview,
        ends: Sequence[int],
        blob: Callable[[int], Blob],
        part: Part | None = None,
        versions: Sequence[Version | None] = (),
    ) -> None:
        self.data = data
        self.ends = ends
        """Where each blob ends in `data`; each begins where the one before ends."""
        self.blob = blob
        """Gives the blob of an index of `ends`; asked for those with hits only."""
        self.part = part
        """None for whole blobs."""
        self.versions = versions
        """What each blob is made from, where that is told of any; None for one of which nothing is."""


class Shard(Protocol):
    """A finite unit of work; picklable unless it is local."""

    @property
    def local(self) -> bool:
        """Whether it can be read in this process only."""

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        """The bytes; what could not be read is noted in `coverage`, and never raised."""

    def paths(self) -> Sequence[str]:
        """What it reads, for people."""


class Plan(Protocol):
    """What a scan reads: its targets, checked."""

    @property
    def targets(self) -> tuple[str, ...]:
        """As the user named them."""

    @property
    def root(self) -> Path | None:
        """The folder that all paths are relative to; None where nothing lies in one."""

    @property
    def whole(self) -> bool:
        """Whether all of the root is read, so that a decision that meets nothing is useless."""

    @property
    def scope(self) -> Scope | None:
        """What part of a repository's history is read; None for what is no history."""

    @property
    def empty(self) -> str:
        """What to say where there was nothing to read and that is fine; empty where it is not."""

    @property
    def repositories(self) -> tuple[str, ...]:
        """The folders below the root of what is scanned, where that is more than one repository; else empty."""

    def shards(
        self, coverage: Coverage, *, vendored: bool, left_out: Callable[[str, bool], bool] | None
    ) -> Iterator[Shard]:
        """What is to be read; `coverage` gets what is planned and left out."""

    def before(self) -> Iterator[Shard]:
        """What stood in its place before: subjects that are found there too are not new, and not reported."""
