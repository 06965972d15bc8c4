import numpy as np
import pytest
import shapely

from planner.network.graph import from_lines
from planner.siting.candidates import Candidates, existing_stock, points_along, thinned


def made(**columns):
    count = len(next(iter(columns.values())))
    return Candidates("ledger", "idle", np.array([str(k) for k in range(count)], dtype=object), np.full(count, "", dtype=object),
                      np.zeros(count), np.zeros(count), {name: np.array(values, dtype=object) for name, values in columns.items()})


def test_places_along_edges_are_at_equal_metres():
    network = from_lines([shapely.LineString([(0, 0), (30, 0), (30, 70)]), shapely.LineString([(30, 70), (30, 80)])], crs="EPSG:32650")
    length = network.length_m.astype(int).tolist()
    x, y = points_along(network, np.array([3 if metres == 100 else 0 for metres in length]))
    assert sorted(zip(x.round(9).tolist(), y.round(9).tolist(), strict=True)) == [(25.0, 0.0), (30.0, 20.0), (30.0, 45.0)]


def test_thinning_leaves_nothing_nearer_and_nothing_far():
    random = np.random.default_rng(1)
    x, y = random.random(400) * 1000, random.random(400) * 1000
    kept = thinned(x, y, 100.0)
    apart = np.hypot(x[:, None] - x[kept], y[:, None] - y[kept])
    among = apart[kept] + np.where(np.eye(len(kept)) > 0, 1e9, 0.0)
    assert among.min() >= 100.0 - 0.01 and apart.min(axis=1).max() < 100.0
    assert kept[0] == 0  # the first is always taken


def test_places_at_the_spacing_stay():
    assert thinned(np.array([0.0, 250.0, 499.995]), np.zeros(3), 250.0).tolist() == [0, 1, 2]
    assert thinned(np.array([0.0, 249.0, 498.0]), np.zeros(3), 250.0).tolist() == [0, 2]
    assert thinned(np.empty(0), np.empty(0), 250.0).tolist() == []


@pytest.mark.parametrize(("kind", "do", "stock"), [("闲置校舍", "", True), ("国有空地", "", False), ("国有空地", "convert", True),
                                                   ("idle building", "add", True), ("", "", False)])
def test_existing_stock_is_known_by_its_kind_or_by_conversion(kind, do, stock):
    assert existing_stock(made(kind=[kind], do=[do])).tolist() == [stock]


def test_stated_kinds_are_the_only_existing_stock():
    found = made(kind=["闲置校舍", "国有空地"], do=["convert", "add"])
    assert existing_stock(found, ("国有空地",)).tolist() == [False, True]


def test_columns_that_are_not_there_are_blank():
    found = made(kind=["a"])
    assert found.text("nothing").tolist() == [""] and np.isnan(found.number("area_m2")).all() and np.isnan(found.number("kind")).all()
    assert found.take(np.array([], dtype=int)).text("kind").tolist() == []
