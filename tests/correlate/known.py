"""Tokens of ours, and what correlation proves of them."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

from scanner.correlate import correlate
from scanner.decode import token_of
from scanner.model import Coverage, Origin, Policy, Sighting, Subject, Token

HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def mint(secret: str | bytes, claims: dict[str, Any] | None = None, algorithm: str = "HS256", **header: Any) -> bytes:
    """A token signed with `secret`, which may be shorter than libraries accept."""
    parts = [{"alg": algorithm, "typ": "JWT"} | header, {"sub": "u1"} if claims is None else claims]
    signed = b".".join(segment(json.dumps(part).encode()) for part in parts)
    key = secret.encode() if isinstance(secret, str) else secret
    return signed + b"." + segment(hmac.digest(key, signed, HASHES[algorithm.upper()]))


def segment(data: bytes) -> bytes:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def subject(raw: bytes, path: str = "src/app.py") -> tuple[Subject, Token]:
    """A token as it was seen in a file."""
    name = "jose_json" if raw.startswith(b"{") else "jws"
    token = token_of(name, raw)
    assert token
    sighting = Sighting(Origin("file", path), 0, len(raw), 1, 1, 1, 1 + len(raw))
    return Subject("token", token.identity, token.raw, [sighting], 1, decoder=name), token


def prove(*tokens: bytes | tuple[Subject, Token], **policy: Any) -> tuple[list[Subject], Coverage]:
    """The subjects of these tokens with their evidence, and what was left out."""
    items = [subject(token) if isinstance(token, bytes) else token for token in tokens]
    coverage = Coverage()
    correlate(lambda: iter(items), Policy(**policy), coverage, place="parcel-shop")
    return [found for found, _ in items], coverage


def evidence(*tokens: bytes | tuple[Subject, Token], **policy: Any) -> list[dict[str, Any]]:
    """The evidence for each of these tokens."""
    return [found.evidence for found in prove(*tokens, **policy)[0]]


def secrets(*tokens: bytes | tuple[Subject, Token], **policy: Any) -> list[bytes | None]:
    """What signs each of these tokens, where it was found."""
    return [found.secret.reveal() if found.secret is not None else None for found in prove(*tokens, **policy)[0]]
