"""How `planner layout` tells its answers: the sentence, what to know besides, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.common import as_csv, as_json, as_table, note, write
from planner.export.cells import figure
from planner.i18n import LANGUAGES, t

if TYPE_CHECKING:
    from planner.plan.centre_stations import CentreStations
    from planner.plan.consolidating import Consolidation
    from planner.plan.keeping_apart import KeptApart
    from planner.plan.siting_ways import LeftOut
    from planner.plan.unit_choosing import UnitChoice

    Answer = CentreStations | Consolidation | KeptApart | UnitChoice

SCHEMA = "planner.layout/1"
NAMED = 10
"""So many names stand in a remark; JSON has them all."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told besides the sentence.

    records : rows for JSON and CSV.   fields : columns of the CSV.   shown : columns of the table, by `layout.KIND.column.<name>`, with
    decimals for numbers (None: text).   remarks : keys of sentences under `layout.KIND.note` with what fills them in.   more : further
    entries of the JSON.
    """

    records: Sequence[dict[str, Any]]
    fields: tuple[str, ...]
    shown: dict[str, int | None]
    remarks: Sequence[tuple[str, dict[str, Any]]]
    more: dict[str, Any]


def report_answer(kind: str, project: str, scenario: str, answer: Answer, told: Told, form: str, out: Path | None, lang: str,
                  quiet: bool) -> None:
    """Writes the answer: JSON, CSV, or a table after the sentence and the remarks."""
    proof = answer.proof
    if form == "json":
        record = {
            "schema": SCHEMA, "kind": kind, "project": project, "scenario": scenario, "date": answer.as_of.isoformat(),
            "status": proof.status, "objective": proof.objective, "bound": proof.bound, "gap": proof.gap, "stopped": proof.stopped,
            "seed": proof.seed, "seconds": round(proof.seconds, 3), "method": proof.method,
            "sentence": {each: answer.sentence.say(each) for each in LANGUAGES},
            "reasons": [{each: reason.say(each) for each in LANGUAGES} for reason in answer.why]}
        write(as_json(record | told.more | {"rows": list(told.records)}), out)
        return
    note(answer.sentence.say(lang), quiet)
    for key, params in told.remarks:
        said = {name: t(f"layout.stations.kind.{value}", lang) if name == "kind" else t("gaps.list_comma", lang).join(value)
                if isinstance(value, tuple) else value for name, value in params.items()}
        note(t(f"layout.{kind}.note.{key}", lang, **said), quiet)
    if form == "csv":
        write(as_csv(told.records, told.fields), out)
        return
    rows = [[_cell(kind, name, record.get(name), decimals, lang) for name, decimals in told.shown.items()] for record in told.records]
    write(as_table(rows, [t(f"layout.{kind}.column.{name}", lang) for name in told.shown],
                   [decimals is not None for decimals in told.shown.values()]), out)


WORDS = {("homes", "action"): "layout.homes.action", ("units", "seat"): "layout.units.seat", ("stations", "kind"): "layout.stations.kind"}
"""Columns whose values are words of ours."""
MONEY = ("price_cny", "cost_cny")
"""Columns in yuan, told in 10,000 yuan."""


def _cell(kind: str, name: str, value: Any, decimals: int | None, lang: str) -> str:
    """One cell of the table."""
    if value is None:
        return ""
    if (kind, name) in WORDS:
        return t(f"{WORDS[kind, name]}.{value}", lang)
    if isinstance(value, bool):
        return t(f"layout.stations.state.{'exists' if value else 'new'}", lang)
    if name == "moves":
        return t("gaps.list_comma", lang).join(
            t("layout.homes.note.move", lang, name=move["name"] or move["id"], persons=f"{move['residents']:,.0f}",
              minutes=f"{move['minutes']:.1f}") for move in value)
    if decimals is None:
        return str(value)
    scaled = value / 1e4 if name in MONEY else value
    return figure(scaled, decimals)


def _remark(key: str, names: Sequence[str], *, by: str) -> list[tuple[str, dict[str, Any]]]:
    """A remark that counts and names things, where there are any."""
    more = ("…",) if len(names) > NAMED else ()
    return [(key, {"count": len(names), by: (*names[:NAMED], *more)})] if names else []


def homes_rows(answer: Consolidation) -> Told:
    """Every home, with where its residents go."""
    records = []
    for home in answer.homes:
        moves = [dict(zip(("id", "name", "residents", "minutes"), move, strict=True)) for move in home.moves]
        heirs = [dict(zip(("id", "name", "people"), heir, strict=True)) for heir in home.heirs]
        records.append(asdict(home) | {"moves": moves, "heirs": heirs,
                                       "moved_to": "; ".join(f"{move['id']}: {move['residents']:.0f}" for move in moves)})
    overfull = [home.name or home.id for home in answer.homes if home.overfull]
    remarks = [*_remark("blank", answer.blank, by="ids"), *_remark("without_place", answer.without_place, by="ids"),
               *_remark("off_streets", answer.off_streets, by="ids"), *_remark("overfull", overfull, by="ids")]
    shown = {"name": None, "unit": None, "action": None, "residents": 0, "beds": 0, "residents_after": 0, "beds_after": 0, "moves": None,
             "price_cny": 1}
    fields = ("id", "name", "layer", "unit", "lon", "lat", "action", "residents", "beds", "residents_after", "beds_after", "price_cny",
              "overfull", "moved_to")
    result = answer.result
    more = {"limit_m": answer.limit_m, "reach_m": answer.reach_m, "price_cny": result.price, "price_known": answer.price_known,
            "running_cny_before": result.running_today, "running_cny_after": result.running_after, "people": answer.people,
            "people_in_reach_before": result.covered_today, "people_in_reach_after": result.covered_after, "blank": list(answer.blank),
            "without_place": list(answer.without_place), "off_streets": list(answer.off_streets)}
    return Told(records, fields, shown, remarks, more)


def _left_out(out: LeftOut, more: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What became of the candidates that take no part, and existing facilities without a position."""
    counts = {key: getattr(out, key) for key in ("candidates", "outside", "screened", "unpriced", "off_streets", "open")}
    said = [("left_out", counts | more)] if out.open < out.candidates else []
    return [*said, *((key, params | more) for key, params in _remark("no_place", out.without_place, by="names"))]


def unit_rows(answer: UnitChoice) -> Told:
    """The units chosen."""
    remarks = _remark("have_one", answer.have_one, by="names")
    if answer.unreachable >= 1:
        remarks.append(("unreachable", {"people": f"{answer.unreachable:,.0f}"}))
    result = answer.result
    shown: dict[str, int | None] = {"name": None, "per": None, "people_within": 0, "people_nearest": 0, "seat": None}
    if not answer.question.per:
        del shown["per"]
    more = {"limit_m": answer.limit_m, "candidates": answer.candidates, "people": result.total_weight,
            "people_in_reach": result.covered_weight, "people_served_before": answer.served_before,
            "people_unreachable": answer.unreachable, "have_one": list(answer.have_one)}
    fields = ("code", "name", "per", "lon", "lat", "seat", "people_within", "people_nearest")
    return Told([asdict(unit) for unit in answer.units], fields, shown, remarks, more)


def station_rows(answer: CentreStations) -> Told:
    """Centres and stations, unit by unit."""
    remarks = [*_remark("lacking", answer.lacking, by="names"),
               *_remark("unlinked", [place.name or place.id for place in answer.unlinked], by="names")]
    for kind, out in zip(("centre", "station"), answer.left_out, strict=True):
        remarks += _left_out(out, {"kind": kind})
    records = [asdict(place) for place in answer.places]
    shown: dict[str, int | None] = {"unit": None, "kind": None, "name": None, "exists": None, "centre": None, "link_minutes": 1,
                                    "cost_cny": 1}
    result = answer.result
    more = {"limit_m": answer.limit_m, "link_m": answer.link_m, "people": result.total_weight, "people_in_reach": result.covered_weight,
            "people_in_reach_before": answer.covered_before, "cost_cny": result.cost if answer.priced else None,
            "lacking": list(answer.lacking), "left_out": [asdict(out) for out in answer.left_out]}
    fields = ("kind", "id", "name", "unit", "lon", "lat", "exists", "centre", "link_minutes", "cost_cny")
    return Told(records, fields, shown, remarks, more)


def apart_rows(answer: KeptApart) -> Told:
    """The new sites."""
    records = [asdict(site) for site in answer.sites]
    shown: dict[str, int | None] = {"name": None, "unit": None, "near": 0, "within": 0, "cost_cny": 1}
    for record in records:
        record["name"] = record["name"] or record["id"]
    result = answer.result
    more = {"limit_m": answer.limit_m, "least_m": answer.question.least_m, "candidates": answer.candidates, "too_near": answer.too_near,
            "left_out": asdict(answer.left_out),
            "existing": answer.existing, "people": result.total_weight, "people_in_reach": result.covered_weight,
            "people_in_reach_before": answer.covered_before, "people_near": result.near_people}
    return Told(records, ("id", "name", "unit", "lon", "lat", "near", "within", "cost_cny"), shown, _left_out(answer.left_out, {}), more)
