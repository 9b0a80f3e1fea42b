"""`tokensweep config`: the policy in force."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner import policy, written
from scanner.cli import options, settings
from scanner.cli.options import Given, Values
from scanner.model import Policy, Severity

if TYPE_CHECKING:
    import typer

_OPTIONS = tuple(
    option for option in options.SCAN if option.name in {*settings.OVERLAY, *settings.ADDED, "config", "no-config"}
)


def app() -> typer.Typer:
    """Give the commands to typer."""
    import typer

    from scanner.cli import derive

    group = typer.Typer(name="config", add_completion=False, help="Show the configuration in force.")
    group.callback()(lambda: None)  # without one, typer takes a single command for the group itself
    derive.command(group, "show", show, _OPTIONS)
    return group


def show(targets: Sequence[str], flags: Values) -> int:
    """Print the settings in force for a scan of these targets, in TOML, each with its origin."""
    given = options.given(flags, _OPTIONS, os.environ)
    for line in _lines(settings.policy_in_force(targets or ["."], given), given):
        print(line)
    return 0


def _lines(force: Policy, given: Given) -> Iterator[str]:
    stated = policy.stated(Path(force.source)) if force.source else frozenset()
    overlays = {field: given.origin(option) for option, (field, _) in settings.OVERLAY.items()}
    overlays |= {field: given.origin(option) for option, field in settings.ADDED.items()}
    for key, (field, _) in policy.KEYS.items():
        value = getattr(force, field)
        origin = overlays.get(field) or (force.source if key in stated else "default")
        if value is None and key != "fail-on":
            yield f"# {key} is not set"
        else:
            yield f"{key} = {_toml(written.NEVER if value is None else value)}  # {origin}"
    if force.severities:
        yield from ("", f"[severity]  # {force.source}")
        yield from (f"{rule} = {_toml(severity)}" for rule, severity in force.severities.items())
    for name in sorted({*force.limits, *force.requires}):
        yield from ("", f"[limits.{name}]  # {force.source}, in seconds or counts")
        yield from (f"{limit.replace('_', '-')} = {value}" for limit, value in force.limits.get(name, {}).items())
        if name in force.requires:
            yield f"requires = {_toml(list(force.requires[name]))}"
    for rule in force.suppressions:
        yield from ("", f"[[suppress]]  # {force.source}")
        for key in ("reason", "paths", "rules", "findings", "expires"):
            if getattr(rule, key):
                yield f"{key} = {_toml(getattr(rule, key))}"


def _toml(value: Any) -> str:
    """A value in TOML, whose texts, lists and switches are written as in JSON."""
    if isinstance(value, Severity):
        value = value.value
    text = json.dumps(sorted(value) if isinstance(value, frozenset) else value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
