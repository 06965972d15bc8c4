import pytest

NAN = float("nan")


def homes(*areas):
    return {"home": [{"id": f"h{k}", "x": 500 + 1000 * k, "area": area, "kind": "a"} for k, area in enumerate(areas)]}


@pytest.mark.parametrize(
    ("figure", "state", "shortfall"),
    [((">=", 30), "met", 0), ((">=", 60), "data_missing", None), (("<=", 40), "not_met", 10), (("<=", 60), "data_missing", None)],
)
def test_a_sum_with_a_blank(draw, ask, figure, state, shortfall):
    result = ask(draw(homes(20, NAN, 30)), figure, {"metric": "sum", "of": "area"})
    assert (result.state, result.value, result.shortfall, result.blanks, result.at_least) == (state, 50, shortfall, 1, True)
    assert result.fill == (({"layer": "home", "id": "h1", "column": "area", "row": 3},) if state == "data_missing" else ())
    assert (result.action is None) == (state != "not_met")


def test_without_blanks_nothing_is_said(draw, ask):
    result = ask(draw(homes(20, 30)), (">=", 60), {"metric": "sum", "of": "area"})
    assert (result.blanks, result.at_least, result.fill) == (0, False, ())


def test_a_condition_that_is_open(draw, ask):
    city = draw(homes(20, NAN, 30))
    assert ask(city, (">=", 1), {"metric": "count", "where": {"area": ">= 25"}}).state == "met"
    assert ask(city, (">=", 2), {"metric": "count", "where": {"area": ">= 25"}}).state == "data_missing"
    over = ask(city, (">=", 3), {"metric": "count", "where": {"area": ">= 25"}})
    assert (over.state, over.value, over.shortfall, over.blanks) == ("not_met", 1, 2, 1)


def test_only_cells_that_are_needed_count_as_blanks(draw, ask):
    city = draw({"home": [{"x": 1, "beds": 10, "area": NAN}, {"x": 2, "beds": 60, "area": 5}]})
    result = ask(city, (">=", 9), {"metric": "sum", "of": "area", "where": {"beds": ">= 50"}})
    assert (result.state, result.value, result.blanks) == ("not_met", 5, 0)


def test_shares_of_units_with_a_blank(draw, ask):
    city = draw(homes(80, NAN, 80, 10))
    check = {"metric": "sum", "of": "area", "by": "community", "rollup": "share", "each": {"value": 50}}
    half = ask(city, (">=", 50), check, unit="% of communities")
    assert (half.state, half.value, half.at_least) == ("met", 0.5, True)
    assert [(unit.state, unit.shortfall) for unit in half.units] == [("met", 0), ("data_missing", None), ("met", 0), ("not_met", 40)]
    more = ask(city, (">=", 75), check, unit="% of communities")
    assert (more.state, more.shortfall, [cell["id"] for cell in more.fill]) == ("data_missing", None, ["h1"])
    assert ask(city, (">=", 100), check, unit="% of communities").state == "not_met"


def test_blanks_that_matter_most_come_first(draw, ask):
    city = draw(
        {
            "home": [
                {"id": "near", "x": 1500, "area": NAN},
                {"id": "b", "x": 1500, "area": 40},
                {"id": "far", "x": 500, "area": NAN},
                {"id": "done", "x": 2500, "area": NAN},
                {"id": "c", "x": 2500, "area": 90},
            ]
        }
    )
    result = ask(
        city,
        (">=", 100),
        {"metric": "sum", "of": "area", "by": "community", "rollup": "share", "each": {"value": 50}, "scope": {"except": ["B2"]}},
        unit="% of communities",
    )
    assert result.state == "data_missing" and [cell["id"] for cell in result.fill] == ["near", "far", "done"]


def test_every_unit_with_a_blank(draw, ask):
    check = {"metric": "sum", "of": "area", "by": "community", "rollup": "every"}
    result = ask(draw(homes(80, NAN, 80, 80)), (">=", 50), check)
    assert (result.state, result.value, result.shortfall) == ("data_missing", 0, None) and result.at_least
    assert ask(draw(homes(80, NAN, 80, 10)), (">=", 50), check).state == "not_met"


def test_a_ratio_whose_divisor_is_blank_may_only_fall(draw, ask):
    city = draw({"home": [{"x": 1, "beds": 10, "nursing": 6}, {"x": 2, "beds": NAN, "nursing": 1}]})
    check = {"metric": "ratio", "of": "nursing", "in": "beds"}
    result = ask(city, (">=", 50), check, unit="% of beds")
    assert (result.state, result.value, result.at_least) == ("data_missing", 0.7, False)
    assert ask(city, (">=", 75), check, unit="% of beds").state == "not_met"
    assert ask(city, ("<=", 75), check, unit="% of beds").state == "met"


def test_a_share_of_facilities_of_which_some_are_open(draw, ask):
    city = draw({"home": [{"x": 1, "big": "yes"}, {"x": 2, "big": "no"}, {"x": 3, "big": ""}]})
    check = {"metric": "facility_share", "having": {"big": True}}
    assert [ask(city, (">=", per_cent), check, unit="% of homes").state for per_cent in (30, 50, 70)] == ["met", "data_missing", "not_met"]


def test_a_facility_that_perhaps_counts_moves_a_share_either_way(draw, ask):
    city = draw({"home": [{"x": 1, "beds": 60, "big": "yes"}, {"x": 2, "beds": 60, "big": "no"}, {"x": 3, "beds": NAN, "big": "no"}]})
    check = {"metric": "facility_share", "having": {"big": True}, "where": {"beds": ">= 50"}}
    result = ask(city, (">=", 40), check, unit="% of homes")  # 1 of 2, or 1 of 3
    assert (result.state, result.value, result.at_least) == ("data_missing", 0.5, False)
    assert (
        ask(city, (">=", 33), check, unit="% of homes").state == "met"
        and ask(city, (">=", 51), check, unit="% of homes").state == "not_met"
    )


def test_loads_with_a_blank(draw, ask):
    city = draw({"home": [{"x": 1, "beds": 60}, {"x": 2, "beds": NAN}]})
    check = {"metric": "load", "where": {"beds": ">= 50"}}
    assert [ask(city, ("<=", people), check).state for people in (1000, 600, 400)] == ["met", "data_missing", "not_met"]


def test_people_that_are_blank(draw, ask):
    city = draw(homes(20), people={"age_60_plus": [10, NAN, 30, 40]})
    check = {"metric": "rate", "of": "area", "group": "age_60_plus"}
    result = ask(city, (">=", 0.2), check)  # 20 / 80, or less
    assert (result.state, result.at_least) == ("data_missing", False) and ask(city, (">=", 0.3), check).state == "not_met"
    value = ask(city, (">=", 5), {"metric": "unit_value", "of": "age_60_plus", "by": "community", "rollup": "every"})
    assert value.state == "data_missing" and [cell["id"] for cell in value.fill] == ["A2"]


def test_a_blank_that_means_something_is_no_blank(draw, ask):
    city = draw({"home": [{"x": 1, "opened": "2022-01-01", "serves": ""}, {"x": 2, "opened": "", "serves": "B"}]})
    result = ask(city, (">=", 2), {"metric": "facility_share", "having": {"opened": ">= 2021-01-01"}}, unit="% of homes")
    assert (result.value, result.blanks) == (0.5, 0)


def test_an_estate_that_perhaps_is_asked(draw, ask):
    city = draw({"home": [{"id": "a", "x": 1, "area": 60, "built": NAN}, {"id": "b", "x": 2, "area": 70, "built": 2000}]})
    check = {"metric": "sum", "of": "area", "where": {"built": "< 2021"}, "by": "facility", "rollup": "every"}
    assert ask(city, (">=", 50), check).state == "met"
    open_ = ask(city, (">=", 65), check)
    assert open_.state == "data_missing" and [unit.state for unit in open_.units] == ["data_missing", "met"]


def test_a_blank_on_both_days_cancels_and_one_on_the_base_day_decides(draw, ask):
    check = {"metric": "sum", "of": "area", "baseline": "2020-12-31"}
    stays = {"id": "old", "x": 1, "area": NAN, "opened": "2010-01-01"}
    grown = ask(draw({"home": [stays, {"x": 2, "area": 20, "opened": "2023-01-01"}]}), ("<=",), check)
    assert (grown.state, grown.value, grown.threshold, grown.shortfall, grown.blanks) == ("not_met", 20, 0, 20, 0)
    assert ask(draw({"home": [stays]}), ("<=",), check).state == "met"
    gone = {"id": "old", "x": 1, "area": NAN, "opened": "2010-01-01", "status": "closed", "closed": "2022-01-01"}
    moved = ask(draw({"home": [gone, {"x": 2, "area": 20, "opened": "2023-01-01"}]}), ("<=",), check)
    assert moved.state == "data_missing" and [cell["id"] for cell in moved.fill] == ["old"]
