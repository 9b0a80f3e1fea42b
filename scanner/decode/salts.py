"""Salts: texts that frameworks mix into the key of a signature, `dumps(email, salt="password-reset")`.

A salt is no secret, and what is found alone says nothing. It helps to prove what a secret signs.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.decode.literals import Place, Value
from scanner.model import Salt, Sealed
from scanner.secret_names import words_of
from scanner.secrets import judge

_FILES: Final = re.compile(
    r"\.(?:py|rb|erb|ru|exs?|eex|heex|php|[cm]?[jt]sx?|vue|svelte|java|kts?|scala|groovy|cs|fs|vb|go|rs|clj|ya?ml|toml|ini"
    r"|cfg|conf|properties|env|config)$|(?:^|/)\.env(?:\.[\w.-]*)?$"
)
"""Programs and configuration. What else has salts, dumps and vectors, has those of passwords, a new one for each."""
_LONGEST: Final = 64
"""Bytes of a salt of a signature."""
_ELSEWHERE: Final = frozenset({"reference", "encrypted", "hash"})
"""Kinds of values that are kept elsewhere, or made of others."""


def is_salt(name: str) -> bool:
    """Whether programs call a salt so: `salt`, `signing_salt`, `encryptedCookieSalt`."""
    return name[-4:].lower() == "salt" and words_of(name)[-1] == "salt"


def salt_of(place: Place, name: str, value: Value) -> Salt | None:
    """The salt that a value of such a name is; None for a reference, and for what is too long. `start` counts in the
    text of `place`."""
    content = value.content.encode("latin-1", "replace")
    if not 0 < len(content) <= _LONGEST or not _FILES.search(place.path) or judge(content).kind in _ELSEWHERE:
        return None
    raw = place.text[value.start : value.end].encode("latin-1")
    return Salt(raw=Sealed(raw), value=Sealed(content), name=name, start=value.start)
