"""What makes an RSA key breakable that is long enough: tests of its numbers, each a fraction of a millisecond."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Final

SHORT: Final = "short RSA modulus"
EXPONENT: Final = "RSA exponent that signs nothing"
SMALL_FACTOR: Final = "RSA modulus with a small factor"
CLOSE_PRIMES: Final = "RSA primes that lie close together"
ROCA: Final = "RSA primes of the ROCA library"
SHORT_FOR_HASH: Final = "secret shorter than its hash"
SHORT_DSA: Final = "short DSA modulus"
SHORT_CURVE: Final = "short curve"
"""The words of the facts `evidence.key_weaknesses`, `token.key_faults` and `key.weaknesses`."""

SHORTEST: Final = 2048
"""Bits of a modulus: RFC 7518 §3.3."""
SHORTEST_CURVE: Final = 256
"""Bits, ASVS 11.2.3."""
SHORTEST_SECRET: Final = 32
"""Bytes, for the shortest hash of JOSE: RFC 7518 §3.2."""
_SMALL: Final = 10_000
"""Below it, a factor is small."""
_ROUNDS: Final = 100
"""Steps of Fermat's method; primes chosen apart from each other would take it more than 10**100."""
_ROCA_PRIMES: Final = 167
"""The test of CVE-2017-15361 uses the primes up to this one: by chance a modulus passes once in 2**27."""


def of_rsa(modulus: int, exponent: int) -> list[str]:
    """The weaknesses of a public key."""
    found = []
    if modulus.bit_length() < SHORTEST:
        found.append(SHORT)
    if exponent < 3 or exponent % 2 == 0:
        # With 1 every number is its own signature; an even one has no inverse, so no private key fits it.
        found.append(EXPONENT)
    if math.gcd(modulus, _primorial()) > 1:
        found.append(SMALL_FACTOR)
    elif _close_primes(modulus):
        found.append(CLOSE_PRIMES)
    elif all(modulus % prime in powers for prime, powers in _roca_powers()):
        found.append(ROCA)
    return found


def _close_primes(modulus: int) -> bool:
    """Whether Fermat's method finds the primes at once (CVE-2022-26320)."""
    middle = math.isqrt(modulus - 1) + 1
    for number in range(middle, middle + _ROUNDS):
        square = number * number - modulus
        if math.isqrt(square) ** 2 == square:
            return True
    return False


@functools.cache
def _primorial() -> int:
    return math.prod(_primes(_SMALL))


@functools.cache
def _roca_powers() -> list[tuple[int, frozenset[int]]]:
    """For each prime the powers of 65537: all that a modulus of the broken library leaves when divided by it.

    Its primes are k · M + 65537^a mod M, with M the product of the first primes (Nemec and others, "The Return of
    Coppersmith's Attack", 2017).
    """
    return [(prime, frozenset(pow(65537, n, prime) for n in range(prime))) for prime in _primes(_ROCA_PRIMES)]


def _primes(most: int) -> Iterator[int]:
    return (n for n in range(2, most + 1) if all(n % d for d in range(2, math.isqrt(n) + 1)))
