"""Repositories of every kind that git makes, and what git itself reads of them."""

from __future__ import annotations

import hashlib
import itertools
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.sources.history.packs import UNKNOWN
from scanner.sources.history.store import Place, Store
from tests.repositories import ENVIRONMENT, Repo

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}

Objects = dict[str, tuple[str, bytes]]
"""Kind and content by id."""


def text(seed: int, lines: int = 400) -> str:
    """Lines that compress little, so that deltas pay."""
    chance = random.Random(seed)
    return "".join(f"{number} {chance.getrandbits(128):032x}\n" for number in range(lines))


def git_reads(folder: Path) -> Objects:
    """All objects that `git cat-file --batch-all-objects` prints."""
    done = subprocess.run(
        ["git", "-C", folder, "cat-file", "--batch-all-objects", "--batch", "--buffer", "--unordered"],
        env=ENVIRONMENT | {"GIT_NO_REPLACE_OBJECTS": "1"},
        capture_output=True,
        check=True,
    )
    found: Objects = {}
    at, printed = 0, done.stdout
    while at < len(printed):
        end = printed.index(b"\n", at)
        id_, kind, size = printed[at:end].decode().split()
        at = end + 1 + int(size)
        found[id_] = kind, printed[end + 1 : at]
        at += 1
    return found


def store_of(repo: Repo) -> Store:
    """Our reader of a repository, which must have opened all of it."""
    folder = repo.root / repo.git("rev-parse", "--git-common-dir") / "objects"
    width = 32 if repo.git("rev-parse", "--show-object-format") == "sha256" else 20
    return Store(Place((str(folder),), width))


def we_read(store: Store) -> Objects:
    """All objects that our reader gives, each once."""
    found: Objects = {}
    for span in store.spans((1, 2, 3, 4), 1 << 20):
        for number, kind, data in store.read(store.without_copies(span)):
            id_ = store.id_of(number)
            assert id_ not in found
            assert isinstance(data, bytes), (id_, data)
            assert kind != UNKNOWN
            found[id_] = KINDS[kind], data
    return found


def check(repo: Repo, at_least: int = 1) -> Objects:
    """Assert that both read the same, and give it."""
    store = store_of(repo)
    ours, theirs = we_read(store), git_reads(repo.root)
    assert not store.coverage.skipped
    assert ours.keys() == theirs.keys()
    assert ours == theirs
    assert len(ours) >= at_least
    for id_, (kind, data) in itertools.islice(ours.items(), 1000):
        algorithm = "sha1" if len(id_) == 40 else "sha256"
        assert hashlib.new(algorithm, b"%b %d\0" % (kind.encode(), len(data)) + data).hexdigest() == id_
        assert store.find_one(id_) >= 0
        assert store.one(store.find_one(id_))[1] == data
    return ours


def number(value: int) -> bytes:
    """A size in a delta."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository."""
    return Repo(tmp_path / "repo")


@pytest.fixture
def grow() -> Callable[[Repo, int], None]:
    """Adds commits that change a few lines of three files each, as loose objects."""

    def grow(repo: Repo, commits: int) -> None:
        files = {name: text(number).splitlines(keepends=True) for number, name in enumerate("abc")}
        begun = repo.git("for-each-ref", "refs/heads/main")
        stream = []
        for number in range(commits):
            stream.append("commit refs/heads/main\ncommitter C <c@people.example> 1790000000 +0000\ndata 1\nx\n")
            if begun and not number:
                stream.append("from refs/heads/main^0\n")
            for name, lines in files.items():
                lines[(7 * number) % len(lines)] = f"changed {number} {commits}\n"
                content = "".join(lines)
                stream.append(f"M 100644 inline d{number % 3}/{name}.txt\ndata {len(content)}\n{content}\n")
        repo.git("-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet", stdin="".join(stream).encode())
        repo.git("reset", "-q", "--hard", "main")

    return grow
