"""Cookies of Remix and React Router: base64 of JSON, and `.signature` where there are secrets.

Without secrets anybody can write one; that is told of `__session` alone, since base64 of JSON may be anything.
Tested with cookies of @remix-run/node 2.17 and react-router 7.18.
"""

from __future__ import annotations

import re
from typing import Any, Final

from scanner.cookies import Clues
from scanner.cookies.spelling import behind_name, by_sha256, exact, json_value, standard
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(rb"([A-Za-z0-9+/]+={0,2})(?:\.([A-Za-z0-9+/]{43}))?")


def decode(text: bytes) -> Cookie | None:
    """The cookie that stands in `text`, behind its name or not: an object, and behind a name any JSON."""
    if len(text) > LONGEST:
        return None
    start = behind_name(text)
    found = _VALUE.fullmatch(unquoted(text[start:]))
    if not found or not (found[2] or start):
        return None
    mac = exact(found[2], 32) if found[2] else b""
    content = standard(found[1])
    value = json_value(content) if content else None
    if mac is None or not (isinstance(value, dict) or (start and isinstance(value, str | list))):
        return None
    known: dict[str, Any] = {"payload": "json"}
    if isinstance(value, dict):
        if "alg" in value or not (mac or value):
            # The header of a JSON web token; or nothing is said in it.
            return None
        known = {"payload": "object", "claims": value}
    elif not mac:
        return None
    return Cookie(
        family="remix", raw=Sealed(text[start:]), signed=Sealed(found[1]), signature=Sealed(mac), start=start, **known
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC-SHA256 over the base64 text."""
    if not by_sha256(secret, cookie):
        return None
    return "signed cookie of Remix or React Router"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1
