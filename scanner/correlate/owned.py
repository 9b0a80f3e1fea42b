"""Proves which private key of a scan signs which of its tokens.

A token that names its key is tried with that key first. Of the tokens of one issuer, algorithm and key name, which are
likely signed with one key, the first few are tried with all keys that fit, and the others with those found for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from scanner.correlate.evidence import place, tell_signer
from scanner.correlate.keyring import Key as Verifier
from scanner.correlate.keyring import open_keys, verifies
from scanner.correlate.verification import BUDGET, check_of, cost_of
from scanner.keys import MAX_KEYS, parse
from scanner.model import Coverage, Key, Subject, Token, UsageError

if TYPE_CHECKING:
    from scanner.correlate import Tokens
    from scanner.correlate.verification import Check

_DOUBTS: Final = 3
"""Tokens of a family that are tried with all keys, while none is found."""
_WORDS: Final = "JSON web token"


class _Owned(NamedTuple):
    """A private key of the scan."""

    subject: Subject
    verifier: Verifier


class _Family:
    """Tokens that are likely signed with one key."""

    __slots__ = ("found", "missed")

    def __init__(self) -> None:
        self.found: dict[str, _Owned] = {}
        """The keys that sign some of them, by identity."""
        self.missed = 0


def find_owners(tokens: Tokens, subjects: Sequence[Subject], coverage: Coverage) -> None:
    """Add to the evidence of tokens which private key signs them, `signed_by` and others, and to that of keys what they
    sign, `forges`. `subjects` are all of the scan."""
    private = [(subject, subject.decoded) for subject in subjects if isinstance(subject.decoded, Key)]
    if not private:
        return
    checks = _checks(tokens)
    first = next(checks, None)
    if first is None:  # opening the keys takes a library that is long to load
        return
    owned = list(_owned(private[:MAX_KEYS]))
    if len(private) > MAX_KEYS:
        coverage.notes.append(f"private keys: tokens were verified with the first {MAX_KEYS:,} of {len(private):,}")
    if owned:
        _Search(owned, coverage).run(chain([first], checks))


def _checks(tokens: Tokens) -> Iterator[tuple[Check, Token]]:
    """The tokens that a private key may sign."""
    for subject, token in tokens():
        check = check_of(subject, token)
        if check and not subject.evidence.get("forgeable"):
            yield check, token


def _owned(private: Iterable[tuple[Subject, Key]]) -> Iterator[_Owned]:
    """The keys that can be told by what they sign: those of which the public half is known."""
    for subject, key in private:
        public = key.details.get("public", {})
        if not key.details.get("fits") or "kty" not in public:
            continue
        try:
            given = parse(place(subject.sightings[0]), json.dumps(public).encode()).keys
        except UsageError:
            continue
        yield from (_Owned(subject, verifier) for verifier in open_keys(given)[0] if verifier.usable)


class _Search:
    """Tries one token after another."""

    def __init__(self, owned: Sequence[_Owned], coverage: Coverage) -> None:
        self._owned = owned
        self._coverage = coverage
        self._by_name: dict[str, list[_Owned]] = {}
        for one in owned:
            for name in one.verifier.names:
                self._by_name.setdefault(name, []).append(one)
        self._families: dict[tuple[Any, ...], _Family] = {}
        self._left = BUDGET
        self._unchecked = 0

    def run(self, checks: Iterable[tuple[Check, Token]]) -> None:
        """Make evidence of what signs each of the tokens."""
        for check, token in checks:
            self._prove(check, token.signed.reveal(), token.signature.reveal())
        if self._unchecked:
            self._coverage.notes.append(
                f"private keys: {self._unchecked:,} tokens were not tried with all keys: it would take too long"
            )

    def _prove(self, check: Check, signed: bytes, signature: bytes) -> None:
        family = self._families.setdefault((check.issuer, check.algorithm, check.names), _Family())
        owner = self._first(self._likely(check, family), check.algorithm, signed, signature)
        if owner is None:
            family.missed += 1
            return
        family.found[owner.subject.identity] = owner
        tell_signer(owner.subject, check.subject, _WORDS)

    def _likely(self, check: Check, family: _Family) -> Iterator[_Owned]:
        """The keys to try, the likeliest first."""
        named = [one for name in check.names for one in self._by_name.get(name, ())]
        yield from {one.subject.identity: one for one in [*named, *family.found.values()]}.values()
        if family.missed < _DOUBTS:
            yield from self._owned

    def _first(self, owned: Iterable[_Owned], algorithm: str, signed: bytes, signature: bytes) -> _Owned | None:
        """The first of these keys that verifies the token, as far as the budget lasts."""
        for one in owned:
            if not one.verifier.fits(algorithm):
                continue
            self._left -= cost_of(one.verifier)
            if self._left < 0:
                self._unchecked += 1
                return None
            if verifies(one.verifier, algorithm, signed, signature):
                return one
        return None
