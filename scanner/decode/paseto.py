"""PASETO, versions 1 to 4 (the specification's `docs/01-Protocol-Versions`): `v4.public.payload.footer`.

A `public` token is signed, its claims are readable; a `local` one is encrypted. The footer of either is in clear.
"""

from __future__ import annotations

import re
from typing import Any, Final

from scanner.decode.reading import Reader
from scanner.decode.times import times_of
from scanner.model import Sealed, Token

_SHAPE: Final = re.compile(
    rb"(?P<version>v[1-4])\.(?P<purpose>local|public)\.(?P<body>[\w-]+)(?:\.(?P<footer>[\w-]+))?", re.ASCII
)
_SIGNATURE_BYTES: Final = {b"v1": 256, b"v2": 64, b"v3": 96, b"v4": 64}
"""RSA-2048 PSS, Ed25519, ECDSA over P-384, Ed25519."""
_OVERHEAD_BYTES: Final = {b"v1": 32 + 48, b"v2": 24 + 16, b"v3": 32 + 48, b"v4": 32 + 32}
"""Nonce and tag of an encrypted payload."""


def decode(text: bytes) -> Token | None:
    """The PASETO that `text` starts with, or None where it starts with none."""
    shape = _SHAPE.match(text)
    reader = Reader()
    body = shape and reader.base64(shape["body"])
    if not shape or not body:
        return None
    version = shape["version"]
    purpose = shape["purpose"].decode()
    length = _SIGNATURE_BYTES[version] if purpose == "public" else 0
    claims = _claims(reader, body[:-length]) if length else None
    if claims is None if length else len(body) < _OVERHEAD_BYTES[version]:
        return None
    footer = _footer(shape["footer"] or b"")
    end = shape.end("body") if footer is None else shape.end()
    raw = Sealed(text[:end])
    return Token(
        form="paseto",
        raw=raw,
        signed=raw,
        signature=Sealed(body[-length:] if length else b""),
        header=footer or {},
        claims=claims,
        payload="encrypted" if claims is None else "object",
        times=times_of(claims or {}),
        anomalies=tuple(sorted(reader.anomalies)),
        details={"version": version.decode(), "purpose": purpose},
        head=shape.start("body"),
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with the head of a PASETO, and more than any other word would go on with."""
    shape = _SHAPE.match(text)
    return shape is not None and len(shape["body"]) > min(_OVERHEAD_BYTES.values())


def _claims(reader: Reader, data: bytes) -> dict[str, Any] | None:
    try:
        value = reader.json(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _footer(segment: bytes) -> dict[str, Any] | None:
    """What a footer holds, empty where it is plain text; None for what is no footer: a file's suffix, a full stop."""
    reader = Reader()
    data = reader.base64(segment)
    if not data:
        return None
    value = _claims(reader, data)
    if value is not None:
        return value
    return {} if "invalid-utf8" not in reader.anomalies and data.decode().isprintable() else None
