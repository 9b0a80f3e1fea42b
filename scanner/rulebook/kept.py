"""What was made of the shipped rules, kept in the user's cache: to read and to check them takes ten times as long."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from scanner import __version__, places
from scanner.rulebook import digest, folder

_CODE: Final = ("rulebook", "model.py", "facts.py", "showing.py", "expressions.py", "written.py")
"""What reads and checks the rules, and the shapes that it gives them."""

T = TypeVar("T")


def kept(part: str, shape: Any, make: Callable[[Path], T]) -> T:
    """What `make` makes of the folder of the shipped rules, a `shape`; made anew where these have changed.

    Raises what `make` does.
    """
    name = f"{part}-{_state()}.msgpack"
    packed = places.read_sealed(name)
    if packed is not None:
        try:
            found: T = msgspec.msgpack.decode(packed, type=shape, dec_hook=_function)
        except (msgspec.DecodeError, KeyError):
            pass
        else:
            return found
    made = make(folder())
    places.write_sealed(name, msgspec.msgpack.encode(made, enc_hook=_name))
    return made


@cache
def _state() -> str:
    """What changes when a shipped rule does, or the code that reads it."""
    return f"{digest()}-{places.code(*_CODE)}-{__version__}"


def _name(function: object) -> str:
    """What shows the fact in a slot of a message, by its name."""
    from scanner.showing import SHOWING

    return next(name for name, show in SHOWING.items() if show is function)


def _function(_: type, name: str) -> object:
    from scanner.showing import SHOWING

    return SHOWING[name]
