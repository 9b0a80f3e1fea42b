"""Judgement: from the facts of a subject to findings, by the rules of the rule book and the user's policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from scanner.expressions import Condition, Outcome, Situation, of_classes, of_issuers, of_rules
from scanner.facts import FACTS, LIMITS
from scanner.judge.cases import Cases
from scanner.judge.exposure import exposure
from scanner.judge.issuer import Issuers, KnownIssuer
from scanner.judge.key_id import key_id_facts
from scanner.judge.life import add_life
from scanner.judge.place import by_file, seen_facts, worst
from scanner.judge.purpose import Classes, Requirements
from scanner.judge.token import TokenFacts
from scanner.model import Facts, Finding, Message, Policy, Rule, Severity, Standing, Subject, Token
from scanner.rulebook import Requirement, RuleBook, TokenClass

_SHOWN: Final = frozenset(name for name, fact in {**FACTS, **LIMITS}.items() if fact.shown)

_UNPROVED: Final = {
    name: False for name, fact in FACTS.items() if name.startswith("evidence.") and fact.always and fact.type == "bool"
}
"""What was not proved is false, so that a condition can ask for it where nobody tried."""
_DIFFERING: Final = frozenset(
    {"token.subject", *(name for name, fact in FACTS.items() if fact.unit in ("seconds", "time"))}
)
"""Facts in which each token differs from the next: what names one of them is asked for itself."""

_pack = msgspec.msgpack.Encoder().encode


class _Check(NamedTuple):
    """A rule, its conditions compiled."""

    rule: Rule
    when: Condition
    cases: tuple[tuple[Severity, Condition | None], ...]


class _Checks(NamedTuple):
    """The rules that judge a subject or place, apart by what can be remembered of them."""

    steady: tuple[_Check, ...]
    """Those that ask for nothing in which each token differs from the next."""
    together: Cases
    """The conditions of these."""
    others: tuple[_Check, ...]

    @property
    def all(self) -> tuple[_Check, ...]:
        """All of them."""
        return self.steady + self.others


class _Standard(NamedTuple):
    """What tokens of one class are judged by."""

    token_class: TokenClass
    facts: dict[str, Any]
    """The class and its limits."""
    requirements: Requirements
    public: Condition | None
    """None where none of them is made to be seen by everybody."""
    per_subject: _Checks
    per_place: _Checks


class _Judged(NamedTuple):
    """All that is known of a subject."""

    facts: dict[str, Any]
    standard: _Standard
    standing: Standing


class Judge:
    """Applies the rules in force to one subject after another, as of one moment."""

    def __init__(self, book: RuleBook, policy: Policy, now: int) -> None:
        """`now` is the clock of every judgement, in seconds since 1970-01-01 UTC."""
        self.undecided: dict[str, str] = {}
        """Conditions that failed for some subject: a rule's id, or such as `issuer ID`, with the first error."""
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._standings: dict[tuple[str, str, str, str, int], Standing] = {}
        self._now = now
        self._token_facts = TokenFacts(book, now)
        self._issuers = Issuers(book, self._holds)
        self._classes = Classes(book.classes, self._holds)
        self._language = of_rules("token")
        severities = {book.current(rule): severity for rule, severity in policy.severities.items()}
        checks = [self._check(rule, severities.get(rule.id)) for rule in book.active(policy) if rule.on == "token"]
        self._standards = {known.id: self._standard(known, book, policy, checks) for known in book.classes}
        self._ways = [way.say for way in book.revocations]
        self._way = self._cases("revocation", [way.when for way in book.revocations], first=True)
        self._caps = [cap.at_most for cap in book.caps]
        self._capping = self._cases("cap", [cap.when for cap in book.caps], first=False)

    def judge(self, subject: Subject, token: Token) -> list[Finding]:
        """The findings on `subject`, of which `token` is the decoded form; sets the subject's shown facts."""
        facts, standard, standing = self._judged(subject, token)
        names = tuple([name for name in facts if name in _SHOWN and name not in standing.facts])
        subject.fact_names = self._names.setdefault(names, names)
        subject.packed = _pack([facts[name] for name in names])
        subject.standing = standing
        situation = self._language.situation(facts)
        findings = [
            Finding(rule, subject, severity, worst(subject.sightings))
            for rule, severity in self._verdicts(standard.per_subject, situation)
        ]
        if standard.per_place.all:
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
        facts, standard, _ = self._judged(subject, token)
        for check in standard.per_subject.all + standard.per_place.all:
            if check.rule.id == rule.id:
                return check.when.decide(self._language.situation(facts))
        return False

    def _judged(self, subject: Subject, token: Token) -> _Judged:
        facts = self._token_facts.of(token)
        facts |= key_id_facts(facts)
        known = self._issuers.add_to(facts)
        issuer = known.issuer if known else None
        standard = self._standards[self._classes.of(facts, issuer)]
        token_class = standard.token_class
        facts |= standard.facts
        called = token_class.types.get(facts.get("token.type", "")) or (issuer and issuer.calls_it)
        # Some forms name their class themselves.
        facts.setdefault("token.class_title", called or token_class.title)
        facts |= seen_facts(subject.sightings, subject.seen)
        facts |= _UNPROVED
        subject.evidence.update(exposure(subject.sightings, facts, self._now))
        facts.update((f"evidence.{name}", value) for name, value in subject.evidence.items())
        public = self._public(facts, standard, known)
        facts["token.public_by_design"] = public != ""
        add_life(facts, token_class, issuer, self._now)
        standard.requirements.add_to(facts, issuer.omits if issuer else frozenset())
        return _Judged(facts, standard, self._standing(facts, token_class, known, public))

    def _public(self, facts: Facts, standard: _Standard, known: KnownIssuer | None) -> str:
        """Why it is made to be seen by everybody; empty where it is not."""
        if known and known.public:
            issuer = known.issuer
            if self._holds(f"issuer {issuer.id}", known.public, of_issuers().situation(facts)):
                return issuer.public_why
        token_class = standard.token_class
        if standard.public and self._holds(f"class {token_class.id}", standard.public, of_classes().situation(facts)):
            return token_class.public_why
        return ""

    def _standing(self, facts: Facts, token_class: TokenClass, known: KnownIssuer | None, public: str) -> Standing:
        (way,) = self._way.holding(self._language.situation(facts))
        issuer = known.issuer if known else None
        key = (token_class.id, facts["token.class_title"], issuer.id if issuer else "", public, way)
        standing = self._standings.get(key)
        if standing is None:
            shared = ["token.class_title", *self._standards[token_class.id].facts, *(known.facts if known else ())]
            texts = [("token.public_because", Message((public,)))] if public else []
            if issuer:
                texts.append(("token.issuer_revocation", issuer.revocation))
            texts.append(("token.revocation", self._ways[way]))
            standing = Standing({name: facts[name] for name in shared}, tuple(texts))
            self._standings[key] = standing
        return standing

    def _standard(self, token_class: TokenClass, book: RuleBook, policy: Policy, checks: Sequence[_Check]) -> _Standard:
        limits = token_class.limits | policy.limits.get(token_class.id, {})
        facts: dict[str, Any] = {f"limit.{name}": value for name, value in limits.items()}
        facts |= {"token.class": token_class.id, "token.gives": token_class.gives}
        own = policy.requires.get(token_class.id)
        required = token_class.requires if own is None else (Requirement(own, "the configuration"),)
        fit = [check for check in checks if not check.rule.classes or token_class.id in check.rule.classes]
        return _Standard(
            token_class,
            facts,
            Requirements(token_class.id, required, book.told, self._holds),
            of_classes().condition(token_class.public) if token_class.public != "false" else None,
            self._checks(check for check in fit if check.rule.per == "subject"),
            self._checks(check for check in fit if check.rule.per == "place"),
        )

    def _checks(self, checks: Iterable[_Check]) -> _Checks:
        steady: list[_Check] = []
        others: list[_Check] = []
        for check in checks:
            names = check.when.names
            (others if names is None or not _DIFFERING.isdisjoint(names) else steady).append(check)
        together = Cases([(check.rule.id, check.when) for check in steady], self._holds, first=False)
        return _Checks(tuple(steady), together, tuple(others))

    def _cases(self, name: str, conditions: Iterable[str], *, first: bool) -> Cases:
        numbered = [(f"{name} {at}", self._language.condition(when)) for at, when in enumerate(conditions, 1)]
        return Cases(numbered, self._holds, first=first)

    def _check(self, rule: Rule, instead: Severity | None) -> _Check:
        condition = self._language.condition
        if instead is not None:
            return _Check(rule, condition(rule.when), ((instead, None),))
        cases = ((case.severity, None if case.when is None else condition(case.when)) for case in rule.severity)
        return _Check(rule, condition(rule.when), tuple(cases))

    def _verdicts(self, checks: _Checks, situation: Situation) -> Iterator[tuple[Rule, Severity]]:
        """The rules that hold, by id, each with its severity. Caps stand above the user's own severities too: they say
        what the subject is, not how grave the rule."""
        holding = [checks.steady[number] for number in checks.together.holding(situation)]
        holding += [check for check in checks.others if self._holds(check.rule.id, check.when, situation)]
        if not holding:
            return
        ceiling = self._ceiling(situation)
        for rule, _, cases in sorted(holding, key=lambda check: check.rule.id):
            severity = next(
                severity for severity, case in cases if case is None or self._holds(rule.id, case, situation)
            )
            yield rule, min(severity, ceiling)

    def _ceiling(self, situation: Situation) -> Severity:
        return min([self._caps[cap] for cap in self._capping.holding(situation)], default=Severity.CRITICAL)

    def _holds(self, name: str, condition: Condition, situation: Situation) -> bool:
        outcome = condition.decide(situation)
        if not isinstance(outcome, bool):
            if outcome.error:
                self.undecided.setdefault(name, outcome.error)
            return False
        return outcome
