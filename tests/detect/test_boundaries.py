"""No engine, window or batch changes what is found."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.detect import LOOKAHEAD, Alone, Detector, Reading, alone
from scanner.model import Examination, Policy
from scanner.rulebook import Pattern
from scanner.sources.stream import LOOKBEHIND
from tests import strategies
from tests.examining import ENGINES, PATTERNS, Batch, Cut, examine, examiner, found, origin, spans

SHORT = strategies.compact({"alg": "HS256"}, {"sub": "svc"})
MIDDLING = strategies.compact({"alg": "HS256"}, {"note": "n" * 3000})
LONG = strategies.compact({"alg": "HS256"}, {"note": "n" * 9000})

EXAMPLES = [example.blob.decode() for pattern in PATTERNS for example in pattern.examples]
"""What every pattern finds, and what it must not."""

PIECES = [
    *(SHORT, MIDDLING, LONG, "eyJ", "eyJh", "ewog", "eyJhbGciOiJub25lIn0", ".", "/", "=", "\n", " ", "é", "𝄞"),
    *(f"{SHORT[:2]}\n{SHORT[2:]}", f"e{chr(10)}yJh", "hbGci", "YWxnI"),
    *("# tokensweep: allow", "# tokensweep: allow[token-leaked] ours\n", "tokensweep:", "// gitleaks:allow\n"),
    *(
        "a" * 300,
        "b " * (LOOKAHEAD // 2),
        "\n" * LOOKBEHIND,
        "c" * (LOOKAHEAD + 7),
        "eyJ" * 500,
        "eyJhbGciOiJub25lIn0." * 90,
    ),
]

texts = (
    st.lists(st.sampled_from(PIECES) | st.sampled_from(EXAMPLES) | st.text(max_size=6), max_size=12)
    .map("".join)
    .map(str.encode)
)


def told(examination: Examination) -> object:
    """All that one blob's examination says, except for the order of subjects."""
    coverage = examination.coverage
    return found(examination), [s.seen for s in examination.subjects], coverage.skipped, coverage.notes, coverage.bytes


@settings(deadline=None)
@given(
    data=texts | st.binary(max_size=200),
    planted=st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(
                [b"eyJh", b"ewog", b"eyAi", b"ew0K", b"ewki", b'{"payload":"eyJ', b"v4.local.", b"branca "]
            ),
        )
    ),
)
def test_engines_agree(data, planted):
    """Both engines see the same anchors, and the same subjects come of them."""
    for at, anchor in planted:
        data = data[:at] + anchor + data[at:]
    hits = [examiner(engine)._means.detector.hits(memoryview(data)) for engine in ENGINES]
    assert hits[0] == hits[1]
    assert told(examine(data, "hyperscan")) == told(examine(data, "re2"))


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60)
@given(data=texts, size=st.sampled_from([4, 61, 1000, LOOKAHEAD, 5001]), most=st.sampled_from([100, 4000, 1 << 20]))
def test_windows_change_nothing(engine, data, size, most):
    """Read in windows of any size, a blob holds the same subjects at the same lines, with the same suppressions."""
    examined = examiner(engine, Policy(max_subject=most))
    assert told(examined(Cut(data, size))) == told(examined(Cut(data, len(data) + 1)))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@settings(max_examples=30)
@given(data=texts, size=st.sampled_from([5, 64, 4097]))
def test_windows_change_nothing_in_utf16(encoding, data, size):
    """The same where a window's end cuts a unit or a surrogate pair in two."""
    wide = ("\ufeff" + data.decode()).encode(encoding)
    examined = examiner("hyperscan")
    assert told(examined(Cut(wide, size))) == told(examined(Cut(wide, len(wide) + 1)))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_next_blob_is_no_part_of_a_word(engine):
    """A key at the end of a blob ends there, whatever the next blob in the buffer begins with."""
    key = b"sb_secret_MadeUpForThisExample01_23456789"
    [(raw, _)] = found(examiner(engine)(Batch([b"KEY=" + key, b"and more"])))
    assert raw == key


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60)
@given(blobs=st.lists(texts | st.sampled_from([b"", SHORT.encode()[:40], SHORT.encode()[40:]]), max_size=5))
def test_batches_change_nothing(engine, blobs):
    """A blob holds what it holds alone, whatever stands before and behind it in the buffer."""
    examined = examiner(engine)
    together = [sighting for _, sighting in found(examined(Batch(blobs)))]
    alone = [
        msgspec.structs.replace(sighting, origin=origin(f"{index}.txt"))
        for index, blob in enumerate(blobs)
        for _, sighting in found(examined(Cut(blob, 1 << 20)))
    ]
    assert sorted(together, key=repr) == sorted(alone, key=repr)  # of equal subjects, all sightings come together


def test_a_token_cut_by_two_blobs_is_none():
    """Two files that stand side by side in a buffer make no token together."""
    halves = [SHORT.encode()[:40], SHORT.encode()[40:]]
    assert found(examiner("hyperscan")(Batch(halves))) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_what_failed_is_not_tried_again(engine):
    """Where one pattern waits for more of a blob, what another came to there counts once."""
    patterns = [Pattern(name, "token", "jws", "abc[a-z]*", None, None, (), "mine.toml") for name in ("one", "two")]
    detector, data = Detector(patterns, engine=engine), memoryview(b"abcdef " + b" " * 2 * LOOKAHEAD)
    reading = Reading(1 << 20, 0, len(data), final=False)
    tried = []

    def read(data, target, start, limit, joins):
        tried.append(target.pattern)
        end = limit if target.pattern == "two" else start + 6
        return Alone(end, end, empty=True, barren=False)

    for _ in range(3):
        assert list(detector.matches(data, detector.hits(data), reading, read)) == []
        assert reading.resume == 0
    assert tried == ["one", "two", "two", "two"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", [64, 5000, 1 << 20])
def test_pattern_without_extent(engine, size):
    """A pattern that needs the whole token at once is not given up at a window's end."""
    strict = Pattern("strict", "token", "jws", r"eyJhbGciOi[\w-]+\.[\w-]+\.[\w-]{43}", None, None, (), "mine.toml")
    data = f"a\n{LONG}\n{SHORT}\n{'.' * 9000}".encode()
    examined = examiner(engine, patterns=[strict])
    assert [raw.decode() for raw, _ in found(examined(Cut(data, size)))] == [LONG, SHORT]


@pytest.mark.parametrize("gap", [1, 2000, LOOKAHEAD - 40])
@pytest.mark.parametrize("size", [50, len(SHORT) + 1000, len(SHORT) + LOOKAHEAD, 1 << 20])
def test_suppression_beyond_the_window(size, gap):
    """A token whose window ends before its line does is suppressed by the rest of its line."""
    [(_, sighting)] = found(examiner("hyperscan")(Cut(f"{SHORT}{' ' * gap}# tokensweep: allow".encode(), size)))
    assert [allow.spelling for allow in sighting.allows] == ["tokensweep"]


def test_an_anchor_cut_by_two_blobs_is_none():
    """What stands in the next blob makes no match in this one."""
    pattern = Pattern("note", "pragma", "", "note:[a-z]*", "note:x", None, (), "mine.toml")
    data = memoryview(b"note:xyz")
    for engine in ENGINES:
        detector = Detector([pattern], engine=engine)
        ends = {end: list(detector.matches(data, [(0, 0)], Reading(99, 0, end), alone)) for end in (5, 6)}
        assert {end: [match.end for match in matches] for end, matches in ends.items()} == {5: [], 6: [6]}


@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_longer_than_the_longest_subject(size):
    """A token beyond `max_subject` is told as cut short, and what follows it is read."""
    policy = Policy(max_subject=2000)
    data = f"{SHORT}\n{LONG}\n{SHORT}\n".encode()
    examination = examiner("hyperscan", policy)(Cut(data, size))
    assert [(s.path, s.reason) for s in examination.coverage.skipped] == [("app.txt", "cut-short")]
    assert "2000 bytes" in examination.coverage.skipped[0].detail
    assert [(raw.decode(), s.line) for raw, s in found(examination)] == [(SHORT, 1), (SHORT, 3)]


def test_a_long_run_that_is_no_token_is_read_in_full():
    """A megabyte of base64 without a token's header leaves the scan complete."""
    data = b'{"image":"' + b"eyJh" * 400_000 + b'"}\n' + SHORT.encode()
    examination = examine(data)
    assert examination.coverage.complete
    assert [raw.decode() for raw, _ in found(examination)] == [SHORT]


def test_anchors_within_a_token_are_no_tokens():
    """What stands inside a token's own text is no token beside it, whatever it looks like."""
    whole = strategies.compact({"alg": "HS256"}, {"json": {"alg": "none"}}, b"\x7b\x22\x61\x6c" * 8)
    assert spans(f"{whole} {SHORT}".encode()) == [whole.encode(), SHORT.encode()]
