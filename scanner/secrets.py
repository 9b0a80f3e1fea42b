r"""What a secret's value is worth: whether it is one at all, whether the world knows it, and how hard it is to guess.

Pure and shared: decoding asks which values are none, correlation which are known, judgement what to say of them. Known
values are those of `rules/known-secrets.txt`: one a line, in UTF-8, with `\\`, `\n`, `\r`, `\t` and `\xNN` for what a
line cannot hold. A line `[…]` names who publishes the values below it; `#` begins a comment.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

from scanner import rulebook
from scanner.rulebook import load_value_shapes

VerdictKind = Literal[
    "placeholder", "reference", "encrypted", "hash", "other", "test value", "known default", "weak", "strong"
]
"""`other` is what stands where a secret is expected, and is something else: a path, an address, a name."""

NONE: Final[frozenset[VerdictKind]] = frozenset({"placeholder", "reference", "encrypted", "hash", "other"})
"""The kinds that are no secret."""

STRONG_BITS: Final = 80
"""Estimated bits from which on a hash of a secret gives nothing away, and nobody guesses it."""

_FILE: Final = "known-secrets.txt"
_ESCAPE: Final = re.compile(rb"\\(?:([\\nrt])|x([0-9a-fA-F]{2}))")
_ESCAPED: Final = {b"\\": b"\\", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_COMMON: Final = "a common "
"""How the publishers begin that are nobody: what people type who have to type something."""

_PRODUCT: Final = "the default "
"""How those begin that ship it as a default."""

_SALT: Final = b"tokensweep/secret/1"
_LONGEST: Final = 1 << 10
"""Bytes of a value that are looked at; what is longer is no secret of a session, but a file."""


class Verdict(NamedTuple):
    """What a value is."""

    kind: VerdictKind
    reason: str
    """In words that follow "it is": `the default of Apache Superset`, `a reference to the environment`."""
    bits: int
    """What an attacker has to search through, estimated from above: the exponent of two."""

    @property
    def secret(self) -> bool:
        """Whether it is a secret, good or bad."""
        return self.kind not in NONE


@cache
def known() -> Mapping[bytes, str]:
    """Published secrets, each with who publishes it, in the order of the file. Raises RuleError."""
    found: dict[bytes, str] = {}
    publisher = ""
    for line in (rulebook.folder() / _FILE).read_bytes().splitlines():
        if line.startswith(b"["):
            publisher = line.strip(b"[]").decode()
        elif line and not line.startswith(b"#"):
            value = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or bytes.fromhex(match[2].decode()), line)
            found.setdefault(value, publisher)
    return found


def publisher(value: bytes) -> str:
    """Who publishes a value, `the default of Redash`; empty where nobody does, or it is a word that anybody types."""
    name = known().get(value, "")
    return "" if name.startswith(_COMMON) else name


def is_guessable(value: bytes) -> bool:
    """Whether a plain digest of `value` could give it away: it is neither published nor strong."""
    return value not in known() and bits(value) < STRONG_BITS


def identity(value: bytes) -> str:
    """What a secret may be told by outside: 64 hex digits that give nothing of it away.

    SHA-256 of what is published or holds `STRONG_BITS`; of any other, scrypt (RFC 7914) with a fixed salt: some 25 ms.
    """
    if not is_guessable(value):
        return hashlib.sha256(_SALT + b"\0" + value).hexdigest()
    return hashlib.scrypt(value, salt=_SALT, n=2**13, r=8, p=1, dklen=32).hex()


def identity_at(path: str, name: str, number: int) -> str:
    """What a secret may be told by that says nothing of its value: the `number`-th of this name in a file."""
    return hashlib.sha256(b"\0".join((_SALT, path.encode(), name.encode(), b"%d" % number))).hexdigest()


@lru_cache(maxsize=4096)
def judge(value: bytes, needed: int = 16) -> Verdict:
    """What `value` is, where a secret of at least `needed` bytes is expected. Never raises."""
    if not value.strip():
        return Verdict("placeholder", "empty", 0)
    if len(value) > _LONGEST:
        return Verdict("other", "too long for a secret", 0)
    text = value.decode("utf-8", "replace")
    shape = _shape(text)
    if shape and shape.kind in _ELSEWHERE:
        return Verdict(shape.kind, shape.reason, 0)
    who = publisher(value)
    # What an example calls a placeholder is one; what a product starts with is used as it is.
    if who and (who.startswith(_PRODUCT) or not shape):
        return Verdict("known default", who, 0)
    if value.startswith(_DJANGO):
        return Verdict("known default", "a key that Django's startproject made, marked as insecure", bits(value))
    if shape and not (value in known() and text.isdigit()):
        return Verdict(shape.kind, shape.reason, 0)
    if value in known():
        return Verdict("weak", known()[value], 0)
    estimate = bits(value)
    words = {word.lower() for word in _WORDS.findall(text)}
    worded = estimate < max(STRONG_BITS, _WORDED * len(text))
    if worded and not words.isdisjoint(load_value_shapes().testing):
        return Verdict("test value", "a value for tests", estimate)
    if estimate < STRONG_BITS:
        return Verdict("weak", "made of words or of few characters", estimate)
    if len(value) < needed:
        return Verdict("weak", "too short", estimate)
    return Verdict("strong", "random by its looks", estimate)


def judge_used(value: bytes, needed: int = 16) -> Verdict:
    """What `value` is where a program signs with it as it stands. Never raises.

    Nobody replaces there what asks to be replaced.
    """
    verdict = judge(value, needed)
    shape = None if verdict.secret or len(value) > _LONGEST else _shape(value.decode("utf-8", "replace"))
    return Verdict("weak", shape.reason, min(bits(value), STRONG_BITS - 1)) if shape and shape.used else verdict


class _Shape(NamedTuple):
    """What a value looks like that is no secret."""

    kind: VerdictKind
    reason: str
    used: bool
    """Whether it is one all the same where a program takes it as it stands."""


def _shape(text: str) -> _Shape | None:
    for shape, expressions in _shapes():
        if any(expression.search(text) for expression in expressions):
            return shape
    return None


@cache
def _shapes() -> tuple[tuple[_Shape, tuple[re.Pattern[str], ...]], ...]:
    return tuple(
        (_Shape(entry.kind, entry.reason, entry.used), tuple(map(re.compile, entry.regex)))
        for entry in load_value_shapes().shapes
    )


_ELSEWHERE: Final[frozenset[VerdictKind]] = frozenset({"reference", "encrypted", "hash"})
"""The kinds of what is kept elsewhere; lists of what people type have such too."""
_DJANGO: Final = b"django-insecure-"
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_WORDED: Final = 3
"""Bits a character below which words make a value; random characters hold short ones by chance."""


# How hard a value is to guess.

_RUN: Final = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")
_ALL_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NAMES: Final = re.compile(r"[A-Za-z]+(?:[._:/-][A-Za-z]+)*")
"""Words without spaces or figures: a name of something, however long."""
_CASED: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_PER_LETTER: Final = 1.6
"""Bits of a letter of a word: some 13 for one of eight letters, a place in a list of ten thousand."""
_SHORTEST_WORD: Final = 4
_VOWELS: Final = re.compile("[aeiouyAEIOUY]")
_CLUSTER: Final = re.compile("[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{5}")


@lru_cache(maxsize=4096)
def bits(value: bytes) -> int:
    """The bits that an attacker must search through to guess `value`, estimated from above.

    Random characters count in full, letters that make words as little as words do, and what is repeated or counted up
    hardly at all. Bytes that are no text count as random.
    """
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        return int(min(8.0 * len(value), _spread(value) * len(value)))
    text = _unit(text)
    if _UUID.fullmatch(text):
        return 122 if len(set(text)) > 6 else 10
    if len(text) >= 16 and _ALL_HEX.fullmatch(text):
        estimate = 4.0 * _moves(text)
    else:
        estimate = sum(map(_run_bits, _RUN.findall(text)))
        if _NAMES.fullmatch(text) and sum(len(run) for run in _RUN.findall(text) if _is_wordy(run)) > len(text) * 0.6:
            estimate = min(estimate, STRONG_BITS - 1)
    return int(min(estimate, (_spread(text.encode()) + 0.5) * len(text)))


def _run_bits(run: str) -> float:
    if run.isdigit():
        return 3.32 * _moves(run)
    if not run.isalpha():
        return 4.0 * _moves(run)
    if len(run) >= _SHORTEST_WORD and _is_wordy(run):
        return _PER_LETTER * len(run)
    return (5.7 if run.lower() != run != run.upper() else 4.7) * _moves(run)


def _is_wordy(run: str) -> bool:
    """Whether letters look like words: in lower case but for first letters, and pronounceable."""
    pieces = _CASED.findall(run)
    if len(run) < 3 * len(pieces):
        return False
    vowels = len(_VOWELS.findall(run))
    return 0.2 * len(run) <= vowels <= 0.67 * len(run) and not _CLUSTER.search(run)


def _moves(text: str) -> float:
    """Characters that do not repeat or follow from the one before; the others hardly count."""
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(text)]
    dull = sum(1 for at, step in enumerate(steps) if step in (0, 1, -1) and at and steps[at - 1] == step)
    return len(text) - 0.95 * dull


def _spread(data: bytes) -> float:
    """Shannon's entropy of the bytes, in bits a byte."""
    counts = [data.count(byte) for byte in set(data)]
    return -sum(count / len(data) * math.log2(count / len(data)) for count in counts)


def _unit(text: str) -> str:
    """What `text` repeats, where it is nothing but repetitions."""
    period = (text + text).find(text, 1)
    return text[:period]
