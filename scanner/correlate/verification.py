"""Verification: which keys of the user's verify which tokens, and what follows where none does.

What is proved is told apart from what is likely. That a key verifies a signature is proved, and so is that the key
which a token names does not. That this is the key of the token's issuer is only likely: `kid` is the token's own word,
and short ones are chosen by many (`evidence.key_certain`). That a key is no longer published can only be inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from scanner.correlate import Tokens
from scanner.correlate.keyring import HASHES, Key, is_known, mac_matches, open_keys, verifies
from scanner.keys import GivenKey
from scanner.model import Coverage, Subject, Token

BUDGET: Final = 30_000_000
"""Microseconds that all checks of a scan may take, by the costs below and not by a clock, so that runs agree."""
_COSTS: Final = {
    "oct": 2, "RSA": 30, "P-256": 80, "P-384": 500, "P-521": 500, "secp256k1": 350, "Ed25519": 110, "Ed448": 500,
}  # fmt: skip
"""Microseconds of a check by kind of key, as measured; RSA's is for 2,048 bits, and grows with the square of them."""
_NAME_FIELDS: Final = ("kid", "x5t", "x5t#S256")
"""The members of a header that name the key (RFC 7515 §4.1)."""
_DISTINCTIVE: Final = 16
"""Characters of a key's name that no two issuers choose: 16 hex digits have 64 bits. Keycloak, Google, Entra, Okta and
Auth0 have 21 and more."""


class Check(NamedTuple):
    """What a token says of its key."""

    subject: Subject
    algorithm: str
    names: frozenset[str]
    issuer: str | None
    issued_at: int | None


def verify(tokens: Tokens, given: Sequence[GivenKey], coverage: Coverage) -> None:
    """Add to each token's evidence what the keys prove of its signature."""
    prover: _Prover | None = None
    for subject, token in tokens():
        check = check_of(subject, token)
        if check:
            prover = prover or _Prover(given, coverage)
            prover.prove(check, _Signed(token.signed.reveal(), token.signature.reveal()))
    if prover:
        prover.conclude()


def check_of(subject: Subject, token: Token) -> Check | None:
    """What is to be checked of a token; None for one that has no signature of a known algorithm, or not its payload."""
    header, claims = token.header, token.claims or {}
    algorithm = header.get("alg")
    if token.form not in ("jws", "sd-jwt") or not is_known(algorithm) or token.payload in ("empty", "detached"):
        return None
    issuer, issued = claims.get("iss"), token.times.get("iat")
    return Check(
        subject,
        str(algorithm),
        frozenset(name for field in _NAME_FIELDS if isinstance(name := header.get(field), str) and name),
        issuer if isinstance(issuer, str) and issuer else None,
        issued.seconds if issued else None,
    )


class _Signed(NamedTuple):
    """What is signed, and the bytes of its signature."""

    text: bytes
    signature: bytes


class _Prover:
    """Checks one token after another, and concludes at the end what only all of them together tell."""

    def __init__(self, given: Sequence[GivenKey], coverage: Coverage) -> None:
        self._keys, notes = open_keys(given)
        coverage.notes += notes
        self._coverage = coverage
        self._left = BUDGET
        self._unchecked = 0
        self._by_name: dict[str, list[Key]] = {}
        for key in self._keys:
            for name in key.names:
                self._by_name.setdefault(name, []).append(key)
        self._numbered = [numbered for key in self._keys for name in key.given.names if (numbered := _numbered(name))]
        self._issuers: dict[str, int] = {}
        """Issuers of tokens that keys of a named set verify, with the time at which the last of these was issued."""
        self._misfits: list[Check] = []
        """Tokens that the key which they name does not verify."""
        self._strangers: list[Check] = []
        """Tokens whose key is not there."""

    def prove(self, check: Check, signed: _Signed) -> None:
        """Check a token with the keys that it may be signed with."""
        named = [key for name in check.names for key in self._by_name.get(name, ())]
        fitting = [key for key in named if key.fits(check.algorithm)]
        tried = {id(key) for key in named}
        # A key whose file names it signs no token that names another.
        others = (key for key in self._keys if id(key) not in tried and not (check.names and key.named))
        key = self._first(check, signed, [*fitting, *(key for key in others if key.fits(check.algorithm))])
        if key:
            self._tell(check, "valid", key)
            check.subject.evidence["verified"] = True
            if key.named and check.issuer is not None and check.issued_at is not None:
                self._issuers[check.issuer] = max(check.issued_at, self._issuers.get(check.issuer, check.issued_at))
        elif forged := self._confused(check, signed):
            self._tell(check, "forged", forged)
        elif self._left < 0:
            self._unchecked += 1
        elif fitting:
            self._tell(check, "invalid" if fitting[0].usable else "broken_key", fitting[0])
            self._misfits.append(check)
        elif named:
            self._tell(check, "unfit_key", named[0])
            self._misfits.append(check)
        else:
            check.subject.evidence["signature"] = "unknown_key"
            self._strangers.append(check)

    def conclude(self) -> None:
        """Say of the tokens that no key verified what the others tell of their issuer and of its keys."""
        for check in self._misfits:
            known = check.issuer in self._issuers
            check.subject.evidence["key_certain"] = known or any(
                len(name) >= _DISTINCTIVE for name in check.names & self._by_name.keys()
            )
        for check in self._strangers:
            why = self._retirement(check)
            if why:
                check.subject.evidence |= {"signature": "retired_key", "retirement": why}
        if self._unchecked:
            self._coverage.notes.append(
                f"the signatures of {self._unchecked:,} tokens were not checked: "
                "all tokens with all keys would take too long"
            )

    def _tell(self, check: Check, signature: str, key: Key) -> None:
        evidence: dict[str, Any] = {"signature": signature, "signature_key": key.given.place}
        if key.fits(check.algorithm):
            evidence["key_weaknesses"] = key.weak_for(check.algorithm)
        if key.bits:
            evidence["key_bits"] = key.bits
        if key.thumbprint:
            evidence["key_thumbprint"] = key.thumbprint
        check.subject.evidence |= evidence

    def _first(self, check: Check, signed: _Signed, keys: Iterable[Key]) -> Key | None:
        """The first of these keys that verifies the token, as far as the budget lasts."""
        for key in keys:
            self._left -= cost_of(key)
            if self._left < 0:
                return None
            if verifies(key, check.algorithm, *signed):
                return key
        return None

    def _confused(self, check: Check, signed: _Signed) -> Key | None:
        """The public key whose text the token's MAC is made with: a forgery for verifiers that take any `alg`."""
        if check.algorithm not in HASHES:
            return None
        for key in self._keys:
            self._left -= _COSTS["oct"] * len(key.texts)
            if self._left < 0:
                return None
            if any(mac_matches(text, check.algorithm, *signed) for text in key.texts):
                return key
        return None

    def _retirement(self, check: Check) -> str | None:
        """Why the key that a token names, which is not among the keys, seems to be one that was."""
        if not check.names or check.algorithm in HASHES:  # nobody publishes a secret
            return None
        last = self._issuers.get(check.issuer) if check.issuer is not None else None
        if last is not None and check.issued_at is not None and check.issued_at <= last:
            return "the given keys verify a later token of the same issuer"
        if any(_older(numbered, self._numbered) for name in check.names if (numbered := _numbered(name))):
            return "its name counts below the names of the given keys"
        return None


def cost_of(key: Key) -> int:
    """What a check with this key takes, in microseconds."""
    return _COSTS[key.kind] * (max(1, key.bits**2 // 2048**2) if key.kind == "RSA" else 1)


class _Numbered(NamedTuple):
    """A name that counts, such as `signing-2026-01`: its pattern and its numbers."""

    pattern: str
    numbers: tuple[int, ...]


def _numbered(name: str) -> _Numbered | None:
    """The name as one that counts; None for one without a word, such as `7` or a digest."""
    digits = re.findall("[0-9]{1,18}", name)
    pattern = re.sub("[0-9]+", "#", name)
    words = re.search("[g-z]", pattern, re.IGNORECASE) and re.search("[a-z]{3}", pattern, re.IGNORECASE)
    return _Numbered(pattern, tuple(map(int, digits))) if digits and words and len(digits) <= 6 else None


def _older(one: _Numbered, others: Iterable[_Numbered]) -> bool:
    return any(one.pattern == other.pattern and one.numbers < other.numbers for other in others)
