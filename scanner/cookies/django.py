"""What `django.core.signing` signs: `value:time:signature`, the time in base62 of seconds.

So are signed cookies, sessions of the backend `signed_cookies`, the rows of `django_session` since Django 3.1, messages
in cookies since 3.2, and the links of registration forms. Key and HMAC are made by SHA-256; before 3.1 by SHA-1.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.cookies import FEW, Clues
from scanner.cookies.contents import Content, content, digest, inflated, looks_random, names_user
from scanner.cookies.values import LONGEST, moment, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, NumericDate, Sealed

_COLON: Final = rb"(?::|%3[Aa])"
_HEAD: Final = rb"(?P<value>(?:[\w.@+/:-]|%[0-9A-Fa-f]{2})+?)" + _COLON + rb"(?P<time>[0-9A-Za-z]{6})" + _COLON
_VALUE: Final = re.compile(_HEAD + rb"(?P<signature>[\w-]{43}|[\w-]{27})(?![\w-])")
_CUT: Final = re.compile(_HEAD + rb"[\w-]*\Z")
_BEHIND: Final = re.compile(rb".*(?:[:@+]|%[0-9A-Fa-f]{2})(?P<rest>\.?[\w-]+)")
"""Base64 behind what parts it from a name: a colon, a percent-encoded sign."""
_NAMED: Final = re.compile(rb"[\w.-]+%3[Dd](?=.)")
_BASE62: Final = {
    digit: value for value, digit in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}
_ALGORITHMS: Final = {20: "sha1", 32: "sha256"}
_COOKIE_KEY: Final = b"django.http.cookies"
"""What stands before the secret in the key of `get_cookie_signer`."""
_NAMES: Final = ("sessionid", "messages")
"""Names of cookies that `set_signed_cookie` does not make."""
_MOST_NAMES: Final = 2
_MOST_SALTS: Final = 32
"""Names and salts of the scan that are tried."""


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
_LINKS: Final = """
    registration account activation password-reset email-verification email-confirm activate signup login
    password_reset reset-password email-confirmation email-verify verify-email unsubscribe invitation invite auth token
"""
"""Salts of django-registration and django-allauth, and what guides and applications call what they sign."""
_OTHERS: Final = (
    _Way(b"django.core.signing.get_cookie_signer", "Django signed cookie", _COOKIE_KEY),
    *(_Way(salt.encode(), f"Django signed value (salt {salt})") for salt in _LINKS.split()),
)


def decode(text: bytes) -> Cookie | None:
    """The value that `text` starts with, or that stands behind a name there; None where there is none."""
    found = _VALUE.match(text[:LONGEST])
    signature = digest(found["signature"]) if found else None
    issued = _issued(found["time"]) if found else None
    if not found or not signature or not issued:
        return None
    value, start = unquoted(found["value"]), 0
    held = _content(value)
    if not held:
        behind = _BEHIND.fullmatch(found["value"])
        held = _content(behind["rest"]) if behind else None
        if behind and held:
            value, start = behind["rest"], behind.start("rest")
        elif not looks_random(found["signature"]):
            return None
        else:
            held, start = Content("text"), _named(found["value"])
            value = unquoted(found["value"][start:])
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
    for way in _ways(_kind(cookie, clues), clues.names, clues.salts, thorough=clues.thorough):
        if hmac.digest(_key(secret, way.prefix, way.salt, algorithm), message, algorithm) == signature:
            return way.title
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One for each way to a key."""
    return len(_ways(_kind(cookie, clues), clues.names, clues.salts, thorough=clues.thorough))


def _content(value: bytes) -> Content | None:
    """The JSON or the pickle that a value holds in base64; None where it is another text."""
    compressed = value.startswith(b".")
    data = Reader().base64(value[compressed:])
    if data and compressed:
        data = inflated(data)
    held = content(data) if data else None
    return held if held and (held.payload in ("object", "json") or held.serializer == "pickle") else None


def _named(text: bytes) -> int:
    """Where a text begins behind a name and an equals sign that is percent-encoded; 0 without them."""
    named = _NAMED.match(text)
    return named.end() if named else 0


def _issued(time: bytes) -> NumericDate | None:
    seconds = 0
    for char in time:
        seconds = seconds * 62 + _BASE62[char]
    return moment(seconds)


def _kind(cookie: Cookie, clues: Clues) -> str:
    """What a value is by its content and name, which tell what may have signed it."""
    if cookie.payload not in ("object", "binary"):
        return "value"
    # `_auth_user_id`, `_language`, `_session_expiry` …
    session = any(name[:1] == "_" for name in cookie.claims or ()) or "sessionid" in clues.names[:1]
    return "session" if session else "object"


@lru_cache(maxsize=256)
def _ways(kind: str, names: tuple[str, ...], salts: tuple[bytes, ...], *, thorough: bool) -> tuple[_Way, ...]:
    """The ways to a key that come into question, the likeliest first: a secret costs each of them."""
    own = [name.encode() for name in names if name not in _NAMES][:_MOST_NAMES]
    cookies = [_Way(salt, "Django signed cookie", _COOKIE_KEY) for name in own for salt in _cookie_salts(name, b"")]
    found = [way for salt in salts[:_MOST_SALTS] for way in _of_scan(salt, own)]
    match kind:
        case "session":
            ways = (*_SESSIONS, *_SIGNING, *found)
        case "object":
            ways = (*_SESSIONS, *_SIGNING, *cookies, *found, *_OTHERS)
        case _:
            ways = (*cookies, _MESSAGES, *_SIGNING, *found, *_OTHERS)
    return ways if thorough else ways[:FEW]


def _of_scan(salt: bytes, names: list[bytes]) -> Iterator[_Way]:
    behind = f" (salt {salt.decode('utf-8', 'replace')})"
    yield _Way(salt, f"Django signed value{behind}")
    for salted in (salted for name in names[:1] for salted in _cookie_salts(name, salt)):
        yield _Way(salted, f"Django signed cookie{behind}", _COOKIE_KEY)


def _cookie_salts(name: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """What `set_signed_cookie` makes of both: as of late, and as before."""
    length = len(salt.decode("utf-8", "replace"))
    return b"django.http.cookies.v2:%d:%s%s" % (length, salt, name), name + salt


@lru_cache(maxsize=1 << 15)
def _key(secret: bytes, prefix: bytes, salt: bytes, algorithm: str) -> bytes:
    """The key of `salted_hmac`."""
    return hashlib.new(algorithm, salt + b"signer" + prefix + secret).digest()
