"""The rule book from its files: the tables of all files together, then what each says of the others, checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple, get_args

import msgspec

from scanner.expressions import of_rules
from scanner.model import AHEAD, DECODERS, ENCODINGS, Case, Kind, Rule, RuleError, RuleId, Severity
from scanner.rulebook import Cap, Pattern, PatternExample, RuleBook, digest_of, rule_files
from scanner.rulebook.classes import make_class
from scanner.rulebook.files import (
    TABLES,
    CookieTable,
    LookalikeTable,
    PatternTable,
    Place,
    PublishedTable,
    RuleFile,
    check_keys,
    convert,
    read,
)
from scanner.rulebook.issuers import make_issuer, make_revocation
from scanner.rulebook.rule import check_condition, check_examples, check_id, look_up, make_rule

_SHIPPED: Final = frozenset({*TABLES, "vocabulary", "secret_words", "value", "value_words", "disable", "regrade"})
_USERS: Final = frozenset({"pattern", "rule", "issuer", "disable", "regrade"})
"""What a user's own folder may hold: classes, families and caps stay the same for every reader of a report."""

_DEEPEST: Final = 2
"""Encodings around one another: each takes three times as many anchors."""
_OUTER: Final = frozenset({"base64", "utf-16"})
"""Those inside of which others are looked for."""
_SHORTEST_HELD: Final = 4
"""Characters of a text that is rare enough to be looked for, whatever they are."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def build(base: Path, extra: Sequence[Path]) -> RuleBook:
    """The rule book of the folder `base` with the user's folders. Raises RuleError."""
    tables = _Tables()
    tables.add_folder(base, _SHIPPED)
    shipped = len(tables.entries["issuer"])
    for folder in extra:
        tables.add_folder(folder, _USERS)
    classes = {entry.table.id: make_class(*entry) for entry in tables.of("class")}
    if "unknown" not in classes:
        raise RuleError(f"{base}: has no class `unknown`", hint="end the classes with one for all that is left")
    revocations = tuple(make_revocation(*entry) for entry in tables.of("revocation"))
    if not revocations or revocations[-1].when != "true":
        raise RuleError(f"{base}: has no last [[revocation]]", hint='end them with one that says when = "true"')
    issuers = [make_issuer(*entry, classes) for entry in tables.of("issuer")]
    _check_types(tables)
    frameworks = {entry.table.id: entry.table.entry() for entry in tables.of("framework")}
    families = {
        family.id: tuple(look_up(name, frameworks, place, "maps") for name in family.maps)
        for place, family in tables.of("family")
    }
    rules = {
        entry.table.id: make_rule(entry.place, entry.table, classes, families, frameworks)
        for entry in tables.of("rule")
    }
    redirects = _redirects(tables)
    _apply_users_wishes(tables, rules, redirects)
    return RuleBook(
        patterns=(
            *(_pattern(*entry) for entry in tables.of("pattern")),
            *(_cookie(*entry) for entry in tables.of("cookie")),
            *(pattern for entry in tables.of("lookalike") if (pattern := _lookalike(*entry))),
        ),
        rules=tuple(rules[name] for name in sorted(rules)),
        examples={RuleId(name): entry.table.example for name, entry in tables.entries["rule"].items() if name in rules},
        told=frozenset(claim for _, rule in tables.of("rule") for claim in rule.misses),
        classes=tuple(classes.values()),
        issuers=(*issuers[shipped:], *issuers[:shipped]),
        issuer_examples={entry.table.id: entry.table.example for entry in tables.of("issuer")},
        revocations=revocations,
        caps=tuple(_cap(*entry) for entry in tables.of("cap")),
        published=dict(_published(*entry) for entry in tables.of("published")),
        vocabulary=tables.vocabulary,
        redirects=redirects,
        digest=digest_of(tables.texts),
    )


class _Entry(NamedTuple):
    """A table and where it stands."""

    place: Place
    table: Any


class _Tables:
    """All tables of all files, each entry unique by its name."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, _Entry]] = {kind: {} for kind in TABLES}
        self.vocabulary: dict[str, tuple[str, ...]] = {}
        self.disabled: list[tuple[Place, str]] = []
        self.regraded: list[tuple[Place, str, Severity]] = []
        self.texts: list[bytes] = []

    def of(self, kind: str) -> Iterator[_Entry]:
        """The entries of one kind, in the order of files."""
        yield from self.entries[kind].values()

    def add_folder(self, folder: Path, allowed: frozenset[str]) -> None:
        """Take in the files of a folder, which may hold these tables. Raises RuleError."""
        for path in rule_files(folder):
            self._add(read(path), allowed)

    def _add(self, file: RuleFile, allowed: frozenset[str]) -> None:
        top = Place(file.name, "")
        check_keys(file.document, allowed, top)
        self.texts.append(file.text)
        for kind, shape in TABLES.items():
            for place, raw in file.entries(kind):
                self._enter(kind, _Entry(place, convert(raw, shape, place)))
        for name, words in file.members("vocabulary"):
            if name in self.vocabulary:
                top.refuse(f"vocabulary.{name}", "is there already, in another file")
            self.vocabulary[name] = convert(words, tuple[str, ...], top, f"vocabulary.{name}")
        for name, severity in file.members("regrade"):
            self.regraded.append((top, name, convert(severity, Severity, top, f"regrade.{name}")))
        for name in convert(file.document.get("disable", []), list[str], top, "disable"):
            self.disabled.append((top, name))

    def _enter(self, kind: str, entry: _Entry) -> None:
        entries = self.entries[kind]
        field = next((field for field in ("id", "sha256") if hasattr(entry.table, field)), "")
        key = getattr(entry.table, field) if field else str(len(entries))
        if key in entries:
            entry.place.refuse(field, f"{key!r} is there already, in {entries[key].place.file}")
        entries[key] = entry


def _check_types(tables: _Tables) -> None:
    """Refuse a value of `typ` that two classes claim."""
    claimed: dict[str, str] = {}
    for place, table in tables.of("class"):
        for name in table.types:
            if name.lower() in claimed:
                place.refuse("types", f"{name.lower()!r} is that of class `{claimed[name.lower()]}` already")
            claimed[name.lower()] = table.id


def _redirects(tables: _Tables) -> dict[str, RuleId]:
    redirects: dict[str, RuleId] = {}
    for place, rule in tables.of("rule"):
        for former in rule.renamed_from:
            if former in redirects or former in tables.entries["rule"]:
                place.refuse("renamed_from", f"{former!r} is another rule's name")
            redirects[former] = RuleId(rule.id)
    return redirects


def _apply_users_wishes(tables: _Tables, rules: dict[str, Rule], redirects: dict[str, RuleId]) -> None:
    """Regrade and disable `rules`, which may be named by a former name."""
    names = {**{name: name for name in rules}, **redirects}
    for place, name, severity in tables.regraded:
        rule = look_up(name, names, place, "regrade")
        rules[rule] = msgspec.structs.replace(rules[rule], severity=(Case(severity),))
    for place, name in tables.disabled:
        rules.pop(look_up(name, names, place, "disable"), None)


def _pattern(place: Place, table: PatternTable) -> Pattern:
    check_id(table.id, place)
    if table.makes == "pragma":
        if table.decoder or table.within or table.joins or table.holds:
            place.refuse("decoder", "a pragma is not decoded")
    else:
        look_up(table.decoder, dict.fromkeys(DECODERS), place, "decoder")
    if table.follows and table.decoder != "setting":
        place.refuse("follows", "names are followed from settings alone", "leave it out")
    _check_within(place, table)
    _check_holds(place, table)
    pattern = table.pattern(place.file)
    for field in ("regex", "anchor", "extent", "behind"):
        _check_regex(place, field, getattr(pattern, field) or "")
    _check_ahead(place, pattern.ahead)
    _check_marks(place, table.example)
    return pattern


def _cookie(place: Place, table: CookieTable) -> Pattern:
    check_id(table.id, place)
    pattern = table.pattern(place.file)
    for field in ("regex", "anchor", "extent", "behind"):
        _check_regex(place, field, getattr(pattern, field) or "")
    _check_ahead(place, pattern.ahead)
    _check_marks(place, table.example)
    return pattern


def _check_within(place: Place, table: PatternTable) -> None:
    """Refuse encodings that detection does not know, or too many of them around one another."""
    known = dict.fromkeys(ENCODINGS)
    for names in table.within:
        for name in names:
            look_up(name, known, place, "within")
        if not 1 <= len(names) <= _DEEPEST:
            place.refuse("within", f"{len(names)} encodings", f"name one to {_DEEPEST}, outermost first")
        if not _OUTER.issuperset(names[:-1]):
            place.refuse("within", f"nothing is looked for inside of {names[0]!r}", "name it last")


def _check_holds(place: Place, table: PatternTable) -> None:
    """Refuse texts that tell of no head, or that are everywhere."""
    if table.holds and not table.joins and ("base64",) not in table.within:
        place.refuse("holds", "no gap parts what is neither joined nor in base64", "set `joins`, or leave it out")
    for text in table.holds:
        if len(text) < _SHORTEST_HELD:
            place.refuse("holds", f"{text!r} is too short", f"name texts of {_SHORTEST_HELD} characters or more")


def _check_ahead(place: Place, ahead: str) -> None:
    """Refuse what is no expression, or looks further than detection has at hand."""
    try:
        _, most = _parser.parse(ahead).getwidth()
    except re.error as error:
        place.refuse("ahead", str(error))
    if most > AHEAD:
        place.refuse("ahead", "it looks too far", f"let it take {AHEAD} bytes at most")


def _lookalike(place: Place, table: LookalikeTable) -> Pattern | None:
    """The pattern that looks for it; None for what is only named."""
    check_id(table.id, place)
    _check_regex(place, "regex", table.regex)
    if not table.found:
        return None
    _check_marks(place, table.example)
    for field in ("issuer", "revoke"):
        if not getattr(table, field):
            place.refuse(field, "is missing: what is found must be ended somewhere")
    return table.pattern(place.file)


def _check_regex(place: Place, field: str, regex: str) -> None:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    try:
        re2.compile(regex.encode("latin-1"), options)
    except re2.error as error:
        place.refuse(field, error.args[0].decode("latin-1"), "patterns are in RE2's syntax")
    except UnicodeEncodeError:
        place.refuse(field, "has a character above U+00FF", "a pattern matches bytes")


def _check_marks(place: Place, examples: Sequence[PatternExample]) -> None:
    for number, example in enumerate(examples, 1):
        if not re.fullmatch("[^«»]*(«[^«»]+»[^«»]*)*", example.text):
            place.refuse(f"example {number}", "its marks are not paired", "put « before a span and » behind it")
    check_examples(place, [bool(example.spans) for example in examples])


def _cap(place: Place, cap: Cap) -> Cap:
    for kind in cap.on or get_args(Kind):
        check_condition(of_rules(kind), cap.when, place, "when")
    return cap


def _published(place: Place, table: PublishedTable) -> tuple[str, str]:
    if not _SHA256.fullmatch(table.sha256):
        place.refuse("sha256", "is not 64 lower-case hex digits")
    return table.sha256, table.name
