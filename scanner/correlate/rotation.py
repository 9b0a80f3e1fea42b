"""Whether a token that was taken out of history was rotated: replaced by one of another key, or only deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.model import Subject, Token

if TYPE_CHECKING:
    from scanner.model import Presence

Tokens = Callable[[], Iterator[tuple[Subject, Token]]]


def tell_rotation(tokens: Tokens, subjects: Sequence[Subject]) -> None:
    """Add `fix` and, where it can be told, `key_changed` to tokens that were found in history; they are among the
    `subjects`."""
    found = [presence for subject in subjects if subject.kind == "token" for presence in _presences(subject)]
    if not found:
        return
    wanted = {identity for presence in found for identity in presence.successors}
    keys = {subject.identity: _key(token) for subject, token in tokens() if subject.identity in wanted}
    for subject, token in tokens():
        presences = _presences(subject)
        if not presences:
            continue
        if any(not presence.removed for presence in presences):
            subject.evidence["fix"] = "none"
            continue
        successors = {identity for presence in presences for identity in presence.successors}
        subject.evidence["fix"] = "replaced" if successors else "deleted"
        known = [key for identity in successors if (key := keys.get(identity))]
        if known and (own := _key(token)):
            subject.evidence["key_changed"] = own not in known


def _presences(subject: Subject) -> list[Presence]:
    return [presence for sighting in subject.sightings if (presence := sighting.origin.presence)]


def _key(token: Token) -> tuple[str, str, str] | None:
    """What tells one signing key from another; None where the header names none."""
    claims = token.claims or {}
    kid = token.header.get("kid")
    return (str(claims.get("iss")), str(token.header.get("alg")), kid) if isinstance(kid, str) and kid else None
