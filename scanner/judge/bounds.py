"""Bounds on what a token says, set before conditions see it: hostile values reach every error of a runtime."""

from __future__ import annotations

import itertools
import math
from typing import Any, Final

MAX_TEXT: Final = 4096
"""Characters of a text."""
MAX_MEMBERS: Final = 1000
"""Members of a list or an object."""
_MAX_DEPTH: Final = 16
"""Levels of objects and lists; real claims nest to five."""
_INT64: Final = 1 << 63


class Bounds:
    """Cuts JSON values to size, and remembers whether it had to."""

    def __init__(self) -> None:
        self.cut = False
        """Whether something was left out or changed."""

    def text(self, value: str) -> str:
        """At most `MAX_TEXT` characters, without lone surrogates, which have no UTF-8."""
        if len(value) > MAX_TEXT:
            self.cut = True
            value = value[:MAX_TEXT]
        return value if value.isascii() else value.encode("utf-8", "replace").decode()

    def value(self, value: Any, depth: int = _MAX_DEPTH) -> Any:
        """`value` with every text, list, object and number in it within bounds."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return self.object(value, depth)
        if isinstance(value, list):
            if len(value) > MAX_MEMBERS or not depth:
                self.cut = True
            return [self.value(member, depth - 1) for member in value[:MAX_MEMBERS]] if depth else []
        if isinstance(value, int) and not -_INT64 <= value < _INT64:
            self.cut = True
            return float(value)
        if isinstance(value, float) and not math.isfinite(value):
            self.cut = True
            return None
        return value

    def object(self, value: dict[str, Any], depth: int = _MAX_DEPTH) -> dict[str, Any]:
        """An object with all in it within bounds."""
        if len(value) > MAX_MEMBERS or not depth:
            self.cut = True
            value = dict(itertools.islice(value.items(), MAX_MEMBERS if depth else 0))
        return {self.text(name): self.value(member, depth - 1) for name, member in value.items()}
