"""The suppressions of the policy: by path, rule and finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.model import Finding, PathRule, Sighting, Suppression
from scanner.triage.paths import matcher


class PathRules:
    """The suppressions of one policy, on a day (`YYYY-MM-DD`, UTC). Raises PolicyError for a broken pattern."""

    def __init__(self, rules: Sequence[PathRule], where: str, today: str) -> None:
        self._where = where
        self._expired = [rule for rule in rules if rule.expires is not None and rule.expires < today]
        self._rules = [(rule, matcher(rule.paths, lambda _: where)) for rule in rules if rule not in self._expired]
        self._met: set[int] = set()

    def cover(self, finding: Finding, sighting: Sighting) -> Suppression | None:
        """By the first suppression whose rules, findings and paths all hold."""
        for index, (rule, taken_by) in enumerate(self._rules):
            if (
                (not rule.rules or finding.rule.id in rule.rules)
                and (not rule.findings or finding.id in rule.findings)
                and (not rule.paths or taken_by(sighting.origin.path) is not None)
            ):
                self._met.add(index)
                return Suppression("policy", rule.reason, self._where)
        return None

    def notes(self, *, whole: bool) -> Iterator[str]:
        """Those that have expired, and those that suppress nothing."""
        for rule in self._expired:
            yield f"{self._where}: the suppression {rule.reason!r} has expired on {rule.expires} and holds no more"
        if whole:
            for index, (rule, _) in enumerate(self._rules):
                if index not in self._met:
                    yield f"{self._where}: the suppression {rule.reason!r} suppresses nothing"
