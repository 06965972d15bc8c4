"""One site, several signs: what is linked, and floor area counted once."""

import math

import numpy as np
import pytest

from planner.inputs.readers import as_facilities, survey
from planner.inputs.sites import area_once, sites
from planner.inputs.specs import FacilitySpec

HEAD = "编号,名称,街道,社区,经度,纬度,地址,面积"
COLUMNS = {"id": "编号", "name": "名称", "township": "街道", "community": "社区", "lon": "经度", "lat": "纬度", "address": "地址",
           "area_m2": "面积"}


def layer(town, slug, rows):
    """A ledger of rows (id, name, community, place or None, address, area)."""
    lines = [HEAD]
    for number, name, community, place, address, area in rows:
        lon, lat = ("", "") if place is None else (f"{part:.9f}" for part in town.degrees(*place))
        lines.append(f"{number},{name},甲街道,{community},{lon},{lat},{address},{area}")
    return FacilitySpec(slug, town.text(f"{slug}.csv", "\n".join(lines) + "\n"), COLUMNS)


def read(town, **layers):
    specs = [layer(town, slug, rows) for slug, rows in layers.items()]
    found = survey(town.levels, specs, None, crs=town.crs, lines=lambda crs: None, report=town.report)
    return {slug: as_facilities(found, slug) for slug in layers}


A = ("1", "甲一社区养老驿站", "甲一社区", (100, 100), "长街5号", 800)


@pytest.mark.parametrize(("other", "how"), [
    (("9", "甲一助餐点", "甲一社区", (149, 100), "长街 5 号", 300), "address"),  # 49 m
    (("9", "甲一助餐点", "甲一社区", (151, 100), "长街5号", 300), None),  # 51 m
    (("9", "甲一助餐点", "甲一社区", None, "长街5号", 300), "address"),  # no place
    (("9", "甲一助餐点", "甲二社区", None, "长街5号", 300), None),  # another unit
    (("9", "甲一社区养老服务驿站", "甲一社区", (129, 100), "", 300), "near"),
    (("9", "甲一社区养老服务驿站", "甲一社区", (131, 100), "", 300), None),
    (("9", "红星小学", "甲一社区", (100, 100), "", 300), None)])
def test_what_is_one_site(town, other, how):
    found = sites(read(town, station=[A], meal=[other]))
    assert [site.how for site in found] == ([how] if how else [])
    if how:
        (site,) = found
        assert site.id == "station:1" and [(m.layer, m.id, m.row) for m in site.members] == [("station", "1", 2), ("meal", "9", 2)]
        assert site.area_m2 == 800 and sum(site.areas.values()) == 1100
        assert [listed["id"] for listed in town.report.sites] == ["station:1"]


def test_rows_of_one_layer_are_asked_not_linked(town):
    assert sites(read(town, station=[A, ("2", *A[1:])])) == ()
    assert [issue.code for issue in town.report.issues] == ["duplicate_facility"]


def test_a_street_without_a_number_is_no_address(town):
    assert sites(read(town, station=[(*A[:4], "长街", 800)], meal=[("9", "食堂", "甲一社区", (110, 100), "长街", 300)])) == ()


def test_links_carry_on(town):
    """B is linked with A by its address, C with B by its name: one site of three."""
    found = sites(read(town, station=[A], meal=[("9", "长者食堂", "甲一社区", (140, 100), "长街5号", 300)],
                       centre=[("7", "长者食堂中心", "甲一社区", (165, 100), "", "")]))
    assert [[m.id for m in site.members] for site in found] == [["1", "9", "7"]] and found[0].area_m2 == 800


def test_floor_area_counts_once_a_site_and_services_once_a_layer(town):
    far = ("2", "乙", "甲二社区", (1500, 100), "远路1号", 50)
    meals = [("9", "食堂", "甲一社区", (110, 100), "长街5号", 900), ("8", "餐", "甲一社区", None, "长街5号", "")]
    layers = read(town, station=[A, far], meal=meals)
    found = sites(layers)
    areas = area_once(found, layers)
    assert areas["station"].tolist() == [0, 50] and areas["meal"][0] == 900 and math.isnan(areas["meal"][1])
    assert sum(np.nansum(values) for values in areas.values()) == 950
    assert layers["station"].frame["area_m2"].tolist() == [800, 50]  # the layers stay as they are
    assert town.report.totals["facilities"]["station"]["area_m2"] == 850


@pytest.mark.parametrize(("area", "told"), [(800, 1), (801, 0), (0, 0), ("", 0)])
def test_the_same_area_twice_is_told(town, area, told):
    read(town, station=[A], meal=[("9", "食堂", "甲一社区", (110, 100), "长街5号", area)])
    found = [issue for issue in town.report.issues if issue.code == "site_linked"]
    assert len(found) == told
    if told:
        assert (found[0].severity, found[0].file, found[0].row, found[0].value) == ("info", "meal.csv", 2, "甲一社区养老驿站")
        assert "800" in found[0].done("zh") and "1600" in found[0].done("en")


def test_many_are_told_in_one(town):
    rows = [(str(k), f"站{k}", "甲一社区", (10 * k, 100), f"长街{k}号", 5) for k in range(60)]
    read(town, station=rows, meal=[(number, f"餐厅{number}", *more) for number, _, *more in rows])
    told = [issue for issue in town.report.issues if issue.code == "site_linked"]
    assert len(told) == 51 and told[-1].value == "60" and len(town.report.sites) == 60
