"""The commands as typer sees them: it parses and helps, and hands back what to call.

A command runs after typer has returned, so that every route treats errors, interrupts and closed pipes in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from scanner import __version__
from scanner.model import UsageError
from scanner.written import nearest

COMMANDS = ("scan", "inspect", "rules", "explain", "baseline", "config")
"""Each is a module beside this one, imported when it is needed, whose `app()` gives the command to typer."""


def parse(arguments: Sequence[str]) -> Callable[[], int] | int:
    """What the arguments ask for: a call that gives the exit status, or that status where all is said (`--help`).

    Raises UsageError.
    """
    try:
        return get_command(_app).main(list(arguments) or ["--help"], prog_name="tokensweep", standalone_mode=False) or 0
    except typer.TyperException as error:
        command = " ".join(["tokensweep", *(word for word in arguments[:1] if word in COMMANDS)])
        raise UsageError(error.format_message(), f"see `{command} --help`") from None


class _LazyGroup(TyperGroup):
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        if cmd_name in COMMANDS:
            return get_command(import_module(f"scanner.cli.{cmd_name}").app())
        if ctx.resilient_parsing:  # completion asks; it must not fail
            return None
        raise UsageError(f"unknown command {cmd_name!r}{nearest(cmd_name, COMMANDS)}", "see `tokensweep --help`")


_app = typer.Typer(
    cls=_LazyGroup,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tokensweep {__version__}")
        raise typer.Exit


_EPILOG = """\
Start here:
  tokensweep scan             judge every token below the current folder
  tokensweep inspect          decode and judge one token, pasted unseen
  tokensweep explain ID       why a rule matters, and what to do
  tokensweep baseline create  accept what is known: only new findings fail

Exit status: 0 clean · 1 findings · 2 wrong usage · 3 not all was read
"""


@_app.callback(epilog=_EPILOG)
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", metavar="", help="Print the version and exit.", is_eager=True, callback=_version),
    ] = False,
) -> None:
    """Find leaked JSON web tokens, decode them, and say which of them can hurt, and why."""
