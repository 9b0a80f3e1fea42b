"""Objects come in the order of their names, and what is wrong with one costs no other."""

import os
import zlib
from typing import Any

import pytest

from scanner.sources.git.command import GitError, open_git
from scanner.sources.git.objects import Object, objects
from tests.repositories import Repo


@pytest.fixture
def repo(tmp_path):
    return Repo(tmp_path / "repo")


def read(repo, *names):
    """Content of each, or why it is missing."""
    told = []
    for answer in objects(open_git(repo.root), [os.fsencode(name) for name in names]):
        try:
            told.append(answer.read() if isinstance(answer, Object) else answer.detail)
        except GitError as error:
            told.append(str(error))
    return told


def loose(repo, id_):
    """The file of a loose object, made writable."""
    path = repo.root / ".git/objects" / id_[:2] / id_[2:]
    path.chmod(0o644)
    return path


def test_content(repo):
    """Blobs by id and by path, other kinds, and what is not there."""
    commit = repo.commit(a_txt=b"one\n\0two", b_txt="")
    blob = repo.git("rev-parse", "HEAD:a.txt")
    (answer,) = objects(open_git(repo.root), [b"HEAD:a.txt"])
    assert isinstance(answer, Object)
    assert (answer.id, answer.kind, answer.size) == (blob, "blob", 8)
    assert read(repo, blob, "HEAD:b.txt", "HEAD:no such", "0" * 40, commit)[:4] == [
        b"one\n\0two", b"", "missing", "missing",
    ]  # fmt: skip
    assert read(repo, commit)[0].endswith(b"\n\nchange\n")


def test_piecewise_and_not_at_all(repo):
    """Whoever reads a part, or nothing, of one object still gets the next."""
    repo.commit(a_txt="abcdef", b_txt="x" * 3_000_000, c_txt="last")
    found: Any = objects(open_git(repo.root), [b"HEAD:a.txt", b"HEAD:b.txt", b"HEAD:c.txt"])
    pieces = [b"" if answer.size > 10 else answer.read(2) + b"|" + answer.read(3) for answer in found]
    assert pieces == [b"ab|cde", b"", b"la|st"]


def test_many(repo):
    """More names than a pipe holds, and long ones."""
    for number in range(300):
        repo.write(f"{'d' * 200}/{number}", str(number))
    repo.git("add", ".")
    repo.commit()
    names = [f"HEAD:{'d' * 200}/{number}" for number in range(300)]
    assert read(repo, *names) == [str(number).encode() for number in range(300)]


def lie(repo, name, content):
    """Let the loose object of a file hold something else."""
    loose(repo, repo.git("rev-parse", f"HEAD:{name}")).write_bytes(zlib.compress(content))


def test_unreadable_object(repo):
    """What is no object at all is told as missing."""
    repo.commit(a_txt="first", b_txt="second", c_txt="third")
    loose(repo, repo.git("rev-parse", "HEAD:b.txt")).write_bytes(b"no zlib")
    assert read(repo, "HEAD:a.txt", "HEAD:b.txt", "HEAD:c.txt") == [b"first", "missing", b"third"]


@pytest.mark.parametrize("last", [False, True])
def test_less_than_it_says(repo, last):
    """An object that is shorter than its header says does not swallow the next, nor wait for what never comes."""
    repo.commit(a_txt="first", b_txt="second", c_txt="third")
    lie(repo, "b.txt", b"blob 9999\0second")
    names = ["HEAD:a.txt", "HEAD:b.txt"] if last else ["HEAD:a.txt", "HEAD:b.txt", "HEAD:c.txt"]
    first, second, *third = read(repo, *names)
    assert (first, third) == (b"first", [] if last else [b"third"])
    assert second.startswith("git cat-file failed")


def test_more_than_it_says(repo):
    """What stands behind a content is not taken for another object's; at worst that one is told as unread."""
    repo.commit(a_txt="first", b_txt="second", c_txt="third")
    third = repo.git("rev-parse", "HEAD:c.txt")
    lie(repo, "b.txt", b"blob 6\0second\n" + third.encode() + b" blob 4\nfake\n")
    told = read(repo, *(repo.git("rev-parse", f"HEAD:{name}.txt") for name in "abc"))
    assert told == [b"first", b"second", f"{third} is corrupt: its content does not match"]


def test_other_content(repo):
    """Content that does not match its id is corrupt."""
    repo.commit(a_txt="first", b_txt="second", c_txt="third")
    second = repo.git("rev-parse", "HEAD:b.txt")
    lie(repo, "b.txt", b"blob 6\0SECOND")
    told = read(repo, "HEAD:a.txt", "HEAD:b.txt", "HEAD:c.txt")
    assert told == [b"first", f"{second} is corrupt: its content does not match", b"third"]


def test_sha256(tmp_path):
    """Repositories of the other hash."""
    repo = Repo(tmp_path / "repo", "--object-format=sha256")
    repo.commit(a_txt="first", b_txt="second")
    lie(repo, "b.txt", b"blob 6\0SECOND")
    blob = repo.git("rev-parse", "HEAD:a.txt")
    assert len(blob) == 64
    assert read(repo, blob, "HEAD:b.txt")[0] == b"first"
    assert read(repo, "HEAD:b.txt")[0].endswith("is corrupt: its content does not match")


def test_too_many_deaths(repo):
    """Git is not started anew for ever."""
    for number in range(30):
        repo.add(f"{number}.txt", f"{number} " * 99)
    repo.commit()
    for number in range(30):
        lie(repo, f"{number}.txt", b"blob 9999\0x")
    told = read(repo, *(f"HEAD:{number}.txt" for number in range(30)))
    assert len(told) == 30
    assert told[-1] == "given up: git died of too many others"
    assert not any(isinstance(text, bytes) for text in told)


def test_stuck_object(repo, monkeypatch):
    """A FIFO in place of an object."""
    monkeypatch.setattr("scanner.sources.git.command._PATIENCE", 0.2)
    repo.commit(a_txt="first", b_txt="second")
    path = loose(repo, repo.git("rev-parse", "HEAD:a.txt"))
    path.unlink()
    os.mkfifo(path)
    assert read(repo, "HEAD:a.txt", "HEAD:b.txt") == ["git gave no answer for 0.2 seconds", b"second"]
