"""How a layer opens: by a target of the project's plan, else by the catalogue's default, said with the project's own travels.

A layer that is judged by number - a cemetery, a warehouse - never opens as if it were judged by a walk: its distance is for
orientation, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.errors import InputError, PackError
from planner.i18n import t
from planner.inputs.layers import TOTAL
from planner.measure.city import City
from planner.plan.wording import CJK, level_name
from planner.targets.catalogue import layer_info
from planner.targets.evaluate import bound_of, effective_check
from planner.targets.pack import TargetPack
from planner.units import TravelProfile

MODES = {"walk": "walk", "walk_elderly": "walk", "cycle": "cycle", "drive": "drive"}
"""The mode of the travels that catalogue and packs name, for projects that name theirs otherwise."""
ORIENTATION = {"community": ("walk", 15), "township": ("drive", 15), "district": ("drive", 30), "city": ("drive", 60)}
"""Distances for layers that are judged by number in the units of a level: how far one would go within such a unit. Not a standard."""
FARTHEST = ("drive", 30)
TARGET_PERCENT = 80
"""The share asked for where no plan prints one. A free choice, said to be one."""


@dataclass(frozen=True, slots=True)
class Default:
    """How a layer opens. target : per cent. rule : the sentence that says why (`ui.rule.<rule>`), params : what fills it, in {zh, en}."""

    travel: str
    minutes: int
    target: int = TARGET_PERCENT
    rule: str = "open"
    params: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own_target: bool = False

    def said(self, lang: str) -> str:
        """Why the layer opens as it does."""
        reason = t(f"ui.rule.{self.rule}", lang, **{key: value.get(lang, "") for key, value in self.params.items()})
        return reason if self.own_target else t("ui.rule.free_target", lang, reason=reason, target=self.target)


def check_measurable(city: City) -> None:
    """That there is something to measure, and a speed to measure it with. Raises InputError."""
    for section, there in (("facilities", city.facilities), ("travel", city.travels)):
        if not there:
            raise InputError("project_section_empty", section=section)


def travel_for(city: City, name: str) -> TravelProfile:
    """The project's travel of that name, else its first of the same mode, else its first."""
    if name in city.travels:
        return city.travels[name]
    travels = list(city.travels.values())
    return next((travel for travel in travels if travel.mode == MODES.get(name)), travels[0])


def default_of(city: City, packs: Sequence[TargetPack], slug: str) -> Default:
    """How a layer opens."""
    return _by_plan(city, packs, slug) or _by_catalogue(city, slug)


def _by_plan(city: City, packs: Sequence[TargetPack], slug: str) -> Default | None:
    """By the first target that asks for people within a distance of this layer alone."""
    for pack in packs:
        for target in pack.targets:
            if target.check is None or target.check.metric != "population_within" or slug not in target.check.layers:
                continue
            try:
                check = effective_check(city, target)
            except PackError:
                continue
            if check is None or check.basket or (check.minutes is None and check.metres is None):
                continue
            travel = travel_for(city, check.travel or "walk")
            bound = bound_of(target, check)
            share = None if bound is None else float(bound.value)
            percent = TARGET_PERCENT if share is None else round(share * 100)
            quoted = ("zh",) if CJK.search(target.clause) else ("zh", "en")
            clause = {lang: t("ui.rule.clause", lang, clause=target.clause) for lang in quoted}
            words = {"plan": dict(pack.title), "title": dict(target.title), "clause": clause}
            minutes = _whole_minutes(travel, check.minutes, check.metres)
            return Default(travel.name, minutes, percent, "plan", words, own_target=share is not None)
    return None


def _by_catalogue(city: City, slug: str) -> Default:
    """By the catalogue's default."""
    info = layer_info(slug)
    check, certainty = info.check, {lang: t(f"ui.certainty.{info.certainty}", lang) for lang in ("zh", "en")}
    if check.by_distance:
        travel = travel_for(city, check.travel)
        return Default(travel.name, _whole_minutes(travel, check.minutes, check.metres), rule="distance",
                       params={"source": dict(info.source), "certainty": certainty})
    name, minutes = ORIENTATION.get(check.level, FARTHEST)
    travel = travel_for(city, name)
    if check.kind == "count_per_unit":
        level = {lang: level_name(check.level, lang, city.boundaries.labels) for lang in ("zh", "en")}
        count = {lang: str(check.at_least or 1) for lang in ("zh", "en")}
        return Default(travel.name, minutes, rule="count", params={"level": level, "count": count, "source": dict(info.source)})
    if not info.known:
        return Default(travel_for(city, "walk").name, 15, rule="unknown")
    return Default(travel.name, minutes, rule="open", params={"source": dict(info.source)})


def _whole_minutes(travel: TravelProfile, minutes: float | None, metres: float | None) -> int:
    """A radius as whole minutes of a travel, at least one."""
    asked = minutes if minutes is not None else (metres or 0.0) / travel.metres_per_minute
    return max(1, round(asked))


def first_layer(city: City, packs: Sequence[TargetPack]) -> str:
    """The layer a visit opens with: the project's first with a target of people within a distance, else its first that is judged by a walk,
    else by any distance, else its first. Empty ledgers wait."""
    slugs = [slug for slug, layer in city.facilities.items() if len(layer.frame)] or list(city.facilities)

    def rank(slug: str) -> int:
        start = default_of(city, packs, slug)
        on_foot = city.travels[start.travel].mode == "walk"
        return 0 if start.rule == "plan" else 3 if start.rule != "distance" else 1 if on_foot else 2

    return min(slugs, key=rank)


def first_level(city: City) -> str:
    """The level a visit opens with: the project's own of the plans' usual ones, else its first."""
    levels = list(city.boundaries.levels)
    return next((level for level in ("township", "community", "district") if level in levels), levels[0])


def first_group(city: City) -> str:
    """The group of people a visit opens with: all, where there is such a column."""
    groups = list(city.demand.people)
    return TOTAL if TOTAL in groups else groups[0]
