"""The rule book: everything that `rules/*.toml` says, checked and ready for use.

`load_patterns` is for the way of a clean scan and reads patterns alone; `load` reads and checks all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from scanner import places
from scanner.model import Kind, Message, Policy, Rule, RuleError, RuleId, Severity


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
    makes: Literal["token", "cookie", "key", "secret", "pragma"]
    decoder: str
    """What reads its matches: of `scanner.model.DECODERS`, or the id of a cookie's family; empty for a pragma."""
    regex: str
    """RE2 syntax, over bytes."""
    anchor: str | None
    """What an engine looks for, where it is not to be cut from the head of `regex`."""
    extent: str | None
    """What a failed try has read, so that no anchor inside is tried again."""
    examples: tuple[PatternExample, ...]
    source: str
    """The rule file's name."""
    within: tuple[tuple[str, ...], ...] = ()
    """The encodings in which it is looked for too, each outermost first: of `scanner.model.ENCODINGS`."""
    behind: str = ""
    """A class of bytes in RE2 syntax: where `anchor` stands inside of what is looked for, those that may precede it."""
    joins: bool = False
    """Whether its matches are read on through escapes, line ends and the joints of strings. The decoder must know what
    length makes a token whole."""
    holds: tuple[str, ...] = ()
    """Texts of which every match holds one behind its anchor, within a kilobyte: they tell of it where a gap parts the
    anchor, if it `joins`, and in base64."""
    ahead: str = ""
    """What stands at an anchor of every match, as an expression of Python's `re` over a bounded number of bytes: it
    rules out most of what a common anchor finds, at next to no cost."""
    follows: bool = False
    """Whether what stands there may take a secret by a name that is bound to it elsewhere in the file."""


class CookieFamily(msgspec.Struct, frozen=True):
    """A wire format of cookies: a checked `[[cookie]]`."""

    id: str
    """The name of its module in `scanner.cookies`."""
    title: str
    frameworks: tuple[str, ...]
    names: tuple[str, ...]
    """What the frameworks call such a cookie by default."""
    gives: Literal["identity", "code", "state", "nothing"]
    """What whoever can make one gets: to be anybody, to run code, to choose the content of a session, nothing."""
    source: str
    """Where the format is specified."""
    tested: str
    """What made the cookies of its tests."""


class Lookalike(msgspec.Struct, frozen=True):
    """What only looks like a JSON web token: a checked `[[lookalike]]`."""

    id: str
    title: str
    what: Literal["secret", "public", "cookie", "other"]
    """Found and judged, as a secret or as public by design; or only named."""
    regex: str
    """RE2 syntax, over bytes, for all of it; where it has a group `json`, that is base64 of a JSON object."""
    members: tuple[str, ...]
    """What that object must have."""
    issuer: str
    """The service that gives it out; empty where there is none."""
    grave: bool
    """Whether it opens all that its account holds."""
    revoke: str
    """How to end it."""
    references: tuple[str, ...]


class SecretName(msgspec.Struct, frozen=True):
    """What secrets of one framework or use are called: a checked `[[secret]]`."""

    id: str
    title: str
    """Whose secret it is: `Django`, `sessions`."""
    purpose: Literal["session", "jwt", "cookie", "csrf", "encryption", "framework"]
    names: tuple[str, ...]
    """In any spelling: `JWT_SECRET` stands for `jwtSecret` and `jwt.secret` too."""
    told_by: Literal["name", "value", "context"]
    """What tells a secret: the name alone; a value beside it that is made like one; or what stands around it too."""
    bytes: int
    """The least length that is asked for."""
    source: str
    calls: dict[str, int]
    """Functions that take such a secret, by the ends of their names, and which argument it is, from 0. A method of what
    a function gives, at once or behind others, is `function().method`."""
    general: bool
    """Whether the names are no framework's own."""


class SecretWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of the names of secrets: the table `[secret_words]`."""

    foreign: frozenset[str]
    """In a name, they make it another service's."""
    own: frozenset[str]
    """In a name of the table, they make it the program's, whatever stands before."""
    trailing: frozenset[str]
    """At its end, they leave its meaning."""
    neutral: frozenset[str]
    """Before a common name, they say nothing."""
    context: frozenset[str]
    """Around a name, they make it one of sessions or tokens."""
    elsewhere: frozenset[str]
    """Around a name, they make it another's."""


class ValueShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kind": "is"}):
    """What stands where a secret is expected, and is none: a `[[value]]`."""

    kind: Literal["placeholder", "reference", "encrypted", "hash", "other"]
    reason: str
    """In words that follow "it is"."""
    regex: tuple[str, ...]
    """In Python's syntax, looked for anywhere in the value."""
    used: bool = False
    """Whether it is a secret all the same, a weak one, where a program takes it as it stands."""


class ValueShapes(msgspec.Struct, frozen=True):
    """What tells values that are no secrets, or a test's."""

    shapes: tuple[ValueShape, ...]
    """The first that fits is taken."""
    testing: frozenset[str]
    """A weak value with one of these words is a test's."""


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Claims that tokens of a class have to have: a `[[class.requires]]`."""

    claims: tuple[str, ...]
    """By name; `sub|sid` where one of several will do."""
    source: str
    """Who says so."""
    when: str | None = None
    """CEL over what a class may ask; None where all tokens of the class need them."""


class TokenClass(msgspec.Struct, frozen=True):
    """What tokens of one purpose have in common: a checked `[[class]]`."""

    id: str
    title: str
    types: dict[str, str]
    """Values of the header's `typ`, in lower case, that state the class outright; each with a title in place of the
    class's own, or an empty one."""
    when: str
    """CEL over the token's own facts and its issuer; of the classes that hold, the first in file order is taken."""
    gives: Literal["access", "identity", "nothing", "unknown"]
    """What whoever holds such a token can do with it."""
    without_expiry: Literal["never", "lifetime", "unknown"]
    """When such a token ends that has no `exp`: never, as long after its `iat` as the class may live, or unknown."""
    public: str
    """CEL: which of them are made to be seen by everybody."""
    public_why: str
    limits: dict[str, int]
    """Durations in seconds, or counts, by name without `limit.`."""
    requires: tuple[Requirement, ...]
    source: str
    """Where the limits come from."""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to know an issuer: everything that it names has to hold.

    In patterns `*` stands for any text without a slash, `**` for any text; letter case and a slash at the end do not
    count.
    """

    iss: tuple[str, ...] = ()
    """Patterns of the issuer, of which one fits."""
    sub: tuple[str, ...] = ()
    """Patterns of the subject, of which one fits."""
    aud: tuple[str, ...] = ()
    """Patterns of audiences, of which one fits one audience."""
    claims: tuple[str, ...] = ()
    """Claims that are all there."""
    when: str | None = None
    """CEL over what decoding tells."""


class Issuer(msgspec.Struct, frozen=True):
    """Who issues tokens, and what is known of those: a checked `[[issuer]]`."""

    id: str
    title: str
    marks: tuple[Mark, ...]
    token_class: str
    """The class of all its tokens whose `typ` states none; empty where it issues several."""
    calls_it: str
    """What it calls its tokens, in place of the title of their class; empty where that fits."""
    environment: str
    """`development` or `production`; empty where its name has to tell."""
    publishes_keys: bool
    """Whether it signs what others check with keys of which it publishes the public half."""
    lifetime: int | None
    """How long its tokens live unless it is told otherwise, in seconds; None where that is set by each user of it."""
    source: str
    """Where the lifetime comes from."""
    accepted_for: int | None
    """How long after its `iat` a token is taken at most, whatever its `exp`; None where `exp` alone counts."""
    renew_by: tuple[str, ...]
    """The path to the claim that says when a holder was to renew it; empty without one."""
    omits: frozenset[str]
    """Claims that its tokens do not have by design, whatever their class requires."""
    powers: str
    """What its scopes and roles mean, for people."""
    power_claims: tuple[str, ...]
    """Claims that list scopes at this issuer, beside those of the vocabulary."""
    broad: tuple[str, ...]
    """Its scopes, roles and subjects that give wide power, as in the vocabulary; `name=value` for another claim."""
    public: str
    """CEL: which of its tokens are made to be seen by everybody."""
    public_why: str
    revocable: bool
    """Whether one token can be ended before its time."""
    revocation: Message
    """How to end a token, in a line; or what to rotate, and what that breaks."""
    url: str
    """Its documentation."""
    file: str
    """The rule file's name."""


class Minted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The token of an example: header and claims as tables, or as the JSON text to be encoded as it stands."""

    header: dict[str, Any] | str
    claims: dict[str, Any] | str


class IssuerExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token, and what is made of it: an `[[issuer.example]]`. The members that are not given are not compared."""

    token: Minted
    finds: bool
    """Whether it is this issuer's; False for a near miss."""
    token_class: str | None = msgspec.field(default=None, name="class")
    state: str | None = None
    privileges: tuple[str, ...] | None = None
    public: bool | None = None
    now: Annotated[datetime.datetime, msgspec.Meta(tz=True)] = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Revocation(msgspec.Struct, frozen=True):
    """How to end tokens of a kind: a checked `[[revocation]]`."""

    when: str
    """CEL over what a rule may ask; the first that holds is taken."""
    say: Message


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bound on the severity of every finding on a subject: a `[[cap]]`."""

    when: str
    at_most: Severity
    reason: str
    on: tuple[Kind, ...] = ("token",)
    """The kinds of subjects that it bounds; none for all."""


class ExamplePolicy(Policy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy under which an example is judged; durations in seconds."""

    tries: int = 200_000
    """Enough for what is published, and for what lies near; all of it takes a while."""


class ExampleHistory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a rule's example lay in the history of a repository."""

    since: Annotated[datetime.datetime, msgspec.Meta(tz=True)]
    until: Annotated[datetime.datetime, msgspec.Meta(tz=True)] | None = None
    """None where the head of a branch holds it."""
    returned: bool = False


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subject in files, and what its rule makes of it: a `[[rule.example]]`."""

    finds: bool | Severity
    """False for a near miss."""
    token: Minted | str | None = None
    """To be minted, or as it stands where it is no JSON web token. None for a rule on other subjects: all of the rule's
    kind that the files hold are judged."""
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
    history: ExampleHistory | None = None
    """Its files lay there in history, and not in a work tree."""
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
    told: frozenset[str]
    """Required claims whose absence a rule of its own tells."""
    classes: tuple[TokenClass, ...]
    """In file order."""
    issuers: tuple[Issuer, ...]
    """In the order in which they are tried: the user's own, then the shipped ones in file order."""
    issuer_examples: dict[str, tuple[IssuerExample, ...]]
    """By the issuer's id."""
    revocations: tuple[Revocation, ...]
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
    from scanner.rulebook.kept import kept

    return kept("patterns", tuple[Pattern, ...], read_patterns)


@cache
def load_lookalikes() -> tuple[Lookalike, ...]:
    """The shipped table of what looks like a token, in its order. Raises RuleError."""
    from scanner.rulebook.files import read_lookalikes
    from scanner.rulebook.kept import kept

    return kept("lookalikes", tuple[Lookalike, ...], read_lookalikes)


@cache
def load_cookies() -> dict[str, CookieFamily]:
    """The shipped wire formats of cookies, by id. Raises RuleError."""
    from scanner.rulebook.files import read_cookies
    from scanner.rulebook.kept import kept

    return kept("cookies", dict[str, CookieFamily], read_cookies)


@cache
def load_secret_names() -> tuple[tuple[SecretName, ...], SecretWords]:
    """The shipped names of session secrets, in their order, and the words around them. Raises RuleError."""
    from scanner.rulebook.files import read_secret_names
    from scanner.rulebook.kept import kept

    return kept("secret-names", tuple[tuple[SecretName, ...], SecretWords], read_secret_names)


@cache
def load_value_shapes() -> ValueShapes:
    """What tells values that are no secrets, in the order in which it is tried. Raises RuleError."""
    from scanner.rulebook.files import read_value_shapes
    from scanner.rulebook.kept import kept

    return kept("value-shapes", ValueShapes, read_value_shapes)


def digest(extra: Sequence[Path] = ()) -> str:
    """The digest of the rule book of these folders (`RuleBook.digest`), unread and unchecked. Raises RuleError."""
    return digest_of(path.read_bytes() for place in (folder(), *extra) for path in rule_files(place))


def digest_of(texts: Iterable[bytes]) -> str:
    """12 hex digits that change when the text of a rule file does."""
    import hashlib

    # A digest of digests: moving text from one file to the next changes it.
    whole = hashlib.sha256(b"".join(hashlib.sha256(text).digest() for text in texts))
    return whole.hexdigest()[:12]


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder, in the order in which they are read. Raises RuleError where there are none."""
    files = sorted(folder.glob("*.toml"))
    if not files:
        what = "holds no rule files" if folder.is_dir() else "is no folder"
        raise RuleError(f"{folder}: {what}", hint="name a folder of *.toml files")
    return files


def load(extra: Sequence[Path] = (), base: Path | None = None) -> RuleBook:
    """The shipped rules and those of the folders `extra`, checked in full. Raises RuleError.

    `base` is a folder to be read in place of the shipped rules.
    """
    if base or extra:
        from scanner.rulebook.build import build

        return build(base or folder(), extra)
    from scanner.rulebook.kept import kept

    return kept("book", RuleBook, _build)


def _build(folder: Path) -> RuleBook:
    from scanner.rulebook.build import build

    return build(folder, ())
