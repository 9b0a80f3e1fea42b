"""How a report is to be rendered."""

from __future__ import annotations

import msgspec


class Style(msgspec.Struct, frozen=True):
    """What the caller knows of the reader."""

    color: bool = False
    width: int = 100
    """Columns of a text report."""
    show_secrets: bool = False
    """Show the raw text of what was found."""
    include_suppressed: bool = False
    """List suppressed and baselined findings too, where a format leaves them out."""
    head_only: bool = False
    """Leave what only history holds out of SARIF."""
