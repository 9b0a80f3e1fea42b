"""Published secrets: those of `rules/known-secrets.txt`, what is made of them, and two lists from public code."""

from __future__ import annotations

import ast
import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final

from scanner import rulebook
from scanner.correlate.candidates import Candidate, Provenance
from scanner.correlate.candidates.phrases import phrases, spellings
from scanner.secrets import known

_LEAKED: Final = "leaked-secrets.txt"
"""One value a line, as it stands; NOTICE says where they come from."""
_EMPTY: Final = Candidate(b"", Provenance("no secret at all, or one of zero bytes"))

_WORD: Final = re.compile(rb"[A-Za-z]{3,12}")
"""A value to which people append figures."""
_PHRASE: Final = re.compile(rb"[A-Za-z0-9]+([ _-])[A-Za-z0-9]+(?:\1[A-Za-z0-9]+)*")
"""A value of words that people join in many ways."""
_SUFFIXES: Final = (
    "1", "12", "123", "1234", "12345", "123456", "!", "123!", "@123", "01", "321", "2024", "2025", "2026"
)  # fmt: skip
_LENGTHS: Final = (32, 64)
"""Bytes up to which a short value is repeated: what HS256 and HS512 ask for (RFC 7518 §3.2)."""
_LONGEST: Final = 512
"""Bytes of a value of public code; longer ones are pieces of programs."""
_QUAD: Final = 4
"""Characters of base64 that make three bytes."""
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){4,}")
_KEY: Final = re.compile(rb"[A-Za-z0-9+/_-]{22,}={1,2}|[0-9a-fA-F]{32,}")
"""What looks like the encoding of a key, not like a word."""
_SHORTEST_KEY: Final = 23
"""Bytes of it, at least."""

_PUBLIC_CODE: Final = "in a list of secrets found in public code"
_PUBLIC_JWT: Final = "in a list of leaked secrets of JSON web tokens"
_PLACEHOLDER: Final = "a common placeholder"


@cache
def published() -> tuple[Candidate, ...]:
    """The values of our own list as they stand, and the empty secret. Raises RuleError."""
    return (_EMPTY, *(Candidate(secret, Provenance(where)) for secret, where in known().items()))


def derived() -> Iterator[Candidate]:
    """What is made of the published values, what public code holds, and phrases like those of tutorials.

    It is made anew each time, for it would take tens of megabytes; some come twice.
    """
    yield from _leaked()
    for candidate in published():
        yield from _forms(candidate)
    yield from _scraped()
    placeholder = Provenance(_PLACEHOLDER)
    for phrase in phrases():
        yield Candidate(phrase.encode(), placeholder)


def _forms(candidate: Candidate) -> Iterator[Candidate]:
    """What files, configurations and habits make of a value."""
    known = {b"", candidate.secret}
    where, value = candidate.provenance.where, candidate.shown or ""
    for form, secret in _made_of(candidate.secret):
        if secret not in known:
            known.add(secret)
            yield Candidate(secret, Provenance(where, form, value))


def _made_of(secret: bytes) -> Iterator[tuple[str, bytes]]:
    yield "with a line feed", secret + b"\n"
    yield "with a carriage return and a line feed", secret + b"\r\n"
    yield from _keys(secret)
    encoded = base64.b64encode(secret)
    yield from (("in base64", text) for text in (encoded, encoded.rstrip(b"="), _urlsafe(encoded)))
    yield "as an MD5 digest in hexadecimal", hashlib.md5(secret, usedforsecurity=False).hexdigest().encode()
    yield "as a SHA-256 digest in hexadecimal", hashlib.sha256(secret).hexdigest().encode()
    yield "as a SHA-256 digest", hashlib.sha256(secret).digest()
    yield "in lower case", secret.lower()
    yield "in capitals", secret.upper()
    yield "capitalised", secret.capitalize()
    if _PHRASE.fullmatch(secret):
        words = re.split("[ _-]", secret.decode().lower())
        yield from (("respelt", text.encode()) for text in spellings(words))
    if _WORD.fullmatch(secret):
        for word, end in product((secret, secret.capitalize()), _SUFFIXES):
            yield f'with "{end}"', word + end.encode()
    for length in _LENGTHS:
        if 0 < len(secret) < length:
            repeated = secret * -(-length // len(secret))
            yield "repeated", repeated
            yield f"repeated to {length} bytes", repeated[:length]


def _leaked() -> Iterator[Candidate]:
    """Secrets of JSON web tokens that stood in public code, and the keys that they encode."""
    for line in (rulebook.folder() / _LEAKED).read_bytes().split(b"\n"):
        if line:
            yield Candidate(line, Provenance(_PUBLIC_JWT))
        if _KEY.fullmatch(line):
            yield from (Candidate(key, Provenance(_PUBLIC_JWT, form, line.decode())) for form, key in _keys(line))


def _scraped() -> Iterator[Candidate]:
    """The word list of flask-unsign, and the keys that its values encode."""
    from flask_unsign_wordlist import get

    plain = Provenance(_PUBLIC_CODE)
    with Path(get("all")).open("rb") as lines:
        for line in lines:
            for secret in _literal(line.rstrip(b"\r\n")):
                if len(secret) <= _LONGEST:
                    yield Candidate(secret, plain)
                if len(secret) >= _SHORTEST_KEY and _KEY.fullmatch(secret):
                    for form, key in _keys(secret):
                        yield Candidate(key, Provenance(_PUBLIC_CODE, form, secret.decode()))


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


def _keys(text: bytes) -> Iterator[tuple[str, bytes]]:
    yield from (("decoded from base64", key) for key in _from_base64(text))
    yield from (("decoded from hexadecimal", key) for key in _from_hex(text))


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
