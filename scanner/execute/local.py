"""Work on one machine: serially in this process, or in worker processes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from scanner.model import TokensweepError

if TYPE_CHECKING:
    from concurrent.futures import Future

S = TypeVar("S")
R = TypeVar("R")

_AHEAD: Final = 4
"""Shards a worker that are handed out before results are taken: none waits, and the walk does not run away."""

_GRACE: Final = 2
"""Seconds that workers get on Ctrl-C to end the shards that they have."""


class Crash(Generic[S]):
    """A shard on which the work failed, or that killed its worker."""

    def __init__(self, shard: S, detail: str) -> None:
        self.shard = shard
        self.detail = detail


def run(
    shards: Iterable[S], work: Callable[[S], R], jobs: int, *, local: Callable[[S], bool] = lambda _: False
) -> Iterator[R | Crash[S]]:
    """What `work` makes of each shard, in the order in which work ends.

    A shard that is `local` is worked on in this process; where there is one shard only, no other process is started.
    A shard on which the work fails, or that kills its worker, comes back as a Crash, and costs no other shard. Raises
    TokensweepError where the work does. On Ctrl-C, what was handed to workers comes too, if it ends soon; then
    KeyboardInterrupt is raised, on a second Ctrl-C at once.
    """
    ahead = iter(shards)
    first = list(itertools.islice(ahead, 2))
    if jobs < 2 or len(first) < 2:
        for shard in itertools.chain(first, ahead):
            yield _result(work, shard)
        return
    yield from _processes(itertools.chain(first, ahead), work, jobs, local)


def _result(work: Callable[[S], R], shard: S) -> R | Crash[S]:
    """What `work` makes of the shard. A failure tells its place, not its message, which may hold what was read."""
    try:
        return work(shard)
    except TokensweepError:
        raise
    except Exception as error:  # noqa: BLE001  # Whatever is wrong with one shard, the others are worth their results.
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        file, line = (place.tb_frame.f_code.co_filename, place.tb_lineno) if place else ("", 0)
        return Crash(shard, f"{type(error).__name__} at {os.path.basename(file)}:{line}")


_prepared: list[Callable[..., Any]] = []
"""In a worker, the one work that it does."""


def _start(work: Callable[..., Any]) -> None:
    """Prepare a worker: the terminal's Ctrl-C is the parent's to handle."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _prepared.append(work)


def _call(shard: Any) -> Any:
    return _result(_prepared[0], shard)


def _processes(
    shards: Iterator[S], work: Callable[[S], R], jobs: int, local: Callable[[S], bool]
) -> Iterator[R | Crash[S]]:
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    # No thread runs yet, so a fork is safe, and it spares each worker the imports and the compiled patterns.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")

    def pool(workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(work,))

    executor = pool(jobs)
    pending: dict[Future[R | Crash[S]], S] = {}
    broken: list[S] = []
    try:
        for shard in shards:
            if local(shard):
                yield _result(work, shard)
                continue
            try:
                pending[executor.submit(_call, shard)] = shard
            except BrokenProcessPool:
                broken.append(shard)
                break
            if len(pending) >= jobs * _AHEAD:
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                yield from _taken(done, pending, broken)
        while pending:
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            yield from _taken(done, pending, broken)
    except KeyboardInterrupt:
        done, _ = wait(pending, timeout=_GRACE)
        yield from _taken(done, pending, broken)
        raise
    finally:
        # All results that are wanted are here. Workers that are asked to leave take a tenth of a second for it.
        processes = list((getattr(executor, "_processes", None) or {}).values())
        for process in processes:
            process.terminate()
        executor.shutdown(wait=False, cancel_futures=True)
    for shard in broken:
        with pool(1) as lone:
            try:
                yield lone.submit(_call, shard).result()
            except BrokenProcessPool:
                yield Crash(shard, "its worker process died")
    if broken:
        yield from _processes(shards, work, jobs, local)


def _taken(
    done: Iterable[Future[R | Crash[S]]], pending: dict[Future[R | Crash[S]], S], broken: list[S]
) -> Iterator[R | Crash[S]]:
    from concurrent.futures.process import BrokenProcessPool

    for future in done:
        shard = pending.pop(future)
        try:
            result = future.result()
        except BrokenProcessPool:
            broken.append(shard)
        else:
            yield result
