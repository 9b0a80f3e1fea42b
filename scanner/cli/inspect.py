"""`tokensweep inspect`: decode and judge one token, for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.cli import console, options, settings
from scanner.cli.options import Given, Option, Values
from scanner.model import Inspection, UsageError
from scanner.report.style import Style
from scanner.written import nearest

if TYPE_CHECKING:
    import typer

_FORMATS = ("text", "json")
_SHARED = frozenset(
    {"fail-on", "show-secrets", "color", "quiet", "config", "no-config", "rules", "jwks", "wordlist", "tries", "now"}
)
"""The options that it has in common with a scan."""
_OPTIONS = (
    Option(
        name="format",
        metavar="F",
        short="f",
        help="text or json. (default: text)",
        choices=lambda: _FORMATS,
        environment=False,  # of another command's formats
    ),
    *(option for option in options.SCAN if option.name in _SHARED),
)

_EPILOG = """\
Examples:
  tokensweep inspect                     asks for the token, and shows nothing of it
  pbpaste | tokensweep inspect           standard input
  tokensweep inspect --jwks issuer.json  checks its signature too

Around the token may stand what it was copied with: `Authorization: Bearer`,
a cookie's name, quotes, a URL, line breaks, base64.

Exit status: 0 nothing to complain of · 1 findings · 2 wrong usage, or no token
"""


def app() -> typer.Typer:
    """Give the command to typer."""
    import typer

    from scanner.cli import derive

    single = typer.Typer(add_completion=False)
    words = derive.Argument("TOKEN", "The token, or - for standard input. (default: that, or a hidden prompt)")
    derive.command(single, "inspect", run, _OPTIONS, _EPILOG, words)
    return single


def run(words: Sequence[str], flags: Values) -> int:
    """Decode and judge one token. Nothing leaves the machine."""
    from scanner import inspection

    given = options.given(flags, _OPTIONS, os.environ)
    form = given.read("format", _format)
    color = given.read("color", settings.color)
    policy = settings.policy_in_force(["-"], given)
    now = settings.clock(given)
    inspected = inspection.inspect(_text(words, given, inspection.MAX_BYTES), policy, now)
    _write(inspected, form, _style(given, color))
    return inspected.report.status(policy.fail_on)


def _format(name: str | None) -> str:
    if name not in (None, *_FORMATS):
        raise ValueError(f"unknown format {name!r}{nearest(str(name), _FORMATS)}, expected text or json")
    return name or "text"


def _text(words: Sequence[str], given: Given, most: int) -> bytes:
    """What is to be inspected. Raises UsageError for more than `most` bytes."""
    if words and list(words) != ["-"]:
        if not given.get("quiet"):
            console.say(
                "tokensweep: warning: an argument stays in the shell's history, and other users see it in the list of "
                "processes; better: `tokensweep inspect` alone asks for it"
            )
        text = os.fsencode(" ".join(words))
    elif sys.stdin.isatty():
        from scanner.cli import prompt

        text = prompt.hidden("Token (not shown): ", most + 1)
    else:
        text = sys.stdin.buffer.read(most + 1)
    if len(text) > most:
        raise UsageError(f"the input is larger than {most >> 20} MiB", "for files use `tokensweep scan`")
    return text


def _style(given: Given, color: str) -> Style:
    return Style(
        color=console.colored(sys.stdout, color),
        width=console.width(Style().width),
        show_secrets=bool(given.get("show-secrets")),
    )


def _write(inspected: Inspection, form: str, style: Style) -> None:
    from scanner.report import inspection as report

    render = report.render_json if form == "json" else report.render_text
    sys.stdout.buffer.writelines(render(inspected, style))
    sys.stdout.buffer.flush()
