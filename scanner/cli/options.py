"""The options of the commands, defined once: typer's parameters, the parser of the hot path, environment variables,
help and completion derive from these tables. Values leave here as they were written; `settings` gives them meaning."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scanner.model import Severity, UsageError
from scanner.written import NEVER

Values = dict[str, Any]
"""What was given, by option name (`fail-on`): a text, True for a switch, a tuple of texts for a repeatable option."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An option of a command."""

    name: str
    """Its long name without dashes."""
    help: str
    metavar: str = ""
    """What its value is called; empty for a switch."""
    many: bool = False
    """It may be repeated."""
    optional: bool = False
    """It may stand without a value, which is then empty."""
    attached: bool = False
    """So may it, and its value stands behind `=` alone: a folder that comes next is a target."""
    short: str = ""
    choices: Callable[[], Iterable[str]] = tuple
    """The values that shell completion offers."""
    environment: bool = True
    """`TOKENSWEEP_<NAME>` may stand for it."""
    panel: str = "Output"
    """Its heading in the help."""


def _formats() -> Iterable[str]:
    from scanner.report import FORMATS

    return FORMATS


_SEVERITIES = (*(severity.value for severity in Severity), NEVER)
SARIF_SCOPES = ("all", "head")
"""The values of `--sarif-scope`."""
COLORS = ("auto", "always", "never")
"""The values of `--color`."""

READING = (
    Option(
        name="vendored", help="Read third-party folders (node_modules, virtual environments …) too.", panel="Reading"
    ),
    Option(
        name="max-file-size",
        metavar="SIZE",
        help="Skip larger files, and say so. Such as 50MB. (default: no limit)",
        panel="Reading",
    ),
    Option(name="jobs", metavar="N", help="Worker processes. (default: one a processor)", short="j", panel="Reading"),
    Option(name="no-progress", help="Draw no progress bar. It is drawn on a terminal only.", panel="Reading"),
)

GIT = (
    Option(
        name="staged",
        help="Read what is staged instead of the files, and report only what the change adds: for a pre-commit hook.",
        panel="Git",
    ),
    Option(
        name="config-from",
        metavar="REV",
        help="Take configuration, rules, baseline and ignore files from this revision, and tell where they differ now.",
        panel="Git",
    ),
    Option(
        name="history",
        metavar="[RANGE]",
        optional=True,
        help="Read the repository's history instead of the files: all that any ref reaches, or a RANGE of revisions "
        "such as main..topic.",
        panel="Git",
    ),
    Option(
        name="branch",
        metavar="NAME",
        many=True,
        help="With --history: what this branch reaches. Repeatable.",
        panel="Git",
    ),
    Option(name="since", metavar="TIME", help="With --history: commits since then, as for --now.", panel="Git"),
    Option(name="max-age", metavar="AGE", help="With --history: commits of the last 90d, 4w, 12h …", panel="Git"),
    Option(
        name="all-objects",
        help="With --history: also what no ref reaches, such as dropped stashes and commits before a rewrite.",
        panel="Git",
    ),
    Option(
        name="cache",
        metavar="[=DIR]",
        attached=True,
        help="With --history: remember which objects hold nothing, and do not read them again while rules stay the "
        "same; in DIR, else in your own cache.",
        panel="Git",
    ),
    Option(name="trust-owner", help="Read a repository that belongs to another user.", panel="Git"),
)

POLICY = (
    Option(
        name="config",
        metavar="FILE",
        help="Read this configuration instead of the one found from the target upwards.",
        panel="Policy",
    ),
    Option(name="no-config", help="Read no configuration.", panel="Policy"),
    Option(name="rules", metavar="DIR", many=True, help="Add the rules of this folder.", panel="Policy"),
    Option(
        name="jwks",
        metavar="FILE",
        many=True,
        help="Verify signatures with the keys in this file: a JWK Set, a JWK, PEM or DER. Repeatable.",
        panel="Policy",
    ),
    Option(
        name="wordlist",
        metavar="FILE",
        many=True,
        help="Try the lines of this file too as secrets of tokens.",
        panel="Policy",
    ),
    Option(
        name="tries",
        metavar="N",
        help="Try at most N known secrets, on all tokens together. (default: 20000000)",
        panel="Policy",
    ),
    Option(
        name="no-inline-allow",
        help="Honour no comment such as `tokensweep: allow`, of any tool.",
        panel="Policy",
    ),
    Option(name="no-ignore-files", help="Honour no .tokensweepignore and no .secrets.baseline.", panel="Policy"),
    Option(
        name="now",
        metavar="TIME",
        help="Judge as of this time, ISO 8601 or seconds since 1970. (default: the clock)",
        panel="Policy",
    ),
)

GATE = (
    Option(
        name="fail-on",
        metavar="SEVERITY",
        help="Exit 1 for open findings from this severity on: info, low, medium, high, critical or never. "
        "(default: medium)",
        choices=lambda: _SEVERITIES,
        panel="Gate",
    ),
    Option(name="baseline", metavar="FILE", help="Take the findings of this file as known.", panel="Gate"),
    Option(name="exit-zero", help="Exit 0 whatever is found.", environment=False, panel="Gate"),
    Option(name="exit-code", metavar="N", help="Exit N instead of 1.", panel="Gate"),
)

OUTPUT = (
    Option(
        name="format",
        metavar="F[=FILE]",
        many=True,
        help="Write text, json or sarif, to FILE or else to standard output. Repeatable. (default: text)",
        short="f",
        choices=_formats,
    ),
    Option(name="output", metavar="FILE", help="Where the format without =FILE goes.", short="o"),
    Option(
        name="show-secrets",
        help="Print raw tokens. Whoever reads the output can use them.",
        environment=False,
    ),
    Option(name="include-suppressed", help="List suppressed and baselined findings in the report too."),
    Option(
        name="sarif-scope",
        metavar="SCOPE",
        help="all, or head to leave what only history holds out of SARIF: code scanning shows files as they are. "
        "(default: all)",
        choices=lambda: SARIF_SCOPES,
    ),
    Option(name="color", metavar="WHEN", help="auto, always or never. (default: auto)", choices=lambda: COLORS),
    Option(name="quiet", help="Nothing on standard error but errors.", short="q"),
    Option(name="verbose", help="Say on standard error what was in force and what was left out.", short="v"),
)

SCAN = (*GATE, *OUTPUT, *READING, *GIT, *POLICY)


def spelled(argv: Sequence[str], options: Iterable[Option]) -> list[str]:
    """The arguments with each option that may stand without a value written as `--history=` or `--history=main..topic`.

    What follows it is its value, unless it is an option or something that exists: then it is a target.
    """
    optional = {f"--{option.name}": option.attached for option in options if option.optional or option.attached}
    plain: list[str] = []
    rest = list(argv)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            return [*plain, argument, *rest]
        if argument in optional:
            follows = rest and not optional[argument] and not rest[0].startswith("-") and not os.path.lexists(rest[0])
            argument = f"{argument}={rest.pop(0) if follows else ''}"
        plain.append(argument)
    return plain


def parse(argv: Sequence[str], options: Iterable[Option]) -> tuple[list[str], Values] | None:
    """Targets and values of plain arguments; None for anything that takes more knowledge, which is left to typer.

    That is help, bundled short options, unknown options, missing values: all that typer explains better.
    """
    by_flag = {f"--{option.name}": option for option in options}
    by_flag |= {f"-{option.short}": option for option in options if option.short}
    targets: list[str] = []
    given: Values = {}
    rest = iter(argv)
    for argument in rest:
        if argument == "--":
            targets += rest
        elif argument == "-" or not argument.startswith("-"):
            targets.append(argument)
        else:
            flag, equals, value = argument.partition("=")
            option = by_flag.get(flag)
            if option is None or (equals and (not option.metavar or not flag.startswith("--"))):
                return None
            if not option.metavar:
                given[option.name] = True
                continue
            if not equals:
                value = next(rest, "--")
                if value.startswith("-") and value != "-":
                    return None
            given[option.name] = (*given.get(option.name, ()), value) if option.many else value
    return targets, given


class Given(msgspec.Struct, frozen=True):
    """What the user gave for the options: flags, and where there is none, environment variables."""

    flags: Values
    variables: Values

    def get(self, name: str) -> Any:
        """The value of an option, None if it is given nowhere."""
        return self.flags.get(name, self.variables.get(name))

    def origin(self, name: str) -> str | None:
        """The flag or the variable that gave the value, None if it is given nowhere."""
        if name in self.flags:
            return f"--{name}"
        return _variable(name) if name in self.variables else None

    def read(self, name: str, read: Callable[[Any], Any]) -> Any:
        """The value as `read` understands it; its ValueError becomes a UsageError that names the origin."""
        try:
            return read(self.get(name))
        except ValueError as error:
            raise UsageError(f"{self.origin(name)}: {error}") from None


def given(flags: Values, options: Iterable[Option], environ: Mapping[str, str]) -> Given:
    """The flags, and the variables that no flag overrides; a list in a variable is separated as in PATH.

    Raises UsageError for two flags that contradict each other and for a switch that is neither on nor off.
    """
    variables: Values = {}
    for option in options:
        opposite = f"no-{option.name}"
        if option.name in flags and opposite in flags:
            raise UsageError(f"--{option.name} and --{opposite} contradict each other")
        text = environ.get(_variable(option.name), "") if option.environment else ""
        if text and not {option.name, opposite, option.name.removeprefix("no-")} & flags.keys():
            variables[option.name] = _parse_variable(option, text)
    return Given(flags, variables)


def _variable(name: str) -> str:
    return "TOKENSWEEP_" + name.upper().replace("-", "_")


def _parse_variable(option: Option, text: str) -> Any:
    if option.many:
        return tuple(filter(None, text.split(os.pathsep)))
    if option.metavar:
        return text
    if text.lower() not in _SWITCHES:
        raise UsageError(f"{_variable(option.name)}: expected 1 or 0, not {text!r}")
    return _SWITCHES[text.lower()]


_SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
