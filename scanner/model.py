"""The nouns of tokensweep: one word, one meaning. This module imports nothing of ours but the errors."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Literal, NamedTuple, NewType

import msgspec

from scanner.errors import PolicyError as PolicyError
from scanner.errors import RuleError as RuleError
from scanner.errors import TokensweepError as TokensweepError
from scanner.errors import UsageError as UsageError

RuleId = NewType("RuleId", str)
Kind = Literal["token", "cookie", "secret", "key", "setting", "salt"]
"""All but salts may have findings: what these say, they say of secrets."""
Facts = Mapping[str, Any]
"""Facts of one subject by their registered name (`scanner.facts`); an unknown fact is absent."""


class Severity(enum.Enum):
    """How bad a finding is, from `info` to `critical`; ordered."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for `info` to 4 for `critical`."""
        return _RANKS[self]

    def __lt__(self, other: Severity) -> bool:
        return _RANKS[self] < _RANKS[other]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Sealed:
    """Bytes that must not be shown: every rendering gives the length alone, `reveal()` is the one way out."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The raw bytes. Call it only to compute on them, or to print them under `--show-secrets`."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return f"<sealed, {len(self._value)} bytes>"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Sealed], tuple[bytes]]:
        return (Sealed, (self._value,))


class Commit(msgspec.Struct, frozen=True):
    """A commit, as it says of itself. Times are seconds since 1970-01-01 UTC."""

    id: str
    """40 or 64 hex digits."""
    author: str
    """The name, without the address."""
    authored_at: int
    committer: str
    committed_at: int


class Presence(msgspec.Struct, frozen=True):
    """When bytes were in a repository's history."""

    first: Commit | None = None
    """The first commit that held them; None for what no commit holds that a ref reaches."""
    last: Commit | None = None
    """The last one; the head of a branch, if one holds them."""
    removed: Commit | None = None
    """The commit that took them away, if no head of a branch holds them."""
    at_head: bool = False
    """Whether the head of a branch holds them."""
    returned: bool = False
    """Whether they were taken away before, and came back."""
    successors: tuple[str, ...] = ()
    """Identities of the subjects that stand in their place since they were taken away."""
    url: str = ""
    """Of the line in the first commit, at the forge that the repository names."""


class Origin(msgspec.Struct, frozen=True):
    """Where bytes are, for people and links."""

    kind: Literal["file", "git", "index", "stdin", "har", "process", "object", "message"]
    path: str
    """With `/`, from the repository's root, else from the target; bytes that are not UTF-8 as `%XX`."""
    members: tuple[str, ...] = ()
    """The way into an archive, outermost first."""
    commit: str | None = None
    blob: str | None = None
    """The id of the git object that the bytes are, in hex."""
    presence: Presence | None = None
    """Of what was found in history."""


class Allow(msgspec.Struct, frozen=True):
    """An inline suppression that covers a sighting."""

    spelling: str
    """Whose spelling it is: `tokensweep`, `gitleaks`, `betterleaks`, `detect-secrets`, `trufflehog`, `ggshield`."""
    rules: tuple[str, ...] = ()
    """The rules that it names; empty for all."""
    reason: str = ""
    line: int = 0
    """The line on which it stands, from 1."""


class Sighting(msgspec.Struct, frozen=True):
    """A subject at an origin. Offsets are bytes of the innermost blob, ends exclusive; lines and columns
    count from 1, columns in code points."""

    origin: Origin
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    context: frozenset[str] = frozenset()
    """Of `CONTEXTS`."""
    allows: tuple[Allow, ...] = ()
    wrapping: tuple[str, ...] = ()
    """What stands between the bytes of the blob and the subject's raw text, outermost first: of `WRAPPINGS`."""
    name: str = ""
    """What a cookie or a secret is called there: `sessionid`, `SECRET_KEY`; empty where nothing tells."""
    environment: str = ""
    """Of `scanner.environments`; empty where nothing tells."""


CONTEXTS = (
    "test", "documentation", "comment", "example", "vendored", "generated", "minified", "log", "ci", "environment",
    "production", "development",
)  # fmt: skip


WRAPPINGS: Final[Mapping[str, str]] = {
    "base64": "in base64",
    "percent": "percent-encoded",
    "escapes": "escaped",
    "quoted-printable": "in quoted-printable",
    "lines": "broken over lines",
    "strings": "put together from strings",
    "chunks": "put together from the chunks of a cookie",
    "utf-16": "in UTF-16 without a byte order mark",
}
"""What can stand between the bytes of a blob and a subject's text, and that in words."""


ENCODINGS: Final = ("base64", "utf-16", "percent", "escapes")
"""Those that a pattern may be looked for in. The last two are of single characters: nothing else is encoded in them."""


AHEAD: Final = 1024
"""Bytes at an anchor that a pattern's `ahead` may look at."""


class Layer(NamedTuple):
    """An encoding around a subject, as detection takes it for one."""

    name: str
    """Of `WRAPPINGS`."""
    shift: int = 0
    """In base64: how many bytes of something else the group of three holds in which the subject begins."""


class Taken(NamedTuple):
    """What a pattern's expression makes of a text from an anchor on."""

    matched: bool
    end: int
    """Of the match, or where a failed try is known to have ended, at least one byte on."""
    reach: int
    """Up to where the text was looked at."""


class Match(msgspec.Struct, frozen=True):
    """A span of a blob that a pattern of the rule book took for a subject; bytes, end exclusive."""

    pattern: str
    start: int
    end: int


class NumericDate(msgspec.Struct, frozen=True):
    """A time claim (RFC 7519 §2), normalised: whole seconds since 1970-01-01 UTC."""

    seconds: int
    unit: Literal["seconds", "milliseconds", "microseconds", "string", "iso8601"] = "seconds"
    """How the claim spelt it; all but `seconds` break RFC 7519."""


FORMS: Final[Mapping[str, str]] = {
    "jws": "signed JSON web token (RFC 7515)",
    "jwe": "encrypted JSON web token (RFC 7516)",
    "sd-jwt": "JSON web token with selective disclosure (RFC 9901)",
    "paseto": "PASETO",
    "branca": "Branca token",
    "biscuit": "Biscuit",
    "macaroon": "macaroon",
    "vendor": "token in a format of the service that gives it out",
}
"""What a token can be, and that in words."""

JOSE_FORMS: Final = frozenset({"jws", "jwe", "sd-jwt"})
"""Those with a JOSE header, by which alone some things are known."""

DECODERS: Final = (
    "jws", "jose_json", "paseto", "branca", "biscuit", "macaroon", "vendor", "pem", "der", "jwk", "keystore", "setting",
)  # fmt: skip
"""The modules of `scanner.decode` that a pattern may name."""


def _identity(text: bytes, signature: Sealed) -> str:
    # Of the text's digest, so that no other text has what begins its signature at its end.
    return hashlib.sha256(hashlib.sha256(text).digest() + signature.reveal()).hexdigest()


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded token. Nothing in it is verified: header and claims are the issuer's or an attacker's word."""

    kind: ClassVar[Kind] = "token"
    form: str
    """Of `FORMS`."""
    raw: Sealed
    """The serialisation as it stood."""
    signed: Sealed
    """What its signature covers, by which it is the same token in any serialisation (`header.payload` of a JWS). All
    of `raw` where that is not told apart, or not at hand: a detached payload."""
    signature: Sealed = Sealed(b"")
    """The signature, or a JWE's authentication tag; empty for an unsecured token, and where it is not told apart."""
    header: dict[str, Any] = {}
    """The JOSE header, protected or not; the footer of a PASETO where it is JSON; empty for other forms."""
    claims: dict[str, Any] | None = None
    """None where the payload is no JSON object, or encrypted."""
    payload: Literal["object", "json", "text", "binary", "empty", "detached", "encrypted"]
    """What the payload is."""
    times: dict[str, NumericDate | None] = {}
    """`exp`, `iat`, `nbf` and `auth_time` where present; None where the value is no usable date."""
    anomalies: tuple[str, ...] = ()
    """What a strict parser would refuse: of `decode.reading.ANOMALIES`."""
    details: dict[str, Any] = {}
    """What else its form tells: values of the facts `token.*`, by their names without that prefix."""
    start: int = 0
    """Where it begins in the text that it was read from: behind a word that tells its form."""
    head: int = 0
    """How many characters at the start of `raw` may be shown to anyone."""

    @property
    def signature_bytes(self) -> int:
        """Length of the signature."""
        return len(self.signature)

    @property
    def identity(self) -> str:
        """SHA-256 of the signed text and the signature: 64 hex digits.

        Each secret makes one signature of a text: what is proved of that says nothing of another.
        """
        return _identity(self.signed.reveal(), self.signature)


class Cookie(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded cookie, or a token in a web framework's own format. Nothing in it is verified."""

    kind: ClassVar[Kind] = "cookie"
    family: str
    """The wire format, by the id of its `[[cookie]]` in `rules/cookies.toml`."""
    raw: Sealed
    """The value as it stood, percent-encoded or not."""
    signed: Sealed
    """What the signature covers, by which it is the same cookie wherever it stands; all of the value where that is not
    told apart."""
    signature: Sealed = Sealed(b"")
    """The signature as bytes, or an authentication tag; empty where there is none."""
    claims: dict[str, Any] | None = None
    """What it says, where that is a JSON object in clear."""
    payload: Literal["object", "json", "text", "binary", "encrypted", "opaque"]
    """What the content is: `opaque` for an id of which the server alone knows what it stands for."""
    serializer: Literal["", "pickle", "marshal", "php", "java", "gob", "erlang"] = ""
    """What wrote a binary content: to read some of them is to run what they say. They are never read here."""
    times: dict[str, NumericDate | None] = {}
    """`iat` and `exp` where it tells them; None where the value is no usable date."""
    details: dict[str, Any] = {}
    """What else its format tells: values of the facts `cookie.*`, by their names without that prefix."""
    start: int = 0
    """Where it begins in the text that it was read from."""
    head: int = 0
    """How many characters at the start of `raw` may be shown to anyone."""

    @property
    def identity(self) -> str:
        """SHA-256 of the signed text, its format and its signature: 64 hex digits.

        Each secret makes one signature of a text: what is proved of that says nothing of another.
        """
        return _identity(self.family.encode() + b"\0" + self.signed.reveal(), self.signature)


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A private key, or a file of keys, as it stands somewhere."""

    kind: ClassVar[Kind] = "key"
    form: str
    """`pkcs1`, `pkcs8`, `sec1`, `openssh`, `dsa`, `jwk`, `pkcs12`, `jks`, `pgp`, `putty` …"""
    raw: Sealed
    """The text or file as it stood."""
    thumbprint: str
    """RFC 7638 thumbprint of the public half in hex; else SHA-256 of the raw bytes."""
    encrypted: bool = False
    details: dict[str, Any] = {}
    """Values of the facts `key.*`, by their names without that prefix."""
    start: int = 0
    head: int = 0
    """How many characters at the start of `raw` may be shown to anyone."""

    @property
    def identity(self) -> str:
        """64 hex digits."""
        return self.thumbprint


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A text that code or configuration sets under a name: what secrets and salts have in common."""

    kind: ClassVar[Kind]
    raw: Sealed
    """The text as it stood, without its quotes."""
    value: Sealed
    """The text as the program gets it: escapes undone."""
    name: str
    """What it is called where it stands: `SECRET_KEY`, `session.secret`, `signing_salt`."""
    start: int = 0
    """Where `raw` begins in the text that it was read from."""
    head: ClassVar[int] = 0
    """None of it may be shown: a salt may be a secret after all."""

    @property
    def identity(self) -> str:
        """SHA-256 of kind and value, in memory alone: 64 hex digits. What leaves it is made by `scanner.secrets`."""
        return hashlib.sha256(self.kind.encode() + b"\0" + self.value.reveal()).hexdigest()


class Secret(Named, frozen=True, kw_only=True):
    """A value that signs or encrypts sessions and tokens, as it stands in code or configuration."""

    kind: ClassVar[Kind] = "secret"


class Salt(Named, frozen=True, kw_only=True):
    """A text that frameworks mix into the key of a signature, as it stands in code or configuration: no secret."""

    kind: ClassVar[Kind] = "salt"


Decoded = Token | Cookie | Key | Secret | Salt
"""What a decoder makes of a match."""


class Subject(msgspec.Struct, gc=False):
    """What a finding is about, with all its sightings; grows while equal subjects meet."""

    kind: Kind
    identity: str
    """64 hex digits; see `Token.identity`."""
    sealed: Sealed
    """The raw text. A token is decoded again to be judged: the decoded form would take ten times the memory."""
    sightings: list[Sighting]
    """The first `SIGHTINGS_LISTED` of each file."""
    seen: int = 0
    """All sightings, those that are not listed too."""
    fact_names: tuple[str, ...] = ()
    """The facts that may be shown; subjects share one tuple, so that many fit in memory."""
    packed: bytes = b""
    """Their values, as MessagePack; empty until judged."""
    standing: Standing | None = None
    """What it has in common with others that may be shown; None until judged."""
    evidence: dict[str, Any] = {}
    """What correlation proved, by the names of the facts `evidence.*` without that prefix; all of it may be shown."""
    decoder: str = "jws"
    """What reads the raw text: of `DECODERS`."""
    decoded: Cookie | Key | Secret | Salt | None = None
    """What it says; None for a token, which is decoded again whenever it is needed."""
    secret: Sealed | None = None
    """What signs it, where correlation found that."""
    head: int = 0
    """How many characters at the start of the raw text may be shown to anyone."""

    @property
    def id(self) -> str:
        """Short public id, such as `tok-3f9c21aa07be`."""
        return f"{self.kind[:3]}-{self.identity[:12]}"

    @property
    def facts(self) -> dict[str, Any]:
        """The facts that may be shown to anyone, by name; empty until judged."""
        facts = dict(self.standing.facts) if self.standing else {}
        if self.packed:
            facts.update(zip(self.fact_names, msgspec.msgpack.decode(self.packed), strict=True))
        for name, text in self.standing.texts if self.standing else ():
            facts[name] = text.fill(facts)
        return facts

    @property
    def preview(self) -> str:
        """What may be printed of the raw text: the start of a JOSE header, or what tells the form, and lengths; nothing
        of claims or signature."""
        raw = self.sealed.reveal()
        shown = f"{raw[: self.head].decode('ascii', 'replace')}… " if self.head else ""
        parts = raw.count(b".") + 1
        return f"{shown}({f'{parts} parts, ' if self.head and parts > 1 else ''}{len(raw)} characters)"


SIGHTINGS_LISTED = 100


class FrameworkEntry(msgspec.Struct, frozen=True):
    """An entry of a security framework that a rule maps to."""

    framework: str
    id: str
    basis: Literal["requested", "published"]
    title: str
    url: str = ""


class Slot(msgspec.Struct, frozen=True):
    """A place in a message that one fact fills."""

    fact: str
    instead: str | None
    """What stands there when the fact is unknown; None where it is always known."""
    show: Callable[[Any], str]


class Message(msgspec.Struct, frozen=True):
    """A text with slots for facts: `{token.issuer|its issuer}`."""

    parts: tuple[str | Slot, ...]

    @property
    def bare(self) -> str:
        """The text of which no fact is known: a slot shows what stands there then, else the name of its fact."""
        return "".join(part if isinstance(part, str) else part.instead or f"<{part.fact}>" for part in self.parts)

    def fill(self, facts: Facts) -> str:
        """The text with each slot filled; a fact that is missing where none may be shows as `(unknown)`."""
        return "".join(
            part
            if isinstance(part, str)
            else part.show(facts[part.fact])
            if part.fact in facts
            else (part.instead or "(unknown)")
            for part in self.parts
        )


class Standing(msgspec.Struct, frozen=True):
    """What subjects of one class and issuer have in common: held once, so that many subjects fit in memory."""

    facts: dict[str, Any]
    """Facts that may be shown, by name."""
    texts: tuple[tuple[str, Message], ...]
    """Facts that are texts with slots for the other facts, by name; a later one may have a slot for an earlier one."""


class Case(msgspec.Struct, frozen=True):
    """A severity, and the condition (CEL) under which it holds; the last case of a rule has none."""

    severity: Severity
    when: str | None = None


class Rule(msgspec.Struct, frozen=True):
    """Data that turns facts into a finding: a checked `[[rule]]` of `rules/*.toml`."""

    id: RuleId
    on: Kind
    per: Literal["subject", "place"]
    classes: frozenset[str]
    """The token classes that it judges; empty for all."""
    when: str
    """CEL over facts and `limit.*`."""
    severity: tuple[Case, ...]
    confidence: Literal["proved", "likely", "possible"]
    family: str
    title: str
    message: Message
    remedy: Message
    why: str
    """One paragraph for `explain`: what an attacker gains."""
    references: tuple[str, ...]
    mappings: tuple[FrameworkEntry, ...]
    source: str
    """The rule file's name."""

    @property
    def cwe(self) -> tuple[str, ...]:
        """Its CWE numbers, the primary first, such as `("CWE-798", "CWE-540")`."""
        return tuple(entry.id for entry in self.mappings if entry.framework == "CWE")


class Suppression(msgspec.Struct, frozen=True):
    """Why a finding is not open."""

    kind: Literal["inline", "policy", "ignore-file", "baseline", "detect-secrets"]
    reason: str
    where: str
    """The place of the decision: `app.py:7`, `tokensweep.toml`, a baseline's path."""


class Finding(msgspec.Struct, gc=False):
    """A rule that holds for a subject."""

    rule: Rule
    subject: Subject
    severity: Severity
    sighting: Sighting
    """Its location: the sighting in its file for a rule per place, else the worst."""
    status: Literal["open", "suppressed", "baselined"] = "open"
    suppression: Suppression | None = None

    @property
    def id(self) -> str:
        """20 hex digits of a hash of rule and identity, and of the path for a rule per place: no line, no time."""
        parts = [self.rule.id, self.subject.identity]
        if self.rule.per == "place":
            parts += [self.sighting.origin.path, *self.sighting.origin.members]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]

    @property
    def message(self) -> str:
        """One or two sentences on this very subject."""
        return self.rule.message.fill(self.subject.facts)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.rule.remedy.fill(self.subject.facts)


class Excluded(msgspec.Struct):
    """Places left out by policy or nature (vendored folders, sockets, links): the scan is complete without."""

    count: int = 0
    examples: list[str] = []
    """The first few paths, sorted."""


class Skipped(msgspec.Struct, frozen=True):
    """Something that was asked for and not read, in whole or part: the scan is incomplete."""

    path: str
    reason: str
    """One of `unreadable missing unmerged vanished changed too-large cut-short too-many-subjects crashed interrupted
    nothing-read`."""
    detail: str = ""


class Coverage(msgspec.Struct):
    """What was read, what was left out, and what could not be read.

    Counts are of files and streams, or of the objects of a history (`Report.unit`).
    """

    planned: int = 0
    read: int = 0
    bytes: int = 0
    excluded: dict[str, Excluded] = {}
    """By reason: `vendored`, `version-control`, `link`, `socket`, `fifo`, `device`, `submodule`, `policy`."""
    skipped: list[Skipped] = []
    undecided: dict[str, str] = {}
    """Rules that could not be decided for some subject, by id, with the first error."""
    notes: list[str] = []
    """What the user should know and no status says: an unused suppression, an empty input."""

    @property
    def complete(self) -> bool:
        """Whether all that was asked for was read."""
        return not self.skipped

    def exclude(self, reason: str, path: str) -> None:
        """Count a place that was left out, and keep the first few by name."""
        entry = self.excluded.setdefault(reason, Excluded())
        entry.count += 1
        if len(entry.examples) < 5:
            entry.examples.append(path)

    def add(self, other: Coverage) -> None:
        """Add what another part of the scan covered."""
        self.planned += other.planned
        self.read += other.read
        self.bytes += other.bytes
        self.skipped += other.skipped
        self.notes += other.notes
        for rule, error in other.undecided.items():
            self.undecided.setdefault(rule, error)
        for reason, excluded in other.excluded.items():
            entry = self.excluded.setdefault(reason, Excluded())
            entry.count += excluded.count
            entry.examples = sorted([*entry.examples, *excluded.examples])[:5]


class Examination(msgspec.Struct):
    """What came of one shard."""

    subjects: list[Subject]
    coverage: Coverage


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a shard was read; it has what was found in it until then."""

    def __init__(self, examination: Examination) -> None:
        super().__init__(examination)
        self.examination = examination


IGNORE_FILE: Final = ".tokensweepignore"
"""Our ignore file, at the root."""
DETECT_SECRETS_BASELINE: Final = ".secrets.baseline"
"""What most repositories call detect-secrets' baseline; at the root it is honoured unasked."""


class PathRule(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression in the policy."""

    reason: str
    paths: tuple[str, ...] = ()
    """gitignore patterns; empty for all paths."""
    rules: tuple[str, ...] = ()
    """Rule ids; empty for all rules."""
    findings: tuple[str, ...] = ()
    """Finding ids; empty for all."""
    expires: str | None = None
    """The last day it holds, `YYYY-MM-DD`, UTC."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants, checked and complete. Sizes in bytes, durations in seconds."""

    fail_on: Severity | None = Severity.MEDIUM
    """None: never."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns of paths that are not read."""
    vendored: bool = False
    """Read third-party folders too."""
    disabled_rules: frozenset[str] = frozenset()
    severities: dict[str, Severity] = {}
    """Rule id to the severity that replaces its own."""
    limits: dict[str, dict[str, int]] = {}
    """Class to limit to value, over those of `rules/classes.toml`: `{"access": {"lifetime": 900}}`."""
    requires: dict[str, tuple[str, ...]] = {}
    """Class to the claims that its tokens have to have, in place of those of `rules/classes.toml`; `sub|sid` where one
    of several will do."""
    suppressions: tuple[PathRule, ...] = ()
    inline: frozenset[str] = frozenset(
        {"tokensweep", "gitleaks", "betterleaks", "detect-secrets", "trufflehog", "ggshield"}
    )
    """The spellings of inline suppressions that are honoured."""
    ignore_files: bool = True
    """Honour the `.tokensweepignore` and the `.secrets.baseline` at the root."""
    rules: tuple[str, ...] = ()
    """Folders of the user's own rules."""
    baseline: str | None = None
    jwks: tuple[str, ...] = ()
    """Files of keys to verify signatures with."""
    max_file_size: int | None = None
    max_subject: int = 1 << 20
    max_subjects: int = 40_000
    jobs: int = 0
    """Worker processes; 0 for one a processor."""
    cache: bool | str = False
    """Whether a scan of history passes over what an earlier one has read and found clear; the folder that keeps which
    that is, where it is not the user's own cache."""
    tries: int = 20_000_000
    """Known secrets that are tried on HMAC-signed tokens, all tokens of a scan together; 0 for none."""
    wordlists: tuple[str, ...] = ()
    """Files of the user's own secrets to try, one a line."""
    source: str | None = None
    """The file it came from, for people."""
    decided_in: str | None = None
    """The folder that holds the ignore file and the baseline of detect-secrets, where it is not the root."""


class Report(msgspec.Struct):
    """A finished scan."""

    version: str
    rules_digest: str
    """Of the rule book in force: 12 hex digits."""
    rules: tuple[Rule, ...]
    """The active rules, sorted by id."""
    targets: tuple[str, ...]
    root: str
    """The folder that paths are relative to, absolute; empty for standard input alone."""
    now: int
    """The clock of every judgement, seconds since 1970-01-01 UTC."""
    seconds: float
    coverage: Coverage
    subjects: list[Subject]
    """Those with findings first, most dangerous first."""
    findings: list[Finding]
    """Most severe first, then in the order of their subjects' places and of rule ids."""
    unit: str = "files"
    """What the coverage counts; `objects` for a repository's history."""

    @property
    def summary(self) -> dict[str, int]:
        """Open findings by severity, then `suppressed` and `baselined`."""
        counts = {severity.value: 0 for severity in reversed(Severity)} | {"suppressed": 0, "baselined": 0}
        for finding in self.findings:
            counts[finding.severity.value if finding.status == "open" else finding.status] += 1
        return counts

    def status(self, fail_on: Severity | None) -> int:
        """The exit status: 1 for an open finding at or above `fail_on`, else 3 if not all was read, else 0."""
        if fail_on is not None and any(f.status == "open" and not f.severity < fail_on for f in self.findings):
            return 1
        return 0 if self.coverage.complete else 3


class Inspection(msgspec.Struct, frozen=True):
    """One token, cookie or key, decoded and judged for whoever holds it."""

    report: Report
    """Of this one subject; rules on places were not applied."""
    subject: Subject
    decoded: Decoded
    reading: str
    """How the text had to be read to find it, such as "after base64 decoding"; empty where it stood as it is."""
    others: int
    """How many more subjects the text holds."""
