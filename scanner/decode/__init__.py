"""Decoding: what the bytes of a match are. Pure, bounded, without a clock and without cryptography.

A pattern names its decoder: a module beside this one, listed in `scanner.model.DECODERS`, or the family of cookies that
it looks for (`scanner.cookies`).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Protocol, cast

from scanner.cookies import family
from scanner.model import DECODERS, Decoded, Subject, Token


class Decoder(Protocol):
    """A module that reads one serialisation."""

    def decode(self, text: bytes) -> Decoded | None:
        """What `text` starts with, or None where it starts with nothing of the kind. Never raises."""

    def begins(self, text: bytes) -> bool:
        """Whether `text` begins with enough of a token to say that one was cut short."""

    def lengths(self, text: bytes) -> tuple[int, ...] | None:
        """The lengths that the whole token can have that `text` begins with, without padding, ascending; some beyond
        `text`. Empty where they are not known, or not yet; None where `text` begins with no token, whatever follows.

        Asked for patterns that are read on through escapes and gaps (`joins`) only.
        """


class InPlace(Protocol):
    """What else a decoder has to which it matters where a text stands: behind what, in the file `path`."""

    MOST: int
    """Bytes of a text that it looks at, at most."""

    def until(self, text: bytes, start: int) -> int:
        """Up to where it looks at what starts at `start`; what stands before has no part in that."""

    def paths(self, text: bytes, line: bytes) -> tuple[str, ...]:
        """Paths of the kinds of files in which `text` may be read, each in its own way, where its own is not known."""

    def sets(self, text: bytes, line: bytes, path: str) -> bool:
        """Whether there may be something behind `line`, all of its line that stands before `text`. Never raises."""

    def decode_in(self, text: bytes, before: bytes, path: str) -> Decoded | None:
        """What `text` starts with, where it `sets` something, behind `before`, 2,048 bytes or less. Never raises."""


def in_place(decoder: Decoder) -> InPlace | None:
    """The decoder, if it is one to which that matters."""
    return cast("InPlace", decoder) if hasattr(decoder, "decode_in") else None


@cache
def decoder(name: str) -> Decoder:
    """The decoder of this name, imported when the first match asks for it."""
    return cast("Decoder", import_module(f"scanner.decode.{name}") if name in DECODERS else family(name))


def token_of(name: str, raw: bytes) -> Token | None:
    """The token that the decoder of this name reads in `raw`."""
    decoded = decoder(name).decode(raw)
    return decoded if isinstance(decoded, Token) else None


def decoded_of(subject: Subject) -> Decoded | None:
    """What a subject says: as it is kept, or decoded again."""
    return subject.decoded or decoder(subject.decoder).decode(subject.sealed.reveal())
