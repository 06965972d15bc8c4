"""Why people are beyond a facility, as one sentence for the details of a unit."""

from __future__ import annotations

from planner.i18n import t
from planner.inputs.layers import TOTAL
from planner.measure.city import City
from planner.measure.coverage import Coverage, UnitCoverage
from planner.measure.reasons import CAUSES, Reason
from planner.ui.text import group_name, metres, minutes_of, people

ONE = 0.5
"""Fewer people than this are nobody to speak of: where people are spread over homes there are parts of persons."""


def why_sentence(reason: Reason, unit: UnitCoverage, found: Coverage, city: City, lang: str) -> str:
    """How many are beyond what, the cause of most of them, what lies between, and the nearest facility; then the other causes.

    unit : as it may be published; "" where its count is hidden or nobody is beyond. Numbers of the causes are left out where small counts
    are hidden.
    """
    if not unit.people_beyond >= ONE or not reason.main:  # also where it is NaN: hidden
        return ""
    group = t("ui.why.people_total", lang) if found.group == TOTAL else t("ui.why.people_group", lang, group=group_name(found.group, lang))
    limit = metres(found.limit_m, lang)
    radius = t("ui.why.radius_metres", lang, metres=limit) if found.minutes is None else \
        t("ui.why.radius_minutes", lang, minutes=f"{found.minutes:g}")
    told = t(f"ui.why.{reason.main}", lang, people=people(unit.people_beyond, lang), group=group, radius=radius, limit=limit,
             between=t(f"ui.why.detour_{reason.barrier or 'plain'}", lang), nearest=_nearest(reason, found, city, lang))
    parts = "" if city.demand.hide_small else _parts(reason, lang)
    return " ".join(filter(None, (told.strip(), parts))) if lang == "en" else told.strip() + parts


def _nearest(reason: Reason, found: Coverage, city: City, lang: str) -> str:
    """The nearest facility, with the way of the person in the middle."""
    if not reason.facility or reason.way_m is None:
        return ""
    way = t("ui.unit.way", lang, metres=metres(reason.way_m, lang), minutes=minutes_of(reason.way_m, city.travels[found.travel], lang))
    return t("ui.why.nearest", lang, facility=reason.facility, way=way, straight=metres(reason.straight_m, lang))


def _parts(reason: Reason, lang: str) -> str:
    """The people by cause, where there is more than one."""
    there = [cause for cause in CAUSES if reason.people[cause] >= ONE]
    if len(there) < 2:
        return ""
    listed = t("ui.why.separator", lang).join(t(f"ui.why.part_{cause}", lang, people=people(reason.people[cause], lang)) for cause in there)
    return t("ui.why.parts", lang, parts=listed)
