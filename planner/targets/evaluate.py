"""Evaluate packs on a city: every target's value, threshold, state and shortfall, unit by unit, traced to clause and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

from planner.inputs.layers import TOTAL, FloatArray, Source
from planner.measure.city import City
from planner.targets import rollup
from planner.targets.answers import to_dict
from planner.targets.beside import beside
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.figures import Bound, exact_or_none, since
from planner.targets.formula import formula_of
from planner.targets.indicators import Outcome, each_bound, measure, nested
from planner.targets.inquiry import NAMES_IN_NOTE, DataMissingError, Inquiry, Ledger, Measured, UnitSet
from planner.targets.pack import Check, Number, ScopedFigure, Target, TargetPack, exact
from planner.targets.pack_rules import parameter_range, parameter_value
from planner.targets.progress import progress_of
from planner.targets.table import Table
from planner.targets.unit_sets import entry_of_units, unit_people
from planner.targets.vocabulary import FACILITY, PARAMETERS, RANGE, RANGED

__all__ = ["action_of", "bound_of", "evaluate", "evaluate_target", "to_dict"]

AFFECTED_GROUPS = (TOTAL, "age_60_plus")
"""Groups counted in units that fail a target that is not itself about people within reach."""
HOUR_MIN = 60
"""Minutes of an hour: a ceiling in hours is compared in minutes."""
NEVER_JUDGED = ("baseline", "process")


def evaluate(city: City, packs: Sequence[TargetPack], *, as_of: dt.date, scenario: str = "baseline") -> Evaluation:
    """Every target of the packs on this city, on a day.

    What the project lacks makes a target `data_missing` with a note that names it; a figure that the plan does not print is never
    invented. Raises PackError for a parameter of planner.toml that has the wrong type, NetworkError for streets that cannot be read.
    """
    results = tuple(evaluate_target(city, pack, target, as_of) for pack in packs for target in pack.targets)
    return Evaluation(city.id, tuple(pack.id for pack in packs), as_of, results, scenario, {pack.id: pack.sha256 for pack in packs})


def evaluate_target(city: City, pack: TargetPack, target: Target, as_of: dt.date) -> TargetResult:
    """One target on a city (see `evaluate`)."""
    ledger = Ledger()
    _say_of_the_plan(ledger, target, as_of)
    check = _effective(ledger, city, target)
    if check is None:
        state = "threshold_undefined" if target.kind == "target" and target.value is None else "recorded"
        return _with_way(city, pack, _result(target, ledger, rollup.Answer(state, None, _printed(target, None), None)), as_of)
    inquiry = Inquiry(city, pack, check, as_of, ledger)
    try:
        answer = _reported(inquiry, target) if check.metric == "reported" else _answer(inquiry, target)
    except DataMissingError as lack:
        ledger.note(lack.key, **lack.params)
        answer = rollup.Answer("data_missing", None, _printed(target, check), None)
    return _with_way(city, pack, _result(target, ledger, _judged(target, check, answer), check), as_of)


def _with_way(city: City, pack: TargetPack, result: TargetResult, as_of: dt.date) -> TargetResult:
    """A result with how it came about, what was reported of it, and how far it has come from its baseline."""
    target, check = result.target, result.check
    scale, bound = _scale(target, check), bound_of(target, check)
    if bound is None and check is not None and check.baseline is not None and isinstance(result.threshold, float):
        bound = Bound(target.comparator, Fraction(result.threshold))
    if check is not None and check.thresholds and check.rollup == "every":
        bound = None
    progress = progress_of(pack, target, check, bound, state=result.state, value=result.value, scale=scale, as_of=as_of,
                           entered=city.reported.get(target.id))
    reported = beside(city, target, check, result.value, result.units, scale)
    people = city.population if any(source["for"] == "population" for source in result.inputs) else None
    return replace(result, progress=progress, reported=reported, formula=formula_of(city, result), people_of=people)


def effective_check(city: City, target: Target) -> Check | None:
    """The check in effect: with what the plan leaves open filled in by planner.toml, else by the pack's default. Raises PackError."""
    return _effective(Ledger(), city, target)


def _effective(ledger: Ledger, city: City, target: Target) -> Check | None:
    """The check with what the plan leaves open filled in: by planner.toml, else by the pack's default, each said in a note."""
    check = target.check
    if check is None:
        return None
    settings = _settings(city, target)
    for key in PARAMETERS:
        if key in settings:
            check = _with(check, key, settings[key])
            ledger.note("parameter_set", parameter=key, value=_shown(settings[key]))
        elif key in target.parameters and key not in check.written:
            parameter = target.parameters[key]
            check = _with(check, key, parameter.default)
            ledger.note("parameter_default", parameter=key, value=_shown(parameter.default), source=parameter.source)
    if check.metric == "population_within" and check.minutes is None and check.metres is None and not check.limits:
        if target.unit == "minutes" and target.value is not None:
            check = replace(check, minutes=float(target.value))
        elif target.unit in ("m", "metres") and target.value is not None:
            check = replace(check, metres=float(target.value))
    return check


def _settings(city: City, target: Target) -> dict[str, Any]:
    """What planner.toml sets for a target, held against the types that parameters have. Raises PackError."""
    written = city.parameters.get(target.id, {})
    table = Table(written, "planner.toml", target.id, "plan.parameters")
    table.only((*PARAMETERS, RANGE))
    return {key: parameter_value(table, key, key) for key in written if key != RANGE}


def stated_ranges(city: City, target: Target) -> dict[str, tuple[Any, ...]]:
    """How far each parameter of a target may lie: as planner.toml says, else the pack. Raises PackError."""
    ranges = {key: parameter.range for key, parameter in target.parameters.items() if parameter.range}
    own = Table(city.parameters.get(target.id, {}), "planner.toml", target.id, "plan.parameters").table(RANGE)
    if own is not None:
        own.only(RANGED)
        ranges |= {key: parameter_range(own, key, key) for key in own.values}
    return ranges


def stated_parameters(city: City, target: Target) -> dict[str, Any]:
    """The stated assumptions that a target's check rests on: parameters of planner.toml, else the pack's defaults. Raises PackError."""
    settings = _settings(city, target)
    written = target.check.written if target.check is not None else {}
    return {key: settings.get(key, target.parameters[key].default if key in target.parameters else None) for key in PARAMETERS
            if key in settings or (key in target.parameters and key not in written)}


def _with(check: Check, key: str, value: Any) -> Check:
    """A check with one parameter; minutes and metres take each other's place."""
    if key == "minutes":
        return replace(check, minutes=float(value), metres=None)
    if key == "metres":
        return replace(check, metres=float(value), minutes=None)
    if key == "layers":
        return replace(check, layers=tuple(value))
    if key == "share":
        return replace(check, share=float(value))
    return replace(check, travel=value) if key == "travel" else replace(check, group=value)


def _shown(value: object) -> str:
    """A parameter as a note shows it."""
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else f"{value:g}" if isinstance(value, float) else str(value)


def _scale(target: Target, check: Check | None) -> Fraction:
    """What a printed figure is multiplied by: per cent become shares, hours minutes."""
    if target.is_percent:
        return Fraction(1, 100)
    if check is not None and check.metric == "minutes" and target.unit.startswith("hour"):
        return Fraction(HOUR_MIN)
    return Fraction(1)


def bound_of(target: Target, check: Check | None) -> Bound | None:
    """What the target is held against, exact; None where the plan prints no figure. People within reach are held against a share."""
    if check is not None and check.metric == "population_within" and not target.is_percent:
        return None if check.share is None else Bound(">=", exact(check.share))
    if target.value is None:
        if check is not None and check.metric == "population_within" and check.share is not None:
            return Bound(">=", exact(check.share))
        return None
    scale = _scale(target, check)
    return Bound(target.comparator, exact(target.value) * scale, None if target.value_max is None else exact(target.value_max) * scale)


def _printed(target: Target, check: Check | None) -> Any:
    """The threshold of a target that could not be measured."""
    if check is not None and check.thresholds and check.rollup == "every":
        return None
    bound = bound_of(target, check)
    return None if bound is None else bound.shown()


def _answer(inquiry: Inquiry, target: Target) -> rollup.Answer:
    """Measures the check and holds it against the figure. Raises DataMissingError."""
    check = inquiry.check
    outcome = measure(inquiry)
    units, bound = outcome.measured.units, bound_of(target, check)
    if outcome.nothing or not len(units):
        inquiry.ledger.note("nothing_to_measure_against" if outcome.nothing else "no_unit_in_scope")
        return rollup.Answer("not_applicable", None, _printed(target, check), None)
    base = _base(inquiry, target)
    if base is not None:
        bound = base.bound
        outcome = replace(outcome, measured=base.compared(outcome.measured, check))
    by_unit = unit_bounds(inquiry, target, units)
    if base is not None and check.rollup == "every" and not check.thresholds:
        by_unit = [base.by_code.get(code) for code in units.codes]
    inner = nested(inquiry)
    differ = bool(check.thresholds) or (base is not None and check.rollup == "every")
    people = _affected(inquiry, outcome, units)
    question = rollup.Question(outcome.measured, bound, by_unit, inner, nested_bound(target, check), differ, people)
    roll = {"total": rollup.total, "every": rollup.every, "share": rollup.share}[check.rollup]
    answer = roll(question, always_people=check.metric == "population_within")
    if base is not None and check.rollup == "share" and base.total.cells:
        return replace(answer, state="data_missing", shortfall=None, action=None, cells=(*answer.cells, *base.total.cells))
    return answer


def unit_bounds(inquiry: Inquiry, target: Target, units: UnitSet) -> list[Bound | None]:
    """(A,) what each unit is held against: its entry of `thresholds`, its own test under `share`, else the target's figure."""
    check = inquiry.check
    if check.thresholds:
        return _by_scope(inquiry, target, units)
    return [each_bound(check.each) if check.rollup == "share" else bound_of(target, check)] * len(units)


def nested_bound(target: Target, check: Check) -> Bound | None:
    """The nested minimum, in the measure of the figure that it stands in."""
    if check.of_which is None:
        return None
    scale = Fraction(1) if check.rollup == "share" else _scale(target, check)
    return Bound(">=", exact(check.of_which.value) * scale)


class _Base:
    """The value on the base date as a threshold: of the whole, and by unit code."""

    def __init__(self, comparator: str, outcome: Outcome, share: float | None) -> None:
        self.total = outcome.measured.total
        self.figures = dict(zip(outcome.measured.units.codes, outcome.measured.figures, strict=True))
        whole = exact_or_none(self.total.value) if share is None else exact(share)
        self.bound = None if whole is None else Bound(comparator, whole)
        self.by_code = {code: Bound(comparator, value) for code, figure in self.figures.items()
                        if (value := exact_or_none(figure.value)) is not None}

    def compared(self, now: Measured, check: Check) -> Measured:
        """Today's figures with what the blanks of the base date leave open too."""
        cancels = check.metric in ("count", "sum", "rate")
        figures = tuple(since(figure, self.figures.get(code), cancels=cancels)
                        for code, figure in zip(now.units.codes, now.figures, strict=True))
        return Measured(now.units, figures, since(now.total, self.total, cancels=cancels))


def _base(inquiry: Inquiry, target: Target) -> _Base | None:
    """The metric's own value on the base date, where the check has one."""
    check = inquiry.check
    if check.baseline is None or not target.comparator or target.comparator == "range":
        return None
    then = inquiry.on(check.baseline)
    outcome = measure(then)
    share = None
    if check.rollup == "share":
        question = rollup.Question(outcome.measured, None, [each_bound(check.each)] * len(outcome.measured.units))
        share = rollup.share(question).value
    return _Base(target.comparator, outcome, share)


def _by_scope(inquiry: Inquiry, target: Target, units: UnitSet) -> list[Bound | None]:
    """The figure of each unit by the entries of `thresholds`."""
    check = inquiry.check
    comparator = check.each.comparator if check.rollup == "share" else target.comparator
    scale = Fraction(1) if check.rollup == "share" else _scale(target, check)

    def bound(entry: ScopedFigure) -> Bound:
        most: Number | None = entry.value_max
        return Bound(comparator, exact(entry.value) * scale, None if most is None else exact(most) * scale)

    if check.by == FACILITY:
        return [bound(check.thresholds[-1])] * len(units)
    entry = entry_of_units(inquiry, units.level, check.thresholds)
    return [bound(check.thresholds[entry[row]]) for row in units.rows]


def _affected(inquiry: Inquiry, outcome: Outcome, units: UnitSet) -> Any:
    """Who is affected in a unit: those beyond the limit, or where a unit fails another metric, the people who live in it."""
    if inquiry.check.metric == "population_within":
        return lambda k: {inquiry.group: float(outcome.beyond[k])}
    if units.level == FACILITY:
        return lambda k: {}
    known = [group for group in AFFECTED_GROUPS if group in inquiry.city.demand.people]
    for group in known:
        inquiry.people(group)  # an input of the answer, whether or not a unit fails

    @cache
    def groups() -> dict[str, FloatArray]:  # summed only where a unit fails
        return {group: unit_people(inquiry, units, group)[0] for group in known}

    return lambda k: {group: float(sums[k]) for group, sums in groups().items()}


def _reported(inquiry: Inquiry, target: Target) -> rollup.Answer:
    """The figure that a person entered, in the plan's own unit. Raises DataMissingError where nobody has."""
    entered = inquiry.city.reported.get(target.id)
    if entered is None or entered.value is None:
        raise DataMissingError("not_reported", target=target.id)
    inquiry.ledger.note("reported", value=f"{entered.value:g}", date=entered.date or "-", source=entered.source or "-")
    for source in inquiry.city.sources:
        if source.path.endswith("planner.toml"):
            inquiry.ledger.use(source, "reported")
    value = exact(entered.value) * _scale(target, inquiry.check)
    bound = bound_of(target, inquiry.check)
    if bound is None:
        return rollup.Answer("threshold_undefined", float(value), None, None)
    return rollup.reported(value, bound)


def _judged(target: Target, check: Check, answer: rollup.Answer) -> rollup.Answer:
    """What the kind of a target allows to be said: baselines and processes are recorded, a check without a figure has no threshold."""
    if target.kind in NEVER_JUDGED:
        units = tuple(replace(unit, state=None, shortfall=None) for unit in answer.units)
        return replace(answer, state="recorded", threshold=_printed(target, check), shortfall=None, action=None, units=units)
    has_figure = check.share is not None or target.has_figure
    if not has_figure and answer.state != "not_applicable":
        return replace(answer, state="threshold_undefined", threshold=None, shortfall=None, action=None)
    return answer


def _say_of_the_plan(ledger: Ledger, target: Target, as_of: dt.date) -> None:
    """Notes that the plan itself gives: its own remark, the next step, the baseline, targets in conflict."""
    if target.note:
        ledger.note("of_the_plan", text=target.note)
    ahead = sorted(year for year in target.steps if year >= as_of.year)
    if ahead:
        ledger.note("step", year=ahead[0], value=f"{target.steps[ahead[0]]:g}", unit=target.unit)
    if target.baseline_id:
        ledger.note("baseline", id=target.baseline_id)
    if target.conflicts_with:
        ledger.note("conflicts", ids=", ".join(target.conflicts_with))


def _result(target: Target, ledger: Ledger, answer: rollup.Answer, check: Check | None = None) -> TargetResult:
    """The answer with its notes, sources and action."""
    if ledger.slipped:
        names = list(ledger.slipped.values())
        more = len(names) - NAMES_IN_NOTE
        ledger.note("slipped" if more <= 0 else "slipped_more", names=", ".join(names[:NAMES_IN_NOTE]), count=len(names), more=max(0, more))
    if answer.over:
        ledger.note("above_range")
    cells = answer.cells
    if cells:
        ledger.note("blanks", count=len(cells), columns=", ".join(sorted({cell.column for cell in cells})))
    action = None if answer.action is None or answer.state != "not_met" else {"amount": answer.action, "of": action_of(check)}
    affected: dict[str, float] = {}
    for unit in answer.units:
        for group, people in unit.people_affected.items():
            affected[group] = affected.get(group, 0.0) + people
    inputs = tuple(_input(key, source) for key, source in ledger.sources.items())
    return TargetResult(
        target, answer.state, answer.value, answer.threshold, answer.shortfall, action, answer.units, bool(cells) and answer.at_least,
        len(cells), rollup.as_fill(cells) if answer.state == "data_missing" else (), inputs, tuple(ledger.notes.values()),
        answer.units_total, answer.units_met, answer.units_required, affected, check, basis=answer.basis)


def action_of(check: Check | None) -> str:
    """What a shortfall is counted in: facilities, people, minutes, metres, share, or a column of the ledger."""
    if check is None:
        return ""
    fixed = {"count": "facilities", "facility_share": "facilities", "load": "facilities", "population_within": "people",
             "minutes": "minutes", "separation": "metres", "pace": "share", "reported": "figure"}
    return fixed.get(check.metric) or check.of or "facilities"


def _input(key: tuple[str, str], source: Source) -> Mapping[str, Any]:
    """One file that a result leans on."""
    return {"path": source.path, "for": key[1], "rows": source.rows, "sha256": source.sha256, "date": source.date}


