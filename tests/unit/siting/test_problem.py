import numpy as np
import pytest

from planner.errors import SitingError
from planner.siting.problem import siting_problem

TRIPLES = ([1, 0, 0], [0, 1, 0], [5.0, 0.0, 3.0])


def posed(**more):
    given = {"model": "mclp", "weight": [1.0, 2.0], "sites": 2, "p": 1} | more
    return siting_problem(given.pop("model"), *TRIPLES, **given)


def test_pairs_both_ways_keep_a_cost_of_zero():
    made = posed()
    assert made.by_demand.start.tolist() == [0, 2, 3]
    assert made.by_demand.column.tolist() == [0, 1, 0]
    assert made.by_demand.cost.tolist() == [3.0, 0.0, 5.0]
    assert made.by_site.start.tolist() == [0, 2, 3]
    assert made.by_site.column.tolist() == [0, 1, 0]
    assert made.by_site.cost.tolist() == [3.0, 5.0, 0.0]


def test_within_is_inclusive_and_forbidden_sites_reach_nobody():
    assert posed(within=3.0).by_demand.cost.tolist() == [3.0, 0.0]
    made = posed(fixed=[-1, 0])
    assert made.by_demand.cost.tolist() == [0.0]
    assert made.reachable.tolist() == [True, False]


def test_what_exists_costs_nothing_and_counts_in_p():
    made = posed(fixed=[1, 0], site_cost=[9.0, 4.0], p=2)
    assert made.price.tolist() == [0.0, 4.0]
    assert (made.existing.tolist(), made.candidates.tolist(), made.room) == ([0], [1], 1)
    assert posed(fixed=[1, 1], p=1).room == -1


@pytest.mark.parametrize(("more", "code"), [
    ({"model": "greedy"}, "siting_model_unknown"),
    ({"weight": [1.0]}, "siting_shapes_differ"),
    ({"sites": 1}, "siting_shapes_differ"),
    ({"weight": [1.0, np.nan]}, "siting_value_invalid"),
    ({"weight": [1.0, -1.0]}, "siting_value_invalid"),
    ({"site_cost": [1.0, np.inf]}, "siting_value_invalid"),
    ({"fixed": [0, 2]}, "siting_value_invalid"),
    ({"p": None}, "siting_limit_missing"),
    ({"p": -1}, "siting_limit_invalid"),
    ({"budget": np.nan}, "siting_limit_invalid"),
    ({"share": 0.5}, "siting_share_invalid"),
    ({"model": "lscp", "share": 1.5}, "siting_share_invalid"),
    ({"model": "capacitated_mclp"}, "siting_column_needed"),
    ({"model": "max_min_share"}, "siting_column_needed"),
])
def test_badly_posed(more, code):
    with pytest.raises(SitingError) as caught:
        posed(**more)
    assert caught.value.code == code


def test_a_pair_given_twice_is_refused():
    with pytest.raises(SitingError) as caught:
        siting_problem("mclp", [0, 0], [1, 1], [1.0, 2.0], weight=[1.0], sites=2, p=1)
    assert caught.value.code == "siting_pair_repeated"
