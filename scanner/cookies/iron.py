"""Sealed values of @hapi/iron, iron-session and h3: `Fe26.2*id*salt*iv*ciphertext*expiry*salt*hmac` (its README).

The content is encrypted, but password and everything but the MAC itself go into the MAC: it alone proves a password.
Tested with seals of @hapi/iron 7.0, @hapi/yar 11.0, iron-session 8.0 and h3 2.0.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import end, exact
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie, Sealed

_SEAL: Final = re.compile(
    rb"""
    (Fe26\.2 \*\w{0,64} \*[0-9a-f]{0,128} \*([\w-]{22}) \*[\w-]{2,} \*(\d{0,15}))
    \*([0-9a-f]{0,128}) \*([\w-]{43}) (?:~\d)?
    """,
    re.VERBOSE | re.ASCII,
)
"""What is signed, and in it vector and end; then salt and MAC, and the version of iron-session's own."""
_PASSWORD: Final = 32
"""Characters of the shortest password that any of them takes."""
_ITERATIONS: Final = 8_192
"""Of PBKDF2 in h3 since 2.0; one in all others."""
_H3: Final = frozenset(("h3", "nuxt-session"))
"""What sessions of h3 and of Nuxt are called."""


def decode(text: bytes) -> Cookie | None:
    """The sealed value that `text` starts with."""
    if len(text) > LONGEST:
        return None
    seal = _SEAL.match(unquoted(text))
    if not seal or exact(seal[2], 16) is None:
        return None
    mac = exact(seal[5], 32)
    if not mac:
        return None
    # With percent-encoding the seal is all of the text: none but its stars needs any.
    raw = text if b"%" in text else seal[0]
    return Cookie(
        family="iron",
        raw=Sealed(raw),
        signed=Sealed(seal[1]),
        signature=Sealed(mac),
        payload="encrypted",
        times=end(int(seal[3])) if seal[3] else {},
        head=7,
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins as every seal does."""
    return text.startswith((b"Fe26.2*", b"Fe26.2%2A"))


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether the password `secret` sealed it; a key of bytes serves as it is (and no salt stands in the seal)."""
    if len(secret) < _PASSWORD:
        return None
    salt, message, mac = _salt(cookie.raw.reveal()), cookie.signed.reveal(), cookie.signature.reveal()
    key = hashlib.pbkdf2_hmac("sha1", secret, salt, 1, 32) if salt else secret
    if hmac.digest(key, message, "sha256") == mac:
        return "sealed cookie of iron"
    if salt and not _H3.isdisjoint(clues.names):
        key = hashlib.pbkdf2_hmac("sha1", secret, salt, _ITERATIONS, 32)
        if hmac.digest(key, message, "sha256") == mac:
            return "sealed cookie of h3"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """Two HMACs, and 2,500 for the iterations of h3 where the name may be one of its."""
    return 2 if _H3.isdisjoint(clues.names) else 2_500


@lru_cache(maxsize=1_024)
def _salt(raw: bytes) -> bytes:
    """The salt of the MAC's key, as text: so it is used."""
    return unquoted(raw).rsplit(b"*", 2)[1]
