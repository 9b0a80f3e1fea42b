"""Secrets that functions take by their place: `jwt.sign(claims, "…")`, `cookieParser("…")`, `JWT.encode claims, "…"`.

Which functions those are, and which argument it is, stands with the names in `rules/session-secrets.toml`.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.decode.literals import Place, Value, closing, value_at
from scanner.rulebook import SecretName
from scanner.secret_names import call

_FUNCTION: Final = re.compile(r"[.:]*[A-Za-z_][\w.:]*(?:\(\)\.\w+)*")
_ARGUMENTS: Final = re.compile(r"(?:::?<[\w<>, ]{1,40}>(?:::\w+)?)?\s*\(\s*(?:\[(?=\s*[\"'`]))?|[ \t]+(?=[\w{:'\"@])")
"""What opens them: a bracket, and that of a list of secrets, or nothing in Ruby and Perl."""
_NAMED: Final = re.compile(r"(?:key|secret|secretKey|keyData|value)\s*[:=]\s*")
"""What arguments are called in languages in which they have names."""
_MOST: Final = 1_000
"""Characters of the arguments before a secret."""


def called(place: Place) -> tuple[str, Value, SecretName] | None:
    """The function whose name a text starts with, and the literal that it takes for a secret there."""
    text = place.text
    function = _FUNCTION.match(text)
    known = call(function[0]) if function else None
    if not function or not known:
        return None
    opening = _ARGUMENTS.match(text, function.end())
    at = _argument(text, opening.end(), known.argument) if opening else None
    value = value_at(place, at, literal=True) if at is not None else None
    return (function[0].lstrip(".:"), value, known.entry) if value else None


def _argument(text: str, at: int, number: int) -> int | None:
    """Where an argument begins in a list of those; None where there are not so many, or the list does not end."""
    depth = 0
    end = min(len(text), at + _MOST)
    while number and at < end:
        char = text[at]
        if char in "\"'`":
            stop = closing(text, at + 1, char)
            if stop is None:
                return None
            at = stop
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and not depth:
            number -= 1
        if depth < 0 or char == ";":
            return None
        at += 1
    while text[at : at + 1].isspace():
        at += 1
    named = _NAMED.match(text, at)
    return (named.end() if named else at) if not number and at < len(text) else None
