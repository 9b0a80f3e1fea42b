"""Inline suppressions of one blob: what they cover, and which of our own cover nothing."""

from __future__ import annotations

from typing import Final

import msgspec

from scanner.model import Allow, Coverage

_NOTES: Final = 20
"""Suppressions of one blob without use that are told one by one."""


class Suppressions:
    """Those of one blob, in the spellings that are honoured."""

    def __init__(self, path: str, spellings: frozenset[str]) -> None:
        """`path` is the origin's."""
        self._path = path
        self._spellings = spellings
        self._own: list[int] = []
        """Lines of our own."""
        self._useful: set[int] = set()
        """Lines of those that cover a sighting."""

    def meet(self, line: int) -> None:
        """Note one of our own, on `line`."""
        self._own.append(line)

    def on(self, line: int, head: bytes, text: bytes, tail: bytes, above: bytes) -> tuple[Allow, ...]:
        """Those that cover a `text` which begins on `line`: on its lines, where it stands between `head` and `tail`,
        and on the line `above`."""
        if not self._spellings:
            return ()
        from scanner.triage.inline import allows_at

        # The text of a token has no part in it, and may be long.
        lines = {line: head + b" " + tail}
        if b"\n" in text:
            first, *others = text.split(b"\n")
            others[-1] += tail
            lines = {line: head + first}
            lines |= {at: other for at, other in enumerate(others, line + 1) if b":" in other or b"ignore" in other}
        placed = tuple(
            msgspec.structs.replace(allow, line=at + allow.line)
            for at, content in lines.items()
            for allow in allows_at(content, above if at == line else b"", self._path, self._spellings)
        )
        self._useful.update(allow.line for allow in placed if allow.spelling == "tokensweep")
        return placed

    @property
    def unused(self) -> list[int]:
        """Lines of our own that cover nothing, where they are honoured."""
        return [line for line in self._own if line not in self._useful] if "tokensweep" in self._spellings else []

    def tell(self, coverage: Coverage) -> None:
        """Note in `coverage` those that cover nothing."""
        unused = self.unused
        coverage.notes += [
            f"{self._path}:{line}: a suppression here covers nothing that was found" for line in unused[:_NOTES]
        ]
        if len(unused) > _NOTES:
            coverage.notes.append(f"{self._path}: {len(unused) - _NOTES} more suppressions cover nothing")
