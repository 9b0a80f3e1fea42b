"""Files of keys: PKCS #12 (RFC 7292), and the key stores of Java, JKS and JCEKS.

Most are locked with a password, and many with one that manuals print. Those are tried, on what a store says to check a
password with; its own count of iterations is the store's word, so it is asked for what that costs first.
"""

from __future__ import annotations

import hashlib
import hmac
import warnings
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from scanner.decode import asn1
from scanner.decode.private import Half, make_key, read_der, read_public
from scanner.decode.runs import in_base64
from scanner.model import Key

PASSWORDS: Final = ("changeit", "changeme", "password", "")
"""What manuals of Java, Tomcat and Android use, and none."""
_JKS: Final = b"\xfe\xed\xfe\xed"
_JCEKS: Final = b"\xce\xce\xce\xce"
_ENCODED: Final = (b"M", b"/u3+", b"zs7O")
"""How a store begins in base64."""
_PRIVATE_ENTRY: Final = 1
_TRUSTED_ENTRY: Final = 2
_SECRET_ENTRY: Final = 3
_DIGEST_BYTES: Final = 20
_SALT: Final = b"Mighty Aphrodite"
"""What Java puts between password and content before it hashes them."""
_ENTRIES: Final = 1_000
_DATA: Final = bytes.fromhex("2a864886f70d010701")
"""The name of content that is not encrypted (RFC 5652 §4)."""
_KEY_BAGS: Final = tuple(bytes.fromhex(f"2a864886f70d010c0a010{number}") for number in (1, 2))
"""The names of what holds a private key in PKCS #12 (RFC 7292 §4.2): in clear, and encrypted."""
_HASHES: Final = {
    bytes.fromhex("2b0e03021a"): "sha1", bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384", bytes.fromhex("608648016503040203"): "sha512",
    bytes.fromhex("608648016503040204"): "sha224",
}  # fmt: skip
_MOST_ITERATIONS: Final = 200_000
"""Of the hash that a password goes through, all passwords of one store together: a tenth of a second."""
_SCRYPT: Final = bytes.fromhex("2b06010401da47040b")
"""The name of what takes as much memory as it asks for (RFC 7914 §7)."""


class _Mac(NamedTuple):
    """What PKCS #12 says to check a password with (RFC 7292 §4)."""

    hash: str
    salt: bytes
    iterations: int
    digest: bytes


def decode(text: bytes) -> Key | None:
    """The store that `text` starts with, where it holds a private key, or None. Never raises."""
    return in_base64(text, _bare) if text.startswith(_ENCODED) else _bare(text)


def _bare(text: bytes) -> Key | None:
    try:
        return _of_java(text) if text.startswith((_JKS, _JCEKS)) else _of_pkcs12(text)
    except (ValueError, IndexError):
        return None


def begins(text: bytes) -> bool:
    """Whether `text` begins with a store of Java that holds entries."""
    return text.startswith((_JKS, _JCEKS)) and len(text) > 12 and int.from_bytes(text[8:12]) > 0


def _of_java(text: bytes) -> Key | None:
    """A store of Java. Its certificates stand in clear, and in them the public halves of its keys."""
    count, at = int.from_bytes(text[8:12]), 12
    if not 0 < count <= _ENTRIES or int.from_bytes(text[4:8]) not in (1, 2):
        raise ValueError
    halves: list[Half] = []
    secrets = 0
    for _ in range(count):
        kind, at = int.from_bytes(text[at : at + 4]), at + 4
        _, at = _piece(text, at, 2)
        at += 8  # when it was made
        if kind == _PRIVATE_ENTRY:
            key, at = _piece(text, at, 4)
            half, at = _chain(text, at)
            asn1.sequence(key)
            halves.append(half)
        elif kind == _TRUSTED_ENTRY:
            _, at = _certificate(text, at)
        elif kind == _SECRET_ENTRY and text.startswith(_JCEKS):
            # A serialised object of Java, which says nowhere how long it is; nothing behind it can be read.
            secrets, at = secrets + 1, len(text) - _DIGEST_BYTES
            break
        else:
            raise ValueError
    if not halves and not secrets:
        return None
    content, digest = text[:at], text[at : at + _DIGEST_BYTES]
    if len(digest) != _DIGEST_BYTES:
        raise ValueError
    known = next((word for word in PASSWORDS if _java_digest(word, content) == digest), None)
    form = "jks" if text.startswith(_JKS) else "jceks"
    return _store(form, content + digest, halves or [Half("secret")], known, len(halves) + secrets)


def _java_digest(password: str, content: bytes) -> bytes:
    return hashlib.sha1(_wide(password) + _SALT + content, usedforsecurity=False).digest()


def _chain(text: bytes, at: int) -> tuple[Half, int]:
    """The public half in the first of the certificates of a key, and where they end."""
    count, at = int.from_bytes(text[at : at + 4]), at + 4
    if count > _ENTRIES:
        raise ValueError
    half = Half()
    for number in range(count):
        certificate, at = _certificate(text, at)
        half = half if number else _certified(certificate)
    return half, at


def _certificate(text: bytes, at: int) -> tuple[bytes, int]:
    kind, at = _piece(text, at, 2)
    if not kind.startswith(b"X"):
        raise ValueError
    return _piece(text, at, 4)


def _certified(certificate: bytes) -> Half:
    """The key that a certificate is about (RFC 5280 §4.1); an unknown one where it cannot be read."""
    try:
        body = asn1.sequence(certificate)[0].body
        parts = asn1.members(body)
        # Version, serial number, algorithm, issuer, validity, subject, key; the version may be missing.
        return read_public(body[parts[5 if parts[0].tag == 0xA0 else 4].end :])
    except (ValueError, IndexError):
        return Half()


def _of_pkcs12(text: bytes) -> Key | None:
    if text[1:2] == b"\x80":
        return _of_ber(text)
    begin, length = asn1.head(text)
    raw = text[: begin + length]
    parts = asn1.sequence(raw)
    if asn1.number(parts[0]) != 3 or len(parts) < 2:
        raise ValueError
    content = asn1.expect(asn1.members(asn1.members(asn1.expect(parts[1], asn1.SEQUENCE))[1].body)[0], asn1.OCTETS)
    mac = _mac(parts[2]) if len(parts) > 2 else None
    known = _password(mac, content) if mac else None
    half = _opened(content, known)
    if half is None and not any(name in content for name in _KEY_BAGS):
        return None  # certificates alone: a store of those that are trusted
    locked = _KEY_BAGS[0] not in content
    return _store("pkcs12", raw, [half or Half()], known if locked else None, 1, encrypted=locked)


def _of_ber(text: bytes) -> Key | None:
    """A store of which parts do not tell their lengths (X.690 §8.1.3.6), as Bouncy Castle has it: it is only named."""
    if not any(name in text for name in _KEY_BAGS):
        return None
    return _store("pkcs12", text, [Half()], None, 1)


def _mac(found: asn1.Value) -> _Mac | None:
    parts = asn1.members(asn1.expect(found, asn1.SEQUENCE))
    algorithm, digest = asn1.members(asn1.expect(parts[0], asn1.SEQUENCE))[:2]
    name = asn1.expect(asn1.members(algorithm.body)[0], asn1.NAME)
    iterations = asn1.number(parts[2]) if len(parts) > 2 else 1
    if name not in _HASHES or iterations < 1:
        return None
    return _Mac(_HASHES[name], asn1.expect(parts[1], asn1.OCTETS), iterations, digest.body)


def _password(mac: _Mac, content: bytes) -> str | None:
    """The well-known password of a store, as far as its iterations let some be tried."""
    left = _MOST_ITERATIONS
    for word in PASSWORDS:
        # Without a password there are two ways to write it: as an empty text, or not at all.
        for written in (_wide(word) + b"\0\0",) if word else (b"\0\0", b""):
            left -= mac.iterations
            if left < 0:
                return None
            if hmac.digest(_derived(mac, written), content, mac.hash) == mac.digest:
                return word
    return None


def _derived(mac: _Mac, password: bytes) -> bytes:
    """The key of a MAC (RFC 7292 appendix B.2, of which one round suffices)."""
    new = getattr(hashlib, mac.hash)
    block = new().block_size
    text = b"\3" * block + _filled(mac.salt, block) + _filled(password, block)
    for _ in range(mac.iterations):
        text = new(text).digest()
    return bytes(text)


def _filled(part: bytes, block: int) -> bytes:
    """`part` over and over, in whole blocks."""
    size = -(-len(part) // block) * block
    return (part * (size // len(part) + 1))[:size] if part else b""


def _opened(content: bytes, password: str | None) -> Half | None:
    """The public half of the first key in a store; None where its password is not known, or opening it costs too much.

    What is encrypted once more, certificates as a rule, stays closed: what that asks for is only seen when it is open.
    """
    try:
        for bag in _bags(content):
            name, held = asn1.members(bag.body)[:2]
            if name.body == _KEY_BAGS[0]:
                return read_der(held.body).half
            if name.body == _KEY_BAGS[1] and password is not None:
                return None if _costs_too_much(held.body) else _unlocked(bag.body, password)
    except (ValueError, IndexError):
        return None
    return None


def _bags(content: bytes) -> Iterator[asn1.Value]:
    """What a store holds in clear (RFC 7292 §4.1, §4.2)."""
    for part in asn1.sequence(content):
        kind, data = asn1.members(asn1.expect(part, asn1.SEQUENCE))
        if asn1.expect(kind, asn1.NAME) == _DATA:
            yield from asn1.sequence(asn1.expect(asn1.value(data.body), asn1.OCTETS))


def _costs_too_much(held: bytes) -> bool:
    """Whether an encrypted key (RFC 5958 §3) asks for more than is done for it."""
    algorithm = asn1.expect(asn1.sequence(held)[0], asn1.SEQUENCE)
    return _SCRYPT in algorithm or max(_numbers(algorithm), default=0) > _MOST_ITERATIONS


def _unlocked(bag: bytes, password: str) -> Half | None:
    """The public half of the key in a bag, which is put into a store of its own, for nothing else is to be opened.

    None where the password does not fit.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    alone = _content(_content(asn1.write(asn1.SEQUENCE, bag)))
    store = asn1.write(asn1.SEQUENCE, asn1.write(asn1.INTEGER, b"\3") + alone)
    try:
        with warnings.catch_warnings(action="ignore"):  # of how it is encoded, with paths of this machine
            key, _, _ = pkcs12.load_key_and_certificates(store, password.encode())
        if key is None:
            return None
        return read_der(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).half
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _content(value: bytes) -> bytes:
    """A ContentInfo (RFC 5652 §3) that holds a sequence of one value."""
    held = asn1.write(asn1.OCTETS, asn1.write(asn1.SEQUENCE, value))
    return asn1.write(asn1.SEQUENCE, asn1.write(asn1.NAME, _DATA) + asn1.write(0xA0, held))


def _numbers(algorithm: bytes) -> Iterator[int]:
    """All numbers in the parameters of an encryption: among them are the iterations that it asks for."""
    for part in asn1.members(algorithm):
        if part.tag == asn1.INTEGER:
            yield asn1.number(part)
        elif part.tag == asn1.SEQUENCE:
            yield from _numbers(part.body)


def _store(form: str, raw: bytes, halves: list[Half], known: str | None, count: int, *, encrypted: bool = True) -> Key:
    details: dict[str, Any] = {"count": count}
    if known is not None:
        details["known_password"] = known or "the empty password"
    # A store that locks its key is told by its bytes: the same key may stand elsewhere in clear.
    return make_key(form, raw, halves[0], raw, encrypted=encrypted, **details)


def _piece(text: bytes, at: int, size: int) -> tuple[bytes, int]:
    """The bytes at `at`, which follow their length of `size` bytes, and where they end. Raises ValueError."""
    end = at + size + int.from_bytes(text[at : at + size])
    if len(text) < end:
        raise ValueError
    return text[at + size : end], end


def _wide(word: str) -> bytes:
    return word.encode("utf-16-be")
