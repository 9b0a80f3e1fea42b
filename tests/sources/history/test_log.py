"""The log in tables: what it says is what it says record by record."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.sources.git.command import open_git
from scanner.sources.history import log
from scanner.sources.history.log import Change, Entry, parse, raw
from scanner.sources.scope import Scope
from tests.repositories import Repo

RECORD = re.compile(
    rb"\x01([0-9a-f]+)\x01([0-9a-f ]*)\x01(\d*)\0[\0\n]?|:+(?:[0-7]{6} )+([0-9a-f ]+) [A-Z]+\0([^\0]*)\0"
)
IDS = [bytes([number]).hex().encode() * 20 for number in range(1, 9)]
NOTHING = b"0" * 40
LIKE_A_CHANGE = b":100644 100644 %b %b M" % (IDS[0], IDS[1])
LIKE_A_COMMIT = b"\x01%b\x01\x011" % IDS[2]

paths = st.one_of(
    st.binary(min_size=1, max_size=12).map(lambda path: path.replace(b"\0", b"/")),
    st.sampled_from([LIKE_A_CHANGE, LIKE_A_COMMIT, b":", b"\x01", b"\n:x", b"\n", b"::", b":x\n"]),
)


@st.composite
def commits(draw: st.DrawFn) -> bytes:
    """What git writes of one commit, with paths of every kind."""
    parents = draw(st.lists(st.sampled_from(IDS), max_size=3))
    text = b"\x01%b\x01%b\x01%d\0" % (draw(st.sampled_from(IDS)), b" ".join(parents), draw(st.integers(0, 1 << 40)))
    sides = max(1, len(parents))
    changes = draw(
        st.lists(
            st.tuples(st.lists(st.sampled_from([*IDS, NOTHING]), min_size=sides + 1, max_size=sides + 1), paths),
            max_size=4,
        )
    )
    text += draw(st.sampled_from([b"\0", b"\n"])) if changes else draw(st.sampled_from([b"\0", b""]))
    for ids, path in changes:
        modes = [draw(st.sampled_from([b"100644", b"160000", b"000000"])) for _ in ids]
        text += b":" * sides + b" ".join(modes) + b" " + b" ".join(ids) + b" " + b"M" * sides + b"\0" + path + b"\0"
    return text


def plainly(text: bytes, wanted: set[bytes]) -> list[Entry | Change]:
    """The same, record by record."""
    found: list[Entry | Change] = []
    entry = Entry(b"", (), 0)
    for record in RECORD.finditer(text):
        id_, parents, time, ids, path = record.groups()
        if id_ is not None:
            entry = Entry(id_, tuple(parents.split()), int(time))
            found += [entry] if id_ in wanted else []
        elif wanted.intersection(ids.split()):
            *before, after = ids.split()
            found.append(Change(entry, path, tuple(before), after))
    return found


@given(st.lists(commits(), max_size=5).map(b"".join), st.sets(st.sampled_from(IDS)), st.data())
@settings(max_examples=300)
def test_tables_say_what_records_say(text, wanted, data):
    """Wherever the pieces end, and whatever paths look like."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert list(parse(pieces, wanted, 20)) == plainly(text, wanted)
    links = [page.path(at) for page in log._pages(pieces, 20) for at in np.flatnonzero(page.links()).tolist()]
    after = [bytes(id_).hex().encode() for page in log._pages(pieces, 20) for id_ in page.after()]
    changes = [found for found in RECORD.finditer(text) if found[1] is None]
    assert after == [found[4].split()[-1] for found in changes]
    assert links == [
        found[5] for found in changes if found[0].lstrip(b":").split()[len(found[4].split()) - 1] == b"160000"
    ]


@pytest.mark.parametrize("format_", ["sha1", "sha256"])
def test_a_log_of_git(tmp_path, format_):
    """With merges of several parents and paths that look like records."""
    repo = Repo(tmp_path / "repo", f"--object-format={format_}")
    repo.commit(a_txt="0\n")
    for name in "xyz":
        repo.git("checkout", "-q", "-b", name, "main")
        repo.write(LIKE_A_CHANGE + name.encode(), name)
        repo.write(b"\x01" + name.encode(), name)
        repo.git("add", "--all")
        repo.commit(f"on {name}")
    repo.git("checkout", "-q", "main")
    repo.commit(b_txt="1\n")
    repo.git("merge", "-q", "--no-commit", "x", "y", "z")
    repo.commit("merged", a_txt="2\n")
    repo.git("rm", "-q", "b.txt")
    repo.commit("gone")
    width = 20 if format_ == "sha1" else 32
    pieces = list(raw(open_git(repo.root), Scope(repo.root), "all"))
    wanted = set(re.findall(rb"[0-9a-f]{%d}" % (2 * width), b"".join(pieces)))
    found = list(parse(pieces, wanted, width))
    assert found == plainly(b"".join(pieces), wanted)
    assert max(len(change.before) for change in found if isinstance(change, Change)) == 4
