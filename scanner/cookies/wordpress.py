"""Cookies of sign-in of WordPress 6: `user|end|token|hash`, under a name that ends with the hash of the site's address.

The hash covers four characters of the user's stored password, so the keys of `wp-config.php` alone prove nothing.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.cookies.values import LONGEST, instant, named
from scanner.model import Cookie, Sealed

_SHAPE: Final = re.compile(
    named(rb"wordpress_(?:logged_in_|sec_)?[0-9a-f]{32}")
    + rb"(?P<raw>(?P<covered>[\w.%@+*-]{1,180}?(?:\||%7[Cc])(?P<end>\d{10})(?:\||%7[Cc])[A-Za-z0-9]{43}(?:\||%7[Cc]))"
    rb"(?P<hash>[0-9a-f]{64}|[0-9a-f]{32}))(?!\w)",
    re.ASCII,
)


def decode(text: bytes) -> Cookie | None:
    """The cookie that `text` starts with, behind its name or without; None where it starts with none."""
    shape = _SHAPE.match(text[:LONGEST])
    end = shape and instant(int(shape["end"]))
    if not shape or not end:
        return None
    return Cookie(
        family="wordpress",
        raw=Sealed(shape["raw"]),
        signed=Sealed(shape["covered"]),
        signature=Sealed(bytes.fromhex(shape["hash"].decode())),
        payload="text",
        times={"exp": end},
        details={"user": True},
        start=shape.start("raw"),
    )


def begins(_text: bytes) -> bool:
    """Never: a part of one tells no format."""
    return False
