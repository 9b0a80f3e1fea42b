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
    def is_text(self) -> bool:
        """Whether the secret is text that can be printed as it stands."""
        text = self.secret.decode("utf-8", "replace")
        return text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text

    @property
    def shown(self) -> str | None:
        """What may be printed of it: itself, else the text that it was made of, else its bytes; None if not public."""
        if not self.provenance.public:
            return None
        if not self.is_text and self.provenance.value:
            return self.provenance.value
        text = self.secret.decode("utf-8", "backslashreplace")
        return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

    @property
    def words(self) -> str:
        """It and its provenance, as may be printed: `"secret" (a common secret)`, `the secret on line 3 of a.txt`."""
        where, form, value, line, public = self.provenance
        if not public:
            return f"the secret on line {line} of {where}" if line else f"a secret {where}"
        shown = f'"{self.shown}"' if self.secret else "the empty secret"
        if not form:
            return f"{shown} ({where})"
        return f'{shown} ("{value}" {form}; {where})' if self.is_text else f"{shown} {form} ({where})"


def wordlist(path: str) -> Iterator[Candidate]:
    """The lines of a user's list: their bytes as they are, without line ends. Raises OSError."""
    name = Path(path).name
    with Path(path).open("rb") as file:
        for number, line in enumerate(iter(partial(file.readline, _LINE), b""), 1):
            secret = line.removesuffix(b"\n").removesuffix(b"\r")
            if secret:
                yield Candidate(secret, Provenance(name, line=number, public=False))
