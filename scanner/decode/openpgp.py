"""Secret key packets of OpenPGP (RFC 9580 §5.5.3): of what kind a key is, and whether a passphrase locks it."""

from __future__ import annotations

from typing import Final

from scanner.decode.private import Half, Read, of_dsa, of_rsa

_SECRET_KEY: Final = 5
_RSA: Final = (1, 2, 3)
_DSA: Final = 17
_KINDS: Final = {
    16: "ElGamal",
    18: "ECDH",
    19: "EC",
    22: "Ed25519",
    25: "X25519",
    26: "X448",
    27: "Ed25519",
    28: "Ed448",
}
_NUMBERS: Final = {1: 2, 2: 2, 3: 2, 16: 3, 17: 4}
"""How many numbers make the public key of an algorithm."""
_POINTS: Final = {25: 32, 26: 56, 27: 32, 28: 57}
"""Bytes of a public key of fixed size."""


def read_packet(data: bytes) -> Read:
    """The key of the first packet. Raises ValueError or IndexError where it is no secret key, or is damaged."""
    tag, at = _packet(data)
    if tag != _SECRET_KEY or data[at] not in (3, 4, 5, 6):
        raise ValueError
    version = data[at]
    at += {3: 7, 4: 5}.get(version, 9)
    algorithm = data[at]
    at += 1 if version < 5 else 5
    numbers: list[int] = []
    if algorithm in _POINTS and version == 6:
        at += _POINTS[algorithm]
    elif algorithm in _NUMBERS:
        for _ in range(_NUMBERS[algorithm]):
            number, at = _number(data, at)
            numbers.append(number)
    else:
        at += 1 + data[at]  # a curve by its object identifier
        _, at = _number(data, at)
        at += 1 + data[at] if algorithm == 18 else 0
    encrypted = data[at] != 0
    if algorithm in _RSA:
        return Read("pgp", of_rsa(numbers[0], numbers[1]), encrypted)
    return Read("pgp", of_dsa(numbers[0]) if algorithm == _DSA else Half(_KINDS.get(algorithm, "")), encrypted)


def _packet(data: bytes) -> tuple[int, int]:
    """The type of the first packet, and where its content begins (RFC 9580 §4.2)."""
    first = data[0]
    if first & 0xC0 == 0xC0:
        length = data[1]
        return first & 0x3F, 2 if length < 192 else 3 if length < 224 else 6
    if first & 0x80:
        return first >> 2 & 0x0F, 1 + (1, 2, 4, 0)[first & 3]
    raise ValueError


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number that follows its length in bits (RFC 9580 §3.2), and where it ends. Raises ValueError."""
    end = at + 2 + (int.from_bytes(data[at : at + 2]) + 7) // 8
    if len(data) < end:
        raise ValueError
    return int.from_bytes(data[at + 2 : end]), end
