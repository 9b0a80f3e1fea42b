"""Work is linear in the bytes, also on text made to waste it: counted in bytes that expressions read, not in time."""

import random

import pytest

from scanner import detect
from scanner.detect import parted
from scanner.joined import behind_gap
from tests import strategies
from tests.examining import PATTERNS, examiner

UNSECURED_HEADER = "eyJhbGciOiJub25lIn0"
SHORT = strategies.compact({"alg": "HS256"}, {"sub": "svc"})

TEXTS = {
    "anchors": "eyJ",
    "anchors of four": "eyJh",
    "anchors and dots": "eyJh.",
    "anchors in long parts": "eyJ" * 700 + ".",
    "headers": UNSECURED_HEADER,
    "headers and dots": UNSECURED_HEADER + ".",
    "headers with two dots": UNSECURED_HEADER + "..",
    "pictures of tokens": "eyJhbGciOiJIUzI1NiJ9.payload.signature.",
    "tokens side by side": SHORT + "/",
    "tokens, one a line": SHORT + "\n",
    "padding": "eyJh=",
    "objects cut short": '{"payload":"eyJ',
    "objects in objects": '{"payload":"eyJh",',
    "objects side by side": '{"payload":"eyJh"},',
    "members": ',"payload":"eyJh"',
    "members, one a line": '\n  "signature": "x",',
    "objects in strings": '{\\"payload\\":\\"eyJ',
    "headers that announce a payload": "eyJiNjQiOjB9.",
    "disclosures": UNSECURED_HEADER + ".e30.~",
    "heads in parts": "e\nyJhbGci",
    "heads of PASETO": "v4.public.",
    "words": "branca biscuit Bearer E",
    "words before digits": "branca " + "7" * 80,
    "heads of macaroons": "MDAxOWxvY2F0aW9u",
    "heads of binary macaroons": "AgEUaHR0cHM6Ly9pZHA",
}


class Counted:
    """An expression that counts the bytes that it reads; where one fails, the pattern's extent tells how far."""

    def __init__(self, expression, counts):
        self.expression, self.counts = expression, counts

    def match(self, data, start):
        found = self.expression.match(data, start)
        self.counts.append(found.end() - start if found else 0)
        return found


@pytest.fixture
def counts(monkeypatch):
    """The bytes of each try, from now on."""
    counts: list[int] = []

    class CountedSpan(detect.Span):
        def __init__(self, pattern, length):
            super().__init__(pattern, length)
            self.regex = Counted(self.regex, counts)
            self.extent = self.extent and Counted(self.extent, counts)

    monkeypatch.setattr(detect, "Span", CountedSpan)
    return counts


def work(text: str, counts: list[int]) -> tuple[int, int]:
    """Tries, and bytes of all tries, on one blob."""
    counts.clear()
    data = memoryview(text.encode())
    detector = detect.Detector(PATTERNS, engine="re2")
    reading = detect.Reading(1 << 20, 0, len(data))
    list(detector.matches(data, detector.hits(data), reading, refused))
    return len(counts), sum(counts)


def refused(data, target, start, limit, joins):
    """Nothing that is decoded is a subject."""
    found = detect.alone(data, target, start, limit)
    return found._replace(empty=True, barren=found.empty)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items()])
def test_nothing_is_read_often(text, counts):
    """Even where every try of every pattern is refused, each byte is read a bounded number of times."""
    for size in (20_000, 40_000):
        whole = text * (size // len(text))
        tries, read = work(whole, counts)
        assert read <= 120 * len(whole)
        assert tries <= len(whole) / 2


@pytest.mark.parametrize("text", ["hbGci", "e\nhbGci", "hbGci" + "e\n" * 500, "e\nyJhbGci"])
def test_what_tells_of_heads_is_looked_before_once(text, counts, monkeypatch):
    """However much of it stands behind what may be a gap, that is looked at once."""
    gaps: list[int] = []

    def counted(data, at, limit):
        gaps.append(at)
        return behind_gap(data, at, limit)

    monkeypatch.setattr(parted, "behind_gap", counted)
    work(text * (40_000 // len(text)), counts)
    assert len(gaps) == len(set(gaps))


def test_one_long_run_takes_few_tries(counts):
    """In a run of anchors without dots, the first failure tells of all, for each pattern that begins so."""
    assert work("eyJ" * 100_000, counts)[0] <= 8


def test_random_base64(counts):
    """A megabyte of base64 holds anchors by chance; they cost little more than reading it."""
    rng = random.Random(1)
    text = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", k=1 << 20))
    assert work(text, counts)[1] <= 4 * len(text)


@pytest.mark.parametrize("engine", ["hyperscan", "re2"])
def test_hits_of_a_long_token(engine):
    """A token of a megabyte costs its engine few reports: one an anchor, none for each byte behind it."""
    token = strategies.compact({"alg": "HS256"}, {"note": "n" * 750_000})
    hits = examiner(engine)._means.detector.hits(memoryview(token.encode()))
    assert hits[0][0] == 0
    assert len(hits) < 100
