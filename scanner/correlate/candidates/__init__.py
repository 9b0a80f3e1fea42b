"""What is tried as the secret of a token: values that anybody can know, each with the reason.

Candidates come as iterables, from likely to unlikely, so that what a bound cuts off is the end. Another source of
secrets is one more iterable.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

_LINE: Final = 1 << 16
"""Bytes of a line of a user's list that make one candidate."""


class Provenance(NamedTuple):
    """Why a secret is known."""

    where: str
    """Who publishes it, or where it stands: `Supabase, self-hosted`, `words.txt`."""
    form: str = ""
    """What was made of the value that stands there: `in base64`."""
    value: str = ""
    """That value, where the secret is made of it."""
    line: int = 0
    """The line on which it stands, from 1; 0 where that says nothing."""
    public: bool = True
    """Whether everybody can know it, so that it may be named."""


class Candidate(NamedTuple):
    """A secret to be tried."""

    secret: bytes
    provenance: Provenance

    @property
    def text(self) -> str | None:
        """The secret as text; None where it is none that can be printed."""
        text = self.secret.decode("utf-8", "replace")
        return text if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text else None

    @property
    def shown(self) -> str | None:
        """What may be printed of it: the text, or what it was made of; None where it is not public."""
        return (self.text or self.provenance.value) if self.provenance.public else None

    @property
    def words(self) -> str:
        """The secret and its provenance, as may be printed: `"secret" (a placeholder)`, `line 3 of words.txt`."""
        where, form, value, line, public = self.provenance
        if not public:
            return f"line {line} of {where}" if line else where
        made = f'"{value}" {form}' if form else ""
        if self.text is None:
            return f"{made} ({where})"
        text = f'"{self.text}"' if self.secret else "the empty secret"
        return f"{text} ({made}; {where})" if made else f"{text} ({where})"


def wordlist(path: str) -> Iterator[Candidate]:
    """The lines of a user's list: their bytes as they are, without line ends. Raises OSError."""
    with Path(path).open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, _LINE), b""), 1):
            secret = line.removesuffix(b"\n").removesuffix(b"\r")
            if secret:
                yield Candidate(secret, Provenance(path, line=number, public=False))
