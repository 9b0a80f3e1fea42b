r"""Published secrets: those of `rules/known-secrets.txt`, what is made of them, and a list from public code.

The file has one value a line, in UTF-8, with `\\`, `\n`, `\r`, `\t` and `\xNN` for what a line cannot hold. A line
`[…]` names who publishes the values below it; `#` begins a comment.
"""

from __future__ import annotations

import ast
import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import Final

from scanner import rulebook
from scanner.correlate.candidates import Candidate, Provenance
from scanner.correlate.candidates.phrases import phrases, spellings

_FILE: Final = "known-secrets.txt"
_ESCAPE: Final = re.compile(rb"\\(?:([\\nrt])|x([0-9a-fA-F]{2}))")
_ESCAPED: Final = {b"\\": b"\\", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_EMPTY: Final = Candidate(b"", Provenance("no secret at all, or one of zero bytes"))

_WORD: Final = re.compile(r"[A-Za-z]{3,12}")
"""A value to which people append figures."""
_PHRASE: Final = re.compile(r"[A-Za-z0-9]+([ _-])[A-Za-z0-9]+(?:\1[A-Za-z0-9]+)*")
"""A value of words that people join in many ways."""
_SUFFIXES: Final = (
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "!",
    "123!",
    "@123",
    "01",
    "321",
    "2024",
    "2025",
    "2026",
)
_LENGTHS: Final = (32, 64)
"""Bytes up to which a short value is repeated: what HS256 and HS512 ask for (RFC 7518 §3.2)."""
_QUAD: Final = 4
"""Characters of base64 that make three bytes."""
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){4,}")
_KEY: Final = re.compile(rb"[A-Za-z0-9+/_-]{22,}={1,2}|[0-9a-fA-F]{32,}")
"""What looks like the encoding of a key, not like a word."""

_PUBLIC_CODE: Final = "in a list of secrets found in public code"
_PLACEHOLDER: Final = "a common placeholder"


@cache
def published() -> tuple[Candidate, ...]:
    """The values of our own list as they stand, and the empty secret. Raises RuleError."""
    found = {b"": _EMPTY}
    where = ""
    for line in (rulebook.folder() / _FILE).read_bytes().splitlines():
        if line.startswith(b"["):
            where = line.strip(b"[]").decode()
        elif line and not line.startswith(b"#"):
            secret = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or bytes.fromhex(match[2].decode()), line)
            found.setdefault(secret, Candidate(secret, Provenance(where)))
    return tuple(found.values())


def derived() -> Iterator[Candidate]:
    """What is made of the published values, what public code holds, and phrases like those of tutorials."""
    return chain.from_iterable(made() for made in (_forms, _scraped, _phrases))


@cache
def _forms() -> tuple[Candidate, ...]:
    return _distinct(form for candidate in published() if candidate.secret for form in _forms_of(candidate))


def _forms_of(candidate: Candidate) -> Iterator[Candidate]:
    """A value as a file, a configuration or a user's habit changes it."""
    secret = candidate.secret
    where, value = candidate.provenance.where, candidate.shown or ""

    def made(form: str, changed: bytes) -> Candidate:
        return Candidate(changed, Provenance(where, form, value))

    yield made("with a line feed", secret + b"\n")
    yield made("with a carriage return and a line feed", secret + b"\r\n")
    yield from (made("decoded from base64", key) for key in _from_base64(secret))
    yield from (made("decoded from hexadecimal", key) for key in _from_hex(secret))
    encoded = base64.b64encode(secret)
    yield from (made("in base64", text) for text in (encoded, encoded.rstrip(b"="), _urlsafe(encoded)))
    yield made("in lower case", secret.lower())
    yield made("in capitals", secret.upper())
    yield made("capitalised", secret.capitalize())
    if _PHRASE.fullmatch(value):
        yield from (made("respelt", text.encode()) for text in spellings(re.split("[ _-]", value.lower())))
    if _WORD.fullmatch(value):
        for word, end in product((value, value.capitalize()), _SUFFIXES):
            yield made(f'with "{end}"', f"{word}{end}".encode())
    for length in _LENGTHS:
        if len(secret) < length:
            repeated = secret * -(-length // len(secret))
            yield made("repeated", repeated)
            yield made(f"repeated to {length} bytes", repeated[:length])


@cache
def _scraped() -> tuple[Candidate, ...]:
    """The word list of flask-unsign, and the keys that its values encode."""
    from flask_unsign_wordlist import get

    plain = Provenance(_PUBLIC_CODE)
    secrets = [secret for line in Path(get("all")).read_bytes().splitlines() for secret in _literal(line)]
    keys = (
        Candidate(key, Provenance(_PUBLIC_CODE, form, secret.decode("utf-8", "replace")))
        for secret in secrets
        for form, key in _keys(secret)
    )
    return _distinct(chain((Candidate(secret, plain) for secret in secrets), keys))


def _literal(line: bytes) -> tuple[bytes, ...]:
    """The bytes of a line that is a literal of Python; a text of Python 2 may have been bytes."""
    if line[:1] == line[-1:] and line[:1] in b"'\"" and b"\\" not in line:  # evaluating all takes half a second
        return (line[1:-1],)
    try:
        value = ast.literal_eval(line.decode("utf-8", "replace"))
    except (ValueError, SyntaxError):
        return ()
    if isinstance(value, bytes):
        return (value,)
    text = str(value)
    return (
        text.encode("utf-8", "replace"),
        *((text.encode("latin-1"),) if "\x7f" < max(text, default="") <= "\xff" else ()),
    )


def _keys(secret: bytes) -> Iterator[tuple[str, bytes]]:
    if _KEY.fullmatch(secret):
        yield from (("decoded from hexadecimal", key) for key in _from_hex(secret))
        yield from (("decoded from base64", key) for key in _from_base64(secret))


@cache
def _phrases() -> tuple[Candidate, ...]:
    provenance = Provenance(_PLACEHOLDER)
    return _distinct(Candidate(phrase.encode(), provenance) for phrase in phrases())


def _distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    known = {candidate.secret for candidate in published()}
    found: dict[bytes, Candidate] = {}
    for candidate in candidates:
        if candidate.secret not in known:
            found.setdefault(candidate.secret, candidate)
    return tuple(found.values())


def _from_base64(text: bytes) -> Iterator[bytes]:
    """What decoders make of a text, be it base64 or not: most pass over what is not in their alphabet."""
    # Node's and Apache's read both alphabets and a last group of two or three characters.
    bare = _NOT_BASE64.sub(b"", text.translate(_STANDARD))
    if len(bare) >= _QUAD:
        yield binascii.a2b_base64(bare[: len(bare) - (len(bare) % _QUAD == 1)] + b"==")
    # Java's DatatypeConverter, with which jjwt read every key up to 0.9, knows no `-` and `_`, and drops that group.
    bare = _NOT_BASE64.sub(b"", text)
    if len(bare) >= _QUAD:
        yield binascii.a2b_base64(bare[: len(bare) // _QUAD * _QUAD])


def _from_hex(text: bytes) -> Iterator[bytes]:
    if _HEX.fullmatch(text):
        yield bytes.fromhex(text.decode())


def _urlsafe(encoded: bytes) -> bytes:
    return encoded.rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")
