"""Serial and in processes: the same results, whatever workers do."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.execute.local import Crash, run
from scanner.model import UsageError


def double(number: int) -> int:
    return 2 * number


def process(number: int) -> int:
    return os.getpid()


def outcome(results: Iterator[int | Crash[int]]) -> tuple[list[int], list[int]]:
    """What work gave, sorted, and the shards that crashed."""
    given = list(results)
    crashed = [result.shard for result in given if isinstance(result, Crash)]
    return sorted(result for result in given if not isinstance(result, Crash)), sorted(crashed)


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("shards", [0, 1, 2, 3, 100])
def test_each_shard_is_worked_on_once(jobs: int, shards: int) -> None:
    assert outcome(run(range(shards), double, jobs)) == ([2 * number for number in range(shards)], [])


def test_one_shard_needs_no_process() -> None:
    assert list(run([1], process, 2)) == [os.getpid()]


def test_several_shards_go_to_workers() -> None:
    assert os.getpid() not in set(run(range(20), process, 2))


def test_a_local_shard_stays_here() -> None:
    here = list(run(range(20), process, 2, local=lambda number: number in (0, 7, 19)))
    assert here.count(os.getpid()) == 3


def test_shards_are_made_as_workers_take_them() -> None:
    """The walk does not run away from the workers."""
    made = itertools.count()
    results = run((next(made) for _ in range(1000)), double, 2)
    next(results)
    assert next(made) < 20


class Deadly:
    """Doubles; at some numbers it kills its process, or fails."""

    def __init__(self, *deadly: int, failing: int = -1) -> None:
        self.deadly = deadly
        self.failing = failing
        self.parent = os.getpid()

    def __call__(self, number: int) -> int:
        if number in self.deadly and os.getpid() != self.parent:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == self.failing:
            raise ValueError(f"secret {number}")
        return 2 * number


@pytest.mark.parametrize("deadly", [(0,), (7,), (0, 1), (5, 25, 39), (39,)])
def test_who_kills_its_worker_is_found_and_the_others_come(deadly: tuple[int, ...]) -> None:
    expected = [2 * number for number in range(40) if number not in deadly]
    assert outcome(run(range(40), Deadly(*deadly), 2)) == (expected, list(deadly))


def test_a_killer_is_told_in_plain_words() -> None:
    (crash,) = (result for result in run(range(2), Deadly(1), 2) if isinstance(result, Crash))
    assert crash.detail == "its worker process died"


def test_many_killers_are_no_deep_recursion() -> None:
    shards = range(300)
    assert outcome(run(shards, Deadly(*shards[::20]), 2))[1] == list(shards[::20])


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_costs_its_own_shard_only(jobs: int) -> None:
    """Where it failed is told; the message, which may hold what was read, is not."""
    results = list(run(range(5), Deadly(failing=3), jobs))
    (crash,) = (result for result in results if isinstance(result, Crash))
    assert sorted(result for result in results if not isinstance(result, Crash)) == [0, 2, 4, 8]
    assert crash.shard == 3
    assert crash.detail.startswith("ValueError at test_local.py:")
    assert "secret" not in crash.detail


def refuse(number: int) -> int:
    raise UsageError("a mistake of the user")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_users_mistake_ends_the_work(jobs: int) -> None:
    with pytest.raises(UsageError, match="a mistake of the user"):
        list(run(range(5), refuse, jobs))


def alive(worker: int) -> bool:
    try:
        os.kill(worker, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_end_with_the_results(tmp_path: Path) -> None:
    """A consumer that stops leaves no process behind."""

    def pid(number: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        return os.getpid()

    results = run(iter(range(1000)), pid, 2)
    next(results)
    del results
    workers = [int(path.name) for path in tmp_path.iterdir()]
    assert workers
    deadline = time.monotonic() + 10
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("seconds", [0.5, 60])
def test_ctrl_c(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What workers have comes yet, if it ends soon; they get no more, and nobody waits for long."""
    monkeypatch.setattr("scanner.execute.local._GRACE", 30 if seconds < 1 else 0.1)

    def work(number: int) -> int:
        if number < 2:
            time.sleep(seconds)
        return number

    def shards() -> Iterator[int]:
        yield from range(2)
        yield 2
        time.sleep(0.2)  # Both workers are at a shard.
        threading.Timer(0.1, signal.pthread_kill, [main, signal.SIGINT]).start()
        yield from range(3, 100)

    main = threading.get_ident()
    given: list[int | Crash[int]] = []
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        given.extend(run(shards(), work, 2))
    assert time.monotonic() - began < 20
    assert ({0, 1} <= set(given)) is (seconds < 1)
    assert len(given) < 100
