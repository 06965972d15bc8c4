"""Action files: what is read, and that each fault names file, action, key, value and what to do, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.i18n import error_text
from planner.inputs.facilities import DATE_KEYS
from planner.plan.scenario import Action, action_dict
from planner.plan.scenario_actions import RESERVED, actions_of, as_toml, parse_actions, read_actions

GOOD = """
[[action]]
do = "close"
layer = "station"
id = "S3"
[[action]]
do = "add"
layer = "centre"
id = 9
name = "石门新照料中心"
lon = 117.0597
lat = 39.7571
status = "在营"
opened = 2025-01-01
beds = 55
cost_cny = 3e6
year = 2027
[[action]]
do = "merge"
layer = "home"
ids = ["A", "B"]
id = "A"
[[action]]
do = "add_path"
line = [[117.0, 39.0], [117.1, 39.1]]
"""


def test_actions_are_read_as_written() -> None:
    close, add, merge, path = actions_of(GOOD.encode("utf-8-sig"), "a.toml")
    assert close == Action("close", "station", "S3")
    assert add == Action("add", "centre", "9", {"name": "石门新照料中心", "status": "operating", "opened": "2025-01-01", "beds": 55.0},
                         117.0597, 39.7571, "", {"cost_cny": 3e6, "year": 2027})
    assert merge == Action("merge", "home", "A", details={"ids": ["A", "B"]})
    assert path.details == {"line": [[117.0, 39.0], [117.1, 39.1]]}


ADD = 'do = "add"\nlayer = "a"\nid = "1"\nlon = 117.0\nlat = 39.0\n'
FAULTS = {
    "do": ('do = "clos"', "actions_do", "do", "clos"),
    "no do": ('layer = "a"', "actions_do", "do", ""),
    "missing": ('do = "close"\nlayer = "a"', "actions_key_missing", "id", ""),
    "unknown": ('do = "close"\nlayer = "a"\nid = "1"\nbeds = 3', "actions_key_unknown", "beds", "3"),
    "ours": (ADD + "x = 3", "actions_key_unknown", "x", "3"),
    "placed": (ADD + 'unit_township = "T1"', "actions_key_unknown", "unit_township", "T1"),
    "nothing": ('do = "expand"\nlayer = "a"\nid = "1"', "actions_nothing_set", "do", "expand"),
    "text": ('do = "close"\nlayer = " "\nid = "1"', "actions_wants_text", "layer", " "),
    "negative": ('do = "expand"\nlayer = "a"\nid = "1"\nbeds = -3', "actions_wants_number", "beds", "-3"),
    "no number": ('do = "expand"\nlayer = "a"\nid = "1"\nbeds = "3"', "actions_wants_number", "beds", "3"),
    "not finite": (ADD + "beds = nan", "actions_wants_number", "beds", "nan"),
    "status": (ADD + 'status = "open"', "actions_wants_status", "status", "open"),
    "day": (ADD + 'opened = "2025"', "actions_wants_day", "opened", "2025"),
    "value": (ADD + "beds = [1]", "actions_wants_value", "beds", "[1]"),
    "degrees": (ADD.replace("117.0", "217.0"), "actions_wants_degrees", "lon", "217.0"),
    "year": (ADD + "year = 27", "actions_wants_year", "year", "27"),
    "cost": (ADD + 'cost_cny = "3万"', "actions_wants_number", "cost_cny", "3万"),
    "ids": ('do = "merge"\nlayer = "a"\nids = []\nid = "1"', "actions_wants_texts", "ids", "[]"),
    "modes": ('do = "close_path"\nlon = 1\nlat = 1\nmodes = ["fly"]', "actions_wants_modes", "modes", "['fly']"),
    "line": ('do = "bridge"\nline = [[1, 2]]', "actions_wants_line", "line", "[[1, 2]]"),
    "parts": ('do = "split_unit"\nlevel = "township"\nid = "T"\nline = [[1, 2], [2, 3]]\nparts = []', "actions_wants_parts", "parts", "[]"),
    "part": ('do = "split_unit"\nlevel = "township"\nid = "T"\nline = [[1, 2], [2, 3]]\nparts = [{ code = "a" }, { code = "b" }]',
             "actions_key_missing", "parts.name", ""),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(name: str, tmp_path: Path) -> None:
    text, code, key, value = FAULTS[name]
    file = tmp_path / "acts.toml"
    file.write_text('[[action]]\ndo = "close"\nlayer = "a"\nid = "1"\n\n[[action]]\n' + text + "\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_actions(file)
    assert raised.value.code == code
    assert (raised.value.params["file"], raised.value.params["number"], raised.value.params["place"]) == ("acts.toml", 2, key)
    for lang in ("zh", "en"):
        said = error_text(raised.value, lang)
        assert "acts.toml" in said
        assert "2" in said
        assert value in said
        assert "\n" not in said


@pytest.mark.parametrize(("text", "code"), [("", "actions_none"), ("action = 3", "actions_table"), ("[[actions]]\n", "actions_table"),
                                            ("do = ", "actions_toml")])
def test_files_that_are_no_action_files(text: str, code: str, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_actions(file)
    assert raised.value.code == code
    assert "a.toml" in error_text(raised.value, "zh")


def test_a_file_that_is_not_there_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_actions(tmp_path / "none.toml")
    assert raised.value.code == "actions_file"
    with pytest.raises(InputError) as raised:
        actions_of("名".encode("gbk"), "a.toml")
    assert raised.value.code == "actions_utf8"


TAKEN = frozenset(("do", "layer", "id", "lon", "lat", "cost_cny", "year", "status", *DATE_KEYS, *RESERVED))
KEYS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda key: key not in TAKEN and not key.startswith(("in_", "unit_")))
VALUES = st.dictionaries(KEYS, st.one_of(st.text(st.characters(codec="utf-8")), st.booleans(), st.floats(0, 1e300)), max_size=4)
PARTS = [{"code": "a", "name": "甲", "lon": 1.0, "lat": 2.0}, {"code": "b", "name": 'b"\\', "lon": 1.5, "lat": 2.0, "class": "urban"}]


@given(VALUES, st.floats(-180, 180), st.floats(-90, 90))
def test_what_is_written_is_read_back(values: dict[str, str | bool | float], lon: float, lat: float) -> None:
    actions = (Action("add", "a", "1", values, lon, lat, "", {"cost_cny": 12.5}),
               Action("split_unit", "", "T", details={"level": "township", "line": [[1.0, 2.0], [2.0, 3.5]], "parts": PARTS}))
    assert actions_of(as_toml(actions, "名").encode(), "x") == actions
    assert parse_actions([action_dict(action) for action in actions], "x") == actions
