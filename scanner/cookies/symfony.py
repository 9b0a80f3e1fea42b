"""URIs that Symfony signs (its `UriSigner`): an HMAC of the whole URI in the query parameter `_hash`.

So are the fragments at `/_fragment`, which run the controller that they name. The HMAC covers scheme, host, path and
the query in the order of its names. It is SHA-256 in base64, since release 7.1 without padding and safe for URLs; the
first releases took SHA-1.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote_plus, unquote_plus, unquote_to_bytes

from scanner.cookies import Clues
from scanner.cookies.contents import instant
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_LONGEST: Final = 1 << 13
"""Characters of a URI that are read."""
_PIECE: Final = rb"[^\s\"'<>\\`|{}^]"
_URI: Final = re.compile(
    rb"(?:"
    + _PIECE
    + rb"*?(?=https?://))?(?P<uri>(?:(?P<origin>https?://[^/?\s]{1,255})|(?=/))(?P<path>/?[^?\s]{0,2000})"
    rb"\?(?P<query>" + _PIECE + rb"{1,4000}))"
)
_HASH: Final = re.compile(rb"(?:^|[&?]|&amp;)_hash=(?P<hash>(?:[\w+/-]|%2[BbFf]){27,43}(?:=|%3[Dd]){0,1})(?=[&#]|$)")
_ALGORITHMS: Final = {20: "sha1", 32: "sha256"}
_ORIGINS: Final = 64
"""Origins of the scan that are tried on a path."""
_FALLBACKS: Final = ("http://localhost", "https://localhost", "http://localhost:8000", "http://127.0.0.1:8000")
"""Where a path is served that no log names a host for."""


class _Query(NamedTuple):
    text: bytes
    """As `http_build_query` writes it, sorted, without `_hash`."""
    expires: str


def decode(text: bytes) -> Cookie | None:
    """The URI that `text` starts with, or that follows there; None where there is none, or none that is signed."""
    found = _URI.match(text[:_LONGEST])
    if not found:
        return None
    query = found["query"].partition(b"#")[0].rstrip(b".,;)]")
    signed = _HASH.search(query)
    signature = Reader().base64(unquote_to_bytes(signed["hash"])) if signed else None
    if not signature or len(signature) not in _ALGORITHMS:
        return None
    sorted_query = _sorted(query.replace(b"&amp;", b"&"))
    path = found["path"] or b"/"
    origin = found["origin"] or b""
    expires = instant(int(sorted_query.expires)) if re.fullmatch(r"\d{10}", sorted_query.expires) else None
    raw = text[found.start("uri") : found.start("query") + len(query)]
    return Cookie(
        family="symfony",
        raw=Sealed(raw),
        signed=Sealed(origin + path + (b"?" + sorted_query.text if sorted_query.text else b"")),
        signature=Sealed(signature),
        payload="text",
        times={"exp": expires} if expires else {},
        start=found.start("uri"),
    )


def begins(_text: bytes) -> bool:
    """Never: what is signed is the whole URI."""
    return False


def signs(secret: bytes, cookie: Cookie, clues: Clues) -> str | None:
    """Whether it is the application's secret; of a path alone, at any origin of the scan."""
    signature = cookie.signature.reveal()
    algorithm = _ALGORITHMS[len(signature)]
    for uri in _uris(cookie.signed.reveal(), clues.origins):
        if hmac.digest(secret, uri, algorithm) == signature:
            return "Symfony signed URI"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One for each origin at which the path may be."""
    return len(_uris(cookie.signed.reveal(), clues.origins))


@lru_cache(maxsize=256)
def _uris(signed: bytes, origins: tuple[str, ...]) -> tuple[bytes, ...]:
    if not signed.startswith(b"/"):
        return (signed,)
    return tuple(dict.fromkeys(origin.encode() + signed for origin in (*origins[:_ORIGINS], *_FALLBACKS)))


def _sorted(query: bytes) -> _Query:
    """A query as PHP reads it, sorts it by name, and writes it again: the last of equal names counts."""
    values: dict[str, dict[str, str]] = {}
    for pair in query.decode("latin-1").split("&"):
        name, _, value = (unquote_plus(part, "latin-1") for part in pair.partition("="))
        outer, bracket, inner = name.partition("[")
        outer = re.sub(r"[. ]", "_", outer)
        if bracket and inner.endswith("]"):
            members = values.setdefault(outer, {})
            key = f"[{len(members)}]" if inner == "]" else bracket + inner
            members[key] = value
        else:
            values[outer] = {"": value}
    values.pop("_hash", None)
    values.pop("", None)
    text = "&".join(
        f"{_quoted(outer + inner)}={_quoted(value)}"
        for outer in sorted(values)
        for inner, value in values[outer].items()
    )
    return _Query(text.encode("latin-1"), values.get("_expiration", {}).get("", ""))


def _quoted(text: str) -> str:
    """As PHP's `urlencode` does: all but letters, digits, `-`, `_` and `.`."""
    return quote_plus(text, safe="", encoding="latin-1").replace("~", "%7E")
