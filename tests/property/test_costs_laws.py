"""Laws of the cost matrices: many layers in one pass are what each is alone, and blocks side by side are the whole."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.measure.costs import IN_TRANSIT, PAIR_BYTES, POINT_BYTES, Asked, cost_blocks, cost_matrices, cost_matrix
from planner.network.graph import Attachment, from_lines

CRS = "EPSG:32650"
NODES = 9


@st.composite
def networks(draw):
    """A few streets between a few corners, some of them one-way, some of them the same."""
    corners = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=NODES, unique=True))
    pairs = draw(st.lists(st.tuples(st.sampled_from(corners), st.sampled_from(corners)).filter(lambda pair: pair[0] != pair[1]),
                          min_size=1, max_size=18))
    one_way = draw(st.lists(st.sampled_from(["", "yes", "-1"]), min_size=len(pairs), max_size=len(pairs)))
    lines = [shapely.LineString([(100.0 * a, 100.0 * b) for a, b in pair]) for pair in pairs]
    return from_lines(lines, crs=CRS, mode="drive", columns={"oneway": np.array(one_way, dtype=object)})


@st.composite
def points(draw, network, most):
    """Points at no, one or several places of the network."""
    sizes = draw(st.lists(st.integers(0, 2), max_size=most))
    start = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
    edge = np.array(draw(st.lists(st.integers(0, network.edges - 1), min_size=sum(sizes), max_size=sum(sizes))), dtype=np.int64)
    share, leg = (np.array(draw(st.lists(st.sampled_from(values), min_size=len(edge), max_size=len(edge))), dtype=float)
                  for values in ((0.0, 0.3, 0.5, 1.0), (0.0, 7.0)))
    return Attachment(start, edge, share * network.length_m[edge] if len(edge) else np.empty(0), leg)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_one_pass_is_each_alone_and_blocks_are_the_whole(data):
    network = data.draw(networks())
    demand = data.draw(points(network, 12))
    layers = {str(k): Asked(data.draw(points(network, 14)), data.draw(st.sampled_from([0.0, 150.0, 700.0, 5000.0])))
              for k in range(data.draw(st.integers(0, 4)))}
    found = cost_matrices(network, demand, layers, threads=data.draw(st.integers(1, 3)), budget_bytes=10**8)
    for name, asked in layers.items():
        alone = cost_matrix(network, demand, asked.facilities, limit_m=asked.limit_m)
        for part in ("start", "column", "cost_m"):
            assert getattr(found[name], part).tobytes() == getattr(alone, part).tobytes()
    least = (8 + POINT_BYTES) * (len(demand) + 1) + (1 + IN_TRANSIT) * PAIR_BYTES * len(demand)
    pairs = {name: set() for name in layers}
    for block in cost_blocks(network, demand, layers, budget_bytes=least + data.draw(st.integers(0, 400))):
        for i in range(len(demand)):
            pairs[block.layer] |= {(i, block.first + j, d) for j, d in zip(*(part.tolist() for part in block.matrix.row(i)), strict=True)}
    for name, matrix in found.items():
        row = np.repeat(np.arange(len(demand)), np.diff(matrix.start))
        assert pairs[name] == set(zip(row.tolist(), matrix.column.tolist(), matrix.cost_m.tolist(), strict=True))
