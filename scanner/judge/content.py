"""What the claims of a token carry: what it is used as, and what they tell of people and secrets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from scanner.judge.bounds import MAX_MEMBERS, MAX_TEXT
from scanner.judge.shapes import DEPTH, is_filled
from scanner.judge.words import ClaimWords, among

_USES: Final = ("token_use", "token_type", "typ", "type", "token_kind")
_TOKEN_IDS: Final = ("jti", "sid", "uti")
_CLAIMS: Final = {
    "token.personal_claims": ("personal_claims", "sensitive_claims"),
    "token.secret_claims": ("secret_claims",),
    "token.sensitive_claims": ("sensitive_claims",),
}
"""Facts that list claims, and the lists of the vocabulary that each is told by."""


class ContentFacts:
    """Tells what the claims of one token after another carry."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._placeholder = among(vocabulary.get("placeholders", ()))
        self._claims = ClaimWords(
            {kind: [word for name in lists for word in vocabulary.get(name, ())] for kind, lists in _CLAIMS.items()}
        )

    def of(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The facts of these claims, which are within bounds."""
        facts: dict[str, Any] = {
            "token.claims": claims,
            "token.claim_names": list(claims),
            "token.use": next((use.lower() for name in _USES if isinstance(use := claims.get(name), str)), ""),
            "token.has_token_id": any(is_filled(claims.get(name)) for name in _TOKEN_IDS),
        }
        found: dict[str, list[str]] = {kind: [] for kind in _CLAIMS}
        for path, name, value in itertools.islice(_walk(claims), MAX_MEMBERS):
            for kind in self._claims.kinds(name, value):
                if self._tells(kind, value):
                    found[kind].append(path[:MAX_TEXT])
        return facts | found

    def _tells(self, kind: str, value: object) -> bool:
        """Whether a claim of this kind has a value that tells something."""
        if isinstance(value, str):
            return not self._placeholder(value)
        # A secret is a text; `"secret": {…}` and `"api_key": 7` only speak of one.
        return kind != "token.secret_claims"


def _walk(claims: dict[str, Any], prefix: str = "", depth: int = DEPTH) -> Iterator[tuple[str, str, Any]]:
    """All claims that hold something, also inside others: path, name and value. Flags are left out."""
    for name, value in claims.items():
        if not is_filled(value) or isinstance(value, bool):
            continue
        path = prefix + name
        yield path, name, value
        for member in value if isinstance(value, list) else (value,):
            if isinstance(member, dict) and depth:
                yield from _walk(member, f"{path}.", depth - 1)
