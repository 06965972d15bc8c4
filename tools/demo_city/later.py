"""People of later years: factors of districts, and planned housing. All invented."""

from __future__ import annotations

from typing import Any

from .facilities import _degrees
from .units import Units

FACTORS = {  # class of a district -> group -> factors of the years; today is 2025
    "urban": {"total": (1.02, 1.03), "age_60_plus": (1.24, 1.44), "age_65_plus": (1.27, 1.52), "age_80_plus": (1.31, 1.75),
              "under_18": (0.93, 0.86)},
    "suburban": {"total": (1.04, 1.07), "age_60_plus": (1.20, 1.38), "age_65_plus": (1.23, 1.45), "age_80_plus": (1.28, 1.66),
                 "under_18": (0.96, 0.91)},
    "rural": {"total": (0.96, 0.91), "age_60_plus": (1.13, 1.22), "age_65_plus": (1.18, 1.31), "age_80_plus": (1.22, 1.52),
              "under_18": (0.86, 0.74)},
}
YEARS = (2030, 2035)
GROUPS = {"total": "常住人口", "age_60_plus": "60岁及以上", "age_65_plus": "65岁及以上", "age_80_plus": "80岁及以上",
          "under_18": "18岁以下"}
ESTATES = [("云溪新城一期", 97, 2400, "2027-10-31"), ("云溪新城二期", 97, 1800, "2032-06-30"), ("北站片区安置房", 29, 1500, "2028-12-31"),
           ("柳泉城南小区", 131, 900, "2029-06-30")]
"""Name, number of the community it is built in, households, handover."""


def growth_rows(units: Units) -> list[dict[str, Any]]:
    """Factors of each district, group and year."""
    return [
        {"code": unit.code, "name": unit.name, "group": words, "year": year, "factor": FACTORS[unit.cls][group][k],
         "source": "示范数据，虚构 / invented for the demonstration"}
        for unit in units.district for group, words in GROUPS.items() for k, year in enumerate(YEARS)
    ]


def estate_rows(units: Units) -> list[dict[str, Any]]:
    """Planned housing with its households and handover."""
    rows = []
    for number, (name, community, households, handover) in enumerate(ESTATES, start=1):
        unit = units.community[community]
        at = unit.polygon.representative_point()
        lon, lat = _degrees((at.x + 40.0 * number, at.y - 25.0 * number))
        rows.append({"id": f"GH{number:02d}", "name": name, "community": unit.name, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
                     "households": households, "handover": handover})
    return rows
