"""The `remember_token` of Flask-Login (its `utils.encode_cookie`): `id|HMAC of the id`, which holds no time.

The digest is SHA-512 in hexadecimal; before release 0.3 it was SHA-1.
"""

from __future__ import annotations

import contextlib
import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import SEPARATOR
from scanner.cookies.values import GAP, LONGEST, unquoted
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(
    rb"(?:(?:remember|REMEMBER)[\w-]{0,40}" + GAP + rb"|(?!remember|REMEMBER))"
    rb"(?P<value>(?P<id>(?:[\w.@+-]|%[0-9A-Fa-f]{2}){1,128}?)"
    + SEPARATOR
    + rb"(?P<mac>[0-9a-f]{128}|[0-9a-f]{40})(?!\w))"
)


def decode(text: bytes) -> Cookie | None:
    """The token that `text` starts with, behind the cookie's name or without; None where it starts with none."""
    found = _VALUE.match(text[:LONGEST])
    if not found:
        return None
    return Cookie(
        family="flask-login",
        raw=Sealed(found["value"]),
        signed=Sealed(unquoted(found["id"])),
        signature=Sealed(bytes.fromhex(found["mac"].decode())),
        payload="text",
        details={"user": True},
        start=found.start("value"),
    )


def begins(_text: bytes) -> bool:
    """Never: an id tells nothing."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """The program takes a text in Latin-1."""
    if not secret.isascii():
        with contextlib.suppress(UnicodeError):  # bytes that are no text, or a text that Latin-1 cannot hold
            secret = secret.decode().encode("latin-1")
    signature = cookie.signature.reveal()
    algorithm = "sha512" if len(signature) == 64 else "sha1"
    made = hmac.digest(secret, cookie.signed.reveal(), algorithm)
    return "Flask-Login remember_token" if made == signature else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1
