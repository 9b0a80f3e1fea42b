"""The life of a token: a line in time from its beginning to its end, with now on it, and what that means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.model import Facts
from scanner.report.lines import Line, wrapped
from scanner.report.words import TIMES
from scanner.showing import show_duration, show_moment


def life(facts: Facts, now: int, width: int) -> Iterator[Line]:
    """The life that these facts tell, as of `now`, seconds since 1970."""
    begin, start = facts.get("token.issued_at"), facts.get("token.not_before")
    end = facts.get("token.ends_at", facts.get("token.expires_at"))
    if (begin, start, end) != (None, None, None):
        yield from time_line(Span(begin, start, end, now), width - 8)
    yield from wrapped([("  ", "")], _in_words(facts), 2, width)


def _in_words(facts: Facts) -> str:
    whole = show_duration(facts["token.lifetime"]) if "token.lifetime" in facts else ""
    match facts.get("token.state"):
        case "live" if "token.remaining" in facts:
            left = show_duration(facts["token.remaining"])
            return f"Live for another {left}{f' (of {whole})' if whole else ''}."
        case "expired":
            ago = f"{show_duration(seconds)} ago" if (seconds := facts.get("token.expired_for")) else "just now"
            return f"Expired {ago}{f', after a life of {whole}' if whole else ''}."
        case _:
            words = str(facts.get("token.life", "nobody can tell how long it is valid"))
            return f"{words[:1].upper()}{words[1:]}."


class Span(NamedTuple):
    """A token's life, and the moment of the look at it; seconds since 1970."""

    begin: int | None
    """When it was issued."""
    start: int | None
    """From when on it is valid."""
    end: int | None
    now: int


def time_line(span: Span, width: int) -> Iterator[Line]:
    """Now above the line, the times of the token below it; `width` columns behind an indent of four."""
    begin, start, end, now = span
    known = [moment for moment in span if moment is not None]
    low, high = min(known), max(known)
    if high == low:
        return
    if end is None:  # it goes on: now stands at two thirds
        high = max(high, now + max(now - low, 1) // 2)

    def at(moment: int) -> int:
        return round((moment - low) * (width - 1) / (high - low))

    first = at(start if start is not None else begin if begin is not None else low)
    last = at(end) if end is not None else width - 1
    bar = ["━" if first <= column <= last and column < at(now) else "─" for column in range(width)]
    for column in range(width):
        if not first <= column <= last:
            bar[column] = "·"
    for moment, mark in ((begin, "┣"), (start, "┣"), (end, "┫")):
        if moment is not None:
            bar[at(moment)] = mark
    if end is None:
        bar[-1] = "▶"
    bar[at(now)] = "●"
    text = f"now, {show_moment(now)}"
    yield [(" " * (4 + _clip(at(now) - len(text) // 2, len(text), width)) + text, "title")]
    alive = first <= at(now) <= last and (end is None or now < end)
    yield [("    " + "".join(bar), "good" if alive else "warn")]
    labels = [(at(moment), f"{name} {show_moment(moment)}") for name, moment in _labels(span)]
    yield from ([("    " + row, "dim")] for row in _label_rows(labels, width))


def _labels(span: Span) -> Iterator[tuple[str, int]]:
    if span.begin is not None:
        yield "issued", span.begin
    if span.start is not None and span.start != span.begin:
        yield TIMES["nbf"][span.start > span.now], span.start
    if span.end is not None:
        yield TIMES["exp"][span.end > span.now], span.end


def _label_rows(labels: Iterable[tuple[int, str]], width: int) -> list[str]:
    """Labels under their columns, each on the first row that has room for it."""
    rows: list[str] = []
    for column, text in labels:
        begin = column if column + len(text) <= width else column - len(text) + 1
        for number, row in enumerate(rows):
            if len(row) + 2 <= begin:
                rows[number] = row.ljust(begin) + text
                break
        else:
            rows.append(" " * begin + text)
    return rows


def _clip(begin: int, length: int, width: int) -> int:
    return max(0, min(begin, width - length))


def happened(name: str, moment: int, now: int) -> str:
    """`expires in 2 hours`, `expired 3 days ago`."""
    past, future = TIMES[name]
    if moment > now:
        return f"{future} in {show_duration(moment - now)}"
    return f"{past} {show_duration(now - moment)} ago" if moment < now else f"{past} now"
