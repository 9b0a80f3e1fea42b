"""Sessions of Rack 1 and 2 (Sinatra, Rails 3), and cookies of Rails that hold Ruby objects: Marshal's data, signed.

Who can sign one can have any object made where it is read, which is to run code. Rack can also keep deflated JSON.
Tested with cookies of Rack 2.2 and Action Pack 6.1.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

from scanner.cookies import Clues
from scanner.cookies.spelling import json_value
from scanner.cookies.verifier import DERIVATION, MARSHAL, message, salt_of, salts_with, signed_with
from scanner.model import Cookie, Sealed

_INFLATED: Final = 1 << 16
"""Most bytes that deflated JSON is inflated to."""


def decode(text: bytes) -> Cookie | None:
    """The session that stands at the end of `text`."""
    found = message(text)
    if not found:
        return None
    known: dict[str, Any] = {"payload": "binary", "serializer": "marshal"}
    if not MARSHAL.match(found.content):
        claims = _inflated(found.content)
        if claims is None:
            return None
        known = {"payload": "object", "claims": claims}
    return Cookie(
        family="rack-hmac",
        raw=Sealed(text[found.start :]),
        signed=Sealed(found.text),
        signature=Sealed(found.mac),
        start=found.start,
        **known,
    )


def begins(text: bytes) -> bool:
    """No: nothing but the whole is told from other text."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it as it is, or is the `secret_key_base` of Rails that does."""
    if signed_with(secret, cookie):
        return "session of Rack or Rails 3"
    return "signed cookie of Rails" if salt_of(secret, cookie, _salts(cookie, clues)) else None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC, and the derivations for each salt."""
    return 1 + DERIVATION * len(_salts(cookie, clues))


def _salts(cookie: Cookie, clues: Clues) -> list[bytes]:
    return salts_with([b"signed cookie"], clues) if cookie.serializer else []


def _inflated(data: bytes) -> dict[str, Any] | None:
    """The JSON object that `data` deflates."""
    if data[:1] != b"\x78":
        return None
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(data, _INFLATED)
    except zlib.error:
        return None
    value = json_value(text) if inflate.eof else None
    return value if isinstance(value, dict) else None
