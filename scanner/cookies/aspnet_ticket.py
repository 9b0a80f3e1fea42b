"""Tickets of ASP.NET 4: `.ASPXAUTH` of forms authentication in hexadecimal, and OWIN's `.AspNet.ApplicationCookie`.

Both are encrypted, and end with an HMAC over all before it. Its key is the `validationKey` of `<machineKey>`: as it is
for forms in compatibility mode, derived for the purpose else. Nothing but the cookie's name marks the format.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.dotnet import machine_key, purpose_key
from scanner.cookies.values import LONGEST, named, tries_of
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(
    named(rb"\.(?:ASPXAUTH|AspNet\.\w+)")
    + rb"(?P<raw>(?P<hex>(?:[0-9A-F]{2}){48,}|(?:[0-9a-f]{2}){48,})(?![\w-])|(?P<base64>[\w-]{86,}))",
    re.ASCII,
)
_BLOCK_BYTES: Final = 16
_DIGESTS: Final = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
"""Algorithms of a `<machineKey>`, and the lengths of what they make."""
_OWIN: Final = "Microsoft.Owin.Security.Cookies.CookieAuthenticationMiddleware"


def decode(text: bytes) -> Cookie | None:
    """The ticket that `text` starts with, behind its name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    data = bytes.fromhex(shape["hex"].decode()) if shape["hex"] else Reader().base64(shape["base64"]) or b""
    if not any(_fits(len(data), digest) for digest in _DIGESTS):
        return None
    return Cookie(
        family="aspnet-ticket",
        raw=Sealed(shape["raw"]),
        signed=Sealed(data),
        payload="encrypted",
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: what is there of one may be any number."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as `validationKey`, in hexadecimal or as bytes."""
    data = cookie.signed.reveal()
    for digest, length in _DIGESTS.items():
        if not _fits(len(data), digest):
            continue
        for key in _keys(secret, clues):
            if hmac.digest(key, data[:-length], digest) == data[-length:]:
                return "authentication ticket of ASP.NET"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """Three keys, for each of the algorithms that the length allows."""
    digests = sum(_fits(len(cookie.signed), digest) for digest in _DIGESTS)
    return digests * sum(1 + tries_of(cookie) for _ in _keys(b"", clues))


def _fits(length: int, digest: str) -> bool:
    """Whether a MAC may stand behind two blocks or more; the block of DES has 8 bytes, which counts as half of one."""
    blocks = length - _DIGESTS[digest]
    return blocks >= 2 * _BLOCK_BYTES and not blocks % (_BLOCK_BYTES // 2)


def _keys(secret: bytes, clues: Clues) -> Iterator[bytes]:
    yield machine_key(secret)
    yield purpose_key(secret, "FormsAuthentication.Ticket")
    schemes = {name.removeprefix(".AspNet.") for name in clues.names if name.startswith(".AspNet.")}
    for scheme in sorted(schemes | {"ApplicationCookie"}):
        yield purpose_key(secret, "User.MachineKey.Protect", _OWIN, scheme, "v1")
