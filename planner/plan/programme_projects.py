"""A programme as a list of capital projects, in the columns of the project list: what, where, how large, in which years, for how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from planner.measure.city import City
from planner.plan.capital import phase, project_id
from planner.plan.departments import DEPARTMENTS, Departments
from planner.plan.gaplist import CapitalProject, GapList, Headline, Sentence
from planner.plan.programme import Planned, Programme
from planner.plan.scenario import Action
from planner.targets.catalogue import layer_info

SIZES = ("beds", "area_m2")
UNIT_LEVELS = ("township", "district", "community")
"""The level by which a project's place is told, the first of these that a project has."""


def programme_list(city: City, programme: Programme, *, packs: Sequence[str], scenario: str,
                   departments: Departments = DEPARTMENTS) -> GapList:
    """The programme's actions as projects, by year of service and as they are numbered in the programme; without gaps.

    Years of money are those of the programme. A place is that of the candidate, else of the facility that it changes, else in its unit.
    """
    before = programme.horizon.first - 1
    projects = tuple(_project(city, one, k, before, departments) for k, one in enumerate(programme.planned))
    states = Counter(after.state for _, after in programme.results.values())
    headline = Headline(0.0, 0.0, 0.0, 0.0, 0, len(programme.left_open), len(projects), 0, programme.cost_cny, states)
    return GapList(city.id, city.name, city.crs, programme.day.replace(year=before), scenario, tuple(packs), (), projects, headline)


def _project(city: City, planned: Planned, k: int, before: int, departments: Departments) -> CapitalProject:
    """One action. before : the year before the programme's first, from which phases are counted."""
    one = planned.candidate
    x, y = _place(city, planned)
    level, code, unit = _unit(city, x, y, one.unit)
    name = layer_info(one.layer).name
    sizes = {size: _size(city, planned, size) for size in SIZES}
    spend = {year: cny for year, cny in planned.spend.items() if cny}
    why = [Sentence("programme.project.claims"), *([Sentence("programme.project.estimate")] if one.estimate else [])]
    return CapitalProject(
        project_id(k), Sentence(f"programme.project.{one.kind}", {"place": one.name or one.host or unit, "layer": name}), one.layer, name,
        one.kind, code, unit, level, x, y, 1, sizes["beds"], sizes["area_m2"], {}, one.cost_cny, one.price_year, one.source, None,
        planned.year, phase(planned.year, before), planned.closes, (one.id,), (), "low" if one.estimate else "medium", tuple(why),
        departments.responsible(one.layer), k + 1, min(spend, default=planned.year), cooperating=departments.cooperating(one.layer),
        done_year=max(spend, default=planned.year), place=one.name or one.host, invest_cny=spend)


def _size(city: City, planned: Planned, size: str) -> float | None:
    """What is built of a size: of a new or converted facility all of it, of one that is changed what is added; None where nobody says."""
    stated = [(action, float(value)) for action in planned.candidate.actions
              if isinstance(value := action.values.get(size), (int, float)) and not isinstance(value, bool)]
    made = [value for action, value in stated if action.do in ("add", "convert")]
    more = [value - _today(city, action, size) for action, value in stated if action.do not in ("add", "convert")]
    found = made or [value for value in more if value > 0]
    return sum(found) if found else None


def _today(city: City, action: Action, size: str) -> float:
    """What a facility has of a size; 0 where its ledger does not say."""
    frame = city.layer(action.layer).frame
    if size not in frame:
        return 0.0
    values = frame.loc[frame["id"] == action.id, size].to_numpy(float)
    return float(values[0]) if len(values) and np.isfinite(values[0]) else 0.0


def _place(city: City, planned: Planned) -> tuple[float, float]:
    """Where it is, in the project's CRS."""
    from pyproj import Transformer

    one = planned.candidate
    stated = [(one.lon, one.lat), *((action.lon, action.lat) for action in one.actions)]
    known = [(lon, lat) for lon, lat in stated if lon is not None and lat is not None]
    if known:
        x, y = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True).transform(*known[0])
        return float(x), float(y)
    for action in one.actions:
        layer = city.facilities.get(action.layer)
        if layer is not None and action.id:
            places = layer.frame.loc[layer.frame["id"] == action.id, ["x", "y"]].to_numpy(float)
            if len(places) and np.isfinite(places[0]).all():
                return float(places[0][0]), float(places[0][1])
    for frame in reversed(tuple(city.boundaries.levels.values())):
        shapes = frame.geometry[frame["code"] == one.unit]
        if len(shapes):
            point = shapes.iloc[0].representative_point()
            return float(point.x), float(point.y)
    point = next(iter(city.boundaries.levels.values())).geometry.iloc[0].representative_point()
    return float(point.x), float(point.y)


def _unit(city: City, x: float, y: float, stated: str) -> tuple[str, str, str]:
    """Level, code and name of the unit by which a place is told: the one that holds it, else the candidate's own."""
    import shapely

    levels: Mapping[str, object] = city.boundaries.levels
    level = next((one for one in UNIT_LEVELS if one in levels), next(iter(levels)))
    frame = city.boundaries.frame(level)
    inside = np.flatnonzero(shapely.intersects_xy(frame.geometry.to_numpy(), x, y))
    if len(inside):
        row = frame.iloc[int(inside[0])]
        return level, str(row["code"]), str(row["name"])
    return level, stated, stated
