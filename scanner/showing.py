"""Facts in words, for messages and reports: one line each, of bounded length, without what a terminal obeys."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from scanner.facts import Fact, Unit

MAX_SHOWN = 200
"""Characters of a fact's text that a message shows."""
MAX_LISTED = 8
"""Members of a list that a message names."""


def show(fact: Fact) -> Callable[[Any], str]:
    """The function that turns a value of `fact` into words for people, free of control characters and bounded."""
    if fact.since == "verdict":
        return str
    if fact.type == "bool":
        return _show_bool
    if fact.type == "list":
        return _show_list
    if fact.type == "int":
        return _SHOW_UNIT[fact.unit]
    return _show_text


def _show_bool(value: bool) -> str:
    return "yes" if value else "no"


def _show_text(value: object) -> str:
    text = str(value)
    cut = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    # Not printable: controls, bidirectional and zero-width marks, surrogates, line separators.
    return cut if cut.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def _show_list(values: list[str]) -> str:
    listed = ", ".join(values[:MAX_LISTED])
    more = len(values) - MAX_LISTED
    return _show_text(listed) + (f" and {more} more" if more > 0 else "")


def show_moment(seconds: int) -> str:
    """`2026-01-31 08:00 UTC`, of seconds since 1970."""
    moment = _EPOCH + datetime.timedelta(seconds=seconds)
    return f"{moment.isoformat(' ', 'minutes')[:16]} UTC"


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_UNITS = (("year", 31_557_600), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def show_duration(seconds: int) -> str:
    """`30 days`, `15 minutes`, `90 minutes`: in the largest unit that tells it to within two hundredths."""
    for name, size in _UNITS:
        count = round(seconds / size)
        if count and (size == 1 or abs(seconds - count * size) * 50 <= seconds):
            return f"{count} {name}{'s' * (count != 1)}"
    return "0 seconds"


def _show_bytes(count: int) -> str:
    return f"{count} bytes"


_SHOW_UNIT: dict[Unit, Callable[[Any], str]] = {
    "": _show_text,
    "bytes": _show_bytes,
    "seconds": show_duration,
    "time": show_moment,
}
SHOWING: Mapping[str, Callable[[Any], str]] = {
    "text": str,
    "bool": _show_bool,
    "list": _show_list,
    **{f"unit {unit}": words for unit, words in _SHOW_UNIT.items()},
}
"""All that `show` may give, by name."""
