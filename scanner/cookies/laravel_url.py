"""URLs that Laravel signs for some time (`URL::temporarySignedRoute`): `?expires=…&…&signature=…`.

The signature is HMAC-SHA256 in hexadecimal over the URL without it, by the text of `APP_KEY` as it stands, `base64:`
and all; of a relative URL over path and query. Links that confirm an address are such.
"""

from __future__ import annotations

import base64
import hmac
import re
from functools import lru_cache
from typing import Final

from scanner.cookies import FEW, Clues
from scanner.cookies.uris import LONGEST, TRAILING, places
from scanner.cookies.values import moment
from scanner.model import Cookie, Sealed

_URL: Final = re.compile(
    rb"(?:[^\s/]{1,64}?(?=https?://)|[\w.-]{1,40}+=|\()?(?P<url>(?P<origin>https?://[^/?\s]{1,255}+)?(?P<path>/[^?\s]{0,2000}+)"
    rb"\?(?P<query>[^\s\"'<>\\`|{}^#]{1,6000}+))"
)
_SIGNATURE: Final = re.compile(rb"signature=([0-9a-f]{64})")
_EXPIRES: Final = re.compile(rb"expires=([0-9]{10})")
_KEY_BYTES: Final = (16, 32)


def decode(text: bytes) -> Cookie | None:
    """The URL that `text` starts with, a name before it or not; None where there is none, or none that is signed."""
    found = _URL.match(text[:LONGEST])
    if not found:
        return None
    raw = found["url"].rstrip(TRAILING)
    pairs = raw[found.start("query") - found.start("url") :].replace(b"&amp;", b"&").split(b"&")
    signatures = [match[1] for pair in pairs if (match := _SIGNATURE.fullmatch(pair))]
    ends = [moment(int(match[1])) for pair in pairs if (match := _EXPIRES.fullmatch(pair))]
    if len(signatures) != 1 or len(ends) != 1 or not ends[0]:
        return None
    query = b"&".join(pair for pair in pairs if not pair.startswith(b"signature="))
    return Cookie(
        family="laravel-url",
        raw=Sealed(raw),
        signed=Sealed((found["origin"] or b"") + found["path"] + b"?" + query),
        signature=Sealed(bytes.fromhex(signatures[0].decode())),
        payload="text",
        times={"exp": ends[0]},
        start=found.start("url"),
    )


def begins(_text: bytes) -> bool:
    """Never: what is signed is the whole URL."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether it is the text of `APP_KEY`, or the key that this tells; of a path alone, at any origin of the scan."""
    signature = cookie.signature.reveal()
    for key in _keys(secret):
        for url in _urls(cookie.signed.reveal(), clues.origins, thorough=clues.thorough):
            if hmac.digest(key, url, "sha256") == signature:
                return "Laravel signed URL"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One for each origin that the path may have, and one for the path."""
    return len(_urls(cookie.signed.reveal(), clues.origins, thorough=clues.thorough))


@lru_cache(maxsize=1 << 14)
def _keys(secret: bytes) -> tuple[bytes, ...]:
    return (secret, b"base64:" + base64.b64encode(secret)) if len(secret) in _KEY_BYTES else (secret,)


@lru_cache(maxsize=256)
def _urls(signed: bytes, origins: tuple[str, ...], *, thorough: bool) -> tuple[bytes, ...]:
    if not signed.startswith(b"/"):
        return (signed, signed[signed.index(b"/", len("https://")) :])
    urls = (signed, *dict.fromkeys(place + signed for place in places(signed, origins)))
    return urls if thorough else urls[:FEW]
