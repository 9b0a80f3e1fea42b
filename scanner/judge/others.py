"""Judgement of cookies, keys and secrets: their facts, then the rules on their kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.expressions import Outcome
from scanner.judge.cookie import cookie_facts
from scanner.judge.exposure import exposure
from scanner.judge.place import seen_facts
from scanner.judge.private_key import key_facts
from scanner.judge.session_secret import secret_facts
from scanner.judge.verdicts import UNPROVED, Verdicts
from scanner.model import Cookie, Decoded, Finding, Key, Kind, Policy, Rule, Secret, Subject
from scanner.rulebook import RuleBook


class OtherJudge:
    """Applies the rules in force on one kind of subject, as of one moment."""

    def __init__(self, kind: Kind, book: RuleBook, policy: Policy, now: int) -> None:
        """`now` is in seconds since 1970-01-01 UTC."""
        self._now = now
        self._verdicts = Verdicts(kind, book, policy)
        self._per_subject, self._per_place = (
            self._verdicts.checks(check for check in self._verdicts.rules if check.rule.per == per)
            for per in ("subject", "place")
        )
        self._published = book.published

    @property
    def undecided(self) -> Mapping[str, str]:
        """Conditions that failed for some subject, with the first error."""
        return self._verdicts.undecided

    def judge(self, subject: Subject, decoded: Decoded) -> list[Finding]:
        """The findings on `subject`, of which `decoded` is what it says; sets the subject's shown facts."""
        facts = self._facts(subject, decoded)
        self._verdicts.tell(subject, facts, None)
        return self._verdicts.findings(subject, facts, self._per_subject, self._per_place)

    def outcome(self, rule: Rule, subject: Subject, decoded: Decoded) -> Outcome:
        """What the condition of `rule` comes to for `subject` as a whole."""
        return self._verdicts.outcome(rule, self._facts(subject, decoded), self._per_subject, self._per_place)

    def _facts(self, subject: Subject, decoded: Decoded) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        if isinstance(decoded, Cookie):
            facts |= cookie_facts(decoded, subject.sightings, self._now)
        elif isinstance(decoded, Key):
            facts |= key_facts(decoded, self._published)
        elif isinstance(decoded, Secret):
            facts |= secret_facts(decoded, subject.sightings)
        facts |= seen_facts(subject.sightings, subject.seen)
        facts |= UNPROVED
        subject.evidence.update(exposure(subject.sightings, facts, self._now))
        facts.update((f"evidence.{name}", value) for name, value in subject.evidence.items())
        return facts
