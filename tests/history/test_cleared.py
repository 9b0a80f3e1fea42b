"""What an earlier scan has read and found clear is not read again, and nothing else changes."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner import rulebook
from scanner.history import cleared
from scanner.model import Report, UsageError
from scanner.sources.history import log
from tests.history.conftest import Dated, sightings
from tests.scans import excluded, mint, paths, skipped
from tests.sources.history.conftest import git_reads

Cached = Callable[..., Report]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the cache is."""
    return tmp_path / "kept"


@pytest.fixture
def cached(look, folder: Path) -> Cached:
    """As `look`, with the cache."""

    def cached(start: Path | None = None, policy: dict[str, object] | None = None, **scope: object) -> Report:
        report: Report = look(start, {"cache": str(folder)} | (policy or {}), **scope)
        return report

    return cached


@pytest.fixture
def filled(repo: Dated) -> Dated:
    """Two tokens, one of which is gone, among ten objects that hold nothing; a message with a token, and a tag."""
    for number in range(4):
        repo.on(number, a_py=f"x = {number}\n" * 50, b_txt=f"{number}\n")
    repo.on(5, f"with {mint(3)}", a_py=f"TOKEN = '{mint(1)}'\n" + "x = 3\n" * 50, c_py=f"TOKEN = '{mint(2)}'\n")
    repo.on(6, a_py="x = 4\n" * 50)
    repo.git("tag", "-a", "v1", "-m", "the first")
    return repo


def told(report: Report) -> Report:
    """A report but for its seconds, and for what it says of the cache."""
    coverage = msgspec.structs.replace(report.coverage, bytes=0)
    coverage.notes = [note for note in coverage.notes if "by an earlier scan" not in note]
    return msgspec.structs.replace(report, coverage=coverage, seconds=0.0)


def passed_over(report: Report) -> int:
    """How many objects were not read again."""
    notes = [note for note in report.coverage.notes if "by an earlier scan" in note]
    return int(notes[0].partition(" ")[0]) if notes else 0


def stored(folder: Path) -> Path:
    """The one file of the cache."""
    (path,) = folder.glob("cleared-*")
    return path


def ids(folder: Path, width: int = 20) -> list[str]:
    """The ids in the cache."""
    data = stored(folder).read_bytes()[32:]
    return [data[at : at + width].hex() for at in range(0, len(data), width)]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "loose"])
def test_the_second_scan(filled, look, cached, folder, jobs, packed):
    """It says what the first one said, and what a scan without a cache says; it reads what holds something."""
    if packed:
        filled.git("repack", "-adfq")
    plain, first, second = look(), cached(), cached(policy={"jobs": jobs})
    assert len(plain.findings) >= 3
    assert told(first) == told(second) == told(plain)
    assert (first.coverage.bytes, passed_over(first)) == (plain.coverage.bytes, 0)
    holding = {sighting.origin.blob for subject in plain.subjects for sighting in subject.sightings}
    assert passed_over(second) == plain.coverage.read - len(holding)
    read = git_reads(filled.root)
    assert second.coverage.bytes == sum(len(read[id_][1]) for id_ in holding)
    assert set(ids(folder)) == {id_ for id_, (kind, _) in read.items() if kind != "tree"} - holding


@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_what_is_kept(tmp_path, look, folder, format_):
    """Ids of objects that hold nothing, in order, behind a checksum; for this user alone."""
    repo = Dated(tmp_path / "other", f"--object-format={format_}")
    repo.on(0, a_py="x\n", b_py=f"TOKEN = '{mint(1)}'\n")
    repo.on(1, a_py="y\n")
    for _ in range(2):
        assert paths(look(repo.root, {"cache": str(folder)})) == ["b.py"]
    kept = ids(folder, len(repo.git("rev-parse", "HEAD")) // 2)
    names = ["HEAD", "HEAD~1", "HEAD:a.py", "HEAD~1:a.py"]
    assert kept == sorted(repo.git("rev-parse", *names).split())
    assert stat.S_IMODE(stored(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


class TestWhatChanges:
    def test_repacked(self, filled, look, cached):
        """An object is known wherever it lies."""
        first = cached()
        filled.git("gc", "--quiet", "--prune=now")
        second = cached()
        assert passed_over(second) == len(git_reads(filled.root)) - 3 - trees(filled)
        assert told(second) == told(first)

    def test_a_new_commit(self, filled, look, cached):
        """What is new is read, and remembered."""
        cached()
        filled.on(9, d_py=f"TOKEN = '{mint(9)}'\n", e_py="new\n")
        second = cached()
        assert told(second) == told(look())
        assert "d.py" in paths(second)
        assert passed_over(cached()) == passed_over(second) + 2  # the commit and e.py

    def test_of_a_part(self, filled, look, cached):
        """A part of the history has its share of it, and adds to it."""
        part = {"revisions": "HEAD~3..HEAD"}
        first = cached(**part)
        assert (told(cached(**part)), passed_over(cached(**part))) == (told(first), first.coverage.read - 3)
        whole = cached()
        assert told(whole) == told(look())
        assert passed_over(whole) == first.coverage.read - 3

    def test_of_another_repository(self, filled, look, cached, tmp_path):
        """A clone is known, too."""
        cached()
        clone = tmp_path / "clone"
        filled.git("clone", "--quiet", "--bare", "--no-local", filled.root, clone)
        second = cached(clone)
        assert told(second) == told(look(clone))
        assert passed_over(second) > 10

    def test_rules(self, filled, look, cached, folder, tmp_path):
        """With other rules all is read again: what held nothing may hold something now."""
        cached()
        more = tmp_path / "more"
        more.mkdir()
        (more / "own.toml").write_text(
            "[[pattern]]\nid = 'own'\nmakes = 'token'\ndecoder = 'jws'\nregex = 'own_eyJ[A-Za-z0-9_.-]+'\n"
            "[[pattern.example]]\ntext = '«own_eyJx»'\n[[pattern.example]]\ntext = 'own_ey'\n"
        )
        rules = {"rules": (str(more),)}
        second = cached(policy=rules)
        assert (told(second), passed_over(second)) == (told(look(policy=rules)), 0)
        assert len(list(folder.iterdir())) == 2

    @pytest.mark.parametrize(
        "change", [{"max_file_size": 100}, {"max_subject": 50}, {"max_subjects": 1}], ids=lambda c: next(iter(c))
    )
    def test_what_is_read(self, filled, look, cached, change):
        """So it is where another bound leaves something out, which is told."""
        cached()
        second = cached(policy=change)
        assert (told(second), passed_over(second)) == (told(look(policy=change)), 0)
        assert second.coverage.skipped
        assert told(cached(policy=change)) == told(second)

    def test_what_is_no_matter(self, filled, look, cached):
        """What decides later changes nothing: paths, severities, suppressions."""
        first = cached()
        second = cached(policy={"exclude": ("a.py",), "inline": frozenset(), "disabled_rules": frozenset({"x"})})
        assert passed_over(second) > 10
        assert len(second.findings) < len(first.findings)

    def test_code(self, filled, cached, monkeypatch, tmp_path):
        """Another version reads all again."""
        cached()
        monkeypatch.setattr("scanner.__version__", "99")
        assert passed_over(cached()) == 0

    def test_shipped_rules(self, filled, cached, monkeypatch):
        """So do other shipped rules."""
        cached()
        monkeypatch.setattr(rulebook, "digest", lambda extra: "another")
        assert passed_over(cached()) == 0


class TestTheLog:
    """Of commits in which nothing is to be found, git's log is not written again."""

    @pytest.fixture
    def clean(self, repo: Dated) -> Dated:
        """A few commits, a branch that is merged, and a tag."""
        for number in range(4):
            repo.on(number, a_py=f"x = {number}\n", b_txt=f"{number}\n")
        repo.git("checkout", "-q", "-b", "topic", "HEAD~1")
        repo.on(4, c_py="y\n")
        repo.git("checkout", "-q", "main")
        repo.at(5, "merge", "-q", "topic")
        repo.git("tag", "-a", "v1", "-m", "the first")
        return repo

    @pytest.fixture
    def written(self, monkeypatch) -> list[int]:
        """How many commits each log told of."""
        counts: list[int] = []
        raw = log.raw

        def counting(*arguments: Any) -> Iterator[bytes]:
            text = b"".join(raw(*arguments))
            counts.append(len(re.findall(rb"\x01[0-9a-f]{40}\x01", text)))
            yield text

        monkeypatch.setattr(log, "raw", counting)
        return counts

    def test_nothing_new(self, clean, look, cached, written):
        """It is empty."""
        first, second = cached(), cached()
        assert written == [6, 0]
        assert told(first) == told(second) == told(look())

    @pytest.mark.parametrize("many", [0, 50_000])
    def test_new_commits(self, clean, look, cached, written, monkeypatch, many):
        """It tells of them, and so does the report: of a token, and of one in a merge."""
        monkeypatch.setattr("scanner.history.reading._MANY", many)
        cached()
        clean.git("checkout", "-q", "topic")
        first = clean.on(7, c_py=f"TOKEN = '{mint(1)}'\n")
        clean.git("checkout", "-q", "main")
        clean.at(8, "merge", "-q", "--no-commit", "topic")
        clean.on(8, d_py=f"TOKEN = '{mint(2)}'\n", c_py="z\n")
        second, third = cached(), cached()
        assert max(written[1:]) == 2
        assert told(second) == told(third) == told(look())
        assert paths(second) == ["c.py", "d.py"]
        assert {s.origin.commit for s in sightings(second) if s.origin.path == "c.py"} == {first}

    def test_an_object_that_went_missing(self, clean, look, cached, written):
        """Then it is written, and tells its path."""
        cached()
        id_ = clean.git("rev-parse", "HEAD~2:b.txt")
        (clean.root / ".git/objects" / id_[:2] / id_[2:]).unlink()
        second = cached()
        assert told(second) == told(look())
        assert skipped(second) == [("b.txt", "missing")]
        assert written[1] == 6

    def test_commits_that_are_gone(self, clean, look, cached, written):
        """After a rewrite all is asked for."""
        cached()
        clean.git("reset", "-q", "--hard", "HEAD~2")
        clean.git("branch", "-D", "topic")
        clean.git("tag", "-d", "v1")
        clean.git("reflog", "expire", "--expire=now", "--all")
        clean.git("gc", "--quiet", "--prune=now")
        second = cached()
        assert told(second) == told(look())
        assert written[1] == 3

    def test_submodules(self, clean, look, cached, written):
        """They are told each time, so it is written each time."""
        head = clean.git("rev-parse", "HEAD")
        clean.git("update-index", "--add", "--cacheinfo", f"160000,{head},sub")
        clean.at(9, "commit", "-q", "-m", "x")
        first, second = cached(), cached()
        assert told(first) == told(second) == told(look())
        assert excluded(second) == {"submodule": ["sub"]}
        assert written[:2] == [7, 7]

    def test_a_history_that_holds_something(self, filled, look, cached, written):
        """So it is there: a report tells since when and until when."""
        assert told(cached()) == told(cached()) == told(look())
        assert written[0] == written[1] == 6


class TestWhatCannotBeUsed:
    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda data: data[:-1], id="cut"),
            pytest.param(lambda data: data[:-20], id="cut by an id"),
            pytest.param(lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], id="flipped bit"),
            pytest.param(lambda data: b"", id="empty"),
            pytest.param(lambda data: hashlib.sha256(data[32:]).digest() + data[32:], id="checksum without a key"),
            pytest.param(lambda data: os.urandom(5000), id="noise"),
        ],
    )
    def test_corrupted(self, filled, look, cached, folder, spoil):
        """All is read, and the file is good again."""
        cached()
        good = stored(folder).read_bytes()
        stored(folder).write_bytes(spoil(good))
        second = cached()
        assert (told(second), passed_over(second)) == (told(look()), 0)
        assert stored(folder).read_bytes() == good

    def test_that_of_other_rules(self, filled, look, cached, folder, monkeypatch):
        """A file that was renamed is not taken for that of the present rules."""
        cached()
        other = stored(folder)
        monkeypatch.setattr("scanner.__version__", "99")
        cached()
        mine = next(path for path in folder.iterdir() if path != other)
        mine.write_bytes(other.read_bytes())
        assert passed_over(cached()) == 0

    def test_that_of_another_user(self, filled, cached, folder):
        cached()
        stored(folder).chmod(0o620)
        assert passed_over(cached()) == 0

    def test_no_room(self, filled, look, cached, folder):
        """Where nothing can be kept, the scan works, and tells."""
        folder.write_text("in the way")
        for _ in range(2):
            report = cached()
            assert told(report).findings == told(look()).findings
            assert [note for note in report.coverage.notes if "cannot be written" in note]

    def test_too_many_ids(self, filled, cached, folder, monkeypatch, tmp_path):
        """Beyond the bound those of other repositories are forgotten."""
        other = Dated(tmp_path / "other")
        other.on(0, o_py="other\n")
        cached(other.root)
        assert len(ids(folder)) == 2
        monkeypatch.setattr(cleared, "_MOST", 200)
        cached()
        assert other.git("rev-parse", "HEAD") not in ids(folder)
        assert filled.git("rev-parse", "HEAD") in ids(folder)

    def test_old_files(self, filled, cached, folder):
        """Those of rules that nobody uses go, what is not ours stays."""
        folder.mkdir()
        names = f"cleared-{'0' * 32}.ids", f"cleared-{'1' * 32}.ids", "cleared-notes.ids"
        for name in names:
            (folder / name).write_bytes(b"")
        for name in names[1:]:
            os.utime(folder / name, (0, 0))
        cached()
        assert {path.name for path in folder.iterdir()} >= {names[0], names[2]}
        assert not (folder / names[1]).exists()


class TestHostile:
    def test_an_object_under_the_id_of_another(self, filled, look, cached, tmp_path):
        """A repository that has something harmless under a leak's id hides it in no other one."""
        bad = Dated(tmp_path / "bad")
        bad.on(0, x_py="harmless\n")
        for name in ("HEAD:c.py", "HEAD~1"):
            id_ = filled.git("rev-parse", name)
            kind = filled.git("cat-file", "-t", id_)
            place = bad.root / ".git/objects" / id_[:2] / id_[2:]
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(zlib.compress(f"{kind} 9\0harmless\n".encode()))
        assert cached(bad.root).coverage.read == 4
        assert passed_over(cached(bad.root)) == 2
        report = cached()
        assert told(report) == told(look())
        assert "c.py" in paths(report)

    def test_a_packed_one(self, filled, look, cached, tmp_path):
        """So it is with an index of a pack that says so."""
        bad = Dated(tmp_path / "bad")
        bad.on(0, x_py="harmless\n")
        bad.git("repack", "-adq")
        (index,) = (bad.root / ".git/objects/pack").glob("*.idx")
        there, leak = bad.git("rev-parse", "HEAD:x.py"), filled.git("rev-parse", "HEAD:c.py")
        index.chmod(0o600)
        index.write_bytes(renamed(index.read_bytes(), bytes.fromhex(there), bytes.fromhex(leak)))
        assert bad.git("cat-file", "-p", leak) == "harmless"  # git does not look either
        cached(bad.root)
        report = cached()
        assert told(report) == told(look())
        assert "c.py" in paths(report)

    @pytest.mark.parametrize("name", [".", "sub", "sub/deep", "link", "link/deep"])
    def test_a_cache_in_the_repository(self, repo, look, name):
        """A change could bring it, and say of what it adds that it was read."""
        repo.add("sub/deep/cleared.ids", "forged\n")
        repo.on(1, a_py="x\n")
        (repo.root / "link").symlink_to("sub")
        with pytest.raises(UsageError, match="holds files of the repository"):
            look(policy={"cache": str(repo.root / name)})

    def test_a_cache_beside_its_files(self, repo, look):
        """What git does not track lies in the work tree for some CI systems, which keep nothing else."""
        repo.on(1, a_py="x\n")
        for _ in range(2):
            report = look(policy={"cache": str(repo.root / ".kept")})
        assert passed_over(report) == 2

    def test_a_cache_in_a_submodule(self, repo, look, tmp_path):
        """It is the repository's, too."""
        part = Dated(tmp_path / "part")
        part.on(0, cleared_ids="forged\n")
        repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", part.root, "sub")
        repo.on(1, a_py="x\n")
        for name in ("sub", "sub/deep"):
            with pytest.raises(UsageError, match="holds files of the repository"):
                look(policy={"cache": str(repo.root / name)})


def test_a_scan_that_was_stopped(filled, cached, monkeypatch):
    """What it had read is remembered."""
    from scanner.history.reading import _History

    filled.git("repack", "-adq")
    note = _History.sift

    def stop(self, examined):
        note(self, examined)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_History, "sift", stop)
        assert ("", "interrupted") in skipped(cached())
    assert passed_over(cached()) > 0


def test_what_cannot_be_read(filled, look, cached):
    """It is told each time."""
    id_ = filled.git("rev-parse", "HEAD:b.txt")
    place = filled.root / ".git/objects" / id_[:2] / id_[2:]
    place.chmod(0o600)
    place.write_bytes(b"noise")
    first, second = cached(), cached()
    assert skipped(first) == skipped(second) == skipped(look()) == [("b.txt", "unreadable")]


def renamed(index: bytes, old: bytes, new: bytes) -> bytes:
    """An index of a pack, of version 2, in which an object has another id."""
    count = int.from_bytes(index[1028:1032])
    at, far = 1032, 1032 + 24 * count
    entries = sorted(
        (new if id_ == old else id_, index[far + 4 * row : far + 4 * row + 4])
        for row in range(count)
        for id_ in [index[at + 20 * row : at + 20 * row + 20]]
    )
    fanout = b"".join(sum(id_[0] <= byte for id_, _ in entries).to_bytes(4) for byte in range(256))
    ids, offsets = (b"".join(column) for column in zip(*entries, strict=True))
    data = index[:8] + fanout + ids + bytes(4 * count) + offsets + index[-40:-20]
    return data + hashlib.sha1(data).digest()


def trees(repo: Dated) -> int:
    """How many there are."""
    return sum(kind == "tree" for kind, _ in git_reads(repo.root).values())
