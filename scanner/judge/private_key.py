"""The facts of a private key: of what kind it is, what it can sign, and what keeps whoever finds it from using it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from scanner.judge.bounds import Bounds
from scanner.model import Key

_STORES: Final = {"jks": "key store of Java", "jceks": "key store of Java", "pkcs12": "PKCS #12 key store"}
_TOLD: Final = ("kind", "bits", "curve", "weaknesses", "fits", "has_key_id", "count", "public")
"""Details that are facts as they are."""


def key_facts(key: Key, published: Mapping[str, str]) -> dict[str, Any]:
    """The facts `key.*`. `published` are the names of keys that everybody knows, by thumbprint."""
    details, bounds = key.details, Bounds()
    facts = {f"key.{name}": bounds.value(details[name]) for name in _TOLD if details.get(name) not in (None, "")}
    name, password = published.get(key.thumbprint), details.get("known_password")
    because = f"it is {name}" if name else f"it opens with {password}" if password else ""
    facts |= {
        "key.form": key.form,
        "key.title": _title(key),
        "key.encrypted": key.encrypted,
        "key.locked": key.encrypted and not password,
        "key.incomplete": bool(details.get("cut") or details.get("damaged")),
        "key.published": name is not None,
        "key.known": because != "",
    }
    if because:
        facts["key.known_because"] = because
    if "public" in details and "kty" in details["public"] and not key.encrypted:
        digest = bytes.fromhex(key.thumbprint)
        facts["key.thumbprint"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return facts


def _title(key: Key) -> str:
    """What it is in words: `RSA private key of 2048 bits`, `encrypted private key`, `key store of Java`."""
    if key.form in _STORES:
        return _STORES[key.form]
    kind, bits = key.details.get("kind", ""), key.details.get("bits")
    if kind == "oct":
        return f"shared secret of {bits} bits"
    words = ["encrypted"] if key.encrypted else []
    words += [kind] if kind else []
    words += ["private key"] if key.form != "pgp" else ["OpenPGP private key"]
    return " ".join(words) + (f" of {bits} bits" if bits and kind in ("RSA", "DSA") else "")
