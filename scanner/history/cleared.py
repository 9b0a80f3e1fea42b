"""Objects that hold nothing, remembered from scan to scan, so that they are not read again.

An id is a digest of an object's content, and an object is remembered only where what was read has its id: so a
repository whose index lies can make no other one pass. An object in which something was found is read each time, and
nothing that could tell of a secret is kept. All that decides on what is found is part of the file's name and checksum.

Where a whole history held nothing and lacked nothing, the heads of its refs are remembered with the ids of all objects.
As long as these are there, git's log need not tell of those commits again: what is found or missed now is not theirs.

Ids are looked up as the repository's index has them. git computes them itself in each clone and fetch; a repository
that came as a folder from somebody else can claim the id of a harmless object for another one.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

import scanner
from scanner import places, rulebook
from scanner.model import Coverage, Policy, UsageError
from scanner.sources.git.command import Git, GitError
from scanner.sources.history.ids import Array, Ids, matrix
from scanner.sources.history.store import Store

_MOST: Final = 1 << 28
"""Bytes of ids in one file. Beyond, those of the repository at hand alone are kept."""
_OLD: Final = 30 * 86_400
"""Seconds after which the file of other rules is deleted, if nothing was added to it."""
_NAME: Final = re.compile(r"(cleared|whole)-[0-9a-f]{32}\.ids")
_HEADS: Final = 1_000
"""Heads of refs beyond which a history is not remembered as a whole: git is given each."""
_CHECKSUM: Final = 32


class Cleared:
    """The objects of one repository that hold nothing: those that earlier scans saw, and those of this one."""

    def __init__(self, store: Store, policy: Policy) -> None:
        """`policy.cache` says where they are kept."""
        self._store = store
        self._folder = policy.cache if isinstance(policy.cache, str) else places.cache()
        self._key = _key(policy, store.place.width)
        self._name = f"cleared-{self._key.hex()[:32]}.ids"
        self._whole = f"whole-{_checksum(self._key, repr(store.place).encode()).hex()[:32]}.ids"
        """The file of this repository's heads and ids."""
        self._known = Ids(self._read(self._name))
        self.before = np.zeros(len(store), bool)
        """By number, which objects earlier scans saw; of copies the first."""
        self.before[store.numbers[self._known.find(store.ids.rows) >= 0]] = True
        self._now = self.before.copy()

    def add(self, ids: bytes) -> None:
        """Note objects that this scan saw; their ids stand one after another."""
        numbers = self._store.find(matrix(ids, self._store.place.width))
        self._now[numbers[numbers >= 0]] = True

    def save(self, coverage: Coverage) -> None:
        """Keep what is new; `coverage` is told where that fails."""
        numbers = self._store.numbers
        fresh = self._store.ids.rows[self._now[numbers] & ~self.before[numbers]]
        if not len(fresh):
            return
        rows = np.concatenate([self._known.rows, fresh])
        if rows.nbytes > _MOST:
            rows = self._store.ids.rows[self._now[numbers]]
        # In two runs that are in order, it is found at once.
        data = rows[np.argsort(Ids(rows).keys, kind="stable")].tobytes()
        if places.write_cached(self._name, _checksum(self._key, data) + data, self._folder):
            self._tidy()
        else:
            coverage.notes.append(f"the cache {self._folder} cannot be written: the next scan reads all of this again")

    def heads(self) -> list[str]:
        """Commits that are there with all that they reach, in which nothing is to be found; ids in hex."""
        rows = self._read(self._whole)
        if not len(rows) or (self._store.find(rows[1:]) < 0).any():
            return []
        count = int.from_bytes(rows[0].tobytes())
        return [row.tobytes().hex() for row in rows[1 : 1 + count]]

    def save_heads(self, heads: Sequence[str], read: int) -> None:
        """Note that all that these commits reach was there, and held nothing, if that is all of the `read` objects."""
        ids = self._store.ids.rows
        if heads and len(heads) <= _HEADS and ids.nbytes <= _MOST and read == int(self._now.sum()):
            data = len(heads).to_bytes(self._store.place.width) + bytes.fromhex("".join(heads)) + ids.tobytes()
            places.write_cached(self._whole, _checksum(self._key, data) + data, self._folder)

    def _read(self, name: str) -> Array:
        data = places.read_cached(name, self._folder) or b""
        ids = data[_CHECKSUM:]
        sound = data[:_CHECKSUM] == _checksum(self._key, ids) and not len(ids) % self._store.place.width
        return matrix(ids if sound else b"", self._store.place.width)

    def _tidy(self) -> None:
        """Delete what was kept for rules that nobody uses any more."""
        for path in Path(self._folder).iterdir():
            try:
                if _NAME.fullmatch(path.name) and path.stat().st_mtime < time.time() - _OLD:
                    path.unlink()
            except OSError:  # Another scan was first, or it belongs to somebody else.
                continue


def check_folder(git: Git, policy: Policy) -> None:
    """Raise UsageError for a cache that comes with the repository: it could say of anything that it was read."""
    top = git.repository.top
    if top is None or not isinstance(policy.cache, str):
        return
    names = os.path.relpath(os.path.realpath(policy.cache), os.path.realpath(top)).split(os.sep)
    if names[0] == os.pardir:
        return
    paths = [os.fsencode("/".join(names[:end])) for end in range(1, len(names) + 1)]
    try:
        entries = git.run("ls-tree", "-z", "--full-tree", names=["HEAD"], paths=paths).split(b"\0")
    except GitError:  # There is no commit yet.
        return
    # Of what lies in a submodule, nothing is said here but that it is one.
    if any(entry.startswith(b"160000 ") or entry.endswith(b"\t" + paths[-1]) for entry in entries) or names == ["."]:
        raise UsageError(
            f"--cache: {policy.cache} holds files of the repository", "name a folder that git does not track"
        )


def _checksum(key: bytes, data: bytes) -> bytes:
    return hashlib.sha256(key + data).digest()


def _key(policy: Policy, width: int) -> bytes:
    """The digest of all that decides on whether an object holds something, and is read at all."""
    package = Path(scanner.__file__).parent
    # A frozen program has no sources at hand, and a version that tells enough.
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(package.rglob("*.py"))))
    rules = rulebook.digest([Path(folder) for folder in policy.rules])
    limits = policy.max_file_size, policy.max_subject, policy.max_subjects
    key = (scanner.__version__, code.hexdigest(), platform.python_version(), rules, limits, width)
    return hashlib.sha256(repr(key).encode()).digest()
