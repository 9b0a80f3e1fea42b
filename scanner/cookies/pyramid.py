"""Sessions of Pyramid (`SignedCookieSessionFactory`, by WebOb's `SignedSerializer`): base64 of HMAC and content.

The HMAC is SHA-512 of `[renewed, created, {…}]`, a JSON text of two times in seconds and the session; before release
2.0 it was a pickle of the three.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import FEW, Clues
from scanner.cookies.contents import content, names_user
from scanner.cookies.values import LONGEST, moment
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_RUN: Final = re.compile(rb"[\w-]{86,}")
_MAC_BYTES: Final = 64
_TIMES: Final = re.compile(rb"\[1\d{9}")
_SALT: Final = b"pyramid.session."
_SALTS_OF_SCAN: Final = 32
"""Salts of the scan that are tried."""


def decode(text: bytes) -> Cookie | None:
    """The session that `text` starts with, or None where it starts with none."""
    run = _RUN.match(text[:LONGEST])
    data = Reader().base64(run[0]) if run else None
    if not run or not data:
        return None
    signed = data[_MAC_BYTES:]
    held = content(signed)
    session, created = None, None
    if held.payload == "json":
        value = Reader().json(signed)
        if (
            not isinstance(value, list)
            or len(value) != 3
            or not all(isinstance(time, int | float) for time in value[:2])
        ):
            return None
        session, created = value[2], moment(value[1])
        if not isinstance(session, dict) or not created:
            return None
    elif held.serializer != "pickle":
        return None
    return Cookie(
        family="pyramid",
        raw=Sealed(run[0]),
        signed=Sealed(signed),
        signature=Sealed(data[:_MAC_BYTES]),
        claims=session,
        payload="object" if session is not None else "binary",
        serializer=held.serializer,
        times={"iat": created} if created else {},
        details={"user": True} if names_user(session) else {},
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with a digest and a time."""
    run = _RUN.match(text[:LONGEST])
    bare = run[0][: len(run[0]) // 4 * 4] if run else b""
    return bool(_TIMES.match((Reader().base64(bare) or b"")[_MAC_BYTES:]))


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether it is the secret behind the factory's salt, or behind one of the scan."""
    signed, signature = cookie.signed.reveal(), cookie.signature.reveal()
    for salt in _salts(clues.salts, thorough=clues.thorough):
        if hmac.digest(salt + secret, signed, "sha512") == signature:
            return "Pyramid session"
    return None


def tries(_cookie: Cookie, clues: Clues) -> int:
    """One for each salt."""
    return len(_salts(clues.salts, thorough=clues.thorough))


@lru_cache(maxsize=64)
def _salts(found: tuple[bytes, ...], *, thorough: bool) -> tuple[bytes, ...]:
    return (_SALT, *found[: _SALTS_OF_SCAN if thorough else FEW - 1])
