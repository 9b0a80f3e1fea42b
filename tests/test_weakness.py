"""RSA keys that are long enough and can be broken all the same."""

from __future__ import annotations

import math
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner import weakness


def is_prime(number: int) -> bool:
    """Miller and Rabin's test, with twenty bases."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in range(2, 22):
        power = pow(base, odd, number)
        if power not in (1, number - 1) and all(
            (power := pow(power, 2, number)) != number - 1 for _ in range(twos - 1)
        ):
            return False
    return True


def prime_from(number: int) -> int:
    number |= 1
    while not is_prime(number):
        number += 2
    return number


def roca_prime(bits: int, chance: random.Random) -> int:
    """A prime as the broken library made them: k · M + 65537^a mod M."""
    primes = [n for n in range(2, 702) if all(n % d for d in range(2, math.isqrt(n) + 1))]
    modulus = math.prod(primes[:126])
    while True:
        number = chance.getrandbits(bits - modulus.bit_length()) * modulus
        number += pow(65537, chance.getrandbits(200), modulus)
        if number.bit_length() == bits and is_prime(number):
            return number


CHANCE = random.Random(7)
BIG = prime_from(CHANCE.getrandbits(1024) | 3 << 1022)
OTHER = prime_from(CHANCE.getrandbits(1024) | 3 << 1022)


@pytest.mark.parametrize(
    ("modulus", "exponent", "found"),
    [
        (BIG * OTHER, 65537, []),
        (BIG * OTHER, 3, []),
        (BIG * OTHER, 1, [weakness.EXPONENT]),
        (BIG * OTHER, 65536, [weakness.EXPONENT]),
        (BIG * BIG, 65537, [weakness.CLOSE_PRIMES]),
        (BIG * prime_from(BIG + 1_000_000), 65537, [weakness.CLOSE_PRIMES]),
        (BIG * OTHER * 9973, 65537, [weakness.SMALL_FACTOR]),
        (BIG * OTHER * 10_007, 65537, []),
        (BIG * OTHER * 2, 65537, [weakness.SMALL_FACTOR]),
        (BIG, 65537, [weakness.SHORT]),
        (15, 3, [weakness.SHORT, weakness.SMALL_FACTOR]),
        (1, 65537, [weakness.SHORT, weakness.CLOSE_PRIMES]),
    ],
)
def test_of_rsa(modulus, exponent, found):
    """Each flaw alone, and near misses."""
    assert weakness.of_rsa(modulus, exponent) == found


def test_roca():
    """CVE-2017-15361, from the construction of its primes."""
    chance = random.Random(5)
    modulus = roca_prime(1024, chance) * roca_prime(1024, chance)
    assert weakness.ROCA in weakness.of_rsa(modulus, 65537)


def test_sound_keys_have_no_weakness():
    """A library's own keys pass."""
    for _ in range(5):
        numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
        assert weakness.of_rsa(numbers.n, numbers.e) == []
