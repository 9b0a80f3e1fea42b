"""Scans of histories that git made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner import pipeline
from scanner.model import Policy, Presence, Report, Sighting
from scanner.sources.history.plan import Revisions
from scanner.sources.scope import Scope
from tests.repositories import Repo
from tests.scans import NOW

DAY = 86_400
START = NOW - 400 * DAY
"""The day of the first commits."""

Look = Callable[..., Report]


class Dated(Repo):
    """A repository whose commits are made on days that the test names."""

    def on(self, day: int, message: str = "change", **files: str | bytes | None) -> str:
        """Commit on this day after START; None removes a file (`app_py` is app.py)."""
        for name, content in files.items():
            path = name.replace("_", ".")
            if content is None:
                self.git("rm", "-q", "--", path)
            else:
                self.add(path, content)
        return self.at(day, "commit", "--quiet", "--allow-empty", "--message", message)

    def at(self, day: int, *arguments: str | Path) -> str:
        """Run a command of git that commits, on this day; the new head."""
        date = f"{START + day * DAY} +0000"
        self.git(*arguments, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Dated:
    """An empty repository."""
    return Dated(tmp_path / "repo")


@pytest.fixture
def look(repo: Dated) -> Look:
    """Scans a history (`repo` unless told) as of NOW: `look(revisions="main..topic", policy={"jobs": 1})`."""

    def look(start: Path | None = None, policy: dict[str, Any] | None = None, **scope: Any) -> Report:
        plan = Revisions(Scope(start or repo.root, **scope), ("--history",))
        return pipeline.scan(plan, Policy(**{"jobs": 1} | (policy or {})), NOW, with_rules=False)

    return look


def sightings(report: Report) -> list[Sighting]:
    """All of them, by path."""
    found = (sighting for subject in report.subjects for sighting in subject.sightings)
    return sorted(found, key=lambda sighting: (sighting.origin.path, sighting.line))


def only(report: Report) -> Sighting:
    """The one sighting that there is."""
    (sighting,) = sightings(report)
    return sighting


def presence(report: Report) -> Any:
    """That of the one sighting."""
    found = only(report).origin.presence
    assert isinstance(found, Presence)
    return found


def presences(report: Report) -> dict[str, Any]:
    """That of each sighting, by path."""
    return {sighting.origin.path: sighting.origin.presence for sighting in sightings(report)}


def days(seconds: int | None) -> float | None:
    """Days after START."""
    return None if seconds is None else (seconds - START) / DAY


def rules(report: Report) -> list[str]:
    """The rules that found something, sorted."""
    return sorted(finding.rule.id for finding in report.findings)
