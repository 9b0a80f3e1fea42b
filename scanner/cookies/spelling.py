"""How values are spelt where they stand: percent-encoded or not, behind a name or not, in base64."""

from __future__ import annotations

import binascii
import hmac
import re
from typing import Any, Final, NamedTuple

from scanner.cookies.values import LONGEST, unquoted
from scanner.decode.reading import Reader
from scanner.decode.times import numeric_date
from scanner.model import Cookie, NumericDate

_BEHIND_NAME: Final = re.compile(
    rb"""
    (?: [\w.$@:-]{1,128}
        (?: = | %3[Dd] | \t
        | ["'] \s{0,64} , \s{0,64} ["']value["'] \s{0,64} : \s{0,64} ["']
        | ["']? \s{0,64} (?: : | => ) \s{0,64} ["']? )
        (?= [\w+/!"-] | %2[BbFf] )
    )++
    """,
    re.VERBOSE | re.ASCII,
)
"""Names, and what stands between one and its value: in headers (`Cookie: session=`), cookie jars (a tab), captures
(`"name": "session", "value": "`), code (`"session" => "`). What follows is no `=` and no full stop: base64 ends so."""
_FOREIGN: Final = re.compile(rb"(?s).*(?:%(?!2[BbFf]|0[Aa])[0-9A-Fa-f]{2}|[^A-Za-z0-9+/%])")
"""All up to the last character that base64 does not have; an old encoder of Ruby's breaks it over lines (`%0A`)."""
_UNSAFE: Final = re.compile(rb"(?s).*[^A-Za-z0-9_-]")
"""The same of base64url."""
_PADDING: Final = re.compile(rb"(?:=|%3[Dd]){0,2}(?:%0[Aa])?\Z")
URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
"""From the alphabet that is safe in addresses to the standard one (RFC 4648 §5)."""


def behind_name(text: bytes) -> int:
    """Where the value begins in a text such as `session=…` or `"name": "session", "value": "…"`; 0 without a name."""
    named = _BEHIND_NAME.match(text)
    return named.end() if named else 0


def base64_run(text: bytes, *, url_safe: bool = False) -> int:
    """Where the base64 or base64url begins with which `text` ends, percent-encoded or not."""
    padding = _PADDING.search(text)
    foreign = (_UNSAFE if url_safe else _FOREIGN).match(text, 0, padding.start() if padding else len(text))
    return foreign.end() if foreign else 0


def standard(text: bytes) -> bytes | None:
    """The bytes of whole, padded base64 in the standard alphabet; None for anything else."""
    if len(text) % 4:
        return None
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None


def exact(text: bytes, size: int) -> bytes | None:
    """The `size` bytes of base64 in either alphabet, padded or not; None where an encoder does not write them so."""
    bare = text.rstrip(b"=").translate(URL_SAFE)
    value = standard(bare + b"=" * (-len(bare) % 4)) if len(bare) % 4 != 1 else None
    if value is None or len(value) != size or binascii.b2a_base64(value, newline=False).rstrip(b"=") != bare:
        return None
    return value


class Signed(NamedTuple):
    """A value and its signature, as they stand in a text."""

    start: int
    value: bytes
    mac: bytes


def signed(text: bytes, shape: re.Pattern[bytes]) -> Signed | None:
    """The value with a signature of 32 bytes that stands in `text`, behind its name or not: the groups of `shape`."""
    if len(text) > LONGEST:
        return None
    start = behind_name(text)
    found = shape.fullmatch(unquoted(text[start:]))
    mac = found and exact(found[2], 32)
    return Signed(start, found[1], mac) if found and mac else None


def by_sha256(secret: bytes, cookie: Cookie) -> bool:
    """Whether `secret`, as it is, signs a cookie with HMAC-SHA256."""
    return hmac.digest(secret, cookie.signed.reveal(), "sha256") == cookie.signature.reveal()


def json_value(data: bytes) -> Any:
    """The JSON value of `data`; None where it is none (or `null`), or is not what a program writes."""
    reader = Reader()
    try:
        value = reader.json(data)
    except (ValueError, RecursionError):
        return None
    return None if reader.anomalies else value


def end(value: object) -> dict[str, NumericDate | None]:
    """`times` of a cookie that ends at `value`, whatever way that is written; empty where it has no end."""
    return {} if value is None or value == "" else {"exp": numeric_date(value)}
