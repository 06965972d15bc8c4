import pytest

from planner.plan.config import Config, join, split
from planner.quality import QualityReport


@pytest.fixture
def config(tmp_path):
    folder = tmp_path / "项目"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (folder / "in.csv").write_text("a")
    return Config(folder, QualityReport())


def load(config, text):
    data = text if isinstance(text, bytes) else text.encode()
    (config.folder / "planner.toml").write_bytes(data)
    config.load(config.folder / "planner.toml")
    return config


def said(config):
    return [(issue.code, issue.row, issue.column) for issue in config.report.issues]


@pytest.mark.parametrize("given", ["../secret.csv", "/etc/passwd", "a/../../secret.csv", "C:\\x.csv", "..\\secret.csv",
                                   "\\\\host\\share\\x.csv",
                                   "~/x.csv", "c:x.csv", "link/secret.csv", "in.csv/../../secret.csv"])
def test_paths_that_leave_the_folder(config, given):
    (config.folder / "link").symlink_to(config.folder.parent)
    assert config.inside(given) is None
    assert config.file({"path": given}, "streets") is None
    assert [(issue.code, issue.file) for issue in config.report.issues] == [("path_outside_project", given.replace("\\", "/"))]


@pytest.mark.parametrize("given", ["in.csv", "./in.csv", "a/../in.csv", "data\\in.csv", "none.csv", "y" * 5000, "..x.csv"])
def test_paths_inside(config, given):
    ref = config.file({"path": given}, "streets")
    assert ref is not None and ref.shown == given.replace("\\", "/") and not config.report.issues
    assert list(config.report.files) == [ref.shown]


def test_a_syntax_error_has_its_line(config):
    load(config, '[project]\nid = "x"\ncrs = "EPSG:4547\nname = "y"\n')
    assert said(config) == [("config_invalid", 3, None)] and not config.sound


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf[project]\nid = 'x'\n", b'[project]\nid = "x"\r\n'])
def test_marks_and_line_ends_are_no_fault(config, data):
    assert load(config, data).tree["project"]["id"] == "x" and not config.report.issues


def test_gbk_is_read_and_told(config):
    assert load(config, '[project]\nname = "样例城区"\n'.encode("gbk")).tree["project"]["name"] == "样例城区"
    assert [issue.code for issue in config.report.issues] == ["encoding_guessed"]


def test_bytes_that_are_no_text(config):
    load(config, b"\xff\x00\x81" * 50)
    assert said(config) == [("config_invalid", None, None)]


def test_lines_of_dotted_keys(config):
    load(config, '# c\n[facilities.home]\npath = "a"\ncolumns = { id = "编号" }\n\n[reported."T-1"]\nvalue = 3\n[plan]\npacks = []\n')
    lines = {key: config.line(key) for key in ("facilities.home", "facilities.home.path", "facilities.home.columns.id",
                                               'reported."T-1".value',
                                               "plan.packs", "none.such")}
    assert lines == {"facilities.home": 2, "facilities.home.path": 3, "facilities.home.columns.id": 4, 'reported."T-1".value': 7,
                     "plan.packs": 9, "none.such": None}


def test_unknown_keys_warn_with_a_guess(config):
    load(config, "[population]\nspraed = 1\nzzz = 2\n")
    config.unknown(config.tree["population"], ("spread", "path"), "population")
    assert [(issue.code, issue.severity, issue.row, issue.column, issue.params["close"]) for issue in config.report.issues] == [
        ("config_key_unknown", "warning", 2, "population.spraed", "spread"), ("config_key_unknown", "warning", 3, "population.zzz", "")]


@pytest.mark.parametrize(("getter", "table", "value"), [
    ("words", {"k": "x"}, "x"), ("day", {"k": "2025-06-30"}, "2025-06-30"), ("day", {}, ""), ("names", {"k": {"zh": "甲"}}, {"zh": "甲"}),
    ("names", {"k": "甲"}, "甲")])
def test_values(config, getter, table, value):
    assert getattr(config, getter)(table, "k", "s") == value and not config.report.issues


@pytest.mark.parametrize(("getter", "table"), [
    ("words", {"k": 1}), ("words", {"k": " "}), ("words", {"k": "a\0"}), ("day", {"k": "2025-13-01"}), ("day", {"k": 5}),
    ("names", {"k": {"zh": 1}}), ("number", {"k": True}), ("number", {"k": -1}), ("number", {"k": float("nan")}), ("number", {"k": "5"}),
    ("number", {}), ("columns", {"columns": []}),
    ("columns", {"columns": {"a": 1}}), ("columns", {})])
def test_values_of_the_wrong_type(config, getter, table):
    if getter == "columns":
        assert config.columns(table, "s") is None
    else:
        assert not getattr(config, getter)(table, "k", "s")
    assert [(issue.code, issue.severity) for issue in config.report.issues] == [("config_invalid", "blocking")]


def test_dotted_keys():
    assert split('a."b.c".d') == ["a", "b.c", "d"] and join("", "a") == "a" and join("a", "b") == "a.b"
