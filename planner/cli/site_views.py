"""The answer of `planner site` as JSON, CSV and table, and the comparison of candidates (选址比选表)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_csv, as_table
from planner.errors import InputError
from planner.export.siting_table import comparison_rows, rows
from planner.i18n import t

if TYPE_CHECKING:
    from planner.measure.city import City
    from planner.plan.siting_question import SitingQuestion, SitingRun
    from planner.plan.siting_sections import SitingRules

SHOWN = ("id", "name", "unit_name", "lon", "lat", "people_within", "people_added", "cost_cny", "existing_stock")


def parse_weights(given: Sequence[str], base: Mapping[str, float]) -> dict[str, float]:
    """The weights of planner.toml with those of --weight in their place."""
    from planner.plan.siting_sections import WEIGHTS

    found = dict(base)
    for typed in given:
        name, _, number = typed.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if name not in WEIGHTS or not (math.isfinite(value) and value >= 0):
            raise InputError("site_weight", value=typed, names=", ".join(WEIGHTS))
        found[name] = value
    return found


def record(run: SitingRun, city: City, rules: SitingRules, told: Mapping[str, str]) -> dict[str, Any]:
    """The answer as JSON, schema planner.site/1: the fields of `planner solve` (contract, section 2.2), and what the project adds.

    Demand points have no ids of their own: they are numbered from 0 in the order of the project's demand points.
    """
    answer, question = run.result, run.question
    names = _site_names(run, city)
    found: dict[str, Any] = {
        "schema": "planner.site/1", "project": city.id, "sentence": dict(told),
        "settings": {"layer": question.layer, "model": question.model, "travel": question.travel, "minutes": question.minutes,
                     "limit_m": run.limit_m, "metres_per_minute": run.metres_per_minute, "group": question.group,
                     "population_kind": city.demand.kinds.get(question.group) or None, "as_of": run.as_of.isoformat(), "p": question.p,
                     "new": question.new, "budget": question.budget, "share": question.share, "by": question.by,
                     "at_least_per": dict(question.at_least), "spacing_m": question.spacing_m},
        "status": answer.status, "objective": answer.objective, "bound": answer.bound, "gap": answer.gap,
        "sites": [names[j] for j in answer.sites], "covered_weight": answer.covered_weight, "total_weight": answer.total_weight,
        "unreachable": [str(i) for i in answer.unreachable], "seed": answer.seed, "seconds": round(answer.seconds, 3),
        "method": answer.method, "stopped": answer.stopped, "reductions": dict(answer.reductions)}
    if answer.assignment is not None:
        found["assignment"] = _assignment(run, names)
    found |= {
        "existing": {"count": run.existing, "without_place": run.existing_without_place, "off_streets": list(run.existing_off_streets)},
        "people": run.people, "people_covered_before": run.covered_before, "people_covered": run.covered_after,
        "people_unattached": run.people_unattached, "people_unreachable": run.people_unreachable,
        "exchanged_for_existing_stock": run.exchanged, "new_sites": rows(run), "candidates": _candidates(run, rules),
        "units": {"level": run.units_level, "short": dict(run.short), "lacking": [list(one) for one in run.lacking],
                  "rows": [{"code": unit.code, "name": unit.name, "people": unit.people, "people_covered_before": unit.before,
                            "people_covered": unit.after, "share": unit.after / unit.people if unit.people > 0 else None}
                           for unit in run.units]}}
    return found


def _site_names(run: SitingRun, city: City) -> list[str]:
    """The id of each site of the model."""
    return site_ids(city, run.question, run.as_of, run.candidates.id[run.used])


def site_ids(city: City, question: SitingQuestion, day: dt.date, candidates: Iterable[object]) -> list[str]:
    """Ids of facilities, those with a place first, then of candidates, whose ids get `-new` behind them where a facility has the same."""
    from planner.measure.attaching import counting_facilities

    existing: list[str] = []
    if question.existing:
        frame = city.layer(question.layer).frame
        placed = counting_facilities(city, question.layer, day).row.tolist()
        counts = city.counting(question.layer, day).counts
        others = [k for k in range(len(frame)) if counts[k] and k not in set(placed)]
        ids = frame["id"].tolist()
        existing = [str(ids[k]) for k in (*placed, *others)]
    taken = set(existing)
    return existing + [f"{one}-new" if one in taken else str(one) for one in candidates]


def _assignment(run: SitingRun, names: list[str]) -> dict[str, Any]:
    """Who goes where: demand -> site, or with --split demand -> {site: part}."""
    given = run.result.assignment
    assert given is not None
    found: dict[str, Any] = {}
    for demand, site, share in zip(given.demand.tolist(), given.site.tolist(), given.share.tolist(), strict=True):
        if run.question.split:
            found.setdefault(str(demand), {})[names[site]] = share
        else:
            found[str(demand)] = names[site]
    return found


def points(run: SitingRun, city: City) -> dict[str, Any]:
    """New sites and the existing facilities that have a place, as GeoJSON points: `role` is new or existing."""
    from planner.inputs.coordinates import WGS84, convert, parse_system
    from planner.measure.attaching import counting_facilities

    made = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(site.lon, 7), round(site.lat, 7)]},
             "properties": {"role": "new", **row}} for site, row in zip(run.new, rows(run), strict=True)]
    if run.question.existing:
        there, frame = counting_facilities(city, run.question.layer, run.as_of), city.layer(run.question.layer).frame
        lon, lat = convert(parse_system(city.crs), parse_system(WGS84), there.x, there.y)
        for k, row in enumerate(there.row.tolist()):
            place = [round(float(lon[k]), 7), round(float(lat[k]), 7)]
            made.append({"type": "Feature", "geometry": {"type": "Point", "coordinates": place},
                         "properties": {"role": "existing", "id": str(frame["id"].iloc[row]), "name": str(frame["name"].iloc[row])}})
    return {"type": "FeatureCollection", "features": made}


def _candidates(run: SitingRun, rules: SitingRules) -> dict[str, Any]:
    """Which candidates there were, how many could be chosen, why the others could not be; those of a ledger one by one."""
    found = run.candidates
    made: dict[str, Any] = {
        "spec": found.spec, "origin": found.origin, "count": len(found), "used": len(run.used), "screened_out": run.screened.counts(),
        "unattached": list(run.unattached_candidates), "without_place": list(found.without_place), "weights": dict(rules.weights)}
    if found.origin == "ledger":
        made["rows"] = [{key: row[key] for key in ("id", "verdict", "reasons", "unknown", "lon", "lat", "score")}
                        for row in comparison_rows(run, rules, "en")]
    return made


def comparison_csv(run: SitingRun, rules: SitingRules, lang: str) -> str:
    """The comparison as CSV with headers in the reader's language; the weights stand in a column of their own, so that they can be seen."""
    listed = comparison_rows(run, rules, lang)
    keys = list(listed[0]) if listed else ["id"]
    heads = [t(f"site.column.{key}", lang) for key in keys]
    weights = [f"{t(f'site.column.{name}', lang)} {value:g}" for name, value in rules.weights.items() if value > 0]
    head = t("site.column.weights", lang, listed=t("site.comma", lang).join(weights))
    for row in listed:
        row["verdict"] = t(f"site.verdict.{row['verdict']}", lang)
        if row.get("existing") is not None:
            row["existing"] = t("site.column.yes", lang) if row["existing"] else ""
    return as_csv([{**dict(zip(heads, (row[key] for key in keys), strict=True)), head: ""} for row in listed], (*heads, head))


def table(run: SitingRun, lang: str, lines: Sequence[str]) -> str:
    """The sentence, what must be known beside it, and the new sites."""
    heads = [t(f"site.column.{field}", lang) for field in SHOWN]
    shown = [[site.id, site.name, site.unit_name, f"{site.lon:.6f}", f"{site.lat:.6f}", f"{site.people_within:,.0f}",
              f"{site.people_added:,.0f}", "" if site.cost_cny is None else f"{site.cost_cny / 1e4:,.1f}",
              t("site.column.yes", lang) if site.existing_stock else ""]
             for site in run.new]
    used = [k for k in range(len(SHOWN)) if any(row[k] for row in shown)]
    drawn = as_table([[row[k] for k in used] for row in shown], [heads[k] for k in used],
                     [SHOWN[k] not in ("id", "name", "unit_name", "existing_stock") for k in used]) if shown else ""
    return "\n".join(lines) + ("\n\n" + drawn if drawn else "\n")
