"""Cookies of Beaker (its `session.SignedCookie`): an HMAC-SHA1 in hexadecimal, and the id of a session, or all of it.

A session of the type `cookie` is base64 of a pickle or of compressed JSON, or of a nonce and of what is encrypted.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import Content, content, inflated, names_user
from scanner.cookies.values import GAP, LONGEST, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(
    rb"(?:beaker\.session\.id" + GAP + rb")?"
    rb"(?P<raw>(?P<mac>[0-9a-f]{40})(?P<value>(?:[\w+/=-]|%2[BbFf]|%3[Dd]){32,4100}+)(?![\w+/=%-]))"
)
"""What is longer than 4,064 characters Beaker does not store."""
_ID: Final = re.compile(rb"[0-9a-f]{32}|[0-9a-f]{40}")
_LEAST_ENCRYPTED: Final = 40
"""Characters of a nonce and a block."""


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its name or without; None where it starts with none."""
    found = _VALUE.match(text[:LONGEST])
    if not found:
        return None
    value = unquoted(found["value"])
    held = None if _ID.fullmatch(value) else _content(value)
    if not held and not _ID.fullmatch(value) and len(value) < _LEAST_ENCRYPTED:
        return None
    return Cookie(
        family="beaker",
        raw=Sealed(found["raw"]),
        signed=Sealed(value),
        signature=Sealed(bytes.fromhex(found["mac"].decode())),
        claims=held.claims if held else None,
        payload=held.payload if held else "opaque" if _ID.fullmatch(value) else "encrypted",
        serializer=held.serializer if held else "",
        details={"user": True} if held and names_user(held.claims) else {},
        start=found.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: the digits of an HMAC tell nothing."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it is the `secret` of the session, or the `validate_key` of one that is kept in the cookie."""
    made = hmac.digest(secret, cookie.signed.reveal(), "sha1")
    return "Beaker session" if made == cookie.signature.reveal() else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1


def _content(value: bytes) -> Content | None:
    data = Reader().base64(value)
    held = content(inflated(data) or data) if data else None
    return held if held and (held.payload == "object" or held.serializer == "pickle") else None
