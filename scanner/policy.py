"""The user's configuration: found, read once, checked in full, and turned into a `Policy`.

`tokensweep.toml`, `.tokensweep.toml`, or `[tool.tokensweep]` in `pyproject.toml`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import tomli

from scanner import written
from scanner.model import PathRule, Policy, PolicyError

NAMES = ("tokensweep.toml", ".tokensweep.toml", "pyproject.toml")
"""The files that may hold a configuration, in the order in which a folder is searched."""

_MAX_BYTES = 1 << 20
"""A larger configuration is refused: it comes with the scanned files, so it may be hostile."""

_MAX_LINES_LOCATED = 2_000
"""Locating a key parses every beginning of the file, which is quadratic; further down a mistake has no line."""

Keys = tuple[str | int, ...]
"""The way to a value in a TOML document: `("suppress", 0, "paths")`."""

Read = Callable[[Any], Any]
"""Turns a TOML value into ours; raises ValueError with what was expected."""


def find(start: Path) -> Path | None:
    """The configuration in force for a target: the first one from its folder upwards; None if there is none.

    The search ends at the root of the repository that holds the target. Without a repository it ends at the current
    folder if that holds the target, else at the target's own folder: what lies above may be another user's.
    """
    start = start.absolute()
    folders = [start, *start.parents] if start.is_dir() else [*start.parents]
    for folder in folders[: _depth(folders)]:
        for name in NAMES:
            path = folder / name
            if os.path.isfile(path) and (name != "pyproject.toml" or _concerns_us(path)):
                return path
    return None


def load(path: Path) -> Policy:
    """The policy that a configuration file states. Paths in it are relative to its folder.

    Raises PolicyError with all mistakes, one a line, each with its place. Names of rules, classes and limits are not
    known here: see `check_names`.
    """
    document = _Document(path)
    table = dict(document.table)
    classes = document.entries(("limits",), table.pop("limits", {}), lambda limits: dict(written.table(limits)))
    required = {name: limits.pop(_REQUIRES) for name, limits in classes.items() if limits and _REQUIRES in limits}
    nested: dict[str, Any] = {
        "severities": document.entries(("severity",), table.pop("severity", {}), written.severity),
        "limits": {
            name: document.entries(("limits", name), limits, written.limit)
            for name, limits in classes.items()
            if limits
        },
        "requires": {
            name: document.value(("limits", name, _REQUIRES), claims, written.texts)
            for name, claims in required.items()
        },
        "suppressions": document.suppressions(table.pop("suppress", [])),
    }
    fields = document.fields((), table, KEYS)
    document.raise_mistakes()
    folder = path.absolute().parent
    for field in ("rules", "jwks", "wordlists"):
        fields[field] = tuple(str(folder / path) for path in fields.get(field) or ())
    if "baseline" in fields:
        fields["baseline"] = str(folder / fields["baseline"])
    nested["limits"] = {
        name: {limit.replace("-", "_"): value for limit, value in limits.items()}
        for name, limits in nested["limits"].items()
    }
    return Policy(**fields, **nested, source=str(path))


def stated(path: Path) -> frozenset[str]:
    """The keys that a configuration file states. Raises PolicyError."""
    return frozenset(_Document(path).table)


def own_table(pyproject: bytes) -> Any:
    """What the text of a pyproject.toml says of us, None where that is nothing; the text itself where it is broken."""
    try:
        tool = tomli.loads(pyproject.decode()).get("tool", {})
    except (ValueError, RecursionError):
        return pyproject
    return tool.get("tokensweep") if isinstance(tool, dict) else None


def names_rules(policy: Policy) -> bool:
    """Whether the policy holds names that only the full rule book can check."""
    named = any(rule.rules for rule in policy.suppressions)
    return bool(policy.disabled_rules or policy.severities or policy.limits or policy.requires or named)


def check_names(policy: Policy, rules: Collection[str], limits: Mapping[str, Collection[str]]) -> None:
    """Raise PolicyError for every rule, class or limit that the policy names and the rule book does not have.

    `limits` gives the names of each class's limits.
    """
    if policy.source is None:
        return
    document = _Document(Path(policy.source))
    for rule in sorted(policy.disabled_rules):
        document.check_name(("disable",), rule, rules, "rule")
    for rule in policy.severities:
        document.check_name(("severity", rule), rule, rules, "rule")
    for number, suppression in enumerate(policy.suppressions):
        for rule in suppression.rules:
            document.check_name(("suppress", number, "rules"), rule, rules, "rule")
    for name in policy.requires.keys() - policy.limits.keys():
        document.check_name(("limits", name), name, limits, "class")
    for name, own in policy.limits.items():
        if document.check_name(("limits", name), name, limits, "class"):
            for limit in own:
                key = limit.replace("_", "-")
                known = [known.replace("_", "-") for known in limits[name]]
                document.check_name(("limits", name, key), key, known, f"limit of class {name!r}")
    document.raise_mistakes()


class _Mistake(NamedTuple):
    keys: Keys
    text: str


class _Document:
    """A configuration file, and the mistakes found in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = _read_text(path)
        self.mistakes: list[_Mistake] = []
        self.prefix: Keys = ("tool", "tokensweep") if path.name == "pyproject.toml" else ()
        try:
            data: Any = tomli.loads(self.text)
        except tomli.TOMLDecodeError as error:
            raise PolicyError(f"{path}:{error.lineno}: {error.msg}") from None
        except (ValueError, RecursionError):  # a number of thousands of digits, brackets in brackets without end
            raise PolicyError(f"{path}: its tables are too deep or its numbers too long") from None
        for key in self.prefix:
            data = data.get(key, {}) if isinstance(data, dict) else None
        if not isinstance(data, dict):
            raise PolicyError(f"{path}: tool.tokensweep must be a table")
        self.table: dict[str, Any] = data

    def mistake(self, keys: Keys, text: str) -> None:
        """Note a mistake in the value at `keys`."""
        self.mistakes.append(_Mistake(keys, text))

    def fields(self, at: Keys, table: Mapping[str, Any], known: Mapping[str, tuple[str, Read]]) -> dict[str, Any]:
        """The values of a table, by the names of the model's fields."""
        fields = {}
        for key, value in table.items():
            if key in known:
                field, read = known[key]
                fields[field] = self.value((*at, key), value, read)
            else:
                others = [*known, *_NESTED] if not at else known
                self.mistake((*at, key), f"unknown key {key!r}{written.nearest(key, others)}")
        return fields

    def entries(self, at: Keys, table: object, read: Read) -> dict[str, Any]:
        """The values of a table whose keys are the user's own names."""
        checked = self.value(at, table, written.table) or {}
        return {key: self.value((*at, key), value, read) for key, value in checked.items()}

    def suppressions(self, tables: object) -> tuple[PathRule, ...]:
        """The `[[suppress]]` tables. One that names nothing would hide every finding, so it is a mistake."""
        rules = []
        for number, table in enumerate(self.value(("suppress",), tables, written.tables) or ()):
            at = ("suppress", number)
            fields = self.fields(at, table, _SUPPRESS_KEYS)
            if not table.get("reason"):
                self.mistake(at, 'suppress: say the reason: reason = "..."')
            if not any(table.get(key) for key in ("paths", "rules", "findings")):
                self.mistake(at, "suppress: say what to suppress: paths, rules or findings")
            rules.append(PathRule(**{"reason": "", **fields}))
        return tuple(rules)

    def check_name(self, keys: Keys, name: str, known: Collection[str], what: str) -> bool:
        """Whether a name is known; if not, that is a mistake."""
        if name not in known:
            self.mistake(keys, f"unknown {what} {name!r}{written.nearest(name, known)}")
        return name in known

    def raise_mistakes(self) -> None:
        """Raise PolicyError with all mistakes in the order of the file, if there are any."""
        if self.mistakes:
            lines = _lines(self.text, {(*self.prefix, *mistake.keys) for mistake in self.mistakes})
            places = [(lines.get((*self.prefix, *mistake.keys), 0), mistake.text) for mistake in self.mistakes]
            places.sort(key=lambda place: place[0])
            raise PolicyError("\n".join(f"{self.path}{f':{line}' if line else ''}: {text}" for line, text in places))

    def value(self, keys: Keys, value: object, read: Read) -> Any:
        """What `read` makes of a value; None where that is a mistake, which is noted."""
        try:
            return read(value)
        except ValueError as error:
            self.mistake(keys, f"{'.'.join(str(key) for key in keys if isinstance(key, str))}: {error}")
            return None


def _lines(text: str, wanted: set[Keys]) -> dict[Keys, int]:
    """The line, from 1, on which each wanted value starts.

    The parser gives no places, so this parses one beginning of the text after the other: a value starts on the line
    after the last beginning that parses without it.
    """
    lines = text.split("\n")
    found: dict[Keys, int] = {}
    start = 1
    for end in range(1, min(len(lines), _MAX_LINES_LOCATED) + 1):
        try:
            data = tomli.loads("\n".join(lines[:end]) + "\n")
        except tomli.TOMLDecodeError:
            continue
        found |= {keys: start for keys in wanted - found.keys() if _holds(data, keys)}
        start = end + 1
    return found


def _holds(data: Any, keys: Keys) -> bool:
    try:
        for key in keys:
            data = data[key]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror or 'cannot be read'}") from None
    if len(data) > _MAX_BYTES:
        raise PolicyError(f"{path}: larger than 1 MiB")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(f"{path}:{line}: not UTF-8") from None


def _concerns_us(pyproject: Path) -> bool:
    """Whether a pyproject.toml has our table; one that does not name us need not even be valid."""
    try:
        text = _read_text(pyproject)
        return "tokensweep" in text and "tokensweep" in tomli.loads(text).get("tool", {})
    except PolicyError:
        return False
    except (ValueError, RecursionError, TypeError, AttributeError):
        return True  # it names us but is broken: `load` says how


def _depth(folders: list[Path]) -> int:
    """How many of a target's folders, from the innermost on, may hold its configuration."""
    for depth, folder in enumerate(folders, 1):
        if os.path.exists(folder / ".git"):
            return depth
    here = Path.cwd()
    return folders.index(here) + 1 if here in folders else 1


def _spellings(value: object) -> frozenset[str]:
    return frozenset(written.one_of(name, tuple(sorted(Policy().inline))) for name in written.texts(value))


KEYS: dict[str, tuple[str, Read]] = {
    "fail-on": ("fail_on", written.fail_on),
    "exclude": ("exclude", written.texts),
    "vendored": ("vendored", written.switch),
    "disable": ("disabled_rules", written.names),
    "inline": ("inline", _spellings),
    "ignore-files": ("ignore_files", written.switch),
    "rules": ("rules", written.texts),
    "baseline": ("baseline", written.text),
    "jwks": ("jwks", written.texts),
    "max-file-size": ("max_file_size", written.size),
    "jobs": ("jobs", written.count),
    # No folder: a change could bring one that says of what it adds that it was read.
    "cache": ("cache", written.switch),
    "wordlists": ("wordlists", written.texts),
    "tries": ("tries", written.count),
}
"""The keys of the configuration: the field of `Policy` that each sets, and what reads it. Tables of their own beside
them: `severity`, `limits` and `suppress`."""

_SUPPRESS_KEYS: dict[str, tuple[str, Read]] = {
    "reason": ("reason", written.text),
    "paths": ("paths", written.texts),
    "rules": ("rules", written.texts),
    "findings": ("findings", written.texts),
    "expires": ("expires", written.day),
}
_NESTED = ("severity", "limits", "suppress")
_REQUIRES = "requires"
"""The key of `[limits.CLASS]` that lists claims."""
