"""Keys as ASP.NET and ASP.NET Core derive them: NIST SP 800-108 §4.1 in counter mode, with HMAC-SHA512."""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final

_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}){16,64}")
_BLOCK_BYTES: Final = 64


def derived(key: bytes, label: bytes, context: bytes, length: int) -> bytes:
    """`length` bytes from `key` for what label and context say."""
    fixed = b"%b\0%b%b" % (label, context, (8 * length).to_bytes(4))
    blocks = range(1, -(-length // _BLOCK_BYTES) + 1)
    return b"".join(hmac.digest(key, block.to_bytes(4) + fixed, "sha512") for block in blocks)[:length]


def strings(*texts: str) -> bytes:
    """Texts as `BinaryWriter` writes them: UTF-8 behind its length, least significant seven bits first."""
    written = b""
    for text in texts:
        data = text.encode()
        length = len(data)
        while length > 0x7F:
            written += bytes([length & 0x7F | 0x80])
            length >>= 7
        written += bytes([length]) + data
    return written


@lru_cache(maxsize=8_192)
def machine_key(secret: bytes) -> bytes:
    """The bytes of a `validationKey`, which stands in hexadecimal; `secret` itself where it is none."""
    return bytes.fromhex(secret.decode()) if _HEX.fullmatch(secret) else secret


@lru_cache(maxsize=16_384)
def purpose_key(secret: bytes, purpose: str, *specific: str) -> bytes:
    """What ASP.NET 4.5 makes of a `validationKey` for a purpose: as many bytes as that has."""
    key = machine_key(secret)
    return derived(key, purpose.encode(), strings(*specific), len(key))
