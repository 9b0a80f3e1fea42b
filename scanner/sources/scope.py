"""What part of a repository's history a scan reads."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Scope(NamedTuple):
    """What part of a repository's history is meant."""

    start: Path | None
    """The repository, or a folder in it; None for the one in force here."""
    revisions: str = ""
    """As git writes them: `main..topic`, a branch, a commit; empty for all that any ref reaches."""
    branches: tuple[str, ...] = ()
    """Those whose history is meant where no revisions are given."""
    since: int | None = None
    """Commits before it, by their committer's clock, are left out; seconds since 1970-01-01 UTC."""
    all_objects: bool = False
    """Objects too that no ref reaches: of the reflogs, dropped stashes, what a rewrite left behind."""
    trust_owner: bool = False
    """Whether it may belong to another user."""

    @property
    def whole(self) -> bool:
        """Whether all that any ref reaches is meant."""
        return not self.revisions and not self.branches and self.since is None
