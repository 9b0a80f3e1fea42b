"""Which paths a list of gitignore patterns takes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scanner.model import PolicyError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def matcher(patterns: Sequence[str], where: Callable[[int], str]) -> Callable[[str], int | None]:
    """A function that tells which pattern takes a path, by its index; None if none does.

    The patterns mean what they mean in a .gitignore at the root that the paths are relative to: `!` gives a path back,
    and a folder's path ends with `/`. Raises PolicyError for a pattern that cannot be read; `where` tells its place.
    """
    if not patterns:
        return lambda path: None
    try:
        spec = _spec(patterns)
    except _unreadable():
        for index, pattern in enumerate(patterns):
            try:
                _spec([pattern])
            except _unreadable() as error:
                raise PolicyError(
                    f"{where(index)}: not a gitignore pattern: {pattern!r}",
                    hint="write it as in a .gitignore; put `\\` before a special character that stands for itself",
                ) from error
        raise

    def taken_by(path: str) -> int | None:
        verdict = spec.check_file(path)
        return verdict.index if verdict.include else None

    return taken_by


def _spec(patterns: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings(action="ignore"):  # Python warns of `[[:alpha:]]`, which RE2 then refuses.
        # RE2, since patterns come with the scanned files: with Python's `re`, `*a*a*a*a…b` takes for ever. A blank
        # pattern would be dropped and shift the indices.
        return GitIgnoreSpec.from_lines([pattern if pattern.strip() else "#" for pattern in patterns], backend="re2")


def _unreadable() -> tuple[type[Exception], ...]:
    """What reading a pattern raises: pathspec's own error is a ValueError, the others are those of the two engines."""
    import re2

    return ValueError, re.error, re2.error
