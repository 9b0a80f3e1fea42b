"""The keys that the user trusts: JWK Sets (RFC 7517), single JWKs, and keys and certificates in PEM or DER.

They are read before a scan begins, so that a mistake is told at once, and without cryptography, which a scan without
tokens never needs: `scanner.correlate.verification` makes of them what can verify a signature.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from scanner.model import Sealed, UsageError

MAX_BYTES: Final = 4 << 20
"""Of a file. Large key sets, with a certificate chain in each key, stay below a hundredth of it."""
MAX_KEYS: Final = 1_000
"""Of all files together; each is tried on tokens that do not name theirs."""
MAX_RSA_BITS: Final = 16_384
"""The longest modulus that OpenSSL verifies with."""
MAX_EXPONENT_BITS: Final = 64
"""The longest public exponent that OpenSSL takes with a modulus of more than 3,072 bits."""
_MAX_SECRET_BYTES: Final = 8_192
_NOTES: Final = 20
"""Keys that cannot be used, or should not lie there, that are told one by one."""

CURVES: Final = {
    "P-256": ("EC", 32), "P-384": ("EC", 48), "P-521": ("EC", 66), "secp256k1": ("EC", 32),
    "Ed25519": ("OKP", 32), "Ed448": ("OKP", 57),
}  # fmt: skip
"""The curves of signatures, with their `kty` and the bytes of a coordinate: RFC 7518 §6.2.1, RFC 8037 §2, RFC 8812."""
_AGREEMENT_CURVES: Final = ("X25519", "X448")
"""Curves of keys that sign nothing (RFC 8037 §3.2); a key set may hold them."""
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "priv")
"""The private members of keys (RFC 7518 §6), but for the `k` of a shared secret."""
_FORMS: Final = "give a JWK Set, a JWK, or keys or certificates in PEM or DER"
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:/+=@-]{0,63}")
"""A `kid` that can be shown as it is."""
_BEGIN: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_KEY_LABELS: Final = frozenset(
    {"CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"}
)


class GivenKey(msgspec.Struct, frozen=True):
    """A key as it was given, of a known kind and of bounded size."""

    place: str
    """Where it stands, for people: "issuer.json, key 2 (`2026-01`)"."""
    members: dict[str, str] = {}
    """What makes the public key of a JWK: `kty`, `n` and `e`, or `kty`, `crv`, `x` and `y`; empty for PEM and DER."""
    secret: Sealed | None = None
    """The bytes of a shared secret: a JWK's `k`."""
    der: Sealed | None = None
    """A key or certificate in DER."""
    pem: bytes = b""
    """The block of PEM that holds `der`, as it stood, unless it is private."""
    names: frozenset[str] = frozenset()
    """What tokens may call it by: its `kid` and the thumbprints of its certificate (RFC 7515 §4.1.4, §4.1.7)."""
    use: str | None = None
    operations: frozenset[str] | None = None
    """`key_ops`; None where it names none."""
    algorithm: str | None = None
    """The one algorithm that it is for."""


class Keys(NamedTuple):
    """What key files hold."""

    keys: tuple[GivenKey, ...]
    notes: tuple[str, ...]
    """What the user should know of them: keys that cannot be used, private parts."""


class _Unusable(ValueError):
    """Why a key cannot be used, in words that fit behind its place and a colon."""


def read(paths: Sequence[str]) -> Keys:
    """The keys of these files. Raises UsageError for one that cannot be read or holds no key."""
    keys: list[GivenKey] = []
    notes: list[str] = []
    for path in paths:
        found = parse(path, _bytes(path))
        keys += found.keys
        notes += found.notes
        if len(keys) > MAX_KEYS:
            raise UsageError(f"{path}: makes more than {MAX_KEYS:,} keys", "give the keys of the issuers at hand")
    return Keys(tuple(keys), tuple(notes))


def parse(name: str, data: bytes) -> Keys:
    """The keys in the content of one file, which `name` names in messages. Raises UsageError where it holds none."""
    found: list[GivenKey] = []
    notes: list[str] = []
    for place, entry in _entries(name, data):
        try:
            key, note = entry(place)
        except _Unusable as error:
            notes.append(f"{place}: {error}, so it is not used")
            continue
        found.append(key)
        if note:
            notes.append(f"{place} {note}")
    if not found:
        raise UsageError(notes[0] if len(notes) == 1 else f"{name}: holds no key that can be used", _FORMS)
    if len(notes) > _NOTES:
        notes[_NOTES:] = [f"{name}: and {len(notes) - _NOTES} more keys like these"]
    return Keys(tuple(found), tuple(notes))


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "cannot be read"
        raise UsageError(f"{path}: {reason}", "--jwks takes a file of keys") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: larger than {MAX_BYTES >> 20} MiB", _FORMS)
    return data


_Entry = Callable[[str], tuple[GivenKey, str]]
"""Makes the key at a place, and says what is to be known of it. Raises _Unusable."""


def _entries(name: str, data: bytes) -> Iterator[tuple[str, _Entry]]:
    """What may be a key, each with its place."""
    file = os.path.basename(name)
    if _is_der(data):
        yield file, lambda place: (GivenKey(place, der=Sealed(data)), "")
        return
    text = _text(data)
    if text[:1] == b"{":
        entries = list(_json_entries(name, text))
    elif _BEGIN.search(text):
        entries = [_pem_entry(label, block) for label, block in _pem_blocks(name, text)]
    else:
        raise UsageError(f"{name}: is no file of keys", _FORMS)
    for number, entry in enumerate(entries, 1):
        yield file if len(entries) == 1 else f"{file}, key {number}", entry


def _text(data: bytes) -> bytes:
    """The file's text in UTF-8 without a mark or blanks before it; Windows' shells write UTF-16."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()


def _json_entries(name: str, text: bytes) -> Iterator[_Entry]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{name}: is no JSON, though it begins so", _FORMS) from None
    if "jwks" in document and "keys" not in document:  # metadata of a client or a federation brings its keys so
        document = document["jwks"]
    members = document.get("keys") if isinstance(document, dict) else None
    if isinstance(members, list):
        yield from (_jwk_entry(member) for member in members)
        if not members:
            raise UsageError(f"{name}: its `keys` are empty", "save the key set anew")
    elif isinstance(document, dict) and "kty" in document:
        yield _jwk_entry(document)
    elif isinstance(document, dict) and isinstance(document.get("jwks_uri"), str):
        raise UsageError(
            f"{name}: is an OpenID discovery document, which names its keys and holds none",
            f"save what is at {document['jwks_uri'][:200]}, and give that file",
        )
    elif isinstance(document, dict) and document and all(isinstance(text, str) for text in document.values()):
        # Certificates by their `kid`, as Google publishes those of Firebase and of service accounts.
        for kid, certificate in document.items():
            for label, block in _pem_blocks(name, certificate.encode("utf-8", "replace")):
                yield _pem_entry(label, block, frozenset({kid}))
    else:
        raise UsageError(f"{name}: is JSON, but neither a JWK Set nor a JWK", _FORMS)


def _jwk_entry(member: Any) -> _Entry:
    return lambda place: _from_jwk(place, member)


def _from_jwk(place: str, member: Any) -> tuple[GivenKey, str]:
    """The key of a JWK, and a word on private parts that lie in it."""
    if not isinstance(member, dict):
        raise _Unusable("is no JSON object")
    kind = member.get("kty")
    if kind == "oct":
        public, secret = {"kty": "oct"}, _octets(member, "k", _MAX_SECRET_BYTES)
    elif kind in ("RSA", "EC", "OKP"):
        public, secret = (_rsa if kind == "RSA" else _on_curve)(member), None
    else:
        raise _Unusable(f"its `kty` is {_quoted(kind)}, which verifies nothing here")
    operations, kid = member.get("key_ops"), _filled(member.get("kid"))
    key = GivenKey(
        place=f"{place} (`{kid}`)" if kid and _PLAIN_ID.fullmatch(kid) else place,
        members=public,
        secret=None if secret is None else Sealed(secret),
        names=frozenset(name for field in ("kid", "x5t", "x5t#S256") if (name := _filled(member.get(field)))),
        use=_filled(member.get("use")),
        operations=frozenset(filter(_filled, operations)) if isinstance(operations, list) else None,
        algorithm=_filled(member.get("alg")),
    )
    return key, _PRIVATE_PART if secret is None and any(private in member for private in _PRIVATE) else ""


_PRIVATE_PART: Final = "holds its private part: whoever reads that file can sign tokens. Pass public keys on, not these"


def _rsa(member: Mapping[str, Any]) -> dict[str, str]:
    modulus = int.from_bytes(_octets(member, "n", MAX_RSA_BITS // 8), "big")
    exponent = int.from_bytes(_octets(member, "e", MAX_RSA_BITS // 8), "big")
    if not modulus or not exponent:
        raise _Unusable("its modulus or its exponent is 0")
    if exponent.bit_length() > MAX_EXPONENT_BITS:
        raise _Unusable(f"its exponent is longer than {MAX_EXPONENT_BITS} bits")
    return {name: member[name] for name in ("kty", "n", "e")}


def _on_curve(member: Mapping[str, Any]) -> dict[str, str]:
    curve = member.get("crv")
    if curve in _AGREEMENT_CURVES:
        raise _Unusable("it is for key agreement and signs nothing")
    kind, size = CURVES.get(curve, ("", 0)) if isinstance(curve, str) else ("", 0)
    if kind != member["kty"]:
        raise _Unusable(f"its `crv` is {_quoted(curve)}, which is no curve of an {member['kty']} key")
    coordinates = ("x", "y") if kind == "EC" else ("x",)
    for name in coordinates:
        if len(_octets(member, name, size)) != size:
            raise _Unusable(f"its `{name}` is shorter than {curve} has it")
    return {name: member[name] for name in ("kty", "crv", *coordinates)}


def _octets(member: Mapping[str, Any], name: str, most: int) -> bytes:
    """The bytes of a base64url member. Raises _Unusable where they are none, or more than `most`."""
    text = member.get(name)
    if not isinstance(text, str) or not text:
        raise _Unusable(f"it has no `{name}`")
    if len(text) > most * 4 // 3 + 4:
        raise _Unusable(f"its `{name}` is longer than {most} bytes")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _Unusable(f"its `{name}` is no base64url") from None
    if len(data) > most:
        raise _Unusable(f"its `{name}` is longer than {most} bytes")
    return data


def _filled(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _quoted(value: object) -> str:
    return f"`{value[:20]}`" if isinstance(value, str) else "missing"


def _pem_blocks(name: str, text: bytes) -> Iterator[tuple[str, bytes]]:
    """The blocks of PEM (RFC 7468) with their labels."""
    at = 0
    while begin := _BEGIN.search(text, at):
        last = b"-----END " + begin[1] + b"-----"
        end = text.find(last, begin.end())
        if end < 0:
            raise UsageError(f"{name}: a block of PEM begins and does not end", "copy the file anew")
        at = end + len(last)
        if begin[1] != b"EC PARAMETERS":  # openssl writes them before a key, which names its curve itself
            yield begin[1].decode(), text[begin.start() : at]


def _pem_entry(label: str, block: bytes, names: frozenset[str] = frozenset()) -> _Entry:
    def entry(place: str) -> tuple[GivenKey, str]:
        if label.startswith("ENCRYPTED") or b"ENCRYPTED" in block[:200]:
            raise _Unusable("it is encrypted; give its public key")
        if label not in _KEY_LABELS:
            raise _Unusable(f"a block of `{label}` is no key")
        try:
            der = base64.b64decode(b"".join(block.split(b"-----")[2].split()), validate=True)
        except (binascii.Error, ValueError):
            der = b""
        if not _is_der(der):
            raise _Unusable("what it encodes is damaged")
        private = "PRIVATE" in label
        key = GivenKey(place, der=Sealed(der), pem=b"" if private else block, names=names)
        return key, _PRIVATE_PART if private else ""

    return entry


def _is_der(data: bytes) -> bool:
    """Whether the bytes are one ASN.1 sequence in DER (X.690 §8.1), as keys and certificates are."""
    if len(data) < 2 or data[0] != 0x30:
        return False
    size = data[1] - 0x80
    if size < 0:
        return len(data) == 2 + data[1]
    return 0 < size <= 4 and len(data) == 2 + size + int.from_bytes(data[2 : 2 + size], "big")
