"""A basket of layers on one street of 1 km: people at 0, 400 and 900 m, a home at 0, a shop at 500 m."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.errors import InputError, UnitError
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.circle import circle
from planner.measure.city import City
from planner.network.graph import from_lines
from planner.units import TravelProfile

CRS = "EPSG:32650"
DAY = dt.date(2025, 12, 31)


class Street:
    """One line for every mode."""

    shown, sha256 = "streets.geojson", "feed"

    def network(self, mode):
        return from_lines([shapely.LineString([(0, 0), (1000, 0)])], crs=CRS)


def layer(slug, at):
    frame = gpd.GeoDataFrame(
        {"id": [f"{slug}1"], "name": "", "status": "", "opened": "", "closed": "", "started": "", "x": [at], "y": [0.0]},
        geometry=gpd.points_from_xy([at], [0.0]),
        crs=CRS,
    )
    return FacilityLayer(slug, frame, Source("f.csv"))


@pytest.fixture
def street():
    frame = gpd.GeoDataFrame(
        {"code": ["U1", "U2"], "name": ["一", "二"], "class": "", "parent": "", "row": [1, 2]},
        geometry=[shapely.box(x, -9, x + 500, 9) for x in (0, 500)],
        crs=CRS,
    )
    people = {"total": np.array([10.0, 20, 30]), "age_60_plus": np.array([1.0, np.nan, 0])}
    units = {"township": np.array(["U1", "U1", ""], dtype=object)}
    demand = DemandPoints(np.array([0.0, 400, 900]), np.zeros(3), people, units, Source("p.csv"))
    homes = {"home": layer("home", 0.0), "shop": layer("shop", 500.0)}
    return City("s", "s", CRS, Boundaries(CRS, {"township": frame}, {}), demand, homes, Street(),
                {"walk": TravelProfile("walk", "walk", 50.0)}, DAY)  # fmt: skip


def test_all_of_them_count_and_the_score_weighs(street):
    found = circle(street, ("home", "shop"), "walk", minutes=8, by="township", weights=(3, 1), as_of=DAY)
    # 400 m: the home serves 0 and 400 m, the shop 400 m (100 m away) and 900 m (400 m away)
    assert (found.limit_m, found.total.people, found.total.people_covered, found.total.share) == (400, 60, 20, 20 / 60)
    assert found.total.score == pytest.approx((10 * 3 + 20 * 4 + 30 * 1) / 4 / 60)
    assert found.total.by_layer == {"home": 0.5, "shop": 50 / 60}
    assert found.groups == {"total": 20 / 60, "age_60_plus": 0} and found.facilities == {"home": 1, "shop": 1}
    first, second = found.units
    assert (first.people, first.people_covered, first.people_beyond, first.share) == (30, 20, 10, 2 / 3)
    assert (second.people, second.share, second.score, second.by_layer) == (0, None, None, {"home": None, "shop": None})


def test_one_layer_is_a_basket_too(street):
    found = circle(street, ("home", "home"), "walk", metres=399, by="township", as_of=DAY)
    assert found.layers == ("home",) and (found.total.people_covered, found.total.score) == (10, 10 / 60)


def test_without_weights_all_count_alike(street):
    plain = circle(street, ("home", "shop"), "walk", minutes=8, by="township", as_of=DAY)
    assert plain.weights == (1, 1) and plain.total.score == pytest.approx(sum(plain.total.by_layer.values()) / 2)


@pytest.mark.parametrize("weights", [(1,), (1, -1), (0, 0), (1, float("nan")), (1, float("inf"))])
def test_weights_that_do_not_fit(street, weights):
    with pytest.raises(UnitError) as fault:
        circle(street, ("home", "shop"), "walk", minutes=8, by="township", weights=weights, as_of=DAY)
    assert fault.value.code == "basket_weights"


@pytest.mark.parametrize(
    ("slug", "travel", "by", "group", "code"),
    [
        ("well", "walk", "township", "total", "layer_unknown"),
        ("home", "fly", "township", "total", "travel_unknown"),
        ("home", "walk", "moon", "total", "level_unknown"),
        ("home", "walk", "township", "x", "group_unknown"),
    ],
)
def test_what_is_not_there(street, slug, travel, by, group, code):
    with pytest.raises(InputError) as fault:
        circle(street, ("home", slug), travel, minutes=8, by=by, group=group, as_of=DAY)
    assert fault.value.code == code
