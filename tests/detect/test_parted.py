"""Heads that a gap parts are found by what stands behind them, wherever the gap is."""

import base64
from itertools import product

import pytest

from scanner.detect import parted
from tests import strategies
from tests.examining import ENGINES, PATTERNS, Batch, Cut, examine, examiner, found

CLAIMS = {"iss": strategies.ISSUER, "sub": "svc"}
TOKEN = strategies.compact({"alg": "HS256", "typ": "JWT"}, CLAIMS)
TOKENS = {
    "algorithm first": TOKEN,
    "in the middle": strategies.compact({"typ": "JWT", "alg": "HS256", "kid": "1"}, CLAIMS),
    "last": strategies.compact({"kid": "a" * 400, "alg": "HS256"}, CLAIMS),
    "spelt compactly": strategies.compact(strategies.spelt({"alg": "HS256"}, "compact"), CLAIMS),
    "padded": strategies.compact(strategies.spelt({"alg": "HS256"}, "padded"), CLAIMS),
    "over lines": strategies.compact(strategies.spelt({"alg": "HS256"}, "lines"), CLAIMS),
    "with Windows' line ends": strategies.compact(strategies.spelt({"alg": "HS256"}, "windows"), CLAIMS),
}
GAPS = {
    "line end": "\n",
    "Windows' line end": "\r\n",
    "indented": "\n    ",
    "behind white space": " \t\n\t",
    "quoted": "\n> ",
    "continued": "\\\n",
    "in JSON": "\\n",
    "in a URL": "%0D%0A",
    "quoted-printable": "=\r\n",
    "sum of strings": '" + "',
    "over lines": '" +\n    "',
    "adjacent strings": "' '",
    "templates": "` + `",
}


def shifted(text: str, shift: int) -> str:
    """A text in base64, behind so many other bytes."""
    return base64.b64encode(b"xyz"[:shift] + text.encode()).decode()


def broken(text: str, at: int, gap: str) -> bytes:
    """The text in a file, with a gap in it."""
    quote = gap[0] if gap[0] in "\"'`" else ""
    return f"a = {quote}{text[:at]}{gap}{text[at:]}{quote}\nend\n".encode()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("gap", [pytest.param(gap, id=name) for name, gap in GAPS.items()])
@pytest.mark.parametrize("token", [pytest.param(token, id=name) for name, token in TOKENS.items()])
def test_a_token(token, gap, engine):
    """Wherever in its first characters the gap is, as it is and in base64, it is found from its start on."""
    examined = examiner(engine)
    quote = gap[0] in "\"'`"
    for at in range(1, 12):
        [(raw, sighting)] = found(examined(Cut(broken(token, at, gap), 1 << 20)))
        assert (raw.decode(), sighting.start) == (token, 4 + quote), at
    for shift, at in product(range(3), range(1, 14)):
        [(raw, sighting)] = found(examined(Cut(broken(shifted(token, shift), shift + at, gap), 1 << 20)))
        assert (raw.decode(), sighting.start) == (token, 4 + quote + shift), (shift, at)


@pytest.mark.parametrize("at", range(4, 12))
def test_another_gap(at):
    """Where it parts the algorithm's name, the claims tell of the token."""
    data = f"{TOKEN[:2]}\n{TOKEN[2:at]}\n{TOKEN[at:]}".encode()
    assert [raw.decode() for raw, _ in found(examine(data))] == [TOKEN]


@pytest.mark.parametrize("shift", range(3))
def test_a_key(shift):
    """A private key in base64, wherever in the line that begins it."""
    [pattern] = [pattern for pattern in PATTERNS if pattern.id == "private-key-armoured"]
    armour = base64.b64decode(pattern.examples[2].blob[11:].strip() + b"==").decode()
    assert armour.startswith("-----BEGIN PRIVATE KEY-----\n")
    for at in range(1, 40):
        assert len(found(examine(broken(shifted(armour, shift), shift + at, "\n")))) == 1, at


@pytest.mark.parametrize("size", [5, 64, 700, 4097])
@pytest.mark.parametrize("before", [0, 3000, 5000])
def test_windows(size, before):
    """The same where a window ends between the parts and what tells of them."""
    data = b"x" * before + b" " + broken(TOKENS["last"], 2, "\n")
    [(raw, sighting)] = found(examiner("hyperscan")(Cut(data, size)))
    assert (raw.decode(), sighting.start) == (TOKENS["last"], before + 5)


@pytest.mark.parametrize(
    "blobs",
    [
        pytest.param([b"a = e", b"\n" + TOKEN[1:].encode()], id="before the gap"),
        pytest.param([b"a = e\n", TOKEN[1:].encode()], id="behind the gap"),
        pytest.param([b"a = e\n" + TOKEN[1:7].encode(), TOKEN[7:].encode()], id="in what tells"),
    ],
)
def test_parts_of_two_blobs(blobs):
    """They are no parts of one head."""
    assert found(examiner("hyperscan")(Batch(blobs))) == []


def heads(data: bytes) -> tuple[int, int]:
    """How many places tell of heads, and how many parted heads stand there."""
    detector = examiner("hyperscan")._means.detector
    view, lookups = memoryview(data), detector._lookups
    hits = detector.hits(view)
    telling = sum(bool(lookups[index].heads) for _, index in hits)
    return telling, len(parted.heads(view, hits, lookups, 0, len(data))) - len(hits) + telling


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(f"token = {TOKEN}\n", (2, 0), id="whole"),
        pytest.param("\n".join([TOKEN] * 3), (6, 0), id="lines of whole ones"),
        pytest.param(f"the name\n{TOKEN[1:]}", (2, 1), id="glued to a word"),
        pytest.param(f"the nam\n{TOKEN[1:]}", (2, 0), id="another letter before the gap"),
        pytest.param(f"e {TOKEN[1:]}", (2, 0), id="a space is no gap"),
        pytest.param(f"e\n{TOKEN[2:]}", (2, 0), id="a letter is missing"),
        pytest.param(f"e\n{TOKEN[1:4]}\n{TOKEN[4:]}", (1, 1), id="the algorithm's name parted too"),
        pytest.param(f"e\n{TOKEN[1:4]}\n{TOKEN[4:].partition('.')[0]}", (0, 0), id="nothing tells"),
        pytest.param(f"e\nyJ{'x' * 1000} hbGci", (1, 1), id="near"),
        pytest.param(f"e\nyJ{'x' * 1030} hbGci", (1, 0), id="too far"),
        pytest.param("e\nyJxx hbGci hbGci", (2, 1), id="told of twice"),
    ],
)
def test_what_is_told(data, expected):
    """Only a head in two parts, once, and near to what tells of it."""
    assert heads(data.encode()) == expected
