"""Asks for a secret at the terminal: nothing of it is shown, and nothing cut off."""

from __future__ import annotations

import os
import sys
from typing import Final

_PASTED_WITHIN: Final = 0.2
"""Seconds within which the next line of a paste follows; nobody types as fast."""
_CHUNK: Final = 1 << 16


def hidden(question: str, most: int) -> bytes:
    """What is pasted or typed, up to the end of the line or of the paste; at most `most` bytes.

    A terminal hands over whole lines of 4,095 bytes at most, which is too short for many a token, so here it hands over
    each character as it comes. Raises KeyboardInterrupt for Ctrl-C, as a terminal does.
    """
    try:
        import termios
    except ImportError:  # Windows, whose terminal has no such limit
        from getpass import getpass

        return getpass(question).encode()[:most]
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = termios.tcgetattr(terminal)
    silent[3] &= ~(termios.ECHO | termios.ICANON)
    try:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
        # Not before it is silent: what is asked for may come at once.
        print(question, end="", file=sys.stderr, flush=True)
        return _read(terminal, most)
    finally:
        # What still comes of a paste must not reach the shell.
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        print(file=sys.stderr)


def _read(terminal: int, most: int) -> bytes:
    import select

    text = b""
    while len(text) < most:
        read = os.read(terminal, _CHUNK)
        text += read
        if not read or b"\x04" in read:  # Ctrl-D ends the input
            break
        if read.endswith((b"\n", b"\r")) and not select.select([terminal], [], [], _PASTED_WITHIN)[0]:
            break
    return text.partition(b"\x04")[0][:most]
