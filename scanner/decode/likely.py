"""Whether what stands behind a secret's name is one: not its name again, a label, a key of a store, or a service's.

Names alone do not tell: `SECRET_KEY` is Django's and also that of a cloud, a `secret` is anybody's. So the value, and
what stands around it, have to say the rest.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from scanner.decode.literals import CODE, YAML, Place, Value
from scanner.rulebook import SecretName, load_secret_names, load_value_shapes
from scanner.secret_names import call, words_of
from scanner.secrets import STRONG_BITS, Verdict, judge, judge_used

_SCREAMING: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_IDENTIFIER: Final = re.compile(r"_?[a-z]+(?:[_.:-][a-z]+)+")
_DOTTED: Final = re.compile(r"[A-Za-z][\w]*(?:[.:/-][A-Za-z_][\w]*)+")
_SENTENCE: Final = re.compile(
    r"\b(?:must|required?|missing|invalid|used?|should|will|cannot|can't|not|be|for|to|of|the|is|are|with|your|by|from|when|and|or|a|an|in|on|this|that|please|enter|has|have|de|la|le|pour|und|der|die|para|el)\b",
    re.IGNORECASE,
)
_SPEAKS: Final = re.compile(
    r"secret|s3cr|sekret|passw|insecure|jwt|private|signing|hidden|unsafe|super|key.{0,3}\d|hmac", re.IGNORECASE
)
_COMMENT_MARK: Final = re.compile(r"^\s*(?:#(?!\{|\[)|//|/\*|\*\s|<!--|--\s|;)")
_TRANSLATIONS: Final = re.compile(
    r"(?:^|[/._-])(?:locales?|i18n|l10n|lang|langs|languages?|translations?|messages)(?:[/._-]|$)|\.(?:po|pot|resx|arb|strings)$"
)
_STORE_WORDS: Final = frozenset({
    "token", "tokens", "access", "refresh", "auth", "jwt", "session", "sessions", "user", "users", "cookie", "x", "id",
    "key", "keys", "name", "app", "csrf", "xsrf", "storage", "secret", "secrets", "header", "data", "value", "state",
    "login", "current", "my", "the", "of", "api", "bearer", "authorization", "client", "remember", "me", "admin", "sid",
    "store", "field", "salt", "password", "hash",
})  # fmt: skip
"""Words of the keys under which programs keep what they have, and of labels."""
_ATTRIBUTE_OF_APP: Final = re.compile(r"(?:app|application|server)\.(?:secret_key|config\[[\"']SECRET_KEY|keys)$")
"""Flask's and Koa's own names: whatever stands there is their secret."""
_SESSION_OPTIONS: Final = re.compile(r"\b(?:session|cookieSession|expressSession)\s*\(\s*\{[^{}()]*$")
"""The options of the session middlewares of Express and Koa, not of what is nested in them."""
_LETTERS: Final = 2
"""Characters of what is no value, but a piece of something."""
_PUNCTUATION: Final = ".,:;!?'\"`()"
_PHRASE: Final = 3
"""Words that are no sentence."""
_SALTS: Final = frozenset({"salt", "pepper"})
_OF_MANY: Final = {"name": _SALTS, "value": _SALTS, "context": _SALTS | {"key", "keys", "password"}}
"""Ends of names of much else: of what is salted; where a name needs its context, of stores and people too."""
_ENVIRONMENT: Final = re.compile(r"(?:^|/)\.env(?:[._-][\w.-]*)?$|\.env$")
"""Files with the settings of one program."""
_HARD: Final = 50
"""Bits from which on a value was not made up as a word or a name."""


def taken(place: Place, name: str, entry: SecretName, value: Value, content: str, verdict: Verdict) -> bool:
    """Whether a value is the secret that its name, which `entry` knows, stands for."""
    strong = verdict.kind == "strong"
    shipped = verdict.kind == "known default" and verdict.reason.startswith("the default")
    published = shipped or (verdict.kind == "known default" and (value.fallback or not _is_label(name, content)))
    # Where a function or an attribute of a framework takes it, nothing else can stand there.
    option = value.quoted and name == "secret" and bool(_SESSION_OPTIONS.search(place.before[-400:]))
    certain = option or (value.quoted and bool(call(name) or _ATTRIBUTE_OF_APP.search(place.line[-80:] + name)))
    words = words_of(name)
    last = words[-1:]
    if not strong and (not load_value_shapes().testing.isdisjoint(words) or content in _parents(place)):
        return False
    if not strong and CODE.search(place.path) and _is_said(place.line.removesuffix("${"), whole=bool(call(name))):
        return False
    if _is_text(content) if strong else _is_none(place, name, value, content, alone=not (published or certain)):
        return False
    if not value.sure and not strong:
        return False
    if last and last[0] in _OF_MANY[entry.told_by] and not (published or verdict.bits >= STRONG_BITS):
        return False
    if entry.told_by == "name":
        return True
    # A secret without any further name is that of the program whose file this is.
    own = name.isupper() and "secret" in words and bool(_ENVIRONMENT.search(place.path))
    if entry.told_by == "value":
        if certain and not (call(name) and not _speaks(content, verdict)):
            return True
        if _elsewhere(place, value, 200) and not shipped:
            return False
        named = _DOTTED.fullmatch(content) if not value.quoted else "secret" not in words and _is_key(content)
        said = (
            value.quoted and "secret" in words and (value.fallback or _speaks_of_sessions(place, name, imports=False))
        )
        return strong or published or own or said or (not named and _speaks(content, verdict))
    if shipped or option:
        return True
    if _elsewhere(place, value, 400) or not (own or _speaks_of_sessions(place, name)):
        return False
    if strong or published or own:
        return True
    if name.isupper():
        return value.quoted or bool(_SPEAKS.search(content))
    # A variable of this name may hold any secret: what it stands in has to say it, not what is imported.
    return value.quoted and _speaks_of_sessions(place, name, imports=False)


def judged(place: Place, name: str, entry: SecretName, value: Value, content: bytes) -> Verdict:
    """What the content of a value is where it stands. Never raises."""
    return (judge_used if _in_use(place, name, entry, value) else judge)(content, entry.bytes)


def _in_use(place: Place, name: str, entry: SecretName, value: Value) -> bool:
    """Whether a program signs with a value as it stands, so that nobody replaces it: as an argument or a default."""
    if not value.quoted or not _RUNS.search(place.path):
        return False
    if call(name):
        return entry.told_by != "value"  # What takes a key for any HMAC takes public constants too.
    if value.fallback or not _STANDS_IN.isdisjoint(words_of(name)):
        return True
    if _ATTRIBUTE_OF_APP.search(place.line[-80:] + name):
        return True
    if name == "secret" and _SESSION_OPTIONS.search(place.before[-400:]):
        return True
    return bool(_NAMED_ARGUMENT.search(place.line[-200:])) and _speaks_of_sessions(place, name, imports=False)


_RUNS: Final = re.compile(CODE.pattern + r"|\.(?:rb|ru|php\d?|p[lm]|exs?|cr|clj[cs]?|groovy|hs|fs|vb)$")
"""Programs."""
_STANDS_IN: Final = frozenset({"default", "fallback"})
"""Words of names of what counts where the environment does not say otherwise."""
_NAMED_ARGUMENT: Final = re.compile(r"\w\([^(){}\[\]=\n]*$")
"""What stands before the name of an argument, behind others without one."""


def _is_text(content: str) -> bool:
    """Whether a value that is long enough to be random is a sentence, or the name of a variable."""
    words = [word.strip(_PUNCTUATION) for word in content.split()]
    plain = sum(word.replace("_", "").isalpha() for word in words)
    return (len(words) > _PHRASE and plain >= 0.75 * len(words)) or (
        bool(_SCREAMING.fullmatch(content)) and not any(char.isdigit() for char in content)
    )


def _is_key(content: str) -> bool:
    """Whether a content is a name of several words, such as a key of a store, that speaks of no secret."""
    return bool(_IDENTIFIER.fullmatch(content)) and not _SPEAKS.search(content)


def _is_none(place: Place, name: str, value: Value, content: str, *, alone: bool) -> bool:
    """Whether a value that is not random is no secret; `alone` says that nothing but its name speaks for it."""
    if len(content) <= _LETTERS or _is_member(name, content) or _COMMENT_MARK.match(place.line + place.text[:1]):
        return True
    if not alone:
        return False
    if (
        _SCREAMING.fullmatch(content)
        or (not value.fallback and _is_label(name, content))
        or _TRANSLATIONS.search(place.path)
    ):
        return True
    spaced = " " in content
    sentence = len(_SENTENCE.findall(content)) > 1 or content.endswith((".", ":", "?")) or not content.isascii()
    return spaced and sentence


def _is_said(line: str, *, whole: bool) -> bool:
    """Whether what follows on a line of a program stands in a text, a message that shows how.

    A name at the start of a text is said by nobody: it is a key or a setting; but a call there is (`whole`).
    """
    quote, opened, at = "", 0, 0
    while at < len(line):
        char = line[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote, opened = char, at
        at += 1
    return bool(quote) and (whole or opened < len(line) - 1)


def _speaks(content: str, verdict: Verdict) -> bool:
    """Whether a value that is not random was made up for a secret."""
    return verdict.bits >= _HARD or bool(_SPEAKS.search(content))


_DOTS: Final = re.compile(r"[.:]+")
_MEMBER: Final = re.compile(r"[A-Za-z_]+(?:[.:]+[A-Za-z_]+)+")


def _is_member(name: str, content: str) -> bool:
    """Whether a content is the name of something in a program: `action_dispatch.cookie_salt` of a `COOKIE_SALT`."""
    if not _MEMBER.fullmatch(content):
        return False
    called, last = "".join(words_of(name)), "".join(words_of(_DOTS.split(content)[-1]))
    return len(_DOTS.findall(content)) > 1 or last.endswith(called) or called.endswith(last)


def _is_label(name: str, content: str) -> bool:
    """Whether a content is made of words of its name, or of those by which stores are keyed."""
    words = set(words_of(content))
    foreign = load_secret_names()[1].foreign
    if _IDENTIFIER.fullmatch(content) and not foreign.isdisjoint(words) and words >= set(words_of(name)):
        return True  # a service's own name for it: `oauth_token_secret` of a `TOKEN_SECRET`
    if not words or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_ .:\-]*", content):
        return False
    if len(words) == 1 and words & {"secret", "password"}:
        return False
    return (
        words <= set(words_of(name))
        or words <= _STORE_WORDS - {"secret", "secrets"}
        or (words <= _STORE_WORDS and bool(re.search(r"^[A-Z][a-z]+ [A-Z]|[A-Z][a-z]+ [a-z]", content)))
    )


def _elsewhere(place: Place, value: Value, size: int) -> bool:
    """Whether what stands around a name and its value speaks of another service."""
    before, behind = place.before[-size:], place.text[: value.start] + place.text[value.end : value.end + size // 2]
    if YAML.search(place.path):  # there it is plain what belongs together
        before, behind = _block(before, behind)
    return bool(_others().search(_CAMEL.sub("_", before + behind).lower()))


_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def _others() -> re.Pattern[str]:
    words = "|".join(word.replace("_", "[_.-]?") for word in load_secret_names()[1].elsewhere)
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?:s|\d+)?(?![a-z0-9])")


def _block(before: str, behind: str) -> tuple[str, str]:
    """What stands in the same mapping of YAML before and behind a place, and the line that opens it."""
    *lines, last = before.split("\n")
    indent = _indent(last + behind)
    opening = next((at for at, line in enumerate(reversed(lines), 1) if line.strip() and _indent(line) < indent), None)
    first, *rest = behind.split("\n")
    within = itertools.takewhile(lambda line: not line.strip() or _indent(line) >= indent, rest)
    return "\n".join([*(lines[-opening:] if opening else lines), last]), "\n".join([first, *within])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _parents(place: Place) -> Iterator[str]:
    """The keys under which a name stands in YAML, from the inside out."""
    *lines, last = place.before.split("\n")
    indent = _indent(last) if last.strip(" \t-") == "" or YAML.search(place.path) else 0
    for line in reversed(lines):
        keyed = _KEYED.match(line)
        if keyed and len(keyed[1]) < indent:
            yield keyed[2]
            indent = len(keyed[1])


_INDENTS: Final = re.compile(r"\.(?:py|rb|ru|rake|cr|exs?)$")
"""Programs that say by how far lines stand in what they belong to."""
_HEADS: Final = 4


def _heads(place: Place) -> Iterator[str]:
    """The lines under which a name stands in programs without brackets, from the inside out."""
    if place.path and not _INDENTS.search(place.path):  # without a path it may be of any kind
        return
    *lines, last = place.before.split("\n")
    indent, count = _indent(last + "x"), 0
    for line in reversed(lines):
        if line.strip() and _indent(line) < indent and count < _HEADS:
            indent, count = _indent(line), count + 1
            yield line[-200:]


_BRACKET: Final = re.compile(r"[()\[\]{}]")
_BRACKETS: Final = 30
"""That are open around a name; those further out say nothing of it."""
_OPENER: Final = re.compile(r"(?<![\w$.:\-\"'<>\[\]])([\w$.:\-\"'<>\[\]]++)[\s:=>(\[]*+$")
_KEYED: Final = re.compile(r"^([ \t]*)(?:-[ \t]+)?[\"']?([\w.\-]+)[\"']?[ \t]*:(?:[ \t]|$)")
_SECTION: Final = re.compile(r"^[^\S\n]*+\[++([^\[\]\n]++)\]++[^\S\n]*+$", re.MULTILINE)


_LIBRARIES: Final = re.compile(
    r"jsonwebtoken|import jwt\b|jwt\.(?:sign|verify|encode|decode)|JWT\.(?:encode|decode|create|require)|jwt-simple"
    r"|express-session|cookie-session|cookie-parser|golang-jwt|dgrijalva/jwt"
    r"|Firebase.JWT|require ['\"]jwt['\"]|from jose\b|SignJWT|jwtVerify"
    r"|buddy\.sign|resty\.jwt|jwt-cpp|Crypt::JWT|Kemal::Session|dart_jsonwebtoken"
)
"""What programs that sign tokens or sessions import and call."""


def _speaks_of_sessions(place: Place, name: str, *, imports: bool = True) -> bool:
    """Whether a name, or what it stands in, speaks of sessions or tokens."""
    context = load_secret_names()[1].context
    return any(not context.isdisjoint(words_of(text)) for text in (name, *_enclosing(place, imports=imports)))


def _enclosing(place: Place, *, imports: bool) -> Iterator[str]:
    """What stands around a name: the words of its line, of the brackets and parents that it is in, and its file."""
    yield place.line[-200:]
    yield place.path.rpartition("/")[2]
    depth, open_ = 0, 0
    before = place.before
    for bracket in reversed([*_BRACKET.finditer(before)]):
        if bracket[0] in ")]}":
            depth += 1
        elif depth:
            depth -= 1
        elif open_ == _BRACKETS:
            break
        else:
            open_ += 1
            if opener := _OPENER.search(before[max(0, bracket.start() - 120) : bracket.start()]):
                yield opener[1]
    yield from _heads(place)
    yield from _parents(place)
    sections = _SECTION.findall(before)
    if sections:
        yield sections[-1]
    if imports and _LIBRARIES.search(before + place.text):
        yield "jwt"
