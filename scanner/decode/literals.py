"""Values as configuration and programs write them: in quotes, wrapped, as a default, in XML, or bare."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Place(NamedTuple):
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


class Value(NamedTuple):
    """A value as it stands in a text."""

    start: int
    end: int
    content: str
    """Escapes undone."""
    quoted: bool = True
    sure: bool = True
    """Whether what stands there is a text, whatever it says."""
    fallback: bool = False
    """Whether it counts where the environment does not say otherwise: `getenv("NAME", "value")`."""


NAME: Final = re.compile(r"[$@:.\-%]*([A-Za-z0-9_][A-Za-z0-9_.:\-]*)")
"""A name with the marks that variables have in some languages."""
_WRAPPER: Final = re.compile(
    r"(?:new\s+)?(?:\[\]byte|(?:(?:[\w:.]|\(\))*[.:])?(?:[Bb]ytes?|encode|[Ff]rom|from_slice|from_str|getBytes|GetBytes|hmacShaKeyFor|hmacShaKey"
    r"|SymmetricSecurityKey|SecretStr|SecretKeySpec|Secret|Field|[Ss]tring|CString|NSString|decode|b64decode|urlsafe_b64decode"
    r"|b64_decode|base64_decode|hex2bin|unhexlify|fromhex|hex|parseHex|MD5|md5|SHA256|sha256|sha1|FromBase64String|from_base64|derive_from|Some|Value|Text|text|str"
    r"|TextEncoder\(\)\.encode|to_vec|pack|array|toByteArray|utf8ToBytes|toUtf8Bytes|createSecretKey|importKey|asKey|seal|SecretString|Key|Just))"
    r"(?:<[\w.]+>)?\s*\(\s*(?:default\s*=\s*)?"
)
_LIST: Final = re.compile(
    r"(?:\[\]string\s*\{|new\s*(?:string)?\[\]\s*\{|\[|\(|%w\[|Array\(|List\.of\(|listOf\(|vec!\[|array\(|&)\s*"
)
_OPENING: Final = re.compile(r"(?P<prefix>[rRbBuUfF@$cN]{0,2}|#\")?(?P<quote>\"\"\"|'''|\\+\"|\\+'|\"|'|`)")
_RUST_RAW: Final = re.compile(r'b?r#"([^"\n]{1,512})"#')
_OTHERWISE: Final = re.compile(
    r"[\w.\[\]{}'\"$()?>:!\-]{1,160}?\s*(?:\|\||\?\?|\?:|(?<![\w])or(?![\w])|//)\s*(?=[\"'`\\\[(bruRBU])"
    r"|[\w.:!?]*(?:getenv|get_env|environ(?:\.get)?|[Ee]nv(?:iron)?(?:\.\w+)?|fetch|GetEnvironmentVariable|Getenv|config(?:\.get)?|lookup|get|getProperty|GetValue(?:<\w+>)?|getEnv|GetEnv|env_or|get_env_variable|var)"
    r"\s*[(\[]\s*[\"'][\w.:-]+[\"']\s*(?:,\s*(?:cast\s*=\s*\w+\s*,\s*)?(?:default\s*=\s*)?|[)\]]+\s*(?:\|\||\?\?|\?:|\bor\b|//|\{)\s*|\)\s*\.\s*(?:unwrap_or(?:_else)?|orElse|getOrElse)\s*\(\s*(?:\|_?\w*\|\s*|\(\)\s*=>\s*)?)"
)
_JOINT: Final = re.compile(r"\s*+(?:\+|\.(?=\s*+[\"'])|&(?=\s*+[\"'])|<>|\\\n)\s*+(?=[\"'])|[^\S\n]*+\n\s*+(?=[\"'])")
_GOES_ON: Final = re.compile(
    r"\s*(?:\+|\.\s*\$|\.\s*\w+\(\s*\)\s*\+|<>|&\s*\w|%\s*[\w(]|\.format\(|\.replace\(|\s\*\s*\d)"
)
_ESCAPE: Final = re.compile(r"\\(?:([nrt0])|x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{4})\}?|(.))", re.DOTALL)
_LITERAL_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_PLAIN_QUOTES: Final = (".rb", ".php", ".pl", ".pm", ".yml", ".yaml", ".sh", ".bash", ".env", ".ex", ".exs", ".toml")
"""Where an apostrophe leaves escapes as they are."""


def value_at(place: Place, at: int, *, colon: bool = False, literal: bool = False) -> Value | None:
    """The value at a place: a text in quotes, within what wraps it or makes it a default, or bare; None for others.

    `colon` says that a colon stands before it, behind which a bare word is a text in YAML alone, `literal` that no bare
    word is one.
    """
    text, fallback = place.text, False
    for _ in range(5):
        if found := _RUST_RAW.match(text, at):
            return Value(found.start(1), found.end(1), found[1])
        if text_found := _literal(place, at):
            return text_found._replace(fallback=fallback)
        found = (
            _WRAPPER.match(text, at)
            or _OTHERWISE.match(text, at)
            or _LIST.match(text, at)
            or _NEXT_LINE.match(text, at)
        )
        if not found or found.end() == at:
            break
        at, fallback = found.end(), fallback or found.re is _OTHERWISE
        if (
            found.re is _LIST
            and found[0] in "[("
            and not any(begins.match(text, at) for begins in (_OPENING, _WRAPPER, _OTHERWISE))
        ):
            return None
    return None if literal else bare_at(place, at, colon=colon)


def unwrapped(text: str, at: int) -> int:
    """Where the innermost begins of what is wrapped, or made a default, at a place: of `bytes(KEY)` the name."""
    for _ in range(5):
        found = _WRAPPER.match(text, at) or _OTHERWISE.match(text, at) or _LIST.match(text, at)
        if not found or found.end() == at:
            break
        at = found.end()
    return at


_NEXT_LINE: Final = re.compile(
    r"(?:\\|\(|&\w+|!!\w+|[|>][-+]?)?[ \t]*\r?\n[ \t]*(?:-[ \t]+)?(?=[\"'])|(?:&\w+|!!\w+)[ \t]+|-[ \t]+(?=[\"'])"
)


def _literal(place: Place, at: int) -> Value | None:
    """The text in quotes at a place, with those that it is put together from; None where it is made at run time."""
    text = place.text
    first = last = -1
    parts: list[str] = []
    while opening := _OPENING.match(text, at):
        quote, prefix = opening["quote"], (opening["prefix"] or "").lower()
        start = opening.end()
        stop = closing(text, start, quote)
        if stop is None:
            return None
        content = text[start:stop]
        if (("f" in prefix or "$" in prefix) and "{" in content) or (quote == "`" and "${" in content):
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
    return Value(first, last, "".join(parts))


def closing(text: str, start: int, quote: str) -> int | None:
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


def _undone(place: Place, content: str, quote: str, *, raw: bool) -> str:
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


_ELEMENT: Final = re.compile(r"(?:[\"']|</key>)?\s*(?:[\w:]+=\"[^\"]*\"\s*)*>?\s*(?:<(?:string|value|str)[^<>]*>)?\s*")
_IN_ELEMENT: Final = re.compile(r"([^<>\n]{1,512}?)\s*</\w")
_CDATA: Final = re.compile(r"<!\[CDATA\[([^\]\n]{1,512})\]\]>")


def element_at(text: str, at: int) -> Value | None:
    """The content of an XML element whose tag, or the last attribute of it, ends behind a place."""
    found = _ELEMENT.match(text, at)
    if not found or ">" not in found[0]:
        return None
    content = _CDATA.match(text, found.end()) or _IN_ELEMENT.match(text, found.end())
    return Value(content.start(1), content.end(1), _unquoted_xml(content[1])) if content else None


def _unquoted_xml(content: str) -> str:
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        content = content.replace(name, char)
    return content


# Values without quotes.

_CONFIGURATION: Final = re.compile(
    r"(?:^|/)\.?env(?:rc)?(?:[._-][\w.-]*)?$|(?:^|/)\.dev\.vars$|\.(?:env|ya?ml|properties|ini|cfg|cnf|conf|config|sh|bash|zsh|service|tfvars|list|secrets?|prefs)"
    r"(?:\.(?:dist|example|sample|template|tmpl|tpl|j2|erb|bak|old|orig|local|prod|dev))?$|(?:^|/)(?:dockerfile|containerfile|makefile|procfile|environment|config)(?:[._-][\w.-]*)?$|\.dockerfile$|\.flaskenv$|\.envrc$"
)
"""Files in which a bare word is a text."""
YAML: Final = re.compile(r"\.ya?ml(?:\.\w+)?$")
"""Files in which what stands in further to the right belongs to what stands above."""
_PROGRAM: Final = re.compile(
    r"\.(?:py|pyi|ipynb|[cm]?[jt]sx?|java|kt|kts|scala|groovy|gradle|cs|vb|fs|go|rb|erb|php\d?|phtml|rs|exs?|eex|swift|p[lm]|c|h|cc|cpp|hpp|m|mm|dart|lua|r|clj|vue|svelte|html?|css|json5?|jsonc|xml|toml|tf|hcl|sql|proto|graphql|hs|erl|zig|nim|jl|ps1|bat)$"
)
"""Files in which it is not: the program's own names."""
CODE: Final = re.compile(r"\.(?:pyi?|[cm]?[jt]sx?|java|kts?|scala|cs|go|rs|swift|c|h|cc|cpp|hpp|mm?|dart|lua|zig)$")
"""Programs of languages whose texts all have quotes: most of what is looked at has none, and costs nothing so."""
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*[A-Z0-9]")
_WORD_VALUE: Final = re.compile(r"[^\s\"'`,;]+")
_LINE_VALUE: Final = re.compile(r"[^\r\n]*")
_COMMENT: Final = re.compile(r"(?<!\s)\s++(?:[#;]|//\s).*$")
_BLOCK: Final = re.compile(r"[|>][-+]?[ \t]*\r?\n[ \t]+(\S[^\r\n]*)")
_TORN: Final = re.compile(r"\\[nrt\"']|[\"'`]")


def bare_at(place: Place, at: int, *, colon: bool = False, word: bool = False) -> Value | None:
    """The value at a place that has no quotes, where such a one is a text."""
    text, path = place.text, place.path
    program = bool(_PROGRAM.search(path.removesuffix(".erb")))
    configuration = not program and bool(_CONFIGURATION.search(path))
    escaped = "\\n" in text[at : at + 300] or place.line.endswith("\\")
    name = NAME.match(text)
    shell = bool(name and text[name.end(1) : at] == "=" and _VARIABLE.fullmatch(name[1]))
    if colon and (program or (place.line.strip() and not YAML.search(path))):
        return None
    if colon and (block := _BLOCK.match(text, at)):
        return Value(block.start(1), block.end(1), block[1], quoted=False)
    if not (configuration or colon) and not (shell and not program) and not (shell and escaped) and not word:
        return None
    in_command = re.search(
        r"(?:^|\s)(?:-e|--env|--set|--set-string|--build-arg|export|env|docker|kubectl|heroku|flyctl|fly|helm|RUN|Environment=\S*+)(?:\s+|=)?\S*+$",
        place.line,
    )
    set_inline = YAML.search(path) and not colon and not re.search(r"^\s*-?\s*$", place.line)
    word = word or text.startswith("--")
    pattern = _WORD_VALUE if word or set_inline or in_command or escaped or not configuration else _LINE_VALUE
    found = pattern.match(text, at)
    if not found:
        return None
    content = found[0]
    if pattern is _LINE_VALUE:
        content = _COMMENT.sub("", content).rstrip()
        content = (
            content[:-1].rstrip() if YAML.search(path) and content.endswith(",") and "{" in place.line else content
        )
        content = content.rstrip("}").rstrip() if YAML.search(path) and "{" in place.line else content
        content = content.removesuffix("\\").rstrip()
        if content[-1:] in tuple(",;([{") or (content[-1:] in tuple(")]}") and not configuration):
            return None
    if not content.startswith("{") and (torn := _TORN.search(content)):
        content = content[: torn.start()] if escaped else ""
    sure = bool(configuration or YAML.search(path) or shell or word)
    return Value(at, at + len(content), content, quoted=False, sure=sure) if content else None


# Of a text of which nobody knows yet where it is.

_NAME: Final = NAME.pattern.encode()
_SPACED: Final = re.compile(_NAME + rb"[ \t]+[\"']")
_FLOW: Final = re.compile(rb"[\w.-]+:[ \t]+(?=[^\s\"',{}]*\d)[^\s\"',{}()\[\]]{6,}[ \t]*[,}]")
"""A name and a word in a mapping of YAML on one line."""
_BARE: Final = re.compile(
    _NAME + rb"(?:=|[ \t]*[=:][ \t]*(?=[^\s\"'`]*[\d!#$%&*+/?^~-])|[ \t]+(?=[^\s\"'`]*\d))"
    rb"[^\s\"'`(){}\[\];,<>]{6,}[ \t]*(?:[#;][^\n]*)?(?:\n|\r|\Z)|" + _NAME + rb"\r?\n[ \t]+value[ \t]*:"
)
"""A name and a word that ends the line: `bare_at` takes that in configuration. Or it is on the next line."""
_NO_CONFIGURATION: Final = re.compile(rb"[(){};=\"']")
"""What a line of configuration has not before a name."""
_LISP: Final = re.compile(rb"[\w.-]+/[\w.-]+\s")
"""A function of a namespace, and white space before what it takes."""


def paths(text: bytes, line: bytes) -> tuple[str, ...]:
    """Paths of the kinds of files in which `text` may be read, each in its own way, behind its `line`."""
    if _SPACED.match(text):
        return "", ".rb"
    if _LISP.match(text):
        return "", ".clj"
    if _FLOW.match(text):
        return "", ".yaml"
    if _BARE.match(text) and not _NO_CONFIGURATION.search(line):
        return "", ".env", ".properties", ".yaml"
    return ("",)
