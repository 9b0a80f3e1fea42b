"""Base64 and JSON read leniently: what a strict parser refuses is read as far as it goes, and noted."""

from __future__ import annotations

import binascii
import json
import math
import re
from itertools import accumulate
from typing import Any, Final

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
    "payload-unencoded": "claims stand as they are, not in base64url (RFC 7797 §7)",
    "signature-zero": "a number of the ECDSA signature is zero, which no key makes (CVE-2022-21449)",
    "signature-length": "signature or tag has a length that its algorithm does not make (RFC 7518 §3, §5)",
    "encrypted-key": "a JWE brings an encrypted key where its algorithm has none, or lacks it (RFC 7516 §5.1)",
    "iv-length": "the initialization vector of a JWE has a length that its algorithm does not take (RFC 7518 §5)",
    "disclosures-cut": "an SD-JWT has more disclosures than are read",
}
"""What a strict parser would refuse."""

_DEPTH: Final = 100
"""Deepest nesting that is read. The parser's own limit would not do: it moves with the stack of the caller."""
_DIGITS: Final = 300
"""Longest integer that is read exactly; so that it still fits a 64-bit float."""


class Reader:
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
        return self._decoder.decode(self._text(data))

    def object(self, segment: bytes) -> dict[str, Any] | None:
        """The JSON object that a base64url segment holds; None where it holds none."""
        data = self.base64(segment)
        try:
            value = data and self.json(data)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def prefix(self, data: bytes) -> tuple[Any, int]:
        """The JSON value that `data` starts with, and the bytes that it takes. Raises as `json` does."""
        text = self._text(data)
        value, end = self._decoder.raw_decode(text)
        return value, len(text[:end].encode())

    def _text(self, data: bytes) -> str:
        if data.count(b"{") + data.count(b"[") > _DEPTH and _depth(data) > _DEPTH:
            raise RecursionError
        try:
            return data.decode()
        except UnicodeDecodeError:
            self.anomalies.add("invalid-utf8")
            return data.decode("utf-8", "replace")


def _depth(data: bytes) -> int:
    """How deep the brackets nest that stand outside strings."""
    bare = re.sub(rb'(?s)"(?:[^"\\]|\\.)*"?', b"", data)
    return max(accumulate(1 if bracket in b"{[" else -1 for bracket in re.findall(rb"[][{}]", bare)), default=0)
