"""Consolidation of a project's homes: what becomes of each, where its residents go, and who takes over the people around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.errors import InputError
from planner.inputs.layers import TOTAL, BoolArray, FloatArray, IntArray
from planner.measure.attaching import Chosen, attach_facilities, choose
from planner.measure.city import City
from planner.measure.small_counts import small
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.proof_words import proof_sentence
from planner.plan.siting_answer import default_level
from planner.plan.siting_ways import between, limit_of, people_to
from planner.plan.unit_costs import estimate
from planner.siting.consolidating import solve_consolidation
from planner.siting.consolidation import BUILD, CLOSE, KEEP, UPGRADE, ConsolidationResult, HomeRules, consolidation_problem, homes
from planner.siting.proof import Proof
from planner.siting.solver import Cancel, Progress
from planner.units import TravelProfile


@dataclass(frozen=True, slots=True)
class HomesQuestion:
    """What to consolidate, and by what rules.

    layers : of homes, with the columns `residents` and `beds`.   travel, minutes or metres : how far residents may be moved.
    reach_minutes or reach_metres : how near a home must stay to the people of `group` who have one as near today; the same if left out.
    upgrade_beds : beds that any home may be raised to where the ledger has no column `upgrade_beds`.   upgrade_cny : of one added bed
    where neither the ledger (`upgrade_cny`, of the whole) nor the unit costs say.   running_cny : of a home in a year where the ledger has
    no column `running_cny`.   same : level; residents stay within their unit of it.   keep, close : ids that must.
    rules : of planner.siting.consolidation.
    """

    layers: tuple[str, ...]
    travel: str
    minutes: float | None = None
    metres: float | None = None
    reach_minutes: float | None = None
    reach_metres: float | None = None
    group: str = TOTAL
    upgrade_beds: float | None = None
    upgrade_cny: float | None = None
    running_cny: float | None = None
    same: str | None = None
    keep: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    rules: HomeRules = field(default_factory=lambda: HomeRules("closed"))
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class HomePlan:
    """What becomes of one home. residents, beds : today; None where the ledger is blank. moves : (id, name, persons, minutes) of each home
    that takes some of its residents.   heirs : (id, name, people) whose nearest home it was, by the home that is nearest in the end (id ""
    : none within reach; people None: too few to tell)."""

    id: str
    name: str
    layer: str
    unit: str
    lon: float
    lat: float
    action: str
    residents: float | None
    beds: float | None
    residents_after: float | None
    beds_after: float | None
    price_cny: float | None
    moves: tuple[tuple[str, str, float, float], ...]
    heirs: tuple[tuple[str, str, float | None], ...]
    overfull: bool = False


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The answer. blank : ids of homes whose residents or beds nobody states, which stay as they are. without_place, off_streets : ids of
    homes that no distance is known of; they stay, and nobody moves there or away. price_known : whether all prices are known.
    why : why there is no plan. covered_today, covered_after : people of the group with a home in reach."""

    question: HomesQuestion
    as_of: dt.date
    limit_m: float
    reach_m: float
    metres_per_minute: float
    homes: tuple[HomePlan, ...]
    result: ConsolidationResult
    price_known: bool
    blank: tuple[str, ...]
    without_place: tuple[str, ...]
    off_streets: tuple[str, ...]
    people: float
    why: tuple[Sentence, ...]

    @property
    def proof(self) -> Proof:
        """How far the answer can be trusted."""
        return self.result.proof

    def count(self, action: str) -> int:
        """Homes of an action."""
        return sum(home.action == action for home in self.homes)

    @property
    def sentence(self) -> Sentence:
        """The answer in a planner's words."""
        if self.proof.objective is None:
            return Sentence("layout.none_because", {"reasons": self.why}) if self.why else proof_sentence(self.proof, "homes")
        moved = float(self.result.moves.residents.sum())
        far = float(self.result.moves.distance.max(initial=0.0)) / self.metres_per_minute
        counts = {"homes": len(self.homes), "keep": self.count(KEEP), "upgrade": self.count(UPGRADE) + self.count(BUILD),
                  "close": self.count(CLOSE), "moved": round(moved), "minutes": round(far, 1)}
        price = Sentence("layout.homes.price" if self.price_known else "layout.homes.price_unknown", {"price": self.result.price / 1e4})
        running = Sentence("layout.homes.running", {"before": self.result.running_today / 1e4, "after": self.result.running_after / 1e4})
        return Sentence("layout.homes.plan", counts | {"price": price, "running": running if self.result.running_today else "",
                                                       "proof": proof_sentence(self.proof, f"homes_{self.question.rules.objective}")})


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The homes that count, those without a place left out. id, name, layer, unit : text. residents, beds : NaN where blank."""

    chosen: Chosen
    id: tuple[str, ...]
    name: tuple[str, ...]
    layer: tuple[str, ...]
    unit: tuple[str, ...]
    same: tuple[str, ...]
    residents: FloatArray
    beds: FloatArray
    upgraded: FloatArray
    price: FloatArray
    running: FloatArray
    without_place: tuple[str, ...]


def consolidate(city: City, question: HomesQuestion, *, costs: Sequence[UnitCost] = (), time_limit_s: float = 60.0, gap: float = 0.0,
                seed: int = 1, progress: Progress | None = None, cancel: Cancel | None = None) -> Consolidation:
    """What becomes of the homes of some layers.

    Raises InputError for what the project has not (layer, travel, group, level, columns, ids), or where cost is the objective and a price
    of upgrading or no running cost at all is known; UnitError for limits; SitingError for rules that cannot be.
    """
    travel, day = city.travel(question.travel), question.as_of or dt.date.today()
    limit_m = limit_of(travel, question.minutes, question.metres)
    asked = question.reach_minutes is not None or question.reach_metres is not None
    reach_m = limit_of(travel, question.reach_minutes, question.reach_metres) if asked else limit_m
    ledger = _ledger(city, question, costs, day)
    people = city.demand.group(question.group)
    blank = np.isnan(ledger.residents) | np.isnan(ledger.beds)
    can = ~blank & (np.nan_to_num(ledger.upgraded) > ledger.beds)
    known = ~can | ~np.isnan(ledger.price)
    if (question.rules.objective == "cost" or question.rules.budget is not None) and not known.all():
        raise InputError("homes_price_missing", ids=", ".join(np.array(ledger.id)[~known][:5].tolist()))
    if question.rules.objective == "cost" and not np.nan_to_num(ledger.running).any():
        raise InputError("homes_running_missing")
    own = homes(np.where(blank, 0.0, np.ceil(ledger.residents)), np.where(blank, 0.0, ledger.beds),
                upgraded_beds=np.where(can, ledger.upgraded, 0.0), price=np.nan_to_num(ledger.price), running=np.nan_to_num(ledger.running),
                fixed=_fixed(question, ledger, blank))
    places = (ledger.chosen.x, ledger.chosen.y)
    ways = between(city, places, places, travel, limit_m)
    if question.same is not None:
        from planner.siting.choices import only

        unit = np.array(ledger.same, dtype=object)
        ways = only(ways, (unit[ways.row_of] == unit[ways.column]) & (unit[ways.column] != ""))
    problem = consolidation_problem(own, question.rules, ways=ways, within=np.inf, weight=people,
                                    reach=people_to(city, ledger.chosen, travel, reach_m))
    answer = solve_consolidation(problem, time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    off = ~attach_facilities(city, ledger.chosen, travel).attached
    ids = np.array(ledger.id, dtype=object)
    return Consolidation(question, day, limit_m, reach_m, travel.metres_per_minute, _told(city, ledger, answer, blank, travel), answer,
                         bool(known.all()), tuple(ids[blank]), ledger.without_place, tuple(ids[off]), float(people.sum()),
                         _why(answer.proof, ledger))


def _ledger(city: City, question: HomesQuestion, costs: Sequence[UnitCost], day: dt.date) -> _Ledger:
    """The homes that count on a day, their figures, and what upgrading them would cost."""
    picked = {slug: city.counting(slug, day).counts for slug in question.layers}
    chosen = choose(city, picked)
    lost = tuple(str(one) for slug, mask in picked.items() for one in
                 np.delete(city.layer(slug).frame["id"].to_numpy(dtype=object)[mask],
                           np.searchsorted(np.flatnonzero(mask), chosen.row[chosen.layer == slug])))
    for slug in question.layers:
        for column in ("residents", "beds"):
            if column not in city.layer(slug).frame or city.layer(slug).frame[column].dtype == object:
                raise InputError("homes_column_missing", layer=slug, column=column)
    level = default_level(city)
    if question.same is not None:
        city.boundaries.frame(question.same)
    names = dict(zip(*(city.boundaries.frame(level)[key] for key in ("code", "name")), strict=True))
    unit = [str(names.get(code, "")) for code in _texts(city, chosen, f"unit_{level}")]
    same = _texts(city, chosen, f"unit_{question.same}") if question.same is not None else [""] * len(unit)
    residents, beds = _numbers(city, chosen, "residents"), _numbers(city, chosen, "beds")
    upgraded = _numbers(city, chosen, "upgrade_beds")
    if question.upgrade_beds is not None:
        upgraded = np.where(np.isnan(upgraded), question.upgrade_beds, upgraded)
    price = _prices(city, chosen, question, costs, beds, upgraded)
    running = _numbers(city, chosen, "running_cny")
    if question.running_cny is not None:
        running = np.where(np.isnan(running), question.running_cny, running)
    return _Ledger(chosen, tuple(_texts(city, chosen, "id")), tuple(_texts(city, chosen, "name")), tuple(str(s) for s in chosen.layer),
                   tuple(unit), tuple(same), residents, beds, upgraded, price, running, lost)


def _texts(city: City, chosen: Chosen, column: str) -> list[str]:
    """A text column of the chosen facilities."""
    return [str(city.layer(str(slug)).frame[column].iloc[row]) for slug, row in zip(chosen.layer, chosen.row, strict=True)]


def _numbers(city: City, chosen: Chosen, column: str) -> FloatArray:
    """A column of numbers of the chosen facilities, NaN where it is blank or the layer has none."""
    frames = {str(slug): city.layer(str(slug)).frame for slug in np.unique(chosen.layer.astype(str))}
    there = {slug: column in frame and frame[column].dtype != object for slug, frame in frames.items()}
    return np.array([float(frames[str(slug)][column].iloc[row]) if there[str(slug)] else np.nan
                     for slug, row in zip(chosen.layer, chosen.row, strict=True)], dtype=np.float64)


def _prices(city: City, chosen: Chosen, question: HomesQuestion, costs: Sequence[UnitCost], beds: FloatArray,
            upgraded: FloatArray) -> FloatArray:
    """Yuan of upgrading each home: its own `upgrade_cny`; else added beds at the unit cost of expanding, or all beds at that of converting;
    else added beds at the question's price; NaN where none says."""
    price = _numbers(city, chosen, "upgrade_cny")
    for home in np.flatnonzero(np.isnan(price) & (upgraded > beds)).tolist():
        slug, more = str(chosen.layer[home]), float(upgraded[home] - beds[home])
        found = estimate(costs, slug, "expand", 1, more, None)
        if isinstance(found, Sentence):
            found = estimate(costs, slug, "convert", 1, float(upgraded[home]), None)
        if not isinstance(found, Sentence):
            price[home] = found[0]
        elif question.upgrade_cny is not None:
            price[home] = more * question.upgrade_cny
    return price


def _fixed(question: HomesQuestion, ledger: _Ledger, blank: BoolArray) -> IntArray:
    """1 for homes that must stay open (those with blanks too), -1 for those that must close. Raises InputError for unknown ids."""
    unknown = [one for one in (*question.keep, *question.close) if one not in ledger.id]
    if unknown:
        raise InputError("homes_id_unknown", ids=", ".join(unknown))
    ids = np.array(ledger.id, dtype=object)
    found: IntArray = np.where(np.isin(ids, question.keep) | blank, 1, np.where(np.isin(ids, question.close), -1, 0))
    return found


def _told(city: City, ledger: _Ledger, answer: ConsolidationResult, blank: BoolArray, travel: TravelProfile) -> tuple[HomePlan, ...]:
    """Every home in the order of the ledger."""
    from planner.inputs.coordinates import WGS84, convert, parse_system

    lon, lat = convert(parse_system(city.crs), parse_system(WGS84), ledger.chosen.x, ledger.chosen.y)
    moves: dict[int, list[tuple[str, str, float, float]]] = {}
    given = answer.moves
    for origin, target, persons, metres in zip(given.origin, given.target, given.residents, given.distance, strict=True):
        moves.setdefault(int(origin), []).append((ledger.id[target], ledger.name[target], float(persons),
                                                  float(metres) / travel.metres_per_minute))
    heirs: dict[int, list[tuple[str, str, float | None]]] = {}
    hidden = small(answer.handed.weight) & city.demand.hide_small
    for origin, target, people, few in zip(answer.handed.origin, answer.handed.target, answer.handed.weight, hidden, strict=True):
        told = None if few else float(people)
        heirs.setdefault(int(origin), []).append((ledger.id[target], ledger.name[target], told) if target >= 0 else ("", "", told))
    listed = []
    for home, action in enumerate(answer.action):
        residents, beds, after, beds_after = (
            None if blank[home] else float(figures[home])
            for figures in (ledger.residents, ledger.beds, answer.residents_after, answer.beds_after))
        price = float(ledger.price[home]) if action in (UPGRADE, BUILD) and not np.isnan(ledger.price[home]) else None
        listed.append(HomePlan(
            ledger.id[home], ledger.name[home], ledger.layer[home], ledger.unit[home], float(lon[home]), float(lat[home]), action,
            residents, beds, after, beds_after, price, tuple(moves.get(home, ())), tuple(heirs.get(home, ())), bool(answer.overfull[home])))
    return tuple(listed)


def _why(proof: Proof, ledger: _Ledger) -> tuple[Sentence, ...]:
    """What stands in the way, with the names of the homes."""
    told = []
    for reason in proof.reasons:
        home = reason.about[0] if reason.about else None
        amount = (reason.amount or 0.0) * (100 if reason.code == "kept_share" else 1)
        name = "" if home is None else ledger.name[home] or ledger.id[home]
        told.append(Sentence(f"layout.homes.why.{reason.code}", {"home": name, "amount": amount}))
    return tuple(told)
