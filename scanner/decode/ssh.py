"""Keys as SSH writes them: OpenSSH's own format (its PROTOCOL.key), SSH.com's, and public keys (RFC 4253 §6.6)."""

from __future__ import annotations

from typing import Final

from scanner.decode.private import Half, Read, of_dsa, of_edwards, of_point, of_rsa

MAGIC: Final = b"openssh-key-v1\0"
MAGIC_OF_SSH2: Final = bytes.fromhex("3f6ff9eb")
_CURVES: Final = {b"nistp256": "P-256", b"nistp384": "P-384", b"nistp521": "P-521"}


def read(data: bytes) -> Read:
    """The first key of OpenSSH's format. Its public half stands in clear beside what may be encrypted.

    Raises ValueError where it is damaged.
    """
    at = len(MAGIC)
    cipher, at = _piece(data, at)
    _, at = _piece(data, at)
    _, at = _piece(data, at)
    count, at = int.from_bytes(data[at : at + 4]), at + 4
    public, at = _piece(data, at)
    for _ in range(1, min(count, 100)):
        _, at = _piece(data, at)
    secret, _ = _piece(data, at)
    if not count or not secret:
        raise ValueError
    return Read("openssh", public_half(public), encrypted=cipher != b"none")


def read_ssh2(data: bytes) -> Read:
    """A key of SSH.com's format: of what kind, and whether it is encrypted. Raises ValueError where it is damaged."""
    kind, at = _piece(data, len(MAGIC_OF_SSH2) + 4)
    cipher, at = _piece(data, at)
    _piece(data, at)
    return Read(
        "ssh2", Half(next((name for name in ("RSA", "DSA") if name.lower().encode() in kind), "")), cipher != b"none"
    )


def public_half(blob: bytes) -> Half:
    """The key of a public key blob. Raises ValueError where it is damaged."""
    kind, at = _piece(blob, 0)
    if kind == b"ssh-rsa":
        exponent, at = _piece(blob, at)
        modulus, _ = _piece(blob, at)
        return of_rsa(int.from_bytes(modulus), int.from_bytes(exponent))
    if kind == b"ssh-dss":
        return of_dsa(int.from_bytes(_piece(blob, at)[0]))
    if kind == b"ssh-ed25519":
        return of_edwards("Ed25519", _piece(blob, at)[0])
    if kind == b"ssh-ed448":
        return of_edwards("Ed448", _piece(blob, at)[0])
    if kind.startswith(b"ecdsa-sha2-"):
        curve, at = _piece(blob, at)
        return of_point(_CURVES.get(curve, ""), _piece(blob, at)[0])
    if kind.startswith(b"sk-"):
        return Half("security key")
    raise ValueError


def _piece(data: bytes, at: int) -> tuple[bytes, int]:
    """The bytes at `at`, which follow their length, and where they end. Raises ValueError where some are missing."""
    end = at + 4 + int.from_bytes(data[at : at + 4])
    if len(data) < end:
        raise ValueError
    return data[at + 4 : end], end
