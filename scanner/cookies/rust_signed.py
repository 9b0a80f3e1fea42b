"""Signed cookies of the `cookie` crate 0.18 of Rust (Rocket, actix-session, axum-extra): MAC in base64, then the value.

The MAC is HMAC-SHA256 over the value alone: it holds under any name. Nothing marks the format, so it is looked for
under the name that actix-session gives its cookie, and in the header that sets one.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.rust_keys import keys
from scanner.cookies.values import LONGEST, json_object, named, tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(
    named(rb"(?:(?i:set-cookie|cookie): ?|; ?|\")?[\w.-]{1,64}")
    + rb"(?P<raw>(?P<mac>(?:[A-Za-z0-9+/]|%2[BbFf]){43}(?:=|%3[Dd]))(?P<value>[\w!#$&'()*+./:<=>?@\[\]^`{|}~%-]+))",
    re.ASCII,
)


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its header and name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    reader = Reader()
    mac, value = reader.base64(unquoted(shape["mac"])), unquoted(shape["value"])
    # What may be read is no MAC: other formats have their content first.
    if not mac or _is_text(mac) or not _is_text(value) or value[:2] == b"--":
        return None
    if "base64-trailing-bits" in reader.anomalies:
        return None
    claims = json_object(value)
    return Cookie(
        family="rust-signed",
        raw=Sealed(shape["raw"]),
        signed=Sealed(value),
        signature=Sealed(mac),
        claims=claims,
        payload="text" if claims is None else "object",
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: nothing marks the format."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """What `secret` is, as the key or as the master key of one."""
    value, mac = cookie.signed.reveal(), cookie.signature.reveal()
    if any(hmac.digest(signing, value, "sha256") == mac for signing, _ in keys(secret)):
        return "cookie signed by Rust's cookie crate"
    return None


def tries(cookie: Cookie, _clues: Clues) -> int:
    """Two HMACs, and two to derive."""
    return 2 + 2 * tries_of(cookie)


def _is_text(value: bytes) -> bool:
    try:
        return value.decode().isprintable()
    except UnicodeDecodeError:
        return False
