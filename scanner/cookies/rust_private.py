"""Private cookies of the `cookie` crate 0.18 of Rust (Rocket, actix-session): base64 of nonce, content and tag.

The content is encrypted with AES-256-GCM, whose tag covers the cookie's name. Nothing marks the format, so it is looked
for under the name that actix-session gives its cookie.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.rust_keys import keys
from scanner.cookies.values import LONGEST, named, tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(
    named(rb"(?:(?i:set-cookie|cookie): ?|; ?|\")?id")
    + rb"(?P<raw>(?:[A-Za-z0-9+/]|%2[BbFf]){38,}(?:=|%3[Dd]){0,2})(?![\w%=+/.-])"
)
_HEX: Final = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its header and name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    reader = Reader()
    value = unquoted(shape["raw"])
    data = reader.base64(value)
    if not data or len(value) % 4 or _is_plain(value, data) or "base64-trailing-bits" in reader.anomalies:
        return None
    return Cookie(
        family="rust-private",
        raw=Sealed(shape["raw"]),
        signed=Sealed(data[:-_TAG_BYTES]),
        signature=Sealed(data[-_TAG_BYTES:]),
        payload="encrypted",
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: nothing marks the format."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as the key or as the master key of one, for one of the names."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data, tag = cookie.signed.reveal(), cookie.signature.reveal()
    for _, encryption in keys(secret):
        cipher = AESGCM(encryption)
        for name in clues.names:
            try:
                cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:] + tag, name.encode())
            except InvalidTag:
                continue
            return "cookie encrypted by Rust's cookie crate"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """Two keys a name, and two HMACs to derive them."""
    return 2 + 4 * len(clues.names) * tries_of(cookie)


def _is_plain(value: bytes, data: bytes) -> bool:
    """Whether `value` is a number in hexadecimal, or the `data` that it is base64 of may be read."""
    if _HEX.fullmatch(value):
        return True
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False
