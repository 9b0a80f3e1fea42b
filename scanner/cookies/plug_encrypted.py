"""Encrypted sessions and tokens of Plug: `XCP.` and base64url of a nonce, a tag and what is encrypted.

The format is that of `Plug.Crypto.MessageEncryptor` 2.1, with XChaCha20-Poly1305. Releases before 2.0 wrote
`QTEyOEdDTQ.key.iv.content.tag`: AES-GCM with a key that is encrypted itself, under another salt.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from scanner.cookies import Clues, plug_keys
from scanner.cookies.chacha import opened
from scanner.cookies.values import LONGEST, tries_of
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(rb"XCP\.(?P<sealed>[\w-]+)|QTEyOEdDTQ\.(?P<parts>[\w-]+(?:\.[\w-]+){3})", re.ASCII)
_COVERED: Final = b"A128GCM"
"""What the tag covers beside, by default."""
_NONCE_BYTES: Final = 24
_IV_BYTES: Final = 12
_TAG_BYTES: Final = 16
_KEY_BYTES: Final = (16, 24, 32)


class _Message(NamedTuple):
    raw: bytes
    key: bytes
    """Encrypted, with its tag and its initialization vector; empty in the later format."""
    nonce: bytes
    content: bytes
    tag: bytes


def decode(text: bytes) -> Cookie | None:
    """The encrypted message that `text` starts with, or None where it starts with none."""
    message = _read(text[:LONGEST])
    return message and Cookie(
        family="plug-encrypted",
        raw=Sealed(message.raw),
        signed=Sealed(message.key + message.nonce + message.content),
        signature=Sealed(message.tag),
        payload="encrypted",
        head=message.raw.index(b".") + 1,
    )


def begins(_text: bytes) -> bool:
    """Never: a part of one may be anything."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as `secret_key_base`, with one of the salts, or two of them in the older format."""
    message = _read(cookie.raw.reveal())
    if not message or len(secret) < plug_keys.LEAST_BYTES:
        return None
    for salt, words in plug_keys.salts(clues):
        key = plug_keys.key(secret, salt)
        if _older(key, secret, message, clues) if message.key else _opens(key, message):
            return f"encrypted session or token of Plug and Phoenix{words}"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """A derivation a salt, and what it takes to decrypt all of it."""
    return (plug_keys.TRIES + 10 * tries_of(cookie)) * sum(1 for _ in plug_keys.salts(clues))


@lru_cache(maxsize=256)
def _read(text: bytes) -> _Message | None:
    shape = _SHAPE.match(text)
    if not shape or shape.end() == LONGEST:
        return None
    if shape["sealed"]:
        data = Reader().base64(shape["sealed"]) or b""
        head = _NONCE_BYTES + _TAG_BYTES
        message = _Message(shape[0], b"", data[:_NONCE_BYTES], data[head:], data[_NONCE_BYTES:head])
    else:
        key, iv, content, tag = (Reader().base64(part) or b"" for part in shape["parts"].split(b"."))
        if len(key) - _TAG_BYTES - _IV_BYTES not in _KEY_BYTES or len(iv) != _IV_BYTES or len(tag) != _TAG_BYTES:
            return None
        message = _Message(shape[0], key, iv, content, tag)
    return message if message.content else None


def _opens(key: bytes, message: _Message) -> bool:
    return opened(key, message.nonce, message.content + message.tag, _COVERED) is not None


def _older(key: bytes, secret: bytes, message: _Message, clues: Clues) -> bool:
    """Whether `key` opens the key of a message in the older format, which another salt covers, or nothing."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(key)
    sealed, iv = message.key[:-_IV_BYTES], message.key[-_IV_BYTES:]
    for covered in chain([b""], (plug_keys.key(secret, salt) for salt, _ in plug_keys.salts(clues))):
        try:
            inner = cipher.decrypt(iv, sealed, covered)
            AESGCM(inner).decrypt(message.nonce, message.content + message.tag, _COVERED)
        except InvalidTag:
            continue
        return True
    return False
