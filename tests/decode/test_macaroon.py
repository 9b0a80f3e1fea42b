"""Macaroons in all serialisations of libmacaroons, written here by its format."""

import base64
import hashlib
import hmac
import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode.macaroon import begins, decode
from scanner.model import Token
from tests.examining import ENGINES, spans
from tests.strategies import segment


class Caveat(NamedTuple):
    text: bytes
    verification: bytes | None = None
    """Of a third party's."""
    location: bytes | None = None


class Macaroon(NamedTuple):
    location: bytes
    identifier: bytes
    caveats: tuple[Caveat, ...] = ()

    @property
    def signature(self) -> bytes:
        signature = hmac.digest(b"a root key of our own making", self.identifier, "sha256")
        for caveat in self.caveats:
            signature = hmac.digest(signature, (caveat.verification or b"") + caveat.text, "sha256")
        return signature


def packets(macaroon: Macaroon) -> bytes:
    """Version 1."""

    def packet(name: bytes, value: bytes) -> bytes:
        return b"%04x%s %s\n" % (len(name) + len(value) + 6, name, value)

    data = packet(b"location", macaroon.location) + packet(b"identifier", macaroon.identifier)
    for caveat in macaroon.caveats:
        data += packet(b"cid", caveat.text)
        if caveat.verification is not None:
            data += packet(b"vid", caveat.verification) + packet(b"cl", caveat.location or b"")
    return data + packet(b"signature", macaroon.signature)


def binary(macaroon: Macaroon) -> bytes:
    """Version 2."""

    def varint(number: int) -> bytes:
        return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)

    def field(kind: int, value: bytes) -> bytes:
        return varint(kind) + varint(len(value)) + value

    data = b"\x02" + (field(1, macaroon.location) if macaroon.location else b"") + field(2, macaroon.identifier) + b"\0"
    for caveat in macaroon.caveats:
        data += field(1, caveat.location) if caveat.location else b""
        data += field(2, caveat.text)
        data += b"\0" if caveat.verification is None else field(4, caveat.verification) + b"\0"
    return data + b"\0" + field(6, macaroon.signature)


def _long_json(macaroon: Macaroon) -> dict[str, Any]:
    caveats = [
        {"cid": c.text.decode()}
        | ({"vid": segment(c.verification), "cl": (c.location or b"").decode()} if c.verification else {})
        for c in macaroon.caveats
    ]
    return {
        "caveats": caveats,
        "location": macaroon.location.decode(),
        "identifier": macaroon.identifier.decode(),
        "signature": macaroon.signature.hex(),
    }


def _short_json(macaroon: Macaroon) -> dict[str, Any]:
    caveats = [
        {"i64": segment(c.text)}
        | ({"v64": segment(c.verification), "l": (c.location or b"").decode()} if c.verification else {})
        for c in macaroon.caveats
    ]
    return {
        "c": caveats,
        "l": macaroon.location.decode(),
        "i": macaroon.identifier.decode(),
        "s64": segment(macaroon.signature),
    }


WRITERS = {
    "packets": lambda macaroon: segment(packets(macaroon)),
    "packets, padded": lambda macaroon: base64.b64encode(packets(macaroon)).decode(),
    "binary": lambda macaroon: segment(binary(macaroon)),
    "binary, standard": lambda macaroon: base64.b64encode(binary(macaroon)).decode(),
    "hexadecimal": lambda macaroon: binary(macaroon).hex(),
    "long JSON": lambda macaroon: json.dumps(_long_json(macaroon)),
    "short JSON": lambda macaroon: json.dumps(_short_json(macaroon), separators=(",", ":")),
}
NARROWED = Macaroon(
    b"https://idp.example/",
    b"made-up",
    (
        Caveat(b"account = 7"),
        Caveat(b"time < 2026-01-01T00:00:00Z"),
        Caveat(b"third", b"\xffsealed\x00", b"https://auth.example"),
    ),
)
PLAIN = Macaroon(b"lnd", b"made-up")


def decoded(text: str) -> Token:
    token = decode(text.encode())
    assert token
    return token


@pytest.mark.parametrize("writer", WRITERS)
def test_read(writer):
    """Location, caveats and end are the same in every serialisation, and so is the identity."""
    raw = WRITERS[writer](NARROWED)
    token = decoded(raw)
    assert (token.form, token.claims, token.raw.reveal().decode()) == ("macaroon", None, raw)
    assert token.details == {
        "caveats": 3, "third_party_caveats": 1, "location": "https://idp.example/", "time_bound": True,
    }  # fmt: skip
    assert {name: date and date.seconds for name, date in token.times.items()} == {"exp": 1767225600}
    assert token.signature.reveal() == NARROWED.signature
    text = hashlib.sha256(b"made-up\0account = 7\0time < 2026-01-01T00:00:00Z\0third").digest()
    assert token.identity == hashlib.sha256(text + NARROWED.signature).hexdigest()


@pytest.mark.parametrize("writer", WRITERS)
def test_without_caveats(writer):
    """It has no end, and that is known."""
    token = decoded(WRITERS[writer](PLAIN))
    assert token.details == {"caveats": 0, "third_party_caveats": 0, "location": "lnd", "time_bound": False}
    assert token.times == {}


@pytest.mark.parametrize(
    ("caveat", "end"),
    [
        ("time < 2026-01-01T00:00Z", 1767225600),
        ("time<2026-01-01", 1767225600),
        ("time-before 2026-01-01T00:00:00.123456789Z", 1767225600),
        ("expires = 1767225600", 1767225600),
        ("expires_at: '2026-01-01T01:00:00+01:00'", 1767225600),
        ("exp=1767225600", 1767225600),
        ("before 1767225600000", 1767225600),
        ("valid-until 2026-01-01", 1767225600),
        ("not after 2026-01-01", 1767225600),
        ("[0, 1767225600, 1767222000]", 1767225600),
        ('{"exp": 1767225600, "nbf": 1767222000}', 1767225600),
        ("time > 2026-01-01", None),
        ("timeout = 1767225600", None),
        ("exposure = 1", None),
        ("action = expire", None),
        ("expires = soon", None),
        ("[1, 2, 3]", None),
        ("[" * 9999, None),
    ],
)
def test_caveats_that_tell_an_end(caveat, end):
    """Whatever words a service uses. Where none is understood, nobody knows whether there is an end."""
    token = decoded(WRITERS["binary"](Macaroon(b"idp", b"i", (Caveat(caveat.encode()),))))
    assert {name: date and date.seconds for name, date in token.times.items()} == ({} if end is None else {"exp": end})
    assert token.details.get("time_bound") is (None if end is None else True)


def test_the_earliest_end_counts():
    """Each caveat narrows."""
    caveats = (Caveat(b"time < 2027-01-01"), Caveat(b"time < 2026-01-01"), Caveat(b"time < 2028-01-01"))
    times = decoded(WRITERS["packets"](Macaroon(b"idp", b"i", caveats))).times
    assert times["exp"]
    assert times["exp"].seconds == 1767225600


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("writer", WRITERS)
def test_found(engine, writer):
    """The span is the macaroon."""
    macaroon = PLAIN if writer == "hexadecimal" else NARROWED
    raw = WRITERS[writer](macaroon)
    assert spans(f"cookie: {raw}; path".encode(), engine) == [raw.encode()]


@pytest.mark.parametrize("location", [b"", b"\xff\xfe", b"123"])
def test_not_found_without_a_location(location):
    """In binary only a location in small letters tells one from other base64."""
    assert spans(WRITERS["binary"](Macaroon(location, b"made-up")).encode()) == []


def test_told_elsewhere():
    """PyPI's tokens are told by their prefix: one token is one subject."""
    raw = "pypi-" + WRITERS["binary"](Macaroon(b"pypi.org", b"made-up-0123456789-0123456789"))
    assert spans(raw.encode()) == [raw.encode()]


@pytest.mark.parametrize("writer", ["packets", "binary"])
@pytest.mark.parametrize("cut", [1, 2, 20, 43, 60])
def test_cut_short(writer, cut):
    """Without its whole signature it is none."""
    assert decode(WRITERS[writer](NARROWED)[:-cut].encode()) is None


def test_begins():
    """A location tells one that goes on beyond what is read."""
    assert begins(WRITERS["packets"](NARROWED)[:40].encode())
    assert begins(WRITERS["binary"](NARROWED)[:40].encode())
    assert not begins(b"MDAxOWlkZW50aWZpZXIg")


text = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20).map(str.encode)


@given(
    location=text,
    identifier=text.filter(bool),
    caveats=st.lists(text, max_size=3),
    writer=st.sampled_from(sorted(WRITERS)),
)
def test_decode_undoes_encode(location, identifier, caveats, writer):
    """In every serialisation."""
    token = decode(WRITERS[writer](Macaroon(location, identifier, tuple(map(Caveat, caveats)))).encode())
    if location in (b"pypi.org", b"test.pypi.org"):
        return
    assert token
    assert (token.details["location"], token.details["caveats"]) == (location.decode(), len(caveats))
    assert token.signed.reveal() == b"\0".join([identifier, *caveats])


@given(st.binary(max_size=99), st.sampled_from(sorted(WRITERS)), st.integers(0, 300))
def test_any_bytes(data, writer, at):
    """Bytes are a macaroon or none, and never an error."""
    whole = WRITERS[writer](NARROWED).encode()
    for candidate in (
        data,
        segment(data).encode(),
        segment(b"\x02" + data).encode(),
        whole[:at] + data + whole[at + 3 :],
    ):
        decode(candidate)
        begins(candidate)


def test_lengths_that_lie():
    """A length beyond the end, or a number without one, is refused at once."""
    for data in (
        b"\x02\x01" + b"\xff" * 9 + b"\x7f",
        b"\x02\x01" + b"\x80" * 99,
        b"\x02\x01\xff\xff\xff\xff\x0fx",
        b"ffff" * 20,
        b"0000" * 20,
    ):
        assert decode(segment(data).encode()) is None


def test_many_caveats():
    """A megabyte of them is read once."""
    caveats = (Caveat(b"a"),) * 100_000
    assert decoded(WRITERS["binary"](Macaroon(b"idp", b"i", caveats))).details["caveats"] == 100_000
