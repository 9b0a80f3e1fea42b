"""JSON Web Keys (RFC 7517) with their private members: objects of JSON, escaped or not, and of programming languages.

A key is read by its members, not as JSON, in whatever order they stand: in JavaScript, Python and Ruby the same object
is written with other quotes and signs. A set of keys is as many keys as it holds.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from scanner.decode.private import Half, fits, make_key, of_edwards, of_point, of_rsa, of_secret, of_seed, on_curve
from scanner.decode.reading import Reader
from scanner.keys import CURVES
from scanner.model import Key, Sealed

_NAMES: Final = rb"kty|crv|use|alg|kid|key_ops|ext|oth|x5[cut]|x5t#S256|dp|dq|qi|[denkpqtxyr]"
_MEMBER: Final = re.compile(
    rb"""(?<![A-Za-z0-9_.-])(?P<name>"""
    + _NAMES
    + rb""")\\{0,8}["']?\s{0,99}(?:=>|:|=)\s{0,99}\\{0,8}["'](?P<value>[^"'\\\r\n]{0,12000})\\{0,8}["']"""
)
"""A member that is text: `"kty":"RSA"`, `kty: 'RSA'`, `\\"kty\\": \\"RSA\\"`, `:kty => "RSA"`."""
_OPENING: Final = re.compile(rb"\{(?:\s|\\{1,8}[nrt])*+\Z")
_INDENT: Final = 300
"""Bytes before an object's first member in which its brace is looked for."""
_MOST: Final = 1 << 16
"""Bytes of an object that are read."""
_LEAST_SECRET: Final = 16
"""Bytes."""
_OF_AGREEMENT: Final = ("X25519", "X448")
_ENCODED: Final = re.compile(rb"[A-Za-z0-9_+/-]+={0,2}")
_PLACEHOLDER: Final = re.compile("your|example|change_?me|replace|insert|xxxx|(.)\\1{7}", re.IGNORECASE)
_VARIETY: Final = 6
"""Fewer different bytes than this are made up."""


def decode(text: bytes) -> Key | None:
    """The private key whose object `text` starts with, with its brace or without, or None. Never raises."""
    if text.startswith(b"ey"):
        return _encoded(text)
    begin = len(text) - len(text.lstrip(b"{ \t\r\n,"))
    stop = min(_close(text, begin), _MOST)
    found = list(_MEMBER.finditer(text, begin, stop))
    if not found:
        return None
    members: dict[str, str] = {}
    for member in found:
        members.setdefault(member["name"].decode(), member["value"].decode("utf-8", "replace"))
    start = _start(text, found[0].start("name"))
    whole = text[stop : stop + 1] == b"}" and b"}" not in text[start:stop]
    raw = text[start : stop + 1 if whole else found[-1].end()]
    try:
        return _key(members, raw, start)
    except ValueError:
        return None


def _encoded(text: bytes) -> Key | None:
    """The first private key of an object, or of a set of keys, that stands in base64."""
    run = _ENCODED.match(text)
    data = Reader().base64(run[0].rstrip(b"=")) if run and len(run[0]) <= _MOST else None
    at = 0 if data and b'"kty"' in data else -1
    while run and data and at >= 0:
        key = decode(data[at:])
        if key:
            return msgspec.structs.replace(key, raw=Sealed(run[0]), start=0)
        at = data.find(b"{", at + 1)
    return None


def begins(text: bytes) -> bool:
    """Whether a private member stands in `text`, whose end may be missing."""
    return any(member["name"] in (b"d", b"k") for member in _MEMBER.finditer(text[:_MOST]))


def _close(text: bytes, begin: int) -> int:
    """Where the object ends that begins at `begin`, which may hold lists of objects (`oth`) but none by itself."""
    close, inner = text.find(b"}", begin), text.find(b"{", begin)
    if 0 <= inner < close or (close < 0 <= inner):
        return inner
    return close if close >= 0 else len(text)


def _start(text: bytes, name: int) -> int:
    """Where the object begins whose first member's name stands at `name`: at its brace, else at its quote."""
    before = text[:name].rstrip(b"\"'\\:")
    brace = _OPENING.search(before, max(len(before) - _INDENT, 0))
    return brace.start() if brace else len(before)


def _key(members: dict[str, str], raw: bytes, start: int) -> Key | None:
    """The key of these members. Raises ValueError where they make none."""
    kind = members.get("kty", "")
    details: dict[str, Any] = {"has_key_id": bool(members.get("kid"))}
    private = members.get("k" if kind == "oct" else "d", "")
    value = _octets(members, "k" if kind == "oct" else "d")
    if len(value) < _LEAST_SECRET or len(set(value)) < _VARIETY or _PLACEHOLDER.search(private):
        return None
    if kind == "oct":
        half, body = of_secret(value), b"secret\0" + value  # as `Secret.identity` has it
        details["secret"] = Sealed(value)
    else:
        half, body = _half(kind, members), value
    details["fits"] = fits(half, members.get("alg"), members.get("use"))
    if half.jwk:
        more = {name: members[name] for name in ("kid", "alg", "use") if members.get(name)}
        details["public"] = {**half.jwk, **more}
    elif details["has_key_id"]:
        details["public"] = {"kid": members["kid"]}
    return make_key("jwk", raw, half, body, start=start, **details)


def _half(kind: str, members: dict[str, str]) -> Half:
    """The public half of a key that is no shared secret. Raises ValueError where its members make none."""
    curve, secret = members.get("crv", ""), _octets(members, "d")
    if kind == "RSA":
        return of_rsa(int.from_bytes(_octets(members, "n")), int.from_bytes(_octets(members, "e")))
    if kind == "EC" and CURVES.get(curve, ("",))[0] == "EC":
        size = CURVES[curve][1]
        if "x" in members and "y" in members:
            return of_point(curve, b"\4" + b"".join(_octets(members, name).rjust(size, b"\0") for name in "xy"))
        return on_curve(curve, secret)
    if kind == "OKP" and (CURVES.get(curve, ("",))[0] == "OKP" or curve in _OF_AGREEMENT):
        return of_edwards(curve, _octets(members, "x")) if "x" in members else of_seed(curve, secret)
    if kind in ("EC", "OKP", "AKP"):
        return Half(curve or kind)
    raise ValueError


def _octets(members: dict[str, str], name: str) -> bytes:
    """The bytes of a member. Raises ValueError where it has none."""
    text = members.get(name, "").encode("utf-8", "replace")
    value = Reader().base64(text) if _ENCODED.fullmatch(text) else None
    if not value:
        raise ValueError
    return value
