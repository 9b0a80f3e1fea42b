r"""The `messages` cookie of Django before 3.2 (its `CookieStorage`): `HMAC$[["__json_message",0,25,"Saved"]]`.

The HMAC is SHA-1 in hexadecimal, with a key made of the secret. In a header the text is quoted as Python's
`http.cookies` does it, with `\054` for a comma.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import unslashed
from scanner.cookies.values import LONGEST
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_HEAD: Final = re.compile(rb'(?P<mac>[0-9a-f]{40})\$(?=\[\[(?P<quoted>\\)?"__json_message)')
_QUOTED: Final = re.compile(rb'(?:[^"\\\r\n]|\\[^\r\n])*+')
_SALT: Final = b"django.contrib.messages"


def decode(text: bytes) -> Cookie | None:
    """The messages that `text` starts with, or None where it starts with none."""
    text = text[:LONGEST]
    head = _HEAD.match(text)
    if not head:
        return None
    rest = text[head.end() :]
    if head["quoted"] and (quoted := _QUOTED.match(rest)):
        length, messages = quoted.end(), unslashed(quoted[0])
    else:
        length, messages = -1, rest
    try:
        value, end = Reader().prefix(messages)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or (head["quoted"] and end != len(messages)):
        return None
    return Cookie(
        family="django-messages",
        raw=Sealed(text[: head.end() + (length if head["quoted"] else end)]),
        signed=Sealed(messages[:end]),
        signature=Sealed(bytes.fromhex(head["mac"].decode())),
        payload="json",
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with an HMAC and a message."""
    return bool(_HEAD.match(text))


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it signs the messages."""
    made = hmac.digest(_key(secret), cookie.signed.reveal(), "sha1")
    return "Django messages cookie" if made == cookie.signature.reveal() else None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """One HMAC."""
    return 1


@lru_cache(maxsize=1 << 14)
def _key(secret: bytes) -> bytes:
    return hashlib.sha1(_SALT + secret, usedforsecurity=False).digest()
