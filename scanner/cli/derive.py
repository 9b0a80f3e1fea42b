"""Makes typer commands from the tables of options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import typer

from scanner.cli.options import Option, Values

Run = Callable[[Sequence[str], Values], int]
"""Does a command with its words and flags, and gives the exit status."""


class Argument(NamedTuple):
    """What the words after a command are."""

    metavar: str
    help: str


TARGETS = Argument("TARGET", "Folders, files, or - for standard input. (default: the current folder)")


def command(
    app: typer.Typer,
    name: str,
    run: Run,
    options: Iterable[Option],
    epilog: str = "",
    argument: Argument = TARGETS,
) -> None:
    """Add a command that takes targets, or other words, and these options; `run`'s docstring is its help."""

    def callback(**values: Any) -> partial[int]:
        targets = values.pop("targets") or []
        flags = {
            name.replace("_", "-"): tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if value not in (None, False, [])
        }
        return partial(run, targets, flags)

    parameters = [_words(argument), *map(_parameter, options)]
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads options from it
    callback.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    app.command(name, help=inspect.getdoc(run), epilog=epilog)(callback)


def _words(argument: Argument) -> inspect.Parameter:
    declared = typer.Argument(metavar=argument.metavar, help=argument.help, show_default=False)
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter("targets", kind, default=None, annotation=Annotated[list[str] | None, declared])


def _parameter(option: Option) -> inspect.Parameter:
    declared = typer.Option(
        f"--{option.name}",
        *([f"-{option.short}"] if option.short else []),
        metavar=option.metavar,
        help=option.help,
        show_default=False,
        rich_help_panel=option.panel,
        autocompletion=lambda incomplete: [c for c in option.choices() if c.startswith(incomplete)],
    )
    value: Any = bool if not option.metavar else list[str] | None if option.many else str | None
    return inspect.Parameter(
        option.name.replace("-", "_"),
        inspect.Parameter.KEYWORD_ONLY,
        default=None if option.metavar else False,
        annotation=Annotated[value, declared],
    )
