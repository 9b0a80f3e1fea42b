"""Encrypted sessions of rack-session 2, in both versions: base64url of a version byte, a salt, and what that opens.

The name of the cookie goes into the signature. What is inside is Ruby's Marshal unless the program asks for JSON, so
whoever can make one can run code. Tested with sessions of rack-session 2.1.
"""

from __future__ import annotations

import binascii
import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import behind_name
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie, Sealed

_TEXT: Final = re.compile(rb"[\w-]+={0,2}", re.ASCII)
_SALTED: Final = 1 + 32
"""Bytes of version and salt."""
_MAC: Final = 32
_OVERHEAD: Final = {1: _SALTED + 16 + _MAC, 2: _SALTED + 12 + 16}
"""Bytes around the ciphertext: vector and MAC of the first version, vector and tag of the second."""
_PADDED: Final = 32
"""The content is padded to a multiple of so many bytes."""
_KEY: Final = 32
_NAMES: Final = ("rack.session",)


def decode(text: bytes) -> Cookie | None:
    """The session that stands in `text`, behind its name or not."""
    if len(text) > LONGEST:
        return None
    start = behind_name(text)
    value = unquoted(text[start:])
    if not _TEXT.fullmatch(value):
        return None
    try:
        data = binascii.a2b_base64(value.replace(b"-", b"+").replace(b"_", b"/"), strict_mode=True)
    except binascii.Error:
        return None
    version = data[0] if data else 0
    size = len(data) - _OVERHEAD.get(version, len(data))
    if size < _PADDED or size % _PADDED:
        return None
    tag = data[-_MAC:] if version == 1 else data[45:61]
    return Cookie(
        family="rack-session",
        raw=Sealed(text[start:]),
        signed=Sealed(data[:-_MAC] if version == 1 else data[:45] + data[61:]),
        signature=Sealed(tag),
        payload="encrypted",
        start=start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs or opens it, under any of its names."""
    message, tag = cookie.signed.reveal(), cookie.signature.reveal()
    opens = _signs if message[0] == 1 else _opens
    if len(secret) < (2 * _KEY if message[0] == 1 else _KEY):
        return None
    names = (*clues.names, *_NAMES)
    return "session of rack-session" if any(opens(secret, message, tag, name.encode()) for name in names) else None


def tries(cookie: Cookie, clues: Clues) -> int:
    """A name costs two or three HMACs."""
    return 3 * (len(clues.names) + len(_NAMES))


def _signs(secret: bytes, message: bytes, tag: bytes, name: bytes) -> bool:
    return hmac.digest(secret[_KEY:], message + name, "sha256") == tag


def _opens(secret: bytes, message: bytes, tag: bytes, name: bytes) -> bool:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head, vector, ciphertext = message[:_SALTED], message[_SALTED:45], message[45:]
    key = hmac.digest(secret[:_KEY], head[1:], "sha256")
    try:
        AESGCM(key).decrypt(vector, ciphertext + tag, head + name)
    except InvalidTag:
        return False
    return True
