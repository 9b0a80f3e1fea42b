"""Families: tokens of one issuer, key and algorithm, which are likely signed with one secret.

One of them is tried for all, and a secret that is found is checked on the others; those that it does not sign are tried
in their turn. So the cost of a search is per family, not per token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from scanner.correlate.candidates import Candidate
from scanner.correlate.hmac_search import Budget, Signed, Target, hash_of, is_compact, of_compact, search
from scanner.model import Subject, Token

_GROWTH: Final = 4
"""How many times more tokens of a family are tried at once, each time that the secrets found sign only some."""

_BYTES: Final = 64
"""Bytes of signed text that may be hashed for one token, for each of the policy's tries."""


class Family:
    """Tokens that are likely signed with one secret."""

    __slots__ = (
        "doubts", "hash", "is_cut", "is_new", "missed", "other", "shortest", "targets", "tell", "untried", "wholly",
        "width",
    )  # fmt: skip

    def __init__(self, name: str, first: Subject, tell: Callable[[Target], None], doubts: int) -> None:
        """`name` is that of the hash; `tell` makes evidence of what a search came to."""
        self.tell = tell
        self.doubts = doubts
        """How many more tokens are tried once the secret of the first is not found."""
        self.hash = name
        self.shortest = first
        self.other: dict[str, Signed] = {}
        """What is signed of those that are in no compact serialisation, by identity."""
        self.untried: list[Subject] = []
        self.missed: list[Subject] = []
        self.targets: list[Target] = []
        """The tokens that are tried in this round."""
        self.width = 1
        """How many they are."""
        self.wholly = True
        """Whether they are tried with all candidates, or with the published ones alone."""
        self.is_new = True
        self.is_cut = False
        """Whether a bound kept one from being tried with all."""

    def add(self, subject: Subject, token: Token) -> None:
        """Add a token."""
        self.untried.append(subject)
        self.shortest = min(self.shortest, subject, key=_size)
        if not is_compact(token):
            self.other[subject.identity] = token.signed.reveal(), token.signature.reveal()

    def next(self, tries: int) -> list[Target]:
        """The tokens of the next round; `tries` are all that the policy allows."""
        if self.is_new:
            self.untried.sort(key=_size)
        self.targets = [self._target(subject, tries * _BYTES) for subject in self.untried[: self.width]]
        del self.untried[: self.width]
        return self.targets

    def _target(self, subject: Subject, most_bytes: int) -> Target:
        signed = self.other.get(subject.identity) or of_compact(subject.sealed.reveal())
        return Target(subject, self.hash, signed, most_bytes)

    def goes_on(self, budget: Budget) -> bool:
        """Take in what the round has found; whether another one is worth its tries."""
        found = {target.found.secret: target.found for target in self.targets if target.found}
        missed = [target for target in self.targets if not target.found]
        self.is_cut = self.is_cut or any(target.cut for target in missed)
        for target in self.targets:
            self.tell(target)
        self.missed += (target.subject for target in missed)
        if found:
            self.missed = self._unsigned(self.missed, found.values(), budget)
            self.untried = self._unsigned(self.untried, found.values(), budget)
            if not self.wholly:
                self.untried, self.missed = self.missed + self.untried, []
        first, self.is_new = self.is_new, False
        self.wholly, self.width = bool(found), self.width * _GROWTH if found else self.doubts
        return bool(self.untried) and (bool(found) or first)

    def _unsigned(self, subjects: list[Subject], found: Collection[Candidate], budget: Budget) -> list[Subject]:
        """Those of the subjects that none of these secrets signs; the others are told."""
        left = []
        for subject in subjects:
            target = self._target(subject, len(found) * len(subject.sealed))
            search([target], found, budget)
            if target.found:
                self.tell(target)
            else:
                left.append(subject)
        return left


def families(tokens: Iterable[tuple[Subject, Token]], tell: Callable[[Target], None], doubts: int) -> list[Family]:
    """The tokens that HMAC signs, by who likely signs them; `tell` and `doubts` are as `Family` has them."""
    families: dict[Any, Family] = {}
    for subject, token in tokens:
        name = hash_of(token)
        if name is None:
            continue
        key = (name, *_signer(subject, token))
        if key not in families:
            families[key] = Family(name, subject, tell, doubts)
        families[key].add(subject, token)
    return list(families.values())


def _signer(subject: Subject, token: Token) -> tuple[str, ...]:
    """What tells who signs a token: issuer and key, else where it lies and what it is like."""
    claims, header = token.claims or {}, token.header
    names = [str(value) for value in (claims.get("iss"), header.get("kid")) if value not in (None, "")]
    if not names:
        names = [*(sighting.origin.path for sighting in subject.sightings[:1]), *sorted(claims)]
    return (str(header.get("typ")), *sorted(header), "", *names)


def _size(subject: Subject) -> tuple[int, str]:
    return len(subject.sealed), subject.identity
