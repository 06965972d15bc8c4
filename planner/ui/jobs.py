"""Long work beside the pages: asked for on a page, done in a thread of its own, followed and called off from any visit that asks the same.

    job = start(key, lambda told, cancelled: solve(..., progress=told, cancel=cancelled))
    job.figures ... job.cancel() ... job.result

A page never waits for it: it looks at the job now and then (`st.fragment(run_every=...)`). The solver and the compiled loops let go of the
interpreter while they work, so other visitors' pages are drawn meanwhile. Not more jobs work at once than leave a core for the pages; the
others wait for their turn. A job is found by what it was asked (`key`), so a page that is reloaded, or that a colleague opens, finds the
same one, and its answer for as long as it is kept.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

Told = Callable[[float | None, float | None], None]
Cancelled = Callable[[], bool]
Work = Callable[[Told, Cancelled], Any]

AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
"""Jobs that work at the same time."""
KEPT = 60
"""Jobs remembered after their end; the least used goes first."""
TURN_S = 0.1
"""How often a job that waits for its turn looks whether it was called off."""

_turns = threading.BoundedSemaphore(AT_ONCE)
_jobs: OrderedDict[Hashable, Job] = OrderedDict()
_guard = threading.Lock()


@dataclass(slots=True)
class Job:
    """Work under way, or done. `done` is set when result or error is there, or when it was called off before its turn came.

    objective, bound : the latest figures that the work told, None where it has not told any. asked, began, ended : monotonic seconds;
    began is None while it waits for its turn. seconds : since its turn came, until now or its end.
    """

    key: Hashable
    asked: float = field(default_factory=time.monotonic)
    objective: float | None = None
    bound: float | None = None
    began: float | None = None
    ended: float | None = None
    result: Any = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self, objective: float | None, bound: float | None) -> None:
        """Takes the figures of the work; one that is not known leaves the last one standing."""
        self.objective = self.objective if objective is None else objective
        self.bound = self.bound if bound is None else bound

    def cancel(self) -> None:
        """Asks the work to stop; what it has by then is its result."""
        self.stop.set()

    @property
    def running(self) -> bool:
        """Whether it is not done yet, at work or waiting for its turn."""
        return not self.done.is_set()

    @property
    def seconds(self) -> float:
        """Seconds since its turn came."""
        if self.began is None:
            return 0.0
        return (time.monotonic() if self.ended is None else self.ended) - self.began


def find(key: Hashable) -> Job | None:
    """The job that was asked this, if there is one still."""
    with _guard:
        if key in _jobs:
            _jobs.move_to_end(key)
        return _jobs.get(key)


def ahead(job: Job) -> int:
    """How many jobs are at work or were asked before this one, which waits for its turn; 0 once it is at work."""
    if job.began is not None or not job.running:
        return 0
    with _guard:
        return sum(one.running and (one.began is not None or one.asked < job.asked) for one in _jobs.values() if one is not job)


def start(key: Hashable, work: Work) -> Job:
    """The job that is under way for this key, else a new one. A job that is done is done anew: ask `find` for its answer."""
    with _guard:
        known = _jobs.get(key)
        if known is not None and known.running:
            return known
        job = _jobs[key] = Job(key)
        _jobs.move_to_end(key)
        for old in [one for one, held in _jobs.items() if not held.running][:max(0, len(_jobs) - KEPT)]:
            del _jobs[old]
    threading.Thread(target=_run, args=(job, work), name="job", daemon=True).start()
    return job


def forget(which: Callable[[Hashable], bool]) -> None:
    """Lets go of the jobs that are done and whose keys nobody will ask for any more."""
    with _guard:
        for key in [key for key, job in _jobs.items() if not job.running and which(key)]:
            del _jobs[key]


def _run(job: Job, work: Work) -> None:
    """Waits for its turn, does the work, keeps what comes of it; whatever goes wrong is kept for the page to say."""
    while not _turns.acquire(timeout=TURN_S):
        if job.stop.is_set():
            job.done.set()
            return
    try:
        if not job.stop.is_set():
            job.began = time.monotonic()
            job.result = work(job.told, job.stop.is_set)
    except Exception as error:  # told on the page, by its sentence or as a fault of ours
        job.error = error
    finally:
        job.ended = time.monotonic()
        _turns.release()
        job.done.set()
