"""The closed vocabulary of target packs: every key and every word that a pack file may use (docs/packs.md).

Nothing outside these lists is accepted, so that a slip of the pen is an error and never a rule that is silently left out.
"""

from __future__ import annotations

SCHEMA = "planner.pack/1"
KINDS = ("target", "baseline", "layout_rule", "project", "process")
COMPARATORS = (">", ">=", "=", "<=", "<", "range")
OPERATORS = (">=", "<=", ">", "<", "=")
"""How a condition may begin; longer ones first, so that `>=` is not read as `>`."""
BINDINGS = ("binding", "expected", "unspecified")
CERTAINTIES = ("verified", "secondary", "assumed")
STAGES = ("opened", "started", "approved")
COUNT_IN = ("location", "serves")
PATHS = ("network", "straight")
UNIT_LEVELS = ("city", "district", "township", "community", "facility")
ROLLUPS = ("total", "every", "share")
PRIORITIES = ("zero_first",)
FACILITY = "facility"

PACK_KEYS = ("schema", "id", "title", "source", "period", "regions", "target")
SOURCE_KEYS = ("document", "issuer", "year")
TARGET_KEYS = ("id", "title", "clause", "kind", "layer", "comparator", "value", "value_max", "unit", "deadline", "binding", "check",
               "baseline_id", "steps", "conflicts_with", "source", "certainty", "note", "parameters")
PARAMETERS = ("share", "minutes", "metres", "travel", "group", "layers")
"""What a plan may leave open: a pack may give defaults with their source, and planner.toml may set them."""
PARAMETER_KEYS = ("default", "source", "range")
RANGE = "range"
"""How far a parameter may sensibly lie: beside its default in a pack, or in planner.toml under `range`."""
RANGED = ("share", "minutes", "metres", "travel", "group")
SCOPE_KEYS = ("class", "name", "except", "parent", "region", "has", "contains")
"""Keys of a scope with a meaning of their own; any other key is a column of the boundary."""
EACH_KEYS = ("comparator", "value", "value_max")
THRESHOLD_KEYS = ("value", "value_max", "rest")
LIMIT_KEYS = ("minutes", "metres", "travel", "rest")
MEMBER_KEYS = ("layer", "where", "metric", "of")
OF_WHICH_KEYS = ("layer", "where", "value")

_PICKED = frozenset({"layers", "any_of", "all_of", "where", "opened_in", "stage"})
_ASKED = frozenset({"by", "scope", "exempt", "rollup", "each", "thresholds", "of_which", "baseline"})
_COUNTED = _PICKED | _ASKED | {"count_in"}

METRIC_KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "count": (frozenset(), _COUNTED),
    "sum": (frozenset({"of"}), _COUNTED),
    "rate": (frozenset(), _COUNTED | {"of", "per", "group"}),
    "ratio": (frozenset({"of", "in"}), _COUNTED | {"per"}),
    "facility_share": (frozenset({"having"}), _COUNTED),
    "population_within": (frozenset(), _PICKED | _ASKED | {"group", "travel", "minutes", "metres", "share", "limits", "path", "basket",
                                                           "weights"}),
    "minutes": (frozenset(), _PICKED | _ASKED | {"group", "travel"}),
    "separation": (frozenset({"from"}), _COUNTED),
    "load": (frozenset(), _COUNTED | {"group", "of"}),
    "unit_value": (frozenset({"of"}), _ASKED | {"any_of", "all_of"}),
    "pace": (frozenset(), _COUNTED | {"of"}),
    "reported": (frozenset(), frozenset()),
}
"""Metric -> the keys it needs, and the further keys it may have. `metric` and `priority` may always stand."""

FREE_KEYS = frozenset({"metric", "priority"})
CHECK_KEYS = tuple(sorted(FREE_KEYS.union(*(needs | may for needs, may in METRIC_KEYS.values()))))
FACILITY_METRICS = ("count", "sum", "ratio", "facility_share", "separation")
"""Metrics that can be asked of a single facility (`by = "facility"`)."""
SHARE_METRICS = ("facility_share", "population_within", "pace")
"""Metrics whose figure is a share of facilities, people or units: 0..100 as the plan prints it."""
EMPTY_MEANS = frozenset({"status", "opened", "closed", "started", "approved", "serves", "exempt"})
"""Columns whose blank cell is itself an answer: not closed, not started, serves nobody else, not exempt."""
