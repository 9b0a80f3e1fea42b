"""The command line: parses, calls, renders, exits. The only part that knows typer and rich.

A plain `scan` is parsed here and never imports typer, which takes longer than scanning a small change. Where a
`scan --staged` has nothing to find, `quick` answers, and imports next to nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from scanner import __version__
from scanner.errors import TokensweepError

_USAGE, _INTERRUPTED, _CLOSED_PIPE = 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, `sys.argv` by default, and give its exit status. No exception leaves it."""
    arguments = sys.argv[1:] if argv is None else argv
    _stand_in_for_closed_streams()
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output once more at exit, which would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _CLOSED_PIPE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except TokensweepError as error:
        from scanner.cli import console

        console.error(str(error), error.hint)
        return _USAGE
    except Exception as error:  # noqa: BLE001  # the edge: whatever it is, no traceback reaches a user
        return _internal_error(error)
    return status


def _stand_in_for_closed_streams() -> None:
    """Let what goes to a stream that was closed before the start (`>&-`) go nowhere, and not into a file of ours."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # as long as the program runs


def _dispatch(arguments: Sequence[str]) -> int:
    if list(arguments) == ["--version"]:
        print(f"tokensweep {__version__}")
        return 0
    scans = arguments[:1] == ["scan"] and "_TOKENSWEEP_COMPLETE" not in os.environ
    if scans and "--staged" in arguments:
        from scanner.cli import quick

        status = quick.run(arguments[1:])
        if status is not None:
            return status
    _load_msgspec()
    if scans:
        from scanner.cli import options

        arguments = ["scan", *options.spelled(arguments[1:], options.SCAN)]
        plain = options.parse(arguments[1:], options.SCAN)
        if plain:
            from scanner.cli import scan

            return scan.run(*plain)
    from scanner.cli import app

    command = app.parse(arguments)
    return command if isinstance(command, int) else command()


def _load_msgspec() -> None:
    """Load msgspec without typing_extensions, which it takes where it finds it.

    The standard library's typing serves it as well: a tenth of the time of a small scan.
    """
    if "typing_extensions" not in sys.modules:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]
        import msgspec  # noqa: F401

        del sys.modules["typing_extensions"]


def _internal_error(error: Exception) -> int:
    """Say that this is our bug. The message of the exception may hold found text, so it is never shown."""
    import traceback

    from scanner.cli import console

    name = type(error).__name__
    if os.environ.get("TOKENSWEEP_DEBUG"):
        console.say("".join(traceback.format_tb(error.__traceback__)).rstrip())
    console.error(f"internal error: {name}", "TOKENSWEEP_DEBUG=1 shows where; please report it")
    return _USAGE
