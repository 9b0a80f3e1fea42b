"""Cookies in chunks: put together where they stand beside each other, and proved like others."""

import base64
import os
import time

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from scanner.cookies import authjs
from scanner.decode.chunks import chunks_at
from scanner.examine import Examiner
from scanner.model import Policy, Subject
from scanner.rulebook import load_patterns
from scanner.sources import tree
from scanner.sources.stream import WINDOW, Memory
from tests.cookies.test_aspnet_core import MASTER, SIGN_IN, protect
from tests.correlate.test_forgery import OTHER, SECRET, proofs, scanned
from tests.examining import origin
from tests.sources.test_large import padding
from tests.strategies import segment

EXAMINE = Examiner(load_patterns(), Policy())
NEXT = "__Secure-next-auth.session-token"
SIZE = 3_000


def next_auth(secret: str) -> str:
    """A session as NextAuth 4 encrypts it: `dir` and A256GCM, with a key by HKDF."""
    key = authjs._derived(secret.encode(), b"", b"NextAuth.js Generated Encryption Key", 32)
    head, vector = segment(b'{"alg":"dir","enc":"A256GCM"}'), os.urandom(12)
    sealed = AESGCM(key).encrypt(vector, b'{"name":"' + b"x" * 5_000 + b'"}', head.encode())
    return ".".join((head, "", segment(vector), segment(sealed[:-16]), segment(sealed[-16:])))


def core() -> str:
    """A sign-in of ASP.NET Core."""
    return protect(b"x" * 4_500, SIGN_IN).decode()


def in_cookie(name: str, marks: str, value: str) -> str:
    """One header, as a client sends it."""
    parts = [value[at : at + SIZE] for at in range(0, len(value), SIZE)]
    return "; ".join(f"{name}{marks % (at + (marks[0] == 'C'))}={part}" for at, part in enumerate(parts))


def in_set_cookie(name: str, marks: str, value: str) -> str:
    """A header for each, as a server sends them."""
    joint = "; Path=/; HttpOnly; Secure; SameSite=Lax\r\nSet-Cookie: "
    return f"Set-Cookie: {in_cookie(name, marks, value).replace('; ', joint)}; Path=/\r\n"


def found(text: str) -> list[Subject]:
    return [one for one in EXAMINE(Memory(text.encode(), origin("a.log"))).subjects if one.kind != "secret"]


@pytest.mark.parametrize("spell", [in_cookie, in_set_cookie])
def test_next_auth(spell):
    """Two chunks are one token, from the first character of the one to the last of the other."""
    value = next_auth(SECRET)
    text = f"Cookie: theme=dark; {spell(NEXT, '.%d', value)}; other=1\n"
    [subject] = found(text)
    [sighting] = subject.sightings
    assert (subject.kind, subject.sealed.reveal().decode()) == ("token", value)
    assert text[sighting.start :].startswith(value[:SIZE])
    assert text[: sighting.end].endswith(value[-100:])
    assert (sighting.wrapping, sighting.name) == (("chunks",), NEXT)


@pytest.mark.parametrize("spell", [in_cookie, in_set_cookie])
def test_asp_net_core(spell):
    """The cookie that says how many there are is none itself."""
    value = core()
    [subject] = found(f"Cookie: .AspNetCore.Cookies=chunks-3; {spell('.AspNetCore.Cookies', 'C%d', value)}\n")
    assert (subject.kind, subject.sealed.reveal().decode()) == ("cookie", value)
    assert subject.sightings[0].name == ".AspNetCore.Cookies"


def test_proofs():
    """A secret of the scan opens what is put together."""
    subjects, _ = scanned(
        {
            ".env": f"NEXTAUTH_SECRET={SECRET}\nAUTH_SECRET={OTHER}\n",
            "a.log": f"Cookie: {in_cookie(NEXT, '.%d', next_auth(SECRET))}\n",
        },
        Policy(tries=1_000),
    )
    assert proofs(subjects)["a.log:1"] == (".env:1", "session of NextAuth")
    key = base64.b64encode(MASTER).decode()
    subjects, _ = scanned(
        {
            ".env": f"SECRET_KEY={key}\n",
            "a.log": f"Cookie: .AspNetCore.Cookies=chunks-3; {in_cookie('.AspNetCore.Cookies', 'C%d', core())}\n",
        },
        Policy(tries=50_000),
    )
    assert proofs(subjects)["a.log:1"] == (".env:1", "value protected by ASP.NET Core")


@pytest.mark.parametrize(
    "text",
    [
        f"Cookie: {NEXT}.0={next_auth(SECRET)[:SIZE]}; theme=dark\n",
        f"Cookie: {NEXT}.1={next_auth(SECRET)[SIZE:]}\n",
        f"Cookie: {NEXT}.0={next_auth(SECRET)[:SIZE]}; {NEXT}.2={next_auth(SECRET)[SIZE:]}\n",
        f"Cookie: {NEXT}.0={next_auth(SECRET)[:SIZE]}; other.1={next_auth(SECRET)[SIZE:]}\n",
        f"Cookie: .AspNetCore.Cookies=chunks-2; .AspNetCore.CookiesC1={core()[:SIZE]}\n",
    ],
    ids=["first", "second", "not the next", "of another", "first of ASP.NET"],
)
def test_a_chunk_alone(text):
    """It is no subject."""
    assert found(text) == []


def test_whole_tokens_that_are_numbered():
    """What stands whole behind such a name is what it is."""
    value = next_auth(SECRET)
    [subject] = found(f"Cookie: session.0={value}; session.1=2\n")
    assert (subject.sealed.reveal().decode(), subject.sightings[0].wrapping) == (value, ())


@given(st.binary(max_size=300))
def test_any_bytes(data):
    """Whatever stands there, nothing is raised, and the end is behind the start."""
    text = memoryview(b"a.0=" + data)
    found = chunks_at(text, 0, 4, len(text))
    assert found is None or 4 <= found.end <= len(text)


def test_many_chunks():
    """A long row of them is bounded, and costs no more than it is long."""
    text = b"a.0=" + b"".join(b"x; a.%d=" % number for number in range(1, 100_000)) + b"x"
    began = time.process_time()
    found = chunks_at(memoryview(text), 0, 4, len(text))
    assert found
    assert len(found.text) == 16
    assert time.process_time() - began < 5


@pytest.mark.parametrize("inside", [10, SIZE, SIZE + 90, SIZE + 110, SIZE + 2_000])
def test_windows(scan, root, inside):
    """Where a window of a large file ends changes nothing: it ends so many bytes behind the start of the header."""
    value = next_auth(SECRET)
    header = f"\nCookie: {in_cookie(NEXT, '.%d', value)}\n".encode()
    data = bytearray(padding(tree.LARGE + WINDOW))
    data[WINDOW - inside : WINDOW - inside + len(header)] = header
    (root / "a").write_bytes(data)
    [subject] = scan().subjects
    assert subject.sealed.reveal().decode() == value
