"""The rules on one kind of subject and the caps on their severity, compiled, and asked of one subject after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from scanner.expressions import Condition, Outcome, Situation, of_rules
from scanner.facts import FACTS, LIMITS
from scanner.judge.cases import Cases
from scanner.judge.place import by_file, seen_facts, worst
from scanner.model import Finding, Kind, Policy, Rule, Severity, Standing, Subject
from scanner.rulebook import RuleBook

UNPROVED: Final = {
    name: False for name, fact in FACTS.items() if name.startswith("evidence.") and fact.always and fact.type == "bool"
}
"""What was not proved is false, so that a condition can ask for it where nobody tried."""
_SHOWN: Final = frozenset(name for name, fact in {**FACTS, **LIMITS}.items() if fact.shown)
_DIFFERING: Final = frozenset(
    {"token.subject", *(name for name, fact in FACTS.items() if fact.unit in ("seconds", "time"))}
)
"""Facts in which each subject differs from the next: what names one of them is asked for itself."""

_pack = msgspec.msgpack.Encoder().encode


class Check(NamedTuple):
    """A rule, its conditions compiled."""

    rule: Rule
    when: Condition
    cases: tuple[tuple[Severity, Condition | None], ...]


class Checks(NamedTuple):
    """The rules that judge a subject or place, apart by what can be remembered of them."""

    steady: tuple[Check, ...]
    """Those that ask for nothing in which each subject differs from the next."""
    together: Cases
    """The conditions of these."""
    others: tuple[Check, ...]

    @property
    def all(self) -> tuple[Check, ...]:
        """All of them."""
        return self.steady + self.others


class Verdicts:
    """The rules in force on one kind of subject."""

    def __init__(self, kind: Kind, book: RuleBook, policy: Policy) -> None:
        self.undecided: dict[str, str] = {}
        """Conditions that failed for some subject: a rule's id, or such as `issuer ID`, with the first error."""
        self.language = of_rules(kind)
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        severities = {book.current(rule): severity for rule, severity in policy.severities.items()}
        self.rules = [self._check(rule, severities.get(rule.id)) for rule in book.active(policy) if rule.on == kind]
        """All of them."""
        caps = [cap for cap in book.caps if not cap.on or kind in cap.on]
        self._caps = [cap.at_most for cap in caps]
        self._capping = self.cases("cap", [cap.when for cap in caps], first=False)

    def checks(self, rules: Iterable[Check]) -> Checks:
        """These rules, ready to be asked together."""
        steady: list[Check] = []
        others: list[Check] = []
        for check in rules:
            names = check.when.names
            (others if names is None or not _DIFFERING.isdisjoint(names) else steady).append(check)
        together = Cases([(check.rule.id, check.when) for check in steady], self.holds, first=False)
        return Checks(tuple(steady), together, tuple(others))

    def cases(self, name: str, conditions: Iterable[str], *, first: bool) -> Cases:
        """These conditions, to be asked together; `name` is theirs in errors."""
        numbered = [(f"{name} {at}", self.language.condition(when)) for at, when in enumerate(conditions, 1)]
        return Cases(numbered, self.holds, first=first)

    def holds(self, name: str, condition: Condition, situation: Situation) -> bool:
        """Whether a condition holds; where it fails, that is noted."""
        outcome = condition.decide(situation)
        if not isinstance(outcome, bool):
            if outcome.error:
                self.undecided.setdefault(name, outcome.error)
            return False
        return outcome

    def tell(self, subject: Subject, facts: dict[str, Any], standing: Standing | None) -> None:
        """Set what may be shown of a subject's facts."""
        held = standing.facts if standing else {}
        names = tuple([name for name in facts if name in _SHOWN and name not in held])
        subject.fact_names = self._names.setdefault(names, names)
        subject.packed = _pack([facts[name] for name in names])
        subject.standing = standing

    def findings(
        self, subject: Subject, facts: dict[str, Any], per_subject: Checks, per_place: Checks
    ) -> list[Finding]:
        """What these rules find, of the whole subject and in each of its files. Changes `facts`."""
        situation = self.language.situation(facts)
        findings = [
            Finding(rule, subject, severity, worst(subject.sightings))
            for rule, severity in self._verdicts(per_subject, situation)
        ]
        if per_place.all:
            files = by_file(subject.sightings)
            for sightings in files:
                if len(files) > 1:
                    facts.update(seen_facts(sightings, len(sightings)))
                    situation = self.language.situation(facts)
                findings += (
                    Finding(rule, subject, severity, sightings[0])
                    for rule, severity in self._verdicts(per_place, situation)
                )
        return findings

    def outcome(self, rule: Rule, facts: dict[str, Any], *checks: Checks) -> Outcome:
        """What the condition of `rule` comes to; False where it is not among `checks`."""
        for check in (check for some in checks for check in some.all):
            if check.rule.id == rule.id:
                return check.when.decide(self.language.situation(facts))
        return False

    def _check(self, rule: Rule, instead: Severity | None) -> Check:
        condition = self.language.condition
        if instead is not None:
            return Check(rule, condition(rule.when), ((instead, None),))
        cases = ((case.severity, None if case.when is None else condition(case.when)) for case in rule.severity)
        return Check(rule, condition(rule.when), tuple(cases))

    def _verdicts(self, checks: Checks, situation: Situation) -> Iterator[tuple[Rule, Severity]]:
        """The rules that hold, by id, each with its severity. Caps stand above the user's own severities too: they say
        what the subject is, not how grave the rule."""
        holding = [checks.steady[number] for number in checks.together.holding(situation)]
        holding += [check for check in checks.others if self.holds(check.rule.id, check.when, situation)]
        if not holding:
            return
        ceiling = self._ceiling(situation)
        for rule, _, cases in sorted(holding, key=lambda check: check.rule.id):
            severity = next(
                severity for severity, case in cases if case is None or self.holds(rule.id, case, situation)
            )
            yield rule, min(severity, ceiling)

    def _ceiling(self, situation: Situation) -> Severity:
        return min([self._caps[cap] for cap in self._capping.holding(situation)], default=Severity.CRITICAL)
