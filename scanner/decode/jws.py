"""Tolerant, bounded parser of the compact serialisations of JWS (RFC 7515 §7.1) and JWE (RFC 7516 §7.1), and of SD-JWT
(RFC 9901 §4), which begins with one.

A strict library refuses the very tokens that must be described here, so each departure from the RFCs is recorded as an
anomaly of the token and parsing goes on. Nothing is verified or decrypted.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from scanner.decode.reading import Reader
from scanner.decode.times import times_of
from scanner.model import Sealed, Token

HEAD: Final = 10
"""Characters of a compact token that may be shown: its header begins so, whatever it holds."""

_HEADER_BYTES: Final = 1 << 16
"""Longest header segment that is read; headers with certificate chains (x5c) stay below 16 KiB."""
_DISCLOSURES: Final = 1_000
"""Most disclosures of one SD-JWT that are read."""
_SIGNATURE_BYTES: Final = {
    "hs256": (32,), "hs384": (48,), "hs512": (64,),
    "es256": (64,), "es256k": (64,), "es384": (96,), "es512": (132,),
    "ed25519": (64,), "ed448": (114,), "eddsa": (64, 114),
    "none": (0,), "": (0,),
}  # fmt: skip
"""Length of a signature by algorithm in lower case, RFC 7518 §3.1 and RFC 8037 §3.1; RSA's is its modulus'."""
_RSA_BYTES: Final = (128, 192, 256, 384, 512, 1024, 2048)
_ENCRYPTION_BYTES: Final = {
    "A128GCM": (12, 16), "A192GCM": (12, 16), "A256GCM": (12, 16),
    "A128CBC-HS256": (16, 16), "A192CBC-HS384": (16, 24), "A256CBC-HS512": (16, 32),
}  # fmt: skip
"""Length of initialization vector and tag by `enc`, RFC 7518 §5.2 and §5.3."""
_KEYLESS: Final = ("dir", "ECDH-ES")
"""Algorithms without an encrypted key (RFC 7516 §5.1)."""
_GLUED: Final = 4
"""Characters of a string's type and length that may look like the end of a signature."""
_BASE64: Final = re.compile(rb"[A-Za-z0-9_+/=-]*")
_ENCODED_OBJECT: Final = re.compile(rb"e[w-z0-9_-][\w-]+=*", re.ASCII)
"""What begins with the bits of a brace."""

Payload = Literal["object", "json", "text", "binary", "empty", "detached"]


def decode(text: bytes) -> Token | None:
    """The token that `text` starts with, or None where it starts with none.

    `text` is a run of base64url segments joined by dots, and may go on behind the token (a full stop, a file's suffix):
    the token's `raw` says where it ends. A header is a JSON object that names `alg` or `enc`.
    """
    token = _compact(text)
    return token and _with_disclosures(token, text)


def _compact(text: bytes) -> Token | None:
    """The token that `text` starts with, without what an SD-JWT adds to it."""
    first, dot, rest = text.partition(b".")
    if not dot or len(first) > _HEADER_BYTES:
        return None
    reader = Reader()
    header = reader.object(first)
    if header is None:
        return None
    segments = rest.split(b".", 4)
    if "enc" in header and len(segments) >= 4:
        return _encrypted(reader, header, [first, *segments[:4]])
    if len(segments) >= 2 and ("alg" in header or "typ" in header):
        return _signed(reader, header, first, segments[0], segments[1])
    return None


def begins(text: bytes) -> bool:
    """Whether `text` begins with the whole header of a token, whatever follows."""
    first, dot, _ = text.partition(b".")
    header = Reader().object(first) if dot and len(first) <= _HEADER_BYTES else None
    return header is not None and ("alg" in header or "enc" in header)


def lengths(text: bytes) -> tuple[int, ...] | None:
    """The lengths that the whole token can have that `text` begins with: see `scanner.decode.Decoder`."""
    first, dot, rest = text.partition(b".")
    if not dot or len(first) > _HEADER_BYTES:
        return None if len(first) > _HEADER_BYTES else ()
    header = Reader().object(first)
    if header is None or not ("alg" in header or "enc" in header):
        return None
    segments = rest.split(b".", 3 if "enc" in header else 1)
    if len(segments) < (4 if "enc" in header else 2):
        return ()
    if "enc" in header:
        made: tuple[int, ...] = _ENCRYPTION_BYTES.get(str(header["enc"]), ())[1:]
    elif segments[0] and _payload(Reader(), header, segments[0], detached=False)[1] is None:
        return None
    else:
        made = _lengths(str(header.get("alg")))
    before = len(text) - len(segments[-1])
    return tuple(before + -(-size * 4 // 3) for size in made)


def encrypted(reader: Reader, header: dict[str, Any], key: bytes, vector: bytes, tag: bytes, **raw: Any) -> Token:
    """The JWE of these parts, in base64url; `raw` is what else its serialisation tells."""
    algorithm, lengths = header.get("alg"), _ENCRYPTION_BYTES.get(str(header.get("enc")))
    if not isinstance(algorithm, str):
        reader.anomalies.add("algorithm-missing")
    elif bool(key) == (algorithm in _KEYLESS):
        reader.anomalies.add("encrypted-key")
    decoded = reader.base64(tag) or b""
    if lengths and len(reader.base64(vector) or b"") != lengths[0]:
        reader.anomalies.add("iv-length")
    if lengths and len(decoded) != lengths[1]:
        reader.anomalies.add("signature-length")
    return Token(
        form="jwe",
        header=header,
        payload="encrypted",
        signature=Sealed(decoded),
        anomalies=tuple(sorted(reader.anomalies)),
        **raw,
    )


def signed(reader: Reader, header: dict[str, Any], payload: bytes, signature: bytes, **raw: Any) -> Token | None:
    """The JWS of these parts, as they stand in a serialisation; None where it neither claims nor fits its algorithm."""
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        reader.anomalies.add("algorithm-missing")
        algorithm = ""
    made = reader.base64(signature) or b""
    fits = _fits(_lengths(algorithm), len(made))
    kind, claims = _payload(reader, header, payload, detached=bool(made))
    if claims is None and (not fits or "alg" not in header):
        # Half of a diagram (`eyJhbGciOiJIUzI1NiJ9.payload.signature`), or another format that begins with JSON.
        return None
    if not fits:
        reader.anomalies.add("signature-length")
    if algorithm.startswith("ES") and _has_zero(made):
        reader.anomalies.add("signature-zero")
    token = Token(
        form="jws",
        header=header,
        claims=claims,
        payload=kind,
        times=times_of(claims or {}),
        signature=Sealed(made),
        anomalies=tuple(sorted(reader.anomalies)),
        **raw,
    )
    return msgspec.structs.replace(token, signed=token.raw) if kind == "detached" else token


def _encrypted(reader: Reader, header: dict[str, Any], segments: list[bytes]) -> Token:
    segments[4] = _signature(segments[4], _ENCRYPTION_BYTES.get(str(header.get("enc")), ())[1:])
    return encrypted(
        reader,
        header,
        segments[1],
        segments[2],
        segments[4],
        raw=Sealed(b".".join(segments)),
        signed=Sealed(b".".join(segments[:4])),
        head=HEAD,
        details={"serialization": "compact"},
    )


def _signed(reader: Reader, header: dict[str, Any], first: bytes, second: bytes, third: bytes) -> Token | None:
    third = _signature(third, _lengths(str(header.get("alg", ""))))
    return signed(
        reader,
        header,
        second,
        third,
        raw=Sealed(b".".join((first, second, third))),
        signed=Sealed(first + b"." + second),
        head=HEAD,
        details={"serialization": "compact"},
    )


def _payload(
    reader: Reader, header: dict[str, Any], segment: bytes, *, detached: bool
) -> tuple[Payload, dict[str, Any] | None]:
    if not segment:
        if detached:
            return "detached", None  # RFC 7515 appendix F
        reader.anomalies.add("payload-not-json")
        return "empty", None
    # RFC 7797: the payload as it is. What encodes an object is no object itself, so a wrong header misleads nobody.
    plain = header.get("b64") is False and not _ENCODED_OBJECT.fullmatch(segment)
    data = segment if plain else reader.base64(segment)
    if data is not None:
        try:
            value = reader.json(data)
        except RecursionError:
            reader.anomalies.add("deep-nesting")
            return ("object", {}) if data.lstrip().startswith(b"{") else ("json", None)
        except ValueError:
            pass
        else:
            if isinstance(value, dict):
                if plain:
                    reader.anomalies.add("payload-unencoded")
                return "object", value
            reader.anomalies.add("payload-not-json")
            return "json", None
    reader.anomalies.add("payload-not-json")
    printable = data is not None and "invalid-utf8" not in reader.anomalies and data.decode().isprintable()
    return ("text" if printable else "binary"), None


def _with_disclosures(token: Token, text: bytes) -> Token:
    """The SD-JWT that `text` starts with, of which `token` is the issuer's part; `token` where it is none."""
    claims, end = token.claims, len(token.raw) + 1
    if claims is None or text[end - 1 : end] != b"~":
        return token
    reader = Reader()
    disclosed: dict[str, Any] = {}
    count = 0
    while count < _DISCLOSURES and (tilde := text.find(b"~", end)) >= 0:
        disclosure = _disclosure(reader, text[end:tilde])
        if disclosure is None:
            break
        disclosed.update(disclosure)
        count += 1
        end = tilde + 1
    anomalies = token.anomalies
    if count == _DISCLOSURES:
        anomalies = tuple(sorted({*anomalies, "disclosures-cut"}))
        end = text.rfind(b"~") + 1
    if not count and not claims.keys() & {"_sd", "_sd_alg"} and not str(token.header.get("typ")).endswith("sd-jwt"):
        return token
    binding = _compact(text[end:])
    bound = binding is not None and binding.header.get("typ") == "kb+jwt"
    if binding and bound:
        end += len(binding.raw)
    return msgspec.structs.replace(
        token,
        form="sd-jwt",
        raw=Sealed(text[:end]),
        claims=disclosed | claims,
        anomalies=anomalies,
        details=token.details | {"disclosures": list(disclosed), "key_bound": bound},
    )


def _disclosure(reader: Reader, segment: bytes) -> dict[str, Any] | None:
    """The claim that a disclosure names, empty for a member of a list; None where it is no disclosure
    (RFC 9901 §4.2)."""
    data = reader.base64(segment)
    try:
        value = data and reader.json(data)
    except (ValueError, RecursionError):
        return None
    match value:
        case [str(), str() as name, claim]:
            return {name: claim}
        case [str(), _]:
            return {}
    return None


def _lengths(algorithm: str) -> tuple[int, ...]:
    """How many bytes a signature of `algorithm` has; empty where nothing is known of it."""
    name = algorithm.lower()
    return _RSA_BYTES if name.startswith(("rs", "ps")) else _SIGNATURE_BYTES.get(name, ())


def _fits(lengths: tuple[int, ...], length: int) -> bool:
    """Whether a signature of `length` bytes is one of `lengths`; where nothing is known, it may have any."""
    return length in (lengths or (length,))


def _has_zero(signature: bytes) -> bool:
    """Whether one of the two numbers of an ECDSA signature (RFC 7518 §3.4) is zero."""
    half = len(signature) // 2
    return half > 0 and not (any(signature[:half]) and any(signature[half:]))


def _signature(segment: bytes, lengths: tuple[int, ...]) -> bytes:
    """The signature at the start of `segment`, which has one of `lengths` bytes.

    A `/` or `+` ends it (a URL's path goes on), unless only the whole has the right length, as an encoder with the
    standard alphabet writes it. So does the right length, where all that follows is what binary formats put between
    two strings, or the next token.
    """
    run = _BASE64.match(segment)
    segment = run[0] if run else b""
    short = _without_tail(segment)
    if _fits(lengths, len(short.rstrip(b"=")) * 3 // 4):
        return short
    if len(short) < len(segment) and _fits(lengths, len(segment.rstrip(b"=")) * 3 // 4):
        return segment
    for length in lengths:
        characters = -(-length * 4 // 3)
        if 0 < characters < len(short) and (len(short) - characters <= _GLUED or b"ey" in short[characters:][:_GLUED]):
            return short[:characters]
    return short


def _without_tail(segment: bytes) -> bytes:
    """`segment` up to the first character outside base64url, with the padding that its length calls for."""
    cut = min((at for at in (segment.find(b"+"), segment.find(b"/")) if at >= 0), default=len(segment))
    bare = segment[:cut].rstrip(b"=")
    padding = segment[len(bare) : cut]
    return bare + padding if (len(bare) + len(padding)) % 4 == 0 else bare
