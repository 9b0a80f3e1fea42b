"""One rule: from its table to a checked `Rule`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from scanner.expressions import ConditionError, Language, of_rules
from scanner.facts import FACTS, LIMITS
from scanner.model import Case, FrameworkEntry, Message, Rule, RuleId, Severity, Slot
from scanner.rulebook import Example
from scanner.rulebook.files import Place, RuleTable
from scanner.showing import show
from scanner.written import nearest

_KEBAB: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SLOT: Final = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")


_TEXTS: Final = frozenset(name for name, fact in FACTS.items() if fact.since == "verdict")
_SHOWN: Final = {name: fact for name, fact in {**FACTS, **LIMITS}.items() if fact.shown}

Value = TypeVar("Value")


def make_rule(
    place: Place,
    table: RuleTable,
    classes: Mapping[str, object],
    families: Mapping[str, tuple[FrameworkEntry, ...]],
    frameworks: Mapping[str, FrameworkEntry],
) -> Rule:
    """The rule that a table states, its names looked up in the tables of the book. Raises RuleError."""
    check_id(table.id, place)
    language = of_rules(table.on)
    check_condition(language, table.when, place, "when")
    for number, example in enumerate(table.example, 1):
        _check_example(place, f"example {number}", example)
    check_examples(place, [example.finds is not False for example in table.example])
    mappings = [*look_up(table.family, families, place, "family")]
    mappings += (look_up(name, frameworks, place, "maps") for name in table.maps)
    for name in table.classes:
        look_up(name, classes, place, "classes")
    if table.misses and table.classes:
        place.refuse(
            "misses", "cannot be told of some classes alone", "leave `classes` out: each says what it requires"
        )
    return Rule(
        id=RuleId(table.id),
        on=table.on,
        per=table.per,
        classes=frozenset(table.classes),
        when=table.when,
        severity=_cases(place, table, language),
        confidence=table.confidence,
        family=table.family,
        title=table.title,
        message=make_message(place, "message", table.message, table.on),
        remedy=make_message(place, "remedy", table.remedy, table.on),
        why=table.why,
        references=table.references,
        mappings=tuple(dict.fromkeys(mappings)),
        source=place.file,
    )


def look_up(name: str, known: Mapping[str, Value], place: Place, field: str) -> Value:
    """What `name` stands for. Raises RuleError with the nearest name where it is not known."""
    if name not in known:
        place.refuse(field, f"{name!r} is not known" + nearest(name, known))
    return known[name]


def check_id(name: str, place: Place) -> None:
    """Refuse an id that is not in kebab case."""
    if not _KEBAB.fullmatch(name):
        place.refuse("id", f"{name!r} is not in kebab case", "write it like `token-no-expiry`")


def check_condition(language: Language, source: str, place: Place, field: str) -> None:
    """Refuse a condition that does not compile."""
    try:
        language.condition(source)
    except ConditionError as error:
        place.refuse(field, str(error))


def check_examples(place: Place, fire: Sequence[bool]) -> None:
    """Refuse an entry that does not show both what it is for and where it stops."""
    if True not in fire:
        place.refuse("example", "none fires", "add one that it finds")
    if False not in fire:
        place.refuse("example", "none is a near miss", "add one that looks alike and must not fire")


def _check_example(place: Place, field: str, example: Example) -> None:
    if example.token is not None and not any("{token}" in text for text in (example.files.values() or (example.text,))):
        place.refuse(field, "its text has no {token}", "write {token} where the token is to stand")
    if example.undecided and example.finds is not False:
        place.refuse(field, "cannot both fire and be undecided")


def _cases(place: Place, table: RuleTable, language: Language) -> tuple[Case, ...]:
    if isinstance(table.severity, Severity):
        return (Case(table.severity),)
    if not table.severity or table.severity[-1].when is not None:
        place.refuse("severity", "its last case has a condition", 'end with a case such as { is = "medium" }')
    for number, case in enumerate(table.severity[:-1], 1):
        if case.when is None:
            place.refuse("severity", f"case {number} has no condition, so none behind it is ever reached")
        check_condition(language, case.when, place, f"severity: case {number}")
    return tuple(Case(case.severity, case.when) for case in table.severity)


def make_message(place: Place, field: str, text: str, kind: str, *, told: frozenset[str] = _TEXTS) -> Message:
    """The message that a text with slots states, about a subject of this kind. Raises RuleError.

    `told` are those facts that are texts themselves which it may use; what follows from it, it cannot.
    """
    parts: list[str | Slot] = []
    end = 0
    for found in _SLOT.finditer(text):
        if found[1] in _TEXTS - told:
            place.refuse(field, f"{{{found[1]}}} follows from this", "use other facts")
        parts += [text[end : found.start()], _slot(place, field, found[1], found[2], kind)]
        end = found.end()
    parts.append(text[end:])
    for part in parts:
        if isinstance(part, str) and re.search("[{}]", part):
            place.refuse(field, f"has a stray brace in {part!r}", "write {fact} or {fact|words instead}")
    return Message(tuple(part for part in parts if part))


def _slot(place: Place, field: str, name: str, instead: str | None, kind: str) -> Slot:
    fact = _SHOWN.get(name)
    if fact is None or not name.startswith((f"{kind}.", "seen.", "evidence.", "limit.")):
        place.refuse(field, f"{{{name}}} is no fact that may be shown" + nearest(name, _SHOWN))
    if instead is None and not fact.always:
        place.refuse(field, f"{{{name}}} may be unknown", f"write {{{name}|words instead}}")
    return Slot(name, instead, show(fact))
