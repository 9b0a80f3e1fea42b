"""Proves that the secret of a token is known: tries what is published, and what lies near, on its signature.

The cost is per family of tokens (`scanner.correlate.families`). All bounds count tries, not seconds, so that two runs
find the same. The secret of a token that one of the scan was proved to sign is not searched for, but looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scanner.correlate.candidates import Candidate, wordlist
from scanner.correlate.evidence import tell_known
from scanner.correlate.families import Family, families
from scanner.correlate.hmac_search import Budget, Target, hash_of, search
from scanner.model import Coverage, Policy, Skipped, Subject, Token

if TYPE_CHECKING:
    from scanner.correlate import Tokens

_DOUBTS: Final = 8
"""Tokens of a family that are tried with the published secrets alone, once the secret of its first is not found."""
_LONG: Final = 1 << 14
"""Bytes from which on a token waits until all shorter ones were tried: servers refuse such a header."""


def find_secrets(tokens: Tokens, policy: Policy, coverage: Coverage, place: str = "") -> None:
    """Add to the evidence of tokens that HMAC signs what is known of their secret: `has_known_secret` and others.

    Where none is found, `secrets_tried` says how many were tried: a miss is no proof of strength. Secrets are made of
    `place` too, the name of the folder that is scanned.
    """
    if not policy.tries:
        return
    proved: dict[bytes, list[tuple[Subject, int]]] = {}
    found = families(_unproved(tokens(), proved), _tell, _DOUBTS)
    _look_up(proved, policy, coverage)
    budget = Budget(policy.tries)
    for long in (False, True):
        alike = [family for family in found if (len(family.shortest.sealed) > _LONG) is long]
        while alike:
            _round(alike, tokens, place, policy, coverage, budget)
            alike = [family for family in alike if family.goes_on(budget)]
    coverage.notes += _notes(found, policy)


def _unproved(
    tokens: Iterable[tuple[Subject, Token]], proved: dict[bytes, list[tuple[Subject, int]]]
) -> Iterator[tuple[Subject, Token]]:
    """Those that no secret of the scan is proved to sign; `proved` gets the others by their secrets, each with the
    bytes of its signature."""
    for subject, token in tokens:
        if subject.secret is None or hash_of(token) is None:
            yield subject, token
        else:
            proved.setdefault(subject.secret.reveal(), []).append((subject, token.signature_bytes))


def _look_up(proved: dict[bytes, list[tuple[Subject, int]]], policy: Policy, coverage: Coverage) -> None:
    """Tell of the secrets that everybody knows, or the user's lists have, among those that are proved."""
    for candidate in islice(_listed(policy, coverage), policy.tries if proved else 0):
        for subject, needed in proved.pop(candidate.secret, ()):
            tell_known(subject, candidate)
            subject.evidence["known_secret_bytes_needed"] = needed


def _listed(policy: Policy, coverage: Coverage) -> Iterator[Candidate]:
    from scanner.correlate.candidates.listed import derived, published

    yield from published()
    yield from _own(policy, coverage)
    yield from derived()


def _round(alike: list[Family], tokens: Tokens, place: str, policy: Policy, coverage: Coverage, budget: Budget) -> None:
    """Try the next tokens of each family, one secret after another on all of them."""
    from scanner.correlate.candidates.listed import derived, published
    from scanner.correlate.candidates.names import near

    targets = [target for family in alike for target in family.next(policy.tries)]
    search(targets, published(), budget)
    first = {family.shortest.identity: family.targets for family in alike if family.is_new}
    for subject, token in tokens() if first else ():  # decoded again: there may be too many to keep
        search(first.get(subject.identity, ()), near(subject, token, place), budget)
    wholly = [target for family in alike if family.wholly for target in family.targets]
    search(wholly, chain(_own(policy, coverage), derived()), budget)


def _own(policy: Policy, coverage: Coverage) -> Iterator[Candidate]:
    """What stands in the user's lists."""
    return chain.from_iterable(_lines(path, coverage) for path in policy.wordlists)


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
    tell_known(target.subject, target.found)
    evidence["known_secret_bytes_needed"] = len(target.signature)


def _notes(found: list[Family], policy: Policy) -> Iterator[str]:
    """What was left out."""
    cut = sum(len(family.missed) + len(family.untried) for family in found if family.is_cut)
    if cut:
        yield f"known secrets: {policy.tries:,} tries (--tries) were not enough for all; tokens concerned: {cut:,}"
    untried = sum(len(family.untried) for family in found if not family.is_cut)
    if untried:
        yield f"known secrets: none was found for some tokens of one issuer and key; others, not tried: {untried:,}"
