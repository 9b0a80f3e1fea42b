"""`remember-me` of Spring Security 6: base64 of `user:end:algorithm:hash`, or of a series and a token of a database.

The hash covers the user's stored password beside the key, so no key alone proves anything. The end is in milliseconds.
Nothing but the cookie's name marks the format.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.cookies.values import LONGEST, instant, named, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(named(rb"remember-me") + rb"(?P<raw>(?:[A-Za-z0-9+/]|%2[BbFf]){38,}(?:=|%3[Dd]){0,2})")
_HASHED: Final = re.compile(
    rb"(?P<covered>(?P<user>[^:\x00-\x1f]+):(?P<end>\d{10,14})(?::(?:MD5|SHA-?(?:1|256|384|512)))?):"
    rb"(?P<hash>[0-9a-f]{32}|[0-9a-f]{64})"
)
_STORED: Final = re.compile(rb"[\w%+/-]{16,}:[\w%+/-]{16,}", re.ASCII)


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    data = Reader().base64(unquoted(shape["raw"])) or b""
    hashed = _HASHED.fullmatch(data)
    end = hashed and instant(int(hashed["end"]))
    if not end and not _STORED.fullmatch(data):
        return None
    return Cookie(
        family="spring-remember-me",
        raw=Sealed(shape["raw"]),
        signed=Sealed(hashed["covered"] if hashed else data),
        signature=Sealed(bytes.fromhex(hashed["hash"].decode()) if hashed else b""),
        payload="text" if hashed else "opaque",
        times={"exp": end} if end else {},
        details={"user": True},
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: nothing marks the format."""
    return False
