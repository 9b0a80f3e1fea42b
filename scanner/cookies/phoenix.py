"""Signed sessions of Plug, tokens of Phoenix and LiveView's: `SFMyNTY.content.signature`, all in base64url.

The format is that of `Plug.Crypto.MessageVerifier` 2.1: the first part is `HS256` (`HS384`, `HS512`) in base64, and the
signature covers it. The content is a term in Erlang's external format: a map for a session; for `Phoenix.Token` data,
time of signing in milliseconds, and how many seconds it is good for.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

from scanner.cookies import Clues, plug_keys
from scanner.cookies.values import LONGEST, instant, json_object, tries_of
from scanner.decode.reading import Reader
from scanner.model import Cookie, NumericDate, Sealed

_SHAPE: Final = re.compile(
    rb"(?P<covered>(?P<head>SFM(?:yNTY|zODQ|1MTI)\.)(?P<content>[\w-]+))\.(?P<signature>[\w-]+)", re.ASCII
)
_DIGESTS: Final = {32: "sha256", 48: "sha384", 64: "sha512"}
"""By the length of the signature."""
_HEADS: Final = {b"SFMyNTY.": 32, b"SFMzODQ.": 48, b"SFM1MTI.": 64}
_TERM: Final = b"\x83"
"""The first byte of a term in the external format (Erlang's `erl_ext_dist`)."""
_TOKEN: Final = re.compile(
    rb"(?s)\x83(?:h[\x02\x03]|t\x00\x00\x00\x02).*n\x06\x00(?P<signed>.{6})(?:b(?P<long>.{4})|a(?P<short>.))?"
)
"""A tuple or a map that ends with a number of six bytes, and perhaps a small one."""


def decode(text: bytes) -> Cookie | None:
    """The signed message that `text` starts with, or None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    if not shape or shape.end() == LONGEST:
        return None
    reader = Reader()
    content, signature = reader.base64(shape["content"]), reader.base64(shape["signature"])
    if not content or not signature or len(signature) != _HEADS[shape["head"]]:
        return None
    claims = json_object(content)
    term = content[:1] == _TERM
    return Cookie(
        family="phoenix",
        raw=Sealed(shape[0]),
        signed=Sealed(shape["covered"]),
        signature=Sealed(signature),
        claims=claims,
        payload="object" if claims is not None else "binary",
        serializer="erlang" if term else "",
        times=_times(content) if term else {},
        head=shape.end("head"),
    )


def begins(text: bytes) -> bool:
    """Whether `text` begins with the head and a term, of which no signature is at hand."""
    return re.match(rb"SFM(?:yNTY|zODQ|1MTI)\.g[\w-]{8}", text) is not None


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """What `secret` is, as `secret_key_base`, with one of the salts."""
    if len(secret) < plug_keys.LEAST_BYTES:
        return None
    covered, signature = cookie.signed.reveal(), cookie.signature.reveal()
    digest = _DIGESTS[len(signature)]
    for salt, words in plug_keys.salts(clues):
        if hmac.digest(plug_keys.key(secret, salt), covered, digest) == signature:
            return f"signed session or token of Plug and Phoenix{words}"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """A derivation a salt."""
    return (plug_keys.TRIES + tries_of(cookie)) * sum(1 for _ in plug_keys.salts(clues))


def _times(term: bytes) -> dict[str, NumericDate | None]:
    """When a token of Phoenix was signed, and when it ends; none for a session, which tells neither."""
    token = _TOKEN.fullmatch(term)
    signed = token and instant(int.from_bytes(token["signed"], "little"))
    if not token or not signed:
        return {}
    seconds = int.from_bytes(token["long"] or token["short"] or b"")
    return {"iat": signed, "exp": instant(signed.seconds + seconds)} if seconds else {"iat": signed}
