"""The maps of a report: one for each service radius that its targets ask of one kind of facility, by the painter of all still maps."""

from __future__ import annotations

from dataclasses import replace

from planner.export.coverage_map import coverage_sheet
from planner.export.drawn_ground import extent_of, map_ground
from planner.export.drawn_map import draw_map
from planner.export.report_document import Figure
from planner.i18n import pick, t
from planner.inputs.layers import TOTAL
from planner.measure.coverage import Coverage, coverage
from planner.measure.small_counts import published
from planner.plan.layer_defaults import default_of, first_layer, first_level, travel_for
from planner.plan.report import ReportFacts
from planner.plan.wording import layer_name
from planner.targets.evaluation import TargetResult

Radius = tuple[str, str, float | None, float | None, str]
"""Layer, travel, minutes or metres, and group."""
MOST_MAPS = 4
WIDTH_PT, HIGHEST_PT, LEAST_PT = 442.0, 560.0, 270.0
"""156 mm, the width of the text; a map is as high as its ground wants, within these bounds."""
HEAD_AND_FOOT_PT = 78.0


def report_figures(facts: ReportFacts, lang: str) -> tuple[Figure, ...]:
    """The maps, in the order of the targets; none where the project has no facilities or no way of travelling.

    Each shows all facilities of its kind that count on the day: what a target asks of them besides (a size, a grade) it does not ask.
    """
    city = facts.city
    if not city.facilities or not city.travels or not city.boundaries.levels:
        return ()
    ground = map_ground(city)
    units = ground.levels[first_level(city)]
    west, south, east, north = extent_of(units)
    height = min(max((north - south) / max(east - west, 1.0) * WIDTH_PT * 0.74 + HEAD_AND_FOOT_PT, LEAST_PT), HIGHEST_PT)
    found = []
    for shown, target, title in _asked(facts, lang):
        sheet = coverage_sheet(city, shown, lang=lang, target=target, made=facts.evaluation.date, scenario=facts.evaluation.scenario)
        short = replace(sheet, title=t("report.map_title", lang, layer=layer_name(shown.layer, lang)))
        found.append(Figure(title, draw_map(ground, short, WIDTH_PT, height)))
    return tuple(found)


def _asked(facts: ReportFacts, lang: str) -> list[tuple[Coverage, float | None, str]]:
    """Coverage, share asked for and caption of each map: service radii of the targets, each once, else how the first layer opens."""
    city, level = facts.city, first_level(facts.city)
    found: dict[Radius, tuple[Coverage, float | None, str]] = {}
    for result in facts.evaluation.targets:
        key = _radius(facts, result)
        if key is not None and key not in found and len(found) < MOST_MAPS:
            slug, travel, minutes, metres, group = key
            share = result.threshold if isinstance(result.threshold, float) else None
            measured = coverage(city, slug, travel, minutes=minutes, metres=metres, by=level, group=group, as_of=facts.evaluation.date)
            found[key] = (published(city, measured), share, t("report.map_of", lang, title=pick(result.target.title, lang)))
    if found:
        return list(found.values())
    slug = first_layer(city, facts.packs)
    start = default_of(city, facts.packs, slug)
    measured = coverage(city, slug, start.travel, minutes=float(start.minutes), by=level, as_of=facts.evaluation.date)
    return [(published(city, measured), start.target / 100, t("report.map_plain", lang))]


def _radius(facts: ReportFacts, result: TargetResult) -> Radius | None:
    """Layer, travel, minutes or metres and group of a target of people within one distance of one layer; None for any other."""
    check, city = result.check, facts.city
    if check is None or check.metric != "population_within" or check.basket or check.limits or check.path == "straight":
        return None
    if len(check.layers) != 1 or check.layers[0] not in city.facilities or (check.minutes is None) == (check.metres is None):
        return None
    group = check.group or TOTAL
    return (
        None
        if group not in city.demand.people
        else (check.layers[0], travel_for(city, check.travel).name, check.minutes, check.metres, group)
    )
