"""Durations and sizes as people write them."""

from __future__ import annotations

import pytest

from scanner import written


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("1h", 3600), ("30d", 2_592_000), ("4w", 2_419_200), ("0s", 0)]
)
def test_durations(text: str, seconds: int) -> None:
    assert written.duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "90", "1.5h", "-1h", "1 h", "1y", "1M", "h", "٣h", "1h30m", 90, None, "9" * 13 + "s"]
)
def test_no_durations(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        written.duration(text)


@pytest.mark.parametrize(("text", "size"), [("10MB", 10_000_000), ("1KiB", 1024), ("7B", 7), ("7", 7), (7, 7)])
def test_sizes(text: object, size: int) -> None:
    assert written.size(text) == size


@pytest.mark.parametrize("text", ["10mb", "1.5MB", "MB", -1, True, "-1", "10 MB"])
def test_no_sizes(text: object) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        written.size(text)
