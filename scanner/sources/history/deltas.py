"""Git's deltas: an object as copies from another and new bytes. gitformat-pack(5), "Deltified representation".

dulwich's compiled function does the work. It is no public name of dulwich, so it is met here alone, and where it is
gone our own, forty times slower, takes its place; a test tells of that.
"""

from __future__ import annotations

from collections.abc import Callable

Buffer = bytes | memoryview


class DeltaError(Exception):
    """The bytes are no delta of this base."""


def apply(base: bytes, delta: bytes, most: int) -> bytes:
    """The object that `delta` makes of `base`.

    Raises DeltaError where it makes none, and OverflowError, before anything is made, for one of over `most` bytes.
    """
    size, at = _number(delta, 0)
    if size != len(base):
        raise DeltaError("made for another base")
    size, at = _number(delta, at)
    if size > most:
        raise OverflowError(size)
    return _apply(base, delta)


def made_size(delta: bytes) -> int:
    """The bytes that the object will have, by the delta's own word. Raises DeltaError."""
    return _number(delta, _number(delta, 0)[1])[0]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """The number that stands at `at`, seven bits a byte and the lowest first, and where it ends."""
    value = shift = 0
    for at in range(at, min(len(data), at + 10)):  # noqa: B020
        byte = data[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + 1
        shift += 7
    raise DeltaError("its sizes are cut short")


def apply_plainly(base: bytes, delta: bytes) -> bytes:
    """What dulwich's function does, in Python. Raises DeltaError."""
    _, at = _number(delta, 0)
    size, at = _number(delta, at)
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
