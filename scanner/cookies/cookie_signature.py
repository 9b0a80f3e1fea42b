"""Values signed by cookie-signature: `s:value.signature` of express-session, cookie-parser and Sails.

The value is a session's id, or what the program set (`j:` and JSON for an object). It never ends by itself.
Tested with cookies of express-session 1.19 and cookie-parser 1.4.
"""

from __future__ import annotations

import re
from typing import Any, Final

from scanner.cookies import Clues
from scanner.cookies.spelling import by_sha256, exact, json_value
from scanner.cookies.values import unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SIGNED: Final = re.compile(rb"s:(.+)\.([A-Za-z0-9+/]{43})", re.DOTALL)
_LONGEST: Final = 4096
"""Bytes of a cookie that browsers keep (RFC 6265 §6.1)."""
_ID: Final = re.compile(rb"[\w-]{20,}", re.ASCII)
"""An id has 24 random bytes in express-session, other numbers elsewhere."""


def decode(text: bytes) -> Cookie | None:
    """The signed value that `text` is, with or without one character before it."""
    if len(text) > _LONGEST:
        return None
    start = 0 if text.startswith(b"s") else 1
    found = _SIGNED.fullmatch(unquoted(text[start:]))
    mac = found and exact(found[2], 32)
    if not found or not mac:
        return None
    # As it stands in JSON, an object has its quotes escaped.
    value = found[1].replace(b'\\"', b'"')
    content: dict[str, Any] = {"payload": "opaque" if _ID.fullmatch(value) else "text"}
    if value.startswith(b"j:"):
        parsed = json_value(value[2:])
        if not isinstance(parsed, dict | list):
            return None
        content = {"payload": "json"}
        if isinstance(parsed, dict):
            content = {"payload": "object", "claims": parsed}
    elif _is_signed_part(value):
        # A JSON web token behind a percent-encoded colon, `token%3AeyJ…`.
        return None
    elif value.startswith(b"//") or b"\n" in value:
        # The end of an address, `https://…`.
        return None
    return Cookie(
        family="cookie-signature",
        raw=Sealed(text[start:]),
        signed=Sealed(value),
        signature=Sealed(mac),
        start=start,
        head=2,
        **content,
    )


def _is_signed_part(value: bytes) -> bool:
    """Whether a value is header and payload of a JSON web token (RFC 7515 §7.1)."""
    header, dot, payload = value.partition(b".")
    members = Reader().object(header) if dot and b"." not in payload else None
    return bool(members and isinstance(members.get("alg"), str))


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC-SHA256 over the value."""
    if not by_sha256(secret, cookie):
        return None
    return "session id of express-session" if cookie.payload == "opaque" else "signed cookie of Express"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1
