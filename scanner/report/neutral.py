"""Untrusted text made harmless: paths, claims and names are the words of whoever wrote what was scanned."""

from __future__ import annotations

import os
import re
from typing import Final

# C0, DEL, C1, soft hyphen, Arabic letter mark, zero-width, bidirectional and invisible controls, separators, BOM, tags.
HARMFUL: Final = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""A pattern of the characters that act on a terminal, or hide or turn what a reader sees."""
_COMMAND: Final = r"^\s*::|##\["


def plain(text: str) -> str:
    """`text` with every control, bidirectional and zero-width character written as an escape; one line stays one."""
    return re.sub(HARMFUL, _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def for_runner(line: str) -> str:
    """A line that a workflow runner does not take for a command: `::` at its start and `##[` are broken up."""
    if os.environ.get("GITHUB_ACTIONS") and re.search(_COMMAND, line):
        return line.replace("::", ":\u2060:").replace("##[", "#\u2060#[")
    return line
