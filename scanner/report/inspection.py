"""One token for people, or as JSON: what it is, what it says and means, its life, and what is wrong with it.

Claims are shown: whoever asks holds the token. What would let a reader use it or another secret is not, unless asked.
"""

from __future__ import annotations

import datetime
import json
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from scanner.facts import show_duration, show_moment
from scanner.model import FORMS, Inspection
from scanner.report.json import document
from scanner.report.lines import Line, paint, wrapped
from scanner.report.neutral import plain
from scanner.report.style import Style
from scanner.report.text import name_of, verdicts
from scanner.report.words import ALGORITHMS, CLAIMS, HEADER, SIGNATURES, TIMES, TYPES

_NAMES: Final = 26
"""Widest column of names; a longer name has a line of its own."""
_VALUES: Final = 34
"""Widest column of values that have their meaning beside them."""
_LONGEST: Final = 600
"""Characters of a value that are shown; JSON has all of them."""
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
"""Members of a key in a header that must not be there (RFC 7515 §4.1.3)."""


def render_text(inspection: Inspection, style: Style) -> Iterator[bytes]:
    """The inspection for people, in `style.width` columns."""
    yield from paint(_lines(inspection, style, min(max(style.width, 70), 120)), style)


def render_json(inspection: Inspection, style: Style) -> Iterator[bytes]:
    """The JSON report of the one subject, with a member `inspect` for what it says."""
    token = inspection.token
    yield from document(
        inspection.report,
        style,
        inspect={
            "header": _json(_Masked(_header_secrets, style)(token.header)),
            "claims": _json(_Masked(_claim_secrets(inspection), style)(token.claims)),
            "payload": token.payload,
            "times": {name: _instant(date.seconds) if date else None for name, date in token.times.items()},
            "reading": inspection.reading,
            "others": inspection.others,
        },
    )


class _Row(NamedTuple):
    name: str
    value: str
    meaning: str
    role: str = ""


def _lines(inspection: Inspection, style: Style, width: int) -> Iterator[Line]:
    subject, token = inspection.subject, inspection.token
    findings = inspection.report.findings
    worst = max((finding.severity.value for finding in findings), key=_rank, default="")
    yield [(f" {worst.upper() or 'OK'} ", worst or "good"), (" ", ""), (name_of(subject), "title")]
    yield from wrapped([("  ", "")], _what(inspection), 2, width)
    if style.show_secrets:
        yield [("  ", ""), (plain(subject.sealed.reveal().decode("utf-8", "replace")), "")]
    yield from _section("Header", _table(_header_rows(inspection, style), width))
    if token.claims is None:
        yield from _section("Payload", [[("  ", ""), (_PAYLOADS[token.payload], "dim")]])
    else:
        yield from _section("Claims", _table(_claim_rows(inspection, style), width))
        yield from _section("Life", _life(inspection, width))
    yield from _section("Signature" if token.form == "jws" else "Protection", _signature(inspection, width))
    if findings:
        yield from _section("Findings", verdicts(findings, width))
    else:
        yield from _section("Findings", [[("  none", "good")]])
    for note in inspection.report.coverage.notes:
        yield []
        yield from wrapped([("Note: ", "dim")], plain(note), 6, width)


def _rank(severity: str) -> int:
    return ("info", "low", "medium", "high", "critical").index(severity)


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    body = list(lines)
    if body:
        yield []
        yield [(title, "title")]
        yield from body


def _what(inspection: Inspection) -> str:
    """Its form and size, how it was found, and what it is beside that."""
    token, facts = inspection.token, inspection.subject.facts
    words = [FORMS[token.form], f"{len(token.raw):,} characters"]
    if inspection.reading:
        words.append(inspection.reading)
    if facts.get("token.published_name"):
        words.append(f"published: {facts['token.published_name']}")
    if token.anomalies:
        words.append(f"odd: {', '.join(token.anomalies)}")
    if inspection.others:
        words.append(f"the first of {inspection.others + 1} here")
    return plain(" · ".join(words))


_PAYLOADS: Final = {
    "encrypted": "encrypted: only the holder of the key can read it",
    "json": "JSON, but no object: it holds no claims",
    "text": "text: it holds no claims",
    "binary": "bytes: it holds no claims",
    "empty": "empty: what is signed is elsewhere, or nothing is",
    "object": "nests too deep to be read",
}


def _header_rows(inspection: Inspection, style: Style) -> Iterator[_Row]:
    for name, value in _Masked(_header_secrets, style)(inspection.token.header).items():
        meaning = HEADER.get(name, "")
        if name == "alg":
            meaning = ALGORITHMS.get(str(value), "no registry knows it")
        elif name == "typ":
            meaning = TYPES.get(str(value).lower().removeprefix("application/"), "")
        yield _Row(name, _value(value), meaning)


def _claim_rows(inspection: Inspection, style: Style) -> Iterator[_Row]:
    token, facts, now = inspection.token, inspection.subject.facts, inspection.report.now
    claims = _Masked(_claim_secrets(inspection), style)(token.claims)
    mighty = set(facts.get("token.privileges", ()))
    personal = {path.partition(".")[0] for path in facts.get("token.personal_claims", ())}
    for name, value in claims.items():
        date = token.times.get(name)
        if name == "exp" and date and not facts.get("token.has_expiry"):
            yield _Row(name, _value(value), "never expires: 0 stands for no expiry", "warn")
            continue
        if date:
            odd = "" if date.unit == "seconds" else f", written as {_UNITS[date.unit]}"
            role = {"exp": "warn" if date.seconds <= now else "good"}.get(name, "")
            yield _Row(name, show_moment(date.seconds), _happened(name, date.seconds, now) + odd, role)
            continue
        meaning = "no usable date" if name in token.times else CLAIMS.get(name, "")
        wide = [power for power in mighty if power == name or power in _words(value)]
        if wide:
            meaning = "; ".join(filter(None, [meaning, f"wide power: {', '.join(sorted(wide))}"]))
        elif name in personal:
            meaning = "; ".join(filter(None, [meaning, "personal"]))
        yield _Row(name, _value(value), plain(meaning), "warn" if wide else "")


_UNITS: Final = {
    "milliseconds": "milliseconds", "microseconds": "microseconds", "string": "text", "iso8601": "an ISO 8601 date",
}  # fmt: skip


def _words(value: Any) -> set[str]:
    """The names in a value, in any of the shapes that issuers use."""
    if isinstance(value, str):
        return {value, *value.replace(",", " ").split()}
    if isinstance(value, list):
        return set().union(*map(_words, value))
    if isinstance(value, dict):
        return set(value).union(*map(_words, value.values()))
    return set()


def _happened(name: str, moment: int, now: int) -> str:
    """`expires in 2 hours`, `expired 3 days ago`."""
    past, future = TIMES[name]
    if moment > now:
        return f"{future} in {show_duration(moment - now)}"
    return f"{past} {show_duration(now - moment)} ago" if moment < now else f"{past} now"


def _value(value: Any) -> str:
    """A value on one line: a text bare where it cannot be taken for anything else, else JSON."""
    if isinstance(value, str) and value.strip() == value and value and not _reads_otherwise(value):
        text = value
    elif isinstance(value, list) and value and all(isinstance(member, str) and "," not in member for member in value):
        text = ", ".join(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    more = f"… ({len(text):,} characters; --format json has all)"
    return plain(text if len(text) <= _LONGEST else text[:_LONGEST] + more)


def _reads_otherwise(text: str) -> bool:
    """Whether a text looks like a number, true, false or null."""
    try:
        return not isinstance(json.loads(text), str | list | dict)
    except (ValueError, RecursionError):
        return False


def _table(rows: Iterable[_Row], width: int) -> Iterator[Line]:
    """Rows of name, value and meaning; a value too long for its column has its meaning below it."""
    shown = list(rows)
    names = max((len(row.name) for row in shown if len(row.name) <= _NAMES), default=0)
    values = max((len(row.value) for row in shown if len(row.value) <= _VALUES), default=0)
    indent = names + 4
    for row in shown:
        name = plain(row.name)
        head: Line = [("  ", ""), (f"{name:<{names}}  ", "place")]
        if len(name) > names:
            yield [("  ", ""), (name, "place")]
            head = [(" " * indent, "")]
        if len(row.value) <= values and indent + values + 2 + len(row.meaning) <= width:
            yield [*head, (f"{row.value:<{values}}  ", row.role), (row.meaning, "dim")]
            continue
        for part in _broken(row.value, width - indent):
            yield [*head, (part, row.role)]
            head = [(" " * indent, "")]
        for part in textwrap.wrap(row.meaning, width - indent):
            yield [*head, (part, "dim")]


def _broken(text: str, width: int) -> list[str]:
    """The text in lines of at most `width`, all its blanks kept."""
    return textwrap.wrap(text, width, replace_whitespace=False, drop_whitespace=False, break_on_hyphens=False) or [""]


def _life(inspection: Inspection, width: int) -> Iterator[Line]:
    """A line in time from its beginning to its end, with now on it, and what that means."""
    facts, now = inspection.subject.facts, inspection.report.now
    begin, start = facts.get("token.issued_at"), facts.get("token.not_before")
    end = facts.get("token.expires_at")
    if (begin, start, end) != (None, None, None):
        yield from _time_line(_Span(begin, start, end, now), width - 8)
    yield from wrapped([("  ", "")], _life_in_words(facts), 2, width)


def _life_in_words(facts: Mapping[str, Any]) -> str:
    whole = show_duration(facts["token.lifetime"]) if "token.lifetime" in facts else ""
    match facts.get("token.state"):
        case "live" if "token.remaining" in facts:
            left = show_duration(facts["token.remaining"])
            return f"Valid by its own word for another {left}{f' (of {whole})' if whole else ''}."
        case "live" if not facts.get("token.has_expiry"):
            return "Valid by its own word, without end: it has no `exp`."
        case "expired":
            ago = f"{show_duration(seconds)} ago" if (seconds := facts.get("token.expired_for")) else "just now"
            return f"Expired {ago}{f', after a life of {whole}' if whole else ''}."
        case "not_yet":
            return "Not valid yet."
        case _:
            return "Nobody can tell from it how long it is valid."


class _Span(NamedTuple):
    """A token's life, and the moment of the look at it; seconds since 1970."""

    begin: int | None
    """When it was issued."""
    start: int | None
    """From when on it is valid."""
    end: int | None
    now: int


def _time_line(span: _Span, width: int) -> Iterator[Line]:
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


def _labels(span: _Span) -> Iterator[tuple[str, int]]:
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


def _signature(inspection: Inspection, width: int) -> Iterator[Line]:
    token, evidence = inspection.token, inspection.subject.evidence
    size = f"{token.signature_bytes} bytes"
    if token.form == "jwe":
        yield from _verdict("encrypted", "good", f", with an authentication tag of {size}.", width)
        return
    known = SIGNATURES.get(evidence.get("signature", ""))
    if known:
        word, role, sentence = known
        for fact in ("signature_key", "retirement"):
            sentence = sentence.replace(f"{{{fact}}}", plain(evidence.get(fact, "")))
        yield from _verdict(word, role, f", {size}. {sentence}", width)
    elif not token.signature_bytes:
        yield from _verdict("none", "warn", ": nothing shows who wrote it.", width)
    else:
        key = "its secret as a JWK" if token.header.get("alg") in ("HS256", "HS384", "HS512") else "the issuer's keys"
        yield from _verdict("not checked", "warn", f", {size}. `--jwks FILE` checks it with {key}.", width)


def _verdict(word: str, role: str, text: str, width: int) -> Iterator[Line]:
    """A word in its colour, and more words on the same line as far as they go."""
    first, *rest = textwrap.wrap(word + text, width - 2)
    yield [("  ", ""), (word, role), (first.removeprefix(word), "")]
    yield from ([("  " + line, "")] for line in rest)


_Secrets = Callable[[str], bool]
"""Whether what stands at a path, such as `user.password`, is a secret."""


def _header_secrets(path: str) -> bool:
    return path.startswith("jwk.") and path.removeprefix("jwk.") in _PRIVATE


def _claim_secrets(inspection: Inspection) -> _Secrets:
    return frozenset(inspection.subject.facts.get("token.secret_claims", ())).__contains__


class _Masked:
    """Gives JSON without its secrets, unless the style shows them."""

    def __init__(self, is_secret: _Secrets, style: Style) -> None:
        self._is_secret = is_secret
        self._shown = style.show_secrets

    def __call__(self, value: Any, path: str = "") -> Any:
        """`value`, of which the members at secret paths are hidden; members of a list have the list's path."""
        if self._shown:
            return value
        if path and self._is_secret(path) and not isinstance(value, dict):
            return "(a secret; --show-secrets shows it)"
        if isinstance(value, dict):
            return {name: self(member, f"{path}.{name}" if path else name) for name, member in value.items()}
        if isinstance(value, list):
            return [self(member, path) if isinstance(member, dict) else member for member in value]
        return value


def _json(value: Any) -> Any:
    """JSON that every reader can hold: what a decoder lets pass and an encoder does not is put into its place."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_json(name): _json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_json(member) for member in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return msgspec.Raw(str(value).encode())
    return value


def _instant(seconds: int) -> str:
    moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=seconds)
    return moment.isoformat()[:19] + "Z"
