"""What holds for every family of JavaScript's and Ruby's frameworks: they keep apart, and no text costs much time."""

import base64
import json
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import rulebook
from scanner.cookies import Clues, family
from scanner.model import Cookie
from scanner.sources.stream import Memory
from tests.examining import ENGINES, examiner, found, origin

FAMILIES = [
    entry
    for group in ("node", "ruby")
    for entry in tomllib.loads((rulebook.folder() / f"cookies-{group}.toml").read_text("utf-8"))["cookie"]
]
IDS = [entry["id"] for entry in FAMILIES]
PATTERNS = [pattern for pattern in rulebook.load_patterns() if pattern.id in IDS]
EXAMPLES = [
    pytest.param(entry["id"], example["text"], id=f"{entry['id']}-{number}")
    for entry in FAMILIES
    for number, example in enumerate(entry["example"], 1)
    if "«" in example["text"]
]
EXAMINE = {engine: examiner(engine, patterns=PATTERNS) for engine in ENGINES}
LONG = 1 << 18


def cookies(text: bytes, engine: str = "hyperscan") -> list[tuple[str, bytes]]:
    """The family and the raw text of all cookies in `text`."""
    subjects = EXAMINE[engine](Memory(text, origin())).subjects
    return sorted((s.decoded.family, s.sealed.reveal()) for s in subjects if isinstance(s.decoded, Cookie))


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_families_keep_apart(name, text):
    """What one family reads is read by no other, with either engine, and by itself again as it stands alone."""
    raw = text[text.index("«") + 1 : text.index("»")].encode()
    plain = text.replace("«", "").replace("»", "").encode()
    assert [cookies(plain, engine) for engine in ENGINES] == [[(name, raw)]] * 2
    again = family(name).decode(raw)
    if name == "remix" and not (raw.startswith(b"eyJ") and b"." in raw):
        # What nothing signs, and what is no object, is known by its name alone.
        assert again is None
        return
    assert again is not None
    assert (again.family, again.raw.reveal(), again.start) == (name, raw, 0)


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_cut_short(name, text):
    """However far a cookie is at hand, nothing is raised, and nothing is read that is not there."""
    raw = text[text.index("«") + 1 : text.index("»")].encode()
    for length in range(len(raw)):
        cookie = family(name).decode(raw[:length])
        assert cookie is None or cookie.raw.reveal() in raw[:length]


@given(
    st.sampled_from(IDS), st.binary(max_size=300), st.sampled_from([param.values[1] for param in EXAMPLES]), st.data()
)
def test_any_bytes(name, data, text, draw):
    """Nothing is raised by bytes of any kind, nor by what secrets are tried on what is read."""
    module = family(name)
    raw = text[text.index("«") + 1 : text.index("»")].encode()
    at = draw.draw(st.integers(0, len(raw)))
    for spoilt in (data, raw[:at] + data, raw[:at] + data + raw[at + len(data) :]):
        module.begins(spoilt)
        cookie = module.decode(spoilt)
        if cookie is not None and name != "fastify-secure-session":
            module.signs(data, cookie, Clues(("a",), (data,)))
            assert module.tries(cookie, Clues(("a",), (data,))) > 0


@pytest.mark.parametrize(
    "part",
    [
        "a", "A--", "=", "%2B", "a=", 'a":"', "a.sig=" + "b" * 27 + "; ", "session=eyJhbcdef ", '"session",\n      ',
        '"s:aaaaaaaaaaaaaaa', "s%3Aaaaaaaaaaaaaaa", "s:j:{aaaaaaaaaaa", '"s:aaaaaaaaaaaaaa.' + "A" * 42, "eyJaaaaaa",
        "eyJaaaaaa." + "A" * 43, "__session=", "better-auth.session_token=", "aaaaaaaaaaaaA%3D", "eyJzZXNzaW9uIjp7",
        "Fe26.2*a*a*a*", "aaaaaaaaaa%7Caaaaaaaaaa", "hjs.csrf-token=", "AAAA%3BAAAAAAAAAAAAAAAAAA", "session=AAAAAAAA",
        "AAAA==;AAAAAAAAAAAAAAAA", "AAAA--aaaaaaaaaaaaaaaa", "AAAA--" + "a" * 40, "eyJfcmFpbHMiOns--" + "a" * 40,
        "AAAAAA--AAAAAAAAAAAAAAAA--" + "A" * 22 + "==", "rack.session=AQ", "W1tb",
    ],
)  # fmt: skip
def test_without_end(part):
    """Text made to be read again from every place takes a time in proportion to its length, as do the decoders."""
    text = (part * (LONG // len(part))).encode()
    began = time.process_time()
    assert cookies(text) == []
    for name in IDS:
        assert family(name).decode(text) is None
        assert family(name).decode(text[: 1 << 16]) is None
    assert time.process_time() - began < 3


def test_deep_and_long_json():
    """Content that nests without end, or goes on, is none."""
    for content in (b"[" * 30_000, b'{"a":' * 10_000, b'"' + b"x" * 60_000 + b'"', b"9" * 40_000):
        text = base64.b64encode(content)
        for name in IDS:
            module = family(name)
            for end in (b"", b"." + b"A" * 43, b"--" + b"a" * 40):
                cookie = module.decode(b"__session=" + text + end)
                assert cookie is None or cookie.claims is None


@pytest.mark.parametrize("engine", ENGINES)
def test_ordinary_text(engine):
    """Lock files, digests, tables, tokens and code hold no cookie."""
    digest = "0123456789abcdef" * 4
    text = "\n".join(
        [
            f"sha256-{digest} | {digest}",
            f"{digest}|{digest}",
            f'"integrity": "sha512-{"Ab1+" * 21}Aw=="',
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
            f"git revert feature--{digest[:40]}",
            f"docker pull registry.example/a@sha256:{digest}",
            "app.use(session({ secret: process.env.SECRET, name: 'connect.sid' }))",
            "const sessionId = req.cookies.sessionId ?? randomUUID();",
            'env["rack.session"] = AbstractSession.new; cookies.signed[:user_id] = 7',
            "urls: https://shop.example/a.b/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "//# sourceMappingURL=data:application/json;base64," + "eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpb" * 5,
            json.dumps({"mappings": "AAAA,SAASA,CAAC;AACV,IAAIC,EAAE,GAAG;" * 20}),
            "tool --aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --bbbb=AAAAAAAAAAAAAAAA--CCCCCCCCCCCCCCCCCCCCCC==",
        ]
    ).encode()
    examination = EXAMINE[engine](Memory(text, origin()))
    assert found(examination) == []
