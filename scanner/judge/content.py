"""What the claims of a token carry: what it is used as, and what they tell of people, secrets and other tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_SHORTEST: Final = 8
"""Characters below which a value is no secret by its form."""


class ContentFacts:
    """Tells what the claims of one token after another carry."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._placeholder = among(vocabulary.get("placeholders", ()))
        self._impersonal = among(vocabulary.get("impersonal_values", ()))
        self._holds_tokens = among(vocabulary.get("token_holding_claims", ()))
        self._named = ClaimWords(
            {kind: [word for name in lists for word in vocabulary.get(name, ())] for kind, lists in _NAMED.items()}
        )
        # One expression for both, and letter case counts: a look at a value costs a quarter of a microsecond.
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
        for path, name, value in itertools.islice(_walk(claims), MAX_MEMBERS):
            for kind in self._kinds(name, value):
                found[kind][path[:MAX_TEXT]] = None
        return {
            "token.claims": claims,
            "token.claim_names": list(claims),
            "token.use": next((use.lower() for name in _USES if isinstance(use := claims.get(name), str)), ""),
            "token.has_token_id": any(is_filled(claims.get(name)) for name in _TOKEN_IDS),
            **{kind: list(paths) for kind, paths in found.items()},
        }

    def _kinds(self, name: str, value: object) -> Iterable[str]:
        """The facts that list a claim of this name and value."""
        kinds = set(self._named.kinds(name, value))
        if not isinstance(value, str):
            # A secret is a text; `"secret": {…}` and `"api_key": 7` only speak of one. But a key may be an object.
            kinds.discard(_SECRET)
            if isinstance(value, dict) and "kty" in value and private_members(value):
                kinds.add(_SECRET)
            return kinds
        if len(value) >= _SHORTEST:
            form = self._form(value)
            if form and form.lastgroup == "token":
                return () if self._holds_tokens(name) else (_TOKEN,)
            if form:
                kinds.add(_SECRET)
            elif told := person.told(value):
                kinds.update((_PERSONAL, _SENSITIVE) if told.sensitive else (_PERSONAL,))
        if kinds and self._placeholder(value):
            return ()
        if _PERSONAL in kinds and self._impersonal(value):
            kinds -= {_PERSONAL, _SENSITIVE}
        return kinds


def _walk(claims: dict[str, Any], prefix: str = "", depth: int = DEPTH) -> Iterator[tuple[str, str, Any]]:
    """All claims that hold something, also inside others and in lists: path, name and value. Flags are left out."""
    for name, value in claims.items():
        path = prefix + name
        for member in value if isinstance(value, list) else (value,):
            if not is_filled(member) or isinstance(member, bool):
                continue
            yield path, name, member
            if isinstance(member, dict) and depth:
                yield from _walk(member, f"{path}.", depth - 1)
