"""Suppressions that stand in the scanned text itself: our own pragma, and those of other scanners."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scanner.model import Allow

UNREADABLE = "?"
"""Stands for the rules of an own pragma that cannot be read. No rule has this id, so the pragma suppresses nothing."""

_ANYWHERE = {"gitleaks": b"gitleaks:allow", "betterleaks": b"betterleaks:allow", "trufflehog": b"trufflehog:ignore"}
"""Spellings that hold wherever they stand on the line, as they do for their own tools."""

# Patterns stay text: `re` compiles and keeps them at their first use, and most scans have none.
_GGIGNORE = rb"(?:#|//|/\*|<!--|--|;|%)[ \t]*+ggignore(?![\w-])"

# How detect-secrets opens and closes a comment (its filters/allowlist.py): {close: open}.
_COMMENTS = {b"": rb"(?:#|//|'|--)", b"*/": rb"/\*", b"-->": rb"<!--[# \t]*+"}
_YAML_COMMENTS = {b"": rb"#"}
_SECRET = rb" *+pragma: ?(?:allow|white)list[ -]secret"
_NEXT_SECRET = rb" *+pragma: ?allowlist[ -]nextline[ -]secret"

_OWN = rb"(?s)(?<![\w.-])tokensweep:[ \t]*+(allow[a-z-]*+)(?:[ \t]*+\[([a-z0-9, \t-]*+)\])?((?:(?!tokensweep:).)*+)"
_VERBS = ("allow", "allow-next-line")
_RULE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
# What only a list of rules looks like. Who forgot the brackets wants these rules suppressed, not all.
_BARE_RULES = r"[a-z0-9]+(?:-[a-z0-9]+)+(?:[ ,]+[a-z0-9]+(?:-[a-z0-9]+)+)*"
_REASON_END = rb'\*/|-->|#\}|%>|"'
_REASON_LENGTH = 200


def allows_at(line: bytes, before: bytes, path: str, honoured: frozenset[str]) -> tuple[Allow, ...]:
    """The suppressions of the honoured spellings that cover what is found on `line`.

    `before` is the line above; `path` decides which comments count. `Allow.line` is 0 for a pragma on the line itself
    and -1 for one above it. Linear in the length of the two lines; never raises.
    """
    line, before = line.strip(), before.strip()
    found: list[Allow] = []
    if "tokensweep" in honoured:
        found += [allow for verb, _, allow in _own(line, 0) if verb != "allow-next-line"]
        found += [allow for verb, alone, allow in _own(before, -1) if verb == "allow-next-line" and alone]
    found += [Allow(name) for name, word in _ANYWHERE.items() if name in honoured and word in line]
    if "detect-secrets" in honoured:
        comments = _YAML_COMMENTS if path.endswith(".yaml") else _COMMENTS
        if _holds(line, comments, _SECRET):
            found.append(Allow("detect-secrets"))
        if _holds(before, comments, _NEXT_SECRET, start=rb"\A"):
            found.append(Allow("detect-secrets", line=-1))
    if "ggshield" in honoured and b"ggignore" in line and re.search(_GGIGNORE, line):
        found.append(Allow("ggshield"))
    return tuple(found)


def own_pragmas(line: bytes) -> tuple[Allow, ...]:
    """All of our own pragmas that stand on a line, whichever line they cover, those that cannot be read included."""
    return tuple(allow for _, _, allow in _own(line.strip(), 0))


def _own(line: bytes, number: int) -> Iterator[tuple[str, bool, Allow]]:
    """Verb, whether only punctuation stands before it (a comment's mark, say), and what it allows."""
    if b"tokensweep:" not in line:
        return
    first_word = re.search(rb"\w", line)
    for match in re.finditer(_OWN, line):
        verb, rules, rest = match[1].decode(), match[2], match[3]
        reason = _reason(rest)
        if verb not in _VERBS:
            named: tuple[str, ...] = (UNREADABLE,)
        elif rules is not None:
            named = tuple(rule.strip() for rule in rules.decode().split(","))
            if not all(re.fullmatch(_RULE, rule) for rule in named):
                named = (UNREADABLE,)
        elif re.match(rb"\w|[ \t]*+[\[({:=,]", rest) or re.fullmatch(_BARE_RULES, reason):
            named = (UNREADABLE,)
        else:
            named = ()
        alone = first_word is not None and first_word.start() == match.start()
        yield verb, alone, Allow("tokensweep", named, reason, number)


def _reason(rest: bytes) -> str:
    """The words up to the end of the comment or string, without what may be a token: reasons are printed."""
    text = re.split(_REASON_END, rest, maxsplit=1)[0][: 2 * _REASON_LENGTH].decode("utf-8", "replace")
    words = re.sub(r"[\w.=-]{24,}", lambda word: "…" if _looks_encoded(word[0]) else word[0], text)
    return words.strip(" \t:;#'*-–—")[:_REASON_LENGTH] if re.search(r"\w", words) else ""


def _looks_encoded(word: str) -> bool:
    """Whether upper and lower case are mixed, as in base64 and not in UUIDs, host names and slugs."""
    return word != word.lower() and word != word.upper()


def _holds(line: bytes, comments: Mapping[bytes, bytes], pragma: bytes, start: bytes = b"") -> bool:
    """Whether the pragma stands in one of these comments, and the comment is closed at the end of the line."""
    if b"pragma:" not in line:
        return False
    for close, mark in comments.items():
        found = re.search(start + mark + pragma, line)
        if found and line.endswith(close) and found.end() <= len(line) - len(close):
            return True
    return False
