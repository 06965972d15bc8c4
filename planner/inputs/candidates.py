"""Ledgers of places where a facility could be: idle premises, plots, street land. Read as facility ledgers are, faults and all.

A row that stands is a place to choose from, not a facility: it serves nobody and counts in no unit.
"""

from __future__ import annotations

import numpy as np

from planner.inputs.facilities import RawFacilities
from planner.inputs.layers import FacilityLayer, TextArray
from planner.inputs.specs import CandidateSpec, FacilitySpec

SECTION = "candidates."
"""A ledger of candidates is known by its section, so that it is never taken for a facility layer of the same name."""


def ledger_spec(spec: CandidateSpec) -> FacilitySpec:
    """`[candidates.NAME]` as the ledger that the reader of facilities reads: placed where it lies, its own columns kept.

    Without `columns` they are looked for among the headers, as for facilities.
    """
    return FacilitySpec(SECTION + spec.name, spec.file, spec.columns, crs=spec.crs, count_by="located", sheet=spec.sheet,
                        recognise=not spec.columns)


def is_candidates(raw: RawFacilities) -> bool:
    """Whether a ledger is one of candidates."""
    return raw.spec.slug.startswith(SECTION)


def text_of(layer: FacilityLayer, column: str) -> TextArray:
    """(J,) a text column of a ledger, "" where it has none (or where the column holds numbers: a number is no word)."""
    if column not in layer.frame or layer.frame[column].dtype != object:
        return np.full(len(layer), "", dtype=object)
    found: TextArray = layer.frame[column].to_numpy(dtype=object)
    return found
