import importlib.util
import sys
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.plan.project import read_city, read_project
from planner.plan.siting_question import SitingQuestion
from planner.plan.siting_run import run_siting
from planner.plan.siting_saved import as_scenario, save
from planner.plan.siting_sections import SitingRules, rules_for
from planner.plan.siting_words import remarks, sentence

_spec = importlib.util.spec_from_file_location("site_project", Path(__file__).parent / "site_project.py")
drawn = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = drawn
_spec.loader.exec_module(drawn)


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """The one-street project, read once."""
    return read_city(read_project(drawn.draw_street(tmp_path_factory.mktemp("street"))))


def asked(model="mclp", **more):
    given = {"minutes": 4, "new": 1} if model != "lscp" else {"minutes": 4}
    return SitingQuestion("station", model, "walk", **(given | more))


def ids(run):
    return sorted(site.id for site in run.new)


def test_one_new_site_goes_where_most_people_are(street):
    run = run_siting(street, asked())
    assert (ids(run), run.result.status) == (["c4"], "optimal")
    assert (run.people, run.covered_before, run.covered_after) == (120, 20, 60)
    assert (run.existing, run.existing_without_place) == (2, 1)
    assert run.screened.counts() == {"other_layer": 1}
    site = run.new[0]
    assert (site.people_within, site.people_added, site.unit, site.unit_name, site.cost_cny) == (40, 40, "E", "east", 1_200_000)
    assert (site.lon, site.lat) == pytest.approx(drawn.degrees(3850), abs=1e-6)


def test_people_added_add_up_in_the_order_of_the_list(street):
    run = run_siting(street, asked(new=3))
    assert [site.people_added for site in run.new] == [40, 30, 20]
    assert run.covered_before + sum(site.people_added for site in run.new) == run.covered_after == 110


def test_p_counts_all_facilities_and_new_only_new_ones(street):
    assert len(run_siting(street, asked(new=None, p=3)).new) == 1  # S1 and S2 exist, S2 without a place
    assert len(run_siting(street, asked(new=3)).new) == 3
    assert run_siting(street, asked(new=None, p=1)).result.status == "infeasible"


def test_existing_stock_goes_before_new_ground_where_nothing_is_lost(street):
    run = run_siting(street, asked(new=3))
    assert "c1" in ids(run) and "c2" not in ids(run)  # both reach the 20 people at 1000 m; c1 is an idle school
    other = run_siting(street, asked(new=3), rules=SitingRules(existing=("国有空地",)))
    assert "c2" in ids(other)


def test_a_budget_is_in_yuan_and_leaves_out_what_has_no_cost(street):
    run = run_siting(street, asked(new=None, budget=2_700_000.0))
    assert ids(run) == ["c3", "c4"] and run.covered_after == 90
    assert run.screened.counts() == {"no_cost": 1, "other_layer": 1}
    assert "no_cost" not in run_siting(street, asked(new=None, budget=1.0, site_cost_cny=5e5)).screened.counts()


def test_fewest_sites_for_a_share_of_all_and_of_every_township(street):
    assert len(run_siting(street, asked("lscp", share=0.5)).new) == 1
    run = run_siting(street, asked("lscp", share=0.5, by="township"))
    assert (len(run.new), run.result.status) == (2, "optimal")  # west needs 22.5 of 45 and has 20; east needs 37.5 of 75
    assert {unit.code: unit.after for unit in run.units} == {"W": 40, "E": 40}


def test_a_township_that_cannot_reach_the_share_is_named(street):
    run = run_siting(street, asked("lscp", share=0.95, by="township"))
    assert run.result.status == "infeasible"
    assert run.short == {"W": pytest.approx(40 / 45), "E": pytest.approx(70 / 75)}
    assert "west 88.8 %" in sentence(run, "en") and "east 93.3 %" in sentence(run, "zh")
    able = run_siting(street, asked("lscp", share=0.95, by="township", where_possible=True))
    assert able.covered_after == 110 and "cannot reach that share and are brought" in sentence(able, "en")


def test_the_worst_township_is_brought_up(street):
    run = run_siting(street, asked("max_min_share", by="township"))
    assert ids(run) == ["c4"] and run.result.objective == pytest.approx(20 / 45)


def test_at_least_one_in_every_township_and_a_township_that_cannot(street):
    run = run_siting(street, asked(new=1, at_least={"township": 1}))
    assert ids(run) == ["c4"]  # west has S1
    run = run_siting(street, asked(new=9, at_least={"township": 8}))
    assert run.result.status == "infeasible"
    assert run.lacking == (("township", "E", 3), ("township", "W", 4))
    assert "2 units cannot have as many sites" in sentence(run, "en")


def test_spacing_keeps_new_sites_apart_and_from_facilities(street):
    run = run_siting(street, asked(new=3, spacing_m=900))
    assert run.screened.counts() == {"other_layer": 1, "too_near_existing": 2}
    assert run.covered_after == 90
    x = [run.candidates.x[site.candidate] for site in run.new]
    assert len(x) == 2 and abs(x[0] - x[1]) >= 900


def test_median_counts_people_beyond_the_radius_at_the_radius(street):
    run = run_siting(street, asked("p_median"))
    near = 10 * 100 + 10 * 100 + 40 * 50  # S1 and c4; the other 60 people count 200 m each
    assert ids(run) == ["c4"] and run.result.objective == pytest.approx(near + 60 * 200, abs=0.1)
    assert "133 m on average" in sentence(run, "en")


def test_capacity_limits_who_is_served(street):
    run = run_siting(street, asked("capacitated_mclp", capacity="beds", new=2, split=True))
    assert run.screened.counts()["no_capacity"] == 1  # c2 states no beds
    assert run.covered_after == 15 + 20 + 20
    with pytest.raises(InputError) as caught:
        run_siting(street, asked("capacitated_mclp"))
    assert caught.value.code == "site_capacity_column"


def test_a_facility_without_a_stated_capacity_serves_nobody_and_is_told(tmp_path):
    folder = drawn.draw_street(tmp_path)
    table = (folder / "stations.csv").read_text(encoding="utf-8")
    (folder / "stations.csv").write_text(table.replace(",west,15", ",west,"), encoding="utf-8")
    city = read_city(read_project(folder))
    run = run_siting(city, asked("capacitated_mclp", capacity="beds", new=1, split=True))
    assert run.covered_after == 20 and run.blank_capacity == 1
    assert "1 facilities state no capacity" in " ".join(remarks(run, city, "en"))


def test_a_unit_without_people_need_not_have_a_site(tmp_path):
    folder = drawn.draw_street(tmp_path, people={3000: 30, 3900: 40})
    run = run_siting(read_city(read_project(folder)), asked(new=2, at_least={"township": 1}, existing=False))
    assert run.result.status == "optimal" and run.covered_after == 70  # nobody lives in the west, which need not have one


def test_from_scratch_forgets_what_exists(street):
    run = run_siting(street, asked(existing=False))
    assert (run.existing, run.covered_before) == (0, 0)


def test_streets_as_candidates_are_spaced_and_on_the_street(street):
    run = run_siting(street, asked(candidates="streets:250"))
    assert run.candidates.origin == "streets" and len(run.candidates) == 17  # 0, 250, ... 4000
    assert run.covered_after == 60


@pytest.mark.parametrize(("more", "code"), [({"candidates": "nothing"}, "candidates_unknown"),
                                            ({"candidates": "streets:x"}, "candidates_spacing"),
                                            ({"candidates": "grid:5"}, "candidates_spacing"), ({"group": "elves"}, "group_unknown"),
                                            ({"at_least": {"parish": 1}}, "level_unknown")])
def test_what_the_project_has_not_is_named(street, more, code):
    with pytest.raises(InputError) as caught:
        run_siting(street, asked(**more))
    assert caught.value.code == code


# ---- words -----------------------------------------------------------------------------------------------------------
def test_the_sentence_says_what_no_plan_can_pass(street):
    run = run_siting(street, asked())
    assert sentence(run, "zh") == ("station：保留现有 2 处，选 1 处新址，4 分钟内覆盖全部人口的 50.0 %（60 人；现状 16.6 %）；"
                                   "已证明：在同样的候选点和条件下，不超过 1 处新址的任何方案都不能覆盖更多。")
    assert sentence(run, "en") == ("station: existing kept: 2; with 1 new site, 50.0 % of all people are within 4 minutes (60 people; "
                                   "16.6 % today). Proven: with the same candidates and conditions, no plan with up to 1 new site can "
                                   "cover more.")


def test_a_bound_is_rounded_away_from_the_plan_and_the_gap_is_no_shortfall(street):
    from dataclasses import replace

    run = run_siting(street, asked())
    run = replace(run, result=replace(run.result, status="feasible", bound=60.07, gap=0.07 / 60))
    said = sentence(run, "zh")
    assert "最多覆盖 50.1 %（与上限的差距不超过 0.06 个百分点）" in said and "缺口" not in said
    assert "can cover more than 50.1 % (at most 0.06 percentage points above this one)" in sentence(run, "en")


def test_remarks_tell_who_and_what_is_not_counted(street):
    run = run_siting(street, asked())
    said = " ".join(remarks(run, street, "en", dropped=1))
    for part in ("120 (all people; kind", "50 m a minute, service radius 200 m", '"idle": 6, screened out 1, to choose from 5',
                 "1 rows of the ledger of candidates have no usable place", "1 facilities have no coordinates",
                 "10 more have neither a facility nor a candidate"):
        assert part in said
    assert len(remarks(run, street, "zh")) == len(remarks(run, street, "en"))


# ---- scenarios -------------------------------------------------------------------------------------------------------
def test_the_plan_is_kept_as_a_scenario_of_adds(street, tmp_path):
    run = run_siting(street, asked())
    kept = save(tmp_path, run, "first", taken=["c4"], note="why")
    action, = kept.scenario.actions
    assert (action.do, action.layer, action.id) == ("add", "station", "c4-new")  # a facility is called c4 already
    assert (action.lon, action.lat) == pytest.approx(drawn.degrees(3850), abs=1e-6)
    assert dict(action.values) == {"name": "Plot 4"} and action.details == {"cost_cny": 1_200_000}
    assert as_scenario(run_siting(street, asked(new=3)), "x", taken=[]).actions[2].values["area_m2"] == 300


# ---- planner.toml ----------------------------------------------------------------------------------------------------
def test_rules_of_planner_toml_screen_candidates(tmp_path):
    toml = """
[screening]
available_by = 2028
weights = { new_people = 1 }

[screening.station]
land_use = ["A6", "R2"]
tenure = "国有"
sizes = { rural = [450, 2000] }
away_from = { station = 900 }

[exclusion.flood]
path = "flood.geojson"
kind = "hazard"
buffer_m = 30
"""
    folder = drawn.draw_street(tmp_path / "p", toml=toml)
    (folder / "flood.geojson").write_text(drawn.layer(drawn._shape("Polygon", drawn.box(3870, 3950))), encoding="utf-8")
    project = read_project(folder)
    rules = rules_for(project.screening, "station")
    assert rules.available_by == "2028-12-31" and rules.weights["new_people"] == 1 and rules.weights["cost"] == 0
    run = run_siting(read_city(project), asked(), rules=rules)
    why = {one: sorted(reason.code for reason in reasons) for one, reasons in zip(run.candidates.id, run.screened.reasons, strict=True)}
    assert why == {"c1": ["land_use", "near_layer"], "c2": ["near_layer"], "c3": ["tenure"], "c4": ["hazard"],
                   "c5": ["hazard", "other_layer"], "c6": ["available"]}
    ask = {one: sorted(reason.code for reason in asks) for one, asks in zip(run.candidates.id, run.screened.unknown, strict=True)}
    assert ask["c4"] == ["area_m2", "tenure"] and ask["c3"] == []
    assert run.result.status == "optimal" and not run.new


def test_a_least_distance_from_people_is_straight_or_by_streets(street):
    run = run_siting(street, asked("mclp", people_m=45.0))
    assert "near_people" in run.screened.counts() and ids(run) == ["c4"]  # c4 is 50 m from the people at 3900
    run = run_siting(street, asked("mclp", people_m=55.0, people_path="network"))
    assert ids(run) == ["c6"]  # c6 is 100 m away, c4 50


def test_an_exclusion_without_shapes_blocks(tmp_path):
    folder = drawn.draw_street(tmp_path / "p", toml='\n[exclusion.flood]\npath = "people.csv"\n')
    with pytest.raises(InputError) as caught:
        read_city(read_project(folder))
    assert caught.value.code.startswith("project_blocked") and caught.value.params["issue"].code == "exclusion_without_areas"
