import numpy as np
import pytest
import shapely

from planner.network import areas, paths
from planner.network.areas import attach_areas, gathered
from planner.network.graph import Attachment
from planner.network.snap import attach


def entered(network, *shapes, snap=300.0, beside=None):
    return attach_areas(network, np.array(shapes, dtype=object), max_snap_m=snap, beside=beside)


def ways(network, shape, *people, snap=300.0, exact=True):
    """Metres from people to one area."""
    here = attach(network, *np.array(people, dtype=float).T, max_snap_m=snap)
    there = entered(network, shape, snap=snap, beside=here if exact else None)
    return paths.nearest(network, here, there)[0].tolist()


#      0,0 ------- fence street, 10 m south of the park ------- 1000,0
#       |          the park: 200..800 east, 10..410 north         |
#    0,-100 --------------- back street ----------------- 1000,-100
BLOCK = "0 0, 1000 0 | 0 -100, 1000 -100 | 0 0, 0 -100 | 1000 0, 1000 -100"
PARK = shapely.box(200, 10, 800, 410)


def test_along_the_fence_one_is_let_in_anywhere(draw):
    assert ways(draw(BLOCK), PARK, (333, 0), (507, -5), (200, 0), (799, 0)) == pytest.approx([10, 15, 10, 10])


def test_from_elsewhere_one_walks_to_where_the_fence_begins(draw):
    assert ways(draw(BLOCK), PARK, (150, 0), (0, -100), (900, -90)) == pytest.approx([60, 100 + 200 + 10, 10 + 100 + 100 + 200 + 10])


def test_a_street_behind_another_one_lets_nobody_in(draw):
    network = draw(BLOCK)
    assert ways(network, PARK, (500, -100)) == pytest.approx([500 + 100 + 200 + 10])  # 110 m as the crow flies, and within the limit
    assert set(entered(network, PARK).edge.tolist()) == {0}


def test_who_is_not_known_beforehand_walks_a_step_farther_at_most(draw):
    network, people = draw(BLOCK), [(x, 0.0) for x in np.linspace(0, 1000, 173)]
    exact, without = (np.array(ways(network, PARK, *people, exact=known)) for known in (True, False))
    assert exact[0] == without[0] == 210 and (without >= exact - 1e-9).all()
    assert 0 < (without - exact).max() <= areas.STEP_M


def test_a_slanting_street_lets_in_where_it_is_nearest(draw):
    #  falls away from the fence by a fifth: at (300, -60) it is 70 m from it
    network = draw("0 0, 1000 -200")
    assert ways(network, PARK, (300, -60), (500, -100)) == pytest.approx([70, 110])
    assert ways(network, PARK, (300, -60), (500, -100), exact=False) == pytest.approx([70, 110], abs=areas.STEP_M)


def test_two_sides_have_a_street(draw):
    network = draw("0 0, 1000 0 | 1000 0, 1000 500")
    park = shapely.box(600, 20, 950, 400)
    assert ways(network, park, (600, 0), (500, 0), (1000, 300), (1000, 500)) == pytest.approx([20, 120, 50, 150])


def test_where_a_street_crosses_the_edge_nobody_walks(draw):
    network = draw("0 200, 1000 200")
    assert ways(network, PARK, (100, 200), (950, 210)) == pytest.approx([100, 160])
    there = entered(network, PARK)
    assert there.along_m[there.leg_m == 0].tolist() == pytest.approx([200, 800])


def test_along_streets_inside_one_has_arrived(draw):
    network = draw("0 200, 1000 200 | 500 200, 500 300")
    assert ways(network, PARK, (500, 200), (333, 200), (530, 260)) == pytest.approx([0, 0, 30])


def test_inner_streets_do_not_hide_the_street_outside(draw):
    network = draw("0 0, 1000 0 | 250 15, 750 15")  # a path inside that leads nowhere
    assert ways(network, PARK, (500, 0), (500, 15)) == pytest.approx([10, 0])


def test_streets_that_lie_within_and_lead_nowhere(draw):
    network = draw("400 200, 600 200 | 5000 0, 5100 0")
    found = entered(network, PARK)
    assert found.edge.tolist() == [0, 0] and found.along_m.tolist() == [0, 200] and found.leg_m.tolist() == [0, 0]
    assert ways(network, PARK, (450, 200), (5000, 0)) == [0, np.inf]


def test_a_street_drawn_on_the_edge(draw):
    assert ways(draw("0 10, 1000 10"), PARK, (100, 10), (500, 10), (900, 0)) == pytest.approx([100, 0, 110])


def test_a_street_that_ends_at_the_edge(draw):
    network = draw("500 -300, 500 10")
    assert ways(network, PARK, (500, -300), (520, -100)) == pytest.approx([310, 20 + 110])


@pytest.mark.parametrize(("snap", "there"), [(9.9, False), (10.0, True), (np.inf, True)])
def test_the_limit_is_inclusive(draw, snap, there):
    assert entered(draw(BLOCK), PARK, snap=snap).attached.tolist() == [there]


def test_a_lake_is_no_part_of_the_park(draw):
    lake = PARK.difference(shapely.box(300, 100, 700, 300))
    assert ways(draw("400 200, 600 200 | 0 0, 1000 0"), lake, (500, 200), (400, 200), (600, 0)) == pytest.approx([100, 100, 10])


def test_parts_are_entered_each(draw):
    both = shapely.MultiPolygon([shapely.box(0, 10, 100, 50), shapely.box(900, 5, 1000, 50)])
    assert ways(draw("0 0, 1000 0"), both, (50, 0), (400, 0), (700, 0)) == pytest.approx([10, 310, 205])


def test_no_areas_and_no_streets(draw):
    assert len(entered(draw("0 0, 100 0"))) == 0
    assert entered(draw("0 0, 100 0"), None, shapely.box(5000, 0, 5100, 100)).attached.tolist() == [False, False]


def test_stated_lengths_are_kept(draw):
    network = draw("0 0, 1000 0", length_m=[2000.0])  # a street twice as long as it is drawn
    assert ways(network, PARK, (100, 0), (500, 0)) == pytest.approx([210, 10])


def test_cars_come_by_their_direction(draw):
    network = draw("0 0, 1000 0", mode="drive", oneway=["yes"])
    assert ways(network, PARK, (100, 0), (900, 0)) == pytest.approx([110, np.inf])


def test_the_number_of_places_is_bounded(draw):
    ring = shapely.Point(0, 0).buffer(800, quad_segs=500)  # 5 km about, two thousand corners
    street = shapely.Point(0, 0).buffer(815, quad_segs=100).exterior
    network = draw(", ".join(f"{x} {y}" for x, y in street.coords))
    assert 200 <= len(entered(network, ring).edge) <= 400
    large = shapely.box(0, 0, 40_000, 40_000)
    network = draw("0 -10, 40000 -10 | -10 0, -10 40000 | 0 40010, 40000 40010 | 40010 0, 40010 40000")
    assert len(entered(network, large).edge) <= 500


def test_gathering_puts_places_under_their_points():
    one = Attachment(np.array([0, 1, 1]), np.array([4]), np.array([1.0]), np.array([2.0]))
    two = Attachment(np.array([0, 1, 3]), np.array([5, 6, 7]), np.array([3.0, 4, 5]), np.array([6.0, 7, 8]))
    found = gathered(4, ((np.array([3, 1]), one), (np.array([0, 0]), two)))
    assert found.start.tolist() == [0, 3, 3, 3, 4] and found.edge.tolist() == [5, 6, 7, 4]
    assert found.along_m.tolist() == [3, 4, 5, 1] and found.leg_m.tolist() == [6, 7, 8, 2]
    assert len(gathered(0, ())) == 0
