"""What is asked on the siting page: the model, how many sites, where they may be, under which rules. All in the words of `planner site`.

The controls make a `SitingQuestion`, the same value that the command makes of its options, so that both give the same answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from planner.i18n import t
from planner.measure.city import City
from planner.plan.scenario import BASELINE
from planner.plan.siting_ground import DEFAULT_SPACED
from planner.plan.siting_question import SitingQuestion
from planner.siting.candidates import GRID, STREETS
from planner.siting.problem import CAPACITATED
from planner.ui import state
from planner.ui.controls import Settings
from planner.ui.opening import Opening
from planner.ui.scenario_work import saved
from planner.ui.text import escaped, level_name

MODELS = ("mclp", "lscp", "p_median", "p_center", "max_min_share", "capacitated_mclp", "capacitated_p_median")
MOST_SITES, MOST_METRES, MOST_WAN, MOST_OTHERS = 1000, 100_000, 10_000_000, 5
CNY_OF_WAN = 10_000.0
NO_LEVEL = ""
SIZES = ("beds", "capacity", "places", "area_m2")
"""Columns that say a facility's size, the likeliest first."""
NO_SIZES = ("x", "y", "lon", "lat", "row")
"""Columns of numbers that say where a facility is, or stands in its file."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page asks it. base : the scenario that it stands on, and its version (0 for the baseline). others : how many
    plans besides the best."""

    question: SitingQuestion
    base: str
    version: int
    time_limit_s: int
    others: int = 0

    @property
    def day(self) -> dt.date:
        """The day whose facilities count."""
        return self.question.as_of or dt.date.today()

    def key(self, known: Opening) -> tuple[Hashable, ...]:
        """What a job that answers it is found by: the project and its files as they are read, the scenario as it is saved, the question."""
        return (known.project, known.stamp, self.base, self.version, self.time_limit_s, self.others, repr(self.question))


def choose(known: Opening, settings: Settings, lang: str) -> tuple[Asked, bool]:
    """Draw the controls in one row and give the question, and whether the button was pressed."""
    city = known.read_city()
    with st.container(key="siting_controls"):
        spots = st.columns([2.5, 1.1, 1.7, 2.0, 1.3, 1.3], vertical_alignment="bottom")
        with spots[0]:
            model = _pick("model", MODELS, MODELS[0], lang, lambda name: t(f"ui.siting.model.{name}", lang))
        with spots[1]:
            number, share = _number_or_share(model, lang)
        with spots[2]:
            base, version = _base(known, lang)
        with spots[3]:
            kind = _candidates(city, lang)
        with spots[4], st.popover(t("ui.siting.more", lang), key="more", width="stretch"), st.container(key="siting_more"):
            question = SitingQuestion(
                settings.layer, model, settings.travel, minutes=settings.minutes, new=number, share=share, group=settings.group,
                by=settings.by if model == "max_min_share" else None, as_of=dt.date.today())
            question, time_limit_s, others = _more(city, question, settings.by, kind, lang)
        with spots[5]:
            pressed = st.button(t("ui.siting.run", lang), key="run_siting", type="primary", width="stretch")
    return Asked(question, base, version, time_limit_s, others), pressed


# ---- the row ---------------------------------------------------------------------------------------------------------
def _pick(key: str, options: Sequence[str], fallback: str, lang: str, said: Callable[[str], str]) -> str:
    """A choice among options, kept with the session."""
    st.session_state[key] = state.settle(key, list(options), fallback, mark=lang)
    return st.selectbox(t(f"ui.siting.control.{key}", lang), list(options), key=key, format_func=said)


def _number(key: str, least: int, most: int, fallback: int, lang: str, *, step: int = 1, note: str = "") -> int:
    """A whole number, kept with the session. note : the key of a sentence beside it.

    The value is handed to the browser in every run: what lies in a folded part comes there when it is opened, and would begin at its least.
    """
    st.session_state[key] = state.settle_number(key, least, most, fallback)
    return int(st.number_input(t(f"ui.siting.control.{key}", lang), least, most, step=step, key=key,
                               help=t(f"ui.siting.help.{note}", lang) if note else None))


def _tick(key: str, lang: str) -> bool:
    """A box to tick, kept with the session."""
    st.session_state[key] = state.settle(key, (False, True), False, mark=lang)
    return bool(st.checkbox(t(f"ui.siting.control.{key}", lang), key=key))


def _number_or_share(model: str, lang: str) -> tuple[int | None, float | None]:
    """How many new sites there may be; of the model that asks for the fewest, the share that they must cover (all who can be: None)."""
    if model != "lscp":
        return _number("p", 1, MOST_SITES, 3, lang), None
    percent = _number("share", 1, 100, 80, lang, note="share")
    return None, percent / 100


def _base(known: Opening, lang: str) -> tuple[str, int]:
    """The scenario that the sites are added to, and its version."""
    versions = {BASELINE: 0} | {one.scenario.name: one.version for one in saved(known)}
    if not state.memory().get("scenario"):
        state.memory().pop("scenario", None)  # a draft without a name: it has to be saved before sites can be added to it
    chosen = _pick("scenario", list(versions), BASELINE, lang, lambda name: t("ui.siting.baseline", lang) if name == BASELINE else name)
    return chosen, versions[chosen]


def _candidates(city: City, lang: str) -> str:
    """Where sites may be: a ledger of the project, along the streets, on a grid."""
    ledgers = list(city.candidates)
    said = {name: t("ui.siting.ledger", lang, name=name, count=f"{len(city.candidates[name]):,}") for name in ledgers}
    said |= {kind: t(f"ui.siting.{kind}", lang) for kind in (STREETS, GRID)}
    return _pick("candidates", list(said), ledgers[0] if len(ledgers) == 1 else STREETS, lang, said.__getitem__)


# ---- folded away -----------------------------------------------------------------------------------------------------
def _more(city: City, question: SitingQuestion, level: str, kind: str, lang: str) -> tuple[SitingQuestion, int, int]:
    """The further choices; gives the question with them, the seconds, and how many other plans."""
    left, right = st.columns(2)
    with left:
        _head("where", lang)
        question = replace(question, candidates=_spaced(kind, lang))
        question = _rules(city, question, lang)
        _closed(city, question.layer, lang)
    with right:
        _head("aim", lang)
        question = _aims(question, level, lang)
        if question.model in CAPACITATED:
            question = _capacities(city, question, lang)
        _head("money", lang)
        budget, price = _number("budget", 0, MOST_WAN, 0, lang, step=100), _number("site_cost", 0, MOST_WAN, 0, lang, step=10)
        question = replace(question, budget=budget * CNY_OF_WAN if budget else None, site_cost_cny=price * CNY_OF_WAN if price else None)
        _head("solving", lang)
        seconds = _number("time_limit", 1, 3600, 60, lang, step=10)
        each = question.share is not None and question.by is not None  # its method knows no cuts
        others = 0 if each else _number("others", 0, MOST_OTHERS, 0, lang, note="others")
    return question, seconds, others


def _head(name: str, lang: str) -> None:
    """A heading among the further choices."""
    st.html(f"<h2>{escaped(t(f'ui.siting.head.{name}', lang))}</h2>")


def _spaced(kind: str, lang: str) -> str:
    """The candidates as the command has them: a ledger's name, or a kind with its metres."""
    if kind not in (STREETS, GRID):
        return kind
    usual = int(DEFAULT_SPACED.split(":")[1]) if kind == STREETS else 500
    return f"{kind}:{_number(f'metres_{kind}', 50, 5000, usual, lang, step=50)}"


def _rules(city: City, question: SitingQuestion, lang: str) -> SitingQuestion:
    """What sites must keep to: facilities that stay, one in each unit, distances."""
    scratch = _tick("from_scratch", lang)
    levels = [NO_LEVEL, *city.boundaries.levels]
    level = _pick("at_least_level", levels, NO_LEVEL, lang,
                  lambda one: level_name(one, lang, city.boundaries.labels) if one else t("ui.siting.no_level", lang))
    least = {level: _number("at_least", 1, 20, 1, lang)} if level else {}
    spacing, away = _number("spacing_m", 0, MOST_METRES, 0, lang, step=100), _number("people_m", 0, MOST_METRES, 0, lang, step=100)
    return replace(question, existing=not scratch, at_least=least, spacing_m=float(spacing) if spacing else None,
                   people_m=float(away) if away else None)


def _aims(question: SitingQuestion, level: str, lang: str) -> SitingQuestion:
    """What goes with the aim: the share in each unit, cost instead of number, what existing stock may cost."""
    if question.model == "lscp":
        each = _tick("each_unit", lang)
        everybody = question.share == 1 and not each  # of all who can be reached: the model's own aim
        question = replace(question, by=level if each else None, where_possible=each and _tick("where_possible", lang),
                           cheapest=_tick("cheapest", lang), share=None if everybody else question.share)
    return replace(question, loss=_number("give_up", 0, 100, 0, lang, note="give_up") / 100)


def _capacities(city: City, question: SitingQuestion, lang: str) -> SitingQuestion:
    """For models with capacities: which column says them, and how many people one of them serves."""
    frame = city.layer(question.layer).frame
    own = [column for column in frame.columns if frame[column].dtype.kind in "if" and column not in NO_SIZES]
    _head("capacity", lang)
    if not own:
        st.html(f'<p class="note warn">{escaped(t("ui.siting.no_capacity", lang))}</p>')
        return question
    column = _pick("capacity", own, next((name for name in SIZES if name in own), own[0]), lang, str)
    served, usual = _number("per_capacity", 1, 100_000, 1, lang), _number("site_capacity", 0, 100_000, 0, lang)
    return replace(question, capacity=column, per_capacity=float(served), site_capacity=float(usual) if usual else None,
                   split=_tick("split", lang))


def _closed(city: City, layer: str, lang: str) -> None:
    """What the project's own files close to new sites; it is always kept, so it is said and not asked."""
    areas = [one for one in city.exclusions.values() if one.applies(layer)]
    listed = t("site.comma", lang).join(t("ui.siting.area", lang, name=one.name, metres=f"{one.buffer_m:g}") for one in areas)
    sentence = t("ui.siting.closed" if areas else "ui.siting.none_closed", lang, listed=listed)
    st.html(f'<p class="note">{escaped(sentence, lang)}</p>')
