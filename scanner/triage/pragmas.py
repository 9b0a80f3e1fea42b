"""The inline suppressions that sightings carry."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model import Finding, Sighting, Suppression
from scanner.triage.decision import spot
from scanner.triage.inline import UNREADABLE

_NAMED = 20
"""So many useless pragmas are told one by one; a log may repeat one on every line."""


class Pragmas:
    """The decisions that stand beside what was found."""

    def __init__(self) -> None:
        self._own: dict[tuple[str, tuple[str, ...]], bool] = {}
        """Place and rules of each own pragma, and whether it suppresses anything."""

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """By the first pragma of the sighting that names the rule or none."""
        held = None
        for allow in sighting.allows:
            where = spot(sighting.origin, allow.line)
            holds = not allow.rules or finding.rule.id in allow.rules
            if allow.spelling == "tokensweep":
                key = (where, allow.rules)
                self._own[key] = holds or self._own.get(key, False)
            if holds and held is None:
                held = Suppression("inline", allow.reason or f"{allow.spelling} pragma, no reason given", where)
        return held

    def notes(self, *, whole: bool) -> Iterator[str]:
        """Own pragmas that suppress nothing, and those that cannot be read."""
        useless = [key for key, useful in self._own.items() if not useful]
        for where, rules in useless[:_NAMED]:
            if UNREADABLE in rules:
                yield f"{where}: this suppression cannot be read; write `tokensweep: allow[rule-id] reason`"
            else:
                yield f"{where}: `tokensweep: allow[{','.join(rules)}]` suppresses nothing that was found here"
        if len(useless) > _NAMED:
            yield f"{len(useless) - _NAMED} more inline suppressions suppress nothing"
