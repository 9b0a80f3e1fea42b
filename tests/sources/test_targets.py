"""Several targets, their root, and standard input."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.model import UsageError
from tests.scans import Scan, excluded, fill, mint, paths, skipped


@pytest.fixture
def here(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(root)
    return root


class TestRoot:
    """Paths are those from the root of the repository, else from what the targets have in common."""

    def test_a_folder_inside_a_repository(self, here: Path, scan: Scan) -> None:
        subprocess.run(["git", "init", "-q"], check=True)
        fill(here, "a/b/c", "a/d")
        assert paths(scan("a/b")) == ["a/b/c"]
        assert paths(scan("a/d")) == ["a/d"]
        assert scan("a/b").root == str(here)

    def test_a_repository_inside_a_repository(self, here: Path, scan: Scan) -> None:
        subprocess.run(["git", "init", "-q"], check=True)
        subprocess.run(["git", "init", "-q", "inner"], check=True)
        fill(here, "inner/a")
        assert paths(scan("inner")) == ["a"]
        assert paths(scan(".")) == ["inner/a"]

    def test_without_a_repository(self, here: Path, scan: Scan) -> None:
        fill(here, "a/b/c", "a/d/e")
        assert paths(scan("a")) == ["b/c", "d/e"]
        assert paths(scan("a/b/c")) == ["c"]
        assert paths(scan("a/b", "a/d")) == ["b/c", "d/e"]

    def test_from_below(self, here: Path, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(here, "a/b", "c")
        monkeypatch.chdir(here / "a")
        assert paths(scan("..")) == ["a/b", "c"]


class TestOverlap:
    """No file is read twice."""

    def test_one_target_in_several_spellings(self, here: Path, scan: Scan) -> None:
        fill(here, "a/b")
        (here / "link").symlink_to("a")
        report = scan("a", "./a", here / "a", "a/", "link", "a/../a")
        assert paths(report) == ["b"]
        assert report.targets == ("a",)
        assert report.coverage.read == 1

    @pytest.mark.parametrize("targets", [(".", "a"), ("a", "."), ("a", "a/b", "."), (".", "a/b"), (".", "a", "a/b")])
    def test_one_target_inside_another(self, here: Path, scan: Scan, targets: tuple[str, ...]) -> None:
        fill(here, "a/b", "a/c", "ab", "d")
        report = scan(*targets)
        assert paths(report) == ["a/b", "a/c", "ab", "d"]
        assert report.coverage.read == report.coverage.planned == 4
        assert report.subjects[0].seen == 4

    def test_a_target_that_the_other_leaves_out(self, here: Path, scan: Scan) -> None:
        fill(here, "node_modules/a/b", "node_modules/c", "d")
        report = scan(".", "node_modules/a")
        assert paths(report) == ["d", "node_modules/a/b"]
        assert excluded(report) == {"vendored": ["node_modules"]}


class TestMistakes:
    @pytest.mark.parametrize("target", ["gone", "file/below", "lost", "loop"])
    def test_what_does_not_exist(self, here: Path, scan: Scan, target: str) -> None:
        fill(here, "file")
        (here / "lost").symlink_to("nowhere")
        (here / "loop").symlink_to("loop")
        with pytest.raises(UsageError, match=target):
            scan(".", target)


class TestStandardInput:
    @pytest.fixture
    def stdin(self) -> Iterator[Callable[[int], object]]:
        """Puts a file descriptor in the place of standard input, and the old one back."""
        old = os.dup(0)
        yield lambda descriptor: os.dup2(descriptor, 0)
        os.dup2(old, 0)
        os.close(old)

    def test_beside_a_folder(self, here: Path, scan: Scan, stdin: Callable[[int], object]) -> None:
        fill(here, "a")
        reader, writer = os.pipe()
        os.write(writer, b"Authorization: Bearer " + mint(1).encode())
        os.close(writer)
        stdin(reader)
        os.close(reader)
        report = scan("-", ".")
        assert paths(report) == ["-", "a"]
        assert [sighting.column for subject in report.subjects for sighting in subject.sightings] == [23, 1]
        assert report.coverage.planned == report.coverage.read == 2

    def test_nothing_comes(self, scan: Scan, stdin: Callable[[int], object]) -> None:
        with open(os.devnull, "rb") as nothing:
            stdin(nothing.fileno())
        report = scan("-")
        assert report.coverage.complete
        assert (report.coverage.read, report.root) == (1, "")

    def test_it_cannot_be_read(self, here: Path, scan: Scan, stdin: Callable[[int], object]) -> None:
        folder = os.open(here, os.O_RDONLY)
        stdin(folder)
        os.close(folder)
        assert skipped(scan("-")) == [("-", "unreadable")]

    def test_it_is_closed(self, scan: Scan, stdin: Callable[[int], object]) -> None:
        os.close(0)
        assert skipped(scan("-")) == [("-", "unreadable")]
