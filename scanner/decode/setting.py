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
from typing import Final, NamedTuple

import msgspec

from scanner.decode.reading import Reader
from scanner.model import Sealed, Secret
from scanner.rulebook import SecretName, load_secret_names
from scanner.secret_names import call, naming, words_of
from scanner.secrets import Verdict, judge

_MOST: Final = 1 << 12
"""Bytes of a text that are looked at."""


class _Place(NamedTuple):
    """A text, and what stands before it; one character a byte, so that places are those of the bytes."""

    text: str
    before: str
    """Up to 2,048 bytes."""
    path: str
    """In lower case."""

    @property
    def line(self) -> str:
        """What stands before the text on its line."""
        return self.before.rpartition("\n")[2]


class _Value(NamedTuple):
    """A value as it stands in a text."""

    start: int
    end: int
    content: str
    """Escapes undone."""
    quoted: bool = True
    sure: bool = True
    """Whether what stands there is a text, whatever it says."""


def decode(text: bytes) -> Secret | None:
    """The secret whose name `text` starts with, wherever that stands. Never raises."""
    return decode_in(text, b"", "")


def decode_in(text: bytes, before: bytes, path: str) -> Secret | None:
    """The secret whose name `text` starts with, where it sets one. Never raises.

    `before` is what stands before it in its file, 2,048 bytes or less, and `path` where that is: in programs what has
    no quotes is no text, and a `secret` alone is what it stands in.
    """
    quote = text[:1] == b'"'
    place = _Place(text[quote:_MOST].decode("latin-1"), (before[-2048:] + text[:quote]).decode("latin-1"), path.lower())
    for name, value, entry in (*_called(place), *_named_settings(place)):
        if found := _secret(place, name, value, entry):
            return msgspec.structs.replace(found, start=found.start + 1) if quote else found
    return None


def _named_settings(place: _Place) -> Iterator[tuple[str, _Value, SecretName]]:
    """What a text may set that the table knows."""
    for name, value in _settings(place):
        if known := naming(name):
            yield name, value, known.entry


def begins(_text: bytes) -> bool:
    """Never: none of them is long."""
    return False


def lengths(_text: bytes) -> None:
    """None: nothing is read on through gaps."""


# What is set, and to what.

_NAME: Final = re.compile(r"[$@:.\-%]*([A-Za-z0-9_][A-Za-z0-9_.:\-]*)")
_ESCAPED_END: Final = re.compile(r"\\+$")
_QUOTE: Final = re.compile(r"\\*[\"'`]$")
_INTERPOLATION: Final = re.compile(r"[$#]\{$")
_DEFAULT: Final = re.compile(r"([\w.\-]+?)(?::-|:=|:|-)([^{}\n]*)\}")
_TYPE: Final = (
    r"(?:\s*[?!]?:\s*(?:Final\b)?[\w.<>\[\]&'| ?!,]{0,60}?\s*|\s+(?:string|\[\]byte|String|NSString)\s*|\s*\[\w*\]\s*)?"
)
_ASSIGNS: Final = re.compile(_TYPE + r"\s*(?:\?\?=|\|\|=|\?=|:=|=>|<-|=(?![=~>]))\s*")
_COLON: Final = re.compile(r"\s*:(?![:=])\s*")
_SUBSCRIPT: Final = re.compile(r"\s*\\*[\"'`]?\s*[\])]?\]\s*(?:\?\?=|\|\|=|:=|=(?![=~>]))\s*")
_QUOTED_KEY: Final = re.compile(r"\\*[\"'`]\s*(?:=>|:(?!:)|=(?![=~]))\s*")
_NEXT: Final = re.compile(r"\\*[\"'`]\s*,\s*(?:(?:default|default_value|defaultValue|value)\s*[=:]\s*)?")
_ELSE: Final = re.compile(r"\s*(?:\|\||\?\?|\?:)\s*(?=[\"'`])")
_CALLED: Final = re.compile(r"\s*\(\s*")
_OPTIONAL: Final = re.compile(
    r"\\*[\"'`]\s*[)\]]+\s*(?:!|\(\))?\s*(?:\|\||\?\?|\?:|\bor\b|//|\{|or_else\s*\{)\s*"
    r"|\\*[\"'`]\s*\)\s*\.\s*(?:unwrap_or(?:_else)?|orElse|getOrElse|or|ifNull|orElseGet|unwrap_or_default)\s*\(\s*(?:\|_?\w*\|\s*|\(\)\s*=>\s*|\(\)\s*->\s*)?"
    r"|\\*[\"'`]\s*,[^,()\n]{0,80},?\s*\b(?:default|default_value|defaultValue|default_factory|value|envDefault)\s*[=:]\s*"
)
_ATTRIBUTE: Final = re.compile(r"[\"']\s+(?:[\w:.-]+=\"[^\"]*\"\s+){0,4}(?:value|default|defaultValue|content)\s*=\s*")
_ELEMENT: Final = re.compile(r"(?:[\"']|</key>)?\s*(?:[\w:]+=\"[^\"]*\"\s*)*>?\s*(?:<(?:string|value|str)[^<>]*>)?\s*")
_IN_ELEMENT: Final = re.compile(r"([^<>\n]{1,512}?)\s*</\w")
_CDATA: Final = re.compile(r"<!\[CDATA\[([^\]\n]{1,512})\]\]>")
_PAIRED: Final = re.compile(
    r"\\*[\"']?\s*,?\s*(?:\\n)?\s*(?:-\s+)?\\*[\"']?(?:value|Value|ParameterValue|VALUE|content|SecretString|paramValue|val)\\*[\"']?\s*[:=]\s*(?:>-|\||!!str)?\s*"
)
_NAMED: Final = re.compile(
    r"(?:^|[\s,{\"'(-])(?:name|Name|NAME|key|Key|KEY|ParameterKey|paramKey|variable|envVar|id)\\*[\"']?\s*[:=]\s*\\*[\"']?$"
)
_SETTERS: Final = re.compile(
    r"(?:\b(?:define|env|getenv|get_env|environ\.get|environ\.setdefault|setdefault|set|put|setProperty|systemProperty|setDefault|SetDefault|Set|SetEnv|Setenv|setenv"
    r"|set_var|putenv|getEnv|GetEnv|Getenv|getenvOr|getEnvOr|getEnvOrDefault|get_env_or|getEnvironment|env_or|env_or_default|envOr|envOrDefault|getOrDefault|lookup_env|LookupEnvOr|fetch|get|config|configure|option|options"
    r"|default|getString|getProperty|GetValue<string>|GetValue|add|Add|append|withProperty|property|UseSetting|addEnv|withEnv|with_env|environment|store|str|string|Str|setAttribute|setItem|cfg|conf|setting|ini_set|param|from_env"
    r"|setConfig|app\.set|register|value|parse|getEnvVar|get_secret|envString|EnvString|StringVar|String|flag\.String|add_argument|add_option|argument|arg)\s*\(\s*$"
    r"|\bset\s+$|\bconfig\s+$|VALUES\s*\([^()\n]*$|\),\s*\([^()\n]*$|^\s*\([^()\n]*$|setting\s+$|put_env\s*\(\s*:\w+,\s*$|put_env\s*\(\s*$|(?:setField|setattr|setProperty|set)\s*\(\s*[\w.]+\s*,\s*$)"
)
_SQL: Final = re.compile(r"(?:VALUES\s*\(|\),\s*\(|^\s*\()[^()\n]*$", re.IGNORECASE)
_SETTING_CALL: Final = re.compile(r"^(?:set|with|use)?(?:[A-Z_].*)?|^.*$")
_FLAG: Final = re.compile(r"(?:\s+|=)")


def _settings(place: _Place) -> Iterator[tuple[str, _Value]]:
    """What a text may set, the likeliest first: each a name and its value."""
    text, line = place.text, place.line
    found = _NAME.match(text)
    if not found:
        return
    escaped = _ESCAPED_END.search(line)
    begin = found.start(1)
    if escaped and begin == 0 and text[:1] in "nrt":
        begin = 1
    name = text[begin : found.end(1)].rstrip(".:-")
    end = begin + len(name)
    if _INTERPOLATION.search(line):
        yield from _defaults(place, begin)
        return
    key_quoted = _QUOTE.search(line) if not (escaped and begin == 1) else None
    if key_quoted:
        yield from _behind_quoted(place, name, end, key_quoted[0])
    else:
        yield from _behind_bare(place, name, end)


def _defaults(place: _Place, begin: int) -> Iterator[tuple[str, _Value]]:
    """`${NAME:-value}` of shells and compose files, `${name:value}` of Spring."""
    found = _DEFAULT.match(place.text, begin)
    if found and found[2]:
        yield found[1], _Value(found.start(2), found.end(2), found[2].strip("'\""))


def _behind_quoted(place: _Place, name: str, end: int, quote: str) -> Iterator[tuple[str, _Value]]:
    text, line = place.text, place.line
    ahead = line[: len(line) - len(quote)]
    if text[end : end + 1] == "=" and text[end + 1 : end + 2] != "=":
        # A text that is an assignment as a whole: `"NAME=value"` in lists of variables.
        stop = text.find(quote, end + 1)
        if stop > end + 1 and "\n" not in text[end:stop]:
            yield name, _Value(end + 1, stop, text[end + 1 : stop].strip("\\"))
        if "\\n" in text[end : end + 400]:
            yield from _behind_bare(place, name, end)
        return
    if text[end : end + 1] == " " and _LOOKS_LIKE_CODE.match(text, end):
        # A line of a program inside of a text: a notebook.
        yield from _behind_bare(place, name, end)
        return
    if _NAMED.search(ahead) and (found := _PAIRED.match(text, end)):
        yield from _named(name, _value(place, found.end()))
        return
    for expression in (_SUBSCRIPT, _QUOTED_KEY, _ATTRIBUTE, _OPTIONAL):
        if found := expression.match(text, end):
            yield from _named(name, _value(place, found.end(), member=expression is _QUOTED_KEY))
    if (found := _NEXT.match(text, end)) and (_SETTERS.search(ahead) or _SQL.search(ahead)):
        yield from _named(name, _value(place, found.end()))
    if ahead.endswith("="):
        yield from _named(name, _element(text, end))


_LOOKS_LIKE_CODE: Final = re.compile(r"\s*(?::\s*\w+\s*)?=\s*\\*[\"'\w]")


def _behind_bare(place: _Place, name: str, end: int) -> Iterator[tuple[str, _Value]]:
    text, line = place.text, place.line
    if line.endswith("<") or line.endswith("<key>") or re.search(r"<(?:name|key|Name|Key)>$", line):
        yield from _named(name, _element(text, end))
        return
    if _NAMED.search(line) and (found := _PAIRED.match(text, end)):
        yield from _named(name, _value(place, found.end(), member=True))
        return
    if found := _ASSIGNS.match(text, end):
        yield from _named(name, _value(place, found.end()))
    if found := _COLON.match(text, end):
        yield from _named(name, _value(place, found.end(), member=True))
    if "." in name and (found := _ELSE.match(text, end)):
        yield from _named(name, _value(place, found.end(), literal=True))
    if found := _CALLED.match(text, end):
        if _sets(name):
            yield from _named(name, _value(place, found.end()))
        return
    if text[:1] in ":$" and (found := re.match(r"\s*,\s*", text[end:])):  # Ruby's `set :name, value`
        yield from _named(name, _value(place, end + found.end()))
    if text[:2] == "--" and (found := _FLAG.match(text, end)):
        yield from _named(name, _bare(place, found.end(), word=True))
    if (
        re.search(r"(?:^|\s)(?:ENV|ARG|set|setx|fly secrets set|SetEnv|PassEnv|env)\s+$", line)
        and text[end : end + 1] == " "
    ):
        yield from _named(name, _value(place, end + 1))
    elif place.path.endswith((".properties", "shiro.ini")) and re.match(r"[ \t]+[^\s=:]", text[end : end + 9]):
        yield from _named(name, _bare(place, end + 1))
    if place.path.endswith((".rb", ".erb", ".exs", ".ex", ".pl", "config.ru")) and re.match(
        r"[ \t]+[\"']", text[end : end + 9]
    ):
        yield from _named(name, _value(place, end + 1))


def _named(name: str, value: _Value | None) -> Iterator[tuple[str, _Value]]:
    if value:
        yield name, value


_READS: Final = frozenset(
    "get fetch read load validate generate create find delete is has check verify compare require resolve decrypt new"
    " make parse build hash test random list rotate update save log print derive from to".split()
)


def _sets(name: str) -> bool:
    """Whether a function of this name takes a secret, and does not give one."""
    words = words_of(name.rpartition(".")[2])
    return bool(words) and words[0] not in _READS


# Functions that take a secret by its place.

_FUNCTION: Final = re.compile(r"[.:]*[A-Za-z_][\w.:]*(?:\(\)\.\w+)*")
_ARGUMENTS: Final = re.compile(r"(?:::?<[\w<>, ]{1,40}>(?:::\w+)?)?\s*\(\s*(?:\[(?=\s*[\"\'`]))?|[ \t]+(?=[\w{:'\"@])")
_BRACKETS: Final = {"(": ")", "[": "]", "{": "}"}
_MOST_ARGUMENT: Final = 1_000
"""Characters of the arguments before a secret."""


def _called(place: _Place) -> Iterator[tuple[str, _Value, SecretName]]:
    """The literal that a text hands to a function which takes a secret there."""
    text = place.text
    found = _FUNCTION.match(text)
    known = call(found[0]) if found else None
    opening = _ARGUMENTS.match(text, found.end()) if found and known else None
    if not found or not known or not opening:
        return
    at = _argument(text, opening.end(), known.argument)
    value = _value(place, at, literal=True) if at is not None else None
    if value:
        yield found[0].lstrip("."), value, known.entry


def _argument(text: str, at: int, number: int) -> int | None:
    """Where an argument begins in a list of those; None where there are not so many, or no end of one is in sight."""
    depth = 0
    end = min(len(text), at + _MOST_ARGUMENT)
    while number and at < end:
        char = text[at]
        if char in "\"'`":
            stop = _closing(text, at + 1, char)
            if stop is None:
                return None
            at = stop
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif char == "," and not depth:
            number -= 1
        elif char == ";" or (
            char == "\n" and not depth and text[at - 1 : at] not in ",(" and text[at + 1 : at + 2].strip()
        ):
            return None
        at += 1
    while text[at : at + 1].isspace():
        at += 1
    # Keys have names in some languages: `key: "…"`, `secret = "…"`.
    named = re.match(r"(?:key|secret|secretKey|keyData|value)\s*[:=]\s*", text[at:])
    return at + (named.end() if named else 0) if not number and at < len(text) else None


# Values.

_WRAPPER: Final = re.compile(
    r"(?:new\s+)?(?:\[\]byte|(?:[\w:.]*[.:])?(?:[Bb]ytes?|encode|[Ff]rom|from_slice|from_str|getBytes|GetBytes|hmacShaKeyFor|hmacShaKey"
    r"|SymmetricSecurityKey|SecretStr|SecretKeySpec|Secret|Field|String|CString|NSString|decode|b64decode|urlsafe_b64decode"
    r"|b64_decode|base64_decode|hex2bin|unhexlify|fromhex|FromBase64String|from_base64|derive_from|Some|Value|Text|text|str"
    r"|TextEncoder\(\)\.encode|to_vec|pack|array|toByteArray|utf8ToBytes|toUtf8Bytes|createSecretKey|importKey|seal|SecretString|Just|T))"
    r"(?:<[\w.]+>)?\s*\(\s*(?:default\s*=\s*)?"
)
_LIST: Final = re.compile(
    r"(?:\[\]string\s*\{|new\s*(?:string)?\[\]\s*\{|\[|\(|%w\[|Array\(|List\.of\(|listOf\(|vec!\[|array\(|&)\s*"
)
_OPENING: Final = re.compile(r"(?P<prefix>[rRbBuUfF@$cN]{0,2}|#\")?(?P<quote>\"\"\"|'''|\\+\"|\\+'|\"|'|`)")
_RUST_RAW: Final = re.compile(r'b?r#"([^"\n]{1,512})"#')
_OTHERWISE: Final = re.compile(
    r"[\w.\[\]'\"$()?>:!\-]{1,160}?\s*(?:\|\||\?\?|\?:|(?<![\w])or(?![\w])|//)\s*(?=[\"'`\\\[(bruRBU])"
    r"|[\w.:!?]*(?:getenv|get_env|environ(?:\.get)?|[Ee]nv(?:iron)?(?:\.\w+)?|fetch|GetEnvironmentVariable|Getenv|config(?:\.get)?|lookup|get|getProperty|GetValue(?:<\w+>)?|getEnv|GetEnv|env_or|get_env_variable|var)"
    r"\s*[(\[]\s*[\"'][\w.:-]+[\"']\s*(?:,\s*(?:cast\s*=\s*\w+\s*,\s*)?(?:default\s*=\s*)?|[)\]]+\s*(?:\|\||\?\?|\?:|\bor\b|//|\{)\s*|\)\s*\.\s*(?:unwrap_or(?:_else)?|orElse|getOrElse)\s*\(\s*(?:\|_?\w*\|\s*|\(\)\s*=>\s*)?)"
)
_JOINT: Final = re.compile(r"\s*(?:\+|\.(?=\s*[\"'])|&(?=\s*[\"'])|<>|\\\n)\s*(?=[\"'])|\s*\n\s*(?=[\"'])")
_GOES_ON: Final = re.compile(
    r"\s*(?:\+|\.\s*\$|\.\s*\w+\(\s*\)\s*\+|<>|&\s*\w|%\s*[\w(]|\.format\(|\.replace\(|\s\*\s*\d)"
)
_ESCAPE: Final = re.compile(r"\\(?:([nrt0])|x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{4})\}?|(.))", re.DOTALL)
_LITERAL_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_PLAIN_QUOTES: Final = (".rb", ".php", ".pl", ".pm", ".yml", ".yaml", ".sh", ".bash", ".env", ".ex", ".exs", ".toml")
"""Where an apostrophe leaves escapes as they are."""


def _value(place: _Place, at: int, *, member: bool = False, literal: bool = False) -> _Value | None:
    """The value at a place: a text in quotes, within what wraps it or makes it a default, or bare; None for others.

    `member` says that a colon or a pair brought us here, behind which a bare word is a text in YAML alone, `literal`
    that no bare word is one.
    """
    text = place.text
    for _ in range(5):
        if found := _RUST_RAW.match(text, at):
            return _Value(found.start(1), found.end(1), found[1])
        if text_found := _literal(place, at):
            return text_found
        found = (
            _WRAPPER.match(text, at)
            or _OTHERWISE.match(text, at)
            or _LIST.match(text, at)
            or _NEXT_LINE.match(text, at)
        )
        if not found or found.end() == at:
            break
        at = found.end()
        if found.re is _LIST and found[0] in "[(" and not _OPENING.match(text, at) and not _WRAPPER.match(text, at):
            return None
    return None if literal else _bare(place, at, colon=member)


_NEXT_LINE: Final = re.compile(
    r"(?:\\|\(|&\w+|!!\w+|[|>][-+]?)?[ \t]*\r?\n[ \t]*(?:-[ \t]+)?(?=[\"'])|(?:&\w+|!!\w+)[ \t]+|-[ \t]+(?=[\"'])"
)


def _literal(place: _Place, at: int) -> _Value | None:
    """The text in quotes at a place, with those that it is put together from; None where it is made at run time."""
    text = place.text
    first = last = -1
    parts: list[str] = []
    while opening := _OPENING.match(text, at):
        quote, prefix = opening["quote"], (opening["prefix"] or "").lower()
        start = opening.end()
        stop = _closing(text, start, quote)
        if stop is None:
            return None
        content = text[start:stop]
        if ("f" in prefix or "$" in prefix) and "{" in content:
            return None
        parts.append(_undone(place, content, quote, raw="r" in prefix or "@" in prefix))
        first, last = (start if first < 0 else first), stop
        at = stop + len(quote)
        joint = _JOINT.match(text, at)
        if not joint or ("\n" in joint[0] and not joint[0].strip() and place.path.endswith((".yml", ".yaml"))):
            break
        if not joint[0].strip():
            break
        at = joint.end()
    if first < 0 or _GOES_ON.match(text, at):
        return None
    return _Value(first, last, "".join(parts))


def _closing(text: str, start: int, quote: str) -> int | None:
    """Where a text in quotes ends that begins at `start`; None where it does not, on its line."""
    long = len(quote) == 3
    if quote.startswith("\\"):
        stop = text.find(quote, start)
    else:
        at = start
        while True:
            stop = text.find(quote, at)
            if stop < 0:
                return None
            slashes = stop - len(text[start:stop].rstrip("\\")) - start
            if slashes % 2 == 0:
                break
            at = stop + 1
    if stop < 0 or (not long and quote != "`" and "\n" in text[start:stop]):
        return None
    return stop


def _undone(place: _Place, content: str, quote: str, *, raw: bool) -> str:
    """A content with its escapes undone."""
    if quote.startswith("\\"):
        content = content.replace(quote[:1] * 2, "\\")
    if "\\" not in content or raw or quote == "`" or (quote == "'" and place.path.endswith(_PLAIN_QUOTES)):
        return content
    return _ESCAPE.sub(_meant, content)


def _meant(found: re.Match[str]) -> str:
    if found[1]:
        return _LITERAL_ESCAPES[found[1]]
    if found[2]:
        return chr(int(found[2], 16))
    if found[3]:
        return chr(int(found[3], 16)).encode("utf-8", "replace").decode("latin-1")
    return found[4]


def _element(text: str, at: int) -> _Value | None:
    """The content of an XML element whose tag, or the last attribute of it, ends behind a place."""
    found = _ELEMENT.match(text, at)
    if not found or ">" not in found[0]:
        return None
    content = _CDATA.match(text, found.end()) or _IN_ELEMENT.match(text, found.end())
    return _Value(content.start(1), content.end(1), _unquoted_xml(content[1])) if content else None


def _unquoted_xml(content: str) -> str:
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        content = content.replace(name, char)
    return content


# Values without quotes.

_CONFIGURATION: Final = re.compile(
    r"(?:^|/)\.?env(?:rc)?(?:[._-][\w.-]*)?$|\.(?:env|ya?ml|properties|ini|cfg|cnf|conf|config|sh|bash|zsh|service|tfvars|list|secrets?|prefs)"
    r"(?:\.(?:dist|example|sample|template|tmpl|tpl|j2|erb|bak|old|orig|local|prod|dev))?$|(?:^|/)(?:dockerfile|containerfile|makefile|procfile|environment|config)(?:[._-][\w.-]*)?$|\.dockerfile$|\.flaskenv$|\.envrc$"
)
"""Files in which a bare word is a text."""
_YAML: Final = re.compile(r"\.ya?ml(?:\.\w+)?$")
_PROGRAM: Final = re.compile(
    r"\.(?:py|pyi|ipynb|[cm]?[jt]sx?|java|kt|kts|scala|groovy|gradle|cs|vb|fs|go|rb|erb|php\d?|phtml|rs|exs?|eex|swift|p[lm]|c|h|cc|cpp|hpp|m|mm|dart|lua|r|clj|vue|svelte|html?|css|json5?|jsonc|xml|toml|tf|hcl|sql|proto|graphql|hs|erl|zig|nim|jl|ps1|bat)$"
)
"""Files in which it is not: the program's own names."""
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*[A-Z0-9]")
_WORD_VALUE: Final = re.compile(r"[^\s\"'`,;]+")
_LINE_VALUE: Final = re.compile(r"[^\r\n]*")
_COMMENT: Final = re.compile(r"\s+[#;].*$|\s+//\s.*$")
_BLOCK: Final = re.compile(r"[|>][-+]?[ \t]*\r?\n[ \t]+(\S[^\r\n]*)")
_TORN: Final = re.compile(r"\\[nrt\"']|[\"'`]")


def _bare(place: _Place, at: int, *, colon: bool = False, word: bool = False) -> _Value | None:
    """The value at a place that has no quotes, where such a one is a text."""
    text, path = place.text, place.path
    configuration = bool(_CONFIGURATION.search(path))
    escaped = "\\n" in text[at : at + 300] or bool(_ESCAPED_END.search(place.line))
    name = _NAME.match(text)
    shell = bool(name and text[name.end(1) : at] == "=" and _VARIABLE.fullmatch(name[1]))
    if colon and (_PROGRAM.search(path) or (place.line.strip() and not _YAML.search(path))):
        return None
    if colon and (block := _BLOCK.match(text, at)):
        return _Value(block.start(1), block.end(1), block[1], quoted=False)
    if (
        not (configuration or colon)
        and not (shell and not _PROGRAM.search(path))
        and not (shell and escaped)
        and not word
    ):
        return None
    in_command = re.search(
        r"(?:^|\s)(?:-e|--env|--set|--set-string|--build-arg|export|env|docker|kubectl|heroku|flyctl|fly|helm|RUN|Environment=\S*)(?:\s+|=)?\S*$",
        place.line,
    )
    set_inline = _YAML.search(path) and not colon and not re.search(r"^\s*-?\s*$", place.line)
    word = word or text.startswith("--")
    pattern = _WORD_VALUE if word or set_inline or in_command or escaped or not configuration else _LINE_VALUE
    found = pattern.match(text, at)
    if not found:
        return None
    content = found[0]
    if pattern is _LINE_VALUE:
        content = _COMMENT.sub("", content).rstrip()
        content = (
            content[:-1].rstrip() if _YAML.search(path) and content.endswith(",") and "{" in place.line else content
        )
        content = content.rstrip("}").rstrip() if _YAML.search(path) and "{" in place.line else content
        content = content.removesuffix("\\").rstrip()
        if content[-1:] in tuple(",;([{") or (content[-1:] in tuple(")]}") and not configuration):
            return None
    if torn := _TORN.search(content):
        content = content[: torn.start()] if escaped else ""
    sure = bool(configuration or _YAML.search(path) or shell or word)
    return _Value(at, at + len(content), content, quoted=False, sure=sure) if content else None


# What of it is a secret.

_SCREAMING: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
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
_STORE_WORDS: Final = frozenset(
    "token tokens access refresh auth jwt session sessions user users cookie x id key keys name app csrf xsrf storage secret secrets"
    " header data value state login current my the of api bearer authorization client remember me admin sid store field salt password hash".split()
)
_ATTRIBUTE_OF_APP: Final = re.compile(
    r"(?:app|application|server)\.secret_key$|(?:app|application|server)\.config\[[\"']SECRET_KEY$"
)
"""Flask's own names: whatever stands there is its secret."""
_LETTERS: Final = 3
"""Characters of what is no value, but a piece of something."""
_HARD: Final = 50
"""Bits from which on a value was not made up as a word or a name."""


def _secret(place: _Place, name: str, value: _Value, entry: SecretName) -> Secret | None:
    """The secret that a name and a value make; None where they make none."""
    content = _content(place, value.content)
    if not content:
        return None
    verdict = judge(content, entry.bytes)
    if not verdict.secret or not _taken(place, name, entry, value, content.decode("utf-8", "replace"), verdict):
        return None
    raw = place.text[value.start : value.end].encode("latin-1")
    return Secret(raw=Sealed(raw), value=Sealed(content), name=name[-120:], start=value.start)


def _content(place: _Place, content: str) -> bytes:
    """The value that the program gets: out of a Kubernetes Secret's base64, or out of Hasura's JSON."""
    data = content.encode("latin-1", "replace")
    if content.startswith("{") and '"key"' in content:
        members = Reader().object(base64.b64encode(data)) or {}
        key = members.get("key")
        return key.encode("utf-8", "replace") if isinstance(key, str) else b""
    if (
        "kind: Secret" in place.before
        and "data:" in place.before
        and "stringData:" not in place.before[place.before.rfind("data:") - 10 :]
    ):
        try:
            return base64.b64decode(data, validate=True).rstrip(b"\n")
        except (binascii.Error, ValueError):
            return data
    return data


def _taken(place: _Place, name: str, entry: SecretName, value: _Value, content: str, verdict: Verdict) -> bool:
    """Whether a value of a secret's name is one: not its name again, a label, a key of a store."""
    published = verdict.kind == "known default" and (
        verdict.reason.startswith("the default") or not _is_label(name, content)
    )
    strong = verdict.kind == "strong"
    if (not value.sure and not strong) or (not published and _is_name(name, content)):
        return False
    if not strong and _COMMENT_MARK.match(place.line + place.text[:1]):
        return False
    attribute = value.quoted and bool(call(name) or _ATTRIBUTE_OF_APP.search(place.line[-80:] + name))
    if not (published or strong or attribute):
        if _SCREAMING.fullmatch(content) or _is_label(name, content) or _TRANSLATIONS.search(place.path):
            return False
        if " " in content and (
            len(_SENTENCE.findall(content)) >= 2 or content.endswith((".", ":", "?")) or not content.isascii()
        ):
            return False
        if not value.quoted and len(content) <= _LETTERS:
            return False
    if strong and " " in content.strip() and len(content.split()) > 3 and content.replace(" ", "").isalpha():
        return False
    if strong and _SCREAMING.fullmatch(content) and not any(char.isdigit() for char in content):
        return False
    if words_of(name)[-1:] and words_of(name)[-1] in ("salt", "pepper") and not (strong or published):
        return False
    told_by = entry.told_by
    if told_by == "name":
        return True
    if told_by == "value":
        if attribute and not (call(name) and verdict.bits < _HARD and not _SPEAKS.search(content)):
            return len(content) > _LETTERS
        if _elsewhere(place, 200) and not (published and verdict.reason.startswith("the default")):
            return False
        return (
            strong
            or published
            or (value.quoted or not _DOTTED.fullmatch(content))
            and (verdict.bits >= _HARD or bool(_SPEAKS.search(content)))
        )
    if published and verdict.reason.startswith("the default"):
        return True
    if _elsewhere(place, 400):
        return False
    if not _speaks_of_sessions(place, name):
        return False
    if words_of(name)[-1:] and words_of(name)[-1] in ("key", "keys", "password", "salt"):
        return strong or published
    if not (strong or published or name.isupper()):
        # A variable of this name may hold any secret: what it stands in has to say it, not what is imported.
        return value.quoted and _speaks_of_sessions(place, name, imports=False)
    return value.quoted or strong or published or bool(_SPEAKS.search(content))


_IDENTIFIER: Final = re.compile(r"[A-Za-z_]+(?:[._:-][A-Za-z_]+)*")


def _is_name(name: str, content: str) -> bool:
    """Whether a content is a name too, and ends with the words of `name`: `action_dispatch.cookie_salt`."""
    return bool(_IDENTIFIER.fullmatch(content)) and "".join(words_of(content)).endswith("".join(words_of(name)))


def _is_label(name: str, content: str) -> bool:
    """Whether a content is made of words of its name, or of those by which stores are keyed."""
    words = set(words_of(content))
    if not words or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_ .:\-]*", content):
        return False
    if len(words) == 1 and words & {"secret", "password"}:
        return False
    return (
        words <= set(words_of(name))
        or words <= _STORE_WORDS - {"secret", "secrets"}
        or (words <= _STORE_WORDS and bool(re.search(r"^[A-Z][a-z]+ [A-Z]|[A-Z][a-z]+ [a-z]", content)))
    )


def _elsewhere(place: _Place, size: int) -> bool:
    """Whether what stands around a name speaks of another service."""
    around = (place.before[-size:] + place.text[: size // 2]).lower()
    return any(word in around for word in load_secret_names()[1].elsewhere)


_OPENER: Final = re.compile(r"([\w$.:\-\"'<>\[\]]*)[\s:=>(\[]*$")
_KEYED: Final = re.compile(r"^([ \t]*)(?:-[ \t]+)?[\"']?([\w.\-]+)[\"']?[ \t]*:(?:[ \t]|$)")
_SECTION: Final = re.compile(r"^\s*\[+\s*([^\[\]\n]+?)\s*\]+\s*$", re.MULTILINE)


_LIBRARIES: Final = re.compile(
    r"jsonwebtoken|\bimport jwt\b|\bjwt\.(?:sign|verify|encode|decode)|JWT\.(?:encode|decode|create|require)|express-session"
    r"|cookie-session|cookie-parser|golang-jwt|dgrijalva/jwt|Firebase.JWT|require ['\"]jwt['\"]|from jose\b|jwt-simple|SignJWT|jwtVerify"
)
"""What programs that sign tokens or sessions import and call."""


def _speaks_of_sessions(place: _Place, name: str, *, imports: bool = True) -> bool:
    """Whether a name, or what it stands in, speaks of sessions or tokens."""
    context = load_secret_names()[1].context
    return any(not context.isdisjoint(words_of(text)) for text in (name, *_enclosing(place, imports=imports)))


def _enclosing(place: _Place, *, imports: bool) -> Iterator[str]:
    """What stands around a name: the words of its line, of the brackets and parents that it is in, and its file."""
    yield place.line[-200:]
    yield place.path.rpartition("/")[2]
    depth = 0
    before = place.before
    for at in range(len(before) - 1, -1, -1):
        char = before[at]
        if char in ")]}":
            depth += 1
        elif char in "([{":
            depth -= 1
            if depth < 0:
                depth = 0
                if opener := _OPENER.search(before[max(0, at - 120) : at]):
                    yield opener[1]
    lines = before.split("\n")
    indent = (
        len(lines[-1]) - len(lines[-1].lstrip()) if lines[-1].strip(" \t-") == "" or _YAML.search(place.path) else 0
    )
    for line in reversed(lines[:-1]):
        keyed = _KEYED.match(line)
        if keyed and len(keyed[1]) < indent:
            yield keyed[2]
            indent = len(keyed[1])
    sections = _SECTION.findall(before)
    if sections:
        yield sections[-1]
    if imports and _LIBRARIES.search(before + place.text):
        yield "jwt"
