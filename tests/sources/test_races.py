"""Files that change between the walk and the end of reading."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner import rulebook
from scanner.examine import Examiner
from scanner.model import Coverage, Examination, Policy
from scanner.sources import tree
from tests.scans import fill, mint


def examined(root: Path, meanwhile: Callable[[], object]) -> Examination:
    """What is found below `root` where `meanwhile` happens between the walk and the reading."""
    coverage = Coverage()
    shards = list(tree.shards(os.fsencode(root), b"", coverage, vendored=False))
    meanwhile()
    (shard,) = shards
    return Examiner(rulebook.load_patterns(), Policy())(shard)


def outcome(examination: Examination) -> tuple[list[str], list[tuple[str, str]]]:
    """The paths of sightings, and what was skipped for which reason."""
    sightings = (sighting for subject in examination.subjects for sighting in subject.sightings)
    skipped = [(entry.path, entry.reason) for entry in examination.coverage.skipped]
    return sorted(sighting.origin.path for sighting in sightings), sorted(skipped)


def test_a_file_vanishes(root: Path) -> None:
    fill(root, "a", "b")
    assert outcome(examined(root, (root / "a").unlink)) == (["b"], [("a", "vanished")])


def test_a_folder_vanishes(root: Path) -> None:
    fill(root, "folder/a", "b")
    assert outcome(examined(root, lambda: (root / "folder").rename(root / "gone"))) == (
        ["b"],
        [("folder/a", "vanished")],
    )


@pytest.mark.parametrize("to", ["../secret", "b", "/dev/zero", "gone"])
def test_a_link_takes_a_files_place(root: Path, to: str) -> None:
    fill(root, "a", "b", "../secret")

    def swap() -> None:
        (root / "a").unlink()
        (root / "a").symlink_to(to)

    assert outcome(examined(root, swap)) == (["b"], [("a", "unreadable")])


def test_a_link_takes_a_folders_place(root: Path) -> None:
    fill(root, "folder/a", "b", "../outside/a")

    def swap() -> None:
        (root / "folder").rename(root / "gone")
        (root / "folder").symlink_to("../outside")

    assert outcome(examined(root, swap)) == (["b"], [("folder/a", "unreadable")])


def test_a_fifo_takes_a_files_place(root: Path) -> None:
    fill(root, "a", "b")

    def swap() -> None:
        (root / "a").unlink()
        os.mkfifo(root / "a")

    assert outcome(examined(root, swap)) == (["b"], [("a", "changed")])


def test_a_folder_takes_a_files_place(root: Path) -> None:
    fill(root, "a", "b")

    def swap() -> None:
        (root / "a").unlink()
        (root / "a").mkdir()

    assert outcome(examined(root, swap)) == (["b"], [("a", "unreadable")])


def large_file(path: Path) -> None:
    """A file that is read in windows, with a token at each end."""
    path.write_bytes(mint(1).encode() + b"\n" * (tree.LARGE + 1) + mint(2).encode())


@pytest.mark.parametrize(("size", "found"), [(10, 1), (tree.LARGE, 1), (tree.LARGE + 1000, 2)])
def test_a_large_file_changes_its_size(root: Path, size: int, found: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found until then stays found."""
    large_file(root / "a")
    read, done = os.read, False

    def changing(descriptor: int, length: int) -> bytes:
        nonlocal done
        data = read(descriptor, length)
        if length > 1 and not done:  # not the look whether a file ends
            done = True
            os.truncate(root / "a", size)
        return data

    monkeypatch.setattr(os, "read", changing)
    paths, skipped = outcome(examined(root, lambda: None))
    assert paths == ["a"] * found
    assert skipped == [("a", "changed")]


@pytest.mark.skipif(not os.path.exists("/proc/self/mountinfo"), reason="only Linux makes up files")
def test_a_file_that_is_longer_than_it_says(root: Path) -> None:
    """What the kernel makes up as it is read has no size, and comes in pieces."""
    shard = tree.Files(b"/proc/self", b"", b"", [(b"", [b"smaps"])])
    coverage = Coverage()
    size = sum(len(window.data) for window in shard.windows(Policy(), coverage))
    assert size > 16_384
    assert coverage.bytes == size
    assert not coverage.skipped
