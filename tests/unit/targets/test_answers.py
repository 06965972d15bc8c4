import json

from planner.i18n import LANGUAGES
from planner.targets.evaluate import evaluate, to_dict


def test_the_answer_as_json(draw, make_pack):
    city = draw({"home": [{"x": 100, "area": float("nan")}]})
    pack = make_pack(
        {"metric": "sum", "of": "area", "by": "township", "rollup": "every"},
        comparator="range",
        value=1,
        value_max=9,
        unit="m2",
        deadline=2025,
    )
    for lang in LANGUAGES:
        answer = to_dict(evaluate(city, [pack], as_of=city.reference_date), lang)
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer
        assert (answer["schema"], answer["pack"], answer["date"], answer["project"]) == (
            "planner.evaluation/1",
            "p",
            "2025-12-31",
            "street",
        )
        target = answer["targets"][0]
        assert (target["id"], target["plan"], target["clause"], target["threshold"], target["deadline"]) == ("t", "p", "1", [1, 9], 2025)
        assert (target["state"], target["blanks"], target["at_least"]) == ("not_met", 1, True)
        assert [(unit["code"], unit["state"], unit["threshold"]) for unit in target["units"]] == [
            ("A", "data_missing", [1, 9]),
            ("B", "not_met", [1, 9]),
        ]
        assert {source["path"] for source in target["inputs"]} >= {"facilities.csv", "townships.geojson"} and "area" in target["note"]


def test_several_packs_are_a_list_and_nothing_to_say_is_null(draw, make_pack):
    city = draw({"home": [{"x": 100}]})
    pack = make_pack({"metric": "count"}, comparator=">=", value=1)
    answer = to_dict(evaluate(city, [pack, pack], as_of=city.reference_date), "en")
    assert answer["pack"] == ["p", "p"] and [target["note"] for target in answer["targets"]] == [None, None]


def test_what_no_data_decides(draw, ask):
    assert ask(draw(), None, None).state == "threshold_undefined"
    project = ask(draw(), ("=", 1), None, kind="project")
    assert (project.state, project.value, project.threshold, project.shortfall) == ("recorded", None, 1, None)
    assert ask(draw(), ("=", 80), None, kind="target", unit="% of streets").threshold == 0.8
    assert ask(draw(), None, None, kind="layout_rule").state == "recorded"


def test_baselines_and_processes_are_never_judged(draw, ask):
    city = draw({"home": [{"x": 100}]})
    for kind in ("baseline", "process"):
        found = ask(city, ("=", 2), {"metric": "count", "by": "township", "rollup": "every"}, kind=kind)
        assert (found.state, found.value, found.threshold, found.shortfall, found.action) == ("recorded", 0, 2, None, None)
        assert {unit.state for unit in found.units} == {None}
    lost = ask(city, ("=", 2), {"metric": "count"}, kind="baseline", layer="castle")
    assert lost.state == "recorded" and lost.value is None and lost.note[0][0] == "note.no_layer"


def test_a_check_without_a_figure_has_a_value_and_no_threshold(draw, ask):
    found = ask(draw({"home": [{"x": 100}]}), None, {"metric": "count", "by": "township", "rollup": "every"})
    assert (found.state, found.value, found.threshold, found.shortfall) == ("threshold_undefined", 0, None, None)
    share = ask(draw({"home": [{"x": 100}]}), None, {"metric": "count", "by": "township", "rollup": "share"})
    assert (share.state, share.value, share.threshold, share.units_met) == ("threshold_undefined", 0.5, None, 1)


def test_what_the_plan_itself_says(draw, make_pack):
    city = draw({"home": [{"x": 100}]})
    pack = make_pack({"metric": "count"}, comparator=">=", value=1, steps={"2023": 1, "2026": 3}, note="原文如此", unit="homes")
    found = evaluate(city, [pack], as_of=city.reference_date).targets[0]
    assert [key for key, _ in found.note] == ["note.of_the_plan", "note.step"] and found.note[1][1]["year"] == 2026
