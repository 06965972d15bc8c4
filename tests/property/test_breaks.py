"""Laws of suspected joins: each is near and far; what is joined is no longer told; ways agree with networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planner.network.breaks import close_places, far_apart, ways
from planner.network.graph import from_lines, to_networkx

CRS = "EPSG:32650"


@st.composite
def drawings(draw):
    """Streets of a grid of 100 m, some missing, each shortened a little at one end or not, so that some miss their junction."""
    lines = []
    for x in range(5):
        for y in range(5):
            for dx, dy in ((1, 0), (0, 1)):
                kept = draw(st.sampled_from(["no", "whole", "whole", "short"]))
                if kept != "no":
                    share = 1.0 if kept == "whole" else draw(st.sampled_from([0.75, 0.9, 0.99]))
                    lines.append(shapely.LineString([(100 * x, 100 * y), (100 * (x + dx * share), 100 * (y + dy * share))]))
    assume(len(lines) > 5)
    return lines


def examined(lines, far_m):
    """The network and its suspected joins."""
    network = from_lines(lines, crs=CRS)
    return network, far_apart(network, close_places(network, reach_m=far_m), far_m=far_m)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawings())
def test_what_is_told_is_near_and_far_and_gone_when_joined(lines):
    far_m = 700.0
    network, found = examined(lines, far_m)
    assert (found.gap_m <= 30).all() and (found.way_m > np.maximum(far_m, 20 * found.gap_m)).all()
    if len(found) == 0:
        return
    k = 0
    # the street across is cut at the place, so that the join meets it
    gap = shapely.LineString([(found.x[k], found.y[k]), (found.to_x[k], found.to_y[k])])
    pieces = []
    for edge in range(network.edges):
        xy = network.shape_xy[network.shape_start[edge]:network.shape_start[edge + 1]]
        for side, along in (("edge", found.along_m[k]), ("to_edge", found.to_along_m[k])):
            if edge == getattr(found, side)[k] and 0.02 < along < network.length_m[edge] - 0.02:
                share = along / network.length_m[edge]
                at = xy[0] + share * (xy[-1] - xy[0])
                pieces += [shapely.LineString([xy[0], at]), shapely.LineString([at, xy[-1]])]
                break
        else:
            pieces.append(shapely.LineString(xy))
    _, after = examined([*pieces, *([gap] if gap.length > 0.02 else [])], far_m)
    at = {(round(float(x)), round(float(y)), round(float(a)), round(float(b)))
          for x, y, a, b in zip(after.x, after.y, after.to_x, after.to_y, strict=True)}
    told = tuple(round(float(getattr(found, name)[k])) for name in ("x", "y", "to_x", "to_y"))
    assert told not in at and (*told[2:], *told[:2]) not in at


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawings())
def test_ways_are_those_of_networkx(lines):
    network = from_lines(lines, crs=CRS)
    pairs = close_places(network, reach_m=400.0)
    assume(len(pairs))
    graph = to_networkx(network).to_undirected()
    found = ways(network, pairs, 400.0)
    for k in range(len(pairs)):
        start = {int(network.tail[pairs.edge[k]]): pairs.along_m[k],
                 int(network.head[pairs.edge[k]]): network.length_m[pairs.edge[k]] - pairs.along_m[k]}
        end = {int(network.tail[pairs.to_edge[k]]): pairs.to_along_m[k],
               int(network.head[pairs.to_edge[k]]): network.length_m[pairs.to_edge[k]] - pairs.to_along_m[k]}
        best = min((a + b + nx.shortest_path_length(graph, u, v, weight="length_m")
                    for u, a in start.items() for v, b in end.items() if nx.has_path(graph, u, v)), default=np.inf)
        assert found[k] == (pytest.approx(best) if best <= 400.0 else np.inf)
