"""Judgement: from the facts of a subject to findings, by the rules of the rule book and the user's policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from scanner.expressions import REMEMBERED, Condition, Outcome, Situation, of_classes, of_rules
from scanner.facts import FACTS, LIMITS
from scanner.judge.place import by_file, seen_facts, worst
from scanner.judge.token import TokenFacts
from scanner.model import Facts, Finding, Policy, Rule, Severity, Subject, Token
from scanner.rulebook import RuleBook, TokenClass

_SHOWN: Final = frozenset(name for name, fact in {**FACTS, **LIMITS}.items() if fact.shown)

_UNPROVED: Final = {
    name: False for name, fact in FACTS.items() if name.startswith("evidence.") and fact.always and fact.type == "bool"
}
"""What was not proved is false, so that a condition can ask for it where nobody tried."""

_DIFFERING: Final = frozenset(
    name
    for name, fact in FACTS.items()
    if fact.unit in ("seconds", "time") or not fact.shown or fact.name == "seen.sightings"
)
"""Facts that tokens of one kind seldom have in common: times, and values of claims."""

_pack = msgspec.msgpack.Encoder().encode


class _Check(NamedTuple):
    """A rule, its conditions compiled."""

    rule: Rule
    when: Condition
    cases: tuple[tuple[Severity, Condition | None], ...]

    @property
    def names(self) -> frozenset[str] | None:
        """The facts that its conditions name; None where one of them is a map."""
        names: set[str] = set()
        for condition in (self.when, *(case for _, case in self.cases if case)):
            if condition.names is None:
                return None
            names.update(condition.names)
        return frozenset(names)


class _Checks:
    """Rules that judge the same subjects.

    Most ask only for what many tokens have in common, such as their algorithm and the names of their claims. Those are
    decided together, and what they come to is remembered: one look-up, whatever their number.
    """

    def __init__(self, checks: Sequence[_Check]) -> None:
        alike, apart, names = [], [], set[str]()
        for check in checks:
            if check.names is None or not _DIFFERING.isdisjoint(check.names):
                apart.append(check)
            else:
                alike.append(check)
                names |= check.names
        self.alike, self.apart = tuple(alike), tuple(apart)
        self.names = tuple(sorted(names))
        """The facts that the former name."""
        self.known: dict[tuple[Any, ...], tuple[tuple[Rule, Severity], ...]] = {}
        """What they came to, by the values of those facts."""


class _Standard(NamedTuple):
    """What tokens of one class are judged by."""

    facts: dict[str, Any]
    """The class and its limits."""
    per_subject: _Checks
    per_place: _Checks


class Judge:
    """Applies the rules in force to one subject after another, as of one moment."""

    def __init__(self, book: RuleBook, policy: Policy, now: int) -> None:
        """`now` is the clock of every judgement, in seconds since 1970-01-01 UTC."""
        self.undecided: dict[str, str] = {}
        """Conditions that failed for some subject: the rule's id, `class ID` or `cap NUMBER`, with the first error."""
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._token_facts = TokenFacts(book, now)
        self._language = of_rules("token")
        severities = {book.current(rule): severity for rule, severity in policy.severities.items()}
        checks = [self._check(rule, severities.get(rule.id)) for rule in book.active(policy) if rule.on == "token"]
        self._classes = [(known.id, of_classes().condition(known.when)) for known in book.classes]
        self._standards = {known.id: _standard(known, policy, checks) for known in book.classes}
        self._caps = [
            (f"cap {number}", self._language.condition(cap.when), cap.at_most)
            for number, cap in enumerate(book.caps, 1)
        ]

    def judge(self, subject: Subject, token: Token) -> list[Finding]:
        """The findings on `subject`, of which `token` is the decoded form; sets the subject's shown facts."""
        facts, standard = self._facts(subject, token)
        names = tuple([name for name in facts if name in _SHOWN])
        subject.fact_names = self._names.setdefault(names, names)
        subject.packed = _pack([facts[name] for name in names])
        situation = self._language.situation(facts)
        findings = [
            Finding(rule, subject, severity, worst(subject.sightings))
            for rule, severity in self._verdicts(standard.per_subject, situation)
        ]
        files = by_file(subject.sightings)
        for sightings in files:
            if len(files) > 1:
                facts.update(seen_facts(sightings, len(sightings)))
                situation = self._language.situation(facts)
            findings += (
                Finding(rule, subject, severity, sightings[0])
                for rule, severity in self._verdicts(standard.per_place, situation)
            )
        return findings

    def outcome(self, rule: Rule, subject: Subject, token: Token) -> Outcome:
        """What the condition of `rule` comes to for `subject` as a whole; False for a class that it does not judge."""
        facts, standard = self._facts(subject, token)
        for checks in (standard.per_subject, standard.per_place):
            for check in checks.alike + checks.apart:
                if check.rule.id == rule.id:
                    return check.when.decide(self._language.situation(facts))
        return False

    def _facts(self, subject: Subject, token: Token) -> tuple[dict[str, Any], _Standard]:
        facts = self._token_facts.of(token)
        standard = self._standards[self._class(facts)]
        facts.update(standard.facts)
        facts.update(seen_facts(subject.sightings, subject.seen))
        facts.update(_UNPROVED)
        facts.update((f"evidence.{name}", value) for name, value in subject.evidence.items())
        return facts, standard

    def _class(self, facts: Facts) -> str:
        situation = of_classes().situation(facts)
        return next(
            (name for name, condition in self._classes if self._holds(f"class {name}", condition, situation)), "unknown"
        )

    def _check(self, rule: Rule, instead: Severity | None) -> _Check:
        condition = self._language.condition
        if instead is not None:
            return _Check(rule, condition(rule.when), ((instead, None),))
        cases = ((case.severity, None if case.when is None else condition(case.when)) for case in rule.severity)
        return _Check(rule, condition(rule.when), tuple(cases))

    def _verdicts(self, checks: _Checks, situation: Situation) -> Iterable[tuple[Rule, Severity]]:
        """The rules that hold, by id, each with its severity. Caps stand above the user's own severities too: they say
        what the subject is, not how grave the rule."""
        verdicts = [*self._remembered(checks, situation), *self._decided(checks.apart, situation)]
        if not verdicts:
            return ()
        ceiling = self._ceiling(situation)
        verdicts.sort(key=lambda verdict: verdict[0].id)
        return [(rule, min(severity, ceiling)) for rule, severity in verdicts]

    def _remembered(self, checks: _Checks, situation: Situation) -> tuple[tuple[Rule, Severity], ...]:
        values = situation.values(checks.names)
        try:
            verdicts = checks.known.get(values)
        except TypeError:  # a value that is not of its fact's type
            return tuple(self._decided(checks.alike, situation))
        if verdicts is None:
            verdicts = tuple(self._decided(checks.alike, situation))
            if len(checks.known) >= REMEMBERED:
                checks.known.clear()
            checks.known[values] = verdicts
        return verdicts

    def _decided(self, checks: Iterable[_Check], situation: Situation) -> Iterator[tuple[Rule, Severity]]:
        for rule, when, cases in checks:
            if self._holds(rule.id, when, situation):
                yield (
                    rule,
                    next(severity for severity, case in cases if case is None or self._holds(rule.id, case, situation)),
                )

    def _ceiling(self, situation: Situation) -> Severity:
        caps = (at_most for name, when, at_most in self._caps if self._holds(name, when, situation))
        return min(caps, default=Severity.CRITICAL)

    def _holds(self, name: str, condition: Condition, situation: Situation) -> bool:
        outcome = condition.decide(situation)
        if not isinstance(outcome, bool):
            if outcome.error:
                self.undecided.setdefault(name, outcome.error)
            return False
        return outcome


def _standard(token_class: TokenClass, policy: Policy, checks: Iterable[_Check]) -> _Standard:
    limits = token_class.limits | policy.limits.get(token_class.id, {})
    facts: dict[str, Any] = {f"limit.{name}": value for name, value in limits.items()}
    facts |= {"token.class": token_class.id, "token.class_title": token_class.title}
    fit = [check for check in checks if not check.rule.classes or token_class.id in check.rule.classes]
    return _Standard(
        facts,
        _Checks([check for check in fit if check.rule.per == "subject"]),
        _Checks([check for check in fit if check.rule.per == "place"]),
    )
