"""Sessions of @fastify/secure-session: `base64 of ciphertext;base64 of nonce`, by libsodium's secretbox.

That is XSalsa20 and Poly1305 (Bernstein, "Extending the Salsa20 nonce", and "Cryptography in NaCl" §9). The key is made
of one block of the stream, so a secret is proved without deciphering. It is 32 bytes, or made from a text by Argon2id:
with 0.4 s and 256 MiB a text, nothing is dearer to try. Tested with cookies of @fastify/secure-session 8.4 and PyNaCl.
"""

from __future__ import annotations

import base64
import re
import struct
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import base64_run, exact, standard
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie, Sealed

_PARTS: Final = re.compile(rb"(?s)(.*?)(?:;|%3[Bb])((?:[A-Za-z0-9+/]|%2[BbFf]){32})")
_NONCE: Final = 24
_TAG: Final = 16
_SHORTEST: Final = _TAG + 2
"""Bytes of the shortest ciphertext: an empty JSON object."""
_USUAL: Final = (base64.b64decode("mq9hDxBVDbspDR6nLfFT1g=="), b"mq9hDxBVDbspDR6n")
"""What a text becomes a key with where the program names no salt, and where it names that of the documentation."""
_SALTS: Final = 2
"""Salts of the scan that are tried beside these."""
_DERIVATION: Final = 300_000
"""What one key of Argon2id costs, in HMACs."""
_SALSA: Final = struct.unpack("<4I", b"expand 32-byte k")
_MASK: Final = 0xFFFFFFFF


def decode(text: bytes) -> Cookie | None:
    """The session that stands at the end of `text`."""
    parts = _PARTS.fullmatch(text) if len(text) <= LONGEST else None
    if not parts:
        return None
    start = base64_run(parts[1])
    sealed = standard(unquoted(parts[1][start:]))
    nonce = exact(unquoted(parts[2]), _NONCE)
    if not sealed or len(sealed) < _SHORTEST or not nonce:
        return None
    return Cookie(
        family="fastify-secure-session",
        raw=Sealed(text[start:]),
        signed=Sealed(nonce + sealed[_TAG:]),
        signature=Sealed(sealed[:_TAG]),
        payload="encrypted",
        start=start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` is the key, or the text from which it is made."""
    if len(secret) < 32:
        return None
    if len(secret) == 32 and _opens(secret, cookie):
        return "session of @fastify/secure-session"
    for salt in _salts(clues):
        key = _derived(secret, salt)
        if key and _opens(key, cookie):
            return "session of @fastify/secure-session"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """A derivation by Argon2id for each salt, beside which the rest is nothing."""
    return _DERIVATION * len(_salts(clues))


def _salts(clues: Clues) -> list[bytes]:
    return [*_USUAL, *[salt for salt in clues.salts if len(salt) == 16 and salt not in _USUAL][:_SALTS]]


@lru_cache(maxsize=256)
def _derived(secret: bytes, salt: bytes) -> bytes | None:
    """The key of a text, as libsodium makes it (`crypto_pwhash`, moderate limits); None where that can't be done."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        return Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=256 * 1024).derive(secret)
    except (UnsupportedAlgorithm, MemoryError):
        return None


def _opens(key: bytes, cookie: Cookie) -> bool:
    from cryptography.hazmat.primitives.poly1305 import Poly1305

    message = cookie.signed.reveal()
    nonce, ciphertext = message[:_NONCE], message[_NONCE:]
    words = _rounds(key, nonce[:16])
    inner = struct.pack("<8I", *(words[index] for index in (0, 5, 10, 15, 6, 7, 8, 9)))
    block = nonce[16:] + bytes(8)
    mixed = _rounds(inner, block)
    added = zip(mixed, _state(inner, block), strict=True)
    stream = struct.pack("<16I", *((left + right) & _MASK for left, right in added))
    return Poly1305.generate_tag(stream[:32], ciphertext) == cookie.signature.reveal()


def _state(key: bytes, block: bytes) -> list[int]:
    """The words that Salsa20 begins with: its constants on the diagonal, the key around, nonce and counter within."""
    first, second = struct.unpack("<4I", key[:16]), struct.unpack("<4I", key[16:])
    middle, c = struct.unpack("<4I", block), _SALSA
    return [c[0], *first, c[1], *middle, c[2], *second, c[3]]


def _rounds(key: bytes, block: bytes) -> list[int]:
    """The words after Salsa20's twenty rounds."""
    x = _state(key, block)
    for _ in range(10):
        for a, b, c, d in _QUARTERS:
            t = (x[a] + x[d]) & _MASK
            x[b] ^= (t << 7 | t >> 25) & _MASK
            t = (x[b] + x[a]) & _MASK
            x[c] ^= (t << 9 | t >> 23) & _MASK
            t = (x[c] + x[b]) & _MASK
            x[d] ^= (t << 13 | t >> 19) & _MASK
            t = (x[d] + x[c]) & _MASK
            x[a] ^= (t << 18 | t >> 14) & _MASK
    return x


_QUARTERS: Final = (
    (0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11),
    (0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14),
)  # fmt: skip
"""The columns and then the rows of one double round."""
