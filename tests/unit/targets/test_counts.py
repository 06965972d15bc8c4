import datetime as dt

import pytest

PUBLIC = {"status": "operating"}


def outcome(result):
    return result.state, result.value, result.shortfall


def by_code(result):
    return {unit.code: (unit.value, unit.state, unit.shortfall) for unit in result.units}


def homes(*rows):
    return {"home": [dict(row) for row in rows]}


FOUR = homes(
    {"x": 100, "beds": 40, "area": 100},
    {"x": 1200, "beds": 60, "area": 50},
    {"x": 1800, "beds": 20, "area": 0},
    {"x": 2500, "beds": 30, "area": 10},
)


def test_a_count_of_the_whole(draw, ask):
    result = ask(draw(FOUR), (">=", 5), {"metric": "count"})
    assert outcome(result) == ("not_met", 4, 1) and result.action == {"amount": 1, "of": "facilities"}
    assert [(unit.code, unit.value, unit.state) for unit in result.units] == [("street", 4, None)]
    assert ask(draw(FOUR), (">=", 4), {"metric": "count"}).action is None


def test_every_unit_and_the_worst_of_them(draw, ask):
    result = ask(draw(FOUR), (">=", 2), {"metric": "count", "by": "community", "rollup": "every"})
    assert by_code(result) == {"A1": (1, "not_met", 1), "A2": (2, "met", 0), "B1": (1, "not_met", 1), "B2": (0, "not_met", 2)}
    assert outcome(result) == ("not_met", 0, 4) and (result.units_total, result.units_met, result.units_required) == (4, 1, 4)
    assert result.people_affected == {"total": 100 + 300 + 400, "age_60_plus": 80}


def test_a_share_of_units_and_the_cheapest_way_to_reach_it(draw, ask):
    check = {"metric": "sum", "of": "beds", "by": "community", "rollup": "share", "each": {"value": 50}}
    result = ask(draw(FOUR), (">=", 75), check, unit="% of communities")
    assert by_code(result) == {"A1": (40, "not_met", 10), "A2": (80, "met", 0), "B1": (30, "not_met", 20), "B2": (0, "not_met", 50)}
    assert outcome(result) == ("not_met", 0.25, 2) and result.threshold == 0.75
    assert result.action == {"amount": 30, "of": "beds"} and (result.units_met, result.units_required) == (1, 3)
    assert ask(draw(FOUR), (">", 25), check, unit="% of communities").shortfall == 1
    assert outcome(ask(draw(FOUR), ("<=", 20), check, unit="% of communities")) == ("not_met", 0.25, 1)
    assert outcome(ask(draw(FOUR), ("=", 100), check, unit="% of communities"))[2] == 3


def test_each_may_be_a_ceiling(draw, ask):
    check = {"metric": "count", "by": "community", "rollup": "share", "each": {"comparator": "<=", "value": 1}}
    assert ask(draw(FOUR), (">=", 75), check, unit="% of communities").state == "met"


def test_rates_over_people_of_the_units_in_scope(draw, ask):
    per_100 = {"metric": "rate", "of": "beds", "per": 100, "group": "age_60_plus"}
    assert outcome(ask(draw(FOUR), (">=", 160), per_100)) == ("not_met", 150, 10)
    rural = per_100 | {"by": "township", "scope": {"class": "rural"}}
    assert outcome(ask(draw(FOUR), (">", 40), rural)) == ("met", 30 / 70 * 100, 0)
    assert ask(draw(FOUR), ("range", 20, 30), rural).shortfall == 0
    every = ask(draw(FOUR), (">=", 1), {"metric": "rate", "group": "households", "per": 100, "by": "township", "rollup": "every"})
    assert by_code(every) == {"A": (2, "met", 0), "B": (pytest.approx(1 / 3.5), "not_met", 3)}


def test_a_unit_without_people_is_not_asked_for_a_rate(draw, ask):
    city = draw(FOUR, people={"age_60_plus": [0, 20, 30, 40]})
    result = ask(city, (">=", 1), {"metric": "rate", "of": "beds", "group": "age_60_plus", "by": "community", "rollup": "every"})
    assert by_code(result)["A1"] == (None, "not_applicable", None) and result.units_total == 3


def test_ratios_keep_what_they_divide_by(draw, ask):
    nursing = homes({"x": 100, "beds": 40, "nursing": 10}, {"x": 2500, "beds": 60, "nursing": 30})
    check = {"metric": "ratio", "of": "nursing", "in": "beds"}
    assert outcome(ask(draw(nursing), (">=", 55), check, unit="% of beds")) == ("not_met", 0.4, 15)
    every = ask(draw(nursing), (">=", 30), check | {"by": "township", "rollup": "every"}, unit="% of beds")
    assert by_code(every) == {"A": (0.25, "not_met", 2), "B": (0.5, "met", 0)}
    assert by_code(ask(draw(nursing), (">=", 30), check | {"by": "community", "rollup": "every"}, unit="% of beds"))["A2"] == (
        None,
        "not_applicable",
        None,
    )


def test_a_share_of_facilities(draw, ask):
    city = draw({"home": [{"x": 10 * k, "open": "yes" if k < 6 else "no"} for k in range(25)]})
    assert outcome(ask(city, (">=", 28), {"metric": "facility_share", "having": {"open": True}}, unit="% of homes")) == ("not_met", 0.24, 1)
    assert (
        ask(
            draw({"home": []} | {"home": [{"x": 5, "open": "no", "status": "closed"}]}),
            (">=", 1),
            {"metric": "facility_share", "having": {"open": True}},
            unit="% of homes",
        ).state
        == "not_applicable"
    )


def test_conditions_layers_and_years(draw, ask):
    city = draw(
        {
            "home": [
                {"x": 100, "beds": 60, "opened": "2021-01-01"},
                {"x": 200, "beds": 40, "opened": "2020-12-31"},
                {"x": 300, "beds": 70, "opened": ""},
            ],
            "station": [{"x": 400, "opened": "2025-12-31"}],
        }
    )
    assert ask(city, (">=", 1), {"metric": "count", "where": {"beds": ">= 50"}}).value == 2
    assert ask(city, (">=", 1), {"metric": "count", "layers": ["home", "station"]}).value == 4
    assert ask(city, (">=", 1), {"metric": "count", "layers": ["home", "station"], "opened_in": [2021, 2025]}).value == 2
    assert (
        ask(city, (">=", 1), {"metric": "count", "layers": ["home", "station"], "opened_in": [2021, 2025]}, day=dt.date(2025, 12, 30)).value
        == 1
    )


def test_milestones_count_whatever_the_status(draw, ask):
    city = draw(
        {
            "home": [
                {"x": 1, "status": "planned", "started": "2025-10-01"},
                {"x": 2, "status": "under_construction", "started": "2025-10-02"},
                {"x": 3},
            ]
        }
    )
    assert ask(city, (">=", 1), {"metric": "count", "stage": "started"}).value == 2
    assert ask(city, (">=", 1), {"metric": "count", "stage": "started", "where": {"started": "<= 2025-10-01"}}).value == 1
    assert ask(city, (">=", 1), {"metric": "count", "stage": "started"}, day=dt.date(2025, 9, 30)).value == 0
    lacking = ask(city, (">=", 1), {"metric": "count", "stage": "approved"})
    assert lacking.state == "data_missing" and lacking.note[0] == ("note.no_column", {"column": "approved", "layer": "home"})


def test_words_of_status(draw, ask):
    city = draw(
        homes(
            {"x": 1, "status": "operating"},
            {"x": 2, "status": ""},
            {"x": 3, "status": "completed"},
            {"x": 4, "status": "operating", "opened": "2030-01-01"},
            {"x": 5, "status": "planned", "opened": "2031-01-01"},
        )
    )
    assert ask(city, (">=", 1), {"metric": "count"}).value == 2
    assert ask(city, (">=", 1), {"metric": "count", "where": {"status": "operating"}}).value == 1
    assert ask(city, (">=", 1), {"metric": "count", "where": {"status": ["operating", "completed"]}}).value == 2
    assert ask(city, (">=", 1), {"metric": "count", "where": {"status": ["planned", "completed"]}}).value == 2


def test_a_late_opening_is_named_and_not_counted(draw, ask):
    city = draw(homes({"x": 1}, {"x": 2, "id": "L8", "name": "迟到院", "status": "planned", "opened": "2025-06-30"}))
    result = ask(city, (">=", 1), {"metric": "count"})
    assert result.value == 1 and result.note == (("note.slipped", {"names": "L8 迟到院", "count": 1, "more": 0}),)


def test_one_home_may_serve_several_townships(draw, ask):
    city = draw(homes({"x": 100, "serves": "B; A"}, {"x": 200, "serves": ""}))
    check = {"metric": "count", "by": "township", "rollup": "every", "count_in": "serves"}
    assert by_code(ask(city, (">=", 2), check)) == {"A": (2, "met", 0), "B": (1, "not_met", 1)}
    assert ask(city, (">=", 1), check | {"rollup": "total"}).value == 2


def test_outside_every_unit_counts_nowhere(draw, ask):
    city = draw(homes({"x": 100}, {"x": 9000}))
    assert ask(city, (">=", 1), {"metric": "count"}).value == 1
    assert ask(city, (">=", 1), {"metric": "count", "by": "district"}).value == 1


def test_placed_by_name_counts_in_its_unit(draw, ask):
    city = draw(homes({"x": float("nan"), "unit": {"township": "B", "district": "D"}}))
    assert by_code(ask(city, (">=", 1), {"metric": "count", "by": "township", "rollup": "every"}))["B"] == (1, "met", 0)
    assert ask(city, (">=", 1), {"metric": "count"}).value == 1


def test_any_of_several_layers_or_a_column_of_the_unit(draw, ask):
    city = draw({"home": [{"x": 100}]}, columns={"township": {"workers": [0.0, 2.0]}})
    check = {
        "metric": "count",
        "any_of": [{"layer": "home"}, {"metric": "unit_value", "of": "workers"}],
        "by": "township",
        "rollup": "share",
    }
    result = ask(city, ("=", 100), check, unit="% of townships")
    assert outcome(result) == ("met", 1, 0) and by_code(result) == {"A": (1, "met", 0), "B": (2, "met", 0)}


def test_all_of_several_layers(draw, ask):
    city = draw({"home": [{"x": 100}, {"x": 3000}], "station": [{"x": 200, "kind": "big"}, {"x": 3100, "kind": "small"}]})
    check = {
        "metric": "count",
        "all_of": [{"layer": "home"}, {"layer": "station", "where": {"kind": "big"}}],
        "by": "community",
        "rollup": "every",
    }
    result = ask(city, (">=", 1), check)
    assert by_code(result) == {"A1": (1, "met", 0), "A2": (0, "not_met", 2), "B1": (0, "not_met", 2), "B2": (0, "not_met", 1)}


def test_a_nested_minimum(draw, ask):
    city = draw({"home": [{"x": 1, "big": "yes"}, {"x": 2, "big": "no"}, {"x": 3, "big": "no"}]})
    part = {"layer": "home", "where": {"big": True}, "value": 3}
    assert outcome(ask(city, (">=", 4), {"metric": "count", "of_which": part})) == ("not_met", 3, 2)
    assert outcome(ask(city, (">=", 3), {"metric": "count", "of_which": part | {"value": 1}})) == ("met", 3, 0)
    every = ask(city, (">=", 1), {"metric": "count", "of_which": part | {"value": 2}, "by": "township", "rollup": "every"})
    assert by_code(every) == {"A": (3, "not_met", 1), "B": (0, "not_met", 2)}


def test_facilities_as_units(draw, ask):
    rows = homes(
        {"id": "n2", "x": 100, "area": 38, "built": 2010, "exempt": "no"},
        {"id": "n1", "x": 200, "area": 90, "built": 1998, "exempt": ""},
        {"id": "n3", "x": 300, "area": 5, "built": 2005, "exempt": "yes"},
        {"id": "n4", "x": 2500, "area": 5, "built": 2022, "exempt": "no"},
    )
    check = {"metric": "sum", "of": "area", "where": {"built": "< 2021"}, "by": "facility", "exempt": "exempt", "rollup": "every"}
    result = ask(draw(rows), (">=", 50), check)
    assert [unit.code for unit in result.units] == ["n1", "n2", "n3"]
    assert by_code(result) == {"n1": (90, "met", 0), "n2": (38, "not_met", 12), "n3": (None, "not_applicable", None)}
    assert outcome(result) == ("not_met", 38, 12)
    in_scope = ask(
        draw(rows), (">=", 50), {"metric": "sum", "of": "area", "by": "facility", "scope": {"built": ">= 2021"}, "rollup": "every"}
    )
    assert by_code(in_scope) == {"n4": (5, "not_met", 45)}
    rural = ask(draw(rows), (">=", 50), {"metric": "sum", "of": "area", "by": "facility", "scope": {"class": "rural"}, "rollup": "every"})
    assert set(by_code(rural)) == {"n4"}
    assert set(by_code(ask(draw(rows), (">=", 50), check | {"scope": {"parent": "甲一", "except": ["n1"]}}))) == {"n2", "n3"}


def test_loads_are_ceilings(draw, ask):
    city = draw(homes({"x": 100}, {"x": 200}))
    every = ask(city, ("<=", 150), {"metric": "load", "by": "township", "rollup": "every"})
    assert by_code(every) == {"A": (150, "met", 0), "B": (None, "not_met", 5)} and outcome(every) == ("not_met", None, 5)
    assert outcome(ask(city, ("<", 500), {"metric": "load"})) == ("not_met", 500, 1)
    land = ask(city, ("<=", 1), {"metric": "load", "of": "km2", "by": "township", "rollup": "every"})
    assert by_code(land) == {"A": (1, "met", 0), "B": (None, "not_met", 2)}


def test_values_of_units(draw, ask):
    city = draw(columns={"community": {"staff": [1.0, 2.0, 3.0, 4.0]}})
    people = ask(city, ("<=", 120), {"metric": "unit_value", "of": "households", "by": "community", "rollup": "every"})
    assert by_code(people)["B2"] == (200, "not_met", 80) and outcome(people) == ("not_met", 200, 30 + 80)
    assert outcome(ask(city, (">=", 11), {"metric": "unit_value", "of": "staff", "by": "community"})) == ("not_met", 10, 1)


def test_no_growth_over_a_base_date(draw, ask):
    city = draw(homes({"x": 100, "area": 50, "opened": "2010-01-01"}, {"x": 2500, "area": 20, "opened": "2023-01-01"}))
    check = {"metric": "sum", "of": "area", "baseline": "2020-12-31"}
    result = ask(city, ("<=",), check)
    assert outcome(result) == ("not_met", 70, 20) and result.threshold == 50
    every = ask(city, ("<=",), check | {"by": "township", "rollup": "every"})
    assert by_code(every) == {"A": (50, "met", 0), "B": (20, "not_met", 20)} and every.threshold is None


def test_the_pace_of_years(draw, ask):
    years = ["2022-06-01", "2023-12-31", "2024-05-01", "2025-01-01"]
    city = draw(homes(*({"x": 500 + 1000 * k, "opened": year} for k, year in enumerate(years))))
    check = {"metric": "pace", "by": "community"}
    assert outcome(ask(city, (">=", 30), check, unit="% a year")) == ("not_met", 0.25, pytest.approx(0.05))
    assert ask(city, (">=", 25), check, unit="% a year").state == "met"
    half_year = ask(city, (">=", 25), check, unit="% a year", day=dt.date(2023, 6, 30))
    assert half_year.state == "not_applicable" and half_year.note[0][0] == "note.no_full_year"
    assert outcome(ask(city, (">=", 30), check | {"scope": {"class": "urban"}}, unit="% a year")) == ("met", 1, 0)


@pytest.mark.parametrize(
    ("figure", "unit", "expected"),
    [((">=", 80), "%", ("not_met", 0.75, 0.05)), ((">=", 70), "things", ("met", 75, 0)), (None, "%", ("threshold_undefined", 0.75, None))],
)
def test_reported_figures_are_in_the_plans_unit(draw, ask, figure, unit, expected):
    city = draw(reported={"t": (75.0, "2025-06-30", "年报")})
    result = ask(city, figure, {"metric": "reported"}, unit=unit)
    assert (
        result.state == expected[0]
        and result.value == expected[1]
        and result.shortfall == (pytest.approx(expected[2]) if expected[2] else expected[2])
    )
    assert ("note.reported", {"value": "75", "date": "2025-06-30", "source": "年报"}) in result.note
    assert ask(draw(), figure or (">=", 1), {"metric": "reported"}, unit=unit).state == "data_missing"
