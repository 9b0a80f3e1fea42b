"""What opens a `local` PASETO of versions 1 to 4: a key of 32 bytes, as it is or as a PASERK (`k4.local.…`).

By the specification's `docs/01-Protocol-Versions`. Versions 1, 3 and 4 have a MAC of their own, which proves the key
without anything being decrypted. An implicit assertion, of which a token tells nothing, is taken to be empty.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.cookies import Clues
from scanner.cookies.chacha import opened
from scanner.decode.reading import Reader
from scanner.model import Token

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = {1: 32, 2: 24, 3: 32, 4: 32}
_TAG_BYTES: Final = {1: 48, 2: 16, 3: 48, 4: 32}
_SHAPE: Final = re.compile(
    rb"(?P<head>v(?P<version>[1-4])\.local\.)(?P<body>[\w-]+)(?:\.(?P<footer>[\w-]+))?", re.ASCII
)
_PASERK: Final = re.compile(rb"k([1-4])\.local\.([\w-]{43})", re.ASCII)
_AUTHENTICATION: Final = b"paseto-auth-key-for-aead"


class _Message(NamedTuple):
    version: int
    head: bytes
    nonce: bytes
    content: bytes
    tag: bytes
    footer: bytes


def signs(secret: bytes, token: Token, _clues: Clues) -> str | None:
    """What `secret` is, as the symmetric key of a `local` token."""
    message = _read(token.raw.reveal())
    key = _key(secret, message.version) if message else b""
    if not message or not key:
        return None
    opens = _opens(key, message) if message.version == 2 else _mac(key, message) == message.tag
    return f"PASETO (v{message.version}.local)" if opens else None


def tries(_token: Token, _clues: Clues) -> int:
    """Three hashes, or a key for the nonce and what it takes to decrypt all of it."""
    return 10


@lru_cache(maxsize=256)
def _read(raw: bytes) -> _Message | None:
    shape = _SHAPE.fullmatch(raw)
    if not shape:
        return None
    version = int(shape["version"])
    body = Reader().base64(shape["body"]) or b""
    nonce, tag = _NONCE_BYTES[version], len(body) - _TAG_BYTES[version]
    footer = Reader().base64(shape["footer"] or b"") or b""
    return _Message(version, shape["head"], body[:nonce], body[nonce:tag], body[tag:], footer)


@lru_cache(maxsize=8_192)
def _key(secret: bytes, version: int) -> bytes:
    """The key that `secret` is; empty where it is none of this version."""
    if len(secret) == _KEY_BYTES:
        return secret
    paserk = _PASERK.fullmatch(secret)
    return Reader().base64(paserk[2]) or b"" if paserk and int(paserk[1]) == version else b""


def _opens(key: bytes, message: _Message) -> bool:
    """Version 2: XChaCha20-Poly1305, which covers the head, the nonce and the footer beside."""
    covered = _joined(message.head, message.nonce, message.footer)
    return opened(key, message.nonce, message.content + message.tag, covered) is not None


def _mac(key: bytes, message: _Message) -> bytes:
    """The tag that `key` makes: keyed BLAKE2b in version 4, HMAC-SHA384 in 1 and 3."""
    version, head, nonce, content, _, footer = message
    parts = (head, nonce, content, footer)
    if version == 4:
        authentication = hashlib.blake2b(_AUTHENTICATION + nonce, key=key, digest_size=32).digest()
        return hashlib.blake2b(_joined(*parts, b""), key=authentication, digest_size=32).digest()
    if version == 3:
        return hmac.digest(_expanded(bytes(48), key, _AUTHENTICATION + nonce), _joined(*parts, b""), "sha384")
    return hmac.digest(_expanded(nonce[:16], key, _AUTHENTICATION)[:32], _joined(*parts), "sha384")


def _expanded(salt: bytes, key: bytes, info: bytes) -> bytes:
    """The first 48 bytes of HKDF-SHA384 (RFC 5869)."""
    return hmac.digest(hmac.digest(salt, key, "sha384"), info + b"\x01", "sha384")


def _joined(*parts: bytes) -> bytes:
    """Pre-authentication encoding: the number of parts, then each behind its length; 64 bits, least byte first."""
    return len(parts).to_bytes(8, "little") + b"".join(len(part).to_bytes(8, "little") + part for part in parts)
