"""Writes a log with many distinct tokens: `python -m bench.make_log FILE --megabytes 200 --tokens 200000`.

The tokens are ours: issuer `https://idp.example`, a key that stands below. The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
from pathlib import Path
from typing import Any

_KEY = b"tokensweep benchmark key, no secret"
_BEGIN = 1_767_225_600
"""2026-01-01T00:00:00Z."""
_HEADERS: tuple[dict[str, Any], ...] = (
    {"alg": "HS256", "typ": "JWT"},
    {"alg": "HS256", "typ": "at+jwt", "kid": "bench-2026"},
)
_SCOPES = ("openid profile", "orders:read", "orders:read orders:write", "admin")
_QUIET = b"2026-01-01T00:00:00Z DEBUG gateway pool=orders idle=12 busy=3 waiting=0 note=nothing-to-see\n"
"""A line without a token, which fills the log up to its size."""


def mint(number: int, **claims: Any) -> bytes:
    """The token of this number: a compact JWS with HS256. Claims and header vary with it: many rules have work."""
    issued = _BEGIN + number
    body = {
        "iss": "https://idp.example",
        "sub": f"user-{number}",
        "iat": issued,
        "exp": issued + 900 * (1 + number % 7),
        "jti": f"{number:012x}",
        "scope": _SCOPES[number % len(_SCOPES)],
        **({"aud": "orders"} if number % 3 else {}),
        **claims,
    }
    signed = _encode(_json(_HEADERS[number % len(_HEADERS)])) + b"." + _encode(_json(body))
    return signed + b"." + _encode(hmac.digest(_KEY, signed, "sha256"))


def write(path: Path, size: int, tokens: int) -> None:
    """Write a log of `size` bytes in which `tokens` distinct tokens stand evenly, each on a line of its own.

    Raises ValueError where they do not fit.
    """
    with path.open("wb") as log:
        written = 0
        for number in range(tokens):
            line = b"2026-01-01T00:00:00Z INFO gateway request=%d authorization=Bearer %s status=200\n" % (
                number,
                mint(number),
            )
            quiet = _fill(size * (number + 1) // tokens - written - len(line))
            log.write(line + quiet)
            written += len(line) + len(quiet)
        if written > size:
            raise ValueError(f"{tokens} tokens need more than {size} bytes")
        log.write(_QUIET * ((size - written) // len(_QUIET) + 1))
        log.truncate(size)


def _fill(space: int) -> bytes:
    return _QUIET * max(0, space // len(_QUIET))


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.make_log", description="Write a log with distinct tokens.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--tokens", type=int, default=200_000)
    wanted = parser.parse_args()
    write(wanted.file, wanted.megabytes * 1_000_000, wanted.tokens)
