"""Repositories that are broken, or made to hurt: told, in bounded memory, and never a crash."""

from __future__ import annotations

import hashlib
import struct
import tracemalloc
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import Coverage, Policy
from scanner.sources.git.command import open_git
from scanner.sources.history import walk
from scanner.sources.history.packs import Pack, PackError, read_index, read_multi_index
from scanner.sources.history.shards import READ, Objects
from scanner.sources.history.store import Store, place_of
from scanner.sources.history.walk import Trouble
from tests.repositories import Repo
from tests.sources.history.conftest import number, store_of, text

BLOB, OFFSET_DELTA, ID_DELTA = 3, 6, 7


def head(kind: int, size: int) -> bytes:
    """The header of an object in a pack."""
    first, size = kind << 4 | size & 15, size >> 4
    parts = []
    while size:
        parts.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    return bytes([*parts, first])


def back(distance: int) -> bytes:
    """How far back the base of a delta by offset is."""
    parts = [distance & 0x7F]
    while distance := distance >> 7:
        distance -= 1
        parts.append(0x80 | distance & 0x7F)
    return bytes(reversed(parts))


def write_pack(folder: Path, objects: Sequence[bytes], ids: Sequence[bytes]) -> Path:
    """A pack with these objects, as they stand there, and its index."""
    folder.mkdir(parents=True, exist_ok=True)
    body, offsets = b"PACK" + struct.pack(">II", 2, len(objects)), []
    for item in objects:
        offsets.append(len(body))
        body += item
    body += hashlib.sha1(body).digest()
    name = hashlib.sha1(b"".join(sorted(ids))).hexdigest()
    path = folder / f"pack-{name}.pack"
    path.write_bytes(body)
    order = sorted(range(len(ids)), key=lambda at: ids[at])
    index = b"\xfftOc\0\0\0\2"
    index += b"".join(struct.pack(">I", sum(id_[0] <= first for id_ in ids)) for first in range(256))
    index += b"".join(ids[at] for at in order)
    index += b"".join(struct.pack(">I", zlib.crc32(objects[at])) for at in order)
    index += b"".join(struct.pack(">I", offsets[at]) for at in order)
    index += body[-20:]
    path.with_suffix(".idx").write_bytes(index + hashlib.sha1(index).digest())
    return path


def id_of(content: bytes, kind: str = "blob") -> bytes:
    return hashlib.sha1(b"%b %d\0" % (kind.encode(), len(content)) + content).digest()


def blob(content: bytes) -> bytes:
    return head(BLOB, len(content)) + zlib.compress(content)


def delta_of(base: bytes, tail: bytes) -> bytes:
    """A delta that makes the base and some more bytes."""
    size = len(base)
    copy = bytes([0xB0 | 0x40, size & 255, size >> 8 & 255, size >> 16]) if size else b""
    return number(size) + number(size + len(tail)) + copy + bytes([len(tail)]) + tail


def troubles(store: Store) -> dict[str, str]:
    """What cannot be read, by id, with the reason."""
    numbers = range(len(store))
    return {
        store.id_of(at): f"{found.reason}: {found.detail}"
        for at, _, found in store.read(numbers)
        if isinstance(found, Trouble)
    }


def read(store: Store) -> dict[bytes, bytes]:
    return {
        bytes.fromhex(store.id_of(at)): found
        for at, _, found in store.read(range(len(store)))
        if isinstance(found, bytes)
    }


@pytest.fixture
def folder(repo):
    """Where the repository keeps its packs."""
    return repo.root / ".git/objects/pack"


class TestBases:
    """A delta's base may stand anywhere."""

    def test_after_it_by_id(self, repo, folder):
        content = b"base " * 30
        made = content + b"more"
        delta = delta_of(content, b"more")
        item = head(ID_DELTA, len(delta)) + id_of(content) + zlib.compress(delta)
        write_pack(folder, [item, blob(content)], [id_of(made), id_of(content)])
        assert read(store_of(repo)) == {id_of(content): content, id_of(made): made}

    def test_in_another_pack_and_loose(self, repo, folder):
        contents = [b"one " * 30, b"two " * 30]
        write_pack(folder, [blob(contents[0])], [id_of(contents[0])])
        repo.write("loose", contents[1])
        repo.git("hash-object", "-w", "loose")
        made = [content + b"more" for content in contents]
        deltas = [delta_of(content, b"more") for content in contents]
        further = delta_of(made[0], b"!")
        items = [
            head(ID_DELTA, len(delta)) + id_of(content) + zlib.compress(delta)
            for delta, content in zip(deltas, contents, strict=True)
        ]
        items.append(head(OFFSET_DELTA, len(further)) + back(len(items[0]) + len(items[1])) + zlib.compress(further))
        made.append(made[0] + b"!")
        write_pack(folder, items, [id_of(content) for content in made])
        store = store_of(repo)
        assert read(store) == {id_of(content): content for content in (*contents, *made)}
        assert {kind for _, kind, _ in store.read(range(len(store)))} == {BLOB}

    def test_missing(self, repo, folder):
        delta = delta_of(b"x" * 10, b"more")
        write_pack(folder, [head(ID_DELTA, len(delta)) + b"\7" * 20 + zlib.compress(delta)], [b"\1" * 20])
        assert troubles(store_of(repo)) == {"01" * 20: "unreadable: its base is missing"}

    def test_itself(self, repo, folder):
        """A ring of deltas, by id, of one and of two; what hangs on it; and the sound object beside it."""
        delta = delta_of(b"x" * 10, b"more")
        names = [bytes([at]) * 20 for at in range(1, 5)]
        bases = [names[0], names[2], names[1], names[2]]
        items = [head(ID_DELTA, len(delta)) + base + zlib.compress(delta) for base in bases]
        write_pack(folder, [*items, blob(b"sound")], [*names, id_of(b"sound")])
        store = store_of(repo)
        assert troubles(store).keys() == {name.hex() for name in names}
        assert read(store) == {id_of(b"sound"): b"sound"}

    def test_two_packs_in_a_ring(self, repo, folder):
        """Each makes its object from the other's."""
        delta = delta_of(b"x" * 10, b"more")
        for own, other in ((b"\1" * 20, b"\2" * 20), (b"\2" * 20, b"\1" * 20)):
            write_pack(folder, [head(ID_DELTA, len(delta)) + other + zlib.compress(delta)], [own])
        assert troubles(store_of(repo)).keys() == {"01" * 20, "02" * 20}

    def test_too_deep(self, repo, folder):
        """Deltas upon deltas beyond what git makes are told."""
        content = b"x"
        items, ids = [blob(content)], [id_of(content)]
        for _ in range(6_000):
            delta = delta_of(content, b"y")
            items.append(head(OFFSET_DELTA, len(delta)) + back(len(items[-1])) + zlib.compress(delta))
            content += b"y"
            ids.append(id_of(content))
        write_pack(folder, items, ids)
        store = store_of(repo)
        found = troubles(store)
        assert len(found) == 6_001 - 5_000
        assert set(found.values()) == {"unreadable: it is of an unknown kind, or made from itself"}

    @pytest.mark.parametrize("distance", [0, 1, 10**6, 1 << 62])
    def test_outside(self, repo, folder, distance):
        """An offset into the middle of an object, or before the pack."""
        delta = delta_of(b"x" * 10, b"more")
        item = head(OFFSET_DELTA, len(delta)) + back(distance) + zlib.compress(delta)
        write_pack(folder, [blob(b"x" * 10), item], [id_of(b"x" * 10), b"\1" * 20])
        assert troubles(store_of(repo)).keys() == {"01" * 20}


class TestBombs:
    def test_more_than_it_says(self, repo, folder):
        """A megabyte that says it is ten bytes takes no megabyte."""
        bomb = head(BLOB, 10) + zlib.compress(bytes(200 << 20))
        write_pack(folder, [bomb], [b"\1" * 20])
        store = store_of(repo)
        tracemalloc.start()
        assert troubles(store) == {"01" * 20: "unreadable: its compressed bytes are damaged"}
        assert tracemalloc.get_traced_memory()[1] < 80 << 20
        tracemalloc.stop()

    @pytest.mark.parametrize("size", [1 << 20, (1 << 25) + 1, 1 << 40, (1 << 56) - 1])
    def test_less_than_it_says(self, repo, folder, size):
        """A few bytes that say they are many."""
        write_pack(folder, [head(BLOB, size) + zlib.compress(b"few")], [b"\1" * 20])
        store = store_of(repo)
        assert troubles(store).keys() == {"01" * 20}
        stream = store.stream(0)
        assert stream is not None
        with pytest.raises(ValueError, match=r"size|damaged"):
            list(iter(lambda: stream[1](1 << 20), b""))

    def test_a_delta_that_makes_gigabytes(self, repo, folder):
        """It is told as too large before it is made."""
        content = bytes(1 << 16)
        delta = number(len(content)) + number(len(content) * 100_000) + b"\x80" * 100_000
        item = head(OFFSET_DELTA, len(delta)) + back(len(blob(content))) + zlib.compress(delta)
        write_pack(folder, [blob(content), item], [id_of(content), b"\1" * 20])
        assert list(troubles(store_of(repo)).values()) == [f"{walk.LARGE.reason}: {walk.LARGE.detail}"]

    def test_many_branches_are_held_in_bounded_memory(self, repo, folder, monkeypatch):
        """Where too many bytes wait for what is made from them, they are let go, and made again."""
        monkeypatch.setattr(walk, "_HELD", 100_000)
        content = text(1, 600).encode()
        items, ids, places, at = [blob(content)], [id_of(content)], [0], len(blob(content))
        made = [content]
        for step in range(60):
            base = step // 2  # Two from each.
            delta = delta_of(made[base], b"%d" % step)
            item = head(OFFSET_DELTA, len(delta)) + back(at - places[base]) + zlib.compress(delta)
            items.append(item)
            places.append(at)
            at += len(item)
            made.append(made[base] + b"%d" % step)
            ids.append(id_of(made[-1]))
        write_pack(folder, items, ids)
        assert read(store_of(repo)) == {id_of(content): content for content in made}


class TestIndexes:
    def test_cut_short_anywhere(self, repo, folder):
        """An index that ends early is refused, or tells less; nothing else is raised."""
        repo.commit(a_txt=text(1), b_txt=text(2))
        repo.git("repack", "-adfq")
        (path,) = folder.glob("*.idx")
        data = path.read_bytes()
        broken = folder.parent / "broken.idx"
        for length in [*range(0, len(data) - 1, 37), len(data) - 1]:
            broken.write_bytes(data[:length])
            with pytest.raises(PackError):
                read_index(str(broken), 20)

    @settings(max_examples=300)
    @given(st.data())
    def test_any_damage(self, tmp_path_factory, data):
        """Bytes of index, multi-pack index or pack that were changed: PackError, or objects, or trouble with them."""
        folder = tmp_path_factory.mktemp("packs")
        content = b"base " * 30
        delta = delta_of(content, b"more")
        items = [blob(content), head(OFFSET_DELTA, len(delta)) + back(len(blob(content))) + zlib.compress(delta)]
        path = write_pack(folder, items, [id_of(content), id_of(content + b"more")])
        victim = data.draw(st.sampled_from([path, path.with_suffix(".idx")]))
        raw = bytearray(victim.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        victim.write_bytes(raw)
        try:
            pack = Pack(read_index(str(path.with_suffix(".idx")), 20), str(path), 20)
        except PackError:
            return
        assert [position for position, _ in walk.walk(pack, range(len(pack)))] == [0, 1]

    @settings(max_examples=200)
    @given(st.binary(max_size=400))
    def test_multi_pack_index_of_any_bytes(self, tmp_path_factory, tail):
        """What is none is refused."""
        path = tmp_path_factory.mktemp("midx") / "multi-pack-index"
        path.write_bytes(b"MIDX\1\1" + tail)
        with pytest.raises(PackError):
            read_multi_index(str(path), 20)

    def test_pack_without_index(self, repo, folder):
        """It is told: nobody knows what it holds."""
        repo.commit(a_txt="a")
        repo.git("repack", "-adfq")
        next(folder.glob("*.idx")).unlink()
        (entry,) = store_of(repo).coverage.skipped
        assert (entry.reason, entry.detail) == ("unreadable", "it has no index")

    def test_not_a_pack(self, repo, folder):
        """A file of the name alone is told, and the rest is read."""
        repo.commit(a_txt="a")
        repo.git("repack", "-adfq")
        (path,) = folder.glob("*.pack")
        for name, content in (("pack-1", b""), ("pack-2", b"PACK\0\0\0\7"), ("pack-3", path.read_bytes()[:-5])):
            (folder / f"{name}.pack").write_bytes(content)
            (folder / f"{name}.idx").write_bytes(path.with_suffix(".idx").read_bytes())
        store = store_of(repo)
        assert {Path(entry.path).stem for entry in store.coverage.skipped} >= {"pack-1", "pack-2"}
        assert len(read(store)) == 3


class TestLoose:
    @pytest.mark.parametrize(
        "content",
        [
            b"", b"no zlib", zlib.compress(b""), zlib.compress(b"blob"), zlib.compress(b"blob x\0abc"),
            zlib.compress(b"blob 4\0abc"), zlib.compress(b"blob 2\0abc"), zlib.compress(b"thing 3\0abc"),
            zlib.compress(b"blob 3\0abc")[:-3], zlib.compress(b"blob 99999999999999999999\0abc"),
        ],
    )  # fmt: skip
    def test_damaged(self, repo, content):
        """A loose object that is none."""
        path = repo.root / ".git/objects/11" / ("1" * 38)
        path.parent.mkdir()
        path.write_bytes(content)
        assert troubles(store_of(repo)).keys() == {"1" * 40}


def windows(repo: Repo) -> tuple[list[bytes], Coverage]:
    """What a scan would see of all objects, and its coverage."""
    git = open_git(repo.root)
    coverage = Coverage()
    shards = (Objects(git, place_of(git), span, None) for span in Store(place_of(git)).spans(READ, 1 << 20))
    return [bytes(window.data) for shard in shards for window in shard.windows(Policy(), coverage)], coverage


class TestGitsSecondOpinion:
    def test_another_copy_is_read(self, repo, folder):
        """An object that is damaged in one pack is read from the other, which git finds."""
        content = text(1).encode()
        repo.commit(a_txt=content)
        repo.git("repack", "-adq")
        (sound,) = folder.glob("*.pack")
        damaged = bytearray(blob(content))
        damaged[40] ^= 0xFF
        # It must be the first that is looked at.
        write_pack(folder, [bytes(damaged)], [id_of(content)]).rename(folder / "pack-0.pack")
        next(path for path in folder.glob("*.idx") if path.stem != sound.stem).rename(folder / "pack-0.idx")
        seen, coverage = windows(repo)
        assert content in b"".join(seen)
        assert coverage.skipped == []
        assert coverage.read == coverage.planned

    def test_no_copy_is_told(self, repo, folder):
        """What git cannot read either is skipped, by its id."""
        write_pack(folder, [head(BLOB, 9) + b"no zlib"], [b"\1" * 20])
        _, coverage = windows(repo)
        (entry,) = coverage.skipped
        assert (entry.path, entry.reason) == ("01" * 20, "unreadable")
        assert (coverage.planned, coverage.read) == (1, 0)


def test_a_pack_that_hurts_is_given_up(repo, folder, monkeypatch):
    """A comb: a long chain, each of which has a tooth that is read on the way back, when nothing is held any more."""
    monkeypatch.setattr(walk, "_HELD", 10_000)
    monkeypatch.setattr(walk, "_REMADE", 200_000)
    content = text(1, 100).encode()
    items, ids, at = [blob(content)], [id_of(content)], len(blob(content))
    places, made = [0], [content]
    for step in range(60):
        delta = delta_of(made[-1], b"s%d" % step)
        items.append(head(OFFSET_DELTA, len(delta)) + back(at - places[-1]) + zlib.compress(delta))
        places.append(at)
        at += len(items[-1])
        made.append(made[-1] + b"s%d" % step)
        ids.append(id_of(made[-1]))
    for step in range(60):
        delta = delta_of(made[step], b"tooth")
        items.append(head(OFFSET_DELTA, len(delta)) + back(at - places[step]) + zlib.compress(delta))
        at += len(items[-1])
        ids.append(id_of(made[step] + b"tooth"))
    write_pack(folder, items, ids)
    found = troubles(store_of(repo))
    assert 30 < len(found) < 60
    assert set(found.values()) == {f"{walk.COSTLY.reason}: {walk.COSTLY.detail}"}
    _, coverage = windows(repo)
    assert {entry.reason for entry in coverage.skipped} == {"too-large"}
    assert coverage.read + len(coverage.skipped) == coverage.planned == 121


def test_an_empty_object_may_be_a_base(repo, folder, monkeypatch):
    """Also where it was let go."""
    monkeypatch.setattr(walk, "_HELD", 0)
    contents = [b"", b"a", b"b"]
    items = [blob(b"")]
    for tail in contents[1:]:
        delta = delta_of(b"", tail)
        items.append(head(OFFSET_DELTA, len(delta)) + back(sum(map(len, items))) + zlib.compress(delta))
    write_pack(folder, items, [id_of(content) for content in contents])
    assert read(store_of(repo)) == {id_of(content): content for content in contents}
