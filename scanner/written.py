"""Values as people write them, in configuration, in rule files and behind options, and what they meant by a name.

Each reader raises ValueError with what was expected.
"""

from __future__ import annotations

import datetime
import string
from collections.abc import Iterable, Mapping
from typing import Any

from scanner.model import Severity

NEVER = "never"
"""The `fail-on` that no finding reaches."""

_DURATIONS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SEVERITIES = tuple(severity.value for severity in Severity)


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` with the known name that is most like `name`; empty if none is."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def duration(value: object) -> int:
    """Seconds of a duration such as `90s`, `15m`, `1h`, `30d` or `4w`. Raises ValueError."""
    return _quantity(value, _DURATIONS, "a duration such as 90s, 15m, 1h, 30d or 4w")


def size(value: object) -> int:
    """Bytes of a size such as `500KB`, `10MB` or `1GiB`; a bare number counts bytes. Raises ValueError."""
    return _quantity(str(value) if _is_count(value) else value, _SIZES, "a size such as 500KB, 10MB or 1GiB")


def fail_on(value: object) -> Severity | None:
    """The severity from which on findings fail a scan; None for `never`. Raises ValueError."""
    name = one_of(value, (*_SEVERITIES, NEVER))
    return None if name == NEVER else Severity(name)


def severity(value: object) -> Severity:
    """The severity of this name. Raises ValueError."""
    return Severity(one_of(value, _SEVERITIES))


def count(value: object) -> int:
    """A whole number, 0 or more. Raises ValueError."""
    if isinstance(value, int) and _is_count(value):
        return value
    raise _expected("a whole number, 0 or more", value)


def one_of(value: object, names: tuple[str, ...]) -> str:
    """One of some names. Raises ValueError."""
    if not isinstance(value, str) or value not in names:
        hint = nearest(value, names) if isinstance(value, str) else ""
        raise ValueError(f"expected one of {', '.join(names)}, not {value!r}{hint}")
    return value


def limit(value: object) -> int:
    """A count, or the seconds of a duration. Raises ValueError."""
    return value if isinstance(value, int) and _is_count(value) else duration(value)


def text(value: object) -> str:
    """A text that is not empty. Raises ValueError."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise _expected("a text", value)
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts. Raises ValueError."""
    if not isinstance(value, list):
        raise _expected("a list of texts", value)
    return tuple(text(item) for item in value)


def names(value: object) -> frozenset[str]:
    """A list of texts, in no order. Raises ValueError."""
    return frozenset(texts(value))


def switch(value: object) -> bool:
    """`true` or `false`. Raises ValueError."""
    if not isinstance(value, bool):
        raise _expected("true or false", value)
    return value


def day(value: object) -> str:
    """A TOML date, or a text in its form; days compare as texts. Raises ValueError."""
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _expected("a day such as 2027-01-31", value) from None


def table(value: object) -> dict[str, Any]:
    """A TOML table. Raises ValueError."""
    if not isinstance(value, dict):
        raise _expected("a table", value)
    return value


def tables(value: object) -> list[dict[str, Any]]:
    """TOML tables, as a `[[suppress]]` makes them. Raises ValueError."""
    if not isinstance(value, list):
        raise _expected("[[suppress]] tables", value)
    return [table(item) for item in value]


def _expected(what: str, value: object) -> ValueError:
    shown = repr(value)
    return ValueError(f"expected {what}, not {shown if len(shown) <= 60 else shown[:57] + '...'}")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _quantity(value: object, units: Mapping[str, int], what: str) -> int:
    if isinstance(value, str):
        digits = value.rstrip(string.ascii_letters)
        unit = units.get(value[len(digits) :])
        if unit is not None and digits.isascii() and digits.isdecimal() and len(digits) <= 12:
            return int(digits) * unit
    raise _expected(what, value)
