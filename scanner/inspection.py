"""Inspection: one token, cookie or key out of whatever was pasted, decoded and judged."""

from __future__ import annotations

import base64
import binascii
import re
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from scanner import __version__, pipeline, rulebook
from scanner.decode import decoded_of
from scanner.decode.identify import identify
from scanner.model import (
    WRAPPINGS,
    Coverage,
    Decoded,
    Inspection,
    Origin,
    Policy,
    Report,
    Sighting,
    Subject,
    Token,
    UsageError,
)
from scanner.subjects import Subjects

if TYPE_CHECKING:
    from scanner.keys import GivenKey

MAX_BYTES: Final = 1 << 22
"""Of the text: a token of the longest kind that is read (`Policy.max_subject`), twice encoded."""
_WORDS: Final = 20
"""Words of a text that are tried as base64."""
_ORDER: Final = ("token", "cookie", "key", "secret", "setting")
"""Kinds of subjects, the most telling first."""
_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")


class Found(NamedTuple):
    """What a text holds."""

    subjects: list[Subject]
    decoded: Decoded
    """The first of them, decoded."""
    reading: str
    """As in `Inspection.reading`."""


def inspect(text: bytes, policy: Policy, now: int) -> Inspection:
    """What the first token in a text is, else the first cookie or key, and what is wrong with it as of `now` (seconds
    since 1970-01-01 UTC).

    Around it may stand what it is copied with: a header's name, quotes, a URL; it may be broken over lines, percent- or
    base64-encoded. Raises UsageError for a text without one, and what `pipeline.scan` raises for rules and keys.
    """
    keys, notes = pipeline.keys_in_force(policy)
    book = rulebook.load([Path(folder) for folder in policy.rules])
    inspection = judged(find(text, book, policy), book, policy, now, keys)
    inspection.report.coverage.notes += notes
    return inspection


def judged(
    found: Found, book: rulebook.RuleBook, policy: Policy, now: int, keys: Sequence[GivenKey] = ()
) -> Inspection:
    """The first of the subjects, judged by all rules but those on places: it lies nowhere."""
    began = time.monotonic()
    subject = found.subjects[0]
    book = msgspec.structs.replace(book, rules=tuple(rule for rule in book.rules if rule.per == "subject"))
    coverage = Coverage(planned=1, read=1, bytes=len(subject.sealed))
    findings = pipeline.judge_all([subject], book, policy, now, coverage, keys)
    report = Report(
        version=__version__,
        rules_digest=book.digest,
        rules=book.active(policy),
        targets=("-",),
        root="",
        now=now,
        seconds=time.monotonic() - began,
        coverage=coverage,
        subjects=[subject],
        findings=findings,
    )
    return Inspection(report, subject, found.decoded, found.reading, len(found.subjects) - 1)


def find(text: bytes, book: rulebook.RuleBook, policy: Policy) -> Found:
    """The subjects of the first reading that holds a whole token, else of the first that holds any.

    Raises UsageError where none does.
    """
    cut: Found | None = None
    for reading, data in _readings(text):
        examination = pipeline.examine_bytes(data, Origin("message", "input"), book, policy)
        subjects = [subject for subject in examination.subjects if subject.kind in _ORDER]
        subjects.sort(key=lambda subject: _ORDER.index(subject.kind))
        first = subjects[0] if subjects else None
        decoded = first and decoded_of(first)
        if first and decoded:
            wrapping = [WRAPPINGS[name] for name in first.sightings[0].wrapping]
            found = Found(subjects, decoded, ", ".join(filter(None, [reading, *wrapping])))
            if first.kind == "token" and not (isinstance(decoded, Token) and "signature-length" in decoded.anomalies):
                return found
            cut = cut or found
    known = None if cut and isinstance(cut.decoded, Token) else identify(text)
    if cut and not (known and known.token):
        return cut
    if known and known.token:  # of a form that is looked for behind a word only
        return Found([_subject(known.token, known.decoder)], known.token, "")
    raise UsageError(
        f"no token or cookie: it is a {known.title}"
        if known
        else "no token or cookie that can be read"
        if text.strip()
        else "nothing to inspect",
        "give a JSON web token, three or five parts joined by dots; what stands around it does not matter",
    )


def _subject(token: Token, name: str) -> Subject:
    """The subject that `token` is, all of the text, as `name` reads it."""
    subjects = Subjects(1)
    place = Sighting(Origin("message", "input"), 0, len(token.raw), 1, 1, 1, len(token.raw) + 1)
    subjects.sight(token, place, decoder=name)
    return next(iter(subjects))


def _readings(text: bytes) -> Iterator[tuple[str, bytes]]:
    """The text as it stands, then as what it may encode, each with how it was read."""
    yield "", text
    joined = re.sub(rb"\\?\s+", b"", text)
    if joined != text:
        yield "put together from several lines", joined
    if b"%" in text:
        yield "after percent-decoding", urllib.parse.unquote_to_bytes(text)
    for word in _ENCODED.findall(text)[:_WORDS] + _ENCODED.findall(joined)[:1]:
        bare = word.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        try:
            yield "after base64 decoding", base64.b64decode(bare + b"=" * (-len(bare) % 4))
        except binascii.Error:
            continue
