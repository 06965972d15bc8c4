"""Sources that come and go on a drawn street, with answers worked by hand."""

import numpy as np
import pytest

from planner.network.csr import graph
from planner.network.places import seeds
from planner.network.whatif import WhatIf

pytestmark = pytest.mark.usefixtures("loops_as")

#      0 --10-- 1 --10-- 2 --10-- 3 --10-- 4
STREET = graph(5, [0, 1, 2, 3], [1, 2, 3, 4], [10.0] * 4)


def at(*nodes):
    """A source at each node."""
    return seeds(len(nodes), range(len(nodes)), nodes, np.zeros(len(nodes)))


def told(change):
    """A change as {node: (cost, owner, cost before, owner before)}."""
    columns = (change.node, change.cost, change.owner, change.cost_before, change.owner_before)
    return {row[0]: row[1:] for row in zip(*(column.tolist() for column in columns), strict=True)}


def labels(now):
    return [part.tolist() for part in now.labels()]


def test_a_source_more_changes_its_neighbourhood_only():
    now = WhatIf(STREET, at(0))
    assert labels(now) == [[0, 10, 20, 30, 40], [0] * 5]
    assert told(now.add(at(4))) == {3: (10, 1, 30, 0), 4: (0, 1, 40, 0)}
    assert labels(now) == [[0, 10, 20, 10, 0], [0, 0, 0, 1, 1]]
    assert now.sources == 2


def test_a_source_fewer_hands_its_nodes_to_the_others():
    now = WhatIf(STREET, at(0, 3))
    assert labels(now) == [[0, 10, 10, 0, 10], [0, 0, 1, 1, 1]]
    assert told(now.remove(np.array([1]))) == {2: (20, 0, 10, 1), 3: (30, 0, 0, 1), 4: (40, 0, 10, 1)}
    before = {0: (0, 0), 1: (10, 0), 2: (10, 1), 3: (0, 1), 4: (10, 1)}
    assert told(now.remove(np.array([0]))) == {node: (np.inf, -1, *was) for node, was in before.items()}


def test_a_source_at_the_same_node_takes_over():
    now = WhatIf(STREET, at(4, 4))
    assert told(now.remove(np.array([0]))) == {n: (40 - 10 * n, 1, 40 - 10 * n, 0) for n in range(5)}


def test_undo_goes_back_to_the_last_keep():
    now = WhatIf(STREET, at(0))
    now.add(at(4))
    now.keep()
    kept = labels(now)
    now.remove(np.array([0]))
    now.add(at(1))
    assert labels(now) == [[10, 0, 10, 10, 0], [2, 2, 2, 1, 1]]
    now.undo()
    assert labels(now) == kept and now.sources == 2
    now.undo()
    assert labels(now) == kept


def test_the_limit_holds_for_all_that_comes():
    now = WhatIf(STREET, at(0), limit=10.0)
    assert labels(now) == [[0, 10, np.inf, np.inf, np.inf], [0, 0, -1, -1, -1]]
    assert told(now.add(at(4))) == {3: (10, 1, np.inf, -1), 4: (0, 1, np.inf, -1)}
    assert told(now.remove(np.array([0]))) == {0: (np.inf, -1, 0, 0), 1: (np.inf, -1, 10, 0), 3: (10, 1, np.inf, -1), 4: (0, 1, np.inf, -1)}


def test_travel_to_the_sources_or_from_them():
    one_way = graph(3, [0, 1], [1, 2], [10.0, 10.0], direction=[1, 1])
    assert labels(WhatIf(one_way, at(1))) == [[np.inf, 0, 10], [-1, 0, 0]]
    assert labels(WhatIf(one_way, at(1), reverse=True)) == [[10, 0, np.inf], [0, 0, -1]]
