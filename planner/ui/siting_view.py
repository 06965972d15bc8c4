"""What a siting run found, on the page: read-outs, the sentence with its proof, the map, the sites and the units before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from planner.export.mapdata import MapData, MapSite
from planner.export.palette import share_palette
from planner.i18n import t
from planner.measure.city import City
from planner.measure.coverage import Coverage
from planner.plan.coverage_change import UnitChange
from planner.plan.scenario import BASELINE
from planner.ui import map_view, state, tables, unit_panel
from planner.ui.controls import Settings
from planner.ui.desk import Desk
from planner.ui.map_component import MapEvents
from planner.ui.siting_settings import CNY_OF_WAN
from planner.ui.siting_words import Scale, side, sites_said, status_said
from planner.ui.siting_work import Answer
from planner.ui.text import escaped, level_name, people, percent, points

MAP_PX, TABLE_PX = 384, 196
SITE_COLUMNS = ("rank", "name", "unit", "added", "cost", "stock")
UNIT_COLUMNS = ("code", "unit", "before", "after", "difference", "gained")


# ---- read-outs -------------------------------------------------------------------------------------------------------
def headline(best: Answer | None, answer: Answer | None, before: Coverage, after: Coverage | None, lang: str) -> None:
    """Status, bound, sites; the share before and after, and the people gained. Dashes stand where nothing has been run.

    best : the plan asked for, whose bound holds for all plans; answer : the plan that is looked at.
    """
    none = t("ui.none", lang)
    shown = {"status": t("ui.siting.status.none", lang), "bound": none, "sites": none, "before": percent(before.total.share, lang),
             "after": none, "gained": none}
    label = "most"
    if best is not None and answer is not None:
        question = best.run.question
        label = side(question)
        status = t("ui.siting.other_plan", lang, number=answer.number) if answer.number else status_said(best.run, lang)
        shown |= {"status": status, "bound": Scale(question, heads_of(best)).said(best.run.result.bound, lang),
                  "sites": sites_said(len(answer.run.new), lang)}
    if after is not None:
        shown |= {"after": percent(after.total.share, lang),
                  "gained": people(after.total.people_covered - before.total.people_covered, lang)}
    with st.container(key="headline"):
        for spot, (name, value) in zip(st.columns([1.7, 1.2, .8, .9, .9, 1]), shown.items(), strict=True):
            key = f"ui.siting.readout.{name if name != 'bound' else f'bound_{label}'}"
            with spot, st.container(key=f"siting_{name}"):
                st.metric(t(key, lang), value)


def heads_of(answer: Answer) -> float:
    """The people whose metres the mean is over: all of the group, or those who are served where capacities count."""
    result = answer.run.result
    return result.covered_weight if answer.run.question.model == "capacitated_p_median" else result.total_weight


def sentences(answer: Answer, city: City, lang: str) -> None:
    """The sentence with the proof; what must be known beside it is folded away."""
    first, *more = answer.told(city, lang)
    listed = "".join(f"<li>{escaped(line, lang)}</li>" for line in more)
    with st.container(key="siting_sentence"):
        st.html(f'<p class="found">{escaped(first, lang)}</p><details class="note"><summary>'
                f'{escaped(t("ui.siting.beside", lang, count=len(more)))}</summary><ul>{listed}</ul></details>')


def plan_shown(best: Answer | None) -> Answer | None:
    """The plan to look at, as `choose_plan` stands: the best, or one of those besides it."""
    number = st.session_state.get("plan_shown")
    if best is None or not isinstance(number, int) or not 1 <= number <= len(best.others):
        return best
    return best.others[number - 1]


def choose_plan(best: Answer, lang: str) -> None:
    """The control that says which plan to look at, where there are several."""
    if best.others:
        names = [t("ui.siting.best_plan", lang), *(t("ui.siting.other_plan", lang, number=one.number) for one in best.others)]
        numbers = list(range(len(names)))
        st.session_state["plan_shown"] = state.settle("plan_shown", numbers, 0, mark=lang)
        st.segmented_control(t("ui.siting.plans", lang), numbers, key="plan_shown", required=True, format_func=names.__getitem__)


# ---- map -------------------------------------------------------------------------------------------------------------
def painting(desk: Desk, before: Coverage, after: Coverage | None, settings: Settings, answer: Answer | None, base: str) -> MapData:
    """The map of the coverage; with a plan, of the coverage with its sites built, to be compared on the map with that before, and the
    sites numbered by rank. base : the scenario that it all stands on.

    What is known of the project's own facilities only (curves by the minute, the border of what is within reach) is left out where others
    count too.
    """
    lang, shown = desk.lang, before if after is None else after
    data = map_view.painting(desk, shown, settings, share_palette(settings.target), unit_panel.selected(shown), "siting")
    if after is not None or base != BASELINE:
        data = replace(data, curves=None, sliders={}, reach=None, reach_offered=False)
    if answer is None or after is None:
        return replace(data, title=t("ui.siting.map", lang))
    sites = []
    for rank, site in enumerate(answer.run.new, 1):
        name, gained = site.name or site.unit_name or site.id, people(site.people_added, lang)
        sites.append(MapSite(site.id, site.lon, site.lat, str(rank), t("ui.siting.site_said", lang, rank=rank, name=name, people=gained)))
    share = {unit.code: unit.share for unit in before.units}
    old = [share[code] for code in data.geometry.codes[before.by]]
    return replace(data, sites=sites, title=t("ui.siting.map_after", lang), before=old, shown="after")


def show_map(data: MapData) -> None:
    """Put the map on the page."""
    with st.container(key="map_frame"):
        map_view.draw(data, _heard, height=MAP_PX)


def _heard(event: MapEvents) -> None:
    """A unit was picked on the map, or a slider on it was let go."""
    map_view.heard(event)
    if event.picked is not None:
        unit_panel.select(event.picked)


# ---- tables ----------------------------------------------------------------------------------------------------------
def site_frame(answer: Answer, lang: str) -> pd.DataFrame:
    """The new sites as the table shows them: rank, name or id, unit, people newly covered, cost, existing stock."""
    rows = [(rank, site.name or site.id, site.unit_name, round(site.people_added),
             None if site.cost_cny is None else site.cost_cny / CNY_OF_WAN, t("site.column.yes", lang) if site.existing_stock else "")
            for rank, site in enumerate(answer.run.new, 1)]
    frame = pd.DataFrame(rows, columns=[t(f"ui.siting.column.{name}", lang) for name in SITE_COLUMNS])
    used = [name for name in frame.columns if not frame[name].isin(["", None]).all()]
    return frame[used]


def sites(answer: Answer, lang: str) -> None:
    """The table of sites."""
    frame = site_frame(answer, lang)
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    form = {"rank": number(width=44), "name": text(width=152), "unit": text(width=72), "added": number(width=76, format="localized"),
            "cost": number(width=78, format="%.1f"), "stock": text(width=44)}
    look = {t(f"ui.siting.column.{name}", lang): column for name, column in form.items()}
    with st.container(key="site_table"):
        tables.dataframe(frame, hide_index=True, width="stretch", height=TABLE_PX, placeholder="", column_config=look)


def unit_frame(units: Sequence[UnitChange], chosen: str | None, lang: str, name_of_level: str) -> pd.DataFrame:
    """The units before and after, those that gain most people first; the selected one stands above them."""
    ranked = sorted(units, key=lambda unit: (unit.code != chosen, -(unit.people_gained or 0.0), unit.code))
    rows = [(unit.code, unit.name, *(None if share is None else share * 100
                                     for share in (unit.share_before, unit.share_after, unit.share_difference)),
             None if unit.people_gained is None else round(unit.people_gained)) for unit in ranked]
    heads = [name_of_level if name == "unit" else t(f"ui.siting.column.{name}", lang) for name in UNIT_COLUMNS]
    frame = pd.DataFrame(rows, columns=heads)
    frame[heads[2:5]] = frame[heads[2:5]].astype("float64")
    return frame


def units(desk: Desk, changes: Sequence[UnitChange], before: Coverage, lang: str) -> None:
    """The table of units before and after."""
    frame = unit_frame(changes, unit_panel.selected(before), lang, level_name(before.by, lang, desk.city.boundaries.labels))
    code, name, old, new, difference, gained = frame.columns
    number = st.column_config.NumberColumn
    look = {code: st.column_config.TextColumn(width=92), name: st.column_config.TextColumn(width=96), old: number(format="%.1f%%"),
            new: number(format="%.1f%%"), difference: number(format="%+.1f"), gained: number(format="localized")}
    with st.container(key="changes_table"):
        tables.dataframe(frame, hide_index=True, width="stretch", height=TABLE_PX, placeholder="", column_config=look)


def chosen_unit(before: Coverage, after: Coverage | None, lang: str) -> None:
    """A line on the unit selected on the map: its share before and after."""
    code = unit_panel.selected(before)
    old = next((unit for unit in before.units if unit.code == code), None)
    new = None if after is None else next((unit for unit in after.units if unit.code == code), None)
    with st.container(key="unit_details"):
        if old is None:
            st.html(f'<p class="note">{escaped(t("ui.siting.no_unit", lang))}</p>')
            return
        words = {"name": old.name, "code": old.code, "before": percent(old.share, lang)}
        if new is None or new.share is None or old.share is None:
            line = t("ui.siting.unit_before", lang, **words)
        else:
            line = t("ui.siting.unit_change", lang, **words, after=percent(new.share, lang), difference=points(new.share - old.share, lang),
                     gained=people(new.people_covered - old.people_covered, lang))
        st.html(f'<p class="unit">{escaped(line, lang)}</p>')
