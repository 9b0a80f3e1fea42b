"""What ASP.NET Core's Data Protection 10 protects: cookies of sign-in, session, antiforgery, TempData.

Base64 of `09 F0 C9 F0`, the id of a key of the key ring, and what is encrypted with it: by default a modifier, an
initialization vector, AES-256-CBC, and HMAC-SHA256 over both, with keys derived from the master key for the purpose
(`docs: Subkey derivation and authenticated encryption in ASP.NET Core`).
"""

from __future__ import annotations

import hmac
import re
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.dotnet import derived, strings
from scanner.cookies.values import LONGEST, tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(rb"CfDJ8(?:[A-Za-z0-9_+/-]|%2[BbFf])+(?:=|%3[Dd]){0,2}")
_MAGIC: Final = b"\x09\xf0\xc9\xf0"
_ID_ENDS: Final = 20
_MODIFIER_ENDS: Final = 36
_BLOCK_BYTES: Final = 16
_MAC_BYTES: Final = 32
_TAG_BYTES: Final = 16
_NONCE_BYTES: Final = 12
"""Of AES-GCM, which may be chosen."""
_MASTER_BYTES: Final = 64
_SIGN_IN: Final = "Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationMiddleware"
_PURPOSES: Final = (
    (_SIGN_IN, "Cookies", "v2"),
    (_SIGN_IN, "Identity.Application", "v2"),
    (_SIGN_IN, "Identity.External", "v2"),
    (_SIGN_IN, "Identity.TwoFactorRememberMe", "v2"),
    ("SessionMiddleware",),
    ("Microsoft.AspNetCore.Antiforgery.AntiforgeryToken.v1",),
    ("Microsoft.AspNetCore.Mvc.CookieTempDataProviderToken.v1",),
    ("Microsoft.AspNetCore.Authentication.BearerToken", "Identity.Bearer", "BearerToken"),
    ("Microsoft.AspNetCore.Authentication.BearerToken", "Identity.Bearer", "RefreshToken"),
)
"""What the framework protects, each with what it says of its use."""
_APPLICATIONS: Final = ("", "/app", "/app/")
"""Names of applications, which come first among the purposes: none, and the folders of the official images."""
_NAMES: Final = 16
"""Names of applications that are tried."""


def decode(text: bytes) -> Cookie | None:
    """The protected value that `text` starts with, or None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    data = Reader().base64(unquoted(shape[0])) or b""
    cbc = len(data) - _MODIFIER_ENDS - _MAC_BYTES
    known = cbc >= 2 * _BLOCK_BYTES and not cbc % _BLOCK_BYTES
    least = _MODIFIER_ENDS + _NONCE_BYTES + _TAG_BYTES
    key_id = uuid.UUID(bytes_le=data[4:_ID_ENDS]) if len(data) > least else None
    if data[:4] != _MAGIC or not key_id or key_id.version != 4:
        return None
    tag = _MAC_BYTES if known else _TAG_BYTES
    return Cookie(
        family="aspnet-core",
        raw=Sealed(shape[0]),
        signed=Sealed(data[:-tag]),
        signature=Sealed(data[-tag:]),
        payload="encrypted",
        details={"key_id": str(key_id)},
        head=5,
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with the head and the id of a key."""
    return re.match(rb"CfDJ8(?:[A-Za-z0-9_+/-]|%2[BbFf]){24}", text) is not None


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as the master key of the key ring, of 64 bytes, for one of the purposes of an application.

    An application is known by a name of the scan, or by none: its key is not told by what stands here alone.
    """
    data, mac = cookie.signed.reveal(), cookie.signature.reveal()
    if len(secret) != _MASTER_BYTES or len(mac) != _MAC_BYTES:
        return None
    context = _context() + data[_ID_ENDS:_MODIFIER_ENDS]
    for purposes in _purposes(clues):
        label = data[:_ID_ENDS] + len(purposes).to_bytes(4) + strings(*purposes)
        if hmac.digest(derived(secret, label, context, 64)[32:], data[_MODIFIER_ENDS:], "sha256") == mac:
            return "value protected by ASP.NET Core"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """A key and an HMAC for each purpose."""
    return sum(1 + tries_of(cookie) for _ in _purposes(clues))


def _purposes(clues: Clues) -> Iterator[tuple[str, ...]]:
    found = [salt.decode("utf-8", "replace") for salt in clues.salts[: _NAMES - len(_APPLICATIONS)]]
    for application in (*_APPLICATIONS, *found):
        for purposes in _PURPOSES:
            yield (application, *purposes) if application else purposes


@cache
def _context() -> bytes:
    """What names the algorithms: 0 for CBC with a MAC, the lengths of key, block, MAC's key and MAC, and what both
    make of nothing, with keys derived from nothing."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    keys = derived(b"", b"", b"", 64)
    cipher = Cipher(algorithms.AES(keys[:32]), modes.CBC(bytes(_BLOCK_BYTES))).encryptor()
    sizes = b"".join(size.to_bytes(4) for size in (32, _BLOCK_BYTES, 32, _MAC_BYTES))
    padded = bytes([_BLOCK_BYTES]) * _BLOCK_BYTES
    return bytes(2) + sizes + cipher.update(padded) + hmac.digest(keys[32:], b"", "sha256")
