"""How layers open: by the plan, by the catalogue, and never as a walk where a layer is judged by number."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from planner.plan.layer_defaults import default_of, first_layer, travel_for
from planner.targets.catalogue import known_layers, layer_info
from planner.units import TravelProfile

WALK, OLD, DRIVE = TravelProfile("walk", "walk", 72), TravelProfile("walk_elderly", "walk", 54), TravelProfile("drive", "drive", 400)


def city(*travels: TravelProfile, layers: tuple[str, ...] = ("clinic",)) -> Any:
    """A city as far as defaults look at it."""
    return SimpleNamespace(travels={travel.name: travel for travel in travels}, parameters={}, boundaries=SimpleNamespace(labels={}),
                           facilities={slug: SimpleNamespace(frame=[slug]) for slug in layers})


def pack(**check: Any) -> Any:
    """A pack with one target of people within a distance of elderly stations."""
    written = {"metric": "population_within", "layers": ("community-elderly-station",), "basket": (), "minutes": None, "metres": None,
               "travel": "walk", "share": 0.9, "limits": (), "written": {}} | check
    target = SimpleNamespace(id="t", check=SimpleNamespace(**written), clause="Part 1 [L2]", title={"zh": "十分钟", "en": "Ten minutes"},
                             parameters={}, is_percent=False, value=None, unit="", comparator=">=")
    return SimpleNamespace(title={"zh": "计划", "en": "The plan"}, targets=(target,))


def test_a_plans_target_comes_first_with_its_share_and_clause() -> None:
    found = default_of(city(WALK, OLD), [pack(minutes=10.0)], "community-elderly-station")
    assert (found.travel, found.minutes, found.target, found.rule) == ("walk", 10, 90, "plan")
    assert "Part 1 [L2]" in found.said("en") and "《计划》" in found.said("zh")
    assert "自选" not in found.said("zh")


def test_a_plans_metres_become_whole_minutes_of_the_travel() -> None:
    assert default_of(city(WALK), [pack(metres=1000.0)], "community-elderly-station").minutes == 14  # 1000 / 72 = 13.9


@pytest.mark.parametrize("slug", [slug for slug in known_layers() if not layer_info(slug).check.by_distance])
def test_layers_judged_by_number_say_so_and_open_by_no_fifteen_minute_walk_but_in_communities(slug: str) -> None:
    found = default_of(city(WALK, OLD, DRIVE), [], slug)
    assert found.rule in ("count", "open")
    if layer_info(slug).check.level != "community":
        assert found.travel == "drive"
    assert ("仅供参考" in found.said("zh")) and ("orientation" in found.said("en"))


def test_a_cemetery_opens_by_car() -> None:
    found = default_of(city(WALK, DRIVE), [], "public-cemetery")
    assert (found.travel, found.minutes) == ("drive", 30)


def test_travels_are_found_by_name_then_by_mode_then_the_first() -> None:
    stroll = TravelProfile("stroll", "walk", 40)
    assert travel_for(city(WALK, OLD), "walk_elderly") == OLD
    assert travel_for(city(DRIVE, stroll), "walk_elderly") == stroll
    assert travel_for(city(stroll), "drive") == stroll


def test_visits_open_with_a_planned_layer_then_a_walk_then_the_first() -> None:
    layers = ("public-cemetery", "day-care-centre", "community-elderly-station")
    assert first_layer(city(WALK, OLD, DRIVE, layers=layers), [pack(minutes=10.0)]) == "community-elderly-station"
    assert first_layer(city(WALK, DRIVE, layers=("public-cemetery", "community-elderly-station")), []) == "community-elderly-station"
    assert first_layer(city(WALK, DRIVE, layers=("public-cemetery",)), []) == "public-cemetery"


def test_unknown_layers_open_as_a_walk_that_is_called_a_free_choice() -> None:
    found = default_of(city(WALK), [], "bookmobile")
    assert (found.travel, found.minutes, found.rule) == ("walk", 15, "unknown")
    assert "free choice" in found.said("en")
