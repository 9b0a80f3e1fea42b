"""Tries secrets on tokens that are signed with HMAC (RFC 7518 §3.2), as many a second as Python can.

A single token is tried with `hmac.digest`. Several share the work on the keys: the two hashes after the padded key
(RFC 2104 §2) are kept for a batch of secrets and copied for each token, which takes half the time.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final

from scanner.correlate.candidates import Candidate
from scanner.model import Subject, Token

_HASHES: Final = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
"""The hash of each algorithm (RFC 7518 §3.2)."""
_BATCH: Final = 1024
"""Secrets whose hashes are kept at a time: about 1 MB."""
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))

_Begun = tuple[Callable[[], Any], Callable[[], Any]]
"""What copies the inner and the outer hash of one secret, its padded key already in."""


def hash_of(token: Token) -> str | None:
    """The hash that makes a token's signature; None where it is no HMAC, or not all there.

    The algorithm counts in any letter case: a verifier that compares it loosely accepts the token.
    """
    algorithm = token.header.get("alg")
    name = _HASHES.get(algorithm.upper()) if isinstance(algorithm, str) else None
    whole = name is not None and token.signature_bytes == hashlib.new(name).digest_size
    return name if whole and token.form == "jws" and token.raw.reveal().count(b".") == 2 else None


class Budget:
    """The tries that are left. One on a long token counts once a KiB, for that is what it costs."""

    def __init__(self, tries: int) -> None:
        self.left = tries

    def spend(self, target: Target, tries: int) -> int:
        """How many of these tries on `target` may be made; they are counted as made."""
        weight = 1 + len(target.signed) // 1024
        allowed = min(tries, target.limit - target.tried, self.left // weight)
        self.left -= allowed * weight
        target.tried += allowed
        return allowed


class Target:
    """A token whose secret is looked for."""

    __slots__ = ("cut", "found", "hash", "limit", "signature", "signed", "subject", "tried")

    def __init__(self, subject: Subject, name: str, most_bytes: int) -> None:
        """`name` is that of the hash; tries end once `most_bytes` bytes of signed text have been hashed."""
        self.subject = subject
        self.hash = name
        self.signed, _, signature = subject.sealed.reveal().rpartition(b".")
        self.signature = _base64(signature)
        self.limit = most_bytes // max(len(self.signed), 1)
        self.tried = 0
        self.cut = False
        """Whether a bound kept it from being tried with all candidates."""
        self.found: Candidate | None = None
        """What signs it."""

    def is_signed_with(self, secret: bytes) -> bool:
        """Whether `secret` makes its signature."""
        return hmac.digest(secret, self.signed, self.hash) == self.signature


def search(targets: Iterable[Target], candidates: Iterable[Candidate], budget: Budget) -> None:
    """Try the candidates in their order, each on all targets for which nothing is `found` yet."""
    waiting = [target for target in targets if target.found is None]
    rest = iter(candidates)
    while waiting and (batch := tuple(islice(rest, _BATCH))):
        for name in {target.hash for target in waiting}:
            alike = [target for target in waiting if target.hash == name]
            begun = _begin(batch, name) if len(alike) > 1 else ()
            for target in alike:
                allowed = budget.spend(target, len(batch))
                target.cut = allowed < len(batch)
                target.found = _match(target, batch[:allowed], begun)
        waiting = [target for target in waiting if target.found is None and not target.cut]


def _match(target: Target, batch: Sequence[Candidate], begun: Sequence[_Begun]) -> Candidate | None:
    signed, signature, name = target.signed, target.signature, target.hash
    if not begun:
        digest = hmac.digest
        return next((candidate for candidate in batch if digest(candidate[0], signed, name) == signature), None)
    for (inner, outer), candidate in zip(begun, batch, strict=False):
        first = inner()
        first.update(signed)
        second = outer()
        second.update(first.digest())
        if second.digest() == signature:
            return candidate
    return None


def _begin(batch: Sequence[Candidate], name: str) -> list[_Begun]:
    hashed: Callable[[bytes], Any] = getattr(hashlib, name)
    block = hashed(b"").block_size
    keys = (secret if len(secret) <= block else hashed(secret).digest() for secret, _ in batch)
    padded = (key.ljust(block, b"\0") for key in keys)
    return [(hashed(key.translate(_INNER)).copy, hashed(key.translate(_OUTER)).copy) for key in padded]


def _base64(text: bytes) -> bytes:
    bare = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    return binascii.a2b_base64(bare + b"=="[: -len(bare) % 4])
