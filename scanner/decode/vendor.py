"""Keys that services give out in formats of their own, by the table of `rules/lookalikes.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from scanner.decode.reading import Reader
from scanner.decode.times import times_of
from scanner.model import Sealed, Token
from scanner.rulebook import Lookalike, load_lookalikes

_PREFIX: Final = re.compile("[A-Za-z0-9_-]*")
"""What of a shape is the same for all keys, and may be shown."""
_VARIETY: Final = 6
"""Fewer different characters than this make a placeholder."""


def decode(text: bytes) -> Token | None:
    """The key that `text` starts with, or None where it starts with none."""
    for lookalike, raw, members in _matches(text):
        if lookalike.what in ("secret", "public"):
            return _token(lookalike, raw, members)
    return None


def begins(_text: bytes) -> bool:
    """Never: none of them is long."""
    return False


def name(text: bytes) -> Lookalike | None:
    """What all of `text` looks like, also where it is nothing that is looked for."""
    return next((lookalike for lookalike, _, _ in _matches(text, whole=True)), None)


def _matches(text: bytes, *, whole: bool = False) -> Iterator[tuple[Lookalike, bytes, dict[str, Any]]]:
    """The entries whose shape `text` starts with, or has as a whole, with what is of that shape and the JSON in it."""
    for lookalike, regex in _table():
        found = regex.fullmatch(text) if whole else regex.match(text)
        if not found:
            continue
        reader = Reader()
        encoded = found.groupdict().get(b"json")
        members = reader.object(encoded) if encoded else {}
        if members is not None and members.keys() >= set(lookalike.members) and len(set(found[0])) >= _VARIETY:
            yield lookalike, found[0], members


@cache
def _table() -> list[tuple[Lookalike, Any]]:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return [(entry, re2.compile(entry.regex.encode("latin-1"), options)) for entry in load_lookalikes()]


def _token(lookalike: Lookalike, raw: bytes, members: dict[str, Any]) -> Token:
    prefix = _PREFIX.match(lookalike.regex)
    return Token(
        form="vendor",
        raw=Sealed(raw),
        signed=Sealed(raw),
        payload="text",
        times=times_of(members),
        details={
            "vendor": lookalike.id,
            "class_title": lookalike.title,
            "has_issuer": True,
            "issuer": lookalike.issuer,
            "vendor_public": lookalike.what == "public",
            "vendor_grave": lookalike.grave,
            "vendor_revocation": lookalike.revoke,
        },
        head=prefix.end() if prefix else 0,
    )
