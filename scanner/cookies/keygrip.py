"""Cookies signed by keygrip: `name=value`, and beside it `name.sig=signature` (cookies, cookie-session, koa-session).

The signature covers the name, so only both cookies of one request or response say anything: a subject is the pair.
Tested with cookies of cookie-session 2.1 and koa-session 7.0.
"""

from __future__ import annotations

import hmac
import re
from typing import Any, Final, NamedTuple

from scanner.cookies import Clues
from scanner.cookies.spelling import end, exact, json_value, standard
from scanner.cookies.values import LONGEST
from scanner.model import Cookie, Sealed

_COOKIE: Final = re.compile(
    rb"""
    (?<! [\w.$:-] ) (?! (?: name | value | [Cc]ookie | [Ss]et-[Cc]ookie ) ["'] ) ([\w.$:-]{1,128})
    (?: = | \t | ["'] \s{0,64} , \s{0,64} ["']value["'] \s{0,64} : \s{0,64} ["'] | ["'] \s{0,64} : \s{0,64} ["'] )
    ([^\s;"',]{1,4096})
    """,
    re.VERBOSE | re.ASCII,
)
"""A name and a value: of a header, of a cookie jar with tabs, of a capture, of a JSON object."""
_SUFFIX: Final = b".sig"
_DIGESTS: Final = {27: 20, 43: 32, 86: 64}
"""Bytes of digests by the length of their base64: of SHA-1, and of what may be chosen for it."""
_HASHES: Final = {20: "sha1", 32: "sha256", 64: "sha512"}


class _Place(NamedTuple):
    """Where a cookie stands in a text, from its name on."""

    start: int
    end: int
    value: bytes


def decode(text: bytes) -> Cookie | None:
    """A pair that stands in `text`, whatever stands around and between: the first session, else the first."""
    places = {found[1]: _Place(found.start(), found.end(), found[2]) for found in _COOKIE.finditer(text[:LONGEST])}
    first = None
    for name, signature in places.items():
        bare = name.removesuffix(_SUFFIX)
        value = places.get(bare) if bare != name else None
        length = _DIGESTS.get(len(signature.value))
        mac = exact(signature.value, length) if value and length else None
        if value and mac:
            cookie = _pair(text, bare, value, signature, mac)
            if cookie.claims is not None:
                return cookie
            first = first or cookie
    return first


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC over `name=value`, by SHA-1 if nothing else is chosen."""
    signature = cookie.signature.reveal()
    if hmac.digest(secret, cookie.signed.reveal(), _HASHES[len(signature)]) != signature:
        return None
    return "session of cookie-session or Koa" if cookie.claims is not None else "signed cookie of keygrip"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1


def _pair(text: bytes, name: bytes, value: _Place, signature: _Place, mac: bytes) -> Cookie:
    start, stop = min(value.start, signature.start), max(value.end, signature.end)
    content = standard(value.value)
    claims = json_value(content) if content else None
    known: dict[str, Any] = {"payload": "text"}
    if isinstance(claims, dict):
        # koa-session keeps its end in the session, in milliseconds.
        known = {"payload": "object", "claims": claims, "times": end(claims.get("_expire"))}
    return Cookie(
        family="keygrip",
        raw=Sealed(text[start:stop]),
        signed=Sealed(name + b"=" + value.value),
        signature=Sealed(mac),
        details={"name": name.decode()},
        start=start,
        **known,
    )
