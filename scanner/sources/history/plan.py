"""The plan of a scan of history (`scanner.sources.Plan`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from scanner.model import Coverage, UsageError
from scanner.sources import Shard
from scanner.sources.git.command import open_git
from scanner.sources.history.store import open_store, place_of
from scanner.sources.scope import Scope


class Revisions:
    """A part of a repository's history, or all of it. It is read in two steps, see `scanner.history`."""

    whole: Final = True
    repositories: Final = ()

    def __init__(self, scope: Scope, targets: tuple[str, ...]) -> None:
        """Raises UsageError where there is no such repository, and for a scope that cannot be."""
        if scope.all_objects and not scope.whole:
            raise UsageError("--all-objects reads all there is: it goes with no range, branch or time")
        git = open_git(scope.start, trust_owner=scope.trust_owner)
        self.scope = scope
        self.targets = targets
        self.root: Path = git.repository.place
        self._place = place_of(git)

    @property
    def empty(self) -> str:
        """What to say of a repository without an object."""
        return "" if open_store(self._place) else "the repository holds nothing yet"

    def shards(
        self, coverage: Coverage, *, vendored: bool, left_out: Callable[[str, bool], bool] | None
    ) -> Iterator[Shard]:
        """None: see `scanner.history`."""
        return iter(())

    def before(self) -> Iterator[Shard]:
        """None: all of the history is reported."""
        return iter(())
