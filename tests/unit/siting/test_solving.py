import numpy as np
import pytest

from planner.siting import solving, vast
from planner.siting.problem import MODELS
from planner.siting.results import SitingResult, worth
from planner.siting.solving import solve
from tests.unit.siting.drawn import best, drawn, problem

LINE = [[0, 2, 5], [2, 0, 3], [5, 3, 0], [6, 4, 1]]  # demands at 0, 2, 5, 6 on a street; sites at 0, 2, 5


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("model", [m for m in MODELS if not m.startswith("capacitated")])
def test_as_enumeration(model, seed):
    posed = drawn(model, seed)
    answer = solve(posed, time_limit_s=20)
    wanted = best(posed)
    assert answer.status == ("infeasible" if wanted is None else "optimal")
    if wanted is not None:
        assert answer.objective == pytest.approx(wanted, rel=1e-9, abs=1e-9)
        assert answer.gap == 0.0 and answer.stopped == "proof"


def test_p_median_by_hand():
    answer = solve(problem("p_median", LINE, p=2, weight=[1, 1, 1, 10]))
    assert (answer.sites.tolist(), answer.objective) == ([0, 2], 12.0)  # 0 + 2 + 0 + 10; sites 1 and 2 give 2 + 0 + 0 + 10, as good
    assert answer.assignment.site.tolist() == [0, 0, 2, 2]


def test_p_center_by_hand():
    answer = solve(problem("p_center", LINE, p=1))
    assert (answer.sites.tolist(), answer.objective, answer.bound) == ([1], 4.0, 4.0)


def test_share_counts_the_unreachable():
    table = [[1, -1], [-1, 1], [-1, -1]]
    assert solve(problem("lscp", table, share=1 / 3)).sites.size == 1
    assert solve(problem("lscp", table, share=2 / 3)).sites.size == 2
    assert solve(problem("lscp", table, share=0.7)).status == "infeasible"
    answer = solve(problem("lscp", table))
    assert (answer.status, answer.unreachable.tolist(), answer.objective) == ("optimal", [2], 2.0)


def test_whole_demand_does_not_fill_what_parts_would():
    """Two demands of 5 and one site of 8: one of them whole, or 8 in parts."""
    posed = {"table": [[1], [1]], "weight": [5, 5], "capacity": [8.0], "p": 1}
    whole, parts = (solve(problem("capacitated_mclp", **posed, split=split)) for split in (False, True))
    assert (whole.status, whole.objective, parts.status) == ("optimal", 5.0, "optimal")
    assert parts.objective == pytest.approx(8.0, rel=1e-9)
    assert parts.assignment.share.sum() == pytest.approx(1.6, rel=1e-9)


def test_capacities_push_demand_to_the_second_choice():
    answer = solve(problem("capacitated_p_median", [[1, 4], [1, 3]], weight=[5, 5], capacity=[5.0, 5.0], p=2))
    assert (answer.status, answer.objective, answer.assignment.site.tolist()) == ("optimal", 20.0, [0, 1])
    assert solve(problem("capacitated_p_median", [[1, 4], [1, 3]], weight=[5, 5], capacity=[5.0, 5.0], p=1)).status == "infeasible"


def test_more_existing_sites_than_p_is_infeasible():
    answer = solve(problem("mclp", LINE, p=1, fixed=[1, 1, 0]))
    assert (answer.status, answer.sites.tolist(), answer.objective) == ("infeasible", [], None)


def test_no_time_still_gives_a_plan_and_a_true_bound():
    posed = drawn("mclp", 3, p=2, budget=None)
    answer = solve(posed, time_limit_s=0.0)
    assert answer.status in ("optimal", "feasible")
    assert answer.bound >= best(posed) >= answer.objective == worth(posed, answer.sites).objective


def test_cancelled_at_once():
    answer = solve(problem("p_median", LINE, p=2), cancel=lambda: True)
    assert isinstance(answer, SitingResult)
    assert answer.status in ("optimal", "feasible") and answer.sites.size


def test_same_input_same_answer():
    grid = np.array([(x, y) for x in range(4) for y in range(4)])
    table = np.abs(grid[:, None] - grid[None]).sum(2)
    for model in ("mclp", "p_median", "p_center"):
        posed = problem(model, table, p=3, within=2.0 if model == "mclp" else None)
        one, two = (solve(posed, seed=5) for _ in range(2))
        assert one.sites.tolist() == two.sites.tolist()
        assert one.objective == two.objective


def test_loops_are_compiled_before_the_clock_starts(monkeypatch):
    happened = []

    class Noted:
        def compile(self):
            happened.append("compiled")

    class Clock(solving.Clock):
        def __init__(self, *arguments):
            happened.append("clock")
            super().__init__(*arguments)

    monkeypatch.setitem(solving.LOOPS, "mclp", lambda problem: (Noted(), Noted()))
    monkeypatch.setattr(solving, "Clock", Clock)
    solve(problem("mclp", LINE, p=1))
    assert happened == ["compiled", "compiled", "clock"]
    solve(problem("mclp", LINE, p=1), cancel=lambda: len(happened) == 4)  # called off after the first of two
    assert happened[3:] == ["compiled", "clock"]


def test_small_problems_need_no_compiled_loop():
    assert vast.needed_loops(problem("mclp", LINE, p=1)) == ()
