"""The examination of a network as issues of the data-quality report (docs/quality.md, section 5)."""

from __future__ import annotations

from planner.i18n import t
from planner.inputs.specs import LEVELS
from planner.measure.network_quality import NetworkQuality
from planner.network.breaks import TOUCH_M
from planner.quality import QualityReport

COMPLETE_SHARE = 0.9
"""A township with fewer of its people by a street than this is told: one in ten then starts from a place that the file does not know."""

OUTSIDE_SHARE = 0.01
"""So many people on streets cut off from the others are worth a warning: they count as reaching nothing."""


def tell(found: NetworkQuality, report: QualityReport, file: str) -> None:
    """Adds what a person should look at to the report, about the street file `file`. Lists stand in the examination itself."""
    _tell_rim(found, report, file)
    _tell_parts(found, report, file)
    _tell_borders(found, report, file)
    _tell_joins(found, report, file)
    if found.crossings > found.junctions:
        report.add("streets_uncut", "warning", file, value=str(found.crossings), params={"junctions": found.junctions})
    _tell_completeness(found, report, file)


def place(lon: float, lat: float) -> str:
    """A place as people type it into a map: longitude, latitude."""
    return f"{lon:.6f}, {lat:.6f}"


def way_said(way_m: float | None, connected: bool, lang: str) -> str:
    """Metres along the streets, or that there is no way, or none as far as was looked."""
    if way_m is not None:
        return f"{way_m:,.0f}"
    return t("check.network.beyond" if connected else "check.network.not_connected", lang)


def level_said(level: str, lang: str) -> str:
    """A level's name; of a named division, the name it has in planner.toml."""
    return t(f"ui.level.{level}", lang) if level in LEVELS else level


def _tell_rim(found: NetworkQuality, report: QualityReport, file: str) -> None:
    """Streets that stop where the boundary does."""
    if found.rim.is_cut:
        report.add("streets_end_at_boundary", "warning", file, value=str(found.rim.ends_at_outline),
                   params={"km": f"{found.rim.width_m / 1000:g}"})


def _tell_parts(found: NetworkQuality, report: QualityReport, file: str) -> None:
    """People and facilities on parts that are cut off."""
    if found.parts_found < 2:
        return
    share = found.people_outside / found.people if found.people > 0 else 0.0
    severity = "warning" if share > OUTSIDE_SHARE or found.facilities_outside else "info"
    report.add("network_parts", severity, file, value=str(found.parts_found),
               params={"people": f"{found.people_outside:,.0f}", "people_share": f"{share:.1%}", "facilities": found.facilities_outside,
                       "street_share": f"{found.length_outside_m / found.length_m:.1%}"})


def _tell_borders(found: NetworkQuality, report: QualityReport, file: str) -> None:
    """Borders at which the streets were cut, each; single ends at other borders in one line."""
    cut = [border for border in found.borders if border.is_cut]
    for border in cut:
        report.add("border_gap", "warning", file, name=border.name, value=str(border.gaps),
                   params={"other": border.to_name, "joined": border.joined})
    others = sum(border.gaps for border in found.borders if not border.is_cut)
    if others:
        report.add("border_gap", "info", file, sentence="border_gap_single", value=str(others))


def _tell_joins(found: NetworkQuality, report: QualityReport, file: str) -> None:
    """Suspected joins that concern anybody, the gravest by its place; a warning where streets all but touch."""
    concern = [join for join in found.joins if join.people > 0]
    if not concern:
        return
    touching = [join for join in concern if join.gap_m <= TOUCH_M and join.kind != "crossing"]
    first = (touching or concern)[0]
    report.add("join_suspected", "warning" if touching else "info", file, value=place(first.lon, first.lat),
               sentence="join_touching" if touching else "join_suspected",
               params={"count": found.joins_with_people, "touching": len(touching), "gap": f"{first.gap_m:.1f}",
                       "way": "—" if first.way_m is None else f"{first.way_m:,.0f}", "people": f"{first.people:,.0f}",
                       "limit": f"{found.far_m:,.0f}"})


def _tell_completeness(found: NetworkQuality, report: QualityReport, file: str) -> None:
    """Townships (or the finest units, where there are none) whose people live far from any street."""
    roads = found.completeness
    levels = [unit.level for unit in roads.units]
    level = "township" if "township" in levels else levels[-1] if levels else ""
    for unit in roads.units:
        if unit.level == level and unit.share is not None and unit.share < COMPLETE_SHARE:
            report.add("roads_incomplete", "warning", file, name=unit.name, value=unit.code,
                       params={"people": f"{unit.people_far:,.0f}", "share": f"{unit.share:.1%}", "near": f"{roads.near_m:g}"})
    if roads.along_streets:
        report.add("roads_untested", "info", file)
