"""Whether a token is live, by its class and issuer too."""

from typing import Any

import pytest

from scanner import rulebook
from scanner.decode.jws import decode
from scanner.judge import Judge
from scanner.model import Origin, Policy, Sighting, Subject
from scanner.rulebook import Minted
from scanner.rulecheck import mint

NOW = 1_767_225_600
"""2026-01-01 UTC."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400
BOOK = rulebook.load()
DPOP = {"typ": "dpop+jwt", "alg": "ES256", "jwk": {"kty": "EC"}}
LOGOUT, PASSPORT = {"typ": "logout+jwt"}, {"typ": "passport"}
PROOF = {"jti": "1", "htm": "GET", "htu": "https://api.example/"}
ACCESS = {"iss": "https://idp.example", "scope": "read"}
UNTOLD = "nobody but its issuer can tell whether it is live, for "
POD = {"sub": "system:serviceaccount:shop:web", "kubernetes.io": {"namespace": "shop", "warnafter": NOW - MINUTE}}
PUSH, TEAM = {"alg": "ES256"}, {"iss": "PARCELTEAM"}
SNOWFLAKE = {"iss": "ACME.LOADER.SHA256:0a1b=", "sub": "ACME.LOADER"}


def shown(
    claims: dict[str, Any] | str, header: dict[str, Any] | None = None, policy: Policy | None = None
) -> dict[str, Any]:
    """The shown facts of a token, as judged."""
    token = decode(mint(Minted({"alg": "RS256"} | (header or {}), claims)))
    assert token is not None
    place = Sighting(Origin("file", "a.py"), 0, 9, 1, 1, 1, 10)
    subject = Subject("token", token.identity, token.raw, [place], 1)
    judge = Judge(BOOK, policy or Policy(), NOW)
    judge.judge(subject, token)
    assert judge.undecided == {}
    return subject.facts


@pytest.mark.parametrize(
    ("header", "claims", "state", "life"),
    [
        # By its own word.
        ({}, ACCESS | {"exp": NOW + 1}, "live", "live until 2026-01-01 00:00 UTC"),
        ({}, ACCESS | {"exp": NOW}, "expired", "expired since 2026-01-01 00:00 UTC"),
        ({}, ACCESS | {"exp": NOW + DAY, "nbf": NOW + HOUR}, "not_yet", "not valid before 2026-01-01 01:00 UTC"),
        ({}, ACCESS, "live", "live, with no end"),
        ({}, ACCESS | {"exp": 0, "typ": "Offline"}, "live", "live, with no end"),
        ({}, ACCESS | {"exp": "soon"}, "unknown", UNTOLD + "its `exp` is no date"),
        # A proof is good for minutes, whatever it leaves out.
        (DPOP, PROOF | {"iat": NOW - 4 * MINUTE}, "live", "live until 2026-01-01 00:01 UTC"),
        (DPOP, PROOF | {"iat": NOW - 5 * MINUTE}, "expired", "expired since 2026-01-01 00:00 UTC"),
        (DPOP, PROOF, "unknown", UNTOLD + "it has neither `exp` nor `iat`"),
        (DPOP, PROOF | {"iat": NOW - HOUR, "exp": NOW + HOUR}, "live", "live until 2026-01-01 01:00 UTC"),
        (LOGOUT, {"iat": NOW - 3 * MINUTE, "events": {}}, "expired", "expired since 2025-12-31 23:59 UTC"),
        (PASSPORT, {"iat": NOW - DAY, "orig": {}, "dest": {}}, "expired", "expired since 2025-12-31 00:05 UTC"),
        # The term stands elsewhere.
        ({}, {"licensee": "A", "iat": NOW - DAY}, "unknown", UNTOLD + "it has no `exp`"),
        ({"typ": "vc+jwt"}, {"vc": {}}, "unknown", UNTOLD + "it has no `exp`"),
        ({"typ": "vc+jwt"}, {"vc": {}, "exp": NOW - 1}, "expired", "expired since 2025-12-31 23:59 UTC"),
        # What its issuer takes it for counts, whatever it says.
        (PUSH, TEAM | {"iat": NOW - 59 * MINUTE}, "live", "live until 2026-01-01 00:01 UTC"),
        (PUSH, TEAM | {"iat": NOW - 60 * MINUTE}, "expired", "expired since 2026-01-01 00:00 UTC"),
        ({}, SNOWFLAKE | {"iat": NOW - 2 * HOUR, "exp": NOW + DAY}, "expired", "expired since 2025-12-31 23:00 UTC"),
        ({}, SNOWFLAKE | {"iat": NOW - MINUTE, "exp": NOW + MINUTE}, "live", "live until 2026-01-01 00:01 UTC"),
        ({}, SNOWFLAKE | {"exp": NOW + DAY}, "live", "live until 2026-01-02 00:00 UTC"),
        ({}, SNOWFLAKE | {"iat": NOW - 2 * HOUR, "exp": "soon"}, "expired", "expired since 2025-12-31 23:00 UTC"),
        # It was to be renewed a minute ago, and is taken all the same.
        ({}, POD | {"iat": NOW - HOUR, "exp": NOW + 365 * DAY}, "live", "live until 2027-01-01 00:00 UTC"),
    ],
)  # fmt: skip
def test_state(header, claims, state, life):
    """The state, and in words what a finding says of it."""
    facts = shown(claims, header)
    assert (facts["token.state"], facts["token.life"]) == (state, life)


def test_what_cannot_be_read_says_so():
    """Encrypted, or no object: only its issuer knows."""
    facts = shown("[1]")
    assert facts["token.state"] == "unknown"
    assert facts["token.life"] == UNTOLD + "its claims cannot be read"
    assert facts["token.stale"] is False


def test_spans_follow_the_end():
    """What remains, and since when it is over, count from when it ends, not from `exp`."""
    facts = shown(SNOWFLAKE | {"iat": NOW - 3 * HOUR, "exp": NOW + DAY})
    assert (facts["token.ends_at"], facts["token.expires_at"]) == (NOW - 2 * HOUR, NOW + DAY)
    assert facts["token.expired_for"] == 2 * HOUR
    assert "token.remaining" not in facts
    assert facts["token.lifetime"] == HOUR
    assert shown(POD | {"iat": NOW - HOUR, "exp": NOW + DAY})["token.extended_for"] == DAY + MINUTE


def test_the_users_limit_is_the_window():
    """`[limits.dpop]` says how long a proof is good for."""
    policy = Policy(limits={"dpop": {"lifetime": MINUTE}})
    assert shown(PROOF | {"iat": NOW - 2 * MINUTE}, DPOP, policy)["token.state"] == "expired"
    assert shown(PROOF | {"iat": NOW - 2 * MINUTE}, DPOP)["token.state"] == "live"


def test_stale_is_by_the_limit_of_its_class():
    """A leak is history when the token has expired for long enough."""
    assert shown(ACCESS | {"exp": NOW - 30 * DAY})["token.stale"] is False
    assert shown(ACCESS | {"exp": NOW - 30 * DAY - 1})["token.stale"] is True
    assert shown(PROOF | {"iat": NOW - 5 * MINUTE - HOUR - 1}, DPOP)["token.stale"] is True


def test_a_window_beyond_all_calendars():
    """A limit of ages ends with the calendar, and raises nothing."""
    policy = Policy(limits={"dpop": {"lifetime": 1 << 60}})
    assert shown(PROOF | {"iat": NOW}, DPOP, policy)["token.life"] == "live until 9998-12-31 23:59 UTC"
