"""What signs a macaroon: its root key, by a chain of HMACs over its identifier and caveats, whatever these ask for.

The chain is that of libmacaroons 0.3; `scanner.decode.macaroon` reads what it covers.
"""

from __future__ import annotations

import hmac
from functools import lru_cache

from scanner.cookies import Clues
from scanner.decode.macaroon import Macaroon, macaroon
from scanner.model import Token


def signs(secret: bytes, token: Token, _clues: Clues) -> str | None:
    """What `secret` is, as the root key."""
    read = _read(token.raw.reveal())
    if not read:
        return None
    signature = _mac(_mac(b"macaroons-key-generator", secret), read.identifier)
    for caveat in read.caveats:
        covered = caveat.text
        if caveat.third_party:
            covered = _mac(signature, caveat.verification) + _mac(signature, covered)
        signature = _mac(signature, covered)
    return "macaroon" if signature == read.signature else None


def tries(token: Token, _clues: Clues) -> int:
    """An HMAC a caveat, three where it is a third party's, and two before."""
    read = _read(token.raw.reveal())
    return 2 + sum(3 if caveat.third_party else 1 for caveat in read.caveats) if read else 1


@lru_cache(maxsize=256)
def _read(raw: bytes) -> Macaroon | None:
    return macaroon(raw)


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")
