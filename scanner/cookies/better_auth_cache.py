"""The session that Better Auth keeps in a cookie beside its database (`session_data`, strategy `compact`).

Base64url of `{"session":{…},"expiresAt":ms,"signature":"…"}`. Signed is the JSON text of the session with `expiresAt`
added as its last member, so it is cut from the text as it stands: written again it might differ.
Tested with cookies of better-auth 1.7.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.spelling import end, exact, json_value
from scanner.cookies.values import LONGEST
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_RUN: Final = re.compile(rb"[\w-]+", re.ASCII)
_CONTENT: Final = re.compile(rb'\{"session":(\{.+)\},"expiresAt":(\d{10,16}),"signature":"([\w-]{43})"\}', re.DOTALL)


def decode(text: bytes) -> Cookie | None:
    """The session that `text` starts with."""
    run = _RUN.match(text)
    content = Reader().base64(run[0]) if run and len(run[0]) <= LONGEST else None
    found = content and _CONTENT.fullmatch(content)
    mac = found and exact(found[3], 32)
    claims = json_value(found[1] + b"}") if found else None
    if not run or not found or not mac or not isinstance(claims, dict):
        return None
    return Cookie(
        family="better-auth-cache",
        raw=Sealed(run[0]),
        signed=Sealed(found[1] + b',"expiresAt":' + found[2] + b"}"),
        signature=Sealed(mac),
        claims=claims,
        payload="object",
        times=end(int(found[2])),
    )


def begins(text: bytes) -> bool:
    """Whether the text begins as every such session does."""
    return text.startswith(b"eyJzZXNzaW9uIjp7")


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it: HMAC-SHA256 over the JSON text."""
    if hmac.digest(secret, cookie.signed.reveal(), "sha256") != cookie.signature.reveal():
        return None
    return "session of Better Auth"


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC."""
    return 1
