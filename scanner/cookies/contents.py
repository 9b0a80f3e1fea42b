"""What cookies hold, told without running any of it: JSON, text, or what a serialiser of some language wrote."""

from __future__ import annotations

import binascii
import re
import zlib
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from scanner.decode.reading import Reader

SEPARATOR: Final = rb"(?:\||%7[Cc])"
"""A bar, percent-encoded or not."""
_INFLATED: Final = 1 << 16
"""Bytes that a compressed content is inflated to."""
_OCTET: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
_ESCAPE: Final = re.compile(rb"\\(?:([0-3][0-7]{2})|(.))")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_PICKLE: Final = re.compile(rb"(?s)\x80[\x02-\x05].*\.\Z")
"""The opcode PROTO with its version, and at the end STOP (Python's `pickletools`)."""
_PHP: Final = re.compile(rb'(?:a:\d+:\{|[sCO]:\d+:"|i:-?\d+;|b:[01];|d:[\d.E+-]+;|N;)')
"""How a value begins that PHP's `serialize` wrote."""
_USERS: Final = frozenset(
    {
        *("user", "userid", "user_id", "username", "user_name", "uid", "email", "login", "account", "sub"),
        *("_user_id", "_auth_user_id", "logged_in", "is_admin", "role"),
    }
)
"""Members by which sessions say whose they are."""


class Content(NamedTuple):
    """What bytes are."""

    payload: Literal["object", "json", "text", "binary"]
    claims: dict[str, Any] | None = None
    serializer: Literal["", "pickle", "php"] = ""


def content(data: bytes) -> Content:
    """What `data` is. Never raises."""
    if data[:1] in (b"{", b"[", b'"') or data.isdigit() or data in (b"true", b"false", b"null"):
        try:
            value = Reader().json(data)
        except (ValueError, RecursionError):
            pass
        else:
            return Content("object", value) if isinstance(value, dict) else Content("json")
    if _PICKLE.match(data):
        return Content("binary", serializer="pickle")
    if _PHP.match(data):
        return Content("binary", serializer="php")
    try:
        readable = data.decode().isprintable()
    except UnicodeDecodeError:
        readable = False
    return Content("text" if readable else "binary")


def names_user(claims: dict[str, Any] | None) -> bool:
    """Whether an object says whose session it is."""
    return claims is not None and not _USERS.isdisjoint(map(str.lower, claims))


def unslashed(text: bytes) -> bytes:
    r"""`text` with the quoting of Python's `http.cookies` and of WebOb undone: `\054` is a comma, `\"` a quote."""
    return _ESCAPE.sub(_unslashed, text) if b"\\" in text else text


def _unslashed(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 8)]) if escape[1] else escape[2]


def spelt(text: bytes, length: int) -> int:
    """How many bytes of `text`, percent-encoded or not, spell its first `length` bytes."""
    if b"%" not in text:
        return length
    at = 0
    for _ in range(length):
        at += 3 if _OCTET.match(text, at) else 1
    return at


def inflated(data: bytes) -> bytes | None:
    """What zlib compressed, at most 64 KiB of it; None where it did not, or where the end is missing."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, _INFLATED)
    except zlib.error:
        return None
    return plain if inflater.eof or inflater.unconsumed_tail else None


def digest(text: bytes) -> bytes | None:
    """The bytes of base64 without padding, in either alphabet; None where its last character holds bits of no byte."""
    data = Reader().base64(text)
    if not data or len(text) % 4 == 0:
        return data
    last = binascii.b2a_base64(data[-(len(data) % 3) :], newline=False).rstrip(b"=")
    return data if last[-1:] == text[-1:].translate(_STANDARD) else None


def looks_random(text: bytes) -> bool:
    """Whether base64 of at least 27 characters reads like a digest, not like words that programmers join.

    Of 26 neighbours in a digest some 16 are of different classes of characters: small, capital, other. Of 1,000 digests
    5 have fewer than 9, or not all three classes; so have most names.
    """
    classes = [2 if char in b"-_+/0123456789" else char < 97 for char in text[:27]]
    return sum(one != other for one, other in pairwise(classes)) >= 9 and len(set(classes)) == 3
