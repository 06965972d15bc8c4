"""The controls that pages with a map share: layer, travel, minutes, level, group, and the share that is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from planner.i18n import pick, t
from planner.measure.city import City
from planner.plan import layer_defaults
from planner.plan.layer_defaults import default_of, first_group, first_layer, first_level
from planner.plan.wording import layer_name
from planner.targets.pack import TargetPack
from planner.ui import state
from planner.ui.opening import Opening
from planner.ui.text import escaped, group_name, level_name, travel_name

LAYER_SETTINGS = ("travel", "minutes", "target")
"""Settings that a layer brings along: its catalogue default the first time, later what the visitor last chose for it."""
LONGEST_MIN = {"walk": 60, "cycle": 60, "drive": 120}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a page with a map shows: the words of the command line, and the share asked for (0..1)."""

    layer: str
    travel: str
    minutes: int
    by: str
    group: str
    target: float


def choose(known: Opening, lang: str) -> Settings:
    """Draw the controls in one row and give what they say."""
    city, packs = known.read_city(), known.packs()
    layer_defaults.check_measurable(city)
    with st.container(key="controls"):
        spots = st.columns([2.6, 2.0, 2.2, 1.2, 1.5, 1.1], vertical_alignment="bottom")
        with spots[0]:
            layer = _layer(city, packs, lang)
        start = default_of(city, packs, layer)
        with spots[1]:
            travel = _travel(city, start.travel, lang)
        with spots[2]:
            minutes = _minutes(longest_minutes(known, layer, travel), start.minutes, lang)
        with spots[3]:
            by = _level(city, lang)
        with spots[4]:
            group = _group(city, lang)
        with spots[5]:
            target = _target(start.target, lang)
    _printed(city, Settings(layer, travel, minutes, by, group, target), lang)
    return Settings(layer, travel, minutes, by, group, target)


def _printed(city: City, settings: Settings, lang: str) -> None:
    """On paper, where the controls are not, what they say."""
    said = (pick(city.name, lang), layer_name(settings.layer, lang), travel_name(city.travels[settings.travel], lang),
            t("ui.minutes_value", lang, value=settings.minutes), level_name(settings.by, lang, city.boundaries.labels),
            group_name(settings.group, lang), t("ui.plain.printed", lang, day=dt.date.today().isoformat()))
    st.html(f'<p class="print-only">{escaped(" · ".join(said), lang)}</p>')


def _layer(city: City, packs: Sequence[TargetPack], lang: str) -> str:
    """The facility layer; choosing another brings that layer's own settings along."""
    slugs = list(city.facilities)
    state.settle("layer", slugs, first_layer(city, packs), mark=lang)
    return st.selectbox(t("ui.control.layer", lang), slugs, key="layer", format_func=lambda slug: layer_name(slug, lang),
                        on_change=_other_layer)


def _other_layer() -> None:
    """Keep what was chosen for the layer that is left, and take up what was chosen for the new one, or its defaults."""
    kept = state.memory()
    by_layer = kept.setdefault("by_layer", {})
    by_layer[kept.get("layer")] = {key: kept[key] for key in LAYER_SETTINGS if key in kept}
    state.forget(*LAYER_SETTINGS)
    kept.update(by_layer.get(st.session_state.get("layer"), {}))


def _travel(city: City, fallback: str, lang: str) -> str:
    """The travel profile, with its stated speed."""
    names = list(city.travels)
    state.settle("travel", names, fallback, mark=lang)
    return st.selectbox(t("ui.control.travel", lang), names, key="travel", format_func=lambda name: travel_name(city.travels[name], lang))


def longest_minutes(known: Opening, layer: str, travel: str) -> int:
    """How far the slider of minutes goes for a layer by a travel."""
    city = known.read_city()
    return max(LONGEST_MIN[city.travels[travel].mode], default_of(city, known.packs(), layer).minutes)


def _minutes(most: int, fallback: int, lang: str) -> int:
    """The service radius in minutes of the travel, on a slider that is told when it is let go."""
    state.settle_number("minutes", 1, most, fallback)
    return int(st.slider(t("ui.control.minutes", lang), 1, most, step=1, key="minutes"))


def _level(city: City, lang: str) -> str:
    """The level of the units that are counted and painted."""
    levels = list(city.boundaries.levels)
    state.settle("by", levels, first_level(city), mark=lang)
    return st.selectbox(t("ui.control.by", lang), levels, key="by",
                        format_func=lambda level: level_name(level, lang, city.boundaries.labels))


def _group(city: City, lang: str) -> str:
    """The group of people that is counted."""
    groups = list(city.demand.people)
    state.settle("group", groups, first_group(city), mark=lang)
    return st.selectbox(t("ui.control.group", lang), groups, key="group", format_func=lambda group: group_name(group, lang))


def _target(fallback: int, lang: str) -> float:
    """The share of people that a unit should reach, in whole per cent; gives it as 0..1."""
    state.settle_number("target", 0, 100, fallback)
    return float(st.number_input(t("ui.control.target", lang), 0, 100, step=5, key="target")) / 100
