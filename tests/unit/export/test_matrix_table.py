"""The matrix as a table: the same states and values as the evaluation's own lines."""

from __future__ import annotations

import csv
import io

from planner.export.matrix_table import matrix_csv
from planner.targets.answers import to_dict
from planner.targets.evaluate import evaluate
from planner.targets.matrix import matrix
from tests.unit.plan.conftest import build_pack, draw  # noqa: F401  the drawn city

HOMES = {"home": [{"x": 500, "id": "h1", "name": "甲", "area_m2": 300}, {"x": 700, "id": "h2", "name": "乙", "area_m2": 100}]}


def table(city, checks, names=("A", "B")):
    """Rows of the CSV by code, with the evaluation as `planner evaluate --format json` has it."""
    targets = [{"id": f"t{k}", "title": {"zh": "指标", "en": "target"}, "clause": "c", "kind": "target", "layer": "home", "unit": "things",
                "comparator": ">=", "value": 1, "check": check} for k, check in enumerate(checks)]
    pack = build_pack({"schema": "planner.pack/1", "id": "p", "title": {"zh": "包", "en": "pack"}, "source": {"document": "d"},
                       "target": targets}, "p.toml")
    found = evaluate(city, [pack], as_of=city.reference_date)
    made = matrix(city, found, "township")
    text = matrix_csv(made, range(len(made.codes)), range(len(checks)))
    return {row["code"]: row for row in csv.DictReader(io.StringIO(text))}, to_dict(found, "en")


def test_states_and_values_are_those_of_the_evaluation(draw):  # noqa: F811
    rows, told = table(draw(HOMES), [{"metric": "count", "by": "township", "rollup": "every"},
                                     {"metric": "sum", "of": "area_m2", "by": "facility", "rollup": "every"}])
    for unit in told["targets"][0]["units"]:
        row = rows[unit["code"]]
        assert (row["t0.state"], float(row["t0.value"]), row["name"]) == (unit["state"], unit["value"], unit["name"])
    assert (rows["A"]["t1.state"], rows["A"]["t1.value"], rows["A"]["t1.met"], rows["A"]["t1.asked"]) == ("met", "", "2", "2")
    assert rows["B"]["t1.state"] == ""


def test_names_that_would_be_formulas_are_neutralised(draw):  # noqa: F811
    units = {"township": [("A", "=1+1", "urban", "", 0, 2000), ("B", "乙", "rural", "", 2000, 4000)]}
    rows, _ = table(draw(HOMES, units=units), [{"metric": "count", "by": "township", "rollup": "every"}])
    assert rows["A"]["name"] == "'=1+1"
