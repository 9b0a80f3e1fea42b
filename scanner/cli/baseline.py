"""`tokensweep baseline`: takes the findings of today as known, so that a gate fails for new ones only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from scanner import report
from scanner.cli import console, options, scan, settings
from scanner.cli.options import Given, Option, Values
from scanner.model import UsageError
from scanner.sources import Plan
from scanner.sources.scope import Scope
from scanner.sources.targets import plan_of
from scanner.triage import baseline

if TYPE_CHECKING:
    import typer

DEFAULT = "tokensweep-baseline.json"
"""The baseline where none is named."""

_OPTIONS = (
    Option(name="baseline", metavar="FILE", help=f"The file to write. (default: the configured one, or {DEFAULT})"),
    Option(
        name="history",
        help="Read the repository's history instead of the files, as `scan --history` does.",
        panel="Git",
        environment=False,
    ),
    *(option for option in options.GIT if option.name in ("all-objects", "trust-owner")),
    *options.READING,
    *options.POLICY,
    *(option for option in options.OUTPUT if option.name == "quiet"),
)


def app() -> typer.Typer:
    """Give the commands to typer."""
    import typer

    from scanner.cli import derive

    group = typer.Typer(name="baseline", add_completion=False, help="Take today's findings as known.")
    derive.command(group, "create", create, _OPTIONS)
    derive.command(group, "update", update, _OPTIONS)
    return group


def create(targets: Sequence[str], flags: Values) -> int:
    """Scan, and write all open findings into a new baseline."""
    return _write(targets, flags, anew=True)


def update(targets: Sequence[str], flags: Values) -> int:
    """Scan, and bring a baseline up to date: new findings join it, those that are gone leave it, reasons stay."""
    return _write(targets, flags, anew=False)


def _write(targets: Sequence[str], flags: Values, *, anew: bool) -> int:
    given = options.given(flags, _OPTIONS, os.environ)
    if given.get("all-objects") and not given.get("history"):
        raise UsageError(f"{given.origin('all-objects')} goes with --history")
    targets = targets or ["."]
    policy = settings.policy_in_force(targets, given)
    path = Path(policy.baseline or DEFAULT)
    old = None
    if not anew:
        old = _own(path)
    elif path.exists():
        raise UsageError(f"{path} exists", "`tokensweep baseline update` keeps the reasons in it")
    finished = scan.scan(_plan(targets, given), msgspec.structs.replace(policy, baseline=None), given)
    status = scan.exit_status(finished, fail_on=None)
    if status == scan.INTERRUPTED:
        raise UsageError(f"interrupted: {path} is not written")
    try:
        report.write([baseline.dump(finished.findings, old)], path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    if not given.get("quiet"):
        console.say(f"tokensweep: {path}: {sum(f.status == 'open' for f in finished.findings)} findings are now known")
        for skipped in finished.coverage.skipped:
            console.say(f"tokensweep: warning: not read: {skipped.path}: {skipped.reason}")
        if policy.baseline is None:
            console.say(f"tokensweep: hint: scan with --baseline {path}, or set baseline in tokensweep.toml")
    return status


def _plan(targets: Sequence[str], given: Given) -> Plan:
    """What is to be read: files, or a history, whose findings at the heads of branches are those of the files."""
    if not given.get("history"):
        return plan_of(targets)
    from scanner.sources.history.plan import Revisions

    if len(targets) > 1 or "-" in targets:
        raise UsageError("--history reads one repository", "name one folder of it")
    all_objects, trust_owner = bool(given.get("all-objects")), bool(given.get("trust-owner"))
    return Revisions(Scope(Path(targets[0]), all_objects=all_objects, trust_owner=trust_owner), (*targets, "--history"))


def _own(path: Path) -> baseline.Baseline:
    """A baseline in our form. Raises UsageError."""
    if not path.exists():
        raise UsageError(f"{path}: no such baseline", "`tokensweep baseline create` makes one")
    loaded = baseline.load(path)
    if not isinstance(loaded, baseline.Baseline):
        raise UsageError(f"{path} is a baseline of detect-secrets", "update it with `detect-secrets scan --baseline`")
    return loaded
