"""Where tokens stand in real files: contexts in which scanners have lost them."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from tests.examining import ENGINES, examine, found, spans

HEADER = {"alg": "HS256", "typ": "JWT"}
CLAIMS = {"iss": strategies.ISSUER, "sub": "svc"}
TOKEN = strategies.compact(HEADER, CLAIMS)
UNSECURED = strategies.compact({"alg": "none"}, CLAIMS, b"")
ENCRYPTED = ".".join(
    strategies.segment(part)
    for part in (b'{"alg":"RSA-OAEP","enc":"A256GCM"}', b"k" * 256, b"i" * 12, b"secret text", b"t" * 16)
)
DIRECT = ".".join(
    strategies.segment(part) for part in (b'{"alg":"dir","enc":"A128GCM"}', b"", b"i" * 12, b"secret text", b"t" * 16)
)
LONG = strategies.compact(HEADER, {**CLAIMS, "groups": [f"g{n:06}" for n in range(62_000)]})

SPELLINGS = {
    "hyphen and underscore in the header": strategies.compact({"alg": "HS256", "kid": "~~~???"}, CLAIMS),
    "empty payload": strategies.compact(HEADER, {}),
    "one tiny claim": strategies.compact(HEADER, {"a": 1}),
    "custom claims only": strategies.compact(HEADER, {"tenant": "blue", "plan": 3}),
    "unsecured": UNSECURED,
    "unsecured, in capitals": strategies.compact({"alg": "NONE"}, CLAIMS, b""),
    "five parts": ENCRYPTED,
    "five parts, the second empty": DIRECT,
    "signature that ends in a hyphen": strategies.compact({"alg": "HS384"}, CLAIMS, b"s" * 45 + b"\xff\xff\xfe"),
    "8 KiB": strategies.compact(HEADER, {**CLAIMS, "note": "n" * 8192}),
    "900 kB": LONG,
    **{
        f"spelt with {spelling}": strategies.compact(
            strategies.spelt(HEADER, spelling), strategies.spelt(CLAIMS, spelling)
        )
        for spelling in strategies.SPELLINGS
    },
}

BEHIND = [
    "&x=1",
    ",next",
    "<br>",
    "]",
    ")",
    "}",
    "|",
    "`",
    '"',
    "'",
    ";",
    "\\n",
    "\r\n",
    " ",
    "\0",
    "",
    ".",
    ".json",
    "/path",
]
BEFORE = [
    "",
    "token_",
    "s%3A",
    "Bearer ",
    "?access_token=",
    '{"t":"',
    "eyJhbGci",
    "xyz",
    "_",
    "-",
    "a.b.c ",
    "/",
    "=",
    "é",
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("token", [pytest.param(token, id=name) for name, token in SPELLINGS.items()])
def test_spelling(token, engine):
    """However it is spelt, all of it is found, signature included, also as the last thing of the file."""
    data = f"token={token}".encode()
    assert spans(data, engine) == [token.encode()]
    assert spans(data + b"\n", engine) == [token.encode()]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("token", [TOKEN, UNSECURED, ENCRYPTED, DIRECT], ids=["jws", "unsecured", "jwe", "direct"])
def test_what_stands_behind_is_no_part_of_it(token, behind, engine):
    """A span ends with the token, whatever delimits it."""
    assert spans(f"x {token}{behind}".encode(), engine) == [token.encode()]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("before", BEFORE)
def test_what_stands_before_is_no_part_of_it(before, engine):
    """A span begins with the token, also where it is glued to a name."""
    assert spans(f"{before}{TOKEN}\n".encode(), engine) == [TOKEN.encode()]


@pytest.mark.parametrize("separator", [" ", "\n", ",", "/", ".", "|", '","', "&t="])
def test_neighbours(separator):
    """Tokens that stand side by side are found one by one."""
    tokens = [strategies.compact(HEADER, {"n": n}) for n in range(5)]
    assert spans(separator.join(tokens).encode()) == [token.encode() for token in tokens]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("eyJhbGciOiJIUzI1NiJ9.payload.signature", id="picture of a token"),
        pytest.param(strategies.compact({"user": "ann"}, b"\x66\x55", b"s" * 20), id="signed cookie"),
        pytest.param(".".join(TOKEN.split(".")[:2]), id="no signature part"),
        pytest.param(TOKEN.split(".")[0], id="header alone"),
        pytest.param(strategies.compact(["alg"], CLAIMS), id="header is no object"),
        pytest.param(TOKEN.replace(".", " . "), id="dots apart"),
        pytest.param("eyJhbGciOiJIUzI1NiJ9..", id="header with dots"),
        pytest.param("data:application/json;base64,eyJ2ZXJzaW9uIjozfQ==", id="source map"),
    ],
)
def test_near_misses(text, engine):
    """What only looks like a token is none."""
    assert spans(text.encode(), engine) == []


@pytest.mark.parametrize("alphabet", ["standard", "padded"])
def test_encoders_that_err(alphabet):
    """The standard alphabet and padding belong to the token, as whoever accepts it would read it."""
    parts = [json.dumps(HEADER).encode() + b" ", json.dumps({"note": "???>>>~~"}).encode(), b"\xfb\xff" * 16]
    texts = [base64.b64encode(part).decode() for part in parts]
    token = ".".join(texts if alphabet == "padded" else [text.rstrip("=") for text in texts])
    assert "+" in token
    assert "/" in token
    assert spans(f'"{token}"'.encode()) == [token.encode()]


@pytest.mark.parametrize("engine", ENGINES)
@given(token=strategies.tokens() | strategies.encrypted(), before=strategies.heads, behind=strategies.tails)
def test_span_is_the_token_whatever_surrounds_it(engine, token, before, behind):
    """A found span is the compact token: no more, no less."""
    assert token.raw.encode() in spans(f"{before}{token.raw}{behind}".encode(), engine)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
@given(
    token=strategies.tokens(),
    before=st.text(st.sampled_from("ab \n\r𝄞é\u0100\u0a0a\ud7ff\ue000\U0010ffff"), max_size=30),
    odd=st.sampled_from([b"", b"\n"]),
)
def test_place_in_every_encoding(encoding, mark, token, before, odd):
    """Offsets are bytes of the file, lines end at line feeds, columns count code points, also of surrogate pairs."""
    data = mark + f"{before}{token.raw}\n".encode(encoding) + odd
    [(raw, sighting)] = found(examine(data))
    line = before.rpartition("\n")[2]
    assert raw.decode() == token.raw
    assert data[sighting.start : sighting.end] == token.raw.encode(encoding)
    assert sighting.start == len(mark) + len(before.encode(encoding))
    assert (sighting.line, sighting.column) == (before.count("\n") + 1, len(line) + 1)
    assert (sighting.end_line, sighting.end_column) == (sighting.line, sighting.column + len(token.raw))
