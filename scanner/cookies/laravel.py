"""What Laravel's `Encrypter` makes: base64 of a JSON object of `iv`, `value`, `mac` and, of late, `tag`.

So are all of an application's cookies by default, and what it encrypts elsewhere. AES in CBC mode has an HMAC over the
texts of `iv` and `value`; GCM, since release 8.27, an empty one and a tag. Secrets stand as `base64:…` in `APP_KEY`.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.values import LONGEST, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(rb"eyJpdiI6(?:[\w+/-]|%2[BbFf])++(?:=|%3[Dd]){0,2}")
_MAC: Final = re.compile("[0-9a-f]{64}")
_IV_BYTES: Final = (16, 32)
"""In CBC mode; the second is Laravel 4's, whose cipher had blocks of 32 bytes."""
_GCM_IV_BYTES: Final = 12
_TAG_BYTES: Final = 16
_KEY_BYTES: Final = (16, 32)
_PREFIX: Final = b"base64:"


def decode(text: bytes) -> Cookie | None:
    """The value that `text` starts with, or None where it starts with none."""
    run = _VALUE.match(text[:LONGEST])
    sealed = Reader().object(unquoted(run[0])) if run else None
    if not run or not sealed:
        return None
    iv, value, mac, tag = (sealed.get(name, "") for name in ("iv", "value", "mac", "tag"))
    if not (isinstance(iv, str) and isinstance(value, str) and isinstance(mac, str) and isinstance(tag, str)):
        return None
    nonce, encrypted = _bytes(iv), _bytes(value)
    if _MAC.fullmatch(mac) and len(nonce) in _IV_BYTES and encrypted and len(encrypted) % 16 == 0:
        signature = bytes.fromhex(mac)
    elif not mac and len(nonce) == _GCM_IV_BYTES and len(_bytes(tag)) == _TAG_BYTES:
        signature = _bytes(tag)
    else:
        return None
    return Cookie(
        family="laravel",
        raw=Sealed(run[0]),
        signed=Sealed((iv + value).encode()),
        signature=Sealed(signature),
        payload="encrypted",
        head=len("eyJpdiI6"),
    )


def begins(text: bytes) -> bool:
    """Whether `text` is base64 of an object's start that names what initialises a cipher."""
    run = _VALUE.match(text[:LONGEST])
    return bool(run and run.end() == len(text[:LONGEST]))


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it is the key, as bytes or as Laravel writes them."""
    key, text, signature = _key(secret), cookie.signed.reveal(), cookie.signature.reveal()
    if len(signature) == _TAG_BYTES:
        proved = len(key) in _KEY_BYTES and _opens(key, text, signature)
    else:
        proved = hmac.digest(key, text, "sha256") == signature
    return "Laravel encrypted cookie" if proved else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC, or a decryption."""
    return 1


@lru_cache(maxsize=1 << 14)
def _key(secret: bytes) -> bytes:
    return _bytes(secret.removeprefix(_PREFIX).decode("latin-1")) if secret.startswith(_PREFIX) else secret


def _bytes(text: str) -> bytes:
    return Reader().base64(text.encode("utf-8", "replace")) or b""


def _opens(key: bytes, text: bytes, tag: bytes) -> bool:
    """Whether AES in GCM mode opens an initialization vector of 12 bytes and a value, both in base64."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, encrypted = (Reader().base64(part) or b"" for part in (text[:16], text[16:]))
    try:
        AESGCM(key).decrypt(nonce, encrypted + tag, None)
    except InvalidTag:
        return False
    return True
