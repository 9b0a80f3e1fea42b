"""The JSON serialisations of JWS (RFC 7515 §7.2) and JWE (RFC 7516 §7.2), general and flattened.

A token with several signatures or recipients is read by the first of them. The object may stand inside a JSON string,
its quotes escaped.
"""

from __future__ import annotations

import re
from typing import Any, Final

from scanner.decode.jws import encrypted, signed
from scanner.decode.objects import Found, read_object
from scanner.decode.reading import Reader
from scanner.model import Sealed, Token

_NEEDED: Final = re.compile(rb'\\?"(?:signatures?|ciphertext)\\?"')
_ENCODED: Final = re.compile(rb'\\?"(?:protected|payload)\\?"\s*:\s*\\?"e[wy3]')


def decode(text: bytes) -> Token | None:
    """The token whose JSON object `text` starts with, or None. Where the object's beginning is cut off, `text` starts
    with a comma or white space and one of its members."""
    reader = Reader()
    found = read_object(reader, text) if _NEEDED.search(text) else None
    return _token(reader, found) if found else None


def begins(text: bytes) -> bool:
    """Whether a header or claims stand in `text`, whose end may be missing."""
    return _ENCODED.search(text) is not None


def _token(reader: Reader, found: Found) -> Token | None:
    value = found.members
    jwe = "ciphertext" in value
    several = value.get("recipients" if jwe else "signatures")
    entry = several[0] if isinstance(several, list) and several and isinstance(several[0], dict) else value
    members = value | entry
    protected = _bytes(members, "protected")
    header = (reader.object(protected) or {}) if protected else {}
    for name in ("unprotected", "header") if jwe else ("header",):
        part = members.get(name)
        if isinstance(part, dict):
            if part.keys() & header.keys():
                reader.anomalies.add("duplicate-member")  # RFC 7515 §7.2.1: they shall be disjoint.
            header = part | header
    whole: dict[str, Any] = {
        "raw": Sealed(found.raw),
        "start": found.start,
        "details": {"serialization": "flattened" if entry is value else "general"},
    }
    if jwe:
        key, vector, text, tag = (_bytes(members, name) for name in ("encrypted_key", "iv", "ciphertext", "tag"))
        if not isinstance(header.get("enc"), str) or not text:
            return None
        covered = b".".join((protected, key, vector, text))
        return encrypted(reader, header, key, vector, tag, signed=Sealed(covered), **whole)
    payload = _bytes(members, "payload")
    if not isinstance(header.get("alg"), str) or not isinstance(members.get("signature"), str):
        return None
    return signed(
        reader, header, payload, _bytes(members, "signature"), signed=Sealed(protected + b"." + payload), **whole
    )


def _bytes(members: dict[str, Any], name: str) -> bytes:
    """A member that is text, in UTF-8; empty for any other."""
    value = members.get(name)
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""
