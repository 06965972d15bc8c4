"""`planner site`: stages, other plans, the price of fairness and what could close, on the one-street project."""

import json

import pytest

from tests.unit.cli.test_site import site  # noqa: F401 - the fixture


def answer(run):
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout)


def test_stages_are_nested_and_end_as_the_plan_of_as_many_sites(site):  # noqa: F811
    whole = answer(site("--new", 2, "--format", "json"))
    staged = answer(site("--stages", "1,2", "--format", "json"))
    assert [len(stage["opened"]) for stage in staged["stages"]] == [1, 1]
    assert set(staged["stages"][0]["opened"]) < set(staged["stages"][1]["sites"])
    assert {one["id"] for one in staged["new_sites"]} == {one["id"] for one in whole["new_sites"]}
    assert staged["people_covered"] == whole["people_covered"] == staged["stages"][1]["covered_weight"]
    assert staged["objective"] == sum(stage["objective"] for stage in staged["stages"])
    assert staged["sentence"]["zh"].startswith("分 2 期")


def test_alternatives_differ_and_lose_no_more_than_allowed(site):  # noqa: F811
    found = answer(site("--new", 1, "--alternatives", 3, "--max-loss", 0.5, "--format", "json"))
    best = found["objective"]
    plans = found["alternatives"]
    assert plans and len({tuple(plan["sites"]) for plan in [found, *plans]}) == len(plans) + 1
    assert all(plan["objective"] >= 0.5 * best and plan["loss"] == pytest.approx(1 - plan["objective"] / best) for plan in plans)
    assert "方案" in found["sentence"]["zh"] and str(len(plans)) in found["sentence"]["zh"]


def test_frontier_goes_from_most_people_to_the_fairest(site):  # noqa: F811
    most = answer(site("--new", 1, "--format", "json"))
    fairest = answer(site("--new", 1, "--by", "township", "--format", "json", model="max_min_share"))
    curve = answer(site("--new", 1, "--frontier", 3, "--format", "json"))["frontier"]
    assert curve["points"][-1]["covered_weight"] == most["people_covered"] or curve["points"][0]["covered_weight"] == most["people_covered"]
    assert max(point["worst_share"] for point in curve["points"]) == pytest.approx(fairest["objective"])
    assert curve["most_share"] >= fairest["objective"] - 1e-9


def test_what_could_close_leaves_everybody_where_they_are(site):  # noqa: F811
    found = answer(site("--oversupply", "every", "--format", "json", model="lscp"))
    now = answer(site("--new", 0, "--format", "json"))
    record = found["oversupply"]
    assert {row["site_id"] for row in record["sites"]} == {"S1"}
    assert record["closable"] == [] and record["saved"] == 0 and found["people_covered"] == now["people_covered_before"]
    assert found["new_sites"] == []


def test_tables_follow_the_plan(site):  # noqa: F811
    text = site("--new", 1, "--alternatives", 2, "--max-loss", 0.9, "--lang", "en").stdout
    assert "objective" in text and "given up" in text.replace("_", " ")
    rows = site("--stages", "1,2", "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("stage,opened") and len(rows) == 3


@pytest.mark.parametrize(("more", "model"), [
    (("--oversupply", "every"), "mclp"), (("--oversupply", "area_share"), "lscp"), (("--stages", "1", "--new", 2), "mclp"),
    (("--stages", "1"), "p_center"), (("--frontier", 3, "--share", 0.5), "lscp"),
    (("--share", 0.5, "--by", "township", "--alternatives", 1), "lscp"), (("--oversupply", "every", "--spacing-m", 10), "lscp")])
def test_what_does_not_go_together_is_wrong_usage(site, more, model):  # noqa: F811
    run = site(*more, model=model)
    assert run.exit_code == 2 and "--" in run.output
