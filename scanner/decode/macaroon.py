"""Macaroons (Birgisson et al., NDSS 2014): bearer tokens that whoever holds one may narrow by caveats.

Read in the serialisations of libmacaroons (`doc/format.txt` there): packets of text (version 1), binary (version 2),
both in base64 or hexadecimal, and the JSON objects of both. Caveats are texts of the service's own making; those that
tell an end are read, whatever words they use.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from scanner.decode.objects import read_object
from scanner.decode.reading import Reader
from scanner.decode.times import numeric_date
from scanner.decode.wire import piece, varint
from scanner.model import NumericDate, Sealed, Token

_SIGNATURE_BYTES: Final = 32
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2})+")
_BASE64: Final = re.compile(rb"[A-Za-z0-9_+/-]+={0,2}")
_OBJECT: Final = re.compile(rb'(?s)[\s,]*(?:\{|"|\\").*"s(?:ignature|64)?\\?"')
_LOCATION, _IDENTIFIER, _VERIFICATION, _SIGNATURE, _END = 1, 2, 4, 6, 0
"""Types of packets of version 2."""
_TOLD_ELSEWHERE: Final = (b"pypi.org", b"test.pypi.org")
"""Locations whose macaroons have a prefix, by which `rules/lookalikes.toml` tells them."""
_WORDS: Final = {b"location": 1, b"identifier": 2, b"cid": 2, b"vid": 4, b"cl": 1, b"signature": 6}
"""Names of packets of version 1, by the type that they have in version 2."""
_UNTIL: Final = re.compile(
    r"(?:time|exp|expir(?:y|es|ation)(?:[ _-]?(?:at|time|date))?"
    r"|(?:time|date|valid)?[ _-]?(?:before|until)|not[ _-]?(?:on[ _-]?or[ _-]?)?after)"
    r"\s*(?:<=?|[:=]|\s)\s*['\"]?(?P<time>[^'\"]+)",
    re.IGNORECASE,
)
"""A caveat that tells an end: `time < 2030-01-01T00:00Z`, `time-before 2030-…`, `expires: 1893456000`."""


class Caveat(NamedTuple):
    """A condition under which a macaroon holds."""

    text: bytes
    third_party: bool
    verification: bytes = b""
    """What the third party's key is encrypted to, in a caveat of one."""


class Macaroon(NamedTuple):
    """A macaroon as it was read, whatever its serialisation."""

    location: bytes
    identifier: bytes
    caveats: list[Caveat]
    signature: bytes
    """32 bytes."""


def decode(text: bytes) -> Token | None:
    """The macaroon that `text` starts with, in any serialisation, or None where it starts with none.

    Of several that are joined, as a service's with those of third parties that discharge it, the first is read.
    """
    if _OBJECT.match(text):
        found = read_object(Reader(), text)
        read = found and _of_json(found.members)
        return _token(read, found.raw, found.start) if found and read else None
    read = _of_run(run := _run(text))
    return _token(read, run) if read and read.location not in _TOLD_ELSEWHERE else None


def macaroon(text: bytes) -> Macaroon | None:
    """What a text says that `decode` reads a macaroon in; None for another."""
    if _OBJECT.match(text):
        found = read_object(Reader(), text)
        return _of_json(found.members) if found else None
    return _of_run(_run(text))


def begins(text: bytes) -> bool:
    """Whether `text` begins with a macaroon's location; an object tells one only by its end."""
    data = _bytes(_run(text))
    return data[4:13] == b"location " or data[:2] == b"\x02\x01"


def _run(text: bytes) -> bytes:
    """The hexadecimal digits or the base64 at the start of `text`; no base64 of a macaroon begins with a digit."""
    run = _HEX.match(text) if text[:1] == b"0" else _BASE64.match(text)
    return run[0] if run else b""


def _bytes(run: bytes) -> bytes:
    """What a run of hexadecimal digits or base64 stands for, as far as it goes."""
    if run[:1] == b"0" and _HEX.fullmatch(run):
        return binascii.unhexlify(run)
    bare = run.rstrip(b"=")
    return Reader().base64(bare[: len(bare) - (len(bare) % 4 == 1)]) or b""


def _of_run(run: bytes) -> Macaroon | None:
    data = _bytes(run)
    try:
        return _of_packets(data) if data[:1] == b"0" else _of_binary(data)
    except ValueError:
        return None


def _of_packets(data: bytes) -> Macaroon:
    """Version 1: four hexadecimal digits of length, a name, a space, the value, a line end."""
    packets: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data) and (not packets or packets[-1][0] != _SIGNATURE):
        length = int(data[at : at + 4], 16)
        name, space, value = data[at + 4 : at + length].partition(b" ")
        if length < 6 or at + length > len(data) or not space or value[-1:] != b"\n" or name not in _WORDS:
            raise ValueError
        packets.append((_WORDS[name], value[:-1]))
        at += length
    return _of(iter(packets))


def _of_binary(data: bytes) -> Macaroon:
    """Version 2: a byte 2, then fields of type, length and value, in sections that a zero ends."""
    if data[:1] != b"\x02":
        raise ValueError
    return _of(_fields(data))


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 1
    while True:
        kind, at = varint(data, at)
        if kind != _END:
            value, at = piece(data, at)
            yield kind, value
        if kind == _SIGNATURE:
            return


def _of(packets: Iterator[tuple[int, bytes]]) -> Macaroon:
    """The macaroon of packets in their order. Raises ValueError where they make none."""
    location, identifier, signature = b"", None, b""
    caveats: list[Caveat] = []
    for kind, value in packets:
        if kind == _LOCATION:
            location = location if identifier is not None else value
        elif kind == _IDENTIFIER and identifier is None:
            identifier = value
        elif kind == _IDENTIFIER:
            caveats.append(Caveat(value, third_party=False))
        elif kind == _VERIFICATION and caveats:
            caveats[-1] = caveats[-1]._replace(third_party=True, verification=value)
        elif kind == _SIGNATURE:
            signature = value
        else:
            raise ValueError
    if identifier is None or len(signature) != _SIGNATURE_BYTES:
        raise ValueError
    return Macaroon(location, identifier, caveats, signature)


def _of_json(members: dict[str, Any]) -> Macaroon | None:
    """Both versions' objects: members have long names in the first, and one letter in the second."""
    caveats = _member(members, "caveats", "c")
    if not isinstance(caveats, list):
        caveats = []
    try:
        identifier, signature = _binary(members, "identifier", "i"), _binary(members, "signature", "s")
        read = [_json_caveat(caveat) for caveat in caveats if isinstance(caveat, dict)]
    except ValueError:
        return None
    if len(signature) != _SIGNATURE_BYTES or not identifier:
        return None
    location = str(_member(members, "location", "l") or "").encode("utf-8", "replace")
    return Macaroon(location, identifier, read, signature)


def _json_caveat(value: dict[str, Any]) -> Caveat:
    verification = value.get("vid")
    return Caveat(
        _binary(value, "cid", "i"),
        third_party=any(name in value for name in ("vid", "v", "v64")),
        # The first version has it in base64 under its long name.
        verification=_bytes(verification.encode("ascii", "replace"))
        if isinstance(verification, str)
        else _binary(value, "v", "v"),
    )


def _member(value: dict[str, Any], *names: str) -> object:
    return next((value[name] for name in names if name in value), None)


def _binary(value: dict[str, Any], long: str, short: str) -> bytes:
    """A member that holds bytes: as text, or in base64 where its name says 64; a long signature is hexadecimal."""
    encoded, plain = value.get(f"{short}64"), _member(value, long, short)
    if isinstance(encoded, str):
        return _bytes(encoded.encode("ascii", "replace"))
    text = plain.encode("utf-8", "replace") if isinstance(plain, str) else b""
    return binascii.unhexlify(text) if long == "signature" and _HEX.fullmatch(text) else text


def _token(found: Macaroon, raw: bytes, start: int = 0) -> Token:
    texts = [caveat.text.decode("utf-8", "replace") for caveat in found.caveats if not caveat.third_party]
    ends = [_until(text) for text in texts]
    known = [end for end in ends if end]
    details: dict[str, Any] = {
        "caveats": len(found.caveats),
        "third_party_caveats": len(found.caveats) - len(texts),
        "location": found.location.decode("utf-8", "replace"),
    }
    if known or not texts:
        # A caveat that is not understood may set an end of its own.
        details["time_bound"] = bool(known)
    covered = b"\0".join([found.identifier, *(caveat.text for caveat in found.caveats)])
    return Token(
        form="macaroon",
        raw=Sealed(raw),
        signed=Sealed(covered),
        signature=Sealed(found.signature),
        payload="text",
        times={"exp": min(known, key=lambda end: end.seconds)} if known else {},
        details=details,
        start=start,
    )


def _until(caveat: str) -> NumericDate | None:
    """The instant at which a caveat ends its macaroon, in words or in PyPI's JSON (`[0, not after, not before]`)."""
    text = caveat.strip()
    words = _UNTIL.match(text)
    if words:
        return numeric_date(words["time"])
    try:
        value = Reader().json(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        return numeric_date(value.get("exp"))
    return numeric_date(value[1]) if isinstance(value, list) and len(value) == 3 and value[0] == 0 else None
