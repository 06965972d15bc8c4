"""The answer of `planner site` in a planner's words, and what must be said beside it.

Shares are rounded so that nothing sounds better than it is: what a plan reaches is rounded down, what no plan can pass is rounded away
from it. The solver's distance is called 与上限的差距 (or 与下限的差距), never 缺口: a 缺口 is what a district lacks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from planner.i18n import has, pick, t
from planner.inputs.layers import TOTAL
from planner.plan.siting_question import SitingRun
from planner.targets.catalogue import layer_info

if TYPE_CHECKING:
    from planner.measure.city import City

NAMED = 6
"""So many units or ids are named in a remark; JSON has them all."""


def sentence(run: SitingRun, lang: str) -> str:
    """What the plan is, what it reaches, and that no other can do better than so much."""
    question, answer = run.question, run.result
    words = _words(run, lang)
    if answer.objective is None:
        return t(f"site.{answer.status}", lang, **words) + _why_not(run, lang)
    how = "unproven" if answer.bound is None else "proven" if answer.status == "optimal" else "bounded"
    form = _FORMS[question.model]
    key, more = form(run, lang)
    return t("site.plan", lang, **words) + t(f"site.{key}.{how}", lang, **words, **more)


def _words(run: SitingRun, lang: str) -> dict[str, object]:
    """The words that every sentence may use."""
    question = run.question
    limit = (t("site.minutes", lang, minutes=f"{question.minutes:g}") if question.minutes is not None
             else t("site.metres", lang, metres=f"{run.limit_m:,.0f}"))
    group = _group(question.group, lang)
    level = question.by or run.units_level
    unit = t(f"ui.level.{level}", lang) if has(f"ui.level.{level}", lang) else level
    allowed = question.new if question.new is not None else None if question.p is None else max(question.p - run.existing, 0)
    limits = [t("site.of_sites", lang, sites=_sites(allowed, lang))] if allowed is not None else []
    if question.budget is not None:
        limits.append(t("site.of_budget", lang, budget=_money(question.budget, lang)))
    kept = t("site.kept", lang, count=run.existing) if run.existing else ""
    return {"sites": _sites(len(run.new), lang), "kept": kept, "limit": limit, "limit_m": f"{run.limit_m:,.0f}",
            "group": group, "unit": unit,
            "layer": pick(layer_info(question.layer).name, lang) or question.layer, "share": _down(question.share or 0.0),
            "any": t("site.any", lang, limits=t("site.and", lang).join(limits)) if limits else t("site.any_at_all", lang)}


def _sites(count: int, lang: str) -> str:
    """A number of new sites."""
    return t("site.one_site" if count == 1 else "site.some_sites", lang, count=f"{count:,}")


def _group(name: str, lang: str) -> str:
    """A population group as people say it in a sentence; of everybody nothing is said that the data may not bear out (resident or not)."""
    if name == TOTAL:
        return t("site.everybody", lang)
    return next((t(key, lang) for key in (f"gaps.column.{name}", f"ui.group.{name}") if has(key, lang)), name)


def _why_not(run: SitingRun, lang: str) -> str:
    """What makes a question impossible, where it is known."""
    said = []
    if run.short and not run.question.where_possible:
        named = [f"{_unit_name(run, code)} {_down(most)}" for code, most in sorted(run.short.items(), key=lambda one: one[1])]
        said.append(t("site.short", lang, count=len(named), listed=_listed(named, lang)))
    if run.lacking:
        said.append(t("site.lacking", lang, count=len(run.lacking), listed=_listed([code for _, code, _ in run.lacking], lang)))
    return "".join(said)


def _unit_name(run: SitingRun, code: str) -> str:
    """The name of a unit, its code where there is none."""
    return next((unit.name for unit in run.units if unit.code == code and unit.name), code)


def _listed(names: list[str], lang: str) -> str:
    """The first names, and how many more there are."""
    mark = t("site.comma", lang)
    more = t("site.more", lang, count=len(names) - NAMED) if len(names) > NAMED else ""
    return mark.join(names[:NAMED]) + more


# ---- figures ---------------------------------------------------------------------------------------------------------
def _down(share: float, step: float = 0.1) -> str:
    """A share as a percentage, rounded down to a tenth."""
    return f"{math.floor(share * 100 / step + 1e-9) * step:.1f} %"


def _up(share: float, step: float = 0.1) -> str:
    """A share as a percentage, rounded up to a tenth."""
    return f"{math.ceil(share * 100 / step - 1e-9) * step:.1f} %"


def _points(apart: float) -> str:
    """Percentage points, rounded up to a tenth; what is less than a hundredth says so."""
    points = apart * 100
    return f"{math.ceil(points * 100 - 1e-9) / 100:.2f}" if points < 0.1 else f"{math.ceil(points * 10 - 1e-9) / 10:.1f}"


def _money(cny: float, lang: str) -> str:
    """Yuan, in the unit that the language's bureaus use."""
    return t("site.money", lang, amount=f"{cny / 1e4:,.1f}" if lang == "zh" else f"{cny / 1e6:,.2f}")


def _of_people(run: SitingRun, value: float) -> float:
    """A number of people as a share of all of the group."""
    return value / run.people if run.people > 0 else 0.0


def _share_form(run: SitingRun, lang: str) -> tuple[str, dict[str, object]]:
    """mclp and its kin: people within the radius (or served), as shares of all."""
    answer = run.result
    assert answer.objective is not None
    own, bound = _of_people(run, answer.objective), answer.bound
    more: dict[str, object] = {"value": _down(own), "people": f"{answer.objective:,.0f}",
            "today": _down(_of_people(run, run.covered_before)),
            "bound": "" if bound is None else _up(_of_people(run, bound)),
            "apart": "" if bound is None else _points(_of_people(run, bound) - own)}
    return ("served" if run.question.model == "capacitated_mclp" else "covered"), more


def _fair_form(run: SitingRun, lang: str) -> tuple[str, dict[str, object]]:
    """max_min_share: the worst unit."""
    answer = run.result
    assert answer.objective is not None
    bound = answer.bound
    worst = min((unit for unit in run.units if unit.people > 0), key=lambda unit: unit.after / unit.people, default=None)
    more: dict[str, object] = {"value": _down(answer.objective), "bound": "" if bound is None else _up(bound),
            "worst": "" if worst is None else worst.name,
            "apart": "" if bound is None else _points(bound - answer.objective)}
    return "fair", more


def _least_form(run: SitingRun, lang: str) -> tuple[str, dict[str, object]]:
    """lscp: as few sites, or as little money, as can be."""
    question, answer = run.question, run.result
    assert answer.objective is not None
    bound = answer.bound or 0.0
    money = question.budget is not None or question.cheapest
    figures: dict[str, object]
    if money:
        figures = {"value": _money(answer.objective, lang), "bound": _money(math.floor(bound), lang),
                   "apart": _money(math.ceil(answer.objective - bound), lang)}
    else:
        fewest = math.ceil(bound - 1e-6)
        figures = {"bound": f"{fewest:,}", "apart": f"{max(len(run.new) - fewest, 0):,}"}
    if question.share is None:
        aim = t("site.aim.all", lang, **_aim(run, lang))
    elif question.by is None:
        aim = t("site.aim.share", lang, **_aim(run, lang))
    else:
        aim = t("site.aim.each", lang, **_aim(run, lang))
        if run.short and question.where_possible:
            aim += t("site.aim.but", lang, count=len(run.short), **_aim(run, lang))
    return "least_cost" if money else "least", {**figures, "aim": aim}


def _aim(run: SitingRun, lang: str) -> dict[str, object]:
    """The words of what lscp must reach."""
    return {key: value for key, value in _words(run, lang).items() if key in ("group", "limit", "unit", "share")}


def _mean_form(run: SitingRun, lang: str) -> tuple[str, dict[str, object]]:
    """p_median: mean metres a person; those beyond the radius count as at it."""
    answer = run.result
    assert answer.objective is not None
    whole = answer.total_weight if run.question.model == "p_median" else answer.covered_weight
    scale = 1.0 / whole if whole > 0 else 0.0
    bound = answer.bound or 0.0
    more: dict[str, object] = {"value": f"{answer.objective * scale:,.0f}", "bound": f"{math.floor(bound * scale):,}",
            "apart": f"{math.ceil((answer.objective - bound) * scale):,}"}
    return ("mean" if run.question.model == "p_median" else "mean_served"), more


def _farthest_form(run: SitingRun, lang: str) -> tuple[str, dict[str, object]]:
    """p_center: metres of the farthest."""
    answer = run.result
    assert answer.objective is not None
    bound = answer.bound or 0.0
    return "farthest", {"value": f"{math.ceil(answer.objective):,}", "bound": f"{math.floor(bound):,}",
                        "apart": f"{math.ceil(answer.objective - bound):,}"}


_FORMS: dict[str, Callable[[SitingRun, str], tuple[str, dict[str, object]]]] = {
    "mclp": _share_form, "capacitated_mclp": _share_form, "max_min_share": _fair_form, "lscp": _least_form, "p_median": _mean_form,
    "capacitated_p_median": _mean_form, "p_center": _farthest_form}


# ---- beside it -------------------------------------------------------------------------------------------------------
def remarks(run: SitingRun, city: City, lang: str, *, dropped: int = 0) -> list[str]:
    """What must be known beside the sentence: which people, which speed, who and what could not be attached, what was left out.

    dropped : rows of the ledger of candidates that could not be read as places (`planner check` names them).
    """
    question, found = run.question, run.candidates
    kind = t(f"check.columns.kind_{city.demand.kinds.get(question.group) or 'unstated'}", lang)
    words = _words(run, lang)
    said = [t("site.note.people", lang, group=words["group"], people=f"{run.people:,.0f}", kind=kind,
              day=city.demand.source.date or t("site.unstated", lang)),
            t("site.note.speed", lang, travel=question.travel, speed=f"{run.metres_per_minute:g}", limit_m=f"{run.limit_m:,.0f}"),
            t("site.note.candidates", lang, spec=found.spec, all=len(found), used=len(run.used), out=int((~run.screened.passes).sum()))]
    counts = run.screened.counts()
    if counts:
        said.append(t("site.note.reasons", lang, listed=t("site.comma", lang).join(
            f"{t(f'site.rule.{code}', lang)} {count}" for code, count in counts.items())))
    unknown = sum(bool(asks) and bool(ok) for asks, ok in zip(run.screened.unknown, run.screened.passes, strict=True))
    for key, count, params in (
            ("unknown", unknown, {}), ("candidates_dropped", dropped, {}),
            ("candidates_without_place", len(found.without_place), {"listed": _listed(list(found.without_place), lang)}),
            ("candidates_unattached", len(run.unattached_candidates), {"listed": _listed(list(run.unattached_candidates), lang)}),
            ("without_place", run.existing_without_place, {}),
            ("off_streets", len(run.existing_off_streets), {"listed": _listed(list(run.existing_off_streets), lang)}),
            ("blank_capacity", run.blank_capacity, {}), ("exchanged", run.exchanged, {})):
        if count:
            said.append(t(f"site.note.{key}", lang, count=count, **params))
    for key, people in (("people_unattached", run.people_unattached), ("people_unreachable", run.people_unreachable)):
        if people > 0 and not (run.hidden and people < 5):
            said.append(t(f"site.note.{key}", lang, people=f"{people:,.0f}"))
    if run.short and question.where_possible:
        named = [f"{_unit_name(run, code)} {_down(most)}" for code, most in sorted(run.short.items(), key=lambda one: one[1])]
        said.append(t("site.note.short", lang, count=len(named), listed=_listed(named, lang)))
    if question.people_m is not None and city.demand.spread == "streets":
        said.append(t("site.note.people_on_streets", lang))
    if run.hidden:
        said.append(t("site.note.hidden", lang))
    return said
