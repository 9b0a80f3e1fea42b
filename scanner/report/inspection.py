"""One token, cookie or key for people, or as JSON: what it is, what it says and means, and what is wrong with it.

Claims are shown: whoever asks holds the token. What would let a reader use it or another secret is not, unless asked.
"""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from scanner.facts import FACTS
from scanner.model import FORMS, JOSE_FORMS, Cookie, Facts, Inspection, Subject, Token
from scanner.report.json import document
from scanner.report.life import happened, life
from scanner.report.lines import Line, paint, wrapped
from scanner.report.neutral import plain
from scanner.report.style import Style
from scanner.report.text import name_of, verdicts
from scanner.report.values import for_readers, in_words, masked
from scanner.report.words import ALGORITHMS, CLAIMS, HEADER, SIGNATURES, TYPES
from scanner.showing import show, show_moment

_NAMES: Final = 26
"""Widest column of names; a longer name has a line of its own."""
_VALUES: Final = 34
"""Widest column of values that have their meaning beside them."""
_ROWS: Final = 200
"""Members that are shown of a header, and of claims; JSON has all of them."""
_LONGEST_NAME: Final = 200
_TOLD: Final = ("class_title", "has_issuer", "issuer", "vendor_revocation")
"""Details that stand in the title, or among the findings."""
_PRIVATE: Final = frozenset(f"jwk.{member}" for member in ("d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"))
"""Members of a key in a header that must not be there (RFC 7515 §4.1.3)."""


def render_text(inspection: Inspection, style: Style) -> Iterator[bytes]:
    """The inspection for people, in `style.width` columns."""
    yield from paint(_lines(inspection, style, min(max(style.width, 70), 120)), style)


def render_json(inspection: Inspection, style: Style) -> Iterator[bytes]:
    """The JSON report of the one subject, with a member `inspect` for what it says."""
    decoded = inspection.decoded
    told: dict[str, Any] = {"header": {}, "claims": None, "payload": None, "times": {}}
    if isinstance(decoded, Token | Cookie):
        told = {
            "header": for_readers(_header(decoded, style)) if isinstance(decoded, Token) else {},
            "claims": for_readers(_claims(inspection, decoded, style)),
            "payload": decoded.payload,
            "times": {name: _instant(date.seconds) if date else None for name, date in decoded.times.items()},
        }
    told |= {"reading": inspection.reading, "others": inspection.others}
    yield from document(inspection.report, style, inspect=told)


class _Row(NamedTuple):
    name: str
    value: str
    meaning: str
    role: str = ""


def _lines(inspection: Inspection, style: Style, width: int) -> Iterator[Line]:
    subject = inspection.subject
    findings = inspection.report.findings
    worst = max((finding.severity for finding in findings), default=None)
    word = (f" {worst.value.upper()} ", worst.value) if worst else (" OK ", "good")
    yield [word, (" ", ""), (name_of(subject), "title")]
    decoded = inspection.decoded
    what = _what(inspection, decoded) if isinstance(decoded, Token) else _other(inspection)
    yield from wrapped([("  ", "")], what, 2, width)
    if style.show_secrets:
        yield [("  ", ""), (plain(subject.sealed.reveal().decode("utf-8", "replace")), "")]
    if isinstance(decoded, Token):
        yield from _sections(inspection, decoded, style, width)
    elif isinstance(decoded, Cookie):
        yield from _section("Content", _table(_content_rows(inspection, decoded, style), width))
        yield from _section("Signature", _proof(subject, width))
    yield from _section("How to end it", _end(subject.facts, width))
    if findings:
        yield from _section("Findings", verdicts(findings, width, told=True))
    else:
        yield from _section("Findings", [[("  none", "good")]])
    for note in inspection.report.coverage.notes:
        yield []
        yield from wrapped([("Note: ", "dim")], plain(note), 6, width)


def _sections(inspection: Inspection, token: Token, style: Style, width: int) -> Iterator[Line]:
    """What a token says, and how it is protected."""
    yield from _section("Form", _table(_form_rows(inspection, token), width))
    header = "Header" if token.form in JOSE_FORMS else "Footer"
    yield from _section(header, _table(_header_rows(token, style), width))
    if token.claims is not None:
        yield from _section("Claims", _table(_claim_rows(inspection, token, style), width))
    elif token.form in JOSE_FORMS:
        yield from _section("Payload", [[("  ", ""), (_PAYLOADS[token.payload], "dim")]])
    if token.claims is not None or token.times:
        yield from _section("Life", life(inspection.subject.facts, inspection.report.now, width))
    if token.form in JOSE_FORMS:
        yield from _section("Protection" if token.form == "jwe" else "Signature", _signature(inspection, token, width))


def _other(inspection: Inspection) -> str:
    """The size of what is no token, who makes the like, and how it was found."""
    facts, words = inspection.subject.facts, [f"{len(inspection.subject.sealed):,} characters"]
    if facts.get("cookie.frameworks"):
        words.append(f"as made by {', '.join(facts['cookie.frameworks'])}")
    if inspection.reading:
        words.append(inspection.reading)
    if inspection.others:
        words.append(f"the first of {inspection.others + 1} here")
    return plain(" · ".join(words))


def _content_rows(inspection: Inspection, cookie: Cookie, style: Style) -> Iterator[_Row]:
    """What a cookie says: its members where it is JSON in clear, else what is known of its content; and its times."""
    if cookie.claims is None:
        what = f"{cookie.payload}, written by {cookie.serializer}: never read here" if cookie.serializer else ""
        yield _Row("content", what or cookie.payload, "")
    for name, value in (_claims(inspection, cookie, style) or {}).items():
        yield _Row(name, in_words(value), "")
    for name, words in (("iat", "made"), ("exp", "ends")):
        date = cookie.times.get(name)
        if date:
            yield _Row(words, show_moment(date.seconds), happened(name, date.seconds, inspection.report.now))


def _proof(subject: Subject, width: int) -> Iterator[Line]:
    """What is known of the secret of a cookie."""
    evidence = subject.evidence
    if "known_secret_name" in evidence:
        words = plain(f": {evidence['known_secret_name']} is the secret of this {evidence['signs_as']}.")
        yield from _verdict("forgeable", "warn", words, width)
    else:
        yield from _verdict("not known", "", ": no published secret made it.", width)


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    body = list(lines)
    if body:
        yield []
        yield [(title, "title")]
        yield from body


def _what(inspection: Inspection, token: Token) -> str:
    """Its form and size, how it was found, and what it is beside that."""
    facts = inspection.subject.facts
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
    "detached": "detached: what is signed is elsewhere",
    "empty": "empty: what is signed is elsewhere, or nothing is",
    "object": "nests too deep to be read",
}


def _form_rows(inspection: Inspection, token: Token) -> Iterator[_Row]:
    """What its form tells beside header and claims, for all but the usual compact token."""
    facts = inspection.subject.facts
    for name, value in token.details.items():
        fact = FACTS[f"token.{name}"]
        if value != "compact" and name not in _TOLD and fact.name in facts:
            yield _Row(name.replace("_", " "), plain(show(fact)(facts[fact.name])), fact.meaning)


def _header_rows(token: Token, style: Style) -> Iterator[_Row]:
    for name, value in _header(token, style).items():
        meaning = HEADER.get(name, "")
        if name == "alg":
            meaning = ALGORITHMS.get(str(value), "no registry knows it")
        elif name == "typ":
            meaning = TYPES.get(str(value).lower().removeprefix("application/"), "")
        yield _Row(name, in_words(value), meaning)


def _claim_rows(inspection: Inspection, token: Token, style: Style) -> Iterator[_Row]:
    facts, now = inspection.subject.facts, inspection.report.now
    mighty = set(facts.get("token.privileges", ()))
    personal = {path.partition(".")[0] for path in facts.get("token.personal_claims", ())}
    for name, value in _claims(inspection, token, style).items():
        date = token.times.get(name)
        if name == "exp" and date and not facts.get("token.has_expiry"):
            yield _Row(name, in_words(value), "never expires: 0 stands for no expiry", "warn")
            continue
        if date:
            odd = "" if date.unit == "seconds" else f", written as {_UNITS[date.unit]}"
            role = {"exp": "warn" if date.seconds <= now else "good"}.get(name, "")
            yield _Row(name, show_moment(date.seconds), happened(name, date.seconds, now) + odd, role)
            continue
        meaning = "no usable date" if name in token.times else CLAIMS.get(name, "")
        if name == "iss" and facts.get("token.issuer_title"):
            meaning += f": {facts['token.issuer_title']}"
        wide = mighty & {name, *_words(value)}
        if wide:
            meaning = "; ".join(filter(None, [meaning, f"wide power: {', '.join(sorted(wide))}"]))
        elif name in personal:
            meaning = "; ".join(filter(None, [meaning, "personal"]))
        yield _Row(name, in_words(value), plain(meaning), "warn" if wide else "")


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


def _table(rows: Iterable[_Row], width: int) -> Iterator[Line]:
    """Rows of name, value and meaning; a value too long for its column has its meaning below it."""
    listed = [row._replace(name=plain(row.name[:_LONGEST_NAME])) for row in rows]
    shown = listed[:_ROWS]
    names = max((len(row.name) for row in shown if len(row.name) <= _NAMES), default=0)
    values = max((len(row.value) for row in shown if len(row.value) <= _VALUES), default=0)
    indent = names + 4
    for row in shown:
        head: Line = [("  ", ""), (f"{row.name:<{names}}  ", "place")]
        if len(row.name) > names:
            yield from ([("  ", ""), (part, "place")] for part in _broken(row.name, width - 2))
            head = [(" " * indent, "")]
        if len(row.value) <= values and indent + values + 2 + len(row.meaning) <= width:
            yield [*head, (f"{row.value:<{values}}  ", row.role), (row.meaning, "dim")]
            continue
        for part in _broken(row.value, width - indent):
            yield [*head, (part, row.role)]
            head = [(" " * indent, "")]
        for part in textwrap.wrap(row.meaning, width - indent):
            yield [*head, (part, "dim")]
    if len(listed) > _ROWS:
        yield [("  ", ""), (f"and {len(listed) - _ROWS:,} more; --format json has all", "dim")]


def _broken(text: str, width: int) -> list[str]:
    """The text in lines of at most `width`, all its blanks kept."""
    return textwrap.wrap(text, width, replace_whitespace=False, drop_whitespace=False, break_on_hyphens=False) or [""]


def _signature(inspection: Inspection, token: Token, width: int) -> Iterator[Line]:
    evidence = inspection.subject.evidence
    size = f"{token.signature_bytes} bytes"
    if token.form == "jwe":
        yield from _verdict("encrypted", "good", f", with an authentication tag of {size}.", width)
        return
    if "known_secret_name" in evidence:
        name = plain(evidence["known_secret_name"])
        yield from _verdict("forgeable", "warn", f", {size}, made with {name}.", width)
    known = SIGNATURES.get(evidence.get("signature", ""))
    if known:
        word, role, sentence = known
        for fact in ("signature_key", "retirement"):
            sentence = sentence.replace(f"{{{fact}}}", plain(evidence.get(fact, "")))
        yield from _verdict(word, role, f", {size}. {sentence}", width)
    elif not token.signature_bytes:
        yield from _verdict("none", "warn", ": nothing shows who wrote it.", width)
    elif "known_secret_name" not in evidence:
        key = "its secret as a JWK" if token.header.get("alg") in ("HS256", "HS384", "HS512") else "the issuer's keys"
        tried = "No known secret made it. " if "secrets_tried" in evidence else ""
        yield from _verdict("not checked", "warn", f", {size}. {tried}`--jwks FILE` checks it with {key}.", width)


def _end(facts: Facts, width: int) -> Iterator[Line]:
    """Its issuer's way to revoke it, while that matters."""
    way = facts.get("token.revocation")
    if way and facts.get("token.state") != "expired":
        yield from wrapped([("  ", "")], plain(way), 2, width)
        if facts.get("token.issuer_documentation"):
            yield [("  ", ""), (plain(facts["token.issuer_documentation"]), "dim")]


def _verdict(word: str, role: str, text: str, width: int) -> Iterator[Line]:
    """A word in its colour, and more words on the same line as far as they go."""
    first, *rest = textwrap.wrap(word + text, width - 2)
    yield [("  ", ""), (word, role), (first.removeprefix(word), "")]
    yield from ([("  " + line, "")] for line in rest)


def _header(token: Token, style: Style) -> Any:
    return token.header if style.show_secrets else masked(token.header, _PRIVATE.__contains__)


def _claims(inspection: Inspection, decoded: Token | Cookie, style: Style) -> Any:
    facts, claims = inspection.subject.facts, decoded.claims
    secrets = frozenset([*facts.get("token.secret_claims", ()), *facts.get("token.token_claims", ())])
    return claims if style.show_secrets else masked(claims, secrets.__contains__)


def _instant(seconds: int) -> str:
    moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=seconds)
    return moment.isoformat()[:19] + "Z"
