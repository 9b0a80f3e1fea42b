"""The inline suppressions that sightings carry."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model import Finding, Sighting, Suppression
from scanner.triage.decision import place
from scanner.triage.inline import UNREADABLE

_NAMED = 20
"""So many useless pragmas are told one by one; a log may repeat one on every line."""


class Pragmas:
    """The decisions that stand beside what was found."""

    def __init__(self) -> None:
        self._own: dict[tuple[str, int, tuple[str, ...]], bool] = {}
        """Place, line and rules of each own pragma, and whether it suppresses anything."""

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """By the first pragma of the sighting that names the rule or none."""
        held = None
        for allow in sighting.allows:
            where = place(sighting.origin)
            holds = not allow.rules or finding.rule.id in allow.rules
            if allow.spelling == "tokensweep":
                key = (where, allow.line, allow.rules)
                self._own[key] = holds or self._own.get(key, False)
            if holds and held is None:
                reason = allow.reason or f"{allow.spelling} pragma, no reason given"
                held = Suppression("inline", reason, f"{where}:{allow.line}")
        return held

    def notes(self, *, whole: bool) -> Iterator[str]:
        """Own pragmas that suppress nothing, and those that cannot be read."""
        useless = sorted(key for key, useful in self._own.items() if not useful)
        for where, line, rules in useless[:_NAMED]:
            if UNREADABLE in rules:
                yield f"{where}:{line}: this suppression cannot be read; write `tokensweep: allow[rule-id] reason`"
            else:
                yield f"{where}:{line}: `tokensweep: allow[{','.join(rules)}]` suppresses nothing that was found here"
        if len(useless) > _NAMED:
            yield f"{len(useless) - _NAMED} more inline suppressions suppress nothing"
