"""The gap list and the capital-project list as values: what `planner.plan.gaps` makes and `planner.export` writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.i18n import t
from planner.inputs.layers import Source
from planner.measure.blind_spots import BlindSpot
from planner.targets.evaluation import Threshold
from planner.targets.pack import Limit
from planner.units import TravelProfile

Words = Mapping[str, str] | str
"""A name in both languages, or the only one there is."""

DO = ("new", "expand", "convert", "share")
PHASES = ("near", "middle", "far")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence still to be said: its key in the locale files and what fills it in.

    A parameter may be a Words, a Sentence or a number; `say` turns each into text of the language asked for.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str) -> str:
        """The sentence in one language."""
        return t(self.key, lang, **{key: _said(value, lang) for key, value in self.params.items()})


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Names of which any one will do: told as "A or B"."""

    names: tuple[Words, ...]


def _said(value: object, lang: str) -> str:
    """One parameter as text."""
    if isinstance(value, Sentence):
        return value.say(lang)
    if isinstance(value, Mapping):
        return str(value.get(lang) or next((text for text in value.values() if text), ""))
    if isinstance(value, float):
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, AnyOf):
        return t("gaps.list_or", lang).join(_said(name, lang) for name in value.names)
    if isinstance(value, (list, tuple)):
        return t("gaps.list_comma", lang).join(_said(part, lang) for part in value)
    return str(value)


def say_all(sentences: Iterable[Sentence], lang: str) -> str:
    """Several sentences, one after the other."""
    return t("gaps.list_semicolon", lang).join(sentence.say(lang) for sentence in sentences)


@dataclass(frozen=True, slots=True)
class Gap:
    """One unit that fails one target, or one target that fails as a whole (`whole`; unit_code is the city's, or "").

    value, threshold : as the evaluation has them (shares 0..1, told by `is_share`). shortfall : of `shortfall_of` ("facilities",
    "people", "minutes", "metres", "units", "share" or a column of the ledger). people_affected : persons of `group`, None where nobody
    can be pointed at. minutes : of the person in the middle of those affected, by `travel`, to the nearest facility; None where none
    can be reached. x, y : the home nearest to the people-weighted centre of those affected, in the project's CRS. rank : 1 is first.
    units_short : where a share of the units must pass, how many more are enough. without_place : facilities that count and
    stay out of distances, as nobody knows where they stand. required, present : what should stand and what stands, counted as the
    shortfall is, so that required - present = shortfall; both None where the target is no matter of so much more (minutes, a ceiling).
    cooperating : who else has a part in it. kept : what people said of the row (planner.plan.returned), by key of the column.
    """

    gap_id: str
    rank: int
    target_id: str
    plan: str
    title: Words
    clause: str
    binding: str
    layer: str
    layer_name: Words
    unit_code: str
    unit_name: str
    level: str
    unit_class: str
    value: float | None
    threshold: Threshold
    comparator: str
    is_share: bool
    shortfall: float | None
    shortfall_of: str
    people_affected: float | None
    group: str
    nearest_facility: str
    minutes: float | None
    travel: str
    action: Sentence
    project_ids: tuple[str, ...]
    responsible: Words
    deadline: str
    x: float
    y: float
    whole: bool = False
    zero: bool = False
    at_least: bool = False
    blanks: int = 0
    without_place: int = 0
    units_short: int | None = None
    required: float | None = None
    present: float | None = None
    cooperating: Words = ""
    kept: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def row_key(self) -> str:
        """What the row is about, the same from one list to the next: plan, target, level and unit. Ranks and ids follow the figures.

        A facility bears its name too: ids are each once in a layer only, and a target may ask several layers.
        """
        place = ("whole", "") if self.whole else (self.level, self.unit_code)
        return "/".join((self.plan, self.target_id, *place, *((self.unit_name,) if self.level == "facility" else ())))


@dataclass(frozen=True, slots=True)
class UnitCost:
    """One row of the project's table of unit costs: yuan for each `unit` (facility, bed, m2) of an action on a layer.

    running_cny : running subsidy a year for each unit, None where the table has none. size : usual size of a facility (beds, m2), likewise.
    """

    layer: str
    action: str
    unit: str
    cny: float
    price_year: str = ""
    source: str = ""
    certainty: str = ""
    running_cny: float | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class CapitalProject:
    """One thing to build, enlarge or convert that closes one or more gaps of one layer in one unit.

    beds, area_m2 : from the shortfalls, None where no target asks for them. beneficiaries : group -> persons. est_cost_cny : None where the
    project has no unit cost for it, with the reason in `cost_note`. lon and lat are made on export from x and y. year : of completion;
    start_year, done_year : when work would begin and end (done_year None: as `year`). whole, cooperating, kept : as of a gap. place : a
    building or plot that is known, "" for none. invest_cny : yuan by year, where a programme has settled them.
    """

    project_id: str
    name: Sentence
    layer: str
    layer_name: Words
    action: str
    unit_code: str
    unit_name: str
    level: str
    x: float
    y: float
    quantity: int
    beds: float | None
    area_m2: float | None
    beneficiaries: Mapping[str, float]
    est_cost_cny: float | None
    price_year: str
    cost_source: str
    cost_note: Sentence | None
    year: int
    phase: str
    targets: tuple[str, ...]
    gaps: tuple[str, ...]
    overlap: tuple[Sentence, ...]
    confidence: str
    confidence_why: tuple[Sentence, ...]
    responsible: Words
    priority: int
    start_year: int | None = None
    whole: bool = False
    cooperating: Words = ""
    kept: Mapping[str, str | float] = field(default_factory=dict)
    done_year: int | None = None
    place: str = ""
    invest_cny: Mapping[int, float] = field(default_factory=dict)

    @property
    def row_key(self) -> str:
        """What the row is about, the same from one list to the next: layer, level, unit, and whether something that exists is converted."""
        place = ("whole", "") if self.whole else (self.level, self.unit_code)
        return "/".join((self.layer, *place, "convert" if self.action == "convert" else "build"))

    @property
    def people(self) -> float | None:
        """Persons of the largest group served: groups overlap, so they are not added up."""
        return max(self.beneficiaries.values(), default=None)


@dataclass(frozen=True, slots=True)
class Headline:
    """The figures at the top of the list. Persons are counted once: at each demand point the largest group that any gap affects.

    people_affected_sum : the sum over the rows of the list, in which a person counts once for each target (人次).
    states : state -> number of targets. est_cost_cny : of the projects that have a cost; None where none has.
    """

    people: float
    people_affected: float
    people_beyond: float
    people_affected_sum: float
    gaps: int
    targets_failing: int
    projects: int
    projects_without_cost: int
    est_cost_cny: float | None
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TargetSpots:
    """The blind spots of one question: people of a group beyond the limits of some layers, whichever targets ask it.

    targets : their ids, with titles, clauses and states beside them. layers : of a basket all of which count. limits : minutes or metres,
    by class of unit where there are several; travels : by which times are told, name -> mode. people : of the group in the targets' scope.
    people_beyond : the sum over all blind spots, None where it is hidden; spots : by people; not_told : kept out because of small counts.
    gaps : id of a blind spot -> gaps of these targets in its units. join_m : metres along the streets up to which homes are neighbours.
    shapes : id -> what is drawn of it (planner.measure.blind_spot_shapes), of those that a list shows; nothing where none were asked for.
    """

    targets: tuple[str, ...]
    titles: tuple[Words, ...]
    clauses: tuple[str, ...]
    states: tuple[str, ...]
    layers: tuple[str, ...]
    layer_names: tuple[Words, ...]
    group: str
    limits: tuple[Limit, ...]
    travels: Mapping[str, str]
    people: float
    people_beyond: float | None
    spots: tuple[BlindSpot, ...]
    not_told: int
    gaps: Mapping[str, tuple[str, ...]]
    join_m: float
    shapes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackSource:
    """Where a pack's targets come from."""

    id: str
    title: Words
    document: str
    issuer: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the list was made from, so that any number can be traced."""

    travels: tuple[TravelProfile, ...] = ()
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    packs: tuple[PackSource, ...] = ()
    sources: tuple[Source, ...] = ()
    attributions: tuple[Mapping[str, str] | str, ...] = ()
    spread: str = ""
    costs_path: str = ""
    invented: bool = False


@dataclass(frozen=True, slots=True)
class GapList:
    """Ranked gaps, the projects that would close them, the headline, and what they were made from. Coordinates are metres in `crs`.

    blind_spots : where people live beyond reach together (planner.plan.blind_spots); None where they were not looked for.
    """

    project: str
    project_name: Words
    crs: str
    date: dt.date
    scenario: str
    packs: tuple[str, ...]
    gaps: tuple[Gap, ...]
    projects: tuple[CapitalProject, ...]
    headline: Headline
    provenance: Provenance = field(default_factory=Provenance)
    blind_spots: tuple[TargetSpots, ...] | None = None
