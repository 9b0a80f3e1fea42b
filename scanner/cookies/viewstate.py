"""`__VIEWSTATE` of ASP.NET that is not encrypted: base64 of what `LosFormatter` wrote, and of an HMAC over it.

The HMAC is keyed with the `validationKey` of `<machineKey>` and covers the state, and behind it the page's generator in
four bytes, least significant first, which stands in a field of its own. What is read from such a state is deserialised:
whoever can sign one runs code (`docs: Page.EnableViewStateMac`).
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.cookies import Clues
from scanner.cookies.dotnet import machine_key
from scanner.cookies.values import tries_of, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_LONGEST: Final = 1 << 20
"""A state grows with the tables of its page."""
_SHAPE: Final = re.compile(
    rb"(?P<state>(?:/|%2[Ff])wEP(?:[A-Za-z0-9+/]|%2[BbFf])+(?:=|%3[Dd]){0,2})"
    rb"(?:(?s:.{0,500}?)__VIEWSTATEGENERATOR(?s:.{0,80}?)[\"=](?P<generator>[0-9A-F]{8})(?![0-9A-Za-z]))?"
)
_MAGIC: Final = b"\xff\x01"
_LEAST_BYTES: Final = 16
_DIGESTS: Final = {"sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_KEY_BYTES: Final = 16, 20, 24, 32, 40, 48, 64
"""Of a `validationKey`, in practice; other secrets are passed over, since a state may be long."""
_GENERATORS: Final = (b"CA0B0334", b"C2EE9ABB")
"""Of `/default.aspx` and `/login.aspx`, whose names they are hashes of."""


class _State(NamedTuple):
    raw: bytes
    """With the generator, where that stands near: it is needed to prove anything."""
    data: bytes
    generators: tuple[bytes, ...]


def decode(text: bytes) -> Cookie | None:
    """The state that `text` starts with, and its generator where that follows; None where it starts with none."""
    state = _read(text[:_LONGEST])
    return state and Cookie(
        family="viewstate",
        raw=Sealed(state.raw),
        signed=Sealed(state.data),
        payload="binary",
        head=4,
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with the head of a state."""
    return re.match(rb"(?:/|%2[Ff])wEP[A-Za-z0-9+/%]{8}", text) is not None


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """What `secret` is, as `validationKey`, in hexadecimal or as bytes."""
    state, key = _read(cookie.raw.reveal()), machine_key(secret)
    if not state or len(key) not in _KEY_BYTES:
        return None
    for digest, length in _DIGESTS.items():
        data, mac = state.data[:-length], state.data[-length:]
        if any(hmac.digest(key, data + modifier, digest) == mac for modifier in state.generators):
            return "view state of ASP.NET"
    return None


def tries(cookie: Cookie, _clues: Clues) -> int:
    """An HMAC for each algorithm and generator."""
    return len(_DIGESTS) * (1 + len(_GENERATORS)) * tries_of(cookie)


@lru_cache(maxsize=64)
def _read(text: bytes) -> _State | None:
    shape = _SHAPE.match(text)
    if not shape or shape.end("state") == _LONGEST:
        return None
    data = Reader().base64(unquoted(shape["state"])) or b""
    if data[:2] != _MAGIC or len(data) < _LEAST_BYTES:
        return None
    known = [shape["generator"]] if shape["generator"] else _GENERATORS
    return _State(shape[0], data, (b"", *(bytes.fromhex(generator.decode())[::-1] for generator in known)))
