"""People of a later year: three homes in two townships of one district, worked out by hand."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.inputs.growth import Ages, Growth, Stated
from planner.inputs.layers import Boundaries, DemandPoints, FacilityLayer, Source
from planner.measure.city import City
from planner.measure.growth import ages_of, in_ages, moved_up, people_of_year

TOTALS, OLD = [100.0, 300.0, 600.0], [10.0, 50.0, 60.0]
"""A has homes at 0 and 1, B one at 2; 2020."""


def city(growth, *, date="2020-11-01", old=OLD):
    def frame(rows):
        return gpd.GeoDataFrame({"code": [r[0] for r in rows], "name": [r[1] for r in rows]}, geometry=[shapely.box(*r[2]) for r in rows])

    levels = {"district": frame([("D", "大区", (0, 0, 30, 10))]),
              "township": frame([("A", "甲镇", (0, 0, 20, 10)), ("B", "乙镇", (20, 0, 30, 10))])}
    units = {"district": np.array(["D"] * 3, dtype=object), "township": np.array(["A", "A", "B"], dtype=object)}
    people = {"total": np.array(TOTALS), "age_60_plus": np.array(old), "households": np.array([40.0, 100.0, 200.0])}
    demand = DemandPoints(np.array([5.0, 15.0, 25.0]), np.zeros(3), people, units, Source("people.csv", date=date))
    return City("c", "c", "EPSG:32650", Boundaries("EPSG:32650", levels), demand, {}, None, {}, growth=growth)


def table(*rows):
    return Growth(tuple(Stated(*row) for row in rows))


def grown(growth, year=2030, **more):
    return people_of_year(city(growth, **more), year)


def test_factors_and_people_of_units():
    """A's total is 1.5 times today's in 2030; B's 60+ are 90 then; halfway there in 2025."""
    growth = table(("township", "A", "total", 2030, 1.5, None), ("township", "B", "age_60_plus", 2030, None, 90.0))
    later, half = grown(growth), grown(growth, 2025)
    totals, old = ([one.demand.people[group].tolist() for one in (later, half)] for group in ("total", "age_60_plus"))
    assert totals == [[150.0, 450.0, 600.0], [125.0, 375.0, 600.0]] and old == [[10.0, 50.0, 90.0], [10.0, 50.0, 75.0]]
    told = later.people_of
    assert (told.year, told.projected) == (2030, True)
    assert told.how == {"total": "stated", "age_60_plus": "stated", "households": "as_today"}


def test_todays_people_are_left_alone():
    before = city(table(("", "", "total", 2030, 2.0, None)))
    later = people_of_year(before, 2030)
    assert before.demand.people["total"].tolist() == TOTALS and before.population.year == 2020 and not before.population.projected
    assert later.population.projected and later.cache is not before.cache and people_of_year(before, 2020) is before


def test_the_finest_statement_goes_first():
    """The whole doubles; A has a row of its own; B and nothing else is settled by the whole."""
    growth = table(("", "", "total", 2030, 2.0, None), ("township", "A", "total", 2030, 1.0, None))
    assert grown(growth).demand.people["total"].tolist() == [100.0, 300.0, 1200.0]
    # people of the district include those of its townships: 1,000 less A's 500 are B's
    stated = table(("district", "D", "total", 2030, None, 1000.0), ("township", "A", "total", 2030, None, 500.0))
    assert grown(stated).demand.people["total"].tolist() == [125.0, 375.0, 500.0]
    less = grown(table(("district", "D", "total", 2030, None, 400.0), ("township", "A", "total", 2030, None, 500.0)))
    assert less.demand.people["total"].tolist() == [125.0, 375.0, 0.0]
    assert [note[0] for note in less.people_of.notes if "contra" in note[0]] == ["growth.contradiction"]


def test_years_between_and_after_those_stated():
    growth = table(("", "", "total", 2025, 1.1, None), ("", "", "total", 2035, 1.3, None))
    totals = {year: grown(growth, year).demand.people["total"].sum() for year in (2025, 2030, 2035, 2040)}
    assert totals == pytest.approx({2025: 1100.0, 2030: 1200.0, 2035: 1300.0, 2040: 1300.0})
    assert [key for key, _ in grown(growth, 2040).people_of.notes] == ["growth.held"]


def test_people_where_there_are_none_today():
    empty = [0.0, 0.0, 60.0]
    told = grown(table(("township", "A", "age_60_plus", 2030, None, 30.0)), old=empty)
    assert told.demand.people["age_60_plus"].tolist() == [15.0, 15.0, 60.0]
    assert ("growth.spread_evenly", {"group": "age_60_plus", "unit": "甲镇", "people": 30}) in told.people_of.notes


AGES = Ages("", "", (0, 20, 40, 60, 80), (200, 300, 300, 150, 50), (1.0, 0.99, 0.9, 0.5, 0.1), (0.0, 5.0, 0.0, 0.0, 0.0), 8.0)


def test_ages_move_up_by_hand():
    """A step of 20 years: births 160; 200 + 100 migrants; 297; 270; 75 + 5."""
    assert moved_up(AGES, 20).tolist() == pytest.approx([160, 300, 297, 270, 80])
    assert moved_up(AGES, 10).tolist() == pytest.approx([180, 300, 298.5, 210, 65])
    assert in_ages(AGES, "age_60_plus", 20) == pytest.approx(350) and in_ages(AGES, "age_60_plus", 0) == 200
    assert in_ages(AGES, "age_50_plus", 0) == 350 and in_ages(AGES, "under_10", 0) == 100 and in_ages(AGES, "age_20_39", 0) == 300
    assert in_ages(AGES, "age_90_plus", 0) is None and in_ages(AGES, "households", 0) is None
    unborn = replace(AGES, births=None)
    assert in_ages(unborn, "age_60_plus", 20) == pytest.approx(350) and in_ages(unborn, "total", 20) is None
    assert [ages_of(group) for group in ("age_65_plus", "under_18", "low_income")] == [(65.0, np.inf), (0.0, 18.0), None]


def test_groups_follow_the_ages():
    """60+ go from 200 to 275 in ten years, and from 120 to 165 on the ground; a row of a unit goes before."""
    later = grown(Growth(ages=(AGES,)))
    assert later.demand.people["age_60_plus"].sum() == pytest.approx(120 * 275 / 200)
    assert later.demand.people["total"].sum() == pytest.approx(1000 * 1053.5 / 1000)
    assert later.people_of.how == {"total": "ages", "age_60_plus": "ages", "households": "as_today"}
    both = grown(replace(table(("township", "B", "age_60_plus", 2030, 1.0, None)), ages=(AGES,)))
    assert both.demand.people["age_60_plus"].tolist() == pytest.approx([10 * 1.375, 50 * 1.375, 60])
    assert both.people_of.how["age_60_plus"] == "ages+stated"
    unborn = grown(Growth(ages=(replace(AGES, births=None),)))
    assert unborn.demand.people["total"].tolist() == TOTALS and ("growth.births", {"group": "total"}) in unborn.people_of.notes


def plots(*rows):
    """Planned plots (id, x, handover, households, people, 60+) in B where x is 20 or more."""
    columns = {"id": [r[0] for r in rows], "x": [r[1] for r in rows], "y": [1.0] * len(rows), "opened": [r[2] for r in rows],
               "households": np.array([r[3] for r in rows], dtype=float), "people": np.array([r[4] for r in rows], dtype=float),
               "age_60_plus": np.array([r[5] for r in rows], dtype=float),
               "in_district": ["D"] * len(rows), "in_township": ["B" if r[1] >= 20 else "A" for r in rows]}
    return FacilityLayer("growth.housing", gpd.GeoDataFrame(columns), Source("housing.csv"))


NAN = float("nan")


def test_planned_housing_stands_at_its_place_from_its_year_on():
    """p1: 50 households of 2.5; p2 after the year; p3 before today; p4 without a day."""
    layer = plots(("p1", 22.0, "2028-06-01", 50, NAN, NAN), ("p2", 5.0, "2031", 9, NAN, NAN), ("p3", 5.0, "2019", 9, NAN, NAN),
                  ("p4", 5.0, "", 9, NAN, NAN))
    later = grown(Growth(housing=layer, people_per_household=2.5))
    assert len(later.demand) == 4 and later.demand.x[3] == 22.0 and later.demand.units["township"][3] == "B"
    assert later.demand.people["total"].tolist() == [*TOTALS, 125.0] and later.people_of.housing == 125.0
    assert later.demand.people["households"][3] == 50.0 and later.demand.people["age_60_plus"][3] == 12.5  # B's tenth
    told = {key.removeprefix("growth.housing_") for key, _ in later.people_of.notes}
    assert told == {"undated", "handed_over", "like_neighbours"}
    assert len(grown(Growth(housing=layer, people_per_household=2.5), 2027).demand) == 3


def test_people_stated_of_a_unit_include_its_housing_and_a_factor_does_not():
    layer = plots(("p1", 22.0, "2028", 50, 100.0, 5.0))
    stated = grown(replace(table(("township", "B", "total", 2030, None, 650.0)), housing=layer))
    assert stated.demand.people["total"].tolist() == [100.0, 300.0, 550.0, 100.0] and stated.demand.people["age_60_plus"][3] == 5.0
    factor = grown(replace(table(("township", "B", "total", 2030, 1.1, None)), housing=layer))
    assert factor.demand.people["total"].tolist() == [100.0, 300.0, 660.0, 100.0]


def test_households_without_people_per_household_are_an_error():
    with pytest.raises(InputError) as raised:
        grown(Growth(housing=plots(("p1", 22.0, "2028", 50, NAN, NAN))))
    assert raised.value.code == "growth_housing_people"


@pytest.mark.parametrize(("year", "growth", "date", "code"), [
    (2030, None, "2020-11-01", "growth_missing"), (2010, table(), "2020-11-01", "growth_year_past"),
    (2030, table(), "", "growth_base_unknown")])
def test_what_the_project_lacks_is_said(year, growth, date, code):
    with pytest.raises(InputError) as raised:
        grown(growth, year, date=date)
    assert raised.value.code == code


def test_more_old_people_than_people_is_told():
    told = grown(table(("township", "B", "age_60_plus", 2030, None, 700.0)))
    assert [key for key, _ in told.people_of.notes] == ["growth.more_than_all"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([("", ""), ("district", "D"), ("township", "A"), ("township", "B")]),
                          st.sampled_from([2022, 2030, 2040]), st.floats(0, 3), st.booleans()), min_size=1, max_size=5),
       st.integers(2021, 2045))
def test_stated_people_of_a_unit_add_up_exactly(rows, year):
    """Whatever is stated: nobody is negative, and where a row of people is the finest of its unit and year, the unit's sum is that row."""
    made = {(unit, of): (unit, of, amount, as_people) for unit, of, amount, as_people in rows}
    growth = table(*((*unit, "total", of, None if people else amount, amount * 400 if people else None)
                     for unit, of, amount, people in made.values()))
    later = grown(growth, year)
    assert (later.demand.people["total"] >= 0).all() and later.demand.people["age_60_plus"].tolist() == OLD
    for (unit, of), (_, _, amount, people) in made.items():
        if people and of == year and unit[0] == "township":
            inside = later.demand.units["township"] == unit[1]
            assert later.demand.people["total"][inside].sum() == pytest.approx(amount * 400, rel=1e-12, abs=1e-6)


def test_a_unit_without_homes_is_told():
    """A code that stood in the boundaries when the table was read, and that a scenario has since taken away."""
    told = grown(table(("township", "Z", "total", 2030, 2.0, None), ("township", "Y", "total", 2030, None, 50.0)))
    assert told.demand.people["total"].tolist() == TOTALS
    assert [key for key, _ in told.people_of.notes] == ["growth.no_place", "growth.unit_empty"]
