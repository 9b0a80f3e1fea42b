"""JSON objects found in text: whole, without their beginning, or escaped inside a JSON string."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from scanner.decode.reading import Reader

_BEGIN: Final = re.compile(rb'[\s,]*(?P<object>\{(?:\s|\\[nrt])*)?(?P<quote>\\?")')
_ESCAPE: Final = re.compile(rb'\\(?:u(?P<code>[0-9A-Fa-f]{4})|(?P<plain>["\\/])|(?P<control>[bfnrt]))')
_CONTROLS: Final = dict(zip(b"bfnrt", b"\b\f\n\r\t", strict=True))


class Found(NamedTuple):
    """An object, and where it stands."""

    members: dict[str, Any]
    raw: bytes
    start: int


def read_object(reader: Reader, text: bytes) -> Found | None:
    """The object that `text` starts with, or None where it starts with none.

    Where the object's beginning is cut off, `text` starts with a comma or white space and one of its members.
    """
    begin = _BEGIN.match(text)
    if not begin:
        return None
    whole = begin["object"] is not None
    start = begin.start("object" if whole else "quote")
    body = text[start:] if whole else b"{" + text[start:]
    escaped = begin["quote"] != b'"'
    try:
        value, length = reader.prefix(_ESCAPE.sub(_character, body) if escaped else body)
    except (ValueError, RecursionError):
        return None
    if escaped:
        length = _escaped_length(body, length)
    return Found(value, body[not whole : length], start) if isinstance(value, dict) else None


def _character(escape: re.Match[bytes]) -> bytes:
    if escape["plain"]:
        return escape["plain"]
    if escape["control"]:
        return bytes([_CONTROLS[escape["control"][0]]])
    return chr(int(escape["code"], 16)).encode("utf-8", "replace")


def _escaped_length(body: bytes, length: int) -> int:
    """How many bytes of `body` the first `length` bytes of its unescaped text take."""
    at = 0
    for escape in _ESCAPE.finditer(body):
        before = escape.start() - at
        if length <= before:
            break
        length -= before + len(_character(escape))
        at = escape.end()
    return at + length
