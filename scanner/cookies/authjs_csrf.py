"""CSRF tokens of NextAuth and Auth.js: `value|SHA-256 of value and secret`, in hex.

They protect little themselves, but are set before anyone logs in, and prove the secret that encrypts all sessions.
Tested with cookies of @auth/core 0.34.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import behind_name
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie, Sealed

_PAIR: Final = re.compile(rb"([0-9a-f]{64})\|([0-9a-f]{64})")


def decode(text: bytes) -> Cookie | None:
    """The token that stands in `text`, behind its name or not."""
    if len(text) > LONGEST:
        return None
    start = behind_name(text)
    pair = _PAIR.fullmatch(unquoted(text[start:]))
    return pair and Cookie(
        family="authjs-csrf",
        raw=Sealed(text[start:]),
        signed=Sealed(pair[1]),
        signature=Sealed(bytes.fromhex(pair[2].decode())),
        payload="opaque",
        start=start,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` was hashed with it."""
    if hashlib.sha256(cookie.signed.reveal() + secret).digest() != cookie.signature.reveal():
        return None
    return "CSRF token of Auth.js, which also encrypts its sessions"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One hash."""
    return 1
