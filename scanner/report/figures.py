"""Figures for people."""

from __future__ import annotations


def size(count: int) -> str:
    """A number of bytes: `512 bytes`, `48.7 KB`, `3.2 GB`."""
    number = float(count)
    for unit in ("bytes", "KB", "MB"):
        if number < 1000:
            return f"{number:,.0f} {unit}" if unit == "bytes" else f"{number:,.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} GB"
