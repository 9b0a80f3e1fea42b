"""Judgement of tokens: their facts, class and issuer, then the rules on their class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scanner.expressions import Condition, Outcome, of_classes, of_issuers
from scanner.judge.exposure import exposure
from scanner.judge.issuer import Issuers, KnownIssuer
from scanner.judge.key_id import key_id_facts
from scanner.judge.life import add_life
from scanner.judge.place import seen_facts
from scanner.judge.purpose import Classes, Requirements
from scanner.judge.token import TokenFacts
from scanner.judge.verdicts import UNPROVED, Checks, Verdicts
from scanner.model import Facts, Finding, Message, Policy, Rule, Standing, Subject, Token
from scanner.rulebook import Requirement, RuleBook, TokenClass


class _Standard(NamedTuple):
    """What tokens of one class are judged by."""

    token_class: TokenClass
    facts: dict[str, Any]
    """The class and its limits."""
    requirements: Requirements
    public: Condition | None
    """None where none of them is made to be seen by everybody."""
    per_subject: Checks
    per_place: Checks


class _Judged(NamedTuple):
    """All that is known of a subject."""

    facts: dict[str, Any]
    standard: _Standard
    standing: Standing


class TokenJudge:
    """Applies the rules in force to one token after another, as of one moment."""

    def __init__(self, book: RuleBook, policy: Policy, now: int) -> None:
        """`now` is the clock of every judgement, in seconds since 1970-01-01 UTC."""
        self._verdicts = Verdicts("token", book, policy)
        self._standings: dict[tuple[str, str, str, str, int], Standing] = {}
        self._now = now
        self._token_facts = TokenFacts(book, now)
        self._issuers = Issuers(book, self._verdicts.holds)
        self._classes = Classes(book.classes, self._verdicts.holds)
        self._standards = {known.id: self._standard(known, book, policy) for known in book.classes}
        self._ways = [way.say for way in book.revocations]
        self._way = self._verdicts.cases("revocation", [way.when for way in book.revocations], first=True)

    @property
    def undecided(self) -> Mapping[str, str]:
        """Conditions that failed for some subject: a rule's id, or such as `issuer ID`, with the first error."""
        return self._verdicts.undecided

    def judge(self, subject: Subject, token: Token) -> list[Finding]:
        """The findings on `subject`, of which `token` is the decoded form; sets the subject's shown facts."""
        facts, standard, standing = self._judged(subject, token)
        self._verdicts.tell(subject, facts, standing)
        return self._verdicts.findings(subject, facts, standard.per_subject, standard.per_place)

    def outcome(self, rule: Rule, subject: Subject, token: Token) -> Outcome:
        """What the condition of `rule` comes to for `subject` as a whole; False for a class that it does not judge."""
        facts, standard, _ = self._judged(subject, token)
        return self._verdicts.outcome(rule, facts, standard.per_subject, standard.per_place)

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
        facts |= UNPROVED
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
            if self._verdicts.holds(f"issuer {issuer.id}", known.public, of_issuers().situation(facts)):
                return issuer.public_why
        token_class = standard.token_class
        name, public = f"class {token_class.id}", standard.public
        if public and self._verdicts.holds(name, public, of_classes().situation(facts)):
            return token_class.public_why
        return ""

    def _standing(self, facts: Facts, token_class: TokenClass, known: KnownIssuer | None, public: str) -> Standing:
        (way,) = self._way.holding(self._verdicts.language.situation(facts))
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

    def _standard(self, token_class: TokenClass, book: RuleBook, policy: Policy) -> _Standard:
        limits = token_class.limits | policy.limits.get(token_class.id, {})
        facts: dict[str, Any] = {f"limit.{name}": value for name, value in limits.items()}
        facts |= {"token.class": token_class.id, "token.gives": token_class.gives}
        own = policy.requires.get(token_class.id)
        required = token_class.requires if own is None else (Requirement(own, "the configuration"),)
        rules = self._verdicts.rules
        fit = [check for check in rules if not check.rule.classes or token_class.id in check.rule.classes]
        return _Standard(
            token_class,
            facts,
            Requirements(token_class.id, required, book.told, self._verdicts.holds),
            of_classes().condition(token_class.public) if token_class.public != "false" else None,
            self._verdicts.checks(check for check in fit if check.rule.per == "subject"),
            self._verdicts.checks(check for check in fit if check.rule.per == "place"),
        )
