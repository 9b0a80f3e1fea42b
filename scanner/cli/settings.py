"""Gives the options that were given their meaning: the policy in force and the clock."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from scanner import policy, written
from scanner.cli.options import COLORS, SARIF_SCOPES, Given
from scanner.model import DETECT_SECRETS_BASELINE, IGNORE_FILE, Policy, UsageError
from scanner.sources.scope import Scope

if TYPE_CHECKING:
    from scanner.cli.revision import Revision


def policy_in_force(targets: Sequence[str], given: Given, revision: Revision | None = None) -> Policy:
    """The policy of the configuration, under what flags and variables say; all files as a revision has them, if given.

    Raises PolicyError for a configuration that cannot be used, RuleError for a rule, UsageError for an option.
    """
    base = _configured(targets, given, revision)
    fields = {field: given.read(name, read) for name, (field, read) in OVERLAY.items() if given.get(name) is not None}
    added = {field: (*getattr(base, field), *(given.get(name) or ())) for name, field in ADDED.items()}
    force = msgspec.structs.replace(base, **fields, **added)
    if revision:
        force = revision.hold(force)
    for path in force.wordlists:
        if not Path(path).is_file():
            raise UsageError(f"no word list {path}", "name a file of secrets, one a line")
    if policy.names_rules(force):
        from scanner import rulebook

        book = rulebook.load([Path(folder) for folder in force.rules])
        limits = {known.id: known.limits for known in book.classes}
        policy.check_names(force, {*(rule.id for rule in book.rules), *book.redirects}, limits)
    if revision and force.source:
        force = msgspec.structs.replace(force, source=revision.shown(force.source))
    return force


def deciding(force: Policy, root: Path) -> list[Path]:
    """The files and folders that decide on a scan of the repository at `root`, whether they exist or not."""
    named = [root / name for name in policy.NAMES]
    if force.ignore_files:
        named += [root / IGNORE_FILE, root / DETECT_SECRETS_BASELINE]
    stated = (force.source, force.baseline, *force.rules, *force.wordlists, *force.jwks)
    return named + [Path(path).absolute() for path in stated if path]


def clock(given: Given) -> int:
    """The time of every judgement, seconds since 1970-01-01 UTC. Raises UsageError."""
    return int(time.time()) if given.get("now") is None else int(given.read("now", _time))


def color(choice: str | None) -> str:
    """When to write colour: of `options.COLORS`. Raises ValueError."""
    if choice not in (None, *COLORS):
        raise ValueError(f"expected one of {', '.join(COLORS)}, not {choice!r}")
    return choice or "auto"


def sarif_scope(choice: str | None) -> str:
    """What goes into SARIF: of `options.SARIF_SCOPES`. Raises ValueError."""
    if choice not in (None, *SARIF_SCOPES):
        raise ValueError(f"expected one of {', '.join(SARIF_SCOPES)}, not {choice!r}")
    return choice or "all"


def scope(target: str | None, given: Given) -> Scope:
    """What part of which history is meant. Raises UsageError."""
    revisions, branches = given.get("history") or "", tuple(given.get("branch") or ())
    if revisions and branches:
        raise UsageError(f"{given.origin('branch')} goes with no range of revisions", "write the range alone")
    times = [given.read(name, read) for name, read in _SINCE.items() if given.get(name) is not None]
    if len(times) > 1:
        raise UsageError("--since and --max-age contradict each other")
    since = times[0] if times else None
    if given.get("max-age") is not None:
        since = clock(given) - times[0]
    return Scope(
        Path(target) if target else None,
        revisions=revisions,
        branches=branches,
        since=since,
        all_objects=bool(given.get("all-objects")),
        trust_owner=bool(given.get("trust-owner")),
    )


def whole_number(text: str) -> int:
    """The number that an option's text says, 0 or more. Raises ValueError."""
    return written.count(int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text)


OVERLAY: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "fail-on": ("fail_on", written.fail_on),
    "vendored": ("vendored", bool),
    "baseline": ("baseline", str),
    "jwks": ("jwks", tuple),
    "max-file-size": ("max_file_size", written.size),
    "jobs": ("jobs", whole_number),
    "cache": ("cache", lambda folder: os.path.abspath(os.path.expanduser(folder)) if folder else True),
    "tries": ("tries", whole_number),
    "no-inline-allow": ("inline", lambda on: frozenset() if on else Policy().inline),
    "no-ignore-files": ("ignore_files", lambda on: not on),
}
"""The options that replace a field of the policy, and how to read them."""

ADDED = {"rules": "rules", "wordlist": "wordlists"}
"""The options that add to a field of the policy."""


def _configured(targets: Sequence[str], given: Given, revision: Revision | None) -> Policy:
    if revision and (given.get("config") is not None or given.get("no-config")):
        other = given.origin("no-config" if given.get("no-config") else "config")
        raise UsageError(f"{given.origin('config-from')} and {other} contradict each other")
    if given.get("no-config"):
        return Policy()
    if given.get("config") is not None:
        return policy.load(Path(given.get("config")))
    places = [Path() if target == "-" else Path(target) for target in targets]
    found = {(revision.configuration if revision else policy.find)(place) for place in places}
    if len(found) > 1:
        names = ", ".join(sorted(str(path) if path else "none" for path in found))
        raise UsageError(
            f"the targets have different configurations: {names}", "scan them one by one, or choose with --config FILE"
        )
    (path,) = found
    return policy.load(path) if path else Policy()


def _time(text: str) -> int:
    from datetime import UTC, datetime

    try:
        seconds = int(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"expected a time such as 2027-01-31T12:00:00Z or 1801396800, not {text!r}") from None
        seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if not _EARLIEST <= seconds <= _LATEST:
        raise ValueError(f"expected a time between the years 1 and 9998, not {text!r}")
    return seconds


_SINCE: dict[str, Callable[[str], int]] = {"since": _time, "max-age": written.duration}

# The years in which the expression language can hold every time, see the design page.
_EARLIEST, _LATEST = -62_135_596_800, 253_370_764_799
