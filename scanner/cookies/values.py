"""What the modules of wire formats share: values as programs get them, and the times that they may tell."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote_to_bytes

from scanner.decode.reading import Reader
from scanner.decode.times import numeric_date
from scanner.model import Cookie, NumericDate

LONGEST: Final = 65_536
"""Bytes of a value that are read. Browsers hold 4,096 a cookie; frameworks that need more break it into several."""
_EARLIEST: Final = 1_104_537_600
_LATEST: Final = 4_102_444_800
"""2005-01-01 and 2100-01-01 UTC, seconds: between them lies every time that a framework of today wrote."""
_BYTES_PER_TRY: Final = 2_048
"""Bytes that an HMAC covers in the time that it takes to begin and end."""
BETWEEN: Final = rb"""\\?["']?(?:\s{0,2}[=:]\s{0,2}|\t|,\s{0,40}\\?["']value\\?["']\s?:\s?)\\?["']?"""
"""What stands between a cookie's name and its value: one sign, or what captures and browsers write there. No more is
taken: an id of PHP's may begin with a comma."""
GAP: Final = rb"[\"']?\]?[\s=:,>]{1,40}[\"']?(?:value[\"']?[\s=:]{1,4}[\"']?)?"
"""The same before values that begin with no such sign, so that what code writes is taken too: `'] = "`, `" => "`,
`", "` between two arguments, and `" value="`."""


def named(names: bytes) -> bytes:
    """An expression for what may stand before a value: one of the `names`, and what follows it."""
    return b"(?:(?:%b)%b)?" % (names, BETWEEN)


def unquoted(text: bytes) -> bytes:
    """`text` with its percent-encoding undone once; a `+` stays one, as in cookies."""
    return unquote_to_bytes(text) if b"%" in text else text


def json_object(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` is; None for anything else."""
    try:
        value = Reader().json(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def instant(value: float) -> NumericDate | None:
    """The instant of a number of seconds, or of a smaller unit; None before 2005, or after 2099."""
    date = numeric_date(value)
    return date if date and _EARLIEST <= date.seconds < _LATEST else None


def moment(seconds: float) -> NumericDate | None:
    """The instant of a time in seconds since 1970, and in no other unit; None before 2005 and from 2100 on."""
    return instant(seconds) if seconds < _LATEST else None


def tries_of(cookie: Cookie) -> int:
    """What it costs to go once through all that the signature covers, in HMACs over a short text."""
    return 1 + len(cookie.signed) // _BYTES_PER_TRY
