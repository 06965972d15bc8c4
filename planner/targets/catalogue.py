"""The layer catalogue: what each kind of facility is called, whom it is for, who answers for it, and how it is judged by default.

The data stand in `layers.toml`. A default is a way of opening the map, with its source and how sure it is; it is never a plan's figure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from planner.inputs.layers import TOTAL

KINDS = ("population_within", "count_per_unit", "count", "none")


@dataclass(frozen=True, slots=True)
class DefaultCheck:
    """How a layer is judged by default.

    kind : `population_within` (people within minutes or metres by `travel`), `count_per_unit` (`at_least` in each unit of `level`), `count`
    (how many), or `none` (no default that anyone could defend).
    """

    kind: str = "none"
    travel: str = ""
    minutes: float | None = None
    metres: float | None = None
    level: str = ""
    at_least: int | None = None

    @property
    def by_distance(self) -> bool:
        """Whether people are counted within a distance; else places are counted."""
        return self.kind == "population_within"


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One layer. name, group_name, department, source : {zh, en}. icon : one Chinese character; shape : of its mark on the map.

    people : the population group that it serves. level : the units that it belongs to. certainty : `verified`, `secondary` or `assumed`, of
    the default. known : False where the catalogue does not have the slug.
    """

    slug: str
    name: Mapping[str, str]
    group: str
    group_name: Mapping[str, str]
    icon: str
    shape: str
    people: str
    level: str
    check: DefaultCheck
    department: Mapping[str, str]
    source: Mapping[str, str]
    certainty: str
    known: bool = True


@cache
def _file() -> dict[str, Any]:
    """The catalogue as it is written."""
    return tomllib.loads((files("planner") / "targets" / "layers.toml").read_text(encoding="utf-8"))


@cache
def layer_info(slug: str) -> LayerInfo:
    """What the catalogue says of a layer. A slug that it does not have is called by itself and has no default check."""
    written = _file()["layer"].get(slug)
    if written is None:
        group = _file()["group"]["other"]
        nobody = {"zh": "", "en": ""}
        return LayerInfo(slug, {"zh": slug, "en": slug}, "other", group["name"], slug[:1].upper(), group["shape"], TOTAL, "",
                         DefaultCheck(), nobody, nobody, "assumed", known=False)
    group, basis = _file()["group"][written["group"]], _file()["basis"][written["basis"]]
    department = _file()["department"][written["department"]]["name"]
    return LayerInfo(slug, written["name"], written["group"], group["name"], written["icon"], group["shape"], written["people"],
                     written["level"], DefaultCheck(**written["check"]), department, basis["source"], basis["certainty"])


def known_layers() -> tuple[str, ...]:
    """All slugs of the catalogue, in its order: by field, the commonest first."""
    return tuple(_file()["layer"])
