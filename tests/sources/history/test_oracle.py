"""What we read of a repository is what `git cat-file --batch-all-objects` reads of it, object by object."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.repositories import Repo
from tests.sources.history.conftest import check, git_reads, store_of, text, we_read


def test_nothing(repo):
    """A repository without a commit has no object."""
    assert len(store_of(repo)) == 0
    assert we_read(store_of(repo)) == {}


def test_loose(repo, grow):
    """Objects that are not packed yet."""
    grow(repo, 5)
    assert not list((repo.root / ".git/objects/pack").iterdir())
    check(repo, 20)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--depth=250", "--window=50"),
        ("--depth=0",),
        ("-c", "repack.useDeltaBaseOffset=false"),
        ("-c", "pack.indexVersion=1"),
        ("-c", "pack.compression=0"),
        ("--max-pack-size=1m",),
    ],
    ids=["offsets", "long chains", "no deltas", "ids", "first index", "stored", "several"],
)
def test_packed(repo, grow, options):
    """One pack or several, with deltas by offset, by id, or none."""
    grow(repo, 60)
    settings = [part for part in options if part == "-c" or "." in part.partition("=")[0]]
    repo.git(*settings, "repack", "-adfq", *(part for part in options if part not in settings))
    check(repo, 200)
    assert not list((repo.root / ".git/objects").glob("??/*"))


def test_long_chains_are_made_from_end_to_end(repo):
    """A hundred deltas, each upon the last."""
    content, stream = text(1), []
    for number in range(120):
        content += f"{number}\n"
        stream.append("commit refs/heads/main\ncommitter C <c@people.example> 1790000000 +0000\ndata 1\nx\n")
        stream.append(f"M 100644 inline log.txt\ndata {len(content)}\n{content}\n")
    command = ("-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--depth=200")
    repo.git(*command, stdin="".join(stream).encode())
    verbose = repo.git("verify-pack", "-v", *map(str, (repo.root / ".git/objects/pack").glob("*.idx")))
    depths = [int(line.split()[5]) for line in verbose.splitlines() if len(line.split()) == 7]
    assert max(depths) > 100
    check(repo, 120)


def test_packs_with_copies(repo, grow):
    """An object that two packs and a loose file hold is read once."""
    grow(repo, 10)
    repo.git("repack", "-q")
    pack = next((repo.root / ".git/objects/pack").glob("*.pack"))
    held = pack.with_suffix(".keep")
    held.touch()
    grow(repo, 12)
    repo.git("-c", "repack.packKeptObjects=true", "repack", "-adq")
    repo.git("unpack-objects", "-q", stdin=pack.read_bytes())
    (repo.root / "loose.txt").write_text("loose\n")
    repo.git("hash-object", "-w", "loose.txt")
    assert len(list((repo.root / ".git/objects/pack").glob("*.pack"))) == 2
    assert len(store_of(repo).copies) > 0
    check(repo, 40)


@pytest.mark.parametrize("with_indexes", [True, False])
def test_multi_pack_index(repo, grow, with_indexes):
    """An index over several packs; git reads them by it alone where their own are gone."""
    for _ in range(3):
        grow(repo, 4)
        repo.git("repack", "-q")
        repo.write("x", os.urandom(8))
        repo.commit(x=os.urandom(8))
    repo.git("repack", "-q")
    repo.git("multi-pack-index", "write")
    expected = git_reads(repo.root)
    if not with_indexes:
        for index in (repo.root / ".git/objects/pack").glob("*.idx"):
            index.unlink()
    assert we_read(store_of(repo)) == expected


def test_sha256(tmp_path, grow):
    """Ids of 32 bytes, packed and loose."""
    repo = Repo(tmp_path / "repo", "--object-format=sha256")
    grow(repo, 30)
    repo.git("repack", "-adfq", "--depth=50")
    grow(repo, 3)
    assert all(len(id_) == 64 for id_ in check(repo, 100))


def test_sha256_deltas_by_id(tmp_path, grow):
    """The id of a base is 32 bytes long in their packs."""
    repo = Repo(tmp_path / "repo", "--object-format=sha256")
    grow(repo, 30)
    repo.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
    check(repo, 100)


class TestAlternates:
    def test_borrowed(self, repo, grow, tmp_path):
        """Objects of the repository that a clone borrows from are its own."""
        grow(repo, 6)
        repo.git("repack", "-adq")
        clone = Repo(tmp_path / "clone")
        clone.git("clone", "-q", "--shared", "--bare", repo.root, "shared")
        shared = Repo.__new__(Repo)
        shared.root = clone.root / "shared"
        check(shared, 20)

    def test_chain_relative_and_quoted(self, repo, grow, tmp_path):
        """Folders that borrow themselves, by a relative path or one in quotation marks."""
        grow(repo, 2)
        names = ['with "quotes"', "with\ttab", "plain"]
        previous = repo.root / ".git/objects"
        for name in names:
            other = Repo(tmp_path / name)
            other.commit(f_txt=name)
            path = os.path.relpath(previous, other.root / ".git/objects")
            quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
            line = quoted if '"' in path or "\t" in path else path
            (other.root / ".git/objects/info/alternates").write_text(f"# borrowed\n{line}\n")
            previous = other.root / ".git/objects"
        check(other, 15)

    def test_ring(self, repo, grow, tmp_path):
        """Two that borrow from each other are read once each."""
        grow(repo, 2)
        other = Repo(tmp_path / "other")
        other.commit(o_txt="other")
        for one, two in ((repo, other), (other, repo)):
            (one.root / ".git/objects/info/alternates").write_text(f"{two.root}/.git/objects\n")
        check(repo, 10)

    def test_gone(self, repo, tmp_path):
        """A folder that is not there is told."""
        repo.commit(a_txt="a")
        (repo.root / ".git/objects/info/alternates").write_text("/nowhere/objects\n")
        store = store_of(repo)
        assert len(store) == 3
        assert [(entry.path, entry.reason) for entry in store.coverage.skipped] == [("/nowhere/objects", "vanished")]

    def test_no_end(self, repo):
        """A folder that lists thousands is read as far as a bound, which is told."""
        repo.commit(a_txt="a")
        folders = []
        for number in range(100):
            folder = repo.root / f"objects{number}"
            folder.mkdir()
            folders.append(str(folder))
        (repo.root / ".git/objects/info/alternates").write_text("\n".join(folders))
        (entry,) = store_of(repo).coverage.skipped
        assert "more than 64 folders" in entry.detail


def test_replacements_are_not_applied(repo):
    """A replaced commit is read as it is, and so is what it was replaced by."""
    first = repo.commit(a_txt="old")
    second = repo.commit(a_txt="new")
    repo.git("replace", second, first)
    ours = check(repo, 6)
    assert {first, second} <= ours.keys()


def test_all_kinds(repo):
    """Tags of tags, notes, a stash, unusual modes, a submodule's link, an empty file, and a file of NULs."""
    repo.commit(a_txt="", b_txt=b"\0" * 5000)
    os.symlink("a.txt", repo.root / "link")
    (repo.root / "run.sh").write_text("echo\n")
    (repo.root / "run.sh").chmod(0o755)
    repo.git("add", "link", "run.sh")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    repo.commit("modes")
    repo.git("tag", "-a", "v1", "-m", "one")
    repo.git("tag", "-a", "v2", "-m", "two", "v1")
    repo.git("notes", "add", "-m", "a note")
    repo.write("a.txt", "stashed")
    repo.git("stash", "-q")
    assert sorted({kind for kind, _ in check(repo).values()}) == ["blob", "commit", "tag", "tree"]
    repo.git("repack", "-adfq")
    check(repo)


def test_linked_work_tree(repo, grow, tmp_path):
    """A linked work tree has the objects of its repository."""
    grow(repo, 2)
    repo.git("worktree", "add", "-q", tmp_path / "linked")
    linked = Repo.__new__(Repo)
    linked.root = tmp_path / "linked"
    assert check(linked) == check(repo)


def test_shallow(repo, grow, tmp_path):
    """A shallow clone has what it has."""
    grow(repo, 9)
    clone = Repo.__new__(Repo)
    clone.root = tmp_path / "clone"
    repo.git("clone", "-q", "--depth=2", f"file://{repo.root}", clone.root)
    check(clone, 5)


def test_large_objects(repo):
    """Objects over the size that is read whole come from the stream: packed, loose, and made from another."""
    from scanner.sources.history.walk import LARGE, WHOLE

    base = text(3, 1000).encode() * (WHOLE // 35_000)
    big = base + b"end\n"
    assert len(big) > WHOLE
    repo.commit(big_bin=big)
    repo.git("-c", "core.bigFileThreshold=1g", "repack", "-adfq")
    repo.commit(big_bin=big + b"more\n")
    for number, size in _large(repo):
        store = store_of(repo)
        assert store.one(number)[1] is LARGE
        stream = store.stream(number)
        assert stream is not None
        assert stream[0] == size
        assert _all(stream[1]) in (big, big + b"more\n")


def _large(repo: Repo) -> list[tuple[int, int]]:
    store = store_of(repo)
    sizes = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)").splitlines()
    large = [(store.find_one(id_), int(size)) for id_, size in map(str.split, sizes) if int(size) > 32 << 20]
    assert len(large) == 2
    return large


def _all(read) -> bytes:
    pieces = []
    while piece := read(1 << 20):
        assert len(piece) <= 1 << 20
        pieces.append(piece)
    return b"".join(pieces)


def test_a_large_object_made_from_another_is_left_to_git(repo):
    """A delta that makes too much is told as such, whatever its own size."""
    from scanner.sources.history.walk import LARGE, WHOLE

    big = os.urandom(1 << 20) * (WHOLE // (1 << 20) + 1)
    repo.commit(big_bin=big)
    repo.commit(big_bin=big + b"more")
    repo.git("-c", "core.bigFileThreshold=1g", "-c", "pack.deltaCacheSize=1g", "repack", "-adfq", "--window-memory=2g")
    store = store_of(repo)
    made = [number for number, _ in _large(repo) if store.stream(number) is None]
    assert len(made) == 1
    assert store.one(made[0])[1] is LARGE


def test_many(repo):
    """Over 64k objects, in one pack."""
    lines = [f"blob\nmark :{at + 1}\ndata {len(str(at)) + 7}\nnumber {at}\n" for at in range(70_000)]
    lines.append("commit refs/heads/main\ncommitter C <c@c.example> 1790000000 +0000\ndata 1\nx\n")
    lines += [f"M 100644 :{number + 1} {number % 250}/{number}\n" for number in range(70_000)]
    repo.git("fast-import", "--quiet", stdin="".join(lines).encode())
    check(repo, 70_000)


def test_offsets_over_two_gigabytes(tmp_path):
    """Offsets of 64 bits: a pack with a hole of three gigabytes in it, as a sparse file."""
    from scanner.sources.history.packs import Pack, read_index

    repo = Repo(tmp_path / "repo")
    repo.commit(a_txt=text(1))
    repo.git("repack", "-adfq")
    (path,) = (repo.root / ".git/objects/pack").glob("*.pack")
    index = read_index(str(path.with_suffix(".idx")), 20)
    _move_up(path, 3 << 30)
    moved = read_index(str(path.with_suffix(".idx")), 20)
    assert (moved.offsets == index.offsets + (3 << 30)).all()
    assert len(Pack(moved, str(path), 20)) == 3
    assert len(we_read(store_of(repo))) == 3


def _move_up(pack: Path, distance: int) -> None:
    """Move all objects of a pack, whose file grows by a hole, and write its index anew."""
    import hashlib
    import struct

    data = pack.read_bytes()
    index_path = pack.with_suffix(".idx")
    index = index_path.read_bytes()
    for path in (pack, index_path):
        path.chmod(0o644)
    with pack.open("r+b") as file:
        file.truncate(12)
        file.seek(12 + distance)
        file.write(data[12:])
    count = struct.unpack(">I", index[8 + 255 * 4 : 8 + 256 * 4])[0]
    start = 8 + 1024 + 24 * count
    small = struct.unpack(f">{count}I", index[start : start + 4 * count])
    body = index[:start] + b"".join(struct.pack(">I", 0x80000000 | number) for number in range(count))
    body += b"".join(struct.pack(">Q", offset + distance) for offset in small) + index[-40:-20]
    index_path.write_bytes(body + hashlib.sha1(body).digest())
