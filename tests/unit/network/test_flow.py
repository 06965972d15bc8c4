"""Maximum flows drawn by hand: S sources on the left, sinks on the right."""

import numpy as np
import pytest

from planner.network import flow
from planner.network.flow import maximum_flow


@pytest.fixture(params=["compiled", "interpreted"], autouse=True)
def _loops(request, monkeypatch):
    if request.param == "interpreted":
        monkeypatch.setattr(flow._push, "compiled", flow._push.function)


def flow_of(arcs, supply, capacity):
    """arcs : for each source the sinks it leads to."""
    start = np.cumsum([0, *map(len, arcs)])
    return maximum_flow(start, np.array([t for row in arcs for t in row], dtype=np.int32), np.array(supply), np.array(capacity))


def test_all_goes_through():
    found = flow_of([[0], [0, 1]], [3, 4], [5, 2])
    assert found.left.tolist() == [0, 0] and found.room.tolist() == [0, 0]
    assert not found.cut_source.any() and not found.cut_sink.any()


def test_what_the_first_grabbed_is_given_back():
    """Source 0 fills sink 0 first; source 1 knows no other, so source 0 has to go to sink 1, and source 2 on to sink 2."""
    found = flow_of([[0, 1], [0], [1, 2]], [4, 4, 3], [4, 4, 3])
    assert found.left.sum() == 0 and found.room.sum() == 0


def test_a_long_way_back():
    """Each source fills its own sink, which the one before would need; only the last knows one that is empty."""
    arcs = [[0], *[[k, k + 1] for k in range(9)]]
    found = flow_of(arcs, [1] * 10, [1] * 10)
    assert found.left.sum() == 0 and found.room.tolist() == [0] * 10


def test_the_cut_holds_those_who_share_full_sinks():
    """Sink 0 is too small for sources 0 and 1, sink 1 large enough for source 2."""
    found = flow_of([[0], [0], [1]], [5, 5, 5], [6, 9])
    assert found.left.sum() == 4 and found.room.tolist() == [0, 4]
    assert found.cut_source.tolist() == [True, True, False] and found.cut_sink.tolist() == [True, False]


def test_a_source_that_leads_nowhere_keeps_all():
    found = flow_of([[], [0]], [5, 1], [3])
    assert found.left.tolist() == [5, 0] and found.room.tolist() == [2] and found.cut_source.tolist() == [True, False]


def test_numbers_beyond_32_bits():
    found = flow_of([[0], [0]], [2**50, 2**50 + 1], [2**51])
    assert found.left.sum() == 1 and found.room.tolist() == [0]


def test_nothing_at_all():
    assert len(flow_of([], [], []).left) == 0 and flow_of([], [], [3]).room.tolist() == [3]


@pytest.mark.parametrize(("arcs", "supply", "capacity"), [([[1]], [1], [1]), ([[0]], [-1], [1]), ([[0]], [1], [-1]), ([[0]], [1, 1], [1])])
def test_what_does_not_fit_is_refused(arcs, supply, capacity):
    with pytest.raises(ValueError, match="flow"):
        flow_of(arcs, supply, capacity)
