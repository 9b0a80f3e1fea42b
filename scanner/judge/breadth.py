"""How far scopes reach, whoever issued them: which of them change something, and over how many products they range."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

_REMEMBERED: Final = 4096
"""Scopes whose reading is kept: the tokens of one log share theirs."""
_HOST: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/]*/?", re.IGNORECASE)
_SEGMENT: Final = re.compile(r"[^:./\s]+")
_WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])|[^\W\d_]+")
"""The words of `ReadWrite`, `orders_write`, `writeOrders`, `API`."""


class _Scope(NamedTuple):
    writes: bool
    product: str
    """What it is about; empty where it is about the person who logs in."""


class BreadthFacts:
    """Tells how far the scopes of one token after another reach."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._writing = frozenset(vocabulary.get("writing_words", ()))
        self._verbs = self._writing.union(vocabulary.get("reading_words", ()), vocabulary.get("scope_filler", ()))
        self._log_in = frozenset(vocabulary.get("log_in_scopes", ()))
        self._read = functools.lru_cache(_REMEMBERED)(self._scope)

    def of(self, scopes: Sequence[str]) -> dict[str, Any]:
        """The facts of these scopes."""
        known = [(scope, self._read(scope)) for scope in scopes]
        return {
            "token.scope_writes": [scope for scope, read in known if read.writes],
            "token.scope_products": len({read.product for _, read in known if read.writes and read.product}),
            "token.scope_offline": "offline_access" in scopes,
        }

    def _scope(self, scope: str) -> _Scope:
        if scope.lower() in self._log_in:
            return _Scope(False, "")
        segments = [[word.lower() for word in _WORD.findall(part)] for part in _SEGMENT.findall(_HOST.sub("", scope))]
        segments = [words for words in segments if words]
        verbs = [word for words in segments if self._verbs.issuperset(words) for word in words]
        named = [words for words in segments if not self._verbs.issuperset(words)]
        if not verbs and named:
            # `orders_write` and `write-orders`; in `read:write-offs` the verb has a place of its own.
            verbs = [word for word in (named[0][0], named[0][-1]) if word in self._verbs]
            named[0] = [word for word in named[0] if word not in self._verbs]
        return _Scope(not self._writing.isdisjoint(verbs), "-".join(named[0]) if named else "")
