"""Correlation: what can be proved across subjects, offline. It runs once, where all results meet, and before judgement.

A prover is a module beside this one and a call of `correlate`. It adds to `Subject.evidence`, under the names of the
facts `evidence.*` without that prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.model import Coverage, Policy, Subject, Token

if TYPE_CHECKING:
    from scanner.keys import GivenKey

Tokens = Callable[[], Iterator[tuple[Subject, Token]]]
"""All tokens of the scan, each with what it says. Each call decodes them anew, one at a time: there may be many."""


def correlate(
    tokens: Tokens,
    policy: Policy,
    coverage: Coverage,
    keys: Sequence[GivenKey] = (),
    place: str = "",
    subjects: Sequence[Subject] = (),
    repositories: Sequence[str] = (),
) -> None:
    """Add what can be proved to the subjects; `coverage` gets what a bound left out.

    `keys` are those that the user trusts, to verify signatures with; `place` is the name of the folder that is scanned;
    `subjects` are all that it holds, of which `tokens` are some; `repositories` are the folders in it of the
    repositories, if they are several.
    """
    from scanner.correlate.forgery import find_signers
    from scanner.correlate.known import find_secrets
    from scanner.correlate.owned import find_owners
    from scanner.correlate.reuse import tell_reuse
    from scanner.correlate.rotation import tell_rotation

    find_signers(tokens, subjects, policy, coverage)
    find_owners(tokens, subjects, coverage)
    find_secrets(tokens, policy, coverage, place)
    tell_reuse(subjects, repositories)
    tell_rotation(tokens, subjects)
    if keys:
        from scanner.correlate.verification import verify

        verify(tokens, keys, coverage)
