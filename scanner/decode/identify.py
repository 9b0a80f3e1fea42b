"""What a text is, all of it: a token of any form, or something that only looks like one."""

from __future__ import annotations

from typing import Final, NamedTuple

from scanner.decode import token_of
from scanner.decode.vendor import name
from scanner.model import FORMS, Token

_ORDER: Final = ("jws", "jose_json", "paseto", "macaroon", "biscuit", "vendor", "branca")
"""Decoders, those that refuse other forms at once first."""
_SERIALIZATIONS: Final = {"flattened": "flattened JSON serialization", "general": "general JSON serialization"}


class Identified(NamedTuple):
    """What a text is."""

    title: str
    """In words, to follow `This is a`: `signed JSON web token (RFC 7515)`, `Grafana API key`."""
    token: Token | None = None
    """What it says, for a form that is looked for; None for what is only named."""
    decoder: str = ""
    """What reads it: of `scanner.model.DECODERS`."""


def identify(text: bytes) -> Identified | None:
    """What `text` is from its first to its last byte, white space around it apart; None for nothing that is known.

    Pure and bounded as the decoders are; never raises.
    """
    text = text.strip()
    for reader in _ORDER:
        token = token_of(reader, text)
        if token and len(token.raw) == len(text):
            return Identified(_title(token), token, reader)
    lookalike = name(text)
    return Identified(lookalike.title) if lookalike else None


def _title(token: Token) -> str:
    details = token.details
    if token.form == "vendor":
        return str(details["class_title"])
    if token.form == "paseto":
        return f"PASETO {details['version']}.{details['purpose']}"
    serialization = _SERIALIZATIONS.get(details.get("serialization", ""))
    return FORMS[token.form] + (f", {serialization}" if serialization else "")
