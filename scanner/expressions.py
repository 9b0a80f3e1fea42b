"""The language of conditions: CEL over registered facts, with three outcomes. The only module that knows the runtime.

A condition is compiled and type-checked when its rule is loaded, and decided for each subject. What the runtime says of
a failed evaluation may quote a claim, so only words of our own leave this module.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from cel_expr_python import cel

from scanner.facts import FACTS, LIMITS, Fact, FactType
from scanner.model import Facts, Kind
from scanner.written import nearest

_TYPES: Final[dict[FactType, Any]] = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "list": cel.Type.List(cel.Type.STRING),
    "map": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
}

_FACT_IS_UNKNOWN: Final = "UNKNOWN: No value with name"
"""How the runtime begins its answer where a fact is absent; found by trying version 0.1.3."""

_ERRORS: Final = {
    "INVALID_ARGUMENT": "a value is of the wrong kind",
    "NOT_FOUND": "a map has no member of that name",
    "OUT_OF_RANGE": "a number is out of range",
    "UNKNOWN": "no operation takes values of these types",
}
"""The runtime's status codes in our words."""

_POSITION: Final = re.compile(r"<input>:(\d+):(\d+): (.*)")
_DOTTED: Final = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
_REMEMBERED: Final = 4096
"""Outcomes that a condition remembers; then it begins anew."""
_ALONE: Final = 8
"""Conditions that are evaluated with their own facts alone, before all facts are made ready."""
_MACHINERY: Final = re.compile(r" expecting \{.*| \(in container ''\)| \[[A-Z_]+\]$")
"""What a compiler's report says to the compiler's own authors."""


class ConditionError(ValueError):
    """A condition that does not compile; the message begins with line and column, both from 1."""


class Undecided(NamedTuple):
    """What a condition comes to where it is neither true nor false."""

    error: str
    """Empty where a fact is unknown, as happens every day; else what went wrong, for the author of the rule."""


Outcome = bool | Undecided
"""A condition holds only where this is True."""

_UNKNOWN: Final = Undecided("")


class Situation:
    """The facts of one subject, ready for any number of conditions."""

    __slots__ = ("_env", "_evaluated", "_whole", "facts")

    def __init__(self, env: Any, facts: Facts) -> None:
        self._env = env
        self._whole: Any = None
        self._evaluated = 0
        self.facts = facts

    def activation(self, names: Sequence[str] | None) -> Any:
        """The facts of these names, or all, as the runtime holds them.

        All facts take it twelve times as long as those of one condition, but then serve all conditions. So the first
        few conditions that have to be evaluated, most often the only ones, get their own.
        """
        if self._whole is None:
            self._evaluated += 1
            if names is not None and self._evaluated <= _ALONE:
                facts = self.facts
                return self._env.Activation({name: facts[name] for name in names if name in facts})
            self._whole = self._env.Activation(self.facts)
        return self._whole


def values_of(names: Iterable[str], facts: Facts) -> tuple[Any, ...]:
    """The values of these facts, by which an outcome is remembered; None for one that is not known."""
    fact = facts.get
    return tuple([tuple(v) if type(v := fact(name)) is list else v for name in names])


class Condition:
    """A compiled expression that is true or false of a situation.

    What it came to is remembered by the values of the facts that it names: the tokens of a log differ in little that
    matters, and an evaluation costs ten times a look-up.
    """

    __slots__ = ("_expression", "_known", "names")

    def __init__(self, expression: Any, names: Sequence[str] | None) -> None:
        """`names` are the facts that it names; None where one of them is a map, by whose values none is remembered."""
        self._expression = expression
        self.names = names
        self._known: dict[tuple[Any, ...], Outcome] = {}

    def decide(self, situation: Situation) -> Outcome:
        """Whether it holds. Never raises: a hostile subject must not end a scan."""
        if self.names is None:
            return self._evaluate(situation)
        values = values_of(self.names, situation.facts)
        try:
            outcome = self._known.get(values)
        except TypeError:  # a value that is not of its fact's type
            return self._evaluate(situation)
        if outcome is None:
            outcome = self._evaluate(situation)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[values] = outcome
        return outcome

    def _evaluate(self, situation: Situation) -> Outcome:
        try:
            value = self._expression.eval(situation.activation(self.names)).value()
        except Exception:  # noqa: BLE001 - the runtime raises whatever its C++ side does, for lone surrogates for one
            return Undecided("the runtime cannot hold a value")
        if value is True:
            return True
        if value is False:
            return False
        # The expression is of type bool, so anything else is the text of an error.
        if value.startswith(_FACT_IS_UNKNOWN):
            return _UNKNOWN
        return Undecided(_ERRORS.get(value.partition(":")[0], "the expression failed"))


class Language:
    """Conditions over a set of facts, each a variable of its registered type."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._types = {fact.name: fact.type for fact in facts}
        self._names = frozenset(self._types)
        self._env = cel.NewEnv(variables={name: _TYPES[kind] for name, kind in self._types.items()})
        self._conditions: dict[str, Condition] = {}

    def condition(self, source: str) -> Condition:
        """The condition that `source` states, compiled once. Raises ConditionError."""
        known = self._conditions.get(source)
        if known is None:
            known = self._conditions[source] = Condition(self._compile(source), self._keys(source))
        return known

    def situation(self, facts: Facts) -> Situation:
        """These facts as the language's variables; facts of other names are ignored."""
        return Situation(self._env, facts)

    def _keys(self, source: str) -> tuple[str, ...] | None:
        """The facts that an expression may name, or None where one of them is a map."""
        words = (word.split(".") for word in set(_DOTTED.findall(source)))
        heads = {".".join(word[:length]) for word in words for length in range(2, len(word) + 1)}
        names = heads & self._names
        return None if any(self._types[name] == "map" for name in names) else tuple(sorted(names))

    def _compile(self, source: str) -> Any:
        try:
            expression = self._env.compile(source)
        except (RuntimeError, ValueError) as error:
            raise ConditionError(self._explain(str(error))) from None
        if expression.return_type() != cel.Type.BOOL:
            raise ConditionError(f"1:1: is of type {expression.return_type().name().lower()}, not bool")
        return expression

    def _explain(self, error: str) -> str:
        """The first mistake of a compiler's report, with the place and the name that was perhaps meant."""
        found = _POSITION.search(error)
        line, column, what = found.groups() if found else ("1", "1", error.splitlines()[0])
        what = _MACHINERY.sub("", what)
        undeclared = re.match(r"undeclared reference to '(.*)'", what)
        if undeclared:
            what += nearest(undeclared[1], sorted(self._names))
        return f"{line}:{column}: {what}"


@functools.cache
def of_issuers() -> Language:
    """What the condition of an issuer may ask: what decoding tells of the token itself."""
    return _of_tokens("decoding")


@functools.cache
def of_classes() -> Language:
    """What the condition of a class may ask: facts of the token itself and of its issuer."""
    return _of_tokens("decoding", "issuer")


def _of_tokens(*since: str) -> Language:
    return Language(fact for fact in FACTS.values() if fact.name.startswith("token.") and fact.since in since)


@functools.cache
def of_rules(kind: Kind) -> Language:
    """What rules on a kind of subject, and severity caps, may ask: its facts, where it was seen, what was
    proved of it, and the limits."""
    about = (f"{kind}.", "seen.", "evidence.")
    facts = (fact for fact in FACTS.values() if fact.name.startswith(about) and fact.since != "verdict")
    return Language([*facts, *LIMITS.values()])
