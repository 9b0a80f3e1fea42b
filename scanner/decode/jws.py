"""Tolerant, bounded parser of the compact serialisations of JWS (RFC 7515 §7.1) and JWE (RFC 7516 §7.1).

A strict library refuses the very tokens that must be described here, so each departure from the RFCs is recorded as an
anomaly of the token and parsing goes on. Nothing is verified or decrypted.
"""

from __future__ import annotations

import binascii
import json
import math
import re
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final, Literal

from scanner.model import NumericDate, Sealed, Token

ANOMALIES: Final = {
    "algorithm-missing": "the header names no algorithm as a string (RFC 7515 §4.1.1)",
    "base64-padding": "a segment carries `=` padding (RFC 7515 §2)",
    "base64-standard": "a segment uses `+` or `/` of the standard alphabet (RFC 7515 §2)",
    "base64-trailing-bits": "a segment's last character holds bits that no byte takes (RFC 4648 §3.5)",
    "base64-invalid": "a segment has a length that base64 cannot have, or a character outside its alphabets",
    "duplicate-member": "a JSON object names a member twice (RFC 7515 §4)",
    "invalid-utf8": "JSON text is not UTF-8",
    "non-finite-number": "a number is NaN or infinite, which JSON does not know (RFC 8259 §6)",
    "huge-number": "a number has more digits than any use needs",
    "deep-nesting": "JSON nests too deep to be read",
    "payload-not-json": "the payload is no JSON object, so it holds no claims (RFC 7519 §7.2)",
    "signature-zero": "a number of the ECDSA signature is zero, which no key makes (CVE-2022-21449)",
    "signature-length": "the signature has a length that its algorithm does not make (RFC 7518 §3)",
}
"""What a strict parser would refuse."""

_HEADER_BYTES: Final = 1 << 16
"""Longest header segment that is read; headers with certificate chains (x5c) stay below 16 KiB."""
_DEPTH: Final = 100
"""Deepest nesting that is read. The parser's own limit would not do: it moves with the stack of the caller."""
_DIGITS: Final = 300
"""Longest integer that is read exactly; so that it still fits a 64-bit float."""
_EARLIEST: Final = -62_135_596_800
_LATEST: Final = 253_370_764_800
"""0001-01-01 and 9999-01-01 UTC, seconds: the limits of what `datetime` and the rules can hold."""
_FOREVER: Final = 253_402_300_800
"""10000-01-01 UTC, seconds: what becomes of .NET's `DateTime.MaxValue`."""
_Unit = Literal["seconds", "milliseconds", "microseconds", "string", "iso8601"]
_UNITS: Final[tuple[tuple[_Unit, int], ...]] = (("seconds", 1), ("milliseconds", 1_000), ("microseconds", 1_000_000))
_TIMES: Final = ("exp", "iat", "nbf", "auth_time")

_SIGNATURE_BYTES: Final = {
    "hs256": (32,), "hs384": (48,), "hs512": (64,),
    "es256": (64,), "es256k": (64,), "es384": (96,), "es512": (132,),
    "ed25519": (64,), "ed448": (114,), "eddsa": (64, 114),
    "none": (0,), "": (0,),
}  # fmt: skip
"""Length of a signature by algorithm in lower case, RFC 7518 §3.1 and RFC 8037 §3.1; RSA's is its modulus'."""
_RSA_BYTES: Final = (128, 192, 256, 384, 512, 1024, 2048)
_GLUED: Final = 4
"""Characters of a string's type and length that may look like the end of a signature."""


class _Reader:
    """Reads JSON text leniently, and keeps what was odd."""

    def __init__(self) -> None:
        self.anomalies: set[str] = set()
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=self._int, parse_float=self._float, parse_constant=self._constant
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            self.anomalies.add("duplicate-member")
        return value

    def _int(self, digits: str) -> int | float:
        if len(digits) <= _DIGITS:
            return int(digits)
        self.anomalies.add("huge-number")
        return float(digits)

    def _float(self, digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            self.anomalies.add("huge-number")
        return value

    def _constant(self, name: str) -> float:
        self.anomalies.add("non-finite-number")
        return float(name.replace("Infinity", "inf"))

    def base64(self, segment: bytes) -> bytes | None:
        """The bytes of a base64url segment; None where no bytes have this text."""
        bare = segment.rstrip(b"=")
        if len(bare) != len(segment):
            self.anomalies.add("base64-padding")
        if len(bare) % 4 == 1:
            self.anomalies.add("base64-invalid")
            return None
        if b"+" in bare or b"/" in bare:
            self.anomalies.add("base64-standard")
        standard = bare.replace(b"-", b"+").replace(b"_", b"/") + b"=="[: -len(bare) % 4]
        try:
            value = binascii.a2b_base64(standard, strict_mode=True)
        except binascii.Error:
            self.anomalies.add("base64-invalid")
            return None
        if len(bare) % 4 and binascii.b2a_base64(value[-(len(value) % 3) :], newline=False) != standard[-4:]:
            self.anomalies.add("base64-trailing-bits")
        return value

    def json(self, data: bytes) -> Any:
        """The JSON value of `data`. Raises ValueError where it is none, RecursionError where it nests too deep."""
        if data.count(b"{") + data.count(b"[") > _DEPTH and _depth(data) > _DEPTH:
            raise RecursionError
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.anomalies.add("invalid-utf8")
            text = data.decode("utf-8", "replace")
        return self._decoder.decode(text)


def _depth(data: bytes) -> int:
    """How deep the brackets nest that stand outside strings."""
    bare = re.sub(rb'(?s)"(?:[^"\\]|\\.)*"?', b"", data)
    return max(accumulate(1 if bracket in b"{[" else -1 for bracket in re.findall(rb"[][{}]", bare)), default=0)


def decode(text: bytes) -> Token | None:
    """The token that `text` starts with, or None where it starts with none.

    `text` is a run of base64url segments joined by dots, and may go on behind the token (a full stop, a file's suffix):
    the token's `raw` says where it ends. A header is a JSON object that names `alg` or `enc`.
    """
    first, dot, rest = text.partition(b".")
    if not dot or len(first) > _HEADER_BYTES:
        return None
    reader = _Reader()
    header = _header(reader, first)
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
    header = _header(_Reader(), first) if dot and len(first) <= _HEADER_BYTES else None
    return header is not None and ("alg" in header or "enc" in header)


def _header(reader: _Reader, segment: bytes) -> dict[str, Any] | None:
    data = reader.base64(segment)
    if data is None:
        return None
    try:
        header = reader.json(data)
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _encrypted(reader: _Reader, header: dict[str, Any], segments: list[bytes]) -> Token:
    segments[4] = _without_tail(segments[4])
    tag = reader.base64(segments[4])
    if not isinstance(header.get("alg"), str):
        reader.anomalies.add("algorithm-missing")
    return Token(
        form="jwe",
        raw=Sealed(b".".join(segments)),
        header=header,
        claims=None,
        payload="encrypted",
        times={},
        signature_bytes=len(tag or b""),
        anomalies=tuple(sorted(reader.anomalies)),
    )


def _signed(reader: _Reader, header: dict[str, Any], first: bytes, second: bytes, third: bytes) -> Token | None:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str):
        reader.anomalies.add("algorithm-missing")
        algorithm = ""
    third = _signature(third, algorithm)
    signature = reader.base64(third) or b""
    fits = _fits(algorithm, len(signature))
    kind, claims = _payload(reader, reader.base64(second))
    if claims is None and (not fits or "alg" not in header):
        # Half of a diagram (`eyJhbGciOiJIUzI1NiJ9.payload.signature`), or another format that begins with JSON.
        return None
    if not fits:
        reader.anomalies.add("signature-length")
    if algorithm.startswith("ES") and _has_zero(signature):
        reader.anomalies.add("signature-zero")
    return Token(
        form="jws",
        raw=Sealed(b".".join((first, second, third))),
        header=header,
        claims=claims,
        payload=kind,
        times={name: numeric_date(claims[name]) for name in _TIMES if name in claims} if claims else {},
        signature_bytes=len(signature),
        anomalies=tuple(sorted(reader.anomalies)),
    )


def _payload(
    reader: _Reader, data: bytes | None
) -> tuple[Literal["object", "json", "text", "binary", "empty"], dict[str, Any] | None]:
    if data == b"":
        reader.anomalies.add("payload-not-json")
        return "empty", None
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
                return "object", value
            reader.anomalies.add("payload-not-json")
            return "json", None
    reader.anomalies.add("payload-not-json")
    printable = data is not None and "invalid-utf8" not in reader.anomalies and data.decode().isprintable()
    return ("text" if printable else "binary"), None


def _lengths(algorithm: str) -> tuple[int, ...]:
    """How many bytes a signature of `algorithm` has; empty where nothing is known of it."""
    name = algorithm.lower()
    return _RSA_BYTES if name.startswith(("rs", "ps")) else _SIGNATURE_BYTES.get(name, ())


def _fits(algorithm: str, length: int) -> bool:
    """Whether a signature of `length` bytes can come from `algorithm`; an unknown algorithm makes any."""
    return length in (_lengths(algorithm) or (length,))


def _has_zero(signature: bytes) -> bool:
    """Whether one of the two numbers of an ECDSA signature (RFC 7518 §3.4) is zero."""
    half = len(signature) // 2
    return half > 0 and not (any(signature[:half]) and any(signature[half:]))


def _signature(segment: bytes, algorithm: str) -> bytes:
    """The signature at the start of `segment`.

    A `/` or `+` ends it (a URL's path goes on), unless only the whole has the algorithm's length, as an encoder with
    the standard alphabet writes it. So does the algorithm's length, where all that follows is what binary formats put
    between two strings, or the next token.
    """
    short = _without_tail(segment)
    if _fits(algorithm, len(short.rstrip(b"=")) * 3 // 4):
        return short
    if len(short) < len(segment) and _fits(algorithm, len(segment.rstrip(b"=")) * 3 // 4):
        return segment
    for length in _lengths(algorithm):
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


def numeric_date(value: object) -> NumericDate | None:
    """The instant that a time claim means (RFC 7519 §2), also where it is milliseconds, a numeric string or ISO 8601.

    None for what is no instant in the years 1 to 9998. Values above 1e11 are read as milliseconds: as seconds they lie
    beyond the year 5138. But up to the end of .NET's calendar they mean "for ever", in seconds: as milliseconds they
    lie before 1978, when there were no tokens.
    """
    if isinstance(value, str):
        return _textual_date(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if 1e11 < value <= _FOREVER:
        return NumericDate(seconds=min(math.floor(value), _LATEST - 1))
    for unit, scale in _UNITS:
        if abs(value) <= 1e11 * scale:
            return _instant(math.floor(value / scale), unit)
    return None


def _textual_date(text: str) -> NumericDate | None:
    if len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        read = numeric_date(number)
        return read and _instant(read.seconds, "string")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        seconds = math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except OverflowError:
        return None
    return _instant(seconds, "iso8601")


def _instant(seconds: int, unit: _Unit) -> NumericDate | None:
    return NumericDate(seconds=seconds, unit=unit) if _EARLIEST <= seconds < _LATEST else None
