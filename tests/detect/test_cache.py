"""The compiled database is run as it is, so only what this user wrote is taken from the cache."""

import hashlib
import os
import stat
from pathlib import Path

import hyperscan
import msgspec
import pytest

from scanner.detect import hyper
from scanner.rulebook import Pattern

PATTERNS = [Pattern(regex, "pragma", "", regex, None, None, (), "mine.toml") for regex in ("eyJhbGci", "token_")]
TEXT = memoryview(b"token_eyJhbGci")
HITS = [(0, 1), (6, 0)]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Where this test's own cache will be."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "tokensweep"


@pytest.fixture
def loaded(monkeypatch):
    """The databases that were taken from the cache."""
    taken: list[bytes] = []
    load = hyperscan.loadb

    def counting(data: bytes, mode: int) -> hyperscan.Database:
        taken.append(data)
        return load(data, mode)

    monkeypatch.setattr(hyperscan, "loadb", counting)
    return taken


def hits() -> list[tuple[int, int]]:
    return hyper.engine(PATTERNS)[1].hits(TEXT)


def stored(cache: Path) -> Path:
    [path] = cache.iterdir()
    return path


def test_second_run_takes_the_first_ones_database(cache, loaded):
    """The first run compiles and keeps; the second loads, and finds the same. Nobody else may write either."""
    assert hits() == HITS
    assert loaded == []
    assert hits() == HITS
    assert len(loaded) == 1
    assert stat.S_IMODE(stored(cache).stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_other_anchors_have_another_database(cache, loaded):
    """A changed pattern is never looked for with the old database."""
    hits()
    assert hyper.engine(PATTERNS[1:])[1].hits(TEXT) == [(0, 0)]
    assert loaded == []
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: data[:-1], id="cut"),
        pytest.param(lambda data: data[:50] + bytes([data[50] ^ 1]) + data[51:], id="flipped bit"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: os.urandom(5000), id="noise"),
    ],
)
def test_corrupted_file(cache, loaded, spoil):
    """It is compiled anew, and the file replaced."""
    hits()
    good = stored(cache).read_bytes()
    stored(cache).write_bytes(spoil(good))
    assert hits() == HITS
    assert loaded == []
    assert hits() == HITS
    assert len(loaded) == 1


def test_what_hyperscan_refuses(cache, loaded):
    """A whole file that was made elsewhere, on another processor or by another version, is compiled anew."""
    hits()
    foreign = msgspec.msgpack.encode({"lookups": [], "database": b"no database" * 100})
    stored(cache).write_bytes(hashlib.sha256(foreign).digest() + foreign)
    assert hits() == HITS
    assert loaded == [b"no database" * 100]


@pytest.mark.parametrize("name", ["anchors.py", "encoded.py", "lookup.py"])
def test_other_code_has_another_database(cache, loaded, monkeypatch, name):
    """What computed the anchors otherwise has no part in what is looked for."""
    hits()
    monkeypatch.setattr(hyper, "_CODE", (f"detect/{name}",))
    assert hits() == HITS
    assert loaded == []
    assert len(list(cache.iterdir())) == 2


def test_what_the_stored_depends_on_is_all_there_is():
    """Each module of detection that computes anchors is part of the key."""
    folder = Path(hyper.__file__).parent
    others = {"__init__.py", "hyper.py", "parted.py", "plain.py", "signs.py"}
    assert set(hyper._CODE) == {f"detect/{path.name}" for path in folder.glob("*.py") if path.name not in others}


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_writable_by_others(cache, loaded, mode):
    """A file that another user may have written is not run."""
    hits()
    stored(cache).chmod(mode)
    assert hits() == HITS
    assert loaded == []


def test_owned_by_another(cache, loaded, monkeypatch):
    """A file of another user is not run, whatever its mode."""
    hits()
    if os.geteuid() == 0:
        os.chown(stored(cache), 65534, 65534)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert hits() == HITS
    assert loaded == []


def test_no_place_for_a_cache(tmp_path, monkeypatch):
    """Where nothing can be kept, each run compiles."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert hits() == HITS
