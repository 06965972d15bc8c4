import pytest

HOME = {"home": [{"x": 1200, "beds": 5}]}


def codes(result):
    return [unit.code for unit in result.units]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"class": "urban"}, ["A1", "A2"]),
        ({"class": ["rural", "urban"]}, ["A1", "A2", "B1", "B2"]),
        ({"class": "乡村"}, ["B1", "B2"]),
        ({"name": ["甲一", "B2"]}, ["A1", "B2"]),
        ({"except": ["A1", "乙一"]}, ["A2", "B2"]),
        ({"parent": "乙镇"}, ["B1", "B2"]),
        ({"parent": ["D"]}, ["A1", "A2", "B1", "B2"]),
        ({"region": "South"}, ["A1", "A2", "B2"]),
        ({"has": "home"}, ["A2"]),
        ({"ring": ">= 2"}, ["A2", "B2"]),
        ({"class": "rural", "ring": 1}, ["B1"]),
    ],
)
def test_which_communities(draw, ask, scope, expected):
    city = draw(HOME, columns={"community": {"ring": [1.0, 2.0, 1.0, 2.0]}})
    result = ask(
        city, (">=", 1), {"metric": "count", "by": "community", "scope": scope, "rollup": "every"}, regions={"South": ["甲街道", "B2"]}
    )
    assert codes(result) == expected


def test_townships_that_contain_a_rural_community(draw, ask):
    city = draw(HOME, columns={"community": {"class": ["urban", "urban", "urban", "rural"]}})
    assert codes(ask(city, (">=", 1), {"metric": "count", "by": "township", "scope": {"contains": "rural"}, "rollup": "every"})) == ["B"]


def test_a_region_may_be_a_column(draw, ask):
    city = draw(HOME, columns={"township": {"region": ["South", "North"]}})
    assert codes(ask(city, (">=", 1), {"metric": "count", "by": "township", "scope": {"region": "North"}, "rollup": "every"})) == ["B"]


def test_parents_are_found_by_place_where_nobody_wrote_them(draw, ask):
    city = draw(HOME, columns={"community": {"parent": ["", "", "", ""]}})
    assert codes(ask(city, (">=", 1), {"metric": "count", "by": "community", "scope": {"parent": "甲街道"}, "rollup": "every"})) == [
        "A1",
        "A2",
    ]


@pytest.mark.parametrize(
    ("scope", "note"),
    [
        ({"region": "West"}, "note.no_region"),
        ({"ring": 1}, "note.no_unit_column"),
        ({"has": "station"}, "note.no_layer"),
        ({"contains": "x"}, "note.no_finer_level"),
    ],
)
def test_what_is_missing_is_named(draw, ask, scope, note):
    result = ask(draw(HOME), (">=", 1), {"metric": "count", "by": "community", "scope": scope, "rollup": "every"})
    assert (result.state, result.value, result.threshold, result.units) == ("data_missing", None, 1, ()) and result.note[0][0] == note


def test_a_level_without_classes_lacks_the_column(draw, ask):
    city = draw(HOME, columns={"township": {"class": ["", ""]}})
    result = ask(city, (">=", 1), {"metric": "count", "by": "township", "scope": {"class": "urban"}, "rollup": "every"})
    assert result.state == "data_missing" and result.note[0] == ("note.no_unit_column", {"column": "class", "level": "township"})


def test_nobody_in_scope_is_not_applicable(draw, ask):
    result = ask(draw(HOME), (">=", 1), {"metric": "count", "by": "township", "scope": {"class": "island"}, "rollup": "every"})
    assert (result.state, result.value, result.threshold, result.units) == ("not_applicable", None, 1, ())


@pytest.mark.parametrize(
    ("check", "layer", "note"),
    [
        ({"metric": "count"}, "palace", "note.no_layer"),
        ({"metric": "sum", "of": "rooms"}, "home", "note.no_column"),
        ({"metric": "rate", "group": "birds"}, "home", "note.no_group"),
        ({"metric": "minutes", "travel": "fly"}, "home", "note.no_travel"),
        ({"metric": "minutes"}, "home", "note.no_travel_named"),
        ({"metric": "count", "by": "community"}, "home", "note.no_level"),
        ({"metric": "population_within", "share": 0.5}, "home", "note.no_limit"),
        ({"metric": "count", "where": {"rooms": 1}}, "home", "note.no_column"),
    ],
)
def test_data_that_the_project_lacks(draw, ask, check, layer, note):
    result = ask(draw(HOME, without=("community",)), (">=", 1), check, layer=layer)
    assert (result.state, result.value) == ("data_missing", None) and result.note[0][0] == note


def test_figures_by_unit(draw, ask):
    check = {
        "metric": "sum",
        "of": "beds",
        "by": "community",
        "rollup": "every",
        "thresholds": [{"name": "甲二", "value": 5}, {"class": "urban", "value": 2}, {"rest": True, "value": 1}],
    }
    result = ask(draw(HOME), (">=", 1), check)
    assert [(unit.code, unit.threshold, unit.state) for unit in result.units] == [
        ("A1", 2, "not_met"),
        ("A2", 5, "met"),
        ("B1", 1, "not_met"),
        ("B2", 1, "not_met"),
    ]
    assert result.threshold is None and (result.value, result.shortfall) == (0, 4)


def test_exempt_units_leave_the_denominator(draw, ask):
    city = draw(HOME, columns={"community": {"spared": ["yes", "", "no", "是"]}})
    result = ask(city, (">=", 50), {"metric": "count", "by": "community", "exempt": "spared", "rollup": "share"}, unit="% of communities")
    assert [(unit.code, unit.state) for unit in result.units] == [
        ("A1", "not_applicable"),
        ("A2", "met"),
        ("B1", "not_met"),
        ("B2", "not_applicable"),
    ]
    assert (result.state, result.value, result.units_total) == ("met", 0.5, 2)
    whole = ask(city, (">=", 1), {"metric": "rate", "group": "total", "per": 500, "by": "community", "exempt": "spared"})
    assert whole.value == 1


def test_a_blank_in_the_scope_leaves_a_unit_open(draw, ask):
    city = draw(HOME, columns={"community": {"ring": [1.0, float("nan"), 2.0, 2.0]}})
    check = {"metric": "count", "by": "community", "scope": {"ring": 1}, "rollup": "every"}
    result = ask(city, (">=", 1), check)
    assert [(unit.code, unit.state) for unit in result.units] == [("A1", "not_met"), ("A2", "data_missing")] and result.state == "not_met"
    city = draw({"home": [{"x": 500}, {"x": 1500}]}, columns={"community": {"ring": [1.0, float("nan"), 2.0, 2.0]}})
    assert ask(city, (">=", 1), check).state == "met"  # the open unit would pass too
    assert ask(city, (">=", 2), check | {"rollup": "total"}).state == "data_missing"
