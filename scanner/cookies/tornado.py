"""Values that Tornado signs (its `web.create_signed_value`), in both versions.

Version 2 is `2|1:key version|10:time|length:name|length:value|HMAC-SHA256`, the HMAC over all before it; version 1 is
`value|time|HMAC-SHA1` over name, value and time. Values are in base64, times in seconds. Jupyter's are such.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import SEPARATOR, content, names_user
from scanner.cookies.values import LONGEST, moment, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_LENGTH: Final = rb"(?::|%3[Aa])"
_BASE64: Final = rb"(?:[A-Za-z0-9+/]|%2[BbFf])*+(?:=|%3[Dd]){0,2}"
_BEGUN: Final = re.compile(rb"2" + SEPARATOR + rb"\d" + _LENGTH + rb"\d{1,9}" + SEPARATOR + rb"10" + _LENGTH)
_SECOND: Final = re.compile(
    rb"(?:[\w.-]{1,100}=)?(?P<raw>(?P<signed>" + _BEGUN.pattern + rb"(?P<time>\d{10})"
    + SEPARATOR + rb"\d{1,3}" + _LENGTH + rb"(?P<name>(?:[\w.+-]|%[0-9A-Fa-f]{2}){1,300}?)"
    + SEPARATOR + rb"\d{1,5}" + _LENGTH + rb"(?P<value>" + _BASE64 + rb")" + SEPARATOR + rb")"
    + rb"(?P<mac>[0-9a-f]{64}))(?!\w)"
)  # fmt: skip
_FIRST: Final = re.compile(
    rb"(?:[\w.-]{1,100}=(?!=?" + SEPARATOR + rb"))?(?P<raw>(?P<value>" + _BASE64 + rb")" + SEPARATOR
    + rb"(?P<time>\d{10})" + SEPARATOR + rb"(?P<mac>[0-9a-f]{40}))(?!\w)"
)  # fmt: skip
_FIELDS: Final = re.compile(rb"2\|(\d):(\d+)\|10:\d{10}\|(\d{1,3}):([^|]*)\|(\d{1,5}):([^|]*)\|")


def decode(text: bytes) -> Cookie | None:
    """The value that `text` starts with, a name before it or not; None where it starts with none."""
    text = text[:LONGEST]
    second = _SECOND.match(text)
    found = second or _FIRST.match(text)
    if not found:
        return None
    encoded = unquoted(found["value"])
    value = Reader().base64(encoded) if len(encoded) % 4 == 0 else None
    issued = moment(int(found["time"]))
    if value is None or not issued:
        return None
    held = content(value)
    if second:
        signed = unquoted(second["signed"])
        fields = _FIELDS.fullmatch(signed)
        if not fields or any(int(fields[n]) != len(fields[n + 1]) for n in (1, 3, 5)):
            return None
        name = fields[4].decode("utf-8", "replace")
    else:
        signed, name = encoded + b"|" + found["time"], ""
    user = names_user(held.claims) or "user" in name.lower()
    return Cookie(
        family="tornado",
        raw=Sealed(found["raw"]),
        signed=Sealed(signed),
        signature=Sealed(bytes.fromhex(found["mac"].decode())),
        claims=held.claims,
        payload=held.payload,
        serializer=held.serializer,
        times={"iat": issued},
        details=({"name": name} if name else {}) | ({"user": True} if user else {}),
        start=found.start("raw"),
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with the first three fields of version 2."""
    return bool(_BEGUN.match(text))


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether it is the `cookie_secret`, or one of them."""
    signed, signature = cookie.signed.reveal(), cookie.signature.reveal()
    if len(signature) == 32:
        proved = hmac.digest(secret, signed, "sha256") == signature
    else:
        text = signed.replace(b"|", b"")
        proved = any(hmac.digest(secret, name.encode() + text, "sha1") == signature for name in clues.names)
    return "Tornado signed cookie" if proved else None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One; in version 1, where the cookie does not tell its name, one for each that it may have."""
    return 1 if len(cookie.signature) == 32 else len(clues.names)
