r"""What a secret's value is worth: whether it is one at all, whether the world knows it, and how hard it is to guess.

Pure and shared: decoding asks which values are none, correlation which are known, judgement what to say of them. Known
values are those of `rules/known-secrets.txt`: one a line, in UTF-8, with `\\`, `\n`, `\r`, `\t` and `\xNN` for what a
line cannot hold. A line `[…]` names who publishes the values below it; `#` begins a comment.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple

from scanner import rulebook

VerdictKind = Literal[
    "placeholder", "reference", "encrypted", "hash", "other", "test value", "known default", "weak", "strong"
]
"""`other` is what stands where a secret is expected, and is something else: a path, an address, a name."""

NONE: Final[frozenset[VerdictKind]] = frozenset({"placeholder", "reference", "encrypted", "hash", "other"})
"""The kinds that are no secret."""

STRONG_BITS: Final = 80
"""Estimated bits from which on a hash of a secret gives nothing away, and nobody guesses it."""

_FILE: Final = "known-secrets.txt"
_ESCAPE: Final = re.compile(rb"\\(?:([\\nrt])|x([0-9a-fA-F]{2}))")
_ESCAPED: Final = {b"\\": b"\\", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_COMMON: Final = "a common "
"""How the publishers begin that are nobody: what people type who have to type something."""

_PRODUCT: Final = "the default "
"""How those begin that ship it as a default."""

_SALT: Final = b"tokensweep/secret/1"
_LONGEST: Final = 1 << 12
"""Bytes of a value that are looked at; what is longer is no secret of a session, but a file."""


class Verdict(NamedTuple):
    """What a value is."""

    kind: VerdictKind
    reason: str
    """In words that follow "it is": `the default of Apache Superset`, `a reference to the environment`."""
    bits: int
    """What an attacker has to search through, estimated from above: the exponent of two."""

    @property
    def secret(self) -> bool:
        """Whether it is a secret, good or bad."""
        return self.kind not in NONE


@cache
def known() -> Mapping[bytes, str]:
    """Published secrets, each with who publishes it, in the order of the file. Raises RuleError."""
    found: dict[bytes, str] = {}
    publisher = ""
    for line in (rulebook.folder() / _FILE).read_bytes().splitlines():
        if line.startswith(b"["):
            publisher = line.strip(b"[]").decode()
        elif line and not line.startswith(b"#"):
            value = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or bytes.fromhex(match[2].decode()), line)
            found.setdefault(value, publisher)
    return found


def publisher(value: bytes) -> str:
    """Who publishes a value, `the default of Redash`; empty where nobody does, or it is a word that anybody types."""
    name = known().get(value, "")
    return "" if name.startswith(_COMMON) else name


def identity(value: bytes) -> str:
    """What a secret may be told by outside: 64 hex digits that give nothing of it away.

    SHA-256 of what is published or holds `STRONG_BITS`; of any other, scrypt (RFC 7914) with a fixed salt: some 25 ms.
    """
    if value in known() or bits(value) >= STRONG_BITS:
        return hashlib.sha256(_SALT + b"\0" + value).hexdigest()
    return hashlib.scrypt(value, salt=_SALT, n=2**13, r=8, p=1, dklen=32).hex()


@lru_cache(maxsize=4096)
def judge(value: bytes, needed: int = 16) -> Verdict:
    """What `value` is, where a secret of at least `needed` bytes is expected. Never raises."""
    if not value.strip():
        return Verdict("placeholder", "empty", 0)
    if len(value) > _LONGEST:
        return Verdict("other", "too long for a secret", 0)
    text = value.decode("utf-8", "replace")
    words = {word.lower() for word in _WORDS.findall(text)}
    for kind, reason, expression in _SHAPES[:_ELSEWHERE]:
        if expression.search(text):
            return Verdict(kind, reason, 0)
    who = publisher(value)
    # What an example calls a placeholder is one; what a product starts with is used as it is.
    if who and (who.startswith(_PRODUCT) or not (_ASKING.search(text) or _MARKS.search(text))):
        return Verdict("known default", who, 0)
    for kind, reason, expression in _SHAPES[_ELSEWHERE:]:
        if expression.search(text):
            return Verdict(kind, reason, 0)
    if "\ufffd" in text:
        return _graded(value, needed)
    if value.startswith(_DJANGO):
        return Verdict("known default", "a key that Django's startproject made, marked as insecure", bits(value))
    if _ASKING.search(text):
        return Verdict("placeholder", "words that ask to be replaced", 0)
    if value in known():
        return Verdict("weak", known()[value], 0)
    estimate = bits(value)
    if estimate < STRONG_BITS or len(words) > 2:
        if _is_test(text, words):
            return Verdict("test value", "a value for tests", estimate)
    return _graded(value, needed)


_DJANGO: Final = b"django-insecure-"


def _graded(value: bytes, needed: int) -> Verdict:
    estimate = bits(value)
    if estimate < STRONG_BITS:
        return Verdict("weak", "made of words or of few characters", estimate)
    if len(value) < needed:
        return Verdict("weak", "too short", estimate)
    return Verdict("strong", "random by its looks", estimate)


_SHAPES: Final[tuple[tuple[VerdictKind, str, re.Pattern[str]], ...]] = tuple(
    (kind, reason, re.compile(expression, flags))
    for kind, reason, expression, flags in (
        # References, in whatever language a file is made a template by.
        ("reference", "a reference to a variable", r"\$\{[^}]*\}|\$\([^)]*\)|^\$\(|^`|^\$[A-Za-z_]\w*$|^\$env:", 0),
        ("reference", "a reference to a variable", r"^%[A-Za-z_]\w*%$|%env\(|^%[\w.-]+%$|^\^?@[\w.-]+@$|^@@.*@@$", 0),
        (
            "reference",
            "a template",
            r"\{\{.*\}\}|\{%.*%\}|<%.*%>|#\{.*\}|\[\[.*\]\]|^\{[\w.$ -]+\}$|^\$\$\w+",
            re.DOTALL,
        ),
        (
            "reference",
            "a reference to the environment",
            r"process\.env|os\.environ|getenv\s*\(|import\.meta\.env|System\.get_env|\bENV\[|Env\.get|\benv\(",
            0,
        ),
        (
            "reference",
            "a reference to a store of secrets",
            r"^(?:vault|ref\+\w+|op|arn|ssm|awssm|gcpsm|azurekv|aws-ssm|aws-sm|secret|secrets|secretref|keyvault|doppler|infisical|bws?|gopass|pass|sm|kms|akv|valueFrom|projects/[^/]+/secrets)(?::|/|\+)[/\w:-]",
            re.IGNORECASE,
        ),
        (
            "reference",
            "a reference of CloudFormation or Azure",
            r"^!(?:Ref|Sub|GetAtt|ImportValue|Join|FindInMap|reference|vault|secret|env|env_var)\b|^@Microsoft\.KeyVault|^\[parameters\(|^AutoGenerate",
            0,
        ),
        (
            "reference",
            "a part of a program",
            r"^(?:var|local|data|module|each|self|this|config|settings|conf|cfg|env|options|opts|props|args|params|random_\w+|aws_\w+|azurerm_\w+|google_\w+)\.[A-Za-z_][\w.\[\]\"'-]*$",
            0,
        ),
        (
            "encrypted",
            "encrypted",
            r"^ENC\[AES256|^ENC\(|^\$ANSIBLE_VAULT|^\{cipher\}|^encrypted:|^-----BEGIN (?:AGE|PGP MESSAGE)|^vault:v\d+:|^AQICAH|^\{aes\}|^\{xor\}|^\{DES\w*\}|^\!vault|^Ag[A-Za-z0-9+/]{200,}",
            re.IGNORECASE,
        ),
        (
            "hash",
            "a hash of a password",
            r"^\$2[abxy]?\$\d\d\$|^\$(?:1|5|6|7|y|gy|apr1|argon2\w*|scrypt|pbkdf2[\w-]*|bcrypt[\w-]*|sha1)\$|^\{(?:S?SHA\d*|S?MD5|CRYPT|bcrypt|scrypt|pbkdf2|argon2)[^}]*\}|^(?:pbkdf2_sha\d+|bcrypt_sha256|argon2|scrypt|md5|sha1|pbkdf2:sha\d+[^$]*|scrypt:\d+[^$]*)\$|^sha(?:1|256|384|512)[:-][A-Za-z0-9+/=]{27,}$|^(?:md5|sha\d+|hash)[:=]",
            0,
        ),
        # Other things.
        ("other", "a key of its own kind", r"-----BEGIN |^ssh-(?:rsa|ed25519|dss) |^AAAA[BC]3Nza", 0),
        ("other", "a token", r"^ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.", 0),
        (
            "other",
            "a key of a service",
            r"^(?:sk|pk|rk|whsec|ak|gh[pousr]|glpat|xox[abprs]|AKIA|ASIA|AIza|SG|shpat|sq0|npm|pypi|dop_v1|hf|key|re|r8|lin_api|ntn|secret|sb_secret|sb_publishable|nk|SK|AC)[_-](?:(?:live|test|prod|ant|proj)[_-])?[A-Za-z0-9_-]{16,}$|^AKIA[A-Z0-9]{16}$|^AIza[\w-]{35}$|^gh[pousr]_|^SG\.[\w-]{20}",
            0,
        ),
        (
            "other",
            "an address",
            r"^[a-z][a-z0-9+.-]*://\S*$|^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$|^(?:www\.|localhost\b)|^mailto:|^urn:|^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$",
            0,
        ),
        (
            "other",
            "a path",
            r"^(?:~|\.{1,2})?/[\w.@{}$-]+(?:/[\w.@{}$*-]*)*$|^[A-Za-z]:\\|^(?:[\w@.-]+/)+[\w@-]+\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|txt|env|secret|js|ts|py|go|rb|php|html?)$|^[\w-]+\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|txt|env|secret|js|ts|py|go|rb|php|html?|svg|png)$|\*\*?/|^projects/|^(?:[a-z][a-zA-Z_.-]*/)+[a-zA-Z_.-]+$",
            0,
        ),
        (
            "other",
            "a date or a number",
            r"^[\d\s.,:TZ+-]{0,7}$|^\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?)?$|^v?\d+\.\d+(?:\.\d+)*\S{0,8}$",
            0,
        ),
        (
            "other",
            "a word of the language",
            r"^(?:true|false|yes|no|on|off|null|nil|none|undefined|void|string|str|SecretStr|text|int|integer|number|bool|boolean|object|bytes|byte\[\]|any|unknown|never|required|optional|public|private|enabled|disabled|Optional\[.*|Union\[.*|string\[\]|auto|manual|random|generate|generated|hidden|Opaque|password\??|secretRef|self|this|N/?A|HS\d{3}|RS\d{3}|ES\d{3}|sha-?\d+|md5|hmac|aes[\w-]*|base64|hex|utf-?8|ascii)$",
            re.IGNORECASE,
        ),
        ("other", "markup", r"^<[a-zA-Z/!?][^>]*>|</\w+>|&(?:lt|gt|nbsp|#\d+);|^\s*\{\s*\"|^\[\s*\{", 0),
        ("other", "a list of names", r"^[A-Za-z_]+(?:, ?[A-Za-z_]+)+$", 0),
        (
            "other",
            "code",
            r"^\w[\w.:]*\(.*\)[;,]?$|=>|->|::\w+|\bfunction\b|\breturn\b|;\s*$|^\w+\[[\"'\w]+\]$|\$\w+->",
            0,
        ),
        # What stands for a secret.
        (
            "placeholder",
            "a mask",
            r"^(?:[xX]{3,}|\*{2,}|\.{2,}|…+|-{2,}|_{2,}|\?{2,}|#{2,}|0+|[xX*.•·●-]+|(.)\1{5,}|(?:[xX*]{2,}[-_ :.]?)+)$|[xX*•]{6,}|\*{4,}|\.\.\.|…|^(.)\2*$",
            0,
        ),
        (
            "placeholder",
            "a mask",
            r"REDACTED|\[?FILTERED\]?|\bMASKED\b|\bHIDDEN\b|SANITI[SZ]ED|SCRUBBED|\bCENSORED\b|OBFUSCATED|<redacted>",
            re.IGNORECASE,
        ),
        (
            "placeholder",
            "in marks of a template",
            r"^<[^<>]*>$|^\[[^\[\]]*\]$|^\{[^{}]*\}$|^__.*__$|^\(.*\)$|^«.*»$|^%s$|^%[\w]+$|^\$\d$|<(?:your|insert|secret|replace|enter|put|my|the|add|jwt|random|generate|some)[^>]*>",
            re.IGNORECASE,
        ),
    )
)

_ELSEWHERE: Final = sum(kind in ("reference", "encrypted", "hash") for kind, _, _ in _SHAPES)
"""How many of them, the first ones, say that the value is elsewhere; lists of what people type have such too."""

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

_MARKS: Final = re.compile(r"^<.*>$|^__.*__$|^\[.*\]$|^\{.*\}$")

_ASKING: Final = re.compile(
    r"change[\s_.-]*(?:me|this|it|in|before|for|to|my|your|after|please|on)|chang(?:e|ed|ing)$|please[\s_-]*(?:change|replace|set|use)"
    r"|replace[\s_-]*(?:me|this|with|it|in|by|the|your)|to[\s_-]?be[\s_-]?(?:changed|replaced|modified|set|filled|generated|defined|added)"
    r"|(?:insert|enter|put|add|set|fill|paste|type|place|provide|use|write|choose|pick|create|generate)[\s_-]*(?:your|a|an|the|in|some|me|here|this|real|secure|random|strong|own|new|with)\b"
    r"|generate[\s_-]*(?:one|with|using|a|an|by|me)|(?:^|[\s_.<\[-])your(?:s|[\s_.-]|[A-Z]|$)|^your|[\s_-](?:goes[\s_-])?here\b|_here$|-here$|secret[\s_-]*here|key[\s_-]*here|Here$"
    r"|\bplaceholder|place[\s_-]holder|\bfixme\b|\btodo\b|\btbd\b|\bfill[\s_-]?(?:me|in|this)|override[\s_-]?(?:me|this|in)|overwrite|\bundefined\b|\bnot[\s_-]set\b|^unset$|^none$"
    r"|openssl[\s_]+rand|head -c|\buuidgen\b|at[\s_-]?least[\s_-]?\d+|min(?:imum)?[\s_-]?(?:of[\s_-]?)?\d+|\d+[\s_-]*(?:\+[\s_-]*)?(?:char(?:acter)?s|bytes|bits)"
    r"|long[\s_-]*(?:and[\s_-]*)?random|random[\s_-]*(?:string|value|secret|key|generated|chars?|characters|bytes|text|hex)|some[\s_-]*(?:random|secret|long|strong|very|secure|key|string|value)|same[\s_-]as|must[\s_-]?be|should[\s_-]?be|do[\s_-]?not[\s_-]?use|don'?t[\s_-]?use"
    r"|^my[\s_-]?(?:own[\s_-]?)?(?:app|secret[\s_-]?value)$|\be\.?g\.|^example|[\s_.-]example|^sample|^dummy|^foo(?:bar)?$|^bar$|^baz$|^lorem|^value$|^string$|^secret[\s_-]?(?:name|value)$|^(?:tu|su|sua|seu|votre|ton|ihr|dein|deine)[\s_-]|from[\s_-](?:env|vault|secret)|stored[\s_-]in|set[\s_-](?:in|by|via)[\s_-]|see[\s_-](?:readme|docs)|^ *\.\.\.|^any[\s_-]",
    re.IGNORECASE,
)
"""Words by which a value asks to be replaced, or says what should stand there."""


_TESTING: Final = frozenset({
    "test", "tests", "testing", "tester", "unittest", "dummy", "fake", "mock", "mocked", "sample", "example", "demo",
    "foo", "bar", "baz", "foobar", "lorem", "ipsum", "abc", "abcd", "abcdef", "xyz", "asdf", "qwerty", "notsecret",
    "spec", "fixture",
})  # fmt: skip


def _is_test(text: str, words: set[str]) -> bool:
    return not words.isdisjoint(_TESTING)


# How hard a value is to guess.

_RUN: Final = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")
_ALL_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NAMES: Final = re.compile(r"[A-Za-z]+(?:[._:/-][A-Za-z]+)*")
"""Words without spaces or figures: a name of something, however long."""
_CASED: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_PER_LETTER: Final = 1.6
"""Bits of a letter of a word: some 13 for one of eight letters, a place in a list of ten thousand."""
_SHORTEST_WORD: Final = 4
_VOWELS: Final = re.compile("[aeiouyAEIOUY]")
_CLUSTER: Final = re.compile("[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{5}")


@lru_cache(maxsize=4096)
def bits(value: bytes) -> int:
    """The bits that an attacker must search through to guess `value`, estimated from above.

    Random characters count in full, letters that make words as little as words do, and what is repeated or counted up
    hardly at all. Bytes that are no text count as random.
    """
    try:
        text = value.decode("ascii")
    except UnicodeDecodeError:
        return int(min(8.0 * len(value), _spread(value) * len(value)))
    text = _unit(text)
    if _UUID.fullmatch(text):
        return 122 if len(set(text)) > 6 else 10
    if len(text) >= 16 and _ALL_HEX.fullmatch(text):
        estimate = 4.0 * _moves(text)
    else:
        estimate = sum(map(_run_bits, _RUN.findall(text)))
        if _NAMES.fullmatch(text) and sum(len(run) for run in _RUN.findall(text) if _is_wordy(run)) > len(text) * 0.6:
            estimate = min(estimate, STRONG_BITS - 1)
    return int(min(estimate, (_spread(text.encode()) + 0.5) * len(text)))


def _run_bits(run: str) -> float:
    if run.isdigit():
        return 3.32 * _moves(run)
    if not run.isalpha():
        return 4.0 * _moves(run)
    if len(run) >= _SHORTEST_WORD and _is_wordy(run):
        return _PER_LETTER * len(run)
    return (5.7 if run.lower() != run != run.upper() else 4.7) * _moves(run)


def _is_wordy(run: str) -> bool:
    """Whether letters look like words: in lower case but for first letters, and pronounceable."""
    pieces = _CASED.findall(run)
    if len(run) < 3 * len(pieces):
        return False
    vowels = len(_VOWELS.findall(run))
    return 0.2 * len(run) <= vowels <= 0.67 * len(run) and not _CLUSTER.search(run)


def _moves(text: str) -> float:
    """Characters that do not repeat or follow from the one before; the others hardly count."""
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(text)]
    dull = sum(1 for at, step in enumerate(steps) if step in (0, 1, -1) and at and steps[at - 1] == step)
    return len(text) - 0.95 * dull


def _spread(data: bytes) -> float:
    """Shannon's entropy of the bytes, in bits a byte."""
    counts = [data.count(byte) for byte in set(data)]
    return -sum(count / len(data) * math.log2(count / len(data)) for count in counts)


def _unit(text: str) -> str:
    """What `text` repeats, where it is nothing but repetitions."""
    period = (text + text).find(text, 1)
    return text[:period]
