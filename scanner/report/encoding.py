"""JSON for reports: for its readers the value as it is, and for terminals and workflow runners nothing at all."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from scanner.report.neutral import HARMFUL


def encode(value: Any) -> bytes:
    """`value` on one line.

    What a terminal or runner could act on stands as JSON's escape of it; bytes of a name that are not UTF-8 as `%XX`.
    """
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = _with_raw_bytes(value)
    encoded = encoded.replace(b"##[", rb"\u0023#[")
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return re.sub(HARMFUL, lambda found: json.dumps(found.group())[1:-1], encoded.decode()).encode()


def _with_raw_bytes(value: Any) -> bytes:
    """A command line or a file system gives bytes that are not UTF-8 as lone surrogates (PEP 383)."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
    return re.sub("[\udc80-\udcff]", lambda found: f"%{ord(found.group()) - 0xDC00:02X}", text).encode(
        "utf-8", "replace"
    )
