"""The whole way of the data: equal results however work is shared, and reports of what could not be done."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scanner import pipeline
from scanner.examine import Examiner
from scanner.examine.blob import BlobExamination
from scanner.model import SIGHTINGS_LISTED, Coverage, Examination, Finding, Report
from scanner.secrets import identity, identity_at
from scanner.sources import Shard
from scanner.sources.targets import plan_of
from tests.scans import Scan, mint, paths, skipped


def told(report: Report) -> tuple[object, ...]:
    """All that a report says, but how long it took."""

    def told_of(finding: Finding) -> tuple[object, ...]:
        return (finding.id, finding.rule.id, finding.severity, finding.sighting, finding.status, finding.message)

    subjects = [(subject.id, subject.seen, subject.sightings, subject.facts) for subject in report.subjects]
    return subjects, [told_of(finding) for finding in report.findings], report.coverage, report.summary


def forest(root: Path) -> None:
    """3,000 files in 50 folders; every tenth holds a token, every hundredth one that others hold too."""
    for number in range(3000):
        path = root / f"{number % 50:02}/{number}.py"
        path.parent.mkdir(exist_ok=True)
        token = f"t = '{mint(0 if number % 100 == 0 else number)}'" if number % 10 == 0 else ""
        path.write_text("x = 1\n" * (number % 7) + token + "\n")


class TestProcesses:
    def test_they_change_no_result(self, root: Path, scan: Scan) -> None:
        forest(root)
        (root / "link").symlink_to("00")
        serial, parallel = scan(jobs=1), scan(jobs=2)
        assert told(parallel) == told(serial)
        assert serial.coverage.read == serial.coverage.planned == 3000
        assert len(serial.subjects) == 271
        assert max(subject.seen for subject in serial.subjects) == 30
        assert len(serial.findings) >= 271

    def test_a_shard_that_kills_its_worker_is_told(
        self, root: Path, scan: Scan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        forest(root)
        (root / "00/poison").touch()
        whole, parent, call = scan(jobs=1), os.getpid(), Examiner.__call__

        def deadly(self: Examiner, shard: Shard) -> Examination:
            if "00/poison" in shard.paths() and os.getpid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(self, shard)

        monkeypatch.setattr(Examiner, "__call__", deadly)
        report = scan(jobs=2)
        lost = [path for path, reason in skipped(report) if reason == "crashed"]
        assert "00/poison" in lost
        assert len(lost) + report.coverage.read == report.coverage.planned == 3001
        assert paths(report) == [path for path in paths(whole) if path not in lost]
        assert report.status(None) == 3


class TestInterruption:
    def test_what_was_found_until_then_is_reported(self, root: Path, scan: Scan) -> None:
        forest(root)

        def interrupt(coverage: Coverage) -> None:
            raise KeyboardInterrupt

        from scanner.model import Policy

        report = pipeline.scan(plan_of([str(root)]), Policy(jobs=2), 0, progress=interrupt, with_rules=False)
        assert skipped(report) == [("", "interrupted")]
        assert 0 < report.coverage.read < 3000
        assert report.subjects
        assert report.findings

    def test_a_shard_half_read(self, root: Path, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
        """What its files held that were read until then is reported."""
        call = BlobExamination._finish
        finished = itertools.count(1)

        def stop(self: BlobExamination) -> None:
            if next(finished) == 3:
                raise KeyboardInterrupt
            call(self)

        for number in range(4):
            (root / f"{number}.py").write_text(f"TOKEN = '{mint(number)}'\n")
        monkeypatch.setattr(BlobExamination, "_finish", stop)
        report = scan()
        assert skipped(report) == [("", "interrupted")]
        assert {"0.py", "1.py"} <= set(paths(report)) < {"0.py", "1.py", "2.py", "3.py"}

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_a_signal(self, root: Path, jobs: int) -> None:
        """Ctrl-C reaches all processes of the terminal; the parent alone answers, and none stays."""
        forest(root)
        code = (
            "import os, signal, sys, threading\n"
            "from scanner import pipeline\n"
            "from scanner.model import Policy\n"
            "from scanner.sources.targets import plan_of\n"
            "first = lambda coverage: os.killpg(0, signal.SIGINT)\n"
            f"report = pipeline.scan(plan_of(sys.argv[1:]), Policy(jobs={jobs}), 0, progress=first, with_rules=False)\n"
            "print(*(entry.reason for entry in report.coverage.skipped), len(report.subjects) > 0)\n"
        )
        run = subprocess.run(
            [sys.executable, "-c", code, root], capture_output=True, text=True, check=False, start_new_session=True
        )
        assert (run.stdout, run.stderr) == ("interrupted True\n", "")


class TestBounds:
    def test_sightings_listed(self, root: Path, scan: Scan) -> None:
        """The first of each file are listed, and all are counted."""
        for name in "ab":
            (root / name).write_text((mint() + "\n") * 150)
        (subject,) = scan().subjects
        assert subject.seen == 300
        assert [(sighting.origin.path, sighting.line) for sighting in subject.sightings] == [
            (name, line) for name in "ab" for line in range(1, SIGHTINGS_LISTED + 1)
        ]

    @pytest.mark.parametrize("jobs", [1, 2])
    def test_too_many_subjects(self, root: Path, scan: Scan, jobs: int) -> None:
        """What is beyond the bound is counted and told; a subject that is known goes on to be sighted."""
        for folder in range(10):
            for number in range(20):
                path = root / f"{folder}/{number}"
                path.parent.mkdir(exist_ok=True)
                path.write_text(f"{mint(20 * folder + number)}\n{mint(-1)}\n")
        report = scan(max_subjects=15, jobs=jobs)
        assert len(report.subjects) == 15
        assert {reason for _, reason in skipped(report)} == {"too-many-subjects"}
        assert report.status(None) == 3
        beyond = sum(int(entry.detail.partition(" ")[0]) for entry in report.coverage.skipped)
        assert beyond + sum(subject.seen for subject in report.subjects) == 400

    def test_which_subjects_are_kept(self, root: Path, scan: Scan) -> None:
        """Those with the smallest identities, with all their sightings, however work is shared."""
        forest(root)
        whole, serial, parallel = scan(), scan(max_subjects=15, jobs=1), scan(max_subjects=15, jobs=2)
        smallest = sorted(whole.subjects, key=lambda subject: subject.identity)[:15]
        assert {subject.id: subject.seen for subject in serial.subjects} == {s.id: s.seen for s in smallest}
        assert told(serial) == told(parallel)


class TestOrder:
    def test_findings_come_most_severe_first_then_by_place(self, root: Path, scan: Scan) -> None:
        forest(root)
        report = scan()
        first_places = {subject.id: subject.sightings[0].origin.path for subject in report.subjects}
        keys = [(-finding.severity.rank, first_places[finding.subject.id]) for finding in report.findings]
        assert keys == sorted(keys)
        first = {finding.subject.id: None for finding in report.findings}
        assert [subject.id for subject in report.subjects][: len(first)] == list(first)


def test_progress_grows(root: Path) -> None:
    forest(root)
    from scanner.model import Policy

    steps: list[int] = []
    pipeline.scan(plan_of([str(root)]), Policy(jobs=2), 0, progress=lambda coverage: steps.append(coverage.read))
    assert steps == sorted(steps)
    assert steps[-1] == 3000


def test_a_scan_takes_its_time_from_its_clock(root: Path, scan: Scan) -> None:
    """The report says how long the scan took, and as of when it judges."""
    began = time.monotonic()
    report = scan(root)
    assert 0 <= report.seconds <= time.monotonic() - began
    assert report.now == 1_800_000_000

    def test_many_weak_secrets(self, root: Path, scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
        """Telling one by its value costs time by intent: those beyond the bound are told by place, and that is said."""
        lines = [f"JWT_SECRET=kekse-und-milch-{word}\n" for word in ("rot", "blau", "grau", "gelb")]
        (root / ".env").write_text("".join(lines))
        every = [subject.identity for subject in scan().subjects]
        assert every == [identity(line[11:-1].encode()) for line in lines]
        monkeypatch.setattr(pipeline, "_SLOW", 2)
        report = scan()
        assert [subject.identity for subject in report.subjects] == [
            *every[:2], identity_at(".env", "JWT_SECRET", 3), identity_at(".env", "JWT_SECRET", 4),
        ]  # fmt: skip
        assert len({finding.id for finding in report.findings}) == len(report.findings) == 8
        assert report.coverage.notes == ["2 weak secrets beyond the first 2 have ids by where they stand, not by value"]
        assert report.coverage.complete
