import numpy as np
import pytest
import shapely

from planner.inputs.units import Units, ancestors, coarser, stem


def units(level, rows, parents=None):
    """Units of unit squares: (code, name, west edge)."""
    codes, names, west = zip(*rows, strict=True)
    blank = np.full(len(rows), "", dtype=object)
    shapes = np.array([shapely.box(x, 0, x + 100, 100) for x in west], dtype=object)
    return Units(level, "f", np.array(codes, dtype=object), np.array(names, dtype=object), blank,
                 blank.copy() if parents is None else np.array(parents, dtype=object), shapes, np.arange(1, len(rows) + 1))


TOWNS = units("township", [("110101001000", "和平街道", 0), ("110101002000", "和平镇", 100)])


@pytest.mark.parametrize(("name", "short"), [("和平街道办事处", "和平"), ("和平街道", "和平"), ("和平镇", "和平镇"),
                                             ("和平镇人民政府", "和平镇"),
                                             ("新桥社区居民委员会", "新桥"), ("新桥居委会", "新桥"), ("新桥村委会", "新桥村"), ("社区",
                                                                                                                                "社区"),
                                             ("新 桥社区", "新桥"), ("南磨房地区办事处", "南磨房地区")])
def test_stem(name, short):
    assert stem(name) == short


@pytest.mark.parametrize(("stated", "places"), [("和平街道", (0,)), ("和平", (0,)), ("和平街道办", (0,)), ("和平镇", (1,)),
                                                ("110101002", (1,)),
                                                ("110101002000", (1,)), ("无此街道", ()), ("", ()), (" 和平镇 ", (1,))])
def test_stated_names_and_codes(stated, places):
    assert TOWNS.named(stated) == places


def test_names_that_repeat_are_all_given():
    assert units("community", [("1", "和平社区", 0), ("2", "和平社区", 100)]).named("和平") == (0, 1)


def test_where_points_lie():
    x, y = np.array([50.0, 100.0, 150, 200.5, 202, np.nan]), np.full(6, 50.0)
    assert TOWNS.locate(x, y).tolist() == [0, 0, 1, 1, -1, -1]  # on a shared edge the first; half a metre outside still in
    assert TOWNS.distance(x[:5], y[:5]).tolist() == pytest.approx([0, 0, 0, 0.5, 2])


def test_levels_above():
    assert coarser(["city", "township", "community"], "community") == ["township", "city"]
    assert coarser(["city", "grid"], "grid") == []


def test_ancestors_by_parent_by_digits_and_by_place():
    city = units("city", [("110000000000", "市", 0)])
    communities = units("community", [("x1", "甲", 110), ("110101001001", "乙", 150), ("x2", "丙", 5)], parents=["110101001000", "", ""])
    found = ancestors({"city": city, "township": TOWNS, "community": communities}, "community")
    # by its parent although it lies elsewhere; by its digits; by the place of a point inside
    assert found["township"].tolist() == ["110101001000", "110101001000", "110101001000"]
    assert found["city"].tolist() == ["110000000000"] * 3


def test_an_area_office_is_the_town_of_its_name():
    named = ("南磨房乡", "和平街道", "东坝地区办事处", "奥运村镇", "奥运村乡")
    towns = units("township", [(str(k), name, 100 * k) for k, name in enumerate(named)])
    assert towns.named("南磨房地区办事处") == (0,) == towns.named("南磨房地区") and towns.named("东坝乡") == (2,) == towns.named("东坝镇")
    assert towns.named("和平地区") == () and towns.named("地区") == () and towns.named("乡") == ()
    assert set(towns.named("奥运村地区")) == {3, 4}  # two may be meant: neither is taken for certain
