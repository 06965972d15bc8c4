"""Target packs: the files in which the targets of a plan are written (docs/packs.md).

`read_pack` takes the id of a bundled pack or the path of a file; what it returns quotes the plan (figure, clause, date) and says in a
closed vocabulary how each figure is checked.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from planner.errors import PackError
from planner.targets.conditions import Condition

Number = int | float
FIRST = "starter"
"""The pack that stands first in the list, and is used where a project names none."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units a check is about: all conditions together. `columns` are conditions on columns of the boundary."""

    class_: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    columns: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return self != Scope()


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A figure as printed with its comparator: the target's own, or the test of each unit. `value_max` only with `range`."""

    comparator: str
    value: Number
    value_max: Number | None = None


@dataclass(frozen=True, slots=True)
class ScopedFigure:
    """One entry of `thresholds`: the figure of the units in its scope; `rest` is the last, for all others."""

    scope: Scope
    value: Number
    value_max: Number | None = None
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """One entry of `limits`: how far the people of the units in its scope may live from a facility."""

    scope: Scope
    minutes: float | None = None
    metres: float | None = None
    travel: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of `any_of` or `all_of`: a layer with conditions, or a column of the unit (`unit_value`)."""

    layer: str = ""
    where: tuple[Condition, ...] = ()
    of: str = ""


@dataclass(frozen=True, slots=True)
class OfWhich:
    """A nested minimum that must hold too."""

    layer: str
    where: tuple[Condition, ...]
    value: Number


@dataclass(frozen=True, slots=True)
class Check:
    """How a figure is checked. `written` is the table as the pack has it; all else is read from it, with defaults."""

    metric: str
    layers: tuple[str, ...]
    any_of: tuple[Member, ...] = ()
    all_of: tuple[Member, ...] = ()
    where: tuple[Condition, ...] = ()
    opened_in: tuple[int, int] | None = None
    stage: str = "opened"
    count_in: str = "location"
    of: str = ""
    in_: str = ""
    per: Number = 1
    group: str = ""
    travel: str = ""
    minutes: float | None = None
    metres: float | None = None
    share: float | None = None
    limits: tuple[Limit, ...] = ()
    path: str = "network"
    basket: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    from_: str = ""
    having: tuple[Condition, ...] = ()
    by: str = "city"
    scope: Scope = Scope()
    exempt: str = ""
    rollup: str = "total"
    each: PrintedFigure = PrintedFigure(">=", 1)
    thresholds: tuple[ScopedFigure, ...] = ()
    of_which: OfWhich | None = None
    baseline: dt.date | None = None
    priority: str = ""
    written: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A default for what a plan leaves open, and where it comes from. range : how far it may sensibly lie (two figures, or names)."""

    default: Any
    source: str
    range: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One target of a plan as printed, and how it is checked (`check`, None where no data can decide it).

    `plan` is the pack's id. value and value_max are the plan's figures (80, not 0.8). `deadline` is a year or a date.
    """

    plan: str
    id: str
    title: Mapping[str, str]
    clause: str
    document: str
    kind: str
    layer: str
    comparator: str = ""
    value: Number | None = None
    value_max: Number | None = None
    unit: str = ""
    deadline: int | dt.date | None = None
    binding: str = "unspecified"
    check: Check | None = None
    baseline_id: str = ""
    steps: Mapping[int, Number] = field(default_factory=dict)
    conflicts_with: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
    certainty: str = ""
    note: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def metric(self) -> str | None:
        """The metric of its check."""
        return self.check.metric if self.check else None

    @property
    def is_percent(self) -> bool:
        """Whether its figures are per cent, so that thresholds are figures / 100."""
        return self.unit.startswith("%")

    @property
    def has_figure(self) -> bool:
        """Whether there is something to compare with: a printed figure, figures by unit, a share, or the value on a base date."""
        if self.check is None:
            return self.value is not None
        if self.check.metric == "population_within":
            share = self.check.share is not None or "share" in self.parameters
            return share or (self.is_percent and self.value is not None) or bool(self.check.thresholds)
        return self.value is not None or bool(self.check.thresholds) or (self.check.baseline is not None and bool(self.comparator))

    @property
    def checkable(self) -> str:
        """What data can say of it: `computed`, `reported`, `threshold_undefined` or `recorded`."""
        if self.kind in ("baseline", "process"):
            return "recorded"
        if self.check is None:
            return "threshold_undefined" if self.kind == "target" and self.value is None else "recorded"
        if not self.has_figure:
            return "threshold_undefined"
        return "reported" if self.check.metric == "reported" else "computed"


@dataclass(frozen=True, slots=True)
class TargetPack:
    """A plan's targets. `regions` maps the name of a region to unit names or codes. `file` is the name for messages, sha256 the file's."""

    id: str
    title: Mapping[str, str]
    source: Mapping[str, Any]
    period: tuple[int, int] | None
    regions: Mapping[str, tuple[str, ...]]
    targets: tuple[Target, ...]
    file: str = ""
    sha256: str = ""


def exact(value: Number) -> Fraction:
    """A printed figure without the rounding of floating point: 0.28 is 28/100."""
    return Fraction(str(value))


def _folder() -> Traversable:
    """Where the bundled packs are."""
    return files("planner") / "targets" / "packs"


@cache
def bundled_ids() -> tuple[str, ...]:
    """Ids of the bundled packs: the starter pack, then the others by name."""
    ids = sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(ids, key=lambda name: name != FIRST))


def bundled_text(pack_id: str) -> str:
    """The text of a bundled pack, remarks and all."""
    return (_folder() / f"{pack_id}.toml").read_text(encoding="utf-8")


@cache
def _bundled(pack_id: str) -> TargetPack:
    """A bundled pack, read once."""
    from planner.targets.pack_rules import build_pack

    name = f"{pack_id}.toml"
    data = (_folder() / name).read_bytes()
    return replace(build_pack(_parse(data.decode("utf-8"), name), name), sha256=hashlib.sha256(data).hexdigest())


def in_bundled_pack(target_id: str) -> bool:
    """Whether the text of a bundled pack has a target of this id, without building the packs."""
    return any(f'"{target_id}"' in (_folder() / f"{name}.toml").read_text(encoding="utf-8") for name in bundled_ids())


def list_packs() -> tuple[TargetPack, ...]:
    """All bundled packs."""
    return tuple(_bundled(pack_id) for pack_id in bundled_ids())


def _parse(text: str, name: str) -> dict[str, Any]:
    """The TOML of a pack, or a PackError that names file and line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+), column (\d+)", str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        raise PackError("pack_toml", file=name, line=line, reason=str(error).partition(" (at ")[0]) from error


def read_pack(id_or_path: str | Path) -> TargetPack:
    """A bundled pack by its id, or the pack in a file.

    Raises PackError: there is no such pack, the file is no TOML (with its line), or it breaks the vocabulary (file, target id, key, and
    what to write instead).
    """
    from planner.targets.pack_rules import build_pack

    if str(id_or_path) in bundled_ids():
        return _bundled(str(id_or_path))
    path = Path(id_or_path)
    if not path.is_file():
        near = difflib.get_close_matches(str(id_or_path), bundled_ids(), n=1, cutoff=0.0)
        raise PackError("pack_not_found", pack=str(id_or_path), near=near[0] if near else "", packs=", ".join(bundled_ids()))
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError("pack_encoding", file=path.name) from error
    return replace(build_pack(_parse(text, path.name), path.name), sha256=hashlib.sha256(data).hexdigest())


def resolve_packs(names: Sequence[str], folder: Path | None, listed: Sequence[str] = ()) -> tuple[TargetPack, ...]:
    """The packs a command is asked for: `names`, else those of `[plan].packs` (`listed`), else the first bundled.

    A name is a bundled id, or a path relative to the working directory or to the project's folder. A path in planner.toml is relative to
    the project's folder and may not leave it.
    """
    if names:
        return tuple(read_pack(_place(name, folder)) for name in names)
    if listed:
        return tuple(read_pack(_inside(name, folder)) for name in listed)
    return (_bundled(bundled_ids()[0]),)


def _place(name: str, folder: Path | None) -> str | Path:
    """Where a pack named by a person is: an id, a file here, or a file of the project."""
    if name in bundled_ids() or Path(name).is_file() or folder is None:
        return name
    return folder / name if (folder / name).is_file() else name


def _inside(name: str, folder: Path | None) -> str | Path:
    """Where a pack named by planner.toml is: an id, or a file inside the project's folder."""
    if name in bundled_ids() or folder is None:
        return name
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise PackError("pack_outside_project")
    return path if path.is_file() else name
