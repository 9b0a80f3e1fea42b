"""URIs that Symfony signs (its `UriSigner`): an HMAC of the whole URI in the query parameter `_hash`.

So are the fragments at `/_fragment`, which run the controller that they name. The HMAC covers scheme, host, path, the
query in the order of its names (until release 2.5 in its own order) and the fragment. It is SHA-256 in base64, since
release 7.1 without padding and safe for URLs.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote_plus, unquote_plus, unquote_to_bytes

from scanner.cookies import FEW, Clues
from scanner.cookies.uris import LONGEST, PIECE, TRAILING, places
from scanner.cookies.values import moment
from scanner.decode.reading import Reader
from scanner.model import Cookie, Sealed

_URI: Final = re.compile(
    rb"(?:[^\s/]{1,64}?(?=https?://)|[\w.-]{1,40}+=|\()?(?P<uri>(?:https?://[^/?\s]{1,255}+|(?=/))[^?\s]{0,2000}+\?"
    + PIECE
    + rb"{1,6000}+)"
)
_PARTS: Final = re.compile(r"(?P<before>[^?]*)\?(?P<query>[^#]*)(?P<fragment>#.*)?")
_HASH: Final = re.compile(
    rb"[?&;]_hash=(?P<hash>(?:[\w+/-]|%2[BbFf]){43}(?:=|%3[Dd])?)(?=[&#]|\Z)",
)


class _Signed(NamedTuple):
    """What the HMAC of a URI may cover."""

    texts: tuple[bytes, ...]
    """Its query sorted, as of late; and in its own order."""
    expires: str


def decode(text: bytes) -> Cookie | None:
    """The URI that `text` starts with, a name before it or not; None where there is none, or none that is signed."""
    found = _URI.match(text[:LONGEST])
    raw = found["uri"].rstrip(TRAILING) if found else b""
    hashed = _HASH.search(raw)
    signature = Reader().base64(unquote_to_bytes(hashed["hash"])) if hashed else None
    if not found or not signature:
        return None
    signed = _signed(raw)
    expires = moment(int(signed.expires)) if re.fullmatch(r"[0-9]{10}", signed.expires) else None
    return Cookie(
        family="symfony",
        raw=Sealed(raw),
        signed=Sealed(signed.texts[0]),
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
    for uri in _uris(cookie.raw.reveal(), clues.origins, thorough=clues.thorough):
        if hmac.digest(secret, uri, "sha256") == signature:
            return "Symfony signed URI"
    return None


def tries(cookie: Cookie, clues: Clues) -> int:
    """One for each order of the query, at each origin that the path may have."""
    return len(_uris(cookie.raw.reveal(), clues.origins, thorough=clues.thorough))


@lru_cache(maxsize=256)
def _uris(raw: bytes, origins: tuple[str, ...], *, thorough: bool) -> tuple[bytes, ...]:
    uris = tuple(dict.fromkeys(place + text for text in _signed(raw).texts for place in places(raw, origins)))
    return uris if thorough else uris[:FEW]


def _signed(raw: bytes) -> _Signed:
    """A URI as PHP reads it and writes it again, without `_hash`: of equal names the last counts."""
    parts = _PARTS.fullmatch(raw.replace(b"&amp;", b"&").decode("latin-1"))
    before, query, fragment = parts.groups("") if parts else ("", "", "")
    values: dict[str, dict[str, str]] = {}
    for pair in query.split("&"):
        name, _, value = (unquote_plus(part, "latin-1") for part in pair.partition("="))
        outer, bracket, inner = name.partition("[")
        outer = re.sub(r"[. ]", "_", outer)
        if bracket and inner.endswith("]"):
            members = values.setdefault(outer, {})
            members[f"[{len(members)}]" if inner == "]" else bracket + inner] = value
        else:
            values[outer] = {"": value}
    values.pop("_hash", None)
    values.pop("", None)
    texts = (_written(values, names) for names in (sorted(values), list(values)))
    return _Signed(
        tuple(dict.fromkeys(f"{before}{text}{fragment}".encode("latin-1") for text in texts)),
        values.get("_expiration", {}).get("", ""),
    )


def _written(values: dict[str, dict[str, str]], names: list[str]) -> str:
    """A query as PHP's `http_build_query` writes it, with its question mark; empty for none."""
    text = "&".join(f"{_quoted(name + key)}={_quoted(value)}" for name in names for key, value in values[name].items())
    return text and f"?{text}"


def _quoted(text: str) -> str:
    """As PHP's `urlencode` does: all but letters, digits, `-`, `_` and `.`."""
    return quote_plus(text, safe="", encoding="latin-1").replace("~", "%7E")
