"""Work side by side in threads: the compiled loops let go of Python's lock, so that threads are enough."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

Progress = Callable[[float], None]


def threads_of(wanted: int | None) -> int:
    """How many threads to use: as many as wanted, else one for each processor this process may run on."""
    if wanted is not None:
        return max(1, wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(make: Callable[[], Any], run: Callable[[Any, Any], Any], jobs: Sequence[Any], threads: int | None,
                 progress: Progress | None) -> list[Any]:
    """run(what make() made for its thread, job) for all jobs; the results in the jobs' order.

    The calling thread works too, and it alone calls `progress`, with the share that is done; what that raises ends the work.
    """
    results: list[Any] = [None] * len(jobs)
    numbers, lock = iter(range(len(jobs))), Lock()
    done, told = 0, 0.0

    def next_job() -> int | None:
        with lock:
            return next(numbers, None)

    def labour(tell: Progress | None) -> None:
        nonlocal done, told
        try:
            mine = make()
            while (job := next_job()) is not None:
                results[job] = run(mine, jobs[job])
                with lock:
                    done += 1
                if tell is not None:
                    told = done / len(jobs)
                    tell(told)
        except BaseException:  # also what `progress` raises: the other threads take no further job
            while next_job() is not None:
                pass
            raise

    if not jobs:
        return results
    crew = min(threads_of(threads), len(jobs))
    if crew <= 1:
        labour(progress)
        return results
    with ThreadPoolExecutor(crew - 1) as pool:
        hands = [pool.submit(labour, None) for _ in range(crew - 1)]
        labour(progress)
        for hand in hands:
            hand.result()
    if progress is not None and told < 1:
        progress(1.0)
    return results
