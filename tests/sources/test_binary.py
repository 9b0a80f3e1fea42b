"""Files that are no text hold tokens too."""

from __future__ import annotations

import io
import py_compile
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scans import Scan, mint, paths


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("create table session (user text, token text)")
        base.executemany(
            "insert into session values (?, ?)", [(f"user{number}", mint(number, 200)) for number in range(100)]
        )
    base.close()


def bytecode(path: Path) -> None:
    source = path.with_name("source")
    source.write_text(f"TOKENS = {[mint(number, 200) for number in range(100)]!r}")
    py_compile.compile(str(source), str(path))
    source.unlink()


def tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        for number in range(100):
            member = tarfile.TarInfo(f"{number}.env")
            member.size = len(mint(number, 200))
            archive.addfile(member, io.BytesIO(mint(number, 200).encode()))


def zeros(path: Path) -> None:
    path.write_bytes(b"\0".join(mint(number, 200).encode() for number in range(100)) + b"\0" * 5)


def high_bytes(path: Path) -> None:
    path.write_bytes(b"\xff\xfd\x80".join(mint(number, 200).encode() for number in range(100)))


@pytest.mark.parametrize("make", [sqlite, bytecode, tar, zeros, high_bytes])
def test_each_token_is_found_as_it_is(root: Path, scan: Scan, make: Callable[[Path], None]) -> None:
    make(root / "file")
    report = scan()
    found = sorted(subject.sealed.reveal().decode() for subject in report.subjects)
    assert found == sorted(mint(number, 200) for number in range(100))
    assert set(paths(report)) == {"file"}
