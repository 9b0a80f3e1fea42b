"""Secrets that functions take by their place: `jwt.sign(claims, "…")`, `cookieParser("…")`, `JWT.encode claims, "…"`.

Which functions those are, and which argument it is, stands with the names in `rules/session-secrets.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from scanner.decode.literals import Place, Value, closing, value_at
from scanner.rulebook import SecretName
from scanner.secret_names import call

_FUNCTION: Final = re.compile(r"[.:]*[A-Za-z_][\w.:]*(?:[/-]\w[\w.:]*)*")
_ARGUMENTS: Final = re.compile(
    r"(?:::?<[\w<>, ]{1,40}>(?:::\w+)?)?\s*\(\s*(?:\[(?=\s*[\"'`]))?|\{(?=\s*(?:\w+:|[\"']))|[ \t]+(?=[\w{:'\"@])"
)
"""What opens them: a bracket, and that of a list of secrets; a brace in Go; nothing in Ruby and Perl."""
_FORMS: Final = re.compile(r"\s+")
_LISP: Final = re.compile(r"\.(?:clj[cs]?|edn)$")
"""Where a bracket stands before the function, and white space between its arguments."""
_NAMED: Final = re.compile(r"(?:key|Key|secret|secretKey|keyData|value)\s*(?:=>|[:=](?![:=]))\s*|\{\s*:key\s+")
"""What arguments are called in languages in which they have names."""
_METHOD: Final = re.compile(r"\)\s*\.\s*(\w+)\s*\(")
_MOST_OF_THEM: Final = 12
"""Arguments that are looked at."""
_METHODS: Final = 12
"""Methods in a row."""
_FUNCTION_GIVEN: Final = re.compile(r"func\b|function\b|async\b|lambda\b|\|[\w, ]*\||\(?[\w, :.*]{0,60}\)?\s*=>")
_RETURNS: Final = re.compile(r"\breturn\s+(?!nil\b|null\b|None\b|false\b|errors?\b)")
"""What a function that is to give the secret gives, beside errors."""
MOST: Final = 1_000
"""Characters of the arguments before a secret."""


class Taking(NamedTuple):
    """What takes a secret, at a place of a text."""

    taker: str
    """The function, or the name of a setting."""
    at: int
    """Where what it takes begins; -1 where the arguments do not come to that."""
    entry: SecretName


def argument(place: Place) -> Taking | None:
    """The function whose name a text starts with, and where the argument of it begins that is a secret."""
    text = place.text
    function = _FUNCTION.match(text)
    known = call(function[0]) if function else None
    if not function or not known:
        return None
    lisp = bool(_LISP.search(place.path))
    opening = (_FORMS if lisp else _ARGUMENTS).match(text, function.end())
    if not opening:
        return None
    at: int | None = opening.end()
    if known.then:
        at = _method(text, opening.end(), known.then)
    if at is not None:
        at = _argument(text, at, known.argument, " \t\n" if lisp else ",")
    if at is not None and _FUNCTION_GIVEN.match(text, at):
        given = _RETURNS.search(text, at, at + MOST)
        at = given.end() if given else None
    taker = function[0].lstrip(".:") + (f"().{known.then}" if known.then else "")
    return Taking(taker, -1 if at is None else at, known.entry)


def called(place: Place) -> tuple[str, Value, SecretName] | None:
    """The function whose name a text starts with, and the literal that it takes for a secret there."""
    taking = argument(place)
    value = value_at(place, taking.at, literal=True) if taking and taking.at >= 0 else None
    return (taking.taker, value, taking.entry) if taking and value else None


def _method(text: str, at: int, name: str) -> int | None:
    """Where the arguments of the method `name` begin, behind the list of arguments that begins at a place."""
    for _ in range(_METHODS):
        *_, end = (at, *_ends(text, at))
        method = _METHOD.match(text, end)
        if not method:
            return None
        at = method.end()
        if method[1] == name:
            return at
    return None


def _argument(text: str, at: int, number: int, joints: str = ",") -> int | None:
    """Where the argument begins that has the name of a secret, or else this number, in a list that begins at a place;
    None where there are not so many."""
    found = None
    begins = chain((at,), (end + 1 for end in _ends(text, at, joints) if text[end] in joints))
    for count, begin in enumerate(islice(begins, _MOST_OF_THEM)):
        start = begin
        while text[start : start + 1].isspace():
            start += 1
        named = _NAMED.match(text, start)
        if named:
            return named.end()
        if count == number:
            found = start
    return found if found is not None and found < len(text) else None


def _ends(text: str, at: int, joints: str = ",") -> Iterator[int]:
    """Where the arguments end of a list that begins at a place: at `joints`, and at the bracket that closes it."""
    depth = 0
    end = min(len(text), at + MOST)
    while at < end:
        char = text[at]
        if char in "\"'`":
            stop = closing(text, at + 1, char)
            if stop is None:
                return
            at = stop
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            if not depth:
                yield at
                return
            depth -= 1
        elif char == ";":
            return
        elif char in joints and not depth and text[at - 1] not in joints:
            yield at
        at += 1
