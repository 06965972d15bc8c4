"""Which facilities exist: the layers of `layers.toml`, each with the rule that places it and the figures it has."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Layer:
    """How a layer is laid out. `rule`: community, township, district, city or estate."""

    slug: str
    file: str
    title: tuple[str, str]
    rule: str
    name: str
    urban: float = 0.0  # share of urban communities (or number a unit, for district and city)
    rural: float = 0.0  # share of villages
    kinds: tuple[str, ...] = ()  # kinds of township, empty = all
    figures: dict[str, tuple[float, float]] = field(default_factory=dict)
    follows_supply: bool = True
    central: float = 0.5
    public: float = 1.0  # share in public hands
    fixed: tuple[tuple[float, float], ...] = ()  # places of the plan, where the hand-drawn plan knows them
    late: bool = False  # laid out after the idle premises, so that what came before keeps its place


def _read() -> tuple[Layer, ...]:
    """The layers in the order of the file."""

    def frozen(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: frozen(v) for key, v in value.items()}
        return tuple(frozen(v) for v in value) if isinstance(value, list) else value

    tables = tomllib.loads((Path(__file__).parent / "layers.toml").read_text(encoding="utf-8"))["layer"]
    return tuple(Layer(**frozen(table)) for table in tables)


LAYERS = _read()
FILES = tuple(dict.fromkeys(layer.file for layer in LAYERS))
COLUMNS = [
    "layer",
    "id",
    "name",
    "address",
    "township",
    "community",
    "lon",
    "lat",
    "status",
    "opened",
    "closed",
    "started",
    "owner",
    "area_m2",
    "beds",
    "nursing_beds",
    "reserve_beds",
    "residents",
    "capacity",
    "staff",
    "comprehensive",
    "stars",
    "serves",
    "level",
    "volunteer_station",
    "patients_served",
    "windows",
    "built",
    "households",
    "exempt",
    "grade",
    "approved",
    "tenure",
    "approved_beds",
    "destitute_unable",
    "land_m2",
    "effective_area_m2",
    "term",
    "remaining",
    "community_area_m2",
    "medical",
    "online_booking",
    "counselling_room",
    "relocated",
    "extended",
    "registered",
    "field",
    "social_workers",
    "certified_members",
]
