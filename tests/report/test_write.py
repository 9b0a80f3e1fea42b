"""Report files are written whole or not at all."""

import os
import stat

import pytest

from scanner.report import write


def test_a_file_is_written(tmp_path):
    """All pieces in order, with the permissions of a new file, and nothing beside it."""
    path = tmp_path / "report.json"
    write([b"one ", b"two"], path)
    assert path.read_bytes() == b"one two"
    (tmp_path / "other").touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["other", "report.json"]


def test_a_failure_leaves_the_old_file(tmp_path):
    """Half a report never replaces a whole one."""

    def pieces():
        yield b"half"
        raise RuntimeError

    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        write(pieces(), path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_permissions_stay(tmp_path):
    """Who kept the old report to themselves keeps the new one."""
    path = tmp_path / "report.json"
    path.touch(mode=0o600)
    write([b"new"], path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b"new"


def test_a_link_is_followed(tmp_path):
    """The link stays, the file that it names is replaced."""
    (tmp_path / "link").symlink_to("file")
    write([b"new"], tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_device_is_written_to(tmp_path):
    """A pipe stays a pipe."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write([b"one ", b"two"], path)
        assert os.read(reader, 100) == b"one two"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_no_such_folder(tmp_path):
    """The caller is told."""
    with pytest.raises(FileNotFoundError):
        write([b""], tmp_path / "missing" / "report.json")
