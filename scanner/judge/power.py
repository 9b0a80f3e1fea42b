"""What a token may do: scopes, roles and flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from scanner.judge.breadth import BreadthFacts
from scanner.judge.shapes import names, unique
from scanner.judge.words import among

_WORD_LISTS: Final = (
    "broad_flags",
    "broad_roles",
    "broad_scopes",
    "broad_subjects",
    "role_claims",
    "scope_claims",
)


class PowerFacts:
    """Tells the scopes, roles and privileges of one token after another."""

    def __init__(self, vocabulary: Mapping[str, Sequence[str]]) -> None:
        self._words = {name: among(vocabulary.get(name, ())) for name in _WORD_LISTS}
        self._breadth = BreadthFacts(vocabulary)

    def of(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The facts of these claims, which are within bounds."""
        words = self._words
        scopes = unique(name for key, value in claims.items() if words["scope_claims"](key) for name in names(value))
        roles = unique(name for key, value in claims.items() if words["role_claims"](key) for name in names(value))
        privileges = [scope for scope in scopes if words["broad_scopes"](scope)]
        # Entra and Keycloak list permissions as roles.
        privileges += (role for role in roles if words["broad_roles"](role) or words["broad_scopes"](role))
        privileges += (name for name, value in claims.items() if value is True and words["broad_flags"](name))
        subject = claims.get("sub")
        if isinstance(subject, str) and words["broad_subjects"](subject):
            privileges.append(subject)
        return {
            "token.scopes": scopes,
            "token.scope_count": len(scopes),
            "token.roles": roles,
            "token.privileges": unique(privileges),
            "token.privileged": bool(privileges),
            **self._breadth.of(scopes),
        }
