"""Folders: what is read, what is left out, and what is told of it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.model import Coverage
from scanner.sources import tree
from scanner.sources.tree import display
from tests.scans import Scan, excluded, fill, mint, paths, places, skipped


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Ours", "-c", "user.email=ours@idp.example"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


class TestVersionControl:
    def test_a_repository_is_left_out_and_its_ignored_files_are_read(self, root: Path, scan: Scan) -> None:
        git(root, "init", "-q")
        fill(root, ".env", "src/app.py", ".git/leak", ".github/workflows/ci.yml")
        (root / ".gitignore").write_text(".env\n")
        report = scan()
        assert paths(report) == [".env", ".github/workflows/ci.yml", "src/app.py"]
        assert excluded(report) == {"version-control": [".git"]}
        assert report.coverage.complete

    def test_the_git_file_of_a_linked_work_tree(self, root: Path, scan: Scan) -> None:
        git(root, "init", "-q", "main")
        fill(root / "main", "app.py")
        git(root / "main", "add", "app.py")
        git(root / "main", "commit", "-qm", "first")
        git(root / "main", "worktree", "add", "-q", "../linked")
        report = scan(root / "linked")
        assert paths(report) == ["app.py"]
        assert excluded(report) == {"version-control": [".git"]}
        assert report.root == str(root / "linked")

    def test_a_bare_repository_inside_a_tree(self, root: Path, scan: Scan) -> None:
        git(root, "init", "-q", "--bare", "mirror.git")
        fill(root, "mirror.git/hooks/leak", "app.py")
        report = scan()
        assert paths(report) == ["app.py"]
        assert excluded(report) == {"version-control": ["mirror.git"]}

    def test_a_folder_that_is_no_repository_but_has_its_words(self, root: Path, scan: Scan) -> None:
        fill(root, "store/HEAD", "store/objects/a", "git/config", "x.git/a")
        assert paths(scan()) == ["git/config", "store/HEAD", "store/objects/a", "x.git/a"]

    def test_a_named_repository_is_read(self, root: Path, scan: Scan) -> None:
        git(root, "init", "-q")
        fill(root, ".git/leak")
        assert paths(scan(root / ".git")) == [".git/leak"]


class TestVendored:
    @pytest.fixture(autouse=True)
    def tree(self, root: Path) -> None:
        fill(
            root, "web/node_modules/a/index.js", "vendor/b.go", "myenv/pyvenv.cfg", "myenv/lib/c.py", "app/vendors/d.py"
        )

    def test_is_left_out_and_counted(self, scan: Scan) -> None:
        report = scan()
        assert paths(report) == ["app/vendors/d.py"]
        assert excluded(report) == {"vendored": ["myenv", "vendor", "web/node_modules"]}
        assert report.coverage.complete

    def test_is_read_on_request(self, scan: Scan) -> None:
        report = scan(vendored=True)
        assert len(paths(report)) == 5
        assert excluded(report) == {}

    def test_is_read_where_it_is_the_target(self, root: Path, scan: Scan) -> None:
        assert paths(scan(root / "web/node_modules")) == ["a/index.js"]
        assert paths(scan(root / "myenv")) == ["lib/c.py", "pyvenv.cfg"]


class TestNature:
    """Nothing is followed or opened but regular files and folders."""

    def test_links_are_not_followed(self, root: Path, scan: Scan, tmp_path: Path) -> None:
        fill(tmp_path, "outside/a", "root/real")
        for name, to in {
            "file": "real", "folder": "../outside", "loop": "loop", "up": "..", "lost": "gone", "device": "/dev/zero",
        }.items():  # fmt: skip
            (root / name).symlink_to(to)
        report = scan()
        assert paths(report) == ["real"]
        assert report.coverage.excluded["link"].count == 6
        assert excluded(report) == {"link": ["device", "file", "folder", "loop", "lost"]}
        assert report.coverage.complete

    def test_fifo_socket_and_device(self, root: Path, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(root, "real")
        os.mkfifo(root / "pipe")
        monkeypatch.chdir(root)  # The path of a socket is bounded.
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("talk")
        expected = {"fifo": ["pipe"], "socket": ["talk"]}
        if os.geteuid() == 0:
            os.mknod(root / "null", 0o20600, os.makedev(1, 3))
            expected["device"] = ["null"]
        report = scan()
        assert excluded(report) == expected
        assert paths(report) == ["real"]

    def test_a_named_fifo_is_not_waited_for_and_not_clean(self, root: Path, scan: Scan) -> None:
        os.mkfifo(root / "pipe")
        (root / "clean").touch()
        report = scan(root / "pipe", root / "clean")
        assert [reason for _, reason in skipped(report)] == ["unreadable"]
        assert report.coverage.skipped[0].detail == "it is a fifo, not a file; pipe what it gives into `-`"

    def test_the_end_of_a_pipe_named_as_a_file(self, scan: Scan) -> None:
        """What a shell gives for `<(command)`."""
        reader, writer = os.pipe()
        try:
            assert skipped(scan(f"/dev/fd/{reader}")) == [(f"/dev/fd/{reader}", "unreadable")]
        finally:
            os.close(reader)
            os.close(writer)

    def test_a_named_link_is_followed(self, root: Path, scan: Scan) -> None:
        fill(root, "real/a")
        (root / "folder").symlink_to("real")
        (root / "file").symlink_to("real/a")
        assert paths(scan(root / "folder")) == ["a"]
        assert paths(scan(root / "file")) == ["a"]


class TestUnreadable:
    """What the system refuses is told, and the rest is read."""

    @pytest.fixture(autouse=True)
    def as_user(self, root: Path, tmp_path: Path) -> Iterator[None]:
        """As root everything could be read: for the test, be nobody."""
        fill(root, "open/a", "closed/b", "c")
        (root / "closed").chmod(0)
        (root / "c").chmod(0)
        if os.geteuid() != 0:
            yield
            return
        for folder in (*tmp_path.parents[: len(tmp_path.parts) - 2], tmp_path, root):
            folder.chmod(folder.stat().st_mode | 0o055)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    def test_file_and_folder(self, scan: Scan) -> None:
        report = scan()
        assert paths(report) == ["open/a"]
        assert skipped(report) == [("c", "unreadable"), ("closed", "unreadable")]
        assert report.coverage.skipped[0].detail == "Permission denied"
        assert report.status(None) == 3

    def test_the_target_itself(self, root: Path, scan: Scan) -> None:
        assert skipped(scan(root / "closed")) == [(".", "unreadable")]
        assert skipped(scan(root / "c")) == [("c", "unreadable")]


class TestNames:
    def test_bytes_that_are_not_utf8(self, root: Path, scan: Scan) -> None:
        name = os.fsencode(root) + b"/caf\xe9-\xc3\xa9\xff"
        with open(name, "wb") as file:
            file.write(mint().encode())
        assert paths(scan()) == ["caf%E9-é%FF"]
        assert scan(os.fsdecode(name)).targets == (display(name),)

    def test_line_ends_and_spaces(self, root: Path, scan: Scan) -> None:
        fill(root, "a\nb", " ", "-", "%41")
        assert paths(scan()) == [" ", "%41", "-", "a\nb"]

    def test_a_tree_deeper_than_a_path_may_be_long(self, root: Path, scan: Scan) -> None:
        fill(root, "a")
        descriptor = os.open(root, os.O_RDONLY)
        for _ in range(20):
            os.mkdir("d" * 250, dir_fd=descriptor)
            inner = os.open("d" * 250, os.O_RDONLY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        os.close(descriptor)
        report = scan()
        assert paths(report) == ["a"]
        assert [reason for _, reason in skipped(report)] == ["unreadable"]


class TestEmptiness:
    def test_an_empty_file_is_clean(self, root: Path, scan: Scan) -> None:
        (root / "empty").touch()
        report = scan()
        assert report.coverage.read == 1
        assert report.status(None) == 0

    def test_an_empty_folder_is_not(self, root: Path, scan: Scan) -> None:
        report = scan()
        assert skipped(report) == [(str(root), "nothing-read")]
        assert report.status(None) == 3

    def test_a_folder_of_which_all_is_left_out_is_not(self, root: Path, scan: Scan) -> None:
        fill(root, "node_modules/a")
        assert skipped(scan()) == [(str(root), "nothing-read")]


class TestPolicy:
    def test_patterns_leave_out_folders_and_files(self, root: Path, scan: Scan) -> None:
        fill(root, "build/a", "src/build.py", "src/data/b.json", "src/b.json", "lib/src/data/b.json")
        report = scan(exclude=("build/", "/src/data/*.json"))
        assert paths(report) == ["lib/src/data/b.json", "src/b.json", "src/build.py"]
        assert excluded(report) == {"policy": ["build", "src/data/b.json"]}

    def test_patterns_hold_from_the_root_of_the_repository(self, root: Path, scan: Scan) -> None:
        git(root, "init", "-q")
        fill(root, "src/data/b.json", "src/a")
        assert paths(scan(root / "src", exclude=("/src/data/",))) == ["src/a"]

    def test_size(self, root: Path, scan: Scan) -> None:
        fill(root, "small")
        (root / "just").write_bytes(b" " * 1000)
        (root / "large").write_bytes(b" " * 1001)
        report = scan(max_file_size=1000)
        assert skipped(report) == [("large", "too-large")]
        assert report.coverage.skipped[0].detail == "1001 bytes; the limit is 1000"
        assert (report.coverage.planned, report.coverage.read) == (3, 2)


def test_counts(root: Path, scan: Scan) -> None:
    """Files planned, files read, and their bytes, whatever their encoding."""
    (root / "a").write_bytes(b"12345")
    (root / "b").write_bytes("12345".encode("utf-16"))
    report = scan()
    assert (report.coverage.planned, report.coverage.read, report.coverage.bytes) == (2, 2, 17)


def test_files_one_after_another_do_not_join(root: Path, scan: Scan) -> None:
    """The files of a batch lie side by side in one buffer; no token runs over an end."""
    token = mint()
    (root / "a").write_text(token[:40])
    (root / "b").write_text(token[40:])
    (root / "c").write_text("\n\n  " + token)
    (root / "d").write_text(token)
    assert places(scan()) == [("c", 3, 3), ("d", 1, 1)]


def test_a_few_large_files_are_parted(root: Path) -> None:
    """A folder of logs is read by all workers, and small files beside them cost none of their own."""
    for name, size in (("a.log", 40 << 20), ("b/b.log", 40 << 20), ("b/c.txt", 9), ("b/d.log", 40 << 20), ("b/e", 9)):
        (root / name).parent.mkdir(exist_ok=True)
        with (root / name).open("wb") as file:
            file.truncate(size)
    parts = [shard.folders for shard in tree.shards(os.fsencode(root), b"", Coverage(), vendored=False)]
    assert parts == [[(b"", [b"a.log"])], [(b"b", [b"b.log"])], [(b"b", [b"c.txt", b"d.log"])], [(b"b", [b"e"])]]


def test_a_few_small_files_stay_together(root: Path) -> None:
    """One process reads them."""
    for name in ("a", "b"):
        (root / name).write_text("x" * 1000)
    parts = [shard.folders for shard in tree.shards(os.fsencode(root), b"", Coverage(), vendored=False)]
    assert parts == [[(b"", [b"a", b"b"])]]
