"""Recommended actions: every metric has its sentence in both languages, and builds what a building can close."""

import pytest

from planner.i18n import LANGUAGES
from planner.plan.actions import Build, Situation, condition_words, remedy
from planner.targets.pack_rules import build_pack

NAMES = ({"zh": "养老院", "en": "homes"},)


def target(figure, check, **more):
    figures = dict(zip(("comparator", "value", "value_max"), figure, strict=False))
    entry = {"id": "t", "title": {"zh": "指标", "en": "t"}, "clause": "1", "kind": "target", "layer": "home", "unit": "things"} | figures
    top = {"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "p"}, "source": {"document": "d"}, "period": [2023, 2025]}
    return build_pack(top | {"target": [entry | {"check": check} | more]}, "p.toml").targets[0]


PLACE = Situation("乙镇", existing=0)
THERE = Situation("乙镇", existing=2, passing=1)
CASES = [
    ((">=", 1), {"metric": "count"}, 2, PLACE, "new", [Build("home", "new", 2)]),
    ((">=", 1), {"metric": "count", "where": {"beds": ">= 50"}}, 2, PLACE, "new_with", [Build("home", "new", 2, beds=50)]),
    ((">=", 1), {"metric": "count", "where": {"area_m2": "> 750"}}, 1, THERE, "new_or_raise", [Build("home", "new", 1, area_m2=751)]),
    ((">=", 1), {"metric": "count", "stage": "started"}, 1, PLACE, "started", [Build("home", "new")]),
    ((">=", 1), {"metric": "count", "stage": "approved"}, 1, PLACE, "approved", [Build("home", "new")]),
    ((">=", 9), {"metric": "sum", "of": "beds"}, 7, PLACE, "beds_new", [Build("home", "new", beds=7)]),
    ((">=", 9), {"metric": "sum", "of": "beds"}, 7, THERE, "beds_expand", [Build("home", "expand", beds=7)]),
    ((">=", 9), {"metric": "sum", "of": "area_m2"}, 7.2, PLACE, "area_new", [Build("home", "new", area_m2=8)]),
    ((">=", 9), {"metric": "sum", "of": "area_m2"}, 7, THERE, "area_expand", [Build("home", "expand", area_m2=7)]),
    (
        (">=", 9),
        {"metric": "sum", "of": "area_m2"},
        7,
        Situation("小院", is_facility=True),
        "area_at",
        [Build("home", "expand", area_m2=7)],
    ),
    ((">=", 9), {"metric": "sum", "of": "beds"}, 7, Situation("小院", is_facility=True), "beds_at", [Build("home", "expand", beds=7)]),
    ((">=", 9), {"metric": "sum", "of": "staff"}, 7, THERE, "more", []),
    ((">=", 9), {"metric": "sum", "of": "meals"}, 7, THERE, "more", []),
    ((">=", 0.5), {"metric": "ratio", "of": "nursing_beds", "in": "beds"}, 7, THERE, "convert_beds", [Build("home", "convert", beds=7)]),
    ((">=", 0.5), {"metric": "ratio", "of": "residents", "in": "beds"}, 7, THERE, "more", []),
    (("<=", 9), {"metric": "sum", "of": "beds"}, 7, THERE, "over", []),
    (("range", 3, 9), {"metric": "sum", "of": "beds"}, 0, THERE, "above_range", []),
    (("<=", 9), {"metric": "load", "group": "total"}, 2, THERE, "new", [Build("home", "new", 2)]),
    (("<=", 9), {"metric": "unit_value", "of": "households", "by": "community", "rollup": "every"}, 2, PLACE, "unit_over", []),
    ((">=", 9), {"metric": "unit_value", "of": "households", "by": "community", "rollup": "every"}, 2, PLACE, "unit_under", []),
    (("<=", 9), {"metric": "minutes", "travel": "walk"}, 2.5, PLACE, "minutes", [Build("home", "new")]),
    ((">=", 9), {"metric": "separation", "from": "river", "by": "facility", "rollup": "every"}, 2, PLACE, "separation", []),
    ((">=", 30), {"metric": "pace", "by": "community"}, 0.125, PLACE, "pace", []),
    ((">=", 9), {"metric": "reported"}, 2, PLACE, "reported", []),
    (
        (">=", 80),
        {"metric": "facility_share", "having": {"volunteer_station": True}},
        2,
        THERE,
        "convert_facilities",
        [Build("home", "convert", 2)],
    ),
    ((">=", 80), {"metric": "facility_share", "having": {"opened": ">= 2023-01-01"}}, 2, THERE, "new_with", [Build("home", "new", 2)]),
    (
        (">=", 1),
        {"metric": "count", "any_of": [{"layer": "home"}, {"metric": "unit_value", "of": "child_workers"}], "by": "township"},
        1,
        PLACE,
        "any_of",
        [Build("home", "new")],
    ),
    (
        (">=", 1),
        {"metric": "count", "any_of": [{"layer": "home"}, {"layer": "shop"}], "by": "township"},
        1,
        PLACE,
        "any_layer",
        [Build("home", "new")],
    ),
    (
        (">=", 1),
        {"metric": "count", "all_of": [{"layer": "home"}, {"layer": "shop"}], "by": "township"},
        1,
        Situation("乙镇", lacking=("shop",)),
        "all_of",
        [Build("shop", "new")],
    ),
    (
        (">=", 60),
        {"metric": "population_within", "metres": 500},
        None,
        Situation("乙镇", beyond=12.6, group={"zh": "老人", "en": "older people"}),
        "reach",
        [Build("home", "new")],
    ),
]


@pytest.mark.parametrize(("figure", "check", "shortfall", "where", "key", "builds"), CASES)
def test_each_gap_has_its_remedy(figure, check, shortfall, where, key, builds):
    unit = "% of things" if check["metric"] in ("facility_share", "population_within", "pace") else "things"
    found = remedy(target(figure, check, unit=unit), shortfall, where, NAMES)
    assert found.sentence.key == f"gaps.action.{key}"
    assert list(found.builds) == builds
    for lang in LANGUAGES:
        said = found.sentence.say(lang)
        assert "{" not in said
        assert "Sentence" not in said


def test_the_words_of_a_sentence():
    said = remedy(target((">=", 1), {"metric": "count", "where": {"nursing_beds / beds": ">= 0.6"}}), 1, PLACE, NAMES).sentence
    assert said.say("zh") == "新建1处养老院（护理型床位÷床位 ≥ 0.6）。"
    assert said.say("en") == "Build 1 homes (nursing beds / beds ≥ 0.6)."
    beyond = remedy(
        *(
            target((">=", 60), {"metric": "population_within", "metres": 500}, unit="% of people"),
            None,
            Situation("乙", beyond=1234.4, group={"zh": "老人", "en": "older people"}),
            NAMES,
        )
    )
    assert "1,234名老人" in beyond.sentence.say("zh")
    over = remedy(target(("<=", 9), {"metric": "sum", "of": "area_m2"}), 1700, THERE, NAMES)
    assert over.sentence.say("zh") == "超出上限 1,700（建筑面积）：停止新增，逐步压减。"


def test_conditions_in_words():
    check = target(
        (">=", 1),
        {"metric": "count", "where": {"status": "operating", "registered": False, "kind": ["公办", "民办"], "stars": 3, "built": "< 2021"}},
    ).check
    assert [said.say("zh") for said in condition_words(check.where)] == ["已登记为“否”", "类型为 公办、民办", "星级为 3", "建成年份 < 2021"]
