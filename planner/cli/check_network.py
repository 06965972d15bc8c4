"""The examination of the streets as tables for people (`planner check --network`)."""

from __future__ import annotations

from planner.cli.common import as_table
from planner.i18n import t
from planner.measure.network_issues import COMPLETE_SHARE, level_said, place, way_said
from planner.measure.network_quality import NetworkQuality

SHOWN = 12
"""So many rows of each list stand in the table; JSON has them all (up to 50 of each kind)."""


def tables(found: NetworkQuality, lang: str) -> str:
    """A heading, then a table for each kind of doubt that there is."""
    head = t("check.network.title", lang, km=f"{found.length_m / 1000:,.1f}", parts=found.parts_found, crossings=f"{found.crossings:,}",
             junctions=f"{found.junctions:,}")
    blocks = [head, _completeness(found, lang)]
    if found.parts_found > 1:
        parts = [[str(part.number + 1), f"{part.length_m / 1000:,.1f}", f"{part.people:,.0f}", f"{part.facilities:,}",
                  place(part.lon, part.lat)] for part in found.parts[:SHOWN]]
        title = t("check.network.parts", lang, count=len(found.parts), shown=len(parts))
        blocks.append(_block(title, parts, ("part", "length_km", "people", "facilities", "place"), 3, lang))
    gaps = [[level_said(gap.level, lang), _plain(gap.name), _plain(gap.to_name), f"{gap.gap_m:.1f}",
             way_said(gap.way_m, gap.connected, lang), place(gap.lon, gap.lat)] for gap in found.border_gaps[:SHOWN]]
    if gaps:
        blocks.append(_block(t("check.network.borders", lang, count=found.border_gaps_found, shown=len(gaps)), gaps,
                             ("level", "unit", "other", "gap_m", "way_m", "place"), 2, lang))
    joins = [[t(f"network_kind.{join.kind}", lang), f"{join.gap_m:.1f}", way_said(join.way_m, join.connected, lang), f"{join.people:,.0f}",
              place(join.lon, join.lat)] for join in found.joins[:SHOWN]]
    if joins:
        title = t("check.network.joins", lang, count=found.joins_found, concern=found.joins_with_people, shown=len(joins))
        blocks.append(_block(title, joins, ("kind", "gap_m", "way_m", "people", "place"), 3, lang))
    return "\n".join(blocks)


def _completeness(found: NetworkQuality, lang: str) -> str:
    """Units whose people live far from streets, or that there are none."""
    roads, bar = found.completeness, f"{COMPLETE_SHARE:.0%}"
    low = [unit for unit in roads.units if unit.share is not None and unit.share < COMPLETE_SHARE]
    low.sort(key=lambda unit: unit.share or 0.0)
    if not low:
        whole = "-" if roads.total.share is None else f"{roads.total.share:.1%}"
        return t("check.network.complete", lang, bar=bar, share=whole) + "\n"
    rows = [[level_said(unit.level, lang), unit.code, _plain(unit.name), f"{unit.people:,.0f}", f"{unit.people_far:,.0f}",
             f"{unit.share or 0.0:.1%}"] for unit in low[:SHOWN]]
    return _block(t("check.network.completeness", lang, near=f"{roads.near_m:g}", bar=bar), rows,
                  ("level", "code", "unit", "people", "people_far", "share"), 3, lang)


def _plain(name: str) -> str:
    """A name of the data on one line, without signs that a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in name)


def _block(title: str, rows: list[list[str]], heads: tuple[str, ...], numbers: int, lang: str) -> str:
    """A titled table; `numbers` of its columns, before the place or at the end, stand to the right."""
    last = len(heads) - (1 if heads[-1] == "place" else 0)
    right = [last - numbers <= k < last for k in range(len(heads))]
    return f"{title}\n" + as_table(rows, [t(f"check.network.{head}", lang) for head in heads], right)
