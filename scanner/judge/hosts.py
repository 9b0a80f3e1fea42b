"""Hosts that claims and headers name."""

from __future__ import annotations

import re
from typing import Final

HOST: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+-]*://)?(?:[^/?#@\s]*@)?(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::[0-9]+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
"""A host, alone or at the head of a URL; groups `scheme` and `host`."""


def host(url: str) -> str | None:
    """The host of a URL in lower case; None where it has none."""
    match = HOST.match(url)
    return match["host"].lower() if match else None


def is_domain(name: str) -> bool:
    """Whether it has the form of a name in the internet's tree: neither a single word nor an address."""
    last = name.rpartition(".")
    return bool(last[0]) and last[2].isalpha()
