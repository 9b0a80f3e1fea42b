"""The name of the key that signs a token, where it may be shown.

A `kid` is a name that the issuer chose, without a structure (RFC 7515 §4.1.4), so anything may be in it.
"""

from __future__ import annotations

import re
from typing import Any, Final

_ASYMMETRIC: Final = frozenset({"rsa", "rsa_pss", "ecdsa", "eddsa", "ml_dsa", "nkey"})
_PUBLIC: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:=-]{0,63}")
"""Digests of public keys, numbers, dates, words: whatever it says of its key, that is public."""
_SECRET: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE
)
"""Where issuer and verifier share a secret, `kid` may be a digest of it (Auth.js takes the thumbprint of RFC 7638), by
which a weak one is found. So only what is too short for a digest, or a UUID."""


def key_id_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """`token.key_id`, where the header's `kid` is harmless to show, from the facts of the header."""
    key_id = facts["token.header"].get("kid")
    harmless = _PUBLIC if facts.get("token.algorithm_kind") in _ASYMMETRIC else _SECRET
    return {"token.key_id": key_id} if isinstance(key_id, str) and harmless.fullmatch(key_id) else {}
