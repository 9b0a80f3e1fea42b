"""Shared strategies: tokens of all algorithms and spellings, minted here, and the text around them."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

SIGNATURE_BYTES = {
    "HS256": 32,
    "HS384": 48,
    "HS512": 64,
    "RS256": 256,
    "PS256": 256,
    "ES256": 64,
    "EdDSA": 64,
    "none": 0,
}
"""Length of the signature that each algorithm makes; of a 2,048-bit key for RSA."""

ISSUER = "https://idp.example"


class Minted(NamedTuple):
    """A token, and what was put into it."""

    raw: str
    header: dict[str, Any]
    claims: dict[str, Any] | None
    """None where they are encrypted."""


def segment(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(header: Any, payload: Any, signature: bytes = b"\x5a" * 32) -> str:
    """A compact JWS; header and payload are bytes as they stand, or what is written as JSON."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    return ".".join(segment(part) for part in (*parts, signature))


def spelt(value: Any, spelling: str) -> bytes:
    """JSON text, as one of `SPELLINGS`."""
    match spelling:
        case "compact":
            text = json.dumps(value, separators=(",", ":"))
        case "unescaped":
            text = json.dumps(value, ensure_ascii=False)
        case "padded":
            text = "{ " + json.dumps(value)[1:]
        case "tabs":
            text = "{\t" + json.dumps(value)[1:]
        case "lines":
            text = json.dumps(value, indent=2)
        case "windows":
            text = json.dumps(value, indent=4).replace("\n", "\r\n")
        case _:
            raise AssertionError(spelling)
    return text.encode()


SPELLINGS = ("compact", "unescaped", "padded", "tabs", "lines", "windows")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def tokens(draw: st.DrawFn) -> Minted:
    """A compact JWS with a signature of the right length, whatever its claims."""
    algorithm = draw(st.sampled_from(sorted(SIGNATURE_BYTES)))
    extra = draw(st.dictionaries(st.sampled_from(["typ", "kid", "cty", "x5t"]), st.text(max_size=12)))
    header = dict(draw(st.permutations([("alg", algorithm), *extra.items()])))
    claims = draw(
        st.dictionaries(st.sampled_from(["iss", "sub", "roles"]) | st.text(max_size=8), json_values, max_size=4)
    )
    length = SIGNATURE_BYTES[algorithm]
    # Odd bytes: no number of a signature is zero.
    signature = bytes(byte | 1 for byte in draw(st.binary(min_size=length, max_size=length)))
    spelling = draw(st.sampled_from(SPELLINGS))
    return Minted(compact(spelt(header, spelling), spelt(claims, spelling), signature), header, claims)


@st.composite
def encrypted(draw: st.DrawFn) -> Minted:
    """A compact JWE; its second part is empty for `dir`."""
    algorithm, key_bytes = draw(st.sampled_from([("RSA-OAEP", 256), ("ECDH-ES", 0), ("dir", 0)]))
    header = {"alg": algorithm, "enc": "A256GCM"}
    key, iv, text, tag = (draw(st.binary(min_size=n, max_size=n)) for n in (key_bytes, 12, 40, 16))
    return Minted(".".join(map(segment, (json.dumps(header).encode(), key, iv, text, tag))), header, None)


heads = st.lists(
    st.sampled_from(["token_", "Bearer ", "?jwt=", "s%3A", '"', "\n", "é", "𝄞", "eyJh", "ewog", "eyAi", "session/"])
    | st.text(max_size=10),
    max_size=3,
).map("".join)
"""What may stand before a token, glued to it or not."""

tails = st.just("") | st.builds(
    str.__add__,
    st.sampled_from([*"&,<>])}|`'\"; \t\r\n\0%:./+é𝄞", ".json", "/path/x", "\\n"]),
    st.text(max_size=10),
)
"""What may stand behind a token: nothing, or a character that ends it, and anything."""
