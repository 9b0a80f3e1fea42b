"""Git's deltas: an object as copies from another and new bytes. gitformat-pack(5), "Deltified representation".

dulwich's compiled function does the work. It is no public name of dulwich, so it is met here alone, and where it is
gone our own, forty times slower, takes its place; a test tells of that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_SIZES: Final = 20
"""Bytes in which the two sizes at its beginning end, seven bits a byte and the lowest first."""

_LOOKED_AT: Final = 1 << 16
"""Bytes of a delta in which is looked for what it changes: of a longer one that is nearly all."""
_GIVEN: Final = [
    [((bits & (1 << bit) - 1).bit_count(), 8 * bit) for bit in range(4) if bits >> bit & 1] for bits in range(16)
]
"""Of a number of which these bytes are given: which of them each is, and how far it is shifted."""
_BYTES: Final = [bits.bit_count() for bits in range(16)]
"""How many bytes of it are given."""


class DeltaError(Exception):
    """The bytes are no delta of this base."""


def apply(base: bytes, delta: bytes, most: int) -> bytes:
    """The object that `delta` makes of `base`.

    Raises DeltaError where it makes none, and OverflowError, before anything is made, for one of over `most` bytes.
    """
    if _sizes(delta)[1] > most:
        raise OverflowError
    return _apply(base, delta)


def _sizes(delta: bytes) -> tuple[int, int, int]:
    """The sizes of base and object, by the delta's word, and where its commands begin. Raises DeltaError."""
    head = delta[:_SIZES]
    try:
        at = 0
        base = (byte := head[at]) & 0x7F
        while byte > 0x7F:
            at += 1
            base |= ((byte := head[at]) & 0x7F) << 7 * at
        begin = at = at + 1
        made = (byte := head[at]) & 0x7F
        while byte > 0x7F:
            at += 1
            made |= ((byte := head[at]) & 0x7F) << 7 * (at - begin)
    except IndexError:
        raise DeltaError("its sizes are cut short") from None
    return base, made, at + 1


def changed(delta: bytes) -> list[tuple[int, int]] | None:
    """The stretches of what a delta makes that its base does not have, ascending: where each begins, and where it ends.

    One of no bytes stands where what is copied from two places meets, or where base or object has an end alone. What
    stands between two of them is copied as it is. None for what is no delta, or too long to be looked at.
    """
    if len(delta) > _LOOKED_AT:
        return None
    stretches: list[tuple[int, int]] = []
    made = begin = last = 0
    """The bytes that are made so far, those up to the last copy's end, and where in the base that ended."""
    try:
        whole, size, at = _sizes(delta)
        end = len(delta)
        while at < end:
            command = delta[at]
            at += 1
            if command < 0x80:
                made += command
                at += command
                continue
            start = length = 0
            for bit, shift in _GIVEN[command & 0x0F]:
                start |= delta[at + bit] << shift
            at += _BYTES[command & 0x0F]
            for bit, shift in _GIVEN[command >> 4 & 0x07]:
                length |= delta[at + bit] << shift
            at += _BYTES[command >> 4 & 0x07]
            if begin < made or start != last:
                stretches.append((begin, made))
            made += length or 0x10000
            begin, last = made, start + (length or 0x10000)
    except (DeltaError, IndexError):
        return None
    if begin < made or last != whole:
        stretches.append((begin, made))
    return stretches if made == size else None


def apply_plainly(base: bytes, delta: bytes) -> bytes:
    """What dulwich's function does, in Python. Raises DeltaError."""
    expected, size, at = _sizes(delta)
    if expected != len(base):
        raise DeltaError("it was made for another base")
    made = bytearray()
    end = len(delta)
    while at < end and len(made) <= size:
        command = delta[at]
        at += 1
        if command & 0x80:
            fields = []
            for bit in range(7):
                present = command >> bit & 1
                if present and at >= end:
                    raise DeltaError("it is cut short")
                fields.append(delta[at] if present else 0)
                at += present
            start = int.from_bytes(bytes(fields[:4]), "little")
            length = int.from_bytes(bytes(fields[4:]), "little") or 0x10000
            if start + length > len(base):
                raise DeltaError("it copies what the base does not have")
            made += base[start : start + length]
        elif command:
            if at + command > end:
                raise DeltaError("it is cut short")
            made += delta[at : at + command]
            at += command
        else:
            raise DeltaError("it holds a command that git keeps for later")
    if len(made) != size or at != end:
        raise DeltaError("it makes another size than it says")
    return bytes(made)


def _compiled() -> Callable[[bytes, bytes], bytes] | None:
    try:
        from dulwich._pack import apply_delta
        from dulwich.errors import ApplyDeltaError
    except ImportError:
        return None

    def apply(base: bytes, delta: bytes) -> bytes:
        try:
            made: list[bytes] = apply_delta(base, delta)
        except ApplyDeltaError as error:
            raise DeltaError(str(error)) from None
        return made[0] if len(made) == 1 else b"".join(made)

    return apply


_apply = _compiled() or apply_plainly
