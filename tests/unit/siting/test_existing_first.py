import numpy as np

from planner.siting.existing_first import existing_first
from planner.siting.problem import siting_problem

# demand 0..3 of weight 10, 10, 10, 1; sites 0 and 1 reach 0 and 1, site 2 reaches 0 only, site 3 reaches 2 and 3, site 4 reaches 2
PAIRS = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (2, 3), (3, 3), (2, 4)]
STOCK = np.array([False, True, True, False, True])


def problem(model="mclp", **more):
    own, other = zip(*PAIRS, strict=True)
    limits = ({"p": 2} if model == "mclp" else {}) | more
    return siting_problem(model, own, other, np.ones(len(own)), weight=[10.0, 10.0, 10.0, 1.0], sites=5, **limits)


def test_a_site_is_exchanged_where_nothing_is_lost():
    sites, count = existing_first(problem(), np.array([0, 3]), STOCK)
    assert (sites.tolist(), count) == ([1, 3], 1)  # site 4 in place of 3 would lose the person at 3


def test_what_may_be_given_up_is_given_up_and_no_more():
    assert existing_first(problem(), np.array([0, 3]), STOCK, loss=0.04)[0].tolist() == [1, 4]  # 30 of 31
    assert existing_first(problem(), np.array([0, 3]), STOCK, loss=0.03)[0].tolist() == [1, 3]


def test_existing_facilities_and_other_models_are_left_alone():
    fixed = problem(fixed=[1, 0, 0, 1, 0])
    assert existing_first(fixed, np.array([0, 3]), STOCK)[1] == 0
    assert existing_first(problem("p_center", p=2), np.array([0, 3]), STOCK)[1] == 0
    assert existing_first(problem(), np.array([0, 3]), np.zeros(5, dtype=bool))[1] == 0


def test_a_cover_of_all_stays_one():
    sites, count = existing_first(problem("lscp"), np.array([0, 3]), STOCK)
    assert (sites.tolist(), count) == ([1, 3], 1)


def test_a_dearer_site_is_not_taken_for_a_cheaper_one():
    dear = problem("lscp", site_cost=[1.0, 2.0, 1.0, 1.0, 1.0])
    assert existing_first(dear, np.array([0, 3]), STOCK)[1] == 0
    assert existing_first(dear, np.array([0, 3]), STOCK, loss=0.5)[0].tolist() == [1, 3]
