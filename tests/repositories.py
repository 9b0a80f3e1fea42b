"""Real repositories, made by git, under no configuration but their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@people.example",
    "GIT_AUTHOR_DATE": "1790000000 +0000",
    "GIT_COMMITTER_NAME": "Cy",
    "GIT_COMMITTER_EMAIL": "cy@people.example",
    "GIT_COMMITTER_DATE": "1790000100 +0000",
}
"""Of every git that the tests start."""


class Repo:
    """A repository with a work tree."""

    def __init__(self, root: Path, *options: str) -> None:
        """Make it, with more options of `git init`."""
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str | bytes | Path, stdin: bytes | None = None, **variables: str) -> str:
        """Run git here, and give what it prints; what is not UTF-8 as surrogates."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=ENVIRONMENT | variables,
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode(errors="surrogateescape").removesuffix("\n")

    def write(self, path: str | bytes, content: str | bytes = "") -> None:
        """Put a file into the work tree."""
        place = Path(os.fsdecode(os.path.join(os.fsencode(self.root), os.fsencode(path))))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def add(self, path: str | bytes, content: str | bytes = "") -> None:
        """Write a file and stage it."""
        self.write(path, content)
        self.git("add", "--force", "--", path)

    def commit(self, message: str = "change", **files: str | bytes) -> str:
        """Stage these files (`app_py` names app.py), commit what is staged, and give the commit's id."""
        for name, content in files.items():
            self.add(name.replace("_", "."), content)
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")
