"""Values of JSON that others wrote: without their secrets, on a line for people, or as JSON that every reader holds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

import msgspec

from scanner.report.neutral import plain

Secrets = Callable[[str], bool]
"""Whether what stands at a path, such as `user.password`, is a secret."""

_LONGEST: Final = 600
"""Characters of a value that people are shown; JSON has all of them."""


def masked(value: Any, is_secret: Secrets, path: str = "") -> Any:
    """`value`, of which what stands at secret paths is hidden; members of a list have the list's path."""
    if path and is_secret(path) and not isinstance(value, dict):
        return "(a secret; --show-secrets shows it)"
    if isinstance(value, dict):
        return {name: masked(member, is_secret, f"{path}.{name}" if path else name) for name, member in value.items()}
    if isinstance(value, list):
        return [masked(member, is_secret, path) if isinstance(member, dict) else member for member in value]
    return value


def in_words(value: Any) -> str:
    """A value on one line: a text bare where it cannot be taken for anything else, else JSON."""
    if isinstance(value, str) and value.strip() == value and value and not _reads_otherwise(value):
        text = value
    elif isinstance(value, list) and value and all(isinstance(member, str) and "," not in member for member in value):
        text = ", ".join(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    more = f"… ({len(text):,} characters; --format json has all)"
    return plain(text if len(text) <= _LONGEST else text[:_LONGEST] + more)


def _reads_otherwise(text: str) -> bool:
    """Whether a text looks like a number, true, false or null."""
    try:
        return not isinstance(json.loads(text), str | list | dict)
    except (ValueError, RecursionError):
        return False


def for_readers(value: Any) -> Any:
    """JSON that every reader can hold: what a decoder lets pass and an encoder does not is put into its place."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {for_readers(name): for_readers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [for_readers(member) for member in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return msgspec.Raw(str(value).encode())
    return value
