"""How results are called and what they stand on, in words: for pages, papers and drawn maps alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from planner.i18n import has, pick, t
from planner.measure.city import City
from planner.plan.gaps import INVENTED
from planner.targets.catalogue import layer_info
from planner.units import TravelProfile

CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")


def level_name(level: str, lang: str, labels: Mapping[str, Mapping[str, str] | str] | None = None) -> str:
    """The name of a level: the project's own label, else ours, else the level's own word."""
    own = pick((labels or {}).get(level) or "", lang)
    return own or (t(f"ui.level.{level}", lang) if has(f"ui.level.{level}", lang) else level)


def group_name(group: str, lang: str) -> str:
    """The name of a group of people, else its column's own word."""
    return t(f"ui.group.{group}", lang) if has(f"ui.group.{group}", lang) else group


def population_name(group: str, kind: str, lang: str) -> str:
    """A group of people with the population that it is part of (planner.inputs.columns.KINDS), where the project says which."""
    name = group_name(group, lang)
    return name if not kind else t("ui.group_of", lang, group=name, kind=t(f"check.columns.kind_{kind}", lang))


def travel_title(travel: TravelProfile, lang: str) -> str:
    """The name of a travel, else the project's own word for it."""
    return t(f"ui.travel.{travel.name}", lang) if has(f"ui.travel.{travel.name}", lang) else travel.name


def travel_name(travel: TravelProfile, lang: str) -> str:
    """A travel with its stated speed."""
    return t("ui.travel_speed", lang, name=travel_title(travel, lang), speed=f"{travel.metres_per_minute:g}")


def layer_name(slug: str, lang: str) -> str:
    """The catalogue's name of a layer."""
    return pick(layer_info(slug).name, lang) or slug


def data_days(city: City, layer: str) -> dict[str, str]:
    """The day that each input of a layer's coverage speaks for ("" where unstated): population, facilities."""
    return {"population": city.demand.source.date, "facilities": city.layer(layer).source.date}


def source_parts(city: City, layer: str, lang: str) -> list[str]:
    """The inputs with their days, and whom to name for the streets, as phrases."""
    days, unstated = data_days(city, layer), t("ui.footer.unstated", lang)
    parts = [t("ui.footer.population", lang, day=days["population"] or unstated, count=f"{len(city.demand):,}"),
             t("ui.footer.facilities", lang, layer=layer_name(layer, lang), day=days["facilities"] or unstated)]
    return [*parts, t("ui.footer.streets", lang, source=pick(city.streets.attribution, lang) or city.streets.shown)]


def source_line(city: City, layer: str, lang: str) -> str:
    """Sources with their days, whom to name for the streets, and the coordinate system."""
    return t("ui.footer.semicolon", lang).join([*source_parts(city, layer, lang), t("ui.map.crs", lang, crs=city.crs)])


def is_invented(city: City) -> bool:
    """Whether the project says in its own name that its data are made up."""
    names = [city.name] if isinstance(city.name, str) else list(city.name.values())
    return any(word in name.lower() for name in names for word in INVENTED)
