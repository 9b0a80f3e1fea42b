"""Secrets that the scan has found, in the forms in which programs use them."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from scanner.correlate.candidates import Candidate, Provenance
from scanner.model import Key, Secret, Subject

_KEY_BYTES: Final = frozenset({16, 20, 24, 32, 48, 64, 96, 128})
"""Lengths of keys; what decodes to another length is a text that happens to decode."""
_BASE64: Final = re.compile(rb"(?:base64:)?([A-Za-z0-9+/_-]{21,}={0,2})")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){16,}")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def found(subjects: Sequence[Subject]) -> Iterator[tuple[Candidate, Subject]]:
    """The secrets among these, and the keys that are shared secrets, each with its subject; no value comes twice."""
    known: set[bytes] = set()
    for subject in subjects:
        sighting = subject.sightings[0]
        for form, secret in _values(subject):
            if secret and secret not in known:
                known.add(secret)
                path, line = sighting.origin.path, sighting.line
                yield Candidate(secret, Provenance(path, form, line=line, public=False)), subject


def _values(subject: Subject) -> Iterable[tuple[str, bytes]]:
    decoded = subject.decoded
    if isinstance(decoded, Secret):
        return _forms(decoded.value.reveal())
    secret = decoded.details.get("secret") if isinstance(decoded, Key) else None
    return [("", secret.reveal())] if secret else []


def _forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", value
    yield "without white space around it", value.strip()
    encoded = _BASE64.fullmatch(value)
    if encoded:
        bare = encoded[1].rstrip(b"=").translate(_STANDARD)
        if len(bare) % 4 != 1:
            key = binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
            if len(key) in _KEY_BYTES:
                yield "decoded from base64", key
    if _HEX.fullmatch(value):
        yield "decoded from hexadecimal", bytes.fromhex(value.decode())
