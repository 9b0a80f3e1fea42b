r"""Secrets where they are set: `NAME = VALUE` as configuration and programs write it.

Read without a parser of any language, so that a torn piece, a template or a log is read too: environment files, YAML,
JSON, TOML, INI and properties, XML, HCL, Dockerfiles, Kubernetes manifests, shell, SQL and notebooks, and assignments,
named arguments and defaults in the languages that programs of the web are written in. What is only named, typed,
referred to or read from elsewhere gives nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from scanner.decode import decoder
from scanner.decode.calls import called
from scanner.decode.likely import judged, taken
from scanner.decode.literals import CODE, NAME, Place, Value, bare_at, element_at, value_at
from scanner.decode.literals import paths as paths
from scanner.decode.reading import Reader
from scanner.decode.salts import is_salt, salt_of
from scanner.model import Salt, Sealed, Secret
from scanner.rulebook import SecretName
from scanner.secret_names import naming, words_of

MOST: Final = 1_536
"""Bytes of a text that are looked at."""
_LINES: Final = re.compile(rb"(?:[^\n]*+\n){5}")
"""Lines of it; a pattern takes four at most."""
_BEFORE: Final = 1 << 11
"""Bytes before it."""
_QUOTES: Final = re.compile(rb"""["'`]""")


def decode(text: bytes) -> Secret | Salt | None:
    """The secret or salt whose name `text` starts with, wherever that stands. Never raises."""
    return decode_in(text, b"", "")


def decode_in(text: bytes, before: bytes, path: str) -> Secret | Salt | None:
    """The secret whose name `text` starts with, or whose name stands in quotes there, where it sets one; else the salt.
    Never raises.

    It is for what `sets` something. `before` is what stands before it in the file `path`, of which the last 2,048 bytes
    are looked at: in programs what has no quotes is no text, and a `secret` alone is what it stands in.
    """
    text, before = text[:MOST], before[-_BEFORE:]
    place = _place(text, before, path)
    for name, value, entry in _candidates(text, before.rpartition(b"\n")[2], path):
        content = _content(place, value.content)
        verdict = judged(place, name, entry, value, content)
        if not verdict.secret or decoder("der").decode(content):  # a private key, which is told as one
            continue
        if taken(place, name, entry, value, content.decode("utf-8", "replace"), verdict):
            raw = place.text[value.start : value.end].encode("latin-1")
            start = value.start + len(text) - len(place.text)
            return Secret(raw=Sealed(raw), value=Sealed(content), name=name, start=start)
    return _salt(place, len(text) - len(place.text)) if _names_salt(place) else None


def _salt(place: Place, shift: int) -> Salt | None:
    """The salt that a text sets, which begins `shift` bytes further on than what was asked for."""
    found = (salt_of(place, name, value) for name, value in _settings(place) if value and is_salt(name))
    salt = next(filter(None, found), None)
    return salt and msgspec.structs.replace(salt, start=salt.start + shift)


def _names_salt(place: Place) -> bool:
    """Whether a text starts with the name of a salt."""
    named = NAME.match(place.text)
    return named is not None and is_salt(named[1].rstrip(".:-"))


def until(text: bytes, start: int) -> int:
    """Up to where what starts at `start` of a text is looked at."""
    lines = _LINES.match(text, start, start + MOST)
    return lines.end() if lines else min(start + MOST, len(text))


def sets(text: bytes, line: bytes, path: str) -> bool:
    """Whether `text` may set what the table knows behind `line`, the part of a line, whatever stands before that."""
    if not _QUOTES.search(text) and CODE.search(path.lower()):
        return False
    return bool(_candidates(text, line, path)) or _names_salt(_place(text, line, path))


def begins(_text: bytes) -> bool:
    """Never: none of them is long."""
    return False


def lengths(_text: bytes) -> None:
    """None: nothing is read on through gaps."""


def _place(text: bytes, before: bytes, path: str) -> Place:
    """The place of a name; a quote before it stands in front of the text."""
    quote = text[:1] == b'"'
    return Place(text[quote:].decode("latin-1"), (before + text[:quote]).decode("latin-1"), path.lower())


@lru_cache(maxsize=4096)
def _candidates(text: bytes, line: bytes, path: str) -> tuple[tuple[str, Value, SecretName], ...]:
    """What a text may set that the table knows, by name, value and entry, the likeliest first.

    Of what stands before it, only its `line` has a part in this. Mostly there is nothing, and the next version of a
    file says the same again.
    """
    place = _place(text, line, path)
    by_place = called(place)
    found = [by_place] if by_place else []
    for name, value in _settings(place):
        known = naming(name) if value else None
        if value and known:
            found.append((name, value, known.entry))
    return tuple(found)


def _content(place: Place, content: str) -> bytes:
    """The value that the program gets: out of the base64 of a Kubernetes Secret, or out of the JSON of Hasura."""
    data = content.encode("latin-1", "replace")
    if content.startswith("{") and '"key"' in content:
        key = (Reader().object(base64.b64encode(data)) or {}).get("key")
        return key.encode("utf-8", "replace") if isinstance(key, str) else b""
    if _is_encoded(place):
        try:
            return base64.b64decode(data, validate=True).rstrip(b"\n")
        except (binascii.Error, ValueError):
            return data
    return data


_DATA: Final = re.compile(r"(?:^|\n)data:[ \t]*\r?\n(?:[ \t][^\n]*\n)*[ \t]*[\"']?$")
"""What stands before a member of a manifest's data."""


def _is_encoded(place: Place) -> bool:
    """Whether a text is a member of a Kubernetes Secret that is in base64. Its kind may stand before or behind."""
    manifest = place.before.rpartition("\n---")[2]
    return "kind: Secret" in manifest + place.text and bool(_DATA.search(manifest))


# What opens and closes a name.

_QUOTE: Final = re.compile(r"(?<!\\)\\*+[\"'`]$")
_INTERPOLATION: Final = re.compile(r"[$#]\{$")
_TAG: Final = re.compile(r"<(?:key>|name>|Name>|Key>)?$")
_NAMED: Final = re.compile(
    r"(?:^|[\s,{\"'(-])(?:name|Name|NAME|key|Key|KEY|ParameterKey|paramKey|variable|envVar|id)\\*[\"']?\s*[:=]\s*"
    r"\\*[\"']?$"
)
"""What calls the text behind it a name: `name: X` with `value: Y` after it."""
_DECLARES: Final = re.compile(r"(?:^|\s)(?:ENV|ARG|set|setx|SetEnv|env)\s+$")
"""Words of Dockerfiles and shells behind which a name and a value stand side by side."""
_SETTERS: Final = re.compile(
    r"\b(?:define|env|environ\.get|set\w*|put\w*|get|fetch|config\w*|cfg|conf|options?|defaults?|add|append|property"
    r"|with\w+|register|value|parse|param|argument|arg|store|str(?:ing)?|lookup\w*|environment|ini_set|from_env"
    r"|(?:get|Get|use|Use|add|Add|set|Set|system)[A-Z]\w*|[Ee]nv\w+|(?:get|add|set|put|env)_\w+|Set|Add|String\w*|Str|Getenv)"
    r"(?:<\w+>)?\s*\(\s*(?:[\w.:]+\s*,\s*)?$|\b(?:set|config|setting)\s+$"
)
"""Calls of which the first text, or the second, is a name, and the next its value or its default."""
_ROW: Final = re.compile(r"(?:VALUES\s*\(|\),\s*\(|^\s*\()[^()\n]*$", re.IGNORECASE)
"""A row of SQL."""

# What stands between a name and its value.

_TYPE: Final = (
    r"(?:\s*+[?!]?:\s*+(?:Final\b)?[\w.<>\[\]&'| ?!,]{0,60}?|\s++(?:string|\[\]byte|String|NSString)|\s*+\[\w*+\])?"
)
_ASSIGNS: Final = re.compile(_TYPE + r"\s*+(?:\?\?=|\|\|=|\?=|:=|=>|<-|=(?![=~>]))\s*+")
_COLON: Final = re.compile(r"\s*:(?![:=])\s*")
_ELSE: Final = re.compile(r"\s*(?:\|\||\?\?|\?:)\s*(?=[\"'`])")
_CALLED: Final = re.compile(r"\s*\(\s*")
_COMMA: Final = re.compile(r"\s*,\s*")
_SPACE: Final = re.compile(r"[ \t]+(?=[\"'])")
_BESIDE: Final = re.compile(r"[ \t]+(?![=: \t\r\n])")
_FLAG: Final = re.compile(r"\s+|=")
_SUBSCRIPT: Final = re.compile(r"\s*+\\*+[\"'`]?\s*+[\])]?\]\s*+(?:\?\?=|\|\|=|:=|=(?![=~>]))\s*+")
_KEYED: Final = re.compile(r"\\*[\"'`]\s*(?:=>|:(?!:)|=(?![=~]))\s*")
_ATTRIBUTE: Final = re.compile(r"[\"']\s+(?:[\w:.-]+=\"[^\"]*\"\s+){0,4}(?:value|default|defaultValue|content)\s*=\s*")
_OPTIONAL: Final = re.compile(
    r"\\*+[\"'`]\s*+[)\]]++\s*+(?:!|\(\))?\s*+(?:\|\||\?\?|\?:|\bor\b|//|\{|or_else\s*\{)\s*"
    r"|\\*[\"'`]\s*\)\s*\.\s*(?:unwrap_or(?:_else)?|orElse|getOrElse|or|ifNull|orElseGet)\s*\(\s*"
    r"(?:\|_?\w*\|\s*|\(\)\s*[=-]>\s*)?"
    r"|\\*[\"'`]\s*,[^,()\n]{0,80},?\s*+\b(?:default|default_value|defaultValue|value|envDefault)\s*[=:]\s*"
)
"""A default behind a name that is looked up: `getenv("X") or "…"`, `env("X", default="…")`."""
_NEXT: Final = re.compile(r"\\*[\"'`]\s*,\s*(?:(?:default|default_value|defaultValue|value)\s*[=:]\s*)?")
_PAIRED: Final = re.compile(
    r"\\{0,16}[\"']?\s*+,?\s*+(?:\\n)?\s*+(?:-\s++)?\\*+[\"']?"
    r"(?:value|Value|ParameterValue|VALUE|content|SecretString|paramValue|val)\\*[\"']?\s*[:=]\s*(?:>-|\||!!str)?\s*"
)
_DEFAULT: Final = re.compile(r"([A-Z_][A-Z0-9_]{0,160}(?=:?[-=])|[\w.\-]{1,160}?(?=:))(?::-|:=|:|-)([^{}\n]*+)\}")
"""Shells have `${NAME-value}` too; elsewhere a hyphen is a part of a name."""
_WHOLE: Final = re.compile(r"=(?!=)((?:[^\n\\]|\\++(?!\n?\Z))*+)\\*+$")
_LINE_OF_CODE: Final = re.compile(r"\s+(?::\s*\w+\s*)?=\s*\\*[\"'\w]")
"""A line of a program inside of a text: a notebook."""


def _settings(place: Place) -> Iterator[tuple[str, Value | None]]:
    """What a text may set, the likeliest first: each a name and its value."""
    text, line = place.text, place.line
    found = NAME.match(text)
    if not found:
        return
    # In a text with escapes, `\nNAME` begins a line.
    torn = line.endswith("\\") and text[:1] in tuple("nrt")
    begin = 1 if torn else found.start(1)
    name = text[begin : found.end(1)].rstrip(".:-")
    end = begin + len(name)
    quote = None if torn else _QUOTE.search(line)
    if _INTERPOLATION.search(line):
        yield from _interpolated(text, begin)
    elif quote:
        yield from _behind_quoted(place, name, end, quote[0])
    else:
        yield from _behind_bare(place, name, end)


def _interpolated(text: str, begin: int) -> Iterator[tuple[str, Value | None]]:
    """`${NAME:-value}` of shells and compose files, `${name:value}` of Spring."""
    found = _DEFAULT.match(text, begin)
    if found and found[2]:
        yield found[1], Value(found.start(2), found.end(2), found[2].strip("'\""), fallback=True)


def _behind_quoted(place: Place, name: str, end: int, quote: str) -> Iterator[tuple[str, Value | None]]:
    """What a name in quotes is set to: as a key, a subscript, an argument, an attribute, or as all of a text."""
    text = place.text
    ahead = place.line[: -len(quote)]
    closed = text.find(quote, end)
    if whole := _WHOLE.match(text[: max(closed, 0)], end):
        yield name, Value(whole.start(1), whole.end(1), whole[1])
        if "\\n" not in whole[1]:
            return
    if whole or _LINE_OF_CODE.match(text, end):
        yield from _behind_bare(place, name, end)
        return
    if _NAMED.search(ahead) and (found := _PAIRED.match(text, end)):
        yield name, value_at(place, found.end())
        return
    for expression in (_SUBSCRIPT, _KEYED, _ATTRIBUTE, _OPTIONAL):
        if found := expression.match(text, end):
            value = value_at(place, found.end(), colon=expression is _KEYED)
            yield name, value and value._replace(fallback=value.fallback or expression is _OPTIONAL)
    if (found := _NEXT.match(text, end)) and (_SETTERS.search(ahead) or _ROW.search(ahead)):
        yield name, value_at(place, found.end())
    if ahead.endswith("="):
        yield name, element_at(text, end)


def _behind_bare(place: Place, name: str, end: int) -> Iterator[tuple[str, Value | None]]:
    """What a name without quotes is set to."""
    text, line, path = place.text, place.line, place.path
    if _TAG.search(line):
        yield name, element_at(text, end)
        return
    if _NAMED.search(line) and (found := _PAIRED.match(text, end)):
        yield name, value_at(place, found.end(), colon=True)
        return
    # What has no quotes stands on the line of its name: `NAME=` alone sets nothing.
    if found := _ASSIGNS.match(text, end):
        yield name, value_at(place, found.end(), literal="\n" in found[0])
    if found := _COLON.match(text, end):
        yield name, value_at(place, found.end(), colon=True, literal="\n" in found[0])
    if "." in name and (found := _ELSE.match(text, end)):
        value = value_at(place, found.end(), literal=True)
        yield name, value and value._replace(fallback=True)
    if found := _CALLED.match(text, end):
        if _sets(name):
            yield name, value_at(place, found.end(), literal=True)
        return
    if text[:1] in (":", "$") and (found := _COMMA.match(text, end)):  # Ruby's `set :name, value`
        yield name, value_at(place, found.end())
    # In a program an option and its value side by side are a line of its help.
    if text.startswith("--") and (found := _FLAG.match(text, end)) and not (CODE.search(path) and found[0] != "="):
        yield name, bare_at(place, found.end(), word=True)
    if text[end : end + 1] == " " and _DECLARES.search(line):
        yield name, value_at(place, end + 1)
    if path.endswith((".properties", ".ini")) and (found := _BESIDE.match(text, end)):
        yield name, bare_at(place, found.end())
    if path.endswith(_APPLIES) and (found := _SPACE.match(text, end)):
        yield name, value_at(place, found.end())


_APPLIES: Final = (
    ".rb", ".erb", ".exs", ".ex", ".pl", ".ru", ".cr", ".clj", ".cljs", ".cljc", ".edn", ".hs", ".elm", ".fs", ".ml",
)  # fmt: skip
"""Languages in which a name and a text side by side are a call, a definition or a member of a map."""

_READS: Final = frozenset({
    "get", "fetch", "read", "load", "validate", "generate", "create", "find", "delete", "is", "has", "check", "verify",
    "compare", "require", "resolve", "decrypt", "new", "make", "parse", "build", "hash", "test", "random", "list",
    "rotate", "update", "save", "log", "print", "derive", "from", "to",
})  # fmt: skip
"""Words with which functions begin that give a secret, or ask of one."""


def _sets(name: str) -> bool:
    """Whether a function of this name takes a secret, and does not give one."""
    words = words_of(name.rpartition(".")[2])
    return bool(words) and words[0] not in _READS
