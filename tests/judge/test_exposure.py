"""How long a subject lay open, and how much of that it was valid."""

from __future__ import annotations

import pytest

from scanner.judge.exposure import exposure
from scanner.model import Commit, Origin, Presence, Sighting

NOW = 1_000


def sighting(presence: Presence | None) -> Sighting:
    return Sighting(Origin("git", "a.py", presence=presence), 0, 1, 1, 1, 1, 2)


def commit(at: int) -> Commit:
    return Commit(f"{at:040x}", "Ann", at - 5, "Cy", at)


def was(first: int, removed: int | None = None, *, at_head: bool = False, returned: bool = False) -> Sighting:
    """Committed at one time, removed at another."""
    gone = None if removed is None else commit(removed)
    return sighting(Presence(first=commit(first), removed=gone, at_head=at_head, returned=returned))


def test_no_history():
    """What was found in files has no exposure."""
    assert exposure([sighting(None)], {}, NOW) == {}


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        ([was(100, 300)], {"exposed_from": 100, "exposed_until": 300, "exposed_for": 200}),
        ([was(100, at_head=True)], {"exposed_from": 100, "exposed_for": 900}),
        ([was(200, 300), was(100, 150), was(90, 400)], {"exposed_from": 90, "exposed_until": 400, "exposed_for": 310}),
        ([was(100, 300), was(200, at_head=True)], {"exposed_from": 100, "exposed_for": 900}),
        ([was(100)], {"exposed_from": 100}),
        ([was(300, 100)], {"exposed_from": 300, "exposed_until": 100, "exposed_for": 0}),
    ],
    ids=["gone", "there", "several places", "there in one place", "nobody says when", "clocks that go wrong"],
)  # fmt: skip
def test_window(sightings, expected):
    found = exposure(sightings, {}, NOW)
    assert found.pop("first_commit") == f"{expected['exposed_from']:040x}"
    assert found.pop("returned") is False
    assert found == expected


@pytest.mark.parametrize(
    ("token", "valid"),
    [
        ({"token.has_expiry": True, "token.expires_at": 250}, 150),
        ({"token.has_expiry": True, "token.expires_at": 900}, 200),
        ({"token.has_expiry": True, "token.expires_at": 50}, 0),
        ({"token.has_expiry": True, "token.expires_at": 250, "token.issued_at": 200}, 50),
        ({"token.has_expiry": True, "token.expires_at": 250, "token.not_before": 240, "token.issued_at": 200}, 10),
        ({"token.has_expiry": False}, 200),
        ({"token.has_expiry": False, "token.not_before": 500}, 0),
        ({"token.has_expiry": True}, None),
        ({}, None),
    ],
)
def test_validity(token, valid):
    """From the latest of commit, `iat` and `nbf` until the earliest of removal and `exp`."""
    assert exposure([was(100, 300)], token, NOW).get("exposed_while_valid") == valid


def test_returned():
    """One place where it came back is enough."""
    assert exposure([was(100, 300), was(100, at_head=True, returned=True)], {}, NOW)["returned"] is True


def test_what_no_commit_holds():
    """An object that no ref reaches has no times."""
    assert exposure([sighting(Presence())], {}, NOW) == {"returned": False}
