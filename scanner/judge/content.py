"""What the claims of a token carry: what it is used as, and what they tell of people, secrets and other tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from scanner.judge import person
from scanner.judge.bounds import MAX_MEMBERS, MAX_TEXT
from scanner.judge.key import private_members
from scanner.judge.shapes import DEPTH, is_filled
from scanner.judge.words import ClaimWords, among

_USES: Final = ("token_use", "token_type", "typ", "type", "token_kind")
_TOKEN_IDS: Final = ("jti", "sid", "uti", "session_id", "session_state", "token_id", "origin_jti")

_PERSONAL: Final = "token.personal_claims"
_SENSITIVE: Final = "token.sensitive_claims"
_SECRET: Final = "token.secret_claims"  # noqa: S105 - the name of a fact
_TOKEN: Final = "token.token_claims"  # noqa: S105 - the name of a fact
_NAMED: Final = {
    _PERSONAL: ("personal_claims", "sensitive_claims"),
    _SENSITIVE: ("sensitive_claims",),
    _SECRET: ("secret_claims",),
}
"""Facts that list claims, and the lists of the vocabulary whose names tell them."""
_SHORTEST: Final = 12
"""Characters below which a value is no secret, and no token, by its form."""


class ContentFacts:
    """Tells what the claims of one token after another carry."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._placeholder = among(vocabulary.get("placeholders", ()))
        self._impersonal = among(vocabulary.get("impersonal_values", ()))
        self._holds_tokens = among(vocabulary.get("token_holding_claims", ()))
        self._named = ClaimWords(
            {kind: [word for name in lists for word in vocabulary.get(name, ())] for kind, lists in _NAMED.items()}
        )
        # One expression for both, and letter case counts: so a look at a value costs less than a microsecond.
        self._form = re.compile(
            "|".join(
                f"(?P<{group}>{'|'.join(vocabulary.get(name, ())) or '(?!)'})"
                for group, name in (("token", "token_values"), ("secret", "secret_values"))
            ),
            re.DOTALL | re.ASCII,
        ).match

    def of(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The facts of these claims, which are within bounds."""
        found: dict[str, dict[str, None]] = {_PERSONAL: {}, _SENSITIVE: {}, _SECRET: {}, _TOKEN: {}}
        members = list(itertools.islice(_walk(claims, "", DEPTH), MAX_MEMBERS))
        for path, name, value in members:
            for kind in self._of_text(name, value) if isinstance(value, str) else self._of_other(name, value):
                found[kind][path[:MAX_TEXT]] = None
        return {
            "token.claims": claims,
            "token.claim_names": list(claims),
            "token.use": next((use.lower() for name in _USES if isinstance(use := claims.get(name), str)), ""),
            "token.has_token_id": any(is_filled(claims.get(name)) for name in _TOKEN_IDS),
            "token.claims_cut": len(members) == MAX_MEMBERS,
            **{kind: list(paths) for kind, paths in found.items()},
        }

    def _of_text(self, name: str, value: str) -> Collection[str]:
        """The facts that list a claim with this text."""
        kinds = self._named.kinds(name, value)
        form = self._form(value) if len(value) >= _SHORTEST else None
        if form:
            if form.lastgroup == "token":
                return () if self._holds_tokens(name) else (_TOKEN,)
            kinds = {*kinds, _SECRET}
        elif told := person.told(value):
            kinds = {*kinds, _PERSONAL, _SENSITIVE} if told.sensitive else {*kinds, _PERSONAL}
        if not kinds or self._placeholder(value):
            return ()
        return {*kinds} - {_PERSONAL, _SENSITIVE} if self._impersonal(value) else kinds

    def _of_other(self, name: str, value: object) -> Collection[str]:
        """The facts that list a claim with a number or an object."""
        if isinstance(value, dict) and "kty" in value and private_members(value):
            return (_SECRET,)
        # A secret is a text; `"secret": {…}` and `"api_key": 7` only speak of one.
        return {*self._named.kinds(name, value)} - {_SECRET}


def _walk(claims: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str, Any]]:
    """All claims that hold something, also inside others and in lists: path, name and value. Flags are left out."""
    for name, value in claims.items():
        path = prefix + name
        for member in value if isinstance(value, list) else (value,):
            if not member or member is True:
                continue
            if isinstance(member, list):
                if depth:
                    yield from _walk({name: member}, prefix, depth - 1)
                continue
            yield path, name, member
            if isinstance(member, dict) and depth:
                yield from _walk(member, f"{path}.", depth - 1)
