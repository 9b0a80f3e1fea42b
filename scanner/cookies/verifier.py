"""What ActiveSupport and Rack sign: `base64--hex`, and how Rails makes keys of its `secret_key_base`."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.cookies import Clues
from scanner.cookies.spelling import URL_SAFE, base64_run, standard
from scanner.cookies.values import LONGEST, unquoted
from scanner.model import Cookie

MARSHAL: Final = re.compile(rb'\x04\x08[\[{"/:;@CFISTUcefilmou0]')
"""What data of Ruby's Marshal begin with: version 4.8, and the type of a value."""
DERIVATION: Final = 900
"""What the keys for one salt cost, in HMACs: PBKDF2 with either digest."""

_SIGNED: Final = re.compile(rb"(?s)(.*?[A-Za-z0-9+/_=ADd])--([0-9a-f]+)")
_DIGESTS: Final = {20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}
"""By the length of what they make."""
_SALTS: Final = 4
"""Salts of the scan that are tried beside those of Rails."""


class Message(NamedTuple):
    """A signed message, as it stands in a text."""

    start: int
    text: bytes
    """What is signed."""
    content: bytes
    """What that is the base64 of."""
    mac: bytes


def message(text: bytes, *, url_safe: bool = False) -> Message | None:
    """The message that stands at the end of `text`, whatever stands before it: in base64, or in base64url."""
    found = _SIGNED.fullmatch(text) if len(text) <= LONGEST else None
    if not found or len(found[2]) % 2 or len(found[2]) // 2 not in _DIGESTS:
        return None
    start = base64_run(found[1], url_safe=url_safe)
    signed = unquoted(found[1][start:])
    # An old encoder breaks its lines, and signs the line ends; a new one leaves out the padding.
    bare = signed.replace(b"\n", b"")
    content = standard(bare.translate(URL_SAFE) + b"=" * (-len(bare) % 4) if url_safe else bare)
    return Message(start, signed, content, bytes.fromhex(found[2].decode())) if content else None


def signed_with(key: bytes, cookie: Cookie) -> bool:
    """Whether `key`, as it is, signs the message."""
    mac = cookie.signature.reveal()
    return hmac.digest(key, cookie.signed.reveal(), _DIGESTS[len(mac)]) == mac


def salt_of(secret: bytes, cookie: Cookie, salts: Iterable[bytes]) -> bytes | None:
    """The salt with which a key made from `secret` signs the message."""
    return next(
        (
            salt
            for salt in salts
            for digest in ("sha256", "sha1")
            if signed_with(derived(secret, salt, digest, 64), cookie)
        ),
        None,
    )


def salts_with(salts: Iterable[bytes], clues: Clues) -> list[bytes]:
    """`salts`, and behind them some of the scan."""
    return list(dict.fromkeys((*salts, *clues.salts[:_SALTS])))


@lru_cache(maxsize=1 << 13)
def derived(secret: bytes, salt: bytes, digest: str, size: int) -> bytes:
    """What Rails makes of `secret_key_base`: PBKDF2 with 1,000 iterations, of SHA-1, and of SHA-256 since Rails 7.0
    (`config.active_support.key_generator_hash_digest_class`)."""
    return hashlib.pbkdf2_hmac(digest, secret, salt, 1_000, size)
