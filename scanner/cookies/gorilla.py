"""Values of gorilla/securecookie 1.1 (gorilla/sessions, gin-contrib, Ory Kratos): base64url of `time|content|MAC`.

The MAC is HMAC-SHA256 over `name|time|content`, the content base64url of a gob or JSON, or of either encrypted with a
key of its own, which makes that key needed to forge one.
"""

from __future__ import annotations

import hmac
import re
from typing import Any, Final, Literal

from scanner.cookies import Clues
from scanner.cookies.values import LONGEST, instant, tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(rb"MT[\w-]+(?:=|%3[Dd]){0,2}", re.ASCII)
_VALUE: Final = re.compile(rb"(?s)(?P<covered>(?P<time>1\d{9})\|(?P<content>[\w-]+={0,2}))\|(?P<mac>.{32})", re.ASCII)
_IV_BYTES: Final = 16
_NAMES: Final = 8
"""Names that are tried: its own comes first."""
_Payload = Literal["object", "json", "text", "binary", "encrypted"]


def decode(text: bytes) -> Cookie | None:
    """The value that `text` starts with, or None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    value = _VALUE.fullmatch(Reader().base64(unquoted(shape[0])) or b"")
    content = value and Reader().base64(value["content"])
    issued = value and instant(int(value["time"]))
    if not value or not content or not issued:
        return None
    gob = _is_gob(content)
    claims, payload = (None, "binary") if gob else _text(content)
    return Cookie(
        family="gorilla",
        raw=Sealed(shape[0]),
        signed=Sealed(value["covered"]),
        signature=Sealed(value["mac"]),
        claims=claims,
        payload=payload,
        serializer="gob" if gob else "",
        times={"iat": issued},
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with a time and a bar in base64."""
    return re.match(rb"1\d{9}\|[\w-]", Reader().base64(text[:16]) or b"") is not None


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as the key of the MAC, for one of the names."""
    covered, mac = cookie.signed.reveal(), cookie.signature.reveal()
    for name in clues.names[:_NAMES]:
        if hmac.digest(secret, b"%b|%b" % (name.encode(), covered), "sha256") == mac:
            return "cookie signed by gorilla/securecookie"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """An HMAC a name."""
    return len(clues.names[:_NAMES]) * tries_of(cookie)


def _is_gob(content: bytes) -> bool:
    """Whether `content` is messages of Go's encoding/gob: each after its length, which is one byte up to 127, or the
    number of its bytes, negated, and they; and each with the number of a type first."""
    at = 0
    while at < len(content):
        size = 256 - content[at] if content[at] > 127 else 0
        length = int.from_bytes(content[at + 1 : at + 1 + size]) if size else content[at]
        at += 1 + size + length
        if size > 4 or length < 2:
            return False
    return at == len(content)


def _text(content: bytes) -> tuple[dict[str, Any] | None, _Payload]:
    """What is no gob: JSON, text of the program's own, or what is encrypted."""
    reader = Reader()
    try:
        value = reader.json(content)
    except (ValueError, RecursionError):
        pass
    else:
        return (value, "object") if isinstance(value, dict) else (None, "json")
    if content.isascii() and content.decode().isprintable():
        return None, "text"
    return None, "encrypted" if len(content) > _IV_BYTES else "binary"
