"""Encrypted cookies of Rails 4.0 to 5.1: base64 of `ciphertext--iv`, both in base64, and behind it the MAC in hex.

AES-256-CBC with one key, HMAC with another, both from `secret_key_base`: the MAC alone proves it.
Tested with cookies of Action Pack 6.1 that it writes for older servers.
"""

from __future__ import annotations

from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import exact, standard
from scanner.cookies.verifier import DERIVATION, message, salt_of, salts_with, signed_with
from scanner.model import Cookie, Sealed

_SALT: Final = b"signed encrypted cookie"
_BLOCK: Final = 16


def decode(text: bytes) -> Cookie | None:
    """The cookie that stands at the end of `text`."""
    found = message(text)
    if not found:
        return None
    ciphertext, _, vector = found.content.partition(b"--")
    encrypted = standard(ciphertext)
    if not encrypted or len(encrypted) % _BLOCK or exact(vector, _BLOCK) is None:
        return None
    return Cookie(
        family="rails-cbc",
        raw=Sealed(text[found.start :]),
        signed=Sealed(found.text),
        signature=Sealed(found.mac),
        payload="encrypted",
        start=found.start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` is the `secret_key_base` that signs it; or the key itself, of ActiveSupport without Rails."""
    if signed_with(secret, cookie):
        return "message of ActiveSupport"
    return "encrypted cookie of Rails" if salt_of(secret, cookie, salts_with([_SALT], clues)) else None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC, and the derivations for each salt."""
    return 1 + DERIVATION * len(salts_with([_SALT], clues))
