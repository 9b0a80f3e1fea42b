"""Large files and streams: the borders of windows change no result."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner import rulebook
from scanner.examine import Examiner
from scanner.model import Coverage, Origin, Policy, Sighting
from scanner.sources import Limits, Window, tree
from scanner.sources.stream import WINDOW, Memory
from tests.scans import Scan, mint, places

MIB = 1 << 20
NEAR = 70
"""Bytes from a border to a token's start, so that the border cuts it."""


def sightings(scan: Scan) -> list[Sighting]:
    report = scan()
    assert report.coverage.complete
    found = [sighting for subject in report.subjects for sighting in subject.sightings]
    return sorted(found, key=lambda sighting: sighting.start)


def padding(size: int) -> bytes:
    """Lines of 100 bytes, among them letters of two bytes."""
    line = "größe ".encode() * 12 + b"." * 3 + b"\n"
    assert len(line) == 100
    return (line * (size // 100 + 1))[:size]


@pytest.mark.parametrize("size", [2 * MIB, tree.LARGE - 500, tree.LARGE + 500, 6 * WINDOW])
def test_tokens_across_borders(root: Path, scan: Scan, size: int) -> None:
    """Each token stands on its line, at its column and offset, wherever buffers and windows end."""
    data = bytearray(padding(size))
    starts = [border - NEAR for border in (MIB // 2, MIB, *range(WINDOW, size, WINDOW)) if border < size]
    for number, start in enumerate(starts):
        token = b" " + mint(number).encode() + b" "
        data[start - 1 : start - 1 + len(token)] = token
    (root / "a").write_bytes(data)
    found = sightings(scan)
    assert [sighting.start for sighting in found] == starts
    for number, sighting in enumerate(found):
        assert data[sighting.start : sighting.end] == mint(number).encode()
        before = bytes(data[: sighting.start])
        assert sighting.line == before.count(b"\n") + 1
        line = before[before.rfind(b"\n") + 1 :]
        assert sighting.column == sum(byte & 0xC0 != 0x80 for byte in line) + 1
        assert (sighting.end_line, sighting.end_column) == (sighting.line, sighting.column + len(mint(number)))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [0, MIB, tree.LARGE])
def test_utf16(root: Path, scan: Scan, encoding: str, size: int) -> None:
    """What PowerShell writes; columns are code points, offsets are bytes of the file."""
    text = "grün 😀 " * (size // 16) + "\r\n  😀 token=" + mint() + "\r\n"
    data = ("\N{BYTE ORDER MARK}" + text).encode(encoding)
    (root / "a").write_bytes(data)
    (sighting,) = sightings(scan)
    assert data[sighting.start : sighting.end].decode(encoding) == mint()
    assert (sighting.line, sighting.column) == (2, 11)
    assert sighting.end_column == 11 + len(mint())


@pytest.mark.parametrize("size", [5000, 7001, 20_000])
def test_window_size_changes_nothing(size: int) -> None:
    """Windows far smaller than the real ones, over tokens of many lengths."""
    lines = [f"{number} é {mint(number, 37 * number)} # after\n" for number in range(60)]
    data = "".join(lines).encode()
    examiner = Examiner(rulebook.load_patterns(), Policy())

    class Small(Memory):
        def windows(self, limits: Limits, coverage: Coverage, size: int = size) -> Iterator[Window]:
            return super().windows(limits, coverage, size)

    whole = examiner(Memory(data, Origin("stdin", "-")))
    parts = examiner(Small(data, Origin("stdin", "-")))
    assert len(whole.subjects) == 60
    assert [subject.sightings for subject in parts.subjects] == [subject.sightings for subject in whole.subjects]
    assert parts.coverage == whole.coverage


_SCAN = r"""
import re, sys
from pathlib import Path
from scanner import pipeline
from scanner.model import Policy
from scanner.sources.targets import plan_of
report = pipeline.scan(plan_of(sys.argv[1:]), Policy(), 0, with_rules=False)
places = [(s.line, s.column) for subject in report.subjects for s in subject.sightings]
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print(sorted(places), report.coverage.complete, peak)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_one_line_of_100_megabytes(root: Path) -> None:
    """Its columns are right, and memory stays below 150 MiB."""
    with (root / "a").open("wb") as file:
        file.write(mint(1).encode() + b" ")
        for _ in range(100):
            file.write(b'{"a": 1}, ' * 100_000)
        file.write(b" " + mint(2).encode())
    run = subprocess.run([sys.executable, "-c", _SCAN, root], capture_output=True, text=True, check=True)
    *result, memory = run.stdout.split()
    assert " ".join(result) == f"[(1, 1), (1, {len(mint(1)) + 100_000_003})] True"
    assert int(memory) < 150 << 10


def test_a_token_longer_than_is_read(root: Path, scan: Scan) -> None:
    """It is told as cut short, and what follows is read; one just short enough is found whole."""
    (root / "a").write_text("x = 1\n" + mint(1, MIB) + "\n" + mint(2) + "\n")
    (root / "b").write_text(mint(3, MIB // 2))
    report = scan()
    assert [(entry.path, entry.reason) for entry in report.coverage.skipped] == [("a", "cut-short")]
    assert {("a", 3, 1), ("b", 1, 1)} <= set(places(report))
