"""From the `check` table of a target to a Check: which keys a metric needs and may have, and what each must hold."""

from __future__ import annotations

import difflib

from planner.inputs.layers import STATUSES
from planner.targets.conditions import Condition, parse_condition
from planner.targets.pack import Check, Limit, Member, OfWhich, PrintedFigure, Scope, ScopedFigure
from planner.targets.table import Table
from planner.targets.vocabulary import (
    CHECK_KEYS,
    COMPARATORS,
    COUNT_IN,
    EACH_KEYS,
    FACILITY,
    FACILITY_METRICS,
    FREE_KEYS,
    LIMIT_KEYS,
    MEMBER_KEYS,
    METRIC_KEYS,
    OF_WHICH_KEYS,
    PATHS,
    PRIORITIES,
    ROLLUPS,
    SCOPE_KEYS,
    STAGES,
    THRESHOLD_KEYS,
    UNIT_LEVELS,
)

EXCLUDE = (("any_of", "all_of"), ("minutes", "metres"), ("limits", "minutes"), ("limits", "metres"), ("limits", "travel"),
           ("baseline", "thresholds"))
"""Keys of which only one may stand."""


def read_check(table: Table, layer: str, comparator: str, has_period: bool) -> Check:
    """A check. `comparator` is the target's; `has_period` tells whether the pack states the plan's years."""
    table.only(CHECK_KEYS)
    table.need("metric")
    metric = table.word("metric", tuple(METRIC_KEYS))
    needs, may = METRIC_KEYS[metric]
    table.need(*sorted(needs))
    for key in table.values:
        if key not in needs | may | FREE_KEYS:
            raise table.fault("key_not_here", key, metric=metric, allowed=", ".join(sorted(needs | may)))
    rollup, by = table.word("rollup", ROLLUPS, "total"), table.word("by", UNIT_LEVELS, "city")
    each_table = table.table("each")
    of_which_table = table.table("of_which")
    check = Check(
        metric, table.words("layers") or (layer,), _members(table, "any_of"), _members(table, "all_of"), _conditions(table, "where"),
        table.years("opened_in"), table.word("stage", STAGES, "opened"), table.word("count_in", COUNT_IN, "location"), table.text("of"),
        table.text("in"), table.positive("per") or 1, table.text("group"), table.text("travel"), table.positive("minutes"),
        table.positive("metres"), _share(table), _limits(table), table.word("path", PATHS, "network"), table.words("basket"),
        _weights(table),
        table.text("from"), _conditions(table, "having"), by, _scope(table), table.text("exempt"), rollup,
        _each(each_table) if each_table else PrintedFigure(">=", 1), _thresholds(table),
        _of_which(of_which_table, layer) if of_which_table else None, table.date("baseline"), table.word("priority", PRIORITIES),
        dict(table.values))
    _together(table, check, comparator, has_period)
    return check


def _together(table: Table, check: Check, comparator: str, has_period: bool) -> None:
    """Keys that exclude or need each other."""
    for one, other in EXCLUDE:
        if one in table and other in table:
            raise table.fault("keys_exclude", other, other=one)
    if "each" in table and check.rollup != "share" and check.metric != "pace":
        raise table.fault("only_with_rollup", "each", rollup="share")
    if "thresholds" in table and check.rollup == "total":
        raise table.fault("only_with_rollup", "thresholds", rollup="every, share")
    if ("thresholds" in table or "baseline" in table) and not comparator:
        raise table.fault("comparator_needed", "thresholds" if "thresholds" in table else "baseline")
    judged_by = check.each.comparator if check.rollup == "share" else comparator
    for entry in check.thresholds:
        if (judged_by == "range") != (entry.value_max is not None):
            raise table.fault("only_with_range" if entry.value_max is not None else "key_missing", "thresholds.value_max")
    if check.by == FACILITY and (check.metric not in FACILITY_METRICS or check.any_of or check.all_of or check.count_in == "serves"):
        raise table.fault("not_of_facilities", "by", metric=check.metric, allowed=", ".join(FACILITY_METRICS))
    if check.by == FACILITY and (check.scope.has or check.scope.contains):
        raise table.fault("not_of_facilities", "scope", metric="has, contains", allowed="class, name, except, parent, region")
    if check.metric == "pace" and not has_period:
        raise table.fault("period_needed", "metric")
    if check.metric == "pace" and check.by == "city":
        raise table.fault("wants_word", "by", value="city", near="township", allowed=", ".join(UNIT_LEVELS[1:4]))
    if check.metric == "load" and check.of not in ("", "km2"):
        raise table.fault("wants_word", "of", value=check.of, near="km2", allowed="km2")
    if check.metric == "load" and comparator in (">", ">="):
        raise table.fault("ceiling_needed", "metric")
    if check.path == "straight" and (check.minutes is not None or any(limit.minutes is not None for limit in check.limits)):
        raise table.fault("straight_in_metres", "path")
    if check.weights and len(check.weights) != len(check.basket):
        raise table.fault("weights_length", "weights", weights=len(check.weights), basket=len(check.basket))


def _share(table: Table) -> float | None:
    """A share in 0..1."""
    share = table.number("share")
    if share is not None and not 0 <= share <= 1:
        raise table.fault("wants_share", "share", value=share)
    return share


def _weights(table: Table) -> tuple[float, ...]:
    """Weights of the basket: numbers of 0 or more, not all 0."""
    weights = table.values.get("weights")
    if weights is None:
        return ()
    numbers = isinstance(weights, list) and all(isinstance(w, (int, float)) and not isinstance(w, bool) and 0 <= w < 1e12 for w in weights)
    if not numbers or not sum(weights):
        raise table.fault("wants_weights", "weights", value=weights)
    return tuple(float(w) for w in weights)


def _conditions(table: Table, key: str) -> tuple[Condition, ...]:
    """Conditions on columns."""
    conditions = table.table(key)
    if conditions is None:
        return ()
    return tuple(_condition(conditions, column) for column in conditions.values)


def _condition(table: Table, column: str) -> Condition:
    """One condition; on `status` it names status words."""
    written = table.values[column]
    condition = parse_condition(column, written)
    if condition is None:
        raise table.fault("wants_condition", column, value=written)
    if column == "status":
        if condition.operator:
            raise table.fault("wants_word", column, value=written, near="operating", allowed=", ".join(STATUSES))
        for word in condition.values:
            if word not in STATUSES:
                near = difflib.get_close_matches(str(word), STATUSES, n=1, cutoff=0.0)
                raise table.fault("wants_word", column, value=word, near=near[0] if near else "", allowed=", ".join(STATUSES))
    return condition


def _scope_of(table: Table, own: tuple[str, ...] = ()) -> Scope:
    """The scope keys of a table, without the keys of its `own`."""
    named = {key: table.words(key) for key in SCOPE_KEYS if key in table}
    columns = tuple(_condition(table, key) for key in table.values if key not in SCOPE_KEYS and key not in own)
    return Scope(named.get("class", ()), named.get("name", ()), named.get("except", ()), named.get("parent", ()), named.get("region", ()),
                 named.get("has", ()), named.get("contains", ()), columns)


def _scope(table: Table) -> Scope:
    """The `scope` table."""
    scope = table.table("scope")
    return _scope_of(scope) if scope else Scope()


def _members(table: Table, key: str) -> tuple[Member, ...]:
    """The members of `any_of` or `all_of`."""
    found = []
    for member in table.tables(key):
        member.only(MEMBER_KEYS)
        if "metric" in member or "of" in member:
            member.need("metric", "of")
            member.word("metric", ("unit_value",))
            for other in ("layer", "where"):
                if other in member:
                    raise member.fault("keys_exclude", other, other="metric")
            found.append(Member(of=member.text("of")))
        else:
            member.need("layer")
            found.append(Member(member.text("layer"), _conditions(member, "where")))
    return tuple(found)


def _rest_last(tables: list[Table]) -> None:
    """The last entry, and only the last, says `rest = true`."""
    for k, entry in enumerate(tables):
        rest = entry.values.get("rest", False)
        if not isinstance(rest, bool) or rest != (k == len(tables) - 1):
            raise entry.fault("rest_last", "rest")


def _limits(table: Table) -> tuple[Limit, ...]:
    """The entries of `limits`."""
    tables = table.tables("limits")
    _rest_last(tables)
    found = []
    for entry in tables:
        if ("minutes" in entry) == ("metres" in entry):
            raise entry.fault("minutes_or_metres", "minutes")
        rest = bool(entry.values.get("rest", False))
        found.append(Limit(Scope() if rest else _scope_of(entry, LIMIT_KEYS), entry.positive("minutes"), entry.positive("metres"),
                           entry.text("travel"), rest))
    return tuple(found)


def _thresholds(table: Table) -> tuple[ScopedFigure, ...]:
    """The entries of `thresholds`."""
    tables = table.tables("thresholds")
    _rest_last(tables)
    found = []
    for entry in tables:
        entry.need("value")
        value, value_max = entry.number("value"), entry.number("value_max")
        if value is None:
            raise entry.fault("key_missing", "value")
        if value_max is not None and value_max < value:
            raise entry.fault("range_upside_down", "value_max", value=value, value_max=value_max)
        rest = bool(entry.values.get("rest", False))
        found.append(ScopedFigure(Scope() if rest else _scope_of(entry, THRESHOLD_KEYS), value, value_max, rest))
    return tuple(found)


def _each(table: Table) -> PrintedFigure:
    """The test of each unit."""
    table.only(EACH_KEYS)
    value, value_max = table.number("value"), table.number("value_max")
    comparator = table.word("comparator", COMPARATORS, ">=")
    if value is None:
        raise table.fault("key_missing", "value")
    if (comparator == "range") != (value_max is not None):
        raise table.fault("only_with_range" if value_max is not None else "key_missing", "value_max")
    if value_max is not None and value_max < value:
        raise table.fault("range_upside_down", "value_max", value=value, value_max=value_max)
    return PrintedFigure(comparator, value, value_max)


def _of_which(table: Table, layer: str) -> OfWhich:
    """The nested minimum."""
    table.only(OF_WHICH_KEYS)
    value = table.number("value")
    if value is None:
        raise table.fault("key_missing", "value")
    return OfWhich(table.text("layer", layer), _conditions(table, "where"), value)
