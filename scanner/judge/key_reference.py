"""How a header refers to its key, by `kid`, `jku` or `x5u`: each is a text that a verifier looks something up by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scanner.judge.hosts import is_address, issuer_host, site, split
from scanner.judge.words import among

_LONG: Final = 256
"""Characters above which a key id is no name; the longest in use, of cloud key stores, stay below 200."""
_SHAPES: Final = tuple(
    (shape, re.compile(expression, re.IGNORECASE))
    for shape, expression in {
        # An absolute path is not what standard base64 may begin with.
        "path": r"(?:^|[/\\])\.\.(?:[/\\]|$)|^~?/(?:dev|etc|home|opt|proc|root|run|srv|sys|tmp|usr|var)/"
        r"|^/(?![a-z0-9+/]{19,}={0,2}$)|^[a-z]:[/\\]|^\\\\",
        "SQL": r"""['"]\s*(?:$|[;#=)]|--|\|\||(?:or|and|union)\b)|\bunion\s+(?:all\s+)?select\b|\bor\s+\d+\s*="""
        r"""|;\s*(?:select|insert|update|delete|drop|exec)\b|--\s*$""",
        "command": r"`|\$[({]|&&|\|\||\|\s|\{\{|<%",
        "LDAP filter": r"\)\(|\([|&]|\*\)|^\*$",
        "control character": r"[\x00-\x1f\x7f]",
        "URL": r"^(?:[a-z][a-z0-9+.-]*://|data:|javascript:)",
    }.items()
)
"""What `kid` must not look like (RFC 8725 §3.10)."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.=+-]{1,256}")
_ACME: Final = {"nonce", "url"}
"""Parameters of RFC 8555 §6.2, by which a `kid` must be the URL of an account."""

_KEY_URLS: Final = ("jku", "x5u")
_FILE_NAME: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*", re.ASCII)
_REDIRECTS: Final = re.compile(
    r"://|%3a%2f%2f|^//|/\.{1,2}(?:/|$)|%2e%2e|[?&](?:redirect|url|uri|next|return|dest|continue|goto|target)[^=&]*=",
    re.IGNORECASE,
)
_ODD: Final = re.compile(r"[\\\s\x00-\x1f\x7f]")


class KeyReferences:
    """Tells what one header after another refers to its key by."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._internal = among(vocabulary.get("internal_hosts", ()))
        self._shared = among(vocabulary.get("shared_sites", ()))

    def of(self, header: dict[str, Any]) -> dict[str, Any]:
        """The facts of `kid`, and which parameters are URLs of keys."""
        return {
            "token.key_id_shapes": _shapes(header),
            "token.key_urls": [name for name in _KEY_URLS if header.get(name) not in (None, "")],
            "token.key_url_faults": [],
        }

    def url_faults(self, header: dict[str, Any], claims: dict[str, Any]) -> list[str]:
        """What is wrong with the URLs of keys in this header of a token with these claims."""
        home = issuer_host(claims.get("iss"))
        faults = (fault for name in _KEY_URLS if name in header for fault in self._url_faults(header[name], home))
        return list(dict.fromkeys(faults))

    def _url_faults(self, value: object, home: str | None) -> list[str]:
        if value in (None, ""):
            return []
        url = split(value) if isinstance(value, str) else None
        if url is None:
            # Adobe's tokens name a file, `ims_na1-key-1.cer`, and leave to the verifier where that is.
            named = isinstance(value, str) and _FILE_NAME.fullmatch(value)
            return [] if named else ["is no URL"]
        if url.scheme not in ("http", "https"):
            return ["is no web address"]
        faults = {
            "is not https": url.scheme == "http",
            "hides its host behind a user name": bool(url.user),
            "reads in two ways": bool(_ODD.search(str(value)) or not url.host.isascii()),
            "leads on to another URL": bool(_REDIRECTS.search(url.rest)),
            "names an address": url.host != home and is_address(url.host),
            "names an internal host": url.host != home and self._is_internal(url.host),
            "is on another host than the issuer": home is not None and not self._related(url.host, home),
        }
        return [fault for fault, holds in faults.items() if holds]

    def _is_internal(self, name: str) -> bool:
        return "." not in name or self._internal(name)

    def _related(self, name: str, home: str) -> bool:
        """Whether one party runs both hosts, as far as their names tell."""
        # SAP's tokens are issued by `http://TENANT.localhost:8080/uaa/…`, which is nowhere.
        if name == home or name.endswith(f".{home}") or self._is_internal(home):
            return True
        common = site(name)
        return common == site(home) and "." in common and not (self._shared(common) or is_address(name))


def _shapes(header: dict[str, Any]) -> list[str]:
    name = header.get("kid")
    if name is None or isinstance(name, bool | int | float):
        return []
    if not isinstance(name, str):
        return ["JSON structure"]
    if _PLAIN.fullmatch(name) and ".." not in name:
        return []
    if "%" in name:
        from urllib.parse import unquote

        name = unquote(name)
    shapes = [shape for shape, expression in _SHAPES if expression.search(name)]
    if "URL" in shapes and header.keys() >= _ACME:
        shapes.remove("URL")
    return shapes + ["over-long text"] * (len(name) > _LONG)
