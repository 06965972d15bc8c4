"""Jobs beside the pages: one at a time and key, followed, called off, remembered."""

from __future__ import annotations

import threading

import pytest

from planner.ui import jobs


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One turn, and no jobs of other tests."""
    monkeypatch.setattr(jobs, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(jobs, "_jobs", type(jobs._jobs)())


def test_a_job_tells_its_figures_and_keeps_its_result() -> None:
    def work(told, cancelled):
        told(3.0, None)
        told(None, 5.0)
        return "answer"

    job = jobs.start("k", work)
    assert job.done.wait(5)
    assert (job.objective, job.bound, job.result, job.error) == (3.0, 5.0, "answer", None)
    assert jobs.find("k") is job and jobs.find("other") is None
    assert job.seconds == job.seconds >= 0  # it does not run on


def test_whoever_asks_the_same_meanwhile_gets_the_same_job_and_later_a_new_one() -> None:
    go = threading.Event()
    first = jobs.start("k", lambda told, cancelled: go.wait(5))
    assert jobs.start("k", lambda told, cancelled: "never") is first
    go.set()
    assert first.done.wait(5) and first.result is True
    again = jobs.start("k", lambda told, cancelled: "new")
    assert again is not first and again.done.wait(5) and again.result == "new"


def test_called_off_work_hands_back_what_it_has() -> None:
    begun = threading.Event()

    def work(told, cancelled):
        begun.set()
        while not cancelled():
            pass
        return "so far"

    job = jobs.start("k", work)
    assert begun.wait(5) and job.running
    job.cancel()
    assert job.done.wait(5) and job.result == "so far"


def test_jobs_wait_for_their_turn_and_can_be_called_off_before_it() -> None:
    go, done = threading.Event(), []
    first = jobs.start(1, lambda told, cancelled: go.wait(5))
    while first.began is None:
        pass
    second = jobs.start(2, lambda told, cancelled: done.append(2))
    third = jobs.start(3, lambda told, cancelled: done.append(3))
    assert [jobs.ahead(job) for job in (first, second, third)] == [0, 1, 2]
    assert second.seconds == 0.0
    second.cancel()
    assert second.done.wait(5) and second.result is None and not done
    go.set()
    assert third.done.wait(5) and done == [3] and jobs.ahead(third) == 0


def test_what_goes_wrong_is_kept() -> None:
    job = jobs.start("k", lambda told, cancelled: 1 / 0)
    assert job.done.wait(5)
    assert isinstance(job.error, ZeroDivisionError) and job.result is None and not job.running
    assert jobs.start("k2", lambda told, cancelled: "next").done.wait(5)  # the turn was handed on


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "KEPT", 2)
    for key in (1, 2):
        assert jobs.start(key, lambda told, cancelled: None).done.wait(5)
    assert jobs.find(1) is not None  # used last: 2 goes first
    assert jobs.start(3, lambda told, cancelled: None).done.wait(5)
    assert jobs.find(2) is None and jobs.find(1) is not None and jobs.find(3) is not None


def test_what_nobody_asks_for_any_more_is_let_go_unless_it_works() -> None:
    go = threading.Event()
    assert jobs.start(("a", 1), lambda told, cancelled: None).done.wait(5)
    busy = jobs.start(("a", 2), lambda told, cancelled: go.wait(5))
    jobs.forget(lambda key: key[0] == "a")
    assert jobs.find(("a", 1)) is None and jobs.find(("a", 2)) is busy
    go.set()
    assert busy.done.wait(5)
