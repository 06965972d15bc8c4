"""Columns that only some plans ask for, each drawn from a stream of its own so that no other figure moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from .catalogue import Layer
from .geometry import rng_for
from .units import Units

Row = dict[str, Any]
TERMS = (("short", 2.0), ("medium", 3.0), ("long", 4.5))
"""How long a fixed shelter may be lived in, with the square metres for each person that its places were counted by."""


def add_columns(layer: Layer, rows: list[Row], units: Units) -> None:
    """Fills the further columns of a layer, row by row; layers without any stay as they are."""
    rng = rng_for(f"ledger columns {layer.slug}")
    fill = {
        "elderly-care-institution": _homes,
        "district-public-nursing-home": _public_homes,
        "township-elderly-home": _public_homes,
        "rural-welfare-centre": _public_homes,
        "psychiatric-welfare-institution": _psychiatric,
        "rescue-management-station": _rescue,
        "relief-warehouse": _warehouses,
        "emergency-shelter": _shelters,
        "public-cemetery": _graves,
        "columbarium": _graves,
        "commercial-cemetery": _graves,
        "funeral-home": _funeral_homes,
        "marriage-registry": _registries,
        "residential-estate": _estates,
        "community-workforce": _workforce,
        "social-organisation": _organisations,
        "social-work-organisation": _registered,
    }.get(layer.slug)
    if fill:
        for number, row in enumerate(rows):
            fill(row, number, rng)
    if layer.slug in ("psychological-service-centre", "home-care-service"):
        _serve_own_township(rows, units, rng)
    if layer.slug == "child-protection-institution":
        _serve_other_districts(rows, units)


def _yes(rng: np.random.Generator, share: float) -> str:
    return "yes" if rng.random() < share else "no"


def _homes(row: Row, number: int, rng: np.random.Generator) -> None:
    row["medical"] = _yes(rng, 0.86)
    row["land_m2"] = round(row["beds"] * float(rng.uniform(16, 46)))


def _public_homes(row: Row, number: int, rng: np.random.Generator) -> None:
    """Destitute residents who cannot look after themselves."""
    row["destitute_unable"] = round(row["residents"] * float(rng.uniform(0.12, 0.3)))


def _psychiatric(row: Row, number: int, rng: np.random.Generator) -> None:
    row["approved_beds"] = row["beds"] + 10 * int(rng.integers(0, 4))


def _rescue(row: Row, number: int, rng: np.random.Generator) -> None:
    row["tenure"] = "district" if number == 0 else "leased"


def _warehouses(row: Row, number: int, rng: np.random.Generator) -> None:
    row["approved"] = f"{int(row['opened'][:4]) - 2}-03-15"


def _shelters(row: Row, number: int, rng: np.random.Generator) -> None:
    """The area that people can really use, and for how long a fixed shelter is meant."""
    row["effective_area_m2"] = round(row["capacity"] * float(rng.uniform(2.05, 3.4)))
    if row["level"] == "fixed":
        each = row["effective_area_m2"] / row["capacity"]
        row["term"] = next((term for term, least in reversed(TERMS) if each >= least * 0.97), "short")
    else:
        row["term"] = "emergency"


def _graves(row: Row, number: int, rng: np.random.Generator) -> None:
    row["remaining"] = round(row["capacity"] * float(rng.uniform(0.1, 0.7)))


def _funeral_homes(row: Row, number: int, rng: np.random.Generator) -> None:
    """Whether it was moved, and whether it was extended, in the years of the plan."""
    row["relocated"], row["extended"] = "no", "yes" if number < 2 else "no"


def _registries(row: Row, number: int, rng: np.random.Generator) -> None:
    row["online_booking"], row["counselling_room"] = "yes", _yes(rng, 0.8)


def _estates(row: Row, number: int, rng: np.random.Generator) -> None:
    row["community_area_m2"] = round(float(rng.uniform(180, 900)) if row["built"] >= 2014 else float(rng.uniform(0, 420)))


def _workforce(row: Row, number: int, rng: np.random.Generator) -> None:
    row["social_workers"], row["certified_members"] = int(rng.integers(0, 4)), int(rng.integers(0, 3))


def _organisations(row: Row, number: int, rng: np.random.Generator) -> None:
    row["grade"] = str(rng.choice(["3A", "4A", "none", "none", "none"]))
    row["field"] = str(rng.choice(["elderly", "children", "community", "charity"]))


def _registered(row: Row, number: int, rng: np.random.Generator) -> None:
    row["registered"] = _yes(rng, 0.8)


def _serve_own_township(rows: list[Row], units: Units, rng: np.random.Generator) -> None:
    """Codes of the communities served from one place: most of those of its township."""
    for row in rows:
        town = next(u for u in units.township if u.name == row["township"])
        own = [u.code for u in units.community if u.parent == town.code]
        row["serves"] = ";".join(code for code in own if rng.random() < 0.9)


def _serve_other_districts(rows: list[Row], units: Units) -> None:
    """The first institution in operation also serves all other districts and counties."""
    town = {u.name: u.parent for u in units.township}
    for row in [row for row in rows if row["status"] == "operating"][:1]:
        row["serves"] = ";".join(u.code for u in units.district if u.code != town[row["township"]])
