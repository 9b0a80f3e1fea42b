"""Anchors by Hyperscan: one database of all of them, kept compiled in the user's cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import hyperscan

from scanner.detect.anchors import Anchor

_VERSION = getattr(hyperscan, "__version__", "")  # its types do not tell of it


class HyperscanEngine:
    """A database in block mode, with its scratch space: one for each thread."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self._lengths = [anchor.length for anchor in anchors]
        self._database = _database(anchors)
        self._database.scratch = hyperscan.Scratch(self._database)

    def hits(self, data: memoryview) -> list[tuple[int, int]]:
        """Every place where an anchor starts, sorted; anchors may overlap."""
        found: list[tuple[int, int]] = []
        lengths = self._lengths

        def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((end - lengths[index], index))

        self._database.scan(data, on_match)  # type: ignore[type-var]
        found.sort()
        return found


def _database(anchors: Sequence[Anchor]) -> hyperscan.Database:
    key = hashlib.sha256(repr((str(_VERSION), platform.machine(), sys.platform, anchors)).encode()).hexdigest()
    path = _cache_folder() / f"anchors-{key[:32]}.hs"
    stored = _read_own(path)
    if stored and hashlib.sha256(stored[32:]).digest() == stored[:32]:
        with contextlib.suppress(hyperscan.error):  # made on another processor
            return hyperscan.loadb(stored[32:], hyperscan.HS_MODE_BLOCK)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.regex for anchor in anchors],
        ids=list(range(len(anchors))),
        elements=len(anchors),
        flags=[hyperscan.HS_FLAG_DOTALL] * len(anchors),
    )
    compiled = hyperscan.dumpb(database)
    _store(path, hashlib.sha256(compiled).digest() + compiled)
    return database


def _cache_folder() -> Path:
    """The user's own cache, never a folder of what is scanned."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tokensweep"


def _read_own(path: Path) -> bytes | None:
    """The bytes of a file that only this user can have written: a database runs as it is, and a false one crashes."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            foreign = hasattr(os, "geteuid") and status.st_uid != os.geteuid()
            if foreign or (status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and sys.platform != "win32"):
                return None
            return file.read()
    except OSError:
        return None


def _store(path: Path, data: bytes) -> None:
    # Without a cache (a read-only home, a full disk) each run compiles: slower, and no reason to fail.
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
        temporary.replace(path)
