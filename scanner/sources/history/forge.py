"""Links to the forge that a repository names as its origin."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from git.config import GitConfigParser

Link = Callable[[str, str, int], str]
"""`link(commit, path, line)`: the line in the file as of that commit, or the commit itself where the path is empty."""

_SHORT: Final = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!/)(.+)")
"""`git@host:owner/name.git`, as scp writes it."""
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_STYLES: Final = (
    ("gitlab", "{base}/-/blob/{commit}/{path}#L{line}", "{base}/-/commit/{commit}"),
    ("bitbucket", "{base}/src/{commit}/{path}#lines-{line}", "{base}/commits/{commit}"),
    ("github", "{base}/blob/{commit}/{path}#L{line}", "{base}/commit/{commit}"),
    ("gitea", "{base}/src/commit/{commit}/{path}#L{line}", "{base}/commit/{commit}"),
    ("forgejo", "{base}/src/commit/{commit}/{path}#L{line}", "{base}/commit/{commit}"),
    ("codeberg", "{base}/src/commit/{commit}/{path}#L{line}", "{base}/commit/{commit}"),
)
"""A word of the host's name, and what its links look like."""


def link_of(url: str) -> Link | None:
    """What makes links for a remote's URL; None where its forge is not known. No name or password of it is kept."""
    short = _SHORT.fullmatch(url) if "://" not in url else None
    try:
        parts = urlsplit(url)
        host, path = (short[1], short[2]) if short else (parts.hostname or "", parts.path)
    except ValueError:
        return None
    host, path = host.lower(), path.strip("/").removesuffix(".git")
    if (
        not url.isprintable()
        or not path
        or not _HOST.fullmatch(host)
        or not (short or parts.scheme in ("https", "http", "ssh", "git"))
    ):
        return None
    style = next((style for style in _STYLES if style[0] in host), None)
    if style is None:
        return None
    base = f"https://{host}/{quote(path)}"

    def link(commit: str, path: str, line: int) -> str:
        _, file, whole = style
        return (file if path else whole).format(base=base, commit=commit, path=quote(path), line=line)

    return link


def link_for(common_dir: Path) -> Link | None:
    """What makes links for the repository's remote `origin`, else its first; None without one of a known forge."""
    parser = _parser()
    try:
        # What the configuration includes is not read: it may be any file.
        config = parser(str(common_dir / "config"), read_only=True, merge_includes=False)
        remotes = [section for section in config.sections() if section.startswith('remote "')]
        remotes.sort(key=lambda section: section != 'remote "origin"')
        urls = [str(config.get_value(section, "url", default="")) for section in remotes]
    except (OSError, ValueError, KeyError, TypeError, configparser.Error):
        return None
    return next((link for url in urls if (link := link_of(url))), None)


def _parser() -> type[GitConfigParser]:
    """GitPython's reader of configurations. When it is loaded it runs whatever git it is told of: here, none."""
    told = {"GIT_PYTHON_GIT_EXECUTABLE": os.devnull, "GIT_PYTHON_REFRESH": "quiet"}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        from git.config import GitConfigParser
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return GitConfigParser
