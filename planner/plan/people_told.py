"""What the people of a later year rest on, in words, and where such a year cannot be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.errors import InputError
from planner.i18n import has, t

if TYPE_CHECKING:
    from planner.measure.city import City, PeopleOf


def refuse_small(city: City) -> None:
    """Raises InputError where small counts are hidden: with the growth stated, a count of one year would tell that of the other."""
    if city.demand.hide_small:
        raise InputError("growth_small_counts")


def told(people: PeopleOf, base: PeopleOf, lang: str) -> list[str]:
    """What the people of the year rest on, and what to know of them."""
    how = t("gaps.list_comma", lang).join(
        t("growth.cli.group", lang, group=_group(key, lang), how="+".join(t(f"growth.how.{word}", lang) for word in words.split("+")))
        for key, words in people.how.items() if words != "as_today")
    first = t("growth.cli.used", lang, year=people.year, base=base.year, how=how or t("growth.how.as_today", lang))
    if people.housing:
        first += t("growth.cli.housing", lang, people=f"{people.housing:,.0f}")
    still = [_group(key, lang) for key, words in people.how.items() if words == "as_today"]
    rest = [t("growth.how.unchanged", lang, groups=t("gaps.list_comma", lang).join(still))] if how and still else []
    return [first, *rest, *(t(key, lang, **_named(params, lang)) for key, params in people.notes)]


def _group(group: str, lang: str) -> str:
    """A population group as people say it."""
    return t(f"gaps.column.{group}", lang) if has(f"gaps.column.{group}", lang) else group


def _named(params: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What fills a note in, groups by their names."""
    found = dict(params)
    if "group" in found:
        found["group"] = _group(found["group"], lang)
    for key in ("groups", "units", "ids"):
        if key in found:
            found[key] = t("gaps.list_comma", lang).join(_group(one, lang) if key == "groups" else one for one in found[key])
    return found
