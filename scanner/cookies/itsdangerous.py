"""Values that itsdangerous signs (its modules `signer`, `timed` and `url_safe`): `payload.time.signature`.

So are the sessions of Flask, Quart and Starlette (whose payload is in padded base64), the CSRF tokens of Flask-WTF, and
the links that reset passwords. The time is in seconds, in base64 of as few bytes as hold it; before release 1.0 it
counted from 2011. What has no time has two parts.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final, NamedTuple

from scanner.cookies import FEW, Clues
from scanner.cookies.contents import Content, content, digest, inflated, names_user
from scanner.cookies.values import LONGEST, moment, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, NumericDate, Sealed

_PAYLOAD: Final = rb"(?P<payload>\.?(?:[\w+/-]|%2[BbFf])++(?:=|%3[Dd]){0,2})"
_VALUE: Final = re.compile(
    _PAYLOAD + rb"(?:\.(?P<time>[\w-]{6}))?\.(?P<signature>[\w-]{86}|[\w-]{43}|[\w-]{27})(?![\w-]|\.[\w-])"
)
_CUT: Final = re.compile(_PAYLOAD + rb"\.(?P<time>[\w-]{6})\.[\w-]*\Z")
_BEFORE: Final = re.compile(rb"""[A-Za-z]{2,10}+(?:=["']?|/|: |["'](?:: ?["']| value="))""")
"""What a pattern's anchor holds of the text before a value that has no head of its own."""
_EPOCH: Final = 1_293_840_000
"""2011-01-01 UTC, seconds: from where times count before itsdangerous 1.0."""
_SINCE_EPOCH: Final = range(1 << 24, 1 << 28)
"""What such a time can be in four bytes; one from 1970 on is not as small."""
_DIGESTS: Final = {20: "sha1", 32: "sha256", 64: "sha512"}
"""Digests by their length in bytes: all but the first are a setting (`digest_method`), or release 1.0.0's."""


class _Way(NamedTuple):
    """A way from a secret to a key (`Signer.derive_key`)."""

    derivation: str
    salt: bytes
    title: str


_FLASK: Final = _Way("hmac", b"cookie-session", "Flask session")
_STARLETTE: Final = _Way("django-concat", b"itsdangerous.Signer", "Starlette session")
_SIGNER: Final = _STARLETTE._replace(title="itsdangerous signature")
_SERIALIZER: Final = _Way("django-concat", b"itsdangerous", "itsdangerous signature")
_CSRF: Final = _Way("django-concat", b"wtf-csrf-token", "Flask-WTF CSRF token")
_LINKS: Final = """
    password-reset-salt email-confirm password-reset email-confirm-salt activate reset-password email-verify
    email-confirm-key recover-key email-confirmation email-verification unsubscribe confirm-email verify-email
    reset-password-salt password_reset password-recovery activate-salt email-verification-salt email-reset-key
    account-activation auth login session cookie token invite remember-me
"""
"""What itsdangerous' documentation, guides and applications call what they sign, the most usual first."""
_PACKAGES: Final = """
    confirm-salt reset-salt login-salt change-email-salt remember-salt two-factor-setup-salt tf-validity-salt
    us-setup-salt wan-salt csrftoken actor messages
"""
"""Settings of Flask-Security, and the cookies of Starlette's CSRF middleware and of Datasette."""
_OTHERS: Final = tuple(
    _Way("django-concat", salt.encode(), f"itsdangerous signature (salt {salt})")
    for salt in (*_LINKS.split(), *_PACKAGES.split())
)
_UNSALTED: Final = _Way("none", b"", "itsdangerous signature (key derivation none)")
_SALTS_OF_SCAN: Final = 64
"""Salts of the scan that are tried."""


def decode(text: bytes) -> Cookie | None:
    """The value that `text` starts with, behind what an anchor holds or without; None where there is none."""
    text = text[:LONGEST]
    before = _BEFORE.match(text)
    for start in (0, before.end() if before else 0):
        found = _VALUE.match(text, start)
        cookie = _cookie(found) if found else None
        if cookie:
            return cookie
    return None


def begins(text: bytes) -> bool:
    """Whether `text` is a content and a time, and a signature that may go on."""
    found = _CUT.match(text[:LONGEST])
    return bool(found and _issued(found["time"]) and _content(unquoted(found["payload"])))


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What it is the secret of: the framework, or the salt."""
    message, signature = cookie.signed.reveal(), cookie.signature.reveal()
    algorithm = _DIGESTS[len(signature)]
    for way in _ways(_kind(cookie, clues), clues.salts, thorough=clues.thorough):
        if hmac.digest(_key(secret, way.derivation, way.salt, algorithm), message, algorithm) == signature:
            return way.title
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One for each way to a key."""
    return len(_ways(_kind(cookie, clues), clues.salts, thorough=clues.thorough))


def _cookie(found: re.Match[bytes]) -> Cookie | None:
    signature, time, payload = digest(found["signature"]), found["time"], unquoted(found["payload"])
    issued = _issued(time) if time else None
    if not signature or (time and not issued):
        return None
    # Two parts of which the second is as long as a digest may be the start of a JSON web token.
    if not time and (len(signature) > 20 or found["signature"].startswith((b"ey", b"ew"))):
        return None
    held = _content(payload)
    if not held:
        return None
    return Cookie(
        family="itsdangerous",
        raw=Sealed(found[0]),
        signed=Sealed(payload + b"." + time if time else payload),
        signature=Sealed(signature),
        claims=held.claims,
        payload=held.payload,
        times={"iat": issued} if issued else {},
        details={"user": True} if names_user(held.claims) else {},
        start=found.start(),
    )


def _content(payload: bytes) -> Content | None:
    """The JSON of a payload; None for what is none, and for a JOSE header, which begins a JSON web token."""
    compressed = payload.startswith(b".")
    data = Reader().base64(payload[compressed:])
    if data and compressed:
        data = inflated(data)
    held = content(data) if data else None
    if not held or held.payload not in ("object", "json"):
        return None
    return None if held.claims and isinstance(held.claims.get("alg"), str) else held


def _issued(time: bytes) -> NumericDate | None:
    seconds = int.from_bytes(Reader().base64(time) or b"")
    return moment(seconds + _EPOCH if seconds in _SINCE_EPOCH else seconds)


def _kind(cookie: Cookie, clues: Clues) -> str:
    """What a value is by its content and name, which tell what may have signed it."""
    if cookie.payload != "object":
        return cookie.payload
    if b"=" in cookie.signed.reveal():
        return "padded"
    # Flask's flashes, Flask-Login's and Flask-WTF's members.
    claims = cookie.claims or {}
    if "csrf_token" in claims or any(name[:1] == "_" for name in claims):
        return "session"
    return "session" if any("session" in name for name in clues.names[:1]) else "object"


@lru_cache(maxsize=64)
def _ways(kind: str, salts: tuple[bytes, ...], *, thorough: bool) -> tuple[_Way, ...]:
    """The ways to a key that come into question, the likeliest first: a secret costs each of them."""
    found = [
        _Way(derivation, salt, f"itsdangerous signature (salt {salt.decode('utf-8', 'replace')})")
        for derivation in ("django-concat", "hmac")
        for salt in salts[:_SALTS_OF_SCAN]
    ]
    match kind:
        case "padded":
            ways = (_STARLETTE, _FLASK, *found)
        case "session":
            ways = (_FLASK, _STARLETTE, _SERIALIZER, *found)
        case "object":
            ways = (_FLASK, _STARLETTE, _SERIALIZER, *found, *_OTHERS, _UNSALTED)
        case _:
            ways = (_CSRF, _SERIALIZER, _SIGNER, *found, *_OTHERS, _FLASK, _UNSALTED)
    return ways if thorough else ways[:FEW]


@lru_cache(maxsize=1 << 15)
def _key(secret: bytes, derivation: str, salt: bytes, algorithm: str) -> bytes:
    match derivation:
        case "hmac":
            return hmac.digest(secret, salt, algorithm)
        case "django-concat":
            return hashlib.new(algorithm, salt + b"signer" + secret).digest()
    return secret
