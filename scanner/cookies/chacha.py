"""XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), which OpenSSL lacks: ChaCha20-Poly1305 with a key for each nonce."""

from __future__ import annotations

import struct


def opened(key: bytes, nonce: bytes, sealed: bytes, covered: bytes) -> bytes | None:
    """What is encrypted in `sealed`, with its tag of 16 bytes behind it; None where `key` of 32 bytes does not open it.

    `nonce` has 24 bytes; `covered` is what the tag covers beside.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(hchacha20(key, nonce[:16])).decrypt(bytes(4) + nonce[16:], sealed, covered)
    except InvalidTag:
        return None


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """The key of 32 bytes that `key` gives with the first 16 bytes of a nonce (§2.2 of the draft).

    It is the state that ChaCha20 makes a block of key stream of, before the first state is added to it: so it is the
    block less that state, of which the constant and the nonce are known, and other words are not asked for.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

    block = struct.unpack("<16I", Cipher(algorithms.ChaCha20(key, nonce), None).encryptor().update(bytes(64)))
    first = struct.unpack("<8I", b"expand 32-byte k" + nonce)
    return struct.pack("<8I", *((a - b) & 0xFFFFFFFF for a, b in zip(block[:4] + block[12:], first, strict=True)))
