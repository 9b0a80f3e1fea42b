"""How facts are put into words."""

import pytest

from scanner.facts import FACTS
from scanner.showing import MAX_SHOWN, show


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"), (1, "1 second"), (90, "90 seconds"), (900, "15 minutes"), (3_600, "1 hour"),
        (5_400, "90 minutes"), (86_400, "1 day"), (129_600, "36 hours"), (2_592_000, "30 days"), (31_536_000, "1 year"),
        (315_360_000, "10 years"),
    ],
)  # fmt: skip
def test_durations(seconds, words):
    """In the largest unit that is true to within two hundredths."""
    assert show(FACTS["token.lifetime"])(seconds) == words


def test_times():
    """In UTC, from the first year to the last."""
    times = show(FACTS["token.expires_at"])
    assert times(1_767_225_600) == "2026-01-01 00:00 UTC"
    assert times(-62_135_596_800) == "0001-01-01 00:00 UTC"
    assert times(253_370_764_799) == "9998-12-31 23:59 UTC"


def test_texts_are_neutral_and_bounded():
    """Controls, bidirectional and zero-width marks are spelt out; what is long is cut."""
    text = show(FACTS["token.issuer"])
    assert text("a\x1b[31m\u202eb\u200b\n") == "a\\u001b[31m\\u202eb\\u200b\\u000a"
    assert len(text("x" * 1000)) == MAX_SHOWN


def test_lists():
    """The first members by name, the rest by number."""
    names = show(FACTS["token.scopes"])
    assert names(["a", "b"]) == "a, b"
    assert names([str(n) for n in range(11)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 3 more"
