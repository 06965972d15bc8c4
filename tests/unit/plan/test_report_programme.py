"""A programme read back from its JSON: whole, or refused with what is wrong."""

import json

import pytest

from planner.errors import InputError
from planner.i18n import error_text
from planner.plan.report_programme import read_programme

WORDS = {"zh": "因", "en": "why"}
TREE = {
    "schema": "planner.programme/1", "project": "tiny", "pack": "own", "date": "2030-12-31", "status": "optimal", "cost": 3e6,
    "budget": None,
    "targets_closed": ["reach"], "broken": [], "sentence": WORDS, "open": [{"id": "each", "why": WORDS}],
    "actions": [{"id": "a", "kind": "new", "layer": "home", "name": "", "facility": "", "unit": "B", "year": 2028, "cost": 3e6,
                 "estimate": True, "price_year": "2025", "closes": ["reach"]}],
    "years": [{"year": 2027, "spent": 3e6, "budget": None, "running": None, "opened": 0, "targets_closed": []},
              {"year": 2028, "spent": 0.0, "budget": 1.0, "running": 2.0, "opened": 1, "targets_closed": ["reach"]}],
}


def read(tmp_path, tree):
    path = tmp_path / "p.json"
    path.write_text(tree if isinstance(tree, str) else json.dumps(tree), encoding="utf-8")
    return read_programme(path, "tiny")


def test_a_programme_is_read_whole(tmp_path):
    told = read(tmp_path, TREE)
    assert (told.file, told.packs, told.cost_cny, told.closed, told.left_open[0].why["en"]) == ("p.json", ("own",), 3e6, ("reach",), "why")
    assert (told.actions[0].place, told.actions[0].year, told.actions[0].estimate) == ("B", 2028, True)
    years = [(year.spent_cny, year.budget_cny, year.running_cny, year.opened) for year in told.years]
    assert years == [(3e6, None, None, 0), (0.0, 1.0, 2.0, 1)]


@pytest.mark.parametrize(("change", "reason"), [
    ({"schema": "planner.gaps/1"}, "schema"), ({"cost": "1"}, "'1'"), ({"cost": float("nan")}, "nan"), ({"actions": [{}]}, "kind?"),
    ({"actions": [TREE["actions"][0] | {"kind": "destroy"}]}, "destroy"), ({"targets_closed": "reach"}, "reach"), ({"sentence": []}, ""),
    ({"years": 5}, "int"), ({"open": [[]]}, "")])
def test_anything_else_is_refused_with_its_reason(tmp_path, change, reason):
    with pytest.raises(InputError) as caught:
        read(tmp_path, TREE | change)
    assert caught.value.code == "report_programme_file"
    assert reason in error_text(caught.value, "zh") and "p.json" in error_text(caught.value, "en")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_text_that_is_no_programme_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="report_programme_file"):
        read(tmp_path, text)


def test_a_programme_of_another_project_is_refused_and_both_are_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, TREE | {"project": "other"})
    assert "other" in error_text(caught.value, "zh") and "tiny" in error_text(caught.value, "zh")


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(InputError, match="report_programme_file"):
        read_programme(tmp_path / "none.json", "tiny")
