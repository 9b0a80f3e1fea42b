"""Tries secrets on tokens that are signed with HMAC (RFC 7518 §3.2), as many a second as Python can.

HMAC is two hashes over a padded key (RFC 2104 §2). Made of two plain hashes it takes half the time of `hmac.digest`,
which sets up its machinery anew for each key; and several tokens share the padding.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final

from scanner.correlate.candidates import Candidate
from scanner.model import Subject, Token

_HASHES: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
"""The hash of each algorithm (RFC 7518 §3.2)."""
_SIGNED_FORMS: Final = frozenset({"jws", "sd-jwt"})
_BATCH: Final = 1024
"""Secrets that are padded at a time."""
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))

Signed = tuple[bytes, bytes]
"""What is signed, and the signature."""

_Padded = tuple[bytes, bytes]
"""A secret as the inner and as the outer hash begins with it."""


def hash_of(token: Token) -> str | None:
    """The hash that makes a token's signature; None where it is no HMAC, or not all there.

    The algorithm counts in any letter case: a verifier that compares it loosely accepts the token.
    """
    algorithm = token.header.get("alg")
    name = _HASHES.get(algorithm.upper()) if isinstance(algorithm, str) else None
    whole = name is not None and token.signature_bytes == hashlib.new(name).digest_size
    return name if whole and token.form in _SIGNED_FORMS and token.payload != "detached" else None


def of_compact(raw: bytes) -> Signed:
    """What is signed, and the signature, of a token in compact serialisation (RFC 7515 §7.1)."""
    signed, _, signature = raw.rpartition(b".")
    bare = signature.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    return signed, binascii.a2b_base64(bare + b"=="[: -len(bare) % 4])


def is_compact(token: Token) -> bool:
    """Whether `of_compact` can read it: most can be, and need not be kept decoded."""
    raw, signed = token.raw.reveal(), token.signed.reveal()
    return token.form == "jws" and raw.startswith(signed) and raw.rpartition(b".")[0] == signed


class Budget:
    """The tries that are left."""

    def __init__(self, tries: int) -> None:
        self.left = tries


class Target:
    """A token whose secret is looked for."""

    __slots__ = ("cut", "found", "hash", "limit", "signature", "signed", "subject", "tried", "weight")

    def __init__(self, subject: Subject, name: str, signed: Signed, most_bytes: int) -> None:
        """`name` is that of the hash; tries end once `most_bytes` bytes of signed text have been hashed."""
        self.subject = subject
        self.hash = name
        self.signed, self.signature = signed
        self.weight = 1 + len(self.signed) // 1024
        """What a try on it counts: once a KiB, for that is what it costs."""
        self.limit = most_bytes // max(len(self.signed), 1)
        self.tried = 0
        self.cut = False
        """Whether a bound kept it from being tried with all candidates."""
        self.found: Candidate | None = None
        """What signs it."""


def search(targets: Iterable[Target], candidates: Iterable[Candidate], budget: Budget) -> None:
    """Try the candidates in their order, each on all targets for which nothing is `found` yet."""
    waiting = [target for target in targets if target.found is None]
    rest = iter(candidates)
    while waiting:
        weight = sum(target.weight for target in waiting)
        # Where the tries run out, they run out for all alike; one candidate more tells whether there was one.
        size = min(_BATCH, budget.left // weight)
        batch = tuple(islice(rest, size or 1))
        if not batch:
            break
        for name in {target.hash for target in waiting}:
            alike = [target for target in waiting if target.hash == name]
            padded = _padded(batch, name)
            for target in alike:
                allowed = min(size, len(batch), target.limit - target.tried)
                target.cut = allowed < len(batch)
                target.tried += allowed
                budget.left -= allowed * target.weight
                target.found = _match(target, batch[:allowed], padded)
        waiting = [target for target in waiting if target.found is None and not target.cut]


def _match(target: Target, batch: Sequence[Candidate], padded: Sequence[_Padded]) -> Candidate | None:
    signed, signature = target.signed, target.signature
    hashed: Callable[[bytes], Any] = getattr(hashlib, target.hash)
    for (inner, outer), candidate in zip(padded, batch, strict=False):
        if hashed(outer + hashed(inner + signed).digest()).digest() == signature:
            return candidate
    return None


def _padded(batch: Sequence[Candidate], name: str) -> list[_Padded]:
    hashed: Callable[[bytes], Any] = getattr(hashlib, name)
    block = hashed(b"").block_size
    keys = [(secret if len(secret) <= block else hashed(secret).digest()).ljust(block, b"\0") for secret, _ in batch]
    return [(key.translate(_INNER), key.translate(_OUTER)) for key in keys]
