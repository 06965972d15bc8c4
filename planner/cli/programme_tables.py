"""A programme as JSON, CSV and tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_csv, as_table
from planner.i18n import pick, t
from planner.targets.catalogue import layer_info

if TYPE_CHECKING:
    from planner.plan.programme import LeftOpen, Planned, Programme

SCHEMA = "planner.programme/1"
WAN = 10_000
DO = {"new": "add"}
"""Kinds of action as a table of candidates writes them, where that is another word."""
COLUMNS = ("id", "do", "kind", "layer", "name", "facility", "unit", "lon", "lat", "year", "cost", "running_cny", "estimate", "price_year",
           "source", "certainty", "closes")
SHOWN_CLOSES = 3


def as_dict(programme: Programme, project: str, packs: Sequence[str], lang: str) -> dict[str, Any]:
    """JSON, schema planner.programme/1: money in yuan, shares 0..1, coordinates in WGS84."""
    return {
        "schema": SCHEMA, "project": project, "pack": packs[0] if len(packs) == 1 else list(packs), "date": programme.day.isoformat(),
        "status": programme.status, "cost": programme.cost_cny, "bound": programme.bound, "gap": programme.gap,
        "targets_closed": list(programme.closed), "targets_open": [one.target_id for one in programme.left_open],
        "actions": [_action(one) for one in programme.planned],
        "years": [{"year": line.year, "spent": line.spent_cny, "budget": line.budget_cny, "running": line.running_cny,
                   "opened": line.opened, "targets_closed": list(line.closed)} for line in programme.years],
        "open": [_open(one) for one in programme.left_open],
        "not_confirmed": list(programme.not_confirmed), "broken": list(programme.broken),
        "budget": programme.horizon.budget_cny, "budgets": {str(year): money for year, money in programme.horizon.budgets.items()},
        "lead_years": dict(programme.horizon.lead), "candidates": programme.candidates, "steps": dict(programme.steps),
        "seconds": round(programme.seconds, 3), "sentence": {one: headline(programme, one) for one in ("zh", "en")},
    }


def _action(one: Planned) -> dict[str, Any]:
    """One action."""
    found = one.candidate
    return {
        "id": found.id, "do": DO.get(found.kind, found.kind), "layer": found.layer, "year": one.year, "cost": found.cost_cny,
        "closes": list(one.closes), "kind": found.kind, "name": found.name, "facility": found.host, "unit": found.unit, "lon": found.lon,
        "lat": found.lat, "spend": {str(year): cny for year, cny in one.spend.items()}, "running_cny": found.running_cny,
        "estimate": found.estimate, "price_year": found.price_year, "source": found.source, "certainty": found.certainty,
        "existing_premises": found.existing or found.kind != "new",
    }


def _open(one: LeftOpen) -> dict[str, Any]:
    """One target that stays open."""
    return {"id": one.target_id, "why": {lang: one.why.say(lang) for lang in ("zh", "en")}, "needs_cny": one.needs_cny,
            "shortfall_before": one.before.shortfall, "shortfall": one.after.shortfall, "units_met_before": one.before.units_met,
            "units_met": one.after.units_met, "units_required": one.after.units_required, "state": one.after.state}


def csv_text(programme: Programme, lang: str) -> str:
    """One row for each action."""
    rows = [_action(one) | {"closes": " ".join(one.closes), "estimate": "true" if one.candidate.estimate else "false"}
            for one in programme.planned]
    return as_csv(rows, COLUMNS)


def money(cny: float | None) -> str:
    """Yuan as 万元 for people."""
    return "-" if cny is None else f"{cny / WAN:,.1f}".removesuffix(".0")


def headline(programme: Programme, lang: str) -> str:
    """The programme in a sentence."""
    return t("programme.head", lang, day=programme.day.isoformat(), status=t(f"programme.status.{programme.status}", lang),
             cost=money(programme.cost_cny), closed=len(programme.closed), asked=len(programme.closed) + len(programme.left_open))


def table(programme: Programme, lang: str) -> str:
    """Headline, actions, years and what stays open."""
    if programme.status == "no_solution":
        return t("programme.no_plan", lang) + "\n"
    if not programme.closed and not programme.left_open:
        return t("programme.none_needed", lang, day=programme.day.isoformat()) + "\n"
    parts = [headline(programme, lang) + "\n" + "\n".join(_proof(programme, lang)) + "\n"]
    if programme.planned:
        parts.append(t("programme.actions", lang) + "\n" + _actions(programme, lang))
        parts.append(t("programme.yearly", lang) + "\n" + _years(programme, lang))
    if programme.left_open:
        parts.append(t("programme.open", lang) + "\n" + _left(programme, lang))
    feet = []
    estimated = [one.candidate for one in programme.planned if one.candidate.estimate]
    if estimated:
        years = ", ".join(sorted({one.price_year for one in estimated if one.price_year})) or "-"
        feet.append(t("programme.estimates", lang, count=len(estimated), all=len(programme.planned), years=years))
    if programme.broken:
        feet.append(t("programme.broken", lang, ids=", ".join(programme.broken)))
    return "\n".join([*parts, *([line + "\n" for line in feet])])


def _proof(programme: Programme, lang: str) -> list[str]:
    """What is proven."""
    of = "count" if programme.horizon.budget_cny is not None or programme.horizon.budgets else "cost"
    found = []
    if programme.bound is not None and programme.gap is not None:
        if programme.gap <= 1e-9:
            found.append(t(f"programme.bound_{of}", lang))
        else:
            bound = money(programme.bound) if of == "cost" else f"{programme.bound:g}"
            found.append(t(f"programme.bound_{of}_gap", lang, bound=bound, gap=f"{programme.gap * 100:.1f}%"))
    unproven = [step for step, proven in programme.steps.items() if not proven]
    if unproven:
        names = t("gaps.list_comma", lang).join(t(f"programme.step.{step}", lang) for step in unproven)
        found.append(t("programme.not_proven", lang, steps=names))
    return found


def _actions(programme: Programme, lang: str) -> str:
    """The actions, by year."""
    rows = []
    for one in programme.planned:
        found = one.candidate
        more = len(one.closes) - SHOWN_CLOSES
        closes = ", ".join(one.closes[:SHOWN_CLOSES]) + (t("programme.and_more", lang, count=more) if more > 0 else "")
        mark = " " + t("programme.estimate_mark", lang) if found.estimate else ""
        rows.append([str(one.year), found.id, t(f"programme.kind.{found.kind}", lang), pick(layer_info(found.layer).name, lang),
                     found.name or found.host or found.unit or "-", money(found.cost_cny) + mark, closes or "-"])
    heads = ("year", "candidate", "action", "layer", "place", "cost", "closes")
    return as_table(rows, [t(f"programme.{key}", lang) for key in heads], [False, False, False, False, False, True, False])


def _years(programme: Programme, lang: str) -> str:
    """Year by year: money, openings, targets closed."""
    budgeted, running = bool(programme.horizon.budgets), any(line.running_cny is not None for line in programme.years)
    cells: dict[str, list[str]] = {
        "year": [str(line.year) for line in programme.years], "spent": [money(line.spent_cny) for line in programme.years],
        **({"budget": [money(line.budget_cny) for line in programme.years]} if budgeted else {}),
        **({"running": [money(line.running_cny) for line in programme.years]} if running else {}),
        "opened": [str(line.opened) for line in programme.years], "met": [str(len(line.closed)) for line in programme.years]}
    heads: Mapping[str, str] = {"year": "year_of"}
    return as_table(list(zip(*cells.values(), strict=True)), [t(f"programme.{heads.get(key, key)}", lang) for key in cells],
                    [key != "year" for key in cells])


def progress(one: LeftOpen, lang: str) -> str:
    """How far a target that stays open has come: "14 → 17 of 20 units", else its shortfall."""
    if one.after.units_required is not None and one.after.units_met is not None:
        units = {"before": one.before.units_met, "after": one.after.units_met, "required": one.after.units_required}
        return t("programme.progress_units", lang, **units)
    if one.after.shortfall is None:
        return "-"
    before = "-" if one.before.shortfall is None else f"{one.before.shortfall:,.6g}"
    return t("programme.progress_short", lang, before=before, after=f"{one.after.shortfall:,.6g}")


def _left(programme: Programme, lang: str) -> str:
    """What stays open, how far it has come, and why."""
    rows = [[one.target_id, progress(one, lang), one.why.say(lang)] for one in programme.left_open]
    return as_table(rows, [t(f"programme.{key}", lang) for key in ("target", "progress", "why_word")], [False, False, False])
