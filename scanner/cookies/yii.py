"""Cookies that Yii signs (its `Security::hashData`): an HMAC in hexadecimal, and what PHP serialised of name and value.

Yii 2 signs by SHA-256 an array of the two; Yii 1.1 by SHA-1 the value alone, which for a login is an array of four.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import spelt
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(
    rb"(?P<mac>[0-9a-f]{64}|[0-9a-f]{40})(?=a(?P<colon>:|%3[Aa])[24](?P=colon)(?:\{|%7[Bb])i(?P=colon)0)"
)
_PIECE: Final = re.compile(
    rb'(?P<open>(?:a:\d{1,6}|O:\d{1,6}:"[\w\\]{1,200}":\d{1,6}):\{)|(?P<close>\})|s:(?P<length>\d{1,6}):"'
    rb"|(?:i:-?\d{1,20}|b:[01]|d:[0-9.EINFA+-]{1,32}|N);"
)
_NAME: Final = re.compile(rb'a:2:\{i:0;s:\d{1,3}:"(?P<name>[\w.-]{1,100})";')
_DEPTH: Final = 50


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, or None where it starts with none."""
    text = text[:LONGEST]
    found = _VALUE.match(text)
    if not found:
        return None
    rest = text[found.end() :]
    plain = unquoted(rest) if found["colon"] != b":" else rest
    length = _end(plain)
    name = _NAME.match(plain)
    if not length or (len(found["mac"]) == 64) != bool(name):
        return None
    details = {"name": name["name"].decode()} if name else {}
    return Cookie(
        family="yii",
        raw=Sealed(text[: found.end() + (length if plain is rest else spelt(rest, length))]),
        signed=Sealed(plain[:length]),
        signature=Sealed(bytes.fromhex(found["mac"].decode())),
        payload="binary",
        serializer="php",
        details=details | ({"user": True} if not name or name["name"].startswith(b"_identity") else {}),
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with an HMAC and an array."""
    return bool(_VALUE.match(text[:LONGEST]))


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it is the `cookieValidationKey`, or Yii 1.1's `validationKey`."""
    signature = cookie.signature.reveal()
    algorithm, title = ("sha256", "Yii 2 cookie") if len(signature) == 32 else ("sha1", "Yii 1.1 cookie")
    return title if hmac.digest(secret, cookie.signed.reveal(), algorithm) == signature else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1


def _end(data: bytes) -> int:
    """Where the value ends that PHP's `serialize` wrote at the start of `data`; 0 where there is none."""
    at = depth = 0
    while piece := _PIECE.match(data, at):
        at = piece.end()
        if piece["length"]:
            at += int(piece["length"])
            if data[at : at + 2] != b'";':
                return 0
            at += 2
        depth += bool(piece["open"]) - bool(piece["close"])
        if depth <= 0 or depth > _DEPTH:
            return at if depth == 0 else 0
    return 0
