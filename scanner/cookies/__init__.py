"""Cookies and tokens in the formats of web frameworks: one module a wire format.

Each reads its format without a secret, and tells whether a secret signs or opens what it has read. What a secret is
derived into does not depend on the cookie, and is kept: a secret costs its derivation once. Nothing is unpickled,
unmarshalled or deserialised here, whatever a content claims to be.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple, Protocol, cast

from scanner.model import Cookie, Token

_NAME: Final = re.compile(
    rb"""([A-Za-z0-9_.$-]{1,64})(?:\\{0,3}["'`]|\]){0,2}\s*(?:=>|=|:|%3[DdAa]|\t)\s*\\{0,3}["'`]?\Z"""
)
"""A name right before a value: `sid=`, `"sid": "`, `['sid'] => '`, with a tab between them in a jar of cookies."""
_MEMBER: Final = re.compile(
    rb'name\\{0,3}"\s*:\s*\\{0,3}"([A-Za-z0-9_.$-]{1,64})\\{0,3}"\s*,\s*\\{0,3}"value\\{0,3}"\s*:\s*\\{0,3}"\Z'
)
"""How captures and browsers write a cookie: `"name": "sid", "value": "`."""


class Clues(NamedTuple):
    """What is known of a cookie beside its value."""

    names: tuple[str, ...] = ()
    """What it is called where it was found, then what the frameworks call it."""
    salts: tuple[bytes, ...] = ()
    """Texts of the scan that stand where frameworks take a salt."""
    origins: tuple[str, ...] = ()
    """Schemes and hosts of the scan, such as `https://shop.example`."""
    thorough: bool = False
    """Whether ways from a secret to a key are tried too that few programs take: for secrets that lie near."""


FEW: Final = 8
"""Ways from a secret to a key that are tried where it is not to be thorough: with them long lists are worth a try."""


class Family(Protocol):
    """A module that knows one wire format."""

    def decode(self, text: bytes) -> Cookie | None:
        """The cookie that `text` starts with, or None where it starts with none. Pure, bounded, never raises."""

    def begins(self, text: bytes) -> bool:
        """Whether `text` begins with enough of a cookie to say that one was cut short."""

    def signs(self, secret: bytes, cookie: Any, clues: Clues) -> str | None:
        """What `secret` proves of `cookie`, as words to follow "it is the secret of a": `Flask session`,
        `itsdangerous signature (salt password-reset)`; None where it neither signs nor opens it. Never raises.

        A family of which nothing can be proved has no such function. `cookie` is one that it has read, or a token.
        """

    def tries(self, cookie: Any, clues: Clues) -> int:
        """What one secret costs that was not tried before, in HMACs over a short text: 1, or some 150 for PBKDF2 with
        1,000 iterations."""


def name_behind(text: bytes) -> str:
    """What a value is called that stands right behind `text`; empty where nothing tells."""
    text = text[-256:]
    found = _MEMBER.search(text) or _NAME.search(text)
    return found[1].decode() if found else ""


@cache
def family(name: str) -> Family:
    """The module of a wire format, by the id of its `[[cookie]]`; imported when the first match asks for it."""
    return cast("Family", import_module(f"scanner.cookies.{name.replace('-', '_')}"))


def token_family(token: Token) -> str | None:
    """The name of the module that tells what opens or signs a token which other decoders read; None where none does."""
    if token.form in ("paseto", "branca", "macaroon"):
        return token.form
    if token.form == "jwe":
        from scanner.cookies.authjs import is_of

        return "authjs" if is_of(token) else None
    return None
