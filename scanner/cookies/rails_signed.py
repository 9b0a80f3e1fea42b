"""Messages that Rails signs: cookies, ids of Active Storage, signed ids, streams of Turbo; and Rack's sessions in JSON.

The content is JSON, mostly within `{"_rails": {"message": base64, "exp": …, "pur": …}}` of ActiveSupport's
MessageVerifier (Rails 5.2; `data` in place of `message` where it is JSON itself, Rails 7.1). What a message is for
tells with which salt its key was made; a salt costs two derivations. Tested with cookies of Action Pack 6.1, Rack 2.2.
"""

from __future__ import annotations

import re
from typing import Any, Final

from scanner.cookies import Clues
from scanner.cookies.spelling import end, json_value, standard
from scanner.cookies.verifier import DERIVATION, MARSHAL, Message, message, salt_of, salts_with, signed_with
from scanner.model import Cookie, Sealed

_TITLES: Final = {
    b"signed cookie": "signed cookie of Rails",
    b"ActiveStorage": "signed id of Active Storage",
    b"active_record/signed_id": "signed id of Active Record",
    b"active_record/token_for": "token of Active Record",
    b"signed_global_ids": "signed global id of Rails",
    b"turbo/signed_stream_verifier_key": "signed stream name of Turbo",
}
"""What is signed with the keys that Rails makes with each salt."""
_COOKIE: Final = re.compile(r"cookie\.([\w.$-]{1,64})", re.ASCII)
"""The purpose of a cookie, and its name."""
_STORAGE: Final = frozenset(("blob_id", "blob_key", "blob_token", "variation", "disk"))
"""The purposes of Active Storage."""
_RECORD_MAC: Final = 32
"""Active Record and Turbo sign with SHA-256."""


def decode(text: bytes) -> Cookie | None:
    """The message with JSON in it that stands at the end of `text`, in whichever alphabet it is longer."""
    readings = [found for url_safe in (False, True) if (found := message(text, url_safe=url_safe))]
    for found in sorted(readings, key=lambda found: found.start):
        value = json_value(found.content)
        if value is not None:
            return _cookie(text, found, value)
    return None


def begins(text: bytes) -> bool:
    """Whether `text` begins as a message with a purpose or an end does."""
    return text.startswith(b"eyJfcmFpbHMiOns")


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether `secret` signs it as it is, or is the `secret_key_base` that does."""
    if signed_with(secret, cookie):
        return "message of Rack or ActiveSupport"
    salt = salt_of(secret, cookie, _salts(cookie, clues))
    return None if salt is None else _TITLES.get(salt, "message of Rails")


def tries(cookie: Cookie, clues: Clues) -> int:
    """One HMAC, and the derivations for each salt."""
    return 1 + DERIVATION * len(_salts(cookie, clues))


def _cookie(text: bytes, found: Message, value: Any) -> Cookie:
    """The message `found` in `text`, whose content is `value`."""
    known: dict[str, Any] = {"payload": "json"}
    wrapped = value.get("_rails") if isinstance(value, dict) else None
    if isinstance(wrapped, dict):
        value, serializer = _unwrapped(wrapped)
        known = {"payload": "binary" if serializer else "json", "serializer": serializer}
        known["times"] = end(wrapped.get("exp"))
        known["details"] = _purpose(wrapped.get("pur"))
    if isinstance(value, dict):
        known = {**known, "payload": "object", "claims": value}
    return Cookie(
        family="rails-signed",
        raw=Sealed(text[found.start :]),
        signed=Sealed(found.text),
        signature=Sealed(found.mac),
        start=found.start,
        **known,
    )


def _unwrapped(wrapped: dict[str, Any]) -> tuple[Any, str]:
    """The content of a message with a purpose or an end, and what wrote it where that is not JSON."""
    if "data" in wrapped:
        return wrapped["data"], ""
    text = wrapped.get("message")
    content = standard(text.encode()) if isinstance(text, str) and text.isascii() else None
    if content and MARSHAL.match(content):
        return None, "marshal"
    return json_value(content) if content else None, ""


def _purpose(purpose: object) -> dict[str, Any]:
    """Details of what a message is for: a cookie's purpose holds its name."""
    if not isinstance(purpose, str) or not purpose:
        return {}
    cookie = _COOKIE.fullmatch(purpose)
    return {"purpose": "cookie", "name": cookie[1]} if cookie else {"purpose": purpose[:64]}


def _salts(cookie: Cookie, clues: Clues) -> list[bytes]:
    """The salts that a message of its purpose lets expect."""
    purpose = cookie.details.get("purpose")
    if purpose == "cookie":
        return salts_with([b"signed cookie"], clues)
    if purpose in _STORAGE:
        return salts_with([b"ActiveStorage"], clues)
    if len(cookie.signature) != _RECORD_MAC:
        return salts_with([b"signed_global_ids" if purpose else b"signed cookie"], clues)
    if purpose:
        return salts_with([b"active_record/signed_id", b"active_record/token_for"], clues)
    return salts_with([b"turbo/signed_stream_verifier_key", b"signed cookie"], clues)
