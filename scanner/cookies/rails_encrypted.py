"""Encrypted cookies of Rails since 5.2, and encrypted credentials: `ciphertext--iv--tag`, each in base64.

AES-256-GCM with a key from `secret_key_base`. A file of credentials (`credentials.yml.enc`) is of the same format,
under AES-128-GCM with the `master.key` as it is. Tested with cookies of Action Pack 6.1.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scanner.cookies import Clues
from scanner.cookies.spelling import base64_run, exact, standard
from scanner.cookies.values import LONGEST, unquoted
from scanner.cookies.verifier import derived, salts_with
from scanner.model import Cookie, Sealed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PARTS: Final = re.compile(
    rb"(?s)(.*?)--((?:[A-Za-z0-9+/]|%2[BbFf]){16})--((?:[A-Za-z0-9+/]|%2[BbFf]){22}(?:==|%3[Dd]%3[Dd]))"
)
_SALT: Final = b"authenticated encrypted cookie"
_VECTOR: Final = 12
_TAG: Final = 16
_DERIVATION: Final = 450
"""What the keys for one salt cost, in HMACs: PBKDF2 with either digest, for 32 bytes."""


def decode(text: bytes) -> Cookie | None:
    """The cookie that stands at the end of `text`."""
    parts = _PARTS.fullmatch(text) if len(text) <= LONGEST else None
    if not parts:
        return None
    start = base64_run(parts[1])
    ciphertext = standard(unquoted(parts[1][start:]))
    vector, tag = exact(unquoted(parts[2]), _VECTOR), exact(unquoted(parts[3]), _TAG)
    if not ciphertext or not vector or not tag:
        return None
    return Cookie(
        family="rails-encrypted",
        raw=Sealed(text[start:]),
        signed=Sealed(vector + ciphertext),
        signature=Sealed(tag),
        payload="encrypted",
        start=start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` is the `secret_key_base` that opens it, or the key itself."""
    if len(secret) in (16, 32) and _opens(_cipher(secret), cookie):
        return "file of Rails credentials" if len(secret) == 16 else "message of ActiveSupport"
    for salt in salts_with([_SALT], clues):
        for digest in ("sha256", "sha1"):
            if _opens(_cipher(derived(secret, salt, digest, 32)), cookie):
                return "encrypted cookie of Rails"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """The derivations for each salt."""
    return 2 + _DERIVATION * len(salts_with([_SALT], clues))


@lru_cache(maxsize=1 << 12)
def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _opens(cipher: AESGCM, cookie: Cookie) -> bool:
    from cryptography.exceptions import InvalidTag

    message = cookie.signed.reveal()
    try:
        cipher.decrypt(message[:_VECTOR], message[_VECTOR:] + cookie.signature.reveal(), None)
    except InvalidTag:
        return False
    return True
