"""A unit's card on the one-street city: what it has, lacks and is to get, from the same values as the lists."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from planner.errors import InputError
from planner.plan.blind_spots import with_blind_spots
from planner.plan.gaps import gap_list
from planner.plan.unit_card import level_of, unit_card
from planner.targets.evaluate import evaluate
from tests.unit.plan.conftest import DAY, build_pack

HOMES = {"home": [{"x": 500, "id": "h1", "name": "甲院", "beds": 30, "status": "operating"},
                  {"x": 700, "id": "h2", "name": "乙院", "beds": 12, "status": "closed"},
                  {"x": 2500, "id": "h3", "name": "丙院", "status": "planned", "opened": "2030-01-01"}],
         "well": [{"x": 1500, "id": "w"}]}


@pytest.fixture
def card(draw):
    def made(code="A", level="township", facilities=HOMES, hide_small=False, **drawn):
        city = draw(facilities, **drawn)
        if hide_small:
            city = dataclasses.replace(city, demand=dataclasses.replace(city.demand, hide_small=True))
        checks = [{"metric": "count", "by": "community", "rollup": "every"}, {"metric": "count", "by": "township", "rollup": "every"},
                  {"metric": "count"}]
        targets = [{"id": f"t{k}", "title": {"zh": "指标", "en": "target"}, "clause": "c", "kind": "target", "layer": "home",
                    "unit": "things", "comparator": ">=", "value": 1, "check": check} for k, check in enumerate(checks)]
        pack = build_pack({"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d"},
                           "period": [2023, 2025], "target": targets}, "p.toml")
        found = evaluate(city, [pack], as_of=DAY)
        return unit_card(city, found, gap_list(city, found, [pack]), level, code)

    return made


def test_people_and_place(card):
    found = card("A1", "community")
    assert (found.name, found.unit_class, found.above) == ("甲一", "urban", (("district", "D", "大区"), ("township", "A", "甲街道")))
    assert found.people == {"total": 100.0, "age_60_plus": 10.0, "households": 50.0}
    assert card("A").people["total"] == 300.0


def test_facilities_with_status_and_size_and_what_is_not_there(card):
    west, east = card("A"), card("B")
    home, well = west.layers
    assert [(one.id, one.status, one.counts, dict(one.sizes)) for one in home.facilities] == [
        ("h1", "operating", True, {"beds": 30.0}), ("h2", "closed", False, {"beds": 12.0})]
    assert (home.counting, home.sums) == (1, {"beds": 30.0}) and (well.counting, well.sums) == (1, {})
    assert east.layers[0].counting == 0 and [one.id for one in east.layers[0].facilities] == ["h3"]
    assert (west.empty_layers, east.empty_layers) == ((), ("home", "well"))


def test_targets_gaps_and_projects_of_the_unit_and_of_the_units_in_it(card):
    west, east = card("A"), card("B")
    assert [(result.target.id, cell.state, cell.met, cell.asked) for result, cell in west.targets] == [
        ("t0", "not_met", 1, 2), ("t1", "met", 1, 1)]
    assert [(gap.target_id, gap.unit_code) for gap in west.gaps] == [("t0", "A2")]
    assert sorted((gap.target_id, gap.unit_code) for gap in east.gaps) == [("t0", "B1"), ("t0", "B2"), ("t1", "B")]
    assert {gap for project in east.projects for gap in project.gaps} == {gap.gap_id for gap in east.gaps}
    assert [gap.unit_code for gap in card("B2", "community").gaps] == ["B2"] and card("A1", "community").gaps == ()


def test_small_counts_are_hidden(card):
    found = card("A1", "community", hide_small=True, people={"age_60_plus": [3, 20, 30, 40]})
    assert math.isnan(found.people["age_60_plus"]) and found.people["total"] == 100.0
    assert np.isfinite(card("A1", "community", people={"age_60_plus": [3, 20, 30, 40]}).people["age_60_plus"])


def test_the_level_of_a_code(draw, card):
    city = draw(HOMES)
    assert (level_of(city, "A1"), level_of(city, "B"), level_of(city, "B", "community")) == ("community", "township", "township")
    with pytest.raises(InputError):
        level_of(city, "Z")
    with pytest.raises(InputError):
        card("Z")


def test_blind_spots_in_the_unit(draw):
    city = draw(HOMES)
    entry = {"id": "t", "title": {"zh": "指标", "en": "target"}, "clause": "c", "kind": "target", "layer": "home", "unit": "% of people",
             "comparator": ">=", "value": 80, "check": {"metric": "population_within", "metres": 600, "by": "township"}}
    pack = build_pack({"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d"},
                       "period": [2023, 2025], "target": [entry]}, "p.toml")
    found = evaluate(city, [pack], as_of=DAY)
    spotted = with_blind_spots(gap_list(city, found, [pack]), city, found, [pack])
    card = unit_card(city, found, spotted, "township", "B")  # B1 (300) and B2 (400) live 2 and 3 km from the only home
    assert sum(one.people for one in card.spots) == 700.0 and card.spots_left == 0
    assert {one.question.targets for one in card.spots} == {("t",)}
    assert sum(one.people for one in unit_card(city, found, spotted, "community", "A2").spots) == 200.0
    assert unit_card(city, found, spotted, "community", "A1").spots == ()
    assert unit_card(city, found, gap_list(city, found, [pack]), "township", "B").spots == ()
