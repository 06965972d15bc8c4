"""From the tables of a pack file to a TargetPack: every key and value is held against the closed vocabulary.

The first fault found is raised as a PackError that names file, target id and key, and says what to write instead.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from planner.errors import PackError
from planner.targets.check_rules import read_check
from planner.targets.pack import Number, Parameter, Target, TargetPack
from planner.targets.table import Table
from planner.targets.vocabulary import (
    BINDINGS,
    CERTAINTIES,
    COMPARATORS,
    KINDS,
    PACK_KEYS,
    PARAMETER_KEYS,
    PARAMETERS,
    RANGE,
    RANGED,
    SCHEMA,
    SHARE_METRICS,
    SOURCE_KEYS,
    TARGET_KEYS,
)


def build_pack(written: Mapping[str, Any], file: str) -> TargetPack:
    """A pack from its parsed TOML. Raises PackError at the first fault."""
    top = Table(written, file, "")
    top.only(PACK_KEYS)
    top.need("schema", "id", "title", "source", "target")
    if written["schema"] != SCHEMA:
        raise top.fault("wants_word", "schema", value=written["schema"], near=SCHEMA, allowed=SCHEMA)
    pack_id, title, period = top.text("id"), _title(top), top.years("period")
    source = _source(top)
    regions_table = top.table("regions")
    regions = {name: regions_table.words(name) for name in regions_table.values} if regions_table else {}
    targets: list[Target] = []
    known: set[str] = set()
    for number, table in enumerate(top.tables("target"), start=1):
        name = table.values.get("id")
        one = Table(table.values, file, name if isinstance(name, str) and name else f"#{number}")
        target = _target(one, pack_id, source, period is not None)
        if target.id in known:
            raise one.fault("id_twice", "id")
        known.add(target.id)
        targets.append(target)
    _references(targets, known, file)
    return TargetPack(pack_id, title, source, period, regions, tuple(targets), file)


def _title(table: Table) -> dict[str, str]:
    """A title in Chinese and in English."""
    names = table.table("title")
    if names is None:
        raise table.fault("key_missing", "title")
    names.only(("zh", "en"))
    names.need("zh", "en")
    return {"zh": names.text("zh"), "en": names.text("en")}


def _source(table: Table) -> dict[str, Any]:
    """Where the plan is printed: a table with `document`, or the document alone."""
    if isinstance(table.values.get("source"), str):
        return {"document": table.text("source")}
    source = table.table("source")
    if source is None:
        return {}
    source.only(SOURCE_KEYS)
    if "document" not in source:
        raise table.fault("source_document", "source")
    found: dict[str, Any] = {"document": source.text("document")}
    if "issuer" in source:
        found["issuer"] = source.text("issuer")
    if "year" in source:
        found["year"] = source.number("year")
    return found


def _target(table: Table, pack_id: str, pack_source: Mapping[str, Any], has_period: bool) -> Target:
    """One target."""
    table.only(TARGET_KEYS)
    table.need("id", "title", "clause", "kind", "layer")
    source = _source(table) or dict(pack_source)
    comparator, value, value_max, unit = table.word("comparator", COMPARATORS), table.number("value"), table.number("value_max"), ""
    if "unit" in table:
        unit = table.text("unit")
    if value is not None and not comparator:
        raise table.fault("key_missing", "comparator")
    _range(table, comparator, value, value_max)
    steps_table = table.table("steps")
    parameters = _parameters(table)
    layer = table.text("layer")
    check_table = table.table("check")
    check = read_check(check_table, layer, comparator, has_period) if check_table else None
    target = Target(
        pack_id, table.text("id"), _title(table), table.text("clause"), str(source["document"]), table.word("kind", KINDS), layer,
        comparator, value, value_max, unit, _deadline(table), table.word("binding", BINDINGS, "unspecified"), check,
        table.text("baseline_id"), _steps(steps_table) if steps_table else {}, table.words("conflicts_with"), source,
        table.word("certainty", CERTAINTIES), table.text("note"), parameters)
    if check and target.is_percent and (check.rollup == "share" or check.metric in SHARE_METRICS):
        for key, figure in (("value", value), ("value_max", value_max)):
            if figure is not None and not 0 <= figure <= 100:
                raise table.fault("share_range", key, value=figure)
    return target


def _range(table: Table, comparator: str, value: Number | None, value_max: Number | None) -> None:
    """`value_max` belongs to `range`, and is not below `value`."""
    if comparator == "range" and value is not None and value_max is None:
        raise table.fault("key_missing", "value_max")
    if value_max is None:
        return
    if comparator != "range":
        raise table.fault("only_with_range", "value_max")
    if value is None:
        raise table.fault("key_missing", "value")
    if value_max < value:
        raise table.fault("range_upside_down", "value_max", value=value, value_max=value_max)


def _deadline(table: Table) -> int | dt.date | None:
    """A year or a date."""
    value = table.values.get("deadline")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200):
        return value
    if isinstance(value, int):
        raise table.fault("wants_date", "deadline", value=value)
    return table.date("deadline")


def _steps(table: Table) -> dict[int, Number]:
    """Figures by year."""
    found: dict[int, Number] = {}
    for year in table.values:
        if not (year.isdigit() and len(year) == 4):
            raise table.fault("wants_years", year, value=year)
        number = table.number(year)
        if number is not None:
            found[int(year)] = number
    return found


def _parameters(table: Table) -> dict[str, Parameter]:
    """Defaults for what the plan leaves open, each with its source."""
    parameters = table.table("parameters")
    if parameters is None:
        return {}
    parameters.only(PARAMETERS)
    found: dict[str, Parameter] = {}
    for key in parameters.values:
        one = parameters.table(key)
        if one is None:
            continue
        one.only(PARAMETER_KEYS)
        one.need("default", "source")
        found[key] = Parameter(parameter_value(one, key, "default"), one.text("source"), parameter_range(one, key, RANGE))
    return found


def parameter_range(table: Table, parameter: str, key: str) -> tuple[Any, ...]:
    """How far a parameter may lie: two figures, the smaller first, or for a travel or a group some names. Raises PackError."""
    if key not in table:
        return ()
    if parameter not in RANGED:
        raise table.fault("wants_word", key, value=parameter, near=RANGED[0], allowed=", ".join(RANGED))
    if parameter in ("travel", "group"):
        return table.words(key)
    ends = table.values[key]
    if not isinstance(ends, list) or len(ends) != 2:
        raise table.fault("wants_range", key, value=ends)
    low, high = (parameter_value(Table({key: end}, table.file, table.target, table.path), parameter, key) for end in ends)
    if low > high:
        raise table.fault("wants_range", key, value=ends)
    return float(low), float(high)


def parameter_value(table: Table, parameter: str, key: str) -> Any:
    """The value of a parameter, of the type that it needs. Raises PackError."""
    if parameter in ("travel", "group"):
        return table.text(key)
    if parameter == "layers":
        return table.words(key)
    number = table.positive(key)
    if parameter == "share" and number is not None and number > 1:
        raise table.fault("wants_share", key, value=number)
    return number


def _references(targets: Iterable[Target], known: set[str], file: str) -> None:
    """`baseline_id` and `conflicts_with` name targets of this pack."""
    for target in targets:
        for key, names in (("baseline_id", (target.baseline_id,) if target.baseline_id else ()), ("conflicts_with", target.conflicts_with)):
            for name in names:
                if name not in known:
                    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)
                    raise PackError("pack_wants_word", file=file, target=target.id, place=key, value=name, near=near[0] if near else "",
                                    allowed=f"{len(known)} ids")
