"""What `django.core.signing` signs: `value:time:signature`, the time in base62 of seconds.

So are signed cookies, sessions of the backend `signed_cookies`, the rows of `django_session` since Django 3.1, messages
in cookies since 3.2, and the links of registration forms. Key and HMAC are made by SHA-256; before 3.1 by SHA-1.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.cookies import Clues
from scanner.cookies.contents import (
    LONGEST,
    Content,
    content,
    digest,
    inflated,
    instant,
    looks_random,
    names_user,
    unquoted,
)
from scanner.decode.reading import Reader
from scanner.model import Cookie, NumericDate, Sealed

_COLON: Final = rb"(?::|%3[Aa])"
_HEAD: Final = rb"(?P<value>(?:[\w.@+/:-]|%[0-9A-Fa-f]{2})+?)" + _COLON + rb"(?P<time>[0-9A-Za-z]{6})" + _COLON
_VALUE: Final = re.compile(_HEAD + rb"(?P<signature>[\w-]{43}|[\w-]{27})(?![\w-])")
_CUT: Final = re.compile(_HEAD + rb"[\w-]*\Z")
_BASE62: Final = {
    digit: value for value, digit in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}
_ALGORITHMS: Final = {20: "sha1", 32: "sha256"}
_COOKIE_KEY: Final = b"django.http.cookies"
"""What stands before the secret in the key of `get_cookie_signer`."""
_NAMES: Final = 8
_SALTS: Final = 32
"""Names and salts that are tried."""


class _Way(NamedTuple):
    """A way from a secret to a key."""

    salt: bytes
    title: str
    prefix: bytes = b""


_SESSIONS: Final = (
    _Way(b"django.contrib.sessions.backends.signed_cookies", "Django session cookie"),
    _Way(b"django.contrib.sessions.SessionStore", "Django session in a database"),
)
_MESSAGES: Final = _Way(b"django.contrib.messages", "Django messages cookie", _COOKIE_KEY)
_SIGNING: Final = (
    _Way(b"django.core.signing", "Django signed value"),
    _Way(b"django.core.signing.TimestampSigner", "Django signed value"),
)
_OTHERS: Final = (
    _Way(b"django.core.signing.get_cookie_signer", "Django signed cookie", _COOKIE_KEY),
    *(
        _Way(salt.encode(), f"Django signed value (salt {salt})")
        for salt in (
            # django-registration, django-allauth, and what guides and applications call the links that they sign.
            *(
                "registration",
                "account",
                "activation",
                "activate",
                "signup",
                "login",
                "password-reset",
                "password_reset",
            ),
            *("reset-password", "email-confirm", "email-confirmation", "email-verify", "email-verification"),
            *("verify-email", "unsubscribe", "invitation", "invite", "auth", "token"),
        )
    ),
)


def decode(text: bytes) -> Cookie | None:
    """The value that `text` starts with, or that follows a name and a colon there; None where there is none."""
    found = _VALUE.match(text[:LONGEST])
    signature = digest(found["signature"]) if found else None
    issued = _issued(found["time"]) if found else None
    if not found or not signature or not issued:
        return None
    value, start = unquoted(found["value"]), 0
    held = _content(value)
    if not held:
        name, colon, rest = found["value"].rpartition(b":")
        held = _content(unquoted(rest)) if colon else None
        if held:
            value, start = unquoted(rest), len(name) + 1
        elif not looks_random(found["signature"]):
            return None
    held = held or Content("text")
    return Cookie(
        family="django",
        raw=Sealed(found[0][start:]),
        signed=Sealed(value + b":" + found["time"]),
        signature=Sealed(signature),
        claims=held.claims,
        payload=held.payload,
        serializer=held.serializer,
        times={"iat": issued},
        details={"user": True} if names_user(held.claims) else {},
        start=start,
    )


def begins(text: bytes) -> bool:
    """Whether `text` is a content and a time, and a signature that may go on."""
    found = _CUT.match(text[:LONGEST])
    return bool(found and _issued(found["time"]) and _content(unquoted(found["value"])))


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What it is the secret of: sessions, messages, or what the salt tells."""
    message, signature = cookie.signed.reveal(), cookie.signature.reveal()
    algorithm = _ALGORITHMS[len(signature)]
    for way in _ways(cookie.payload, clues.names, clues.salts):
        if hmac.digest(_key(secret, way.prefix, way.salt, algorithm), message, algorithm) == signature:
            return way.title
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One for each way to a key."""
    return len(_ways(cookie.payload, clues.names, clues.salts))


def _content(value: bytes) -> Content | None:
    """The JSON or the pickle that a value holds in base64; None where it is another text."""
    compressed = value.startswith(b".")
    data = Reader().base64(value[compressed:])
    if data and compressed:
        data = inflated(data)
    held = content(data) if data else None
    return held if held and (held.payload in ("object", "json") or held.serializer == "pickle") else None


def _issued(time: bytes) -> NumericDate | None:
    seconds = 0
    for char in time:
        seconds = seconds * 62 + _BASE62[char]
    return instant(seconds)


@lru_cache(maxsize=256)
def _ways(payload: str, names: tuple[str, ...], salts: tuple[bytes, ...]) -> tuple[_Way, ...]:
    """The ways to a key that come into question, the likeliest first: a secret costs each of them."""
    cookies = tuple(
        _Way(salt, "Django signed cookie", _COOKIE_KEY)
        for name in (name.encode() for name in names[:_NAMES])
        for salt in (name, b"django.http.cookies.v2:0:" + name)
    )
    found = tuple(
        way
        for salt in salts[:_SALTS]
        for title in [f" (salt {salt.decode('utf-8', 'replace')})"]
        for way in [
            _Way(salt, f"Django signed value{title}"),
            *(
                _Way(salted, f"Django signed cookie{title}", _COOKIE_KEY)
                for name in names[:1]
                for salted in (
                    name.encode() + salt,
                    b"django.http.cookies.v2:%d:%s%s" % (len(salt.decode("utf-8", "replace")), salt, name.encode()),
                )
            ),
        ]
    )
    if payload == "object" or payload == "binary":
        return (*_SESSIONS, *_SIGNING, *found, *cookies, *_OTHERS)
    return (*cookies, _MESSAGES, *_SIGNING, *found, *_OTHERS, *_SESSIONS)


@lru_cache(maxsize=1 << 15)
def _key(secret: bytes, prefix: bytes, salt: bytes, algorithm: str) -> bytes:
    """The key of `salted_hmac`."""
    return hashlib.new(algorithm, salt + b"signer" + prefix + secret).digest()
