"""Biscuits (the specification's schema.proto, versions 3 to 6 of its blocks): protocol buffers in base64url.

Blocks hold logic in Datalog over tables of symbols. Read of it is what is safe to read without running it: how many
blocks there are, who else signed one, and the dates that a check compares the time with. Nothing rare stands at their
start, so one is looked for behind the word `biscuit` or `Bearer` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from scanner.decode.reading import Reader
from scanner.decode.times import numeric_date
from scanner.decode.wire import fields
from scanner.model import NumericDate, Sealed, Token

_SHAPE: Final = re.compile(rb"(?is:biscuit.{0,40}?\b|bearer )?(?P<token>[CE][A-Za-z0-9_-]{180,}={0,2})")
_KEY_BYTES: Final = (32, 33)
"""Of Ed25519, and of a compressed point of P-256."""
_SIGNATURE_BYTES: Final = range(64, 73)
"""Of Ed25519; ECDSA's, in DER, has up to 72."""
_BLOCKS: Final = 1_000
"""Most blocks that are read."""
_TIME: Final = 5
"""The symbol `time` in the table that all Biscuits share."""
_BEFORE: Final = (0, 2)
"""Comparisons that tell an end: less, and less or equal."""


def decode(text: bytes) -> Token | None:
    """The Biscuit that `text` starts with, behind the word that tells of it or without; None where there is none."""
    shape = _SHAPE.match(text)
    data = Reader().base64(shape["token"]) if shape else None
    if not shape or not data:
        return None
    try:
        blocks, sealed = _biscuit(data)
        ends = [end for block, _ in blocks for end in _ends(block)]
    except ValueError:
        return None
    known = [end for end in ends if end]
    details: dict[str, Any] = {
        "blocks": len(blocks),
        "third_party_blocks": sum(foreign for _, foreign in blocks),
        "sealed": sealed,
    }
    if known or not ends:
        details["time_bound"] = bool(known)
    raw = Sealed(shape["token"])
    return Token(
        form="biscuit",
        raw=raw,
        signed=raw,
        payload="binary",
        times={"exp": min(known, key=lambda end: end.seconds)} if known else {},
        details=details,
        start=shape.start("token"),
    )


def begins(_text: bytes) -> bool:
    """Never: only the proof at its end tells a Biscuit."""
    return False


def _biscuit(data: bytes) -> tuple[list[tuple[bytes, bool]], bool]:
    """The blocks, the authority's first, each with whether a third party signed it; and whether none can be added.

    Raises ValueError for what is no Biscuit.
    """
    blocks: list[tuple[bytes, bool]] = []
    proof: bytes | None = None
    for number, value in fields(data):
        if number in (2, 3) and (number == 2) == (not blocks) and len(blocks) < _BLOCKS:
            blocks.append(_signed_block(_message(value)))
        elif number == 4 and proof is None:
            proof = _message(value)
        elif number != 1 or not isinstance(value, int):
            raise ValueError
    [(kind, secret)] = fields(proof or b"")
    if not blocks or kind not in (1, 2) or len(_message(secret)) < 32:
        raise ValueError
    return blocks, kind == 2


def _signed_block(data: bytes) -> tuple[bytes, bool]:
    members = dict(fields(data))
    key = dict(fields(_message(members.get(2, 0))))
    if len(_message(key.get(2, 0))) not in _KEY_BYTES or len(_message(members.get(3, 0))) not in _SIGNATURE_BYTES:
        raise ValueError
    return _message(members.get(1, 0)), 4 in members


def _ends(block: bytes) -> Iterator[NumericDate | None]:
    """The dates before which the checks of a block want the time to be; None for one that cannot be told."""
    for check in _parts(block, 6):
        queries = list(_parts(check, 1))
        for query in queries:
            if any(dict(fields(predicate)).get(1) == _TIME for predicate in _parts(query, 2)):
                # Of alternatives, each may set an end of its own.
                yield _date(query) if len(queries) == 1 else None


def _date(query: bytes) -> NumericDate | None:
    """The date in `check if time($time), $time <= 2030-01-01T00:00:00Z`, or None for any other condition."""
    for expression in _parts(query, 3):
        match [tuple(fields(operation)) for operation in _parts(expression, 1)]:
            case [((1, bytes()),), ((1, bytes() as right),), ((3, bytes() as comparison),)]:
                if dict(fields(comparison)).get(1) in _BEFORE:
                    return numeric_date(dict(fields(right)).get(4))
    return None


def _parts(message: bytes, number: int) -> Iterator[bytes]:
    """The messages in the fields of this number."""
    return (_message(value) for field, value in fields(message) if field == number)


def _message(value: int | bytes) -> bytes:
    """A field that holds bytes. Raises ValueError for a number."""
    if isinstance(value, int):
        raise ValueError  # noqa: TRY004 - it is the bytes that are wrong, not the program
    return value
