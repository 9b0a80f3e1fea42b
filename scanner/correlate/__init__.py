"""Correlation: what can be proved across subjects, offline. It runs once, where all results meet, and before judgement.

A prover is a module beside this one and a line of `_PROVERS`. It adds to `Subject.evidence`, under the names of the
facts `evidence.*` without that prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from scanner.model import Coverage, Policy, Subject, Token

Tokens = Callable[[], Iterator[tuple[Subject, Token]]]
"""All tokens of the scan, each with what it says. Each call decodes them anew, one at a time: there may be many."""

Prover = Callable[[Tokens, Policy, Coverage], None]

_PROVERS: Final[tuple[Prover, ...]] = ()


def correlate(tokens: Tokens, policy: Policy, coverage: Coverage) -> None:
    """Add what can be proved of the tokens to their subjects; `coverage` gets what a bound left out."""
    for prove in _PROVERS:
        prove(tokens, policy, coverage)
