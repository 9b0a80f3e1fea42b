"""Where a repository is. It is found by hand: asking git would cost a process, and git trusts what it finds."""

from __future__ import annotations

import os
from collections.abc import Mapping

from scanner.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Final

_KEPT: Final = (
    "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)  # fmt: skip
"""What git tells its hooks of the repository that they run in: a partial commit has an index of its own, a push its
objects in quarantine."""
_MAX_LINK: Final = 1 << 16
"""Bytes of a `.git` or `commondir` file; a path is shorter."""


class Repository:
    """A repository, all places absolute."""

    __slots__ = ("common", "own", "top", "variables")

    def __init__(self, top: str | None, own: str, common: str, variables: Mapping[str, str] | None = None) -> None:
        # Texts: `pathlib` takes as long to load as git takes to answer.
        self.top = top
        """The top of its work tree; None for a bare one."""
        self.own = own
        """The folder of this work tree's HEAD and index."""
        self.common = common
        """The folder of what all work trees share: objects, refs and configuration."""
        self.variables = dict(variables or {})
        """What git's own variables say of it, by name."""

    @property
    def place(self) -> Path:
        """What people call it by."""
        return _path(self.top or self.own)

    @property
    def root(self) -> Path | None:
        """The top of its work tree; None for a bare one."""
        return _path(self.top) if self.top else None

    @property
    def git_dir(self) -> Path:
        """The folder of this work tree's HEAD and index."""
        return _path(self.own)

    @property
    def common_dir(self) -> Path:
        """The folder of what all work trees share: objects, refs and configuration."""
        return _path(self.common)


def find(
    start: str | os.PathLike[str] | None = None,
    *,
    trust_owner: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Repository:
    """The repository that holds `start`, or that is `start` where it is bare; without `start` the one in force here.

    In force is what GIT_DIR names, as it does in hooks, else what holds the current folder. The variables that go with
    it hold for no other. Raises UsageError where there is none, and for one of another user, unless `trust_owner`.
    """
    # A bare repository inside of another's work tree came with its files: it is entered where it is named alone.
    here = _named(environ) or _search(os.getcwd()) or _bare(os.getcwd())
    found = here
    if start is not None:
        start = os.path.realpath(start)
        found = _bare(start) or _search(start)
        if here and not found and here.top and os.path.commonpath([start, here.top]) == here.top:
            found = here
    if found is None:
        raise UsageError(f"{start or os.getcwd()}: not in a git repository", "name a folder of one, or run `git init`")
    if not trust_owner:
        _check_owner(found)
    if here is None or not os.path.samefile(here.own, found.own):
        return found
    top = found.top or found.own
    given = {
        name: os.pathsep.join(_absolute(path, top) for path in environ[name].split(os.pathsep))
        for name in _KEPT
        if environ.get(name)
    }
    return Repository(here.top, here.own, here.common, given)


def _named(environ: Mapping[str, str]) -> Repository | None:
    """The repository that GIT_DIR names. Its work tree is GIT_WORK_TREE or the current folder, as for git."""
    name = environ.get("GIT_DIR")
    if not name:
        return None
    own = os.path.realpath(name)
    if not _is_git_dir(own):
        raise UsageError(f"GIT_DIR={name}: not a git repository", "unset GIT_DIR, or let it name a repository")
    top = os.path.realpath(environ.get("GIT_WORK_TREE") or os.getcwd())
    return Repository(None if top == own else top, own, _common(own))


def _bare(start: str) -> Repository | None:
    return Repository(None, start, _common(start)) if _is_git_dir(start) else None


def _search(start: str) -> Repository | None:
    """The nearest folder at or above `start` with a `.git`. A bare repository is not entered: it may be a file's."""
    folder = start
    while True:
        link = os.path.join(folder, ".git")
        if os.path.isfile(link):
            prefix, colon, name = _line(link).partition("gitdir: ")
            own = _absolute(name, folder)
            if prefix or not colon or not _is_git_dir(own):
                raise UsageError(
                    f"{link}: names no git repository", "`git worktree repair` mends a work tree that moved"
                )
            return Repository(folder, own, _common(own))
        if _is_git_dir(link):
            own = os.path.realpath(link)
            return Repository(folder, own, _common(own))
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _is_git_dir(folder: str) -> bool:
    """Whether git would take the folder for a repository."""
    if not os.path.lexists(os.path.join(folder, "HEAD")):
        return False
    common = _common(folder)
    return all(os.path.isdir(os.path.join(common, name)) for name in ("objects", "refs"))


def _common(own: str) -> str:
    link = os.path.join(own, "commondir")
    return _absolute(_line(link), own) if os.path.isfile(link) else own


def read(path: str, most: int) -> bytes:
    """The first `most` bytes of a file; none of what cannot be read, or is no file: a FIFO would never end."""
    try:
        if not os.path.isfile(path):
            return b""
        with open(path, "rb") as file:
            return file.read(most)
    except OSError:
        return b""


def _line(path: str) -> str:
    """The text of a file that holds a path."""
    return os.fsdecode(read(path, _MAX_LINK).rstrip(b"\r\n"))


def _absolute(path: str, folder: str) -> str:
    return os.path.realpath(os.path.join(folder, path))


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _check_owner(repository: Repository) -> None:
    """Refuse what another user can write: git's own check, which it makes only for what it finds by itself."""
    if not hasattr(os, "getuid"):
        return
    trusted = {os.getuid(), 0}
    if os.getuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        trusted.add(int(os.environ["SUDO_UID"]))
    for path in {repository.top or repository.own, repository.own, repository.common}:
        owner = os.stat(path).st_uid
        if owner not in trusted:
            raise UsageError(f"{path}: belongs to another user ({owner})", "--trust-owner reads it all the same")
