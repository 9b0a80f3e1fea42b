"""Judgement: from the facts of a subject to findings, by the rules of the rule book and the user's policy."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.expressions import Outcome
from scanner.judge.others import OtherJudge
from scanner.judge.tokens import TokenJudge
from scanner.model import Decoded, Finding, Kind, Policy, Rule, Subject, Token
from scanner.rulebook import RuleBook


class Judge:
    """Applies the rules in force to one subject after another, as of one moment."""

    def __init__(self, book: RuleBook, policy: Policy, now: int) -> None:
        """`now` is the clock of every judgement, in seconds since 1970-01-01 UTC."""
        self._given = book, policy, now
        self._tokens: TokenJudge | None = None
        self._others: dict[Kind, OtherJudge] = {}

    @property
    def undecided(self) -> Mapping[str, str]:
        """Conditions that failed for some subject: a rule's id, or such as `issuer ID`, with the first error."""
        judges: list[TokenJudge | OtherJudge] = [*self._others.values()]
        if self._tokens:
            judges.append(self._tokens)
        return {name: error for judge in judges for name, error in judge.undecided.items()}

    def judge(self, subject: Subject, decoded: Decoded) -> list[Finding]:
        """The findings on `subject`, of which `decoded` is what it says; sets the subject's shown facts."""
        if isinstance(decoded, Token):
            return self._of_tokens().judge(subject, decoded)
        return self._of_others(subject.kind).judge(subject, decoded)

    def outcome(self, rule: Rule, subject: Subject, decoded: Decoded) -> Outcome:
        """What the condition of `rule` comes to for `subject` as a whole; False for a class that it does not judge."""
        if isinstance(decoded, Token):
            return self._of_tokens().outcome(rule, subject, decoded)
        return self._of_others(subject.kind).outcome(rule, subject, decoded)

    def _of_tokens(self) -> TokenJudge:
        self._tokens = self._tokens or TokenJudge(*self._given)
        return self._tokens

    def _of_others(self, kind: Kind) -> OtherJudge:
        if kind not in self._others:
            self._others[kind] = OtherJudge(kind, *self._given)
        return self._others[kind]
