import tomllib

import pytest

from planner.errors import InputError
from planner.plan.toml_edit import as_toml, edit_project, set_section, set_value

TEXT = """# 头 / head
[project]
id = "a"   # mine

[facilities.home]
path = "a.csv"   # 台账
# columns = { old = "x" }
crs = "auto" # asked

# ---- next ----
[facilities."odd name"]
path = "b.csv"
"""


def test_a_value_is_put_at_the_end_of_its_table():
    edited = set_value(TEXT, ["facilities", "home"], "columns", {"name": "名称", "odd key": 'a"b'})
    assert edited == TEXT.replace('crs = "auto" # asked\n', 'crs = "auto" # asked\ncolumns = { name = "名称", "odd key" = "a\\"b" }\n')


def test_a_value_is_replaced_and_its_remark_stays():
    assert set_value(TEXT, ["facilities", "home"], "crs", "gcj02") == TEXT.replace('crs = "auto" # asked', 'crs = "gcj02" # asked')
    assert set_value(TEXT, ["project"], "id", "b # c") == TEXT.replace('id = "a"   # mine', 'id = "b # c"   # mine')


def test_a_quoted_table_and_windows_lines():
    edited = set_value(TEXT.replace("\n", "\r\n"), ["facilities", "odd name"], "recognise", True)
    assert edited == (TEXT + "recognise = true\n").replace("\n", "\r\n")


def test_an_array_over_several_lines_is_replaced_whole():
    text = '[plan]\npacks = [\n  "a", # one\n  "b",\n]\nx = 1\n'
    assert tomllib.loads(set_value(text, ["plan"], "packs", "c")) == {"plan": {"packs": "c", "x": 1}}


@pytest.mark.parametrize("text", [
    'facilities.home.path = "a.csv"\n', '[facilities]\nhome = { path = "a.csv" }\n', "[facilities.home]\ncolumns.id = 'x'\n",
    "[facilities.home]\n[facilities.home.columns]\nid = 'x'\n", 'a = """\n[facilities.home]\n"""\n', "[facilities.home\n"])
def test_what_cannot_be_changed_safely_is_refused(text):
    with pytest.raises(InputError) as caught:
        set_value(text, ["facilities", "home"], "columns", {"id": "编号"})
    assert caught.value.code == "edit_not_safe"


def test_the_file_keeps_its_mark_and_mode(tmp_path):
    path = tmp_path / "planner.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    path.chmod(0o640)
    edit_project(tmp_path, ["facilities", "home"], "crs", "bd09")
    assert path.read_bytes() == b"\xef\xbb\xbf" + TEXT.replace('"auto"', '"bd09"').encode()
    assert path.stat().st_mode & 0o777 == 0o640 and [found.name for found in tmp_path.iterdir()] == ["planner.toml"]


def test_a_file_that_is_not_utf8_is_left(tmp_path):
    (tmp_path / "planner.toml").write_bytes(TEXT.encode("gb18030"))
    with pytest.raises(InputError):
        edit_project(tmp_path, ["facilities", "home"], "crs", "bd09")
    assert (tmp_path / "planner.toml").read_bytes() == TEXT.encode("gb18030")


def test_values_as_toml_read_back():
    value = {"a": "换行\n\t\x7f\"\\", "二": ""}
    assert tomllib.loads(f"x = {as_toml(value)}") == {"x": value} and as_toml({}) == "{}"


def test_a_table_is_replaced_put_at_the_end_or_taken_out():
    replaced = set_section(TEXT, ["facilities", "home"], {"path": "n.csv", "recognise": True, "limit": 2.5})
    assert replaced == TEXT.replace('path = "a.csv"   # 台账\n# columns = { old = "x" }\ncrs = "auto" # asked\n',
                                    'path = "n.csv"\nrecognise = true\nlimit = 2.5\n')
    added = set_section(TEXT, ["travel", "walk"], {"mode": "walk"})
    assert added == TEXT + '\n[travel.walk]\nmode = "walk"\n'
    gone = set_section(TEXT, ["facilities", "odd name"], None)
    assert tomllib.loads(gone)["facilities"] == {"home": {"path": "a.csv", "crs": "auto"}} and "# ---- next ----" in gone
    assert set_section(TEXT, ["costs"], None) == TEXT


def test_a_table_with_tables_of_its_own_is_left_alone():
    with pytest.raises(InputError, match="edit_not_safe"):
        set_section(TEXT + '[facilities.home.entrances]\npath = "e.csv"\n', ["facilities", "home"], {"path": "n.csv"})
