"""Secrets that stand far from what takes them: in every language, and names that mean something else there."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.named import follow
from scanner.detect import Detector
from scanner.examine import Examiner
from scanner.examine.following import FOLLOWED
from scanner.model import Policy
from scanner.rulebook import PatternExample, load_patterns
from scanner.sources.stream import Memory
from tests.examining import Batch, Cut, origin

VALUE = "plum-harbour-19"
PATTERNS = tuple(pattern for pattern in load_patterns() if pattern.makes == "secret")
EXAMINER = Examiner(PATTERNS, Policy())
DETECTOR = Detector(PATTERNS)
FOLLOWING = DETECTOR.lookups_of({pattern.id for pattern in PATTERNS if pattern.follows})


def examined(path, text):
    return EXAMINER(Memory(text.encode(), origin(path)))


def found(path, text):
    """What stands in the places of a file at which secrets are found, each with what takes it there."""
    places = [sighting for subject in examined(path, text).subjects for sighting in subject.sightings]
    return [(place.name, text.encode()[place.start : place.end].decode()) for place in places]


def followed(text, path="a.js"):
    data = text.encode()
    anchors = [start for start, index in DETECTOR.hits(memoryview(data)) if index in FOLLOWING]
    return follow(data, anchors, path)


def cases(name):
    """The files of a table: each behind a line `=== PATH WORDS…`, `-` for what has no path."""
    text = (Path(__file__).parent / "named" / name).read_text(encoding="utf-8")
    for case in text.split("=== ")[1:]:
        head, _, body = case.partition("\n")
        path, *words = head.split()
        yield pytest.param(path.strip("-"), *words, body, id=f"{head}: {body[:60]!r}")


@pytest.mark.parametrize(("path", "taker", "text"), list(cases("taken.txt")))
def test_taken_by_a_name(path, taker, text):
    """A name is followed to the text that it stands for: that is the secret, and what takes it its name."""
    marked = PatternExample(text)
    assert found(path, marked.blob.decode()) == [(taker, VALUE)]
    [place] = (place for subject in examined(path, marked.blob.decode()).subjects for place in subject.sightings)
    assert [(place.start, place.end)] == marked.spans


@pytest.mark.parametrize(("path", "text"), list(cases("elsewhere.txt")))
def test_names_that_mean_something_else(path, text):
    """What is not bound to what is taken, or is known not to be, gives nothing."""
    assert found(path, text) == []


def test_one_place_is_told_once():
    """A secret that its own name tells is told by that; a name that is taken twice tells of it once."""
    text = f"const jwtSecret = '{VALUE}';\njwt.sign(a, jwtSecret);\njwt.verify(t, jwtSecret);\n"
    assert found("a.js", text) == [("jwtSecret", VALUE)]
    text = f"const k = '{VALUE}';\njwt.sign(a, k);\njwt.verify(t, k);\n"
    assert found("a.js", text) == [("jwt.sign", VALUE)]


def test_each_function_has_its_own():
    """Of variables of one name, each call takes that of the block that it stands in."""
    text = "\n".join(
        f"function f{n}(claims) {{\n  const k = 'plum-harbour-{n}'\n  return jwt.sign(claims, k)\n}}"
        for n in range(12, 15)
    )
    assert [value for _, value in found("a.js", text)] == ["plum-harbour-12", "plum-harbour-13", "plum-harbour-14"]


def test_where_it_stands():
    """The place is that of the text, with its line, its context and the suppressions there."""
    text = f"// é\nconst k = '{VALUE}'; // tokensweep: allow\n\njwt.sign(claims, k);\n"
    [subject] = examined("test/a.js", text).subjects
    [place] = subject.sightings
    assert (place.line, place.column, place.end_line, place.end_column) == (2, 12, 2, 12 + len(VALUE))
    assert "test" in place.context
    assert [allow.spelling for allow in place.allows] == ["tokensweep"]
    assert examined("test/a.js", text).coverage.notes == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("size", [61, 5000, 1 << 20])
@pytest.mark.parametrize("behind", [False, True])
def test_windows_change_nothing(encoding, size, behind):
    """A name may be bound further away than any window reaches, before its use or behind it."""
    parts = ["jwt.sign(claims, k);\n", "f(x);\n" * 3000, f"const k = '{VALUE}';\n"]
    data = "".join(parts if behind else reversed(parts)).encode(encoding)
    whole = EXAMINER(Memory(data, origin()))
    [subject] = EXAMINER(Cut(data, size)).subjects
    assert subject.sealed.reveal().decode() == VALUE
    assert subject.sightings == whole.subjects[0].sightings
    [place] = subject.sightings
    assert data[place.start : place.end].decode("utf-16-le" if encoding == "utf-16" else "utf-8") == VALUE
    assert place.line == (3002 if behind else 1)


@pytest.mark.parametrize("size", [FOLLOWED // 3, 1 << 22])
def test_the_first_megabyte(size):
    """Names are followed in the first megabyte of a file, however it is read."""
    use, binding = "jwt.sign(claims, k);\n", f"const k = '{VALUE}';\n"
    room = FOLLOWED - len(use) - len(binding)
    for fill, count in ((room + len(";\n"), 1), (room + len("';\n"), 0)):
        data = (use + "\n" * fill + binding + use).encode()
        assert len(EXAMINER(Cut(data, size)).subjects) == count


def test_what_is_not_followed_is_told():
    """A file in which more names are taken than are followed is told of."""
    text = "".join(f"jwt.sign(claims, k{n});\nconst k{n} = 'plum-harbour-{n}';\n" for n in range(300))
    examination = examined("a.js", text)
    assert len(examination.subjects) == 200
    assert examination.coverage.notes == ["a.js: not all names were followed that secrets may have here"]


HOSTILE = [
    "jwt.sign(a,",
    "jwt.sign((",
    "jwt.sign(a,k);",
    "jwt.sign(a,k)\nk ",
    "k=",
    "k='",
    "k=k\n",
    "k=a.a.a.a.a.",
    "(k,k",
    "key:{",
    "(key:k,",
    "k()",
    "{k}=",
    " k='x'\nx\n",
    "SignJWT().a().a(",
    "secret=k\n",
    "secretOrKey:conf.key,",
    "k: a a a a a a ",
    "jwt.sign(a,b(b(b(b(",
    "from k\n",
    "jwt.Parse(t,func(a){return nil ",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["a.js", "a.rb"])
def test_work_is_linear(text, path):
    """Ten times as much of what wastes work takes some ten times as long."""
    uses = "opts({secretOrKey: conf.key})\njwt.sign(a,k)\n"

    def seconds(size):
        data = (uses + text * (size // len(text))).encode()
        anchors = [start for start, index in DETECTOR.hits(memoryview(data)) if index in FOLLOWING]
        begun = time.process_time()
        follow(data, anchors, path)
        return time.process_time() - begun

    assert seconds(100_000) <= 40 * seconds(10_000) + 2


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "\n", "  ", "'", '"', ")", "}", "k", "é", VALUE, "def f(k):", "@k", "$k"]),
        max_size=30,
    )
)
def test_never_raises(pieces):
    """Whatever a file is made of, what is found stands there."""
    text = "jwt.sign(a, k)\n" + "".join(pieces)
    for path in ("a.js", "a.py", "a.rb", ""):
        for secret in followed(text, path).secrets:
            raw = secret.raw.reveal()
            assert text.encode()[secret.start : secret.start + len(raw)] == raw


def test_versions_of_a_file():
    """A version in which nothing but what a name is bound to is another is read too."""
    use = "const token = jwt.sign(claims, k);\n"
    versions = [f"const k = {value};\n{'f(x);' * 2000}\n{use}".encode() for value in ("load()", f"'{VALUE}'")]
    examination = EXAMINER.of_versions(Policy())(Batch(versions))
    assert [subject.sealed.reveal().decode() for subject in examination.subjects] == [VALUE]
