"""Environments, and the words by which people name them: in paths, in settings, and in the names of secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

ENVIRONMENTS: Final[Mapping[str, frozenset[str]]] = {
    # Not `live`, which streams and views are too.
    "production": frozenset({"prod", "production", "prd"}),
    "staging": frozenset({"stage", "staging", "stg", "preprod", "uat", "qa"}),
    "development": frozenset({"dev", "devel", "develop", "development", "local", "sandbox"}),
    "test": frozenset({"test", "tests", "testing", "ci", "e2e"}),
}
"""Each with its words, the most guarded first."""

_WORD: Final = re.compile(r"[Ee]2[Ee]|[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST: Final = 256
"""Characters of a name that are looked at."""


@lru_cache(maxsize=4096)
def named_in(text: str) -> frozenset[str]:
    """The environments that the words of `text` name: `config/appProd2.yml` and `PROD_KEY` name production."""
    words = {word.lower() for word in _WORD.findall(text[-_LONGEST:])}
    return frozenset(name for name, known in ENVIRONMENTS.items() if known & words)


def of_name(text: str) -> str:
    """The environment that a name tells; empty where it tells none, or several."""
    found = named_in(text)
    return next(iter(found)) if len(found) == 1 else ""


@lru_cache(maxsize=4096)
def of_path(path: str) -> str:
    """The environment that the name of a file tells, else the innermost of its folders that tells one; else empty."""
    return next(filter(None, map(of_name, reversed(path.split("/")))), "")
