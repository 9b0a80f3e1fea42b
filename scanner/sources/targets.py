"""What the user named, turned into shards: a new kind of source is registered here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scanner.model import Coverage, UsageError
from scanner.sources import Shard, tree
from scanner.sources.stream import Stdin
from scanner.sources.tree import LeftOut

STDIN = "-"


class Targets(NamedTuple):
    """The plan of a scan of files and standard input (`scanner.sources.Plan`)."""

    targets: tuple[str, ...]
    root: Path | None
    """The folder that all paths are relative to; None where only standard input is read."""
    whole: bool
    """Whether all of the root is a target."""
    repositories: tuple[str, ...] = ()
    empty: str = ""
    scope: None = None

    def before(self) -> Iterator[Shard]:
        """Nothing: all that is there is reported."""
        return iter(())

    def shards(self, coverage: Coverage, *, vendored: bool, left_out: LeftOut | None) -> Iterator[Shard]:
        """The shards of all targets, in their order; `coverage` gets what is planned and left out.

        A target inside another is read in its own turn only, where nothing leaves it out.
        """
        places = {target: self._place(target) for target in self.targets if target != STDIN}
        for target in self.targets:
            if target == STDIN:
                yield Stdin()
                continue
            path, place = Path(target).absolute(), places[target]
            if path.is_dir():
                apart = frozenset(map(os.fsencode, places.values())) - {os.fsencode(place)}
                yield from tree.shards(
                    os.fsencode(path), _folder(place), coverage, vendored=vendored, left_out=left_out, apart=apart
                )
            else:
                prefix = _folder(os.path.dirname(place))
                given = os.path.dirname(target)
                below = prefix if os.path.isabs(target) or given.startswith("..") else _folder(given)
                yield from tree.single(os.fsencode(path), prefix, below, coverage)

    def _place(self, target: str) -> str:
        return os.path.relpath(os.path.realpath(target), self.root)


def plan_of(targets: Sequence[str]) -> Targets:
    """Check the targets and find their root: that of the repository that holds them, else what they have in common.

    Raises UsageError for one that does not exist.
    """
    for target in targets:
        if target != STDIN and not os.path.lexists(target):
            raise UsageError(f"{target}: no such file or folder", "name what exists, or `-` for standard input")
        if target != STDIN and not os.path.exists(target):
            raise UsageError(f"{target}: a link that leads nowhere")
    once: dict[Path | None, str] = {}
    for target in targets:
        once.setdefault(None if target == STDIN else Path(target).resolve(), target)
    unique, real = tuple(once.values()), [place for place in once if place]
    if not real:
        return Targets(unique, None, whole=False)
    repositories = {repository for path in real if (repository := _repository(path))}
    root = Path(os.path.commonpath([_repository(path) or (path if path.is_dir() else path.parent) for path in real]))
    homes = sorted(tree.display(os.fsencode(path.relative_to(root))) for path in repositories)
    return Targets(unique, root, whole=root in real, repositories=tuple(homes) if len(homes) > 1 else ())


def _repository(path: Path) -> Path | None:
    """The nearest folder at or above `path` that holds a repository's `.git`, which is a file in a linked work tree."""
    return next((folder for folder in (path, *path.parents) if os.path.exists(folder / ".git")), None)


def _folder(path: str) -> bytes:
    """What stands before a name in that folder."""
    return b"" if path in ("", ".") else os.fsencode(os.path.join(path, ""))
