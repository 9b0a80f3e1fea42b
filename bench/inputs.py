"""What the benchmarks read: a tree, and single files of one kind and an exact size."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import make_log

MEGABYTE = 1_000_000
FEWEST_FILES = 50_000
"""Files that a tree must have for the targets to count."""

_SOURCES = Path("/usr/src")
"""Where Debian's package linux-source-6.1 puts its tarball."""
_FOLDERS, _FILES_EACH = 500, 100
_WORDS = b"static int return struct const void if else for while size_t char buffer length error value key eye".split()


class Size(NamedTuple):
    """How much there is to read below a folder."""

    files: int
    bytes: int


def tree(cache: Path) -> Path:
    """A tree of at least 50,000 files, made on first use.

    It is the Linux source where the Debian package of it is installed, else a synthetic one.

    Raises CalledProcessError where the tarball cannot be unpacked.
    """
    tarball = max(_SOURCES.glob("linux-source-*.tar.xz"), default=None)
    name = tarball.name.removesuffix(".tar.xz") if tarball and shutil.which("xz") else "synthetic"
    folder = cache / name
    if not folder.exists():
        unfinished = cache / f"{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if tarball and name != "synthetic":
            subprocess.run(["tar", "-xJf", tarball, "-C", unfinished, "--strip-components=1"], check=True)
        else:
            _write_tree(unfinished)
        unfinished.rename(folder)
    return folder


def size(folder: Path) -> Size:
    """Regular files below a folder, and their bytes; no links and no version control, as in our own scan."""
    sizes = [entry.stat().st_size for entry in _files(folder)]
    return Size(len(sizes), sum(sizes))


def subtree(folder: Path, limit: int) -> Path | None:
    """The largest folder right below that holds at most `limit` bytes, for peers that the whole would take hours."""
    parts = [
        (size(Path(entry)).bytes, entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)
    ]
    fitting = [part for part in parts if 0 < part[0] <= limit]
    return Path(max(fitting)[1]) if fitting else None


def text(length: int) -> bytes:
    """Lines of words without a token."""
    block = _words(random.Random(1), 4096)
    return (block * (length // len(block) + 1))[:length]


def long_tokens(length: int) -> bytes:
    """Tokens of a megabyte each, a line each."""
    padding = "a" * 740_000  # three bytes become four characters
    return b"".join(make_log.mint(number, note=padding) + b"\n" for number in range(length // MEGABYTE))


def anchors(length: int) -> bytes:
    """What a token begins with, over and over, with no end."""
    return (b"eyJ" * (length // 3 + 1))[:length]


def dotted_anchors(length: int) -> bytes:
    """Beginnings of tokens with dots between: everywhere two parts of three are there."""
    return (b"eyJhbGciOi." * (length // 11 + 1))[:length]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name != ".git":
                yield from _files(Path(entry))
        elif entry.is_file(follow_symlinks=False):
            yield entry


def _write_tree(folder: Path) -> None:
    """Source-like files of 200 bytes to 60 KB, most of them small; one in 5,000 holds a token. Each time the same."""
    chance = random.Random(2)
    block = _words(chance, 500_000)
    for number in range(_FOLDERS * _FILES_EACH):
        path = folder / f"part{number // _FILES_EACH:03}" / f"file{number % _FILES_EACH:02}.c"
        path.parent.mkdir(exist_ok=True)
        begin, length = chance.randrange(len(block) - 60_000), int(200 * 300 ** chance.random())
        token = b'token = "' + make_log.mint(number) + b'"\n' if number % 5_000 == 0 else b""
        path.write_bytes(block[begin : begin + length] + token)


def _words(chance: random.Random, count: int) -> bytes:
    words = chance.choices(_WORDS, k=count)
    return b"\n".join(b" ".join(words[begin : begin + 9]) for begin in range(0, count, 9)) + b"\n"
