"""Reports: each format is a function of a finished scan. Nothing is scanned, filtered or decided here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Final

    from scanner.model import Report
    from scanner.report.style import Style

FORMATS: Final = {
    "text": "scanner.report.text",
    "json": "scanner.report.json",
    "sarif": "scanner.report.sarif",
}
"""The module of each format, imported when it is asked for; it has `render(report, style)`."""


def render(name: str, report: Report, style: Style) -> Iterator[bytes]:
    """The report in a format of `FORMATS`, piece by piece."""
    from importlib import import_module

    pieces: Iterator[bytes] = import_module(FORMATS[name]).render(report, style)
    return pieces


def write(chunks: Iterable[bytes], path: Path) -> None:
    """Write a file whole or not at all; what is there and no file, such as /dev/stderr, is written to as it is.

    Raises OSError.
    """
    if path.exists() and not path.is_file():
        with open(path, "wb") as device:
            device.writelines(chunks)
        return
    path = path.resolve()
    import tempfile

    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.writelines(chunks)
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those that a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
