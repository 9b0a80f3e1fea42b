"""Proves that the secret of a token is known: tries what is published, and what lies near, on its signature.

The cost is per family: tokens of one issuer, key and algorithm are likely signed with one secret. So one of them is
tried for all, and a secret that is found is checked on the others; those that it does not sign are tried in their turn.
All bounds count tries, not seconds, so that two runs find the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scanner.correlate.candidates import Candidate, wordlist
from scanner.correlate.hmac_search import Budget, Signed, Target, hash_of, is_compact, of_compact, search
from scanner.model import Coverage, Policy, Sealed, Skipped, Subject, Token

if TYPE_CHECKING:
    from scanner.correlate import Tokens

_DOUBTS: Final = 8
"""Tokens of a family that are tried with the published secrets alone, once the secret of its first is not found."""
_GROWTH: Final = 4
"""How many times more tokens of a family are tried at once, each time that the secrets found sign only some."""
_LONG: Final = 1 << 14
"""Bytes from which on a token waits until all shorter ones were tried: servers refuse such a header."""
_BYTES: Final = 64
"""Bytes of signed text that may be hashed for one token, for each of the policy's tries."""


def find_secrets(tokens: Tokens, policy: Policy, coverage: Coverage, place: str = "") -> None:
    """Add to the evidence of tokens that HMAC signs what is known of their secret: `has_known_secret` and others.

    Where none is found, `secrets_tried` says how many were tried: a miss is no proof of strength. Secrets are made of
    `place` too, the name of the folder that is scanned.
    """
    families = _families(tokens()) if policy.tries else []
    if not families:
        return
    budget = Budget(policy.tries)
    for long in (False, True):
        alike = [family for family in families if (len(family.shortest.sealed) > _LONG) is long]
        while alike:
            _round(alike, tokens, place, policy, coverage, budget)
            alike = [family for family in alike if family.goes_on(budget)]
    coverage.notes += _notes(families, policy)


def _round(
    families: list[_Family], tokens: Tokens, place: str, policy: Policy, coverage: Coverage, budget: Budget
) -> None:
    """Try the next tokens of each family, one secret after another on all of them."""
    from scanner.correlate.candidates.listed import derived, published
    from scanner.correlate.candidates.names import near

    targets = [target for family in families for target in family.next(policy.tries * _BYTES)]
    search(targets, published(), budget)
    first = {family.shortest.identity: family.targets for family in families if family.is_new}
    for subject, token in tokens() if first else ():  # decoded again: there may be too many to keep
        search(first.get(subject.identity, ()), near(subject, token, place), budget)
    wholly = [target for family in families if family.wholly for target in family.targets]
    own = (_lines(path, coverage) for path in policy.wordlists)
    search(wholly, chain(*own, derived()), budget)


class _Family:
    """Tokens that are likely signed with one secret."""

    __slots__ = ("hash", "is_cut", "is_new", "missed", "other", "shortest", "targets", "untried", "wholly", "width")

    def __init__(self, name: str, first: Subject) -> None:
        """`name` is that of the hash."""
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

    def next(self, most_bytes: int) -> list[Target]:
        """The tokens of the next round."""
        if self.is_new:
            self.untried.sort(key=_size)
        self.targets = [self._target(subject, most_bytes) for subject in self.untried[: self.width]]
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
            _tell(target)
        self.missed += (target.subject for target in missed)
        if found:
            self.missed = self._unsigned(self.missed, found.values(), budget)
            self.untried = self._unsigned(self.untried, found.values(), budget)
            if not self.wholly:
                self.untried, self.missed = self.missed + self.untried, []
        first, self.is_new = self.is_new, False
        self.wholly, self.width = bool(found), self.width * _GROWTH if found else _DOUBTS
        return bool(self.untried) and (bool(found) or first)

    def _unsigned(self, subjects: list[Subject], found: Collection[Candidate], budget: Budget) -> list[Subject]:
        """Those of the subjects that none of these secrets signs; the others are told."""
        left = []
        for subject in subjects:
            target = self._target(subject, len(found) * len(subject.sealed))
            search([target], found, budget)
            if target.found:
                _tell(target)
            else:
                left.append(subject)
        return left


def _families(tokens: Iterator[tuple[Subject, Token]]) -> list[_Family]:
    families: dict[Any, _Family] = {}
    for subject, token in tokens:
        name = hash_of(token)
        if name is None:
            continue
        key = (name, *_signer(subject, token))
        if key not in families:
            families[key] = _Family(name, subject)
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


def _lines(path: str, coverage: Coverage) -> Iterator[Candidate]:
    try:
        yield from wordlist(path)
    except OSError as error:
        lost = Skipped(Path(path).name, "unreadable", error.strerror or "")
        if lost not in coverage.skipped:  # it is read once a round
            coverage.skipped.append(lost)


def _tell(target: Target) -> None:
    """Make evidence of what was found, or of how much was tried in vain."""
    evidence = target.subject.evidence
    if target.found is None:
        evidence["secrets_tried"] = target.tried
        return
    evidence.pop("secrets_tried", None)  # with those of an earlier round
    target.subject.secret = Sealed(target.found.secret)
    evidence["has_known_secret"] = True
    evidence["known_secret_name"] = target.found.words
    evidence["known_secret_bytes"] = len(target.found.secret)
    evidence["known_secret_bytes_needed"] = len(target.signature)
    if target.found.shown is not None:
        evidence["known_secret"] = target.found.shown


def _notes(families: list[_Family], policy: Policy) -> Iterator[str]:
    """What was left out."""
    cut = sum(len(family.missed) + len(family.untried) for family in families if family.is_cut)
    if cut:
        yield f"known secrets: {policy.tries:,} tries (--tries) were not enough for all; tokens concerned: {cut:,}"
    untried = sum(len(family.untried) for family in families if not family.is_cut)
    if untried:
        yield f"known secrets: none was found for some tokens of one issuer and key; others, not tried: {untried:,}"
