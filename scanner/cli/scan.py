"""`tokensweep scan`: find tokens, judge them, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scanner import pipeline, report
from scanner.cli import console, options, progress, quick, settings
from scanner.cli.options import Given, Values
from scanner.model import Policy, Report, Severity, UsageError
from scanner.report.style import Style
from scanner.sources import Plan
from scanner.sources.targets import plan_of
from scanner.written import nearest

if TYPE_CHECKING:
    import typer

    from scanner.cli.revision import Revision

INTERRUPTED = 130
"""The exit status of a scan that was stopped; what it had found is reported."""


class Output(NamedTuple):
    """A format, and the file that it goes to; None for standard output."""

    format: str
    path: Path | None


_EPILOG = """\
Examples:
  tokensweep scan                        the current folder, for people
  tokensweep scan -f sarif=out.sarif     a report for code scanning
  tokensweep scan --fail-on high         a milder gate
  tokensweep scan --baseline known.json  fail for new findings only
  tokensweep scan --staged               before a commit: what it adds
  kubectl logs app | tokensweep scan -   standard input
  tokensweep scan --history              all that was ever committed

Exit status:
  0    clean
  1    open findings from --fail-on on
  2    wrong usage or configuration
  3    no such findings, but not all was read
  130  interrupted; what was found is reported

Variables: TOKENSWEEP_FAIL_ON=high stands for --fail-on high, and so on
for all but --show-secrets and --exit-zero.
"""


def app() -> typer.Typer:
    """Give the command to typer."""
    import typer

    from scanner.cli import derive

    scan_app = typer.Typer(add_completion=False)
    derive.command(scan_app, "scan", run, options.SCAN, _EPILOG)
    return scan_app


def run(targets: Sequence[str], flags: Values) -> int:
    """Find leaked tokens in folders, files or standard input, and judge them."""
    given = options.given(flags, options.SCAN, os.environ)
    outputs = plan_outputs(given)
    found = _status_of_findings(given)
    color = given.read("color", settings.color)
    given.read("sarif-scope", settings.sarif_scope)
    # Only SARIF lists the rules in force; reading them takes longer than a small clean scan.
    with_rules = bool(given.get("verbose")) or any(output.format == "sarif" for output in outputs)
    with _revision(targets, given) as revision:
        plan, policy = _planned(targets, given, revision)
        finished = scan(plan, policy, given, with_rules=with_rules)
        if revision:
            finished.coverage.notes = [*revision.differences(), *map(revision.shown, finished.coverage.notes)]
    for output in sorted(outputs, key=lambda output: output.path is None):
        _write(finished, output, _style(output, given, color))
    if not given.get("quiet"):
        _tell(finished, policy, outputs, verbose=bool(given.get("verbose")))
    if given.get("staged"):
        quick.remember()
    fail_on = None if given.get("exit-zero") else policy.fail_on
    return exit_status(finished, fail_on, found)


def scan(plan: Plan, policy: Policy, given: Given, *, with_rules: bool = False) -> Report:
    """Scan under a policy, with a progress bar where someone watches; `with_rules` as in `pipeline.scan`."""
    now = settings.clock(given)
    if given.get("quiet") or given.get("no-progress") or not progress.wanted():
        return pipeline.scan(plan, policy, now, with_rules=with_rules)
    with progress.Bar() as bar:
        return pipeline.scan(plan, policy, now, progress=bar, with_rules=with_rules)


def _revision(targets: Sequence[str], given: Given) -> AbstractContextManager[Revision | None]:
    """The revision that decides, if one is to."""
    if given.get("config-from") is None:
        return nullcontext()
    from scanner.cli import revision

    start = next((Path(target) for target in targets if target != "-"), None)
    return revision.as_of(given.get("config-from"), start, trust_owner=bool(given.get("trust-owner")))


def _planned(targets: Sequence[str], given: Given, revision: Revision | None) -> tuple[Plan, Policy]:
    """What is to be read, and the policy for it. Raises UsageError for options that do not go together."""
    history = given.get("history") is not None
    if history and given.get("staged"):
        raise UsageError("--history and --staged contradict each other")
    for name in ("branch", "since", "max-age", "all-objects"):
        if given.get(name) and not history:
            raise UsageError(f"{given.origin(name)} goes with --history")
    if "cache" in given.flags and not history:  # Its variable may be meant for several scans.
        raise UsageError("--cache goes with --history")
    return (_history if history else _staged if given.get("staged") else _files)(targets, given, revision)


def _history(targets: Sequence[str], given: Given, revision: Revision | None) -> tuple[Plan, Policy]:
    """A scan of a repository's history. The policy is that of the work tree's root, whatever the target."""
    from scanner.sources.history.plan import Revisions

    if len(targets) > 1 or "-" in targets:
        raise UsageError("--history reads one repository", "name one folder of it")
    plan = Revisions(settings.scope(targets[0] if targets else None, given), (*targets, "--history"))
    return plan, settings.policy_in_force([str(plan.root)], given, revision)


def _files(targets: Sequence[str], given: Given, revision: Revision | None) -> tuple[Plan, Policy]:
    """A scan of files, those of the current folder where none are named."""
    named = targets or ["."]
    return plan_of(named), settings.policy_in_force(named, given, revision)


def _staged(targets: Sequence[str], given: Given, revision: Revision | None) -> tuple[Plan, Policy]:
    """A scan of the index. The policy is that of the work tree's root, whatever the targets."""
    from scanner.sources.git.command import open_git
    from scanner.sources.staged import Staged

    git = open_git(Path(targets[0]) if targets else None, trust_owner=bool(given.get("trust-owner")))
    root = git.repository.place
    policy = settings.policy_in_force([str(root)], given, revision)
    watched = () if revision else settings.deciding(policy, root)
    return Staged(git, targets, watched, quick.staged()), policy


def plan_outputs(given: Given) -> list[Output]:
    """Which format goes where. Raises UsageError for what can't be written, before anything is scanned."""
    wanted = [text.partition("=") for text in given.get("format") or ("text",)]
    unnamed = given.get("output")
    if unnamed and all(path for _, _, path in wanted):
        raise UsageError("--output has nothing to hold: each --format names its own file")
    outputs: dict[Path | None, str] = {}
    for name, _, text in wanted:
        if name not in report.FORMATS:
            near = nearest(name, report.FORMATS)
            raise UsageError(f"--format: unknown format {name!r}{near}", f"one of: {', '.join(report.FORMATS)}")
        path = None if (text or unnamed or "-") == "-" else Path(text or unnamed)
        if path in outputs:
            raise UsageError(f"two formats go to {path or 'standard output'}", "write --format FORMAT=FILE")
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise UsageError(f"cannot write {path}: {'it is a folder' if path.is_dir() else 'no such folder'}")
        outputs[path] = name
    return [Output(name, path) for path, name in outputs.items()]


def exit_status(finished: Report, fail_on: Severity | None, found: int = 1) -> int:
    """130 if it was interrupted, `found` for findings from `fail_on` on, 3 if not all was read, else 0."""
    if any(skipped.reason == "interrupted" for skipped in finished.coverage.skipped):
        return INTERRUPTED
    status = finished.status(fail_on)
    return found if status == 1 else status


def _status_of_findings(given: Given) -> int:
    if given.get("exit-code") is None:
        return 1
    status: int = given.read("exit-code", settings.whole_number)
    if status > 255:
        raise UsageError(f"{given.origin('exit-code')}: expected a number from 0 to 255, not {status}")
    return status


def _style(output: Output, given: Given, color: str) -> Style:
    on_screen = output.path is None
    return Style(
        color=console.colored(sys.stdout, color) if on_screen else color == "always",
        width=console.width(Style().width) if on_screen else Style().width,
        show_secrets=bool(given.get("show-secrets")),
        include_suppressed=bool(given.get("include-suppressed")),
        head_only=given.get("sarif-scope") == "head",
    )


def _write(finished: Report, output: Output, style: Style) -> None:
    chunks = report.render(output.format, finished, style)
    try:
        if output.path:
            report.write(chunks, output.path)
        else:
            sys.stdout.buffer.writelines(chunks)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write {output.path or 'standard output'}: {error.strerror}") from None


def _tell(finished: Report, policy: Policy, outputs: Sequence[Output], *, verbose: bool) -> None:
    """Say on standard error what the reader of standard output does not see there."""
    if Output("text", None) not in outputs:
        coverage = finished.coverage
        counts = ", ".join(f"{count} {name}" for name, count in finished.summary.items() if count)
        console.say(
            f"tokensweep: {counts or 'no findings'}; {coverage.read} of {coverage.planned} {finished.unit} read"
        )
        if not coverage.complete:
            console.say(f"tokensweep: warning: incomplete, {len(coverage.skipped)} inputs were not or not fully read")
        for note in coverage.notes:
            console.say(f"tokensweep: note: {note}")
    if verbose:
        console.say(f"tokensweep: configuration: {policy.source or 'none'}")
        console.say(f"tokensweep: rules: {len(finished.rules)}, digest {finished.rules_digest}")
        console.say(f"tokensweep: {finished.coverage.bytes} bytes in {finished.seconds:.2f} s")
