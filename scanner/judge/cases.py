"""Several conditions asked together: which of them hold, or which is the first that does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from scanner.expressions import Condition, Situation, values_of

_REMEMBERED: Final = 1024
"""Answers that are kept; then they are gathered anew."""

Holds = Callable[[str, Condition, Situation], bool]
"""Whether a condition, of this name in errors, holds."""


class Cases:
    """Conditions in their order, each with its name in errors.

    The answer is remembered by the values of all facts that any of them names, for the tokens of a log differ in none
    of these: one look-up takes the place of one a condition.
    """

    def __init__(self, cases: Sequence[tuple[str, Condition]], holds: Holds, *, first: bool) -> None:
        """With `first`, no condition is asked behind one that holds."""
        self._holds = holds
        self._first = first
        numbered = list(enumerate(cases))
        # One that asks for a map is never remembered; where all are asked, that keeps none of the others from it.
        apart = [case for case in numbered if case[1][1].names is None]
        self._apart = numbered if apart and first else apart
        self._alike = [case for case in numbered if case not in self._apart]
        self._names = sorted({name for _, (_, when) in self._alike for name in when.names or ()})
        self._known: dict[tuple[object, ...], tuple[int, ...]] = {}

    def holding(self, situation: Situation) -> tuple[int, ...]:
        """The numbers of those that hold, from 0."""
        alike = self._remembered(situation) if self._alike else ()
        return tuple(sorted((*alike, *self._ask(self._apart, situation)))) if self._apart else alike

    def _remembered(self, situation: Situation) -> tuple[int, ...]:
        values = values_of(self._names, situation.facts)
        try:
            known = self._known.get(values)
        except TypeError:  # a value that is not of its fact's type
            return self._ask(self._alike, situation)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[values] = self._ask(self._alike, situation)
        return known

    def _ask(self, cases: Sequence[tuple[int, tuple[str, Condition]]], situation: Situation) -> tuple[int, ...]:
        holding = []
        for number, (name, when) in cases:
            if self._holds(name, when, situation):
                holding.append(number)
                if self._first:
                    break
        return tuple(holding)
