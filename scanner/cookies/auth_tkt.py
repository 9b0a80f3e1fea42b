"""Tickets of Apache's mod_auth_tkt, Pyramid and repoze.who: digest, time and `user!tokens!data` without gaps.

The digest is made twice, in hexadecimal, of the client's IPv4 address (0.0.0.0 where it is left out), the time, the
secret and what follows; it is MD5, SHA-256 or SHA-512. The time is eight hexadecimal digits of seconds. mod_auth_tkt
puts all of it in base64 where it is told to.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from scanner.cookies import Clues
from scanner.cookies.contents import unslashed
from scanner.cookies.values import GAP, LONGEST, moment, unquoted
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_VALUE: Final = re.compile(
    rb"(?:(?:auth_tkt|AUTH_TKT)" + GAP + rb"|[\w.-]{1,100}=[\"']?)?"
    rb"(?P<raw>(?P<plain>[0-9a-f]{40}(?:[\w.@:+,/=!*$~-]|%[0-9A-Fa-f]{2}|\\[0-3][0-7]{2})+)"
    rb"|(?P<encoded>(?:[A-Za-z0-9+/]|%2[BbFf]){56,}(?:=|%3[Dd]){0,2}))"
)
_TICKET: Final = re.compile(
    rb"(?s)(?P<digest>[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{32})(?P<time>[0-9a-f]{8})(?P<user>[^!]{1,255})!"
    rb"(?:(?P<tokens>[^!]*)!)?(?P<data>[^!]*)"
)
_ALGORITHMS: Final = {16: "md5", 32: "sha256", 64: "sha512"}
_ADDRESSES: Final = (b"\0\0\0\0", b"\x7f\0\0\1")
"""IPv4 addresses that are tried: none, which is Pyramid's default, and the machine itself."""


def decode(text: bytes) -> Cookie | None:
    """The ticket that `text` starts with, behind the cookie's name or without; None where it starts with none."""
    found = _VALUE.match(text[:LONGEST])
    if not found:
        return None
    plain = found["plain"]
    if plain is None:
        plain = Reader().base64(unquoted(found["encoded"])) or b""
    else:
        plain = unslashed(plain) if b"!" in plain else unquoted(plain)
    ticket = _TICKET.fullmatch(plain)
    issued = moment(int(ticket["time"], 16)) if ticket else None
    if not ticket or not issued:
        return None
    seconds = issued.seconds.to_bytes(4)
    # The user's name is percent-encoded in any case.
    user, tokens, data = unquoted(ticket["user"]), ticket["tokens"] or b"", ticket["data"]
    return Cookie(
        family="auth-tkt",
        raw=Sealed(found["raw"]),
        signed=Sealed(seconds + user + b"\0" + tokens + b"\0" + data),
        signature=Sealed(bytes.fromhex(ticket["digest"].decode())),
        payload="text",
        times={"iat": issued},
        details={"user": True},
        start=found.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: the digits of a digest tell nothing."""
    return False


def signs(secret: bytes, cookie: Cookie, _clues: Clues) -> str | None:
    """Whether it makes the digest of a ticket for any address."""
    signed, signature = cookie.signed.reveal(), cookie.signature.reveal()
    algorithm = _ALGORITHMS[len(signature)]
    for address in _ADDRESSES:
        inner = hashlib.new(algorithm, address + signed[:4] + secret + signed[4:]).hexdigest()
        if hashlib.new(algorithm, inner.encode() + secret).digest() == signature:
            return "auth_tkt ticket"
    return None


def tries(_cookie: Cookie, _clues: Clues) -> int:
    """Two digests for each address."""
    return len(_ADDRESSES)
