"""Versions that hold nothing, told by what is new in them: the same is found as when each is read alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.decode import setting
from scanner.decode.bindings import TEXT
from scanner.examine.blob import BlobExamination
from scanner.examine.versions import REACH, near
from scanner.model import AHEAD, Coverage
from scanner.sources import Limits, Version, Window
from tests import signing
from tests.examine.test_vain import found, sieve
from tests.examining import Batch

_SECRET = "f8Xq2LmZ7wTn0RkVb4YcJd9eGh5UaS1i"
_TOKEN = signing.sign(signing.key("oct"), "HS256", {"iss": "https://idp.example", "sub": "svc"})
_PIECES = (
    f'JWT_SECRET = "{_SECRET}"\n',
    f'KEY = "{_SECRET}"\n',
    f'OTHER = "{_SECRET[::-1]}"\n',
    "KEY = OTHER\n",
    "KEY = os.environ['KEY']\n",
    "token = jwt.sign(claims, KEY)\n",
    "token = jwt.sign(claims,\n\n\n\n\n\n  KEY)\n",
    "cookieParser(\n",
    f'"{_SECRET}")\n',
    "secret:\n",
    f"  {_SECRET}\n",
    "def f(secret):\n",
    "    return other(secret)\n",
    "session_secret = config.secret_key_base",
    "-----BEGIN CERTIFICATE-----\n",
    f"bearer {_TOKEN}\n",
    f"{_TOKEN[:40]}\n",
    "eyJ",
    "x",
    " ",
    "\n",
    "y" * 700,
    "x = 1\n" * 100,
    "// nothing at all\n" * 200,
    "# far away\n" * 1000,
)
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
_EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), _TEXTS), min_size=1, max_size=3)


class Chain(Batch):
    """Blobs in one buffer, each made from one that stands before it."""

    def __init__(self, blobs: Sequence[bytes], made: Sequence[tuple[int, Sequence[tuple[int, int]] | None]]) -> None:
        super().__init__(blobs)
        self.made = made

    def windows(self, limits: Limits, coverage: Coverage) -> Iterator[Window]:
        versions = [
            Version(key, base, lambda changed=changed: changed)  # type: ignore[misc]
            for key, (base, changed) in enumerate(self.made)
        ]
        yield Window(memoryview(b"".join(self.blobs)), self.ends, self._blob, versions=versions)


def edited(text: bytes, edits: Sequence[tuple[float, int, str]]) -> tuple[bytes, list[tuple[int, int]]]:
    """A text made from another by taking bytes away, and putting others in their place; and where those are."""
    made, at = b"", 0
    changed = []
    for begin, removed, added in sorted((round(share * len(text)), removed, added) for share, removed, added in edits):
        begin = max(begin, at)
        made += text[at:begin]
        changed.append((len(made), len(made) + len(added)))
        made += added.encode()
        at = min(begin + removed, len(text))
    return made + text[at:], changed


def held(blobs: Batch) -> list[tuple[str, str, str, int]]:
    """Each subject with its blob and place, as a sieve that has read nothing before finds them."""
    return sorted(
        (kind, identity, path, start) for kind, identity, at in found(sieve()(blobs)) for path, start, _ in at
    )


@settings(deadline=None, max_examples=250)
@given(_TEXTS, st.lists(st.tuples(st.integers(0, 5), _EDITS), max_size=5))
def test_versions_give_what_each_gives_alone(text: str, edits: list[tuple[int, list[tuple[float, int, str]]]]) -> None:
    """Whatever is changed in whichever version before, each holds what it holds without that."""
    blobs = [text.encode()]
    made: list[tuple[int, list[tuple[int, int]] | None]] = [(-1, None)]
    for base, changes in edits:
        base %= len(blobs)
        blob, changed = edited(blobs[base], changes)
        blobs.append(blob)
        made.append((base, changed))
    expected = [
        (kind, identity, f"{index}.txt", start)
        for index, blob in enumerate(blobs)
        for kind, identity, _, start in held(Batch([blob]))
    ]
    assert held(Chain(blobs, made)) == sorted(expected)


_APART = "x = 1\n" * 2000
_USE = "token = jwt.sign(claims, KEY)\n"
_BARREN = "def f(secret):\n    return other(secret)\nKEY = environment.key\n" + _APART + _USE + _APART


@pytest.mark.parametrize(
    ("text", "old", "new", "holds"),
    [
        (_BARREN, "environment.key", "environment.value", False),
        (_BARREN, "environment.key", f"'{_SECRET}'", True),
        (f"STATED = '{_SECRET}'\n" + _BARREN, "environment.key", "STATED", True),
        (_BARREN, "(claims, KEY)", "(claims, OTHER)", False),
        (_BARREN, "(claims, KEY)", f"(claims, '{_SECRET}')", True),
        (f"STATED = '{_SECRET}'\n" + _BARREN, "(claims, KEY)", "(claims, STATED)", True),
        (_BARREN, "other(secret)", f"cookieParser('{_SECRET}')", True),
        (_BARREN, "def f(", "", False),
        (f"jwt_secret = '{_SECRET[:2]}'\n" + _BARREN, f"{_SECRET[:2]}'", f"{_SECRET}'", True),
        (f"- name: JWT_SECRET\n  value: {_SECRET[:2]}\n", f"{_SECRET[:2]}\n", f"{_SECRET}\n", True),
        (f"STATED = '{_SECRET}'\ncookieParser(\n\n\n\n\n\n\n  none)\n" + _BARREN, "none", "STATED", True),
        ("app.use(other({\n" + "  a: 1,\n" * 99 + "  secret: 'kekse-und-milch',\n}))\n", "other", "session", True),
        (f"bearer {_TOKEN[:-9]}\n" + _BARREN, "\n", f"{_TOKEN[-9:]}\n", True),
        (f"bearer x{_TOKEN[3:]}\n" + _BARREN, "x", "eyJ", True),
    ],
)
def test_what_is_new_decides(text: str, old: str, new: str, holds: bool) -> None:
    """A name that is bound anew far from its use, a use of another name, and what stands in the new text or around it:
    on its line, on the lines before and behind it, and across its ends."""
    at = text.index(old)
    blobs = [text.encode(), (text[:at] + new + text[at + len(old) :]).encode()]
    chain = Chain(blobs, [(-1, None), (0, [(at, at + len(new))])])
    assert ("1.txt" in {path for *_, path, _ in held(chain)}) == holds
    assert bool(held(Batch(blobs[1:]))) == holds


def test_a_version_is_not_read_where_nothing_near_what_is_new_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tries and its names are those of the other one."""
    read: list[str] = []
    whole = BlobExamination.whole

    def noting(self: BlobExamination, *rest: Any) -> None:
        read.append(self._blob.origin.path)
        whole(self, *rest)

    monkeypatch.setattr(BlobExamination, "whole", noting)
    blobs = [text.encode() for text in (_BARREN, _BARREN + "y = 2\n", "z = 3\n" + _BARREN)]
    ends = [[(len(_BARREN), len(_BARREN) + 6)], [(0, 6)]]
    assert held(Chain(blobs, [(-1, None), (0, ends[0]), (0, ends[1])])) == []
    assert read == ["0.txt"]
    read.clear()
    assert held(Chain(blobs, [(-1, None), (0, None), (-1, None)])) == []
    assert read == ["0.txt", "1.txt", "2.txt"]


def test_near_is_what_can_see_the_new() -> None:
    """From `TEXT` bytes before on, up to the end of a line that ends 400 bytes behind, or far off; one stretch where
    two meet."""
    text = b"0123456789\n" * 1000
    assert near(text, [(5000, 5010)]) == [(5000 - TEXT, 5412)]
    assert near(text, [(10, 10), (6000, 6000)]) == [(0, 418), (6000 - TEXT, 6402)]
    assert near(text, [(4000, 4010), (5900, 5900)]) == [(4000 - TEXT, 6303)]
    assert near(b"x" * 9000, [(3000, 3000)]) == [(3000 - TEXT, 3000 + 400 + 2048)]
    assert near(b"short", [(5, 5)]) == [(0, 5)]


def test_no_look_goes_further() -> None:
    """What is looked at behind an anchor, by what reads settings and what rules anchors out, is near."""
    assert setting.MOST <= REACH
    assert AHEAD <= REACH
