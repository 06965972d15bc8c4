"""Facilities of a project that keep a least distance from people together with a longest drive, people nearby told or counted as a cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.inputs.layers import TOTAL, FloatArray
from planner.measure.attaching import Chosen, chosen_together, counting_facilities, places_as_chosen
from planner.measure.city import City
from planner.measure.small_counts import small
from planner.plan import screening
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.proof_words import proof_sentence
from planner.plan.siting_answer import default_level
from planner.plan.siting_ground import cost_of
from planner.plan.siting_question import SitingQuestion
from planner.plan.siting_sections import SitingRules
from planner.plan.siting_ways import LeftOut, crow, left_out, limit_of, names_without_place, people_to
from planner.siting.candidates import Candidates, candidates, unit_of
from planner.siting.choices import choices
from planner.siting.keeping_away import AwayResult, AwayRules, away_problem, solve_away
from planner.siting.problem import sums
from planner.siting.proof import Proof
from planner.siting.solver import Cancel, Progress


@dataclass(frozen=True, slots=True)
class ApartQuestion:
    """Where to build facilities of a layer that nobody wants next door and everybody must reach.

    travel, minutes or metres : the longest drive.   least_m : the least distance from people, by `path` (straight or network).
    new : at most so many new sites.   budget : yuan for them.   share : the fewest (the cheapest, if costs are known of all) that bring
    this share of all people within the longest drive.   near_most : people near new sites, all together, at most (None: no limit).
    near_price : what each counts as: people served (with new or budget), or yuan or sites (with share).
    """

    layer: str
    travel: str
    least_m: float
    minutes: float | None = None
    metres: float | None = None
    path: str = "straight"
    group: str = TOTAL
    candidates: str | None = None
    new: int | None = None
    budget: float | None = None
    share: float | None = None
    near_most: float | None = 0.0
    near_price: float = 0.0
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ApartSite:
    """A new site. near : people within the least distance, None where they are too few to tell. within : those within the longest drive."""

    id: str
    name: str
    unit: str
    lon: float
    lat: float
    cost_cny: float | None
    near: float | None
    within: float


@dataclass(frozen=True, slots=True)
class KeptApart:
    """The answer. candidates : those that may be chosen but for the least distance; too_near : those of them that are too near people;
    left_out : the others."""

    question: ApartQuestion
    as_of: dt.date
    limit_m: float
    metres_per_minute: float
    result: AwayResult
    sites: tuple[ApartSite, ...]
    existing: int
    candidates: int
    too_near: int
    left_out: LeftOut
    covered_before: float
    why: tuple[Sentence, ...]

    @property
    def proof(self) -> Proof:
        """How far the answer can be trusted."""
        return self.result.proof

    @property
    def sentence(self) -> Sentence:
        """The answer in a planner's words."""
        if self.proof.objective is None:
            return Sentence("layout.none_because", {"reasons": self.why}) if self.why else proof_sentence(self.proof, "apart_most")
        total, got = self.result.total_weight, self.result.covered_weight
        near = Sentence("layout.apart.near", {"people": round(self.result.near_people)}) if self.result.near_people else ""
        plain = self.question.near_price == 0
        kind = "most" if self.question.share is None else "fewest"
        scale = 100 / total if plain and kind == "most" and total else 1.0
        return Sentence("layout.apart.plan", {
            "sites": len(self.sites), "least": self.question.least_m, "minutes": self.limit_m / self.metres_per_minute,
            "share": got / total * 100 if total else 0.0, "before": self.covered_before / total * 100 if total else 0.0, "near": near,
            "left": Sentence("layout.apart.left", {"left": self.too_near, "candidates": self.candidates}) if self.too_near else "",
            "proof": proof_sentence(self.proof, f"apart_{kind if plain else 'priced'}", scale=scale)})


def keep_apart(city: City, question: ApartQuestion, *, rules: SitingRules | None = None, costs: Sequence[UnitCost] = (),
               time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 1, progress: Progress | None = None,
               cancel: Cancel | None = None) -> KeptApart:
    """Where to build. rules : what a site must be besides (planner.plan.siting_sections); a least distance of theirs from people is not
    asked here, as the question's is. Raises InputError, UnitError and SitingError as `planner.plan.siting_run.run_siting`."""
    travel, day = city.travel(question.travel), question.as_of or dt.date.today()
    limit_m = limit_of(travel, question.minutes, question.metres)
    people = city.demand.group(question.group)
    there = counting_facilities(city, question.layer, day)
    spec = question.candidates or (next(iter(city.candidates)) if len(city.candidates) == 1 else "streets:250")
    found = candidates(city, spec, travel)
    asked = replace(rules or SitingRules(), people_m=None)
    price = cost_of(SitingQuestion(layer=question.layer, model="mclp", travel=question.travel), found, costs)
    may, out = left_out(city, found, travel, inside=np.ones(len(found), dtype=np.bool_),
                        passes=screening.screen(city, found, question.layer, asked, travel, as_of=day).passes,
                        priced=~np.isnan(price) if question.budget is not None else np.ones(len(found), dtype=np.bool_),
                        without_place=names_without_place(city, question.layer, there, day))
    kept = np.flatnonzero(may)
    some, price = found.take(kept), price[kept]
    old, existing = there, len(there.row)
    places = chosen_together(old, places_as_chosen(question.layer, some.x, some.y))
    apart = crow(city, (places.x, places.y), question.least_m) if question.path == "straight" else people_to(city, places, travel,
                                                                                                            question.least_m)
    priced = question.budget is not None or (question.share is not None and not np.isnan(price).any())
    sites = choices(np.zeros(len(places.x), dtype=np.int32), 1, price=np.r_[np.zeros(existing), price] if priced else None,
                    fixed=np.r_[np.ones(existing, dtype=np.int8), np.zeros(len(some), dtype=np.int8)])
    limits = AwayRules(question.near_most, question.near_price, question.share, None if question.new is None else existing + question.new,
                       question.budget)
    drive = people_to(city, places, travel, limit_m)
    answer = solve_away(away_problem(sites, limits, weight=people, drive=drive, longest=np.inf, apart=apart, least=question.least_m),
                        time_limit_s=time_limit_s, gap=gap, seed=seed, progress=progress, cancel=cancel)
    within = sums(drive.column, people[drive.row_of], len(places.x))
    before = np.bincount(drive.row_of, drive.column < existing, minlength=len(people)) > 0
    return KeptApart(question, day, limit_m, travel.metres_per_minute, answer, _told(city, places, some, existing, answer, within, price),
                     existing, len(some), len(answer.too_near), out, float(people[before].sum()), tuple(
                         Sentence(f"layout.apart.why.{reason.code}", {"amount": (reason.amount or 0.0) * 100}) for reason in
                         answer.proof.reasons))


def _told(city: City, places: Chosen, some: Candidates, existing: int, answer: AwayResult, within: FloatArray,
          price: FloatArray) -> tuple[ApartSite, ...]:
    """The new sites, the one that most people reach first."""
    from planner.inputs.coordinates import WGS84, convert, parse_system

    new = answer.sites[answer.sites >= existing]
    lon, lat = convert(parse_system(city.crs), parse_system(WGS84), places.x[new], places.y[new])
    level = default_level(city)
    names = city.boundaries.frame(level)["name"].to_numpy(dtype=object)
    unit = unit_of(city, level, places.x[new], places.y[new])
    told = []
    hidden = small(answer.near_weight) & city.demand.hide_small
    for k, row in enumerate(new.tolist()):
        own = row - existing
        told.append(ApartSite(str(some.id[own]), str(some.name[own]), "" if unit[k] < 0 else str(names[unit[k]]), float(lon[k]),
                              float(lat[k]), None if np.isnan(price[own]) else float(price[own]),
                              None if hidden[row] else float(answer.near_weight[row]), float(within[row])))
    return tuple(sorted(told, key=lambda site: (-site.within, site.id)))
