"""Where a repository is. It is found by hand: asking git would cost a process, and git trusts what it finds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from scanner.model import UsageError

_KEPT: Final = (
    "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)  # fmt: skip
"""What git tells its hooks of the repository that they run in: a partial commit has an index of its own, a push its
objects in quarantine."""
_MAX_LINK: Final = 1 << 16
"""Bytes of a `.git` or `commondir` file; a path is shorter."""


class Repository(NamedTuple):
    """A repository, all paths absolute."""

    root: Path | None
    """The top of its work tree; None for a bare one."""
    git_dir: Path
    """Of this work tree: HEAD and index are here."""
    common_dir: Path
    """Of all its work trees: objects, refs and configuration are here."""
    variables: tuple[tuple[str, str], ...] = ()
    """What git's own variables say of it, by name."""

    @property
    def place(self) -> Path:
        """What people call it by."""
        return self.root or self.git_dir


def find(
    start: Path | None = None, *, trust_owner: bool = False, environ: Mapping[str, str] = os.environ
) -> Repository:
    """The repository that holds `start`, or that is `start` where it is bare; without `start` the one in force here.

    In force is what GIT_DIR names, as it does in hooks, else what holds the current folder. The variables that go with
    it hold for no other. Raises UsageError where there is none, and for one of another user, unless `trust_owner`.
    """
    here = _named(environ) or _search(Path.cwd())
    found = here
    if start is not None:
        start = start.resolve()
        found = _bare(start) or _search(start)
        if here and not found and here.root and start.is_relative_to(here.root):
            found = here
    if found is None:
        raise UsageError(f"{start or Path.cwd()}: not in a git repository", "name a folder of one, or run `git init`")
    if not trust_owner:
        _check_owner(found)
    if here is None or not os.path.samefile(here.git_dir, found.git_dir):
        return found
    given = tuple((name, _absolute(environ[name], found.place)) for name in _KEPT if environ.get(name))
    return here._replace(variables=given)


def _named(environ: Mapping[str, str]) -> Repository | None:
    """The repository that GIT_DIR names. Its work tree is GIT_WORK_TREE or the current folder, as for git."""
    name = environ.get("GIT_DIR")
    if not name:
        return None
    git_dir = Path(name).resolve()
    if not _is_git_dir(git_dir):
        raise UsageError(f"GIT_DIR={name}: not a git repository", "unset GIT_DIR, or let it name a repository")
    root = Path(environ.get("GIT_WORK_TREE") or Path.cwd()).resolve()
    return Repository(None if root == git_dir else root, git_dir, _common(git_dir))


def _bare(start: Path) -> Repository | None:
    return Repository(None, start, _common(start)) if _is_git_dir(start) else None


def _search(start: Path) -> Repository | None:
    """The nearest folder at or above `start` with a `.git`. A bare repository is not entered: it may be a file's."""
    for folder in (start, *start.parents):
        link = folder / ".git"
        if link.is_file():
            git_dir = _absolute(_line(link).removeprefix("gitdir: "), folder)
            if not _is_git_dir(Path(git_dir)):
                raise UsageError(
                    f"{link}: names no git repository", "`git worktree repair` mends a work tree that moved"
                )
            return Repository(folder, Path(git_dir), _common(Path(git_dir)))
        if _is_git_dir(link):
            return Repository(folder, link.resolve(), _common(link.resolve()))
    return None


def _is_git_dir(folder: Path) -> bool:
    """Whether git would take the folder for a repository."""
    if not os.path.lexists(folder / "HEAD"):
        return False
    common = _common(folder)
    return (common / "objects").is_dir() and (common / "refs").is_dir()


def _common(git_dir: Path) -> Path:
    link = git_dir / "commondir"
    return Path(_absolute(_line(link), git_dir)) if link.is_file() else git_dir


def _line(path: Path) -> str:
    """The text of a file that holds a path."""
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.read(_MAX_LINK).rstrip(b"\r\n"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _absolute(path: str, folder: Path) -> str:
    return os.path.realpath(folder / path)


def _check_owner(repository: Repository) -> None:
    """Refuse what another user can write: git's own check, which it makes only for what it finds by itself."""
    if not hasattr(os, "getuid"):
        return
    trusted = {os.getuid(), 0}
    if os.getuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        trusted.add(int(os.environ["SUDO_UID"]))
    for path in {repository.place, repository.git_dir, repository.common_dir}:
        owner = path.stat().st_uid
        if owner not in trusted:
            raise UsageError(f"{path}: belongs to another user ({owner})", "--trust-owner reads it all the same")
