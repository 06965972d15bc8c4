"""Work in threads: results in order, progress from the caller's thread alone."""

import threading

import pytest

from planner.network.parallel import side_by_side, threads_of


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_stand_in_the_jobs_order(threads):
    told = []
    assert side_by_side(list, lambda mine, job: job * job, [3, 1, 2], threads, told.append) == [9, 1, 4]
    assert told == sorted(told) and told[-1] == 1.0


def test_no_jobs_no_results():
    assert side_by_side(list, lambda mine, job: job, [], 2, None) == []


def test_as_many_threads_as_wanted_else_one_a_processor():
    assert threads_of(3) == 3 and threads_of(0) == 1 and threads_of(None) >= 1


def test_progress_is_told_by_the_caller():
    callers = set()
    side_by_side(list, lambda mine, job: job, range(50), 2, lambda share: callers.add(threading.get_ident()))
    assert callers == {threading.get_ident()}


def test_what_a_job_raises_ends_the_work():
    done = []

    def run(mine, job):
        if job == 3:
            raise KeyError(job)
        done.append(job)

    with pytest.raises(KeyError):
        side_by_side(list, run, range(1000), 1, None)
    assert done == [0, 1, 2]
