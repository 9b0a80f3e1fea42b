"""Tries that came to nothing: what is remembered of them changes no result."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.decode.setting import until
from scanner.decode.wrapped import Found
from scanner.examine import Examiner
from scanner.examine.vain import Around, Try, Vain, around, further
from scanner.model import Examination, Policy, Sealed, Secret
from scanner.rulebook import Pattern
from tests.examining import PATTERNS, Batch

_SECRET = "f8Xq2LmZ7wTn0RkVb4YcJd9eGh5UaS1i"
_LINES = (
    f'JWT_SECRET = "{_SECRET}"',
    f"secret: {_SECRET}",
    'secret = os.environ["JWT_SECRET"]',
    "def secret_key_base(secret, secrets): pass",
    "kind: Secret",
    "session:",
    "  secret:",
    '    "kekse-und-milch"',
    f'cookieParser("{_SECRET}")',
    "token = jwt.sign(claims, secret)",
    "-----BEGIN CERTIFICATE-----",
    "# another service: stripe",
    "",
    "x" * 700,
)

_LINE = ("pattern", 2, b"  two")
_FAR = ("pattern", -9, b"digest of all of it")


def found(examination: Examination) -> list[tuple[str, str, list[tuple[str, int, int]]]]:
    """Kind and identity of each subject, and where it stands."""
    return [
        (one.kind, one.identity, [(at.origin.path, at.start, at.end) for at in one.sightings])
        for one in examination.subjects
    ]


def sieve(patterns: tuple[Pattern, ...] = PATTERNS) -> Examiner:
    return Examiner(patterns, Policy()).of_versions(Policy(inline=frozenset()))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(_LINES), min_size=1, max_size=12),
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 3), st.lists(st.sampled_from(_LINES), max_size=3)), max_size=6
    ),
    st.sampled_from(["\n", "\r\n", " "]),
)
def test_versions_give_what_each_gives_alone(
    lines: list[str], edits: list[tuple[int, int, list[str]]], end: str
) -> None:
    """Whatever was read before, in one batch or in several, a version holds what it holds on its own."""
    versions = [lines]
    for at, removed, added in edits:
        lines = [*lines[:at], *added, *lines[at + removed :]]
        versions.append(lines)
    blobs = [end.join(version).encode() for version in versions]
    inline = Policy(inline=frozenset())
    remembering = sieve()
    for blob in blobs:
        assert found(remembering(Batch([blob]))) == found(Examiner(PATTERNS, inline)(Batch([blob])))
    assert found(sieve()(Batch(blobs))) == found(Examiner(PATTERNS, inline)(Batch(blobs)))


def test_what_stands_further_up_decides_anew() -> None:
    """A value that its surroundings make a secret is one behind them, though it was none without them."""
    setting = b'  resave: false,\n  secret: "kekse-und-milch",\n}))\n'
    remembering = sieve()
    heads = (b"app.use(other({\n", b"app.use(session({\n", b"app.use(other({\n")
    assert [bool(found(remembering(Batch([head + setting])))) for head in heads] == [False, True, False]


def test_a_blob_of_known_tries_alone_is_not_tried() -> None:
    """Nothing is asked of a blob whose anchors all came to nothing before; its name not even."""

    class Nameless(Batch):
        def _blob(self, index: int) -> None:  # type: ignore[override]
            raise AssertionError

    text = b"def f(secret):\n    return other(secret)\n" + b"\n" * 6
    remembering = sieve()
    remembering(Batch([text]))
    assert found(remembering(Nameless([b"# moved down\n" + text, text + b"# grown\n"]))) == []


class TestVain:
    """What is remembered of a try, and for how long."""

    @staticmethod
    def vain() -> Vain:
        return Vain(lambda lookup: ("pattern", until if lookup == 0 else None))

    def test_around_is_the_line_and_what_is_looked_at(self) -> None:
        text = b"one\n  two = three\nfour\n5\n6\n7\n8\n"
        assert around(text, 6, "pattern", until) == ("pattern", 2, b"  two = three\nfour\n5\n6\n7\n")

    def test_around_is_nothing_in_long_lines(self) -> None:
        """Of a line that begins too far off, nothing is known."""
        assert around(b"x" * 2049 + b"two", 2049, "pattern", until) is None
        assert around(b"x" * 2048 + b"two", 2048, "pattern", until) == ("pattern", 2048, b"x" * 2048 + b"two")

    def test_all_anchors_have_to_be_known(self) -> None:
        """One that stands between other bytes, or whose lookup does not say how far it looks, is not."""
        vain = self.vain()
        vain.note(("pattern", 0, b"two"), _FAR, 100, Found(None, 100, 101, 103, barren=True, since=100), 0)
        assert vain.get(("pattern", 0, b"two")) == Try(0, 1, 3, True)
        assert vain.has_all(b"two", [(7, 0)], 7)
        assert not vain.has_all(b"two\n", [(7, 0)], 7)
        assert not vain.has_all(b"two", [(7, 0), (7, 1)], 7)

    def test_a_try_that_found_something_is_not_kept(self) -> None:
        vain = self.vain()
        subject = Secret(raw=Sealed(b"two"), value=Sealed(b"two"), name="")
        vain.note(_LINE, _FAR, 2, Found(subject, 2, 5, 5, since=2), 0)
        assert vain.get(_LINE) is vain.get(_FAR) is None

    def test_a_try_is_kept_for_its_line_alone_where_it_looked_no_further(self) -> None:
        """Otherwise for all that may have been looked at; and for nothing, if it was not let look at that."""
        for tried in (Found(None, 2, 3, 5, since=-1), Found(None, 2, 3, 6, since=2), Found(None, 2, 3, 5)):
            vain = self.vain()
            vain.note(_LINE, _FAR, 2, tried, 0)
            assert vain.get(_LINE) is vain.get(_FAR) is None
            vain.note(_LINE, _FAR, 2, tried, -7)
            assert vain.get(_LINE) is None
            assert vain.get(_FAR) == Try(-9, 1, tried.reach - 2, False)
        vain = self.vain()
        vain.note(_LINE, _FAR, 2, Found(None, 2, 3, 5, since=0), 1)
        assert vain.get(_LINE) is vain.get(_FAR) is None
        vain.note(_LINE, _FAR, 2, Found(None, 2, 3, 5, since=0), 0)
        assert vain.get(_LINE) == Try(-2, 1, 3, False)
        assert vain.get(_FAR) is None

    def test_what_is_further_off(self) -> None:
        """From 2,048 bytes before the text on that an anchor is inside of, as far as they are there."""
        text = b"x" * 3000 + b" app.session_secret = y\n"
        place = further(text, 3005, "pattern", until, b".aps")
        assert place[:2] == ("pattern", 3001 - 2048 - 3005)
        assert place == further(b"z" + text[3001 - 2048 :], 2053, "pattern", until, b".aps")
        assert place != further(b"z" * 2048 + text[3001:], 2052, "pattern", until, b".aps")
        assert place != further(text + b"z", 3005, "pattern", until, b".aps")
        assert further(b"a.b = c", 2, "pattern", until, b".a")[1] == -2

    def test_room_is_bounded(self) -> None:
        """Beyond eight megabytes it begins anew."""
        vain = self.vain()
        places: list[Around] = [("pattern", 0, bytes([number]) * (3 << 20)) for number in range(3)]
        for place in places:
            vain.note(place, _FAR, 0, Found(None, 0, 1, 1, since=0), 0)
        assert [vain.get(place) is not None for place in places] == [False, False, True]
