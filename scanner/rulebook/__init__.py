"""The rule book: everything that `rules/*.toml` says, checked and ready for use.

`load_patterns` is for the way of a clean scan and reads patterns alone; `load` reads and checks all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from scanner import places
from scanner.model import Policy, Rule, RuleId, Severity


class PatternExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in which a pattern finds what stands between « and », and nothing else; without marks a near miss."""

    text: str

    @property
    def blob(self) -> bytes:
        """The text without its marks, in UTF-8."""
        return re.sub("[«»]", "", self.text).encode()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The marked spans, as bytes of `blob`, ends exclusive."""
        ends = [0]
        for part in re.split("[«»]", self.text):
            ends.append(ends[-1] + len(part.encode()))
        return list(zip(ends[1:-1:2], ends[2:-1:2], strict=True))


class Pattern(msgspec.Struct, frozen=True):
    """What detection looks for: a checked `[[pattern]]`."""

    id: str
    makes: Literal["token", "pragma"]
    decoder: str
    """What reads its matches: of `scanner.model.DECODERS`; empty for a pragma."""
    regex: str
    """RE2 syntax, over bytes."""
    anchor: str | None
    """The head that an engine looks for, where it is not to be cut from `regex`."""
    extent: str | None
    """What a failed try has read, so that no anchor inside is tried again."""
    examples: tuple[PatternExample, ...]
    source: str
    """The rule file's name."""


class TokenClass(msgspec.Struct, frozen=True):
    """What tokens of one purpose have in common: a checked `[[class]]`."""

    id: str
    title: str
    when: str
    """CEL over the token's own facts; of the classes that hold, the first in file order is taken."""
    limits: dict[str, int]
    """Durations in seconds, or counts, by name without `limit.`."""


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bound on the severity of every finding on a subject: a `[[cap]]`."""

    when: str
    at_most: Severity
    reason: str


class Minted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token of an example: header and claims as tables, or as the JSON text to be encoded as it stands."""

    header: dict[str, Any] | str
    claims: dict[str, Any] | str


class ExamplePolicy(Policy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy under which an example is judged; durations in seconds."""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token in files, and what its rule makes of it: a `[[rule.example]]`."""

    token: Minted
    finds: bool | Severity
    """False for a near miss."""
    path: str = "src/app.py"
    text: str = 'token = "{token}"\n'
    """The content of `path`; `{token}` stands for the token."""
    files: dict[str, str] = {}
    """Path to content, instead of `path` and `text`."""
    sign_with: str | None = None
    """The secret of an HMAC signature, for other algorithms a private JWK."""
    keys: str = ""
    """The content of a file of keys to verify signatures with, as `--jwks` takes it."""
    signature: str | None = None
    """The last segment as it stands, instead of a signature."""
    now: Annotated[datetime.datetime, msgspec.Meta(tz=True)] = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    policy: ExamplePolicy = ExamplePolicy()
    undecided: bool = False
    """Whether the near miss is one because a fact is unknown; any other near miss must decide the rule."""


class RuleBook(msgspec.Struct, frozen=True):
    """All rules in force and what they are built from."""

    patterns: tuple[Pattern, ...]
    rules: tuple[Rule, ...]
    """Sorted by id."""
    examples: dict[RuleId, tuple[Example, ...]]
    classes: tuple[TokenClass, ...]
    """In file order."""
    caps: tuple[Cap, ...]
    published: dict[str, str]
    """SHA-256 of a published token, or of its payload segment, as 64 hex digits, to the example's name."""
    vocabulary: dict[str, tuple[str, ...]]
    """Lists of words by name; `*` in a word stands for any text."""
    redirects: dict[str, RuleId]
    """Former rule ids to today's."""
    digest: str
    """12 hex digits that change when a rule file does."""

    def current(self, rule: str) -> str:
        """Today's id of a rule that may be named by a former one."""
        return self.redirects.get(rule, rule)

    def active(self, policy: Policy) -> tuple[Rule, ...]:
        """The rules that the policy has not disabled, by today's or a former id."""
        disabled = {self.current(rule) for rule in policy.disabled_rules}
        return tuple(rule for rule in self.rules if rule.id not in disabled)


def folder() -> Path:
    """The folder of the shipped rules: inside an installed package, beside it in a checkout."""
    return Path(places.rules())


def load_patterns(extra: Sequence[Path] = ()) -> tuple[Pattern, ...]:
    """The patterns alone, which is all that a clean scan needs. Raises RuleError.

    A mistake anywhere in the user's own folders must show in a clean scan too, so with `extra` the whole book is read.
    """
    if extra:
        return load(extra).patterns
    from scanner.rulebook.files import read_patterns

    return read_patterns(folder() / "patterns.toml")


def digest(extra: Sequence[Path] = ()) -> str:
    """The digest of the rule book of these folders (`RuleBook.digest`), unread and unchecked. Raises RuleError."""
    from scanner.rulebook import files

    return files.digest(path.read_bytes() for place in (folder(), *extra) for path in files.rule_files(place))


def load(extra: Sequence[Path] = (), base: Path | None = None) -> RuleBook:
    """The shipped rules and those of the folders `extra`, checked in full. Raises RuleError.

    `base` is a folder to be read in place of the shipped rules.
    """
    from scanner.rulebook.build import build

    return build(base or folder(), extra)
