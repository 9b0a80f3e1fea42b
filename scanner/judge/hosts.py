"""Hosts that claims and headers name: taken out of URLs, and what their names alone tell."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

HOST: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+-]*://)?(?:[^/?#@\s]*@)?(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::[0-9]+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
"""A host, alone or at the head of a URL; groups `scheme` and `host`."""

_URL: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*):(?://)?(?P<authority>[^/?#\\]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_PORT: Final = re.compile(r":[0-9]*$")
_ADDRESS: Final = re.compile(r"\[.*|(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)
"""An IP address, also as one number or in hexadecimal: browsers and HTTP clients read them all."""
_SECOND_LEVELS: Final = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "nom", "or", "org"}
)
"""Under two letters of a country, names are registered below these: `co.uk`, `com.br`."""


class Url(NamedTuple):
    """The parts of an absolute URL."""

    scheme: str
    """In lower case."""
    user: str
    """What stands before an `@`; empty without one."""
    host: str
    """In lower case, without a port; an IPv6 address in its brackets."""
    rest: str
    """Path, query and fragment."""


def split(text: str) -> Url | None:
    """The parts of an absolute URL; None where `text` is none."""
    match = _URL.fullmatch(text)
    if not match:
        return None
    user, _, name = match["authority"].rpartition("@")
    return Url(match["scheme"].lower(), user, _PORT.sub("", name).rstrip(".").lower(), match["rest"])


def host(url: str) -> str | None:
    """The host of a URL in lower case; None where it has none."""
    match = HOST.match(url)
    return match["host"].lower() if match else None


def issuer_host(issuer: object) -> str | None:
    """The host that an `iss` names, as a URL or in words with dots; None where it names none."""
    match = HOST.match(issuer) if isinstance(issuer, str) else None
    return match["host"].lower() if match and (match["scheme"] or "." in match["host"]) else None


def is_address(name: str) -> bool:
    """Whether a host is an IP address."""
    return _ADDRESS.fullmatch(name) is not None


def is_domain(name: str) -> bool:
    """Whether it has the form of a name in the internet's tree: neither a single word nor an address."""
    last = name.rpartition(".")
    return bool(last[0]) and last[2].isalpha()


def site(name: str) -> str:
    """The part of a host that somebody registered, as well as that can be told without a list of public suffixes."""
    labels = name.split(".")
    below = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if below else -2 :])
