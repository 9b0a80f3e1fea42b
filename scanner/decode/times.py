"""Times as tokens write them: NumericDate of RFC 7519 §2, and what stands in its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from scanner.model import NumericDate

_EARLIEST: Final = -62_135_596_800
_LATEST: Final = 253_370_764_800
"""0001-01-01 and 9999-01-01 UTC, seconds: the limits of what `datetime` and the rules can hold."""
_FOREVER: Final = 253_402_300_800
"""10000-01-01 UTC, seconds: what becomes of .NET's `DateTime.MaxValue`."""
_Unit = Literal["seconds", "milliseconds", "microseconds", "string", "iso8601"]
_UNITS: Final[tuple[tuple[_Unit, int], ...]] = (("seconds", 1), ("milliseconds", 1_000), ("microseconds", 1_000_000))
_TIMES: Final = ("exp", "iat", "nbf", "auth_time")


def times_of(claims: Mapping[str, Any]) -> dict[str, NumericDate | None]:
    """The time claims that are present, each as the instant that it means."""
    return {name: numeric_date(claims[name]) for name in _TIMES if name in claims}


def numeric_date(value: object) -> NumericDate | None:
    """The instant that a time claim means (RFC 7519 §2), also where it is milliseconds, a numeric string or ISO 8601.

    None for what is no instant in the years 1 to 9998. Values above 1e11 are read as milliseconds: as seconds they lie
    beyond the year 5138. But up to the end of .NET's calendar they mean "for ever", in seconds: as milliseconds they
    lie before 1978, when there were no tokens.
    """
    if isinstance(value, str):
        return _textual_date(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if 1e11 < value <= _FOREVER:
        return NumericDate(seconds=min(math.floor(value), _LATEST - 1))
    for unit, scale in _UNITS:
        if abs(value) <= 1e11 * scale:
            return _instant(math.floor(value / scale), unit)
    return None


def _textual_date(text: str) -> NumericDate | None:
    if len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        read = numeric_date(number)
        return read and _instant(read.seconds, "string")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        seconds = math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except OverflowError:
        return None
    return _instant(seconds, "iso8601")


def _instant(seconds: int, unit: _Unit) -> NumericDate | None:
    return NumericDate(seconds=seconds, unit=unit) if _EARLIEST <= seconds < _LATEST else None
