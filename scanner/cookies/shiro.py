"""`rememberMe` of Apache Shiro: base64 of an initialization vector and the user's identities, serialised and encrypted.

AES-CBC up to 1.4.1, AES-GCM since, both with a vector of 16 bytes. What is decrypted is deserialised: whoever knows the
key runs code (CVE-2016-4437, where it is the default one). Nothing but the cookie's name marks the format.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.values import LONGEST, named, tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(named(rb"rememberMe") + rb"(?P<raw>(?:[A-Za-z0-9+/]|%2[BbFf]){43,}(?:=|%3[Dd]){0,2})")
_BLOCK_BYTES: Final = 16
_KEY_BYTES: Final = (16, 24, 32)
_SERIALISED: Final = b"\xac\xed\x00\x05"
"""What Java's serialisation begins with (Object Serialization Stream Protocol §6.4.2)."""


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    reader = Reader()
    value = unquoted(shape["raw"])
    data = reader.base64(value) or b""
    if len(data) < 2 * _BLOCK_BYTES or len(value) % 4 or reader.anomalies - {"base64-padding", "base64-standard"}:
        return None
    if data.isascii():
        return None
    return Cookie(
        family="shiro",
        raw=Sealed(shape["raw"]),
        signed=Sealed(data),
        payload="encrypted",
        serializer="java",
        details={"user": True},
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: nothing marks the format."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """What `secret` is, as `cipherKey`, in base64 or as bytes."""
    data = cookie.signed.reveal()
    for key in _keys(secret):
        if _by_blocks(key, data) or _by_counter(key, data):
            return "rememberMe cookie of Apache Shiro"
    return None


def tries(cookie: Cookie, _clues: Clues) -> int:
    """A block and all of it, with a key or two."""
    return 4 * (2 + tries_of(cookie))


@lru_cache(maxsize=8_192)
def _keys(secret: bytes) -> tuple[bytes, ...]:
    """The keys that the bytes of `secret` are, and those that they are base64 of, as Shiro is configured."""
    try:
        forms = (secret, binascii.a2b_base64(secret, strict_mode=True))
    except binascii.Error:
        forms = (secret, b"")
    return tuple(form for form in forms if len(form) in _KEY_BYTES)


def _by_blocks(key: bytes, data: bytes) -> bool:
    """Whether the first block is the beginning of something serialised."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(data) % _BLOCK_BYTES:
        return False
    cipher = Cipher(algorithms.AES(key), modes.CBC(data[:_BLOCK_BYTES])).decryptor()
    return cipher.update(data[_BLOCK_BYTES : 2 * _BLOCK_BYTES])[:4] == _SERIALISED


def _by_counter(key: bytes, data: bytes) -> bool:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        AESGCM(key).decrypt(data[:_BLOCK_BYTES], data[_BLOCK_BYTES:], None)
    except InvalidTag:
        return False
    return True
