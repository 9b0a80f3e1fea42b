"""Rule files as they are written: TOML into tables of known shape, each with its place for error messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, NoReturn, TypeVar

import msgspec

from scanner.model import FrameworkEntry, Kind, RuleError, Severity
from scanner.rulebook import (
    Cap,
    CookieFamily,
    Example,
    IssuerExample,
    Lookalike,
    Mark,
    Pattern,
    PatternExample,
    Requirement,
    SecretName,
    SecretWords,
    ValueShape,
    ValueShapes,
)

Shape = TypeVar("Shape")

PATTERNS: Final = "patterns*.toml"
LOOKALIKES: Final = "lookalikes.toml"
COOKIES: Final = "cookies-*.toml"
"""The shipped files that a clean scan reads."""
SECRETS: Final = "session-secrets.toml"
VALUES: Final = "secret-values.toml"

_UNKNOWN_FIELD: Final = re.compile("Object contains unknown field `(.*)`")
"""How msgspec says it."""


class Place(NamedTuple):
    """Where something stands in the rule files, for people."""

    file: str
    entry: str
    """Such as "rule `token-leaked`"; empty for the top of the file."""

    def refuse(self, field: str, what: str, hint: str = "") -> NoReturn:
        """Raise RuleError for a field here."""
        raise RuleError(": ".join(part for part in (self.file, self.entry, field, what) if part), hint)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class PatternTable(_Table, frozen=True):
    """A `[[pattern]]`."""

    id: str
    makes: Literal["token", "cookie", "key", "secret", "pragma"]
    regex: str | tuple[str, ...]
    """A list is one of alternatives; so is that of `anchor`."""
    decoder: str = ""
    anchor: str | tuple[str, ...] | None = None
    extent: str | None = None
    within: tuple[tuple[str, ...], ...] = ()
    behind: str = ""
    joins: bool = False
    holds: tuple[str, ...] = ()
    ahead: str = ""
    follows: bool = False
    example: tuple[PatternExample, ...] = ()

    def pattern(self, source: str) -> Pattern:
        """The pattern that it states."""
        regex = self.regex if isinstance(self.regex, str) else "|".join(self.regex)
        anchor = self.anchor if self.anchor is None or isinstance(self.anchor, str) else "|".join(self.anchor)
        return Pattern(
            self.id,
            self.makes,
            self.decoder,
            regex,
            anchor,
            self.extent or (f"{self.behind}*" if self.behind else None),
            self.example,
            source,
            self.within,
            self.behind,
            self.joins,
            self.holds,
            self.ahead,
            self.follows,
        )


class CookieTable(_Table, frozen=True):
    """A `[[cookie]]`."""

    id: str
    title: str
    frameworks: tuple[str, ...]
    gives: Literal["identity", "code", "state", "nothing"]
    source: str
    tested: str
    regex: str | tuple[str, ...]
    names: tuple[str, ...] = ()
    anchor: str | tuple[str, ...] | None = None
    behind: str = ""
    extent: str | None = None
    ahead: str = ""
    example: tuple[PatternExample, ...] = ()

    def pattern(self, source: str) -> Pattern:
        """The pattern that finds it."""
        shape = PatternTable(
            self.id,
            "cookie",
            self.regex,
            self.id,
            self.anchor,
            self.extent,
            behind=self.behind,
            ahead=self.ahead,
            example=self.example,
        )
        return shape.pattern(source)

    def family(self) -> CookieFamily:
        """The entry that it states."""
        return CookieFamily(self.id, self.title, self.frameworks, self.names, self.gives, self.source, self.tested)


class LookalikeTable(_Table, frozen=True, rename={"what": "is"}):
    """A `[[lookalike]]`."""

    id: str
    title: str
    what: Literal["secret", "public", "cookie", "other"]
    regex: str
    members: tuple[str, ...] = ()
    issuer: str = ""
    grave: bool = False
    revoke: str = ""
    references: tuple[str, ...] = ()
    example: tuple[PatternExample, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it is looked for, not only named."""
        return self.what in ("secret", "public")

    def pattern(self, source: str) -> Pattern:
        """The pattern that finds it."""
        return Pattern(self.id, "token", "vendor", self.regex, None, None, self.example, source)

    def lookalike(self) -> Lookalike:
        """The entry that it states."""
        return Lookalike(
            self.id,
            self.title,
            self.what,
            self.regex,
            self.members,
            self.issuer,
            self.grave,
            self.revoke,
            self.references,
        )


class SecretTable(_Table, frozen=True):
    """A `[[secret]]`: what secrets of one framework or use are called."""

    id: str
    title: str
    purpose: Literal["session", "jwt", "cookie", "csrf", "encryption", "framework"]
    names: tuple[str, ...]
    bytes: int
    source: str
    told_by: Literal["name", "value", "context"] = "name"
    calls: dict[str, int] = {}
    general: bool = False
    example: tuple[PatternExample, ...] = ()

    def secret_name(self) -> SecretName:
        """The entry that it states."""
        return SecretName(
            self.id,
            self.title,
            self.purpose,
            self.names,
            self.told_by,
            self.bytes,
            self.source,
            self.calls,
            self.general,
        )


class CaseTable(_Table, frozen=True, rename={"severity": "is"}):
    """A case of a rule's `severity`."""

    severity: Severity
    when: str | None = None


class RuleTable(_Table, frozen=True):
    """A `[[rule]]`."""

    id: str
    on: Kind
    family: str
    when: str
    severity: Severity | tuple[CaseTable, ...]
    title: str
    message: str
    remedy: str
    why: str
    per: Literal["subject", "place"] = "subject"
    classes: tuple[str, ...] = ()
    confidence: Literal["proved", "likely", "possible"] = "likely"
    maps: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    renamed_from: tuple[str, ...] = ()
    example: tuple[Example, ...] = ()


class ClassTable(_Table, frozen=True):
    """A `[[class]]`."""

    id: str
    title: str
    source: str
    gives: Literal["access", "identity", "nothing", "unknown"] = "access"
    types: dict[str, str] = {}
    when: str = "false"
    without_expiry: Literal["never", "lifetime", "unknown"] = "never"
    public: str = "false"
    public_why: str = ""
    limits: dict[str, int | str] = {}
    requires: tuple[Requirement, ...] = ()


class IssuerTable(_Table, frozen=True, rename={"token_class": "class"}):
    """An `[[issuer]]`."""

    id: str
    title: str
    known_by: tuple[Mark, ...]
    powers: str
    url: str
    token_class: str = ""
    calls_it: str = ""
    environment: Literal["", "development", "production"] = ""
    publishes_keys: bool = False
    lifetime: str | None = None
    source: str = ""
    accepted_for: str | None = None
    renew_by: tuple[str, ...] = ()
    omits: frozenset[str] = frozenset()
    power_claims: tuple[str, ...] = ()
    broad: tuple[str, ...] = ()
    public: str = "false"
    public_why: str = ""
    revoke: str | None = None
    rotate: str | None = None
    example: tuple[IssuerExample, ...] = ()


class RevocationTable(_Table, frozen=True):
    """A `[[revocation]]`."""

    when: str
    say: str


class FamilyTable(_Table, frozen=True):
    """A `[[family]]`: the framework entries that its rules map to, by id."""

    id: str
    title: str
    maps: tuple[str, ...]


class FrameworkTable(FrameworkEntry, frozen=True, forbid_unknown_fields=True):
    """A `[[framework]]`: one entry of a framework."""

    def entry(self) -> FrameworkEntry:
        """The entry that it states."""
        return FrameworkEntry(*msgspec.structs.astuple(self))


class PublishedTable(_Table, frozen=True):
    """A `[[published]]`: a token that everybody knows."""

    sha256: str
    name: str


class RuleFile(NamedTuple):
    """A rule file that was read."""

    name: str
    text: bytes
    document: dict[str, Any]

    def entries(self, table: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        """The entries of an array of tables, each with its place."""
        entries = self.document.get(table, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            Place(self.name, "").refuse(table, "is no array of tables", f"begin each entry with [[{table}]]")
        for number, entry in enumerate(entries, 1):
            name = entry.get("id")
            yield Place(self.name, f"{table} `{name}`" if isinstance(name, str) else f"{table} {number}"), entry

    def members(self, table: str) -> Iterator[tuple[str, Any]]:
        """The members of a table."""
        yield from convert(self.document.get(table, {}), dict[str, Any], Place(self.name, ""), table).items()


def read(path: Path) -> RuleFile:
    """A rule file. Raises RuleError where it cannot be read or is no TOML."""
    import tomli

    try:
        text = path.read_bytes()
        return RuleFile(path.name, text, tomli.loads(text.decode()))
    except OSError as error:
        raise RuleError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: is not UTF-8, at byte {error.start}") from None
    except tomli.TOMLDecodeError as error:
        raise RuleError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    except RecursionError:
        raise RuleError(f"{path}: is nested too deeply") from None


def read_patterns(folder: Path) -> tuple[Pattern, ...]:
    """The patterns of a folder's rules that are kept in the files of patterns. Raises RuleError."""
    files, lookalikes = [read(path) for path in sorted(folder.glob(PATTERNS))], read(folder / LOOKALIKES)
    tables = (entry for file in files for entry in file.entries("pattern"))
    patterns = [convert(table, PatternTable, place).pattern(place.file) for place, table in tables]
    patterns += (table.pattern(place.file) for place, table in _cookies(folder))
    alike = (convert(table, LookalikeTable, place) for place, table in lookalikes.entries("lookalike"))
    return (*patterns, *(table.pattern(lookalikes.name) for table in alike if table.found))


def read_cookies(folder: Path) -> dict[str, CookieFamily]:
    """The wire formats of cookies of a folder's rules, by id. Raises RuleError."""
    return {table.id: table.family() for _, table in _cookies(folder)}


def _cookies(folder: Path) -> Iterator[tuple[Place, CookieTable]]:
    for path in sorted(folder.glob(COOKIES)):
        for place, table in read(path).entries("cookie"):
            yield place, convert(table, CookieTable, place)


def read_lookalikes(folder: Path) -> tuple[Lookalike, ...]:
    """The table of what looks like a token, in its order. Raises RuleError."""
    file = read(folder / LOOKALIKES)
    return tuple(convert(table, LookalikeTable, place).lookalike() for place, table in file.entries("lookalike"))


def read_secret_names(folder: Path) -> tuple[tuple[SecretName, ...], SecretWords]:
    """The names of secrets, in their order, and the words around them. Raises RuleError."""
    file = read(folder / SECRETS)
    names = tuple(convert(table, SecretTable, place).secret_name() for place, table in file.entries("secret"))
    words = file.document.get("secret_words", {})
    return names, convert(words, SecretWords, Place(file.name, ""), "secret_words")


def read_value_shapes(folder: Path) -> ValueShapes:
    """The shapes of values, in their order. Raises RuleError."""
    file = read(folder / VALUES)
    shapes = tuple(convert(table, ValueShape, place) for place, table in file.entries("value"))
    words = convert(
        file.document.get("value_words", {}), dict[str, frozenset[str]], Place(file.name, ""), "value_words"
    )
    return ValueShapes(shapes, words.get("testing", frozenset()))


def convert(value: Any, shape: type[Shape], place: Place, field: str = "") -> Shape:
    """`value` in its shape. Raises RuleError for a field that is missing, unknown or of the wrong type."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        path = field + where.removesuffix("`")
        unknown = _UNKNOWN_FIELD.fullmatch(what)
        if unknown:
            path, what = f"{path}.{unknown[1]}", "is no field" + _nearest(unknown[1], shape)
        place.refuse(path.lstrip("."), what[0].lower() + what[1:])


def check_keys(document: Mapping[str, Any], known: frozenset[str], place: Place) -> None:
    """Raise RuleError for a key that is not known at the top of a file."""
    from scanner.written import nearest

    for key in document:
        if key not in known:
            place.refuse(key, "is no table of a rule file" + nearest(key, known), "use " + ", ".join(sorted(known)))


def _nearest(name: str, shape: type) -> str:
    from scanner.written import nearest

    return nearest(name, getattr(shape, "__struct_encode_fields__", ()))


TABLES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "pattern": PatternTable,
    "cookie": CookieTable,
    "lookalike": LookalikeTable,
    "secret": SecretTable,
    "rule": RuleTable,
    "class": ClassTable,
    "issuer": IssuerTable,
    "revocation": RevocationTable,
    "family": FamilyTable,
    "framework": FrameworkTable,
    "cap": Cap,
    "published": PublishedTable,
}
"""The arrays of tables that a rule file may hold, and the shape of their entries."""
