"""Ids of sessions that the server alone knows the meaning of, by the names that frameworks give their cookies.

Nothing can be proved of them; whoever holds one that is alive is the user.
"""

from __future__ import annotations

import re
from typing import Final

from scanner.cookies.values import BETWEEN
from scanner.model import Cookie, Sealed

_LEAST_CHARACTERS: Final = 7
"""Different ones in an id: 16 random hexadecimal digits have fewer once in 40,000 times."""
_UUID_IN_BASE64: Final = rb"[MNOYZ][A-Za-z0-9]{10}t[A-Za-z0-9]{6}[A-Za-z0-9+/]{30}"
_IDS: Final = {
    # PHP: `session.sid_length` characters of 4, 5 or 6 bits.
    rb"PHPSESSID": rb"[A-Za-z0-9,-]{21,63}[A-Za-z0-9]",
    rb"MoodleSession\w{0,32}": rb"[A-Za-z0-9,-]{25,63}[A-Za-z0-9]",
    rb"S?SESS[0-9a-f]{32}": rb"[A-Za-z0-9_,-]{25,85}[A-Za-z0-9_-]",
    rb"ci_session": rb"[0-9a-z]{32,40}",
    rb"laravel_session": rb"[A-Za-z0-9]{40}",
    # Tomcat, Jetty, Undertow, WebLogic and WebSphere, each with the node behind it.
    rb"[Jj][Ss][Ee][Ss][Ss][Ii][Oo][Nn][Ii][Dd]": (
        rb"[0-9A-F]{32}(?:\.\w[\w-]{0,63}){0,3}|node0[0-9a-z]{20,32}(?:\.\w[\w-]{0,63}){0,3}|0000[\w-]{23}(?::[\w:-]{1,64})?"
        rb"|[\w-]{40}(?:\.\w[\w-]{0,63}){0,3}|[\w-]{44,86}(?:![0-9!-]{1,64})?"
    ),
    rb"SESSION": _UUID_IN_BASE64,
    rb"ASP\.NET_SessionId": rb"[a-z0-5]{24}",
    rb"ASPSESSIONID[A-Z]{8}": rb"[A-Z]{24}",
    rb"connect\.sid": rb"[\w-]{32}",
    rb"sessionid": rb"[a-z0-9]{32}",
    rb"grafana_session": rb"[0-9a-f]{32,64}",
    rb"i_like_(?:gitea|gogs|forgejo)": rb"[0-9a-f]{16,64}",
    rb"_gitlab_session": rb"[0-9a-f]{32}|[0-9a-f]{64}",
    rb"MMAUTHTOKEN": rb"[a-z0-9]{26}",
    rb"CGISESSID": rb"[0-9a-f]{32}",
}
"""What follows each name."""
_ENDS: Final = rb"(?![\w%=+/-])"
_SHAPES: Final = tuple(
    re.compile(b"(?:%b)%b(?P<raw>%b)%b" % (name, BETWEEN, value, _ENDS), re.ASCII) for name, value in _IDS.items()
)


def decode(text: bytes) -> Cookie | None:
    """The id behind the name that `text` starts with; None where there is none. Without a name it may be anything."""
    head = text[:512]
    shape = next((found for pattern in _SHAPES if (found := pattern.match(head))), None)
    if not shape or not _is_random(shape["raw"]):
        return None
    raw = Sealed(shape["raw"])
    return Cookie(family="opaque", raw=raw, signed=raw, payload="opaque", start=shape.start("raw"))


def begins(_text: bytes) -> bool:
    """Never: an id is short."""
    return False


def _is_random(value: bytes) -> bool:
    """Whether `value` is neither a word nor a picture of an id."""
    mixed = re.search(rb"[A-Za-z]", value) and re.search(rb"[0-9]", value)
    return len(set(value)) >= _LEAST_CHARACTERS and bool(mixed or value.isupper())
