"""Runs a command and says what it cost; compares two commands by running them in alternation."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

Command = Sequence[str | Path]

PAIRS = 9
"""Pairs that a comparison aims at."""
FEWEST_PAIRS = 3
"""Pairs that even the slowest peer gets: below three a median says nothing of the spread."""
BUDGET = 60.0
"""Seconds after which a comparison ends with the pairs that it has."""


class MeasurementError(Exception):
    """A command could not be installed, started or brought to its end; the message says why, for the table."""


class Run(NamedTuple):
    """What one run of a command cost, its child processes included."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of user and system time, of all processes together."""
    peak: int
    """Resident bytes of the largest process at its largest, of the command and the children that it waited for.

    About 20 MB are the floor: the kernel counts the moment between fork and exec, when the child is this benchmark.
    """
    together: int
    """Bytes of all processes at once, shared pages counted once; 0 unless the run was watched."""


class Comparison(NamedTuple):
    """Runs of ours and of a peer's, each pair one right after the other: a busy moment of the machine hits both."""

    pairs: list[tuple[Run, Run]]

    def ratios(self, cost: Callable[[Run, Run], float]) -> tuple[float, float, float]:
        """Median, least and greatest of `cost(ours, peer's)` over the pairs."""
        values = [cost(ours, peer) for ours, peer in self.pairs]
        return statistics.median(values), min(values), max(values)

    def median(self, cost: Callable[[Run], float]) -> tuple[float, float]:
        """Median of `cost` for ours and for the peer's."""
        return (
            statistics.median(cost(ours) for ours, _ in self.pairs),
            statistics.median(cost(peer) for _, peer in self.pairs),
        )


def run(command: Command, cwd: Path, output: Path, finished: frozenset[int], *, watch: bool = False) -> Run:
    """Run `command` in `cwd`, its standard output written to `output`.

    A file and not the null device, which some tools recognise and stop early for. `watch` samples the memory of all
    processes together, at the price of the times. Raises MeasurementError for an exit status that is not in `finished`.
    """
    complaints = output.with_suffix(".err")
    together = 0
    with output.open("wb") as out, complaints.open("wb") as err:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        except OSError as error:
            raise MeasurementError(f"did not start: {error}") from error
        ended, status, usage = os.wait4(process.pid, os.WNOHANG if watch else 0)
        while not ended:
            together = max(together, sum(map(_share, _family(process.pid))))
            time.sleep(0.02)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - begin
    # Popen must know that its process is gone, or it waits for it again.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in finished:
        said = "; ".join(complaints.read_text(errors="replace").splitlines()[-2:])
        raise MeasurementError(f"ended with status {process.returncode}: {said[:200]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, together)


def compare(ours: Callable[[], Run], peer: Callable[[], Run], pairs: int = PAIRS) -> Comparison:
    """Run ours, the peer's, ours … until there are `pairs` pairs or the budget is spent. The caller warms up."""
    begin = time.perf_counter()
    done: list[tuple[Run, Run]] = []
    while len(done) < pairs and (len(done) < FEWEST_PAIRS or time.perf_counter() - begin < BUDGET):
        done.append((ours(), peer()))
    return Comparison(done)


def _family(pid: int) -> list[int]:
    """The process and its descendants, as far as they still live."""
    family = [pid]
    for parent in family:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                family += map(int, children.read_text().split())
            except OSError:  # the task ended meanwhile
                continue
    return family


def _share(pid: int) -> int:
    """Bytes of a process's proportional set: a page that n processes share counts 1/n. 0 once it has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
