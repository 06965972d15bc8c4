import zipfile

import openpyxl
import pytest

from planner.inputs.formulas import unsaved_formulas
from planner.inputs.reading import Reading
from planner.inputs.tables import read_workbook
from planner.quality import QualityReport


def workbook(path, rows, title="台账"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)


def saved(path, old, new):
    """Changes the sheet's XML, as a spreadsheet program would write it."""
    with zipfile.ZipFile(path) as box:
        parts = {name: box.read(name) for name in box.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<v></v>", b"<v />")  # openpyxl writes the one with lxml, the other without
    assert old in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(old, new)
    with zipfile.ZipFile(path, "w") as box:
        for name, data in parts.items():
            box.writestr(name, data)


def test_formulas_without_results_are_found(tmp_path):
    workbook(tmp_path / "a.xlsx", [["名称", "床位", "面积"], ["甲", "=1+1", 3], ["乙", 5, "=B3*2"], ["=A2", None, None]])
    assert unsaved_formulas(tmp_path / "a.xlsx") == {"台账": frozenset({(2, 1), (3, 2), (4, 0)})}
    (sheet,) = read_workbook(tmp_path / "a.xlsx").sheets
    assert [row for row, _ in sheet.rows] == [1, 2, 3, 4]
    assert sheet.rows[1][1] == ["甲", None, 3] and sheet.rows[3][1] == [None]


def test_saved_results_are_results(tmp_path):
    workbook(tmp_path / "a.xlsx", [["床位"], ["=1+1"], ["=A2"]])
    saved(tmp_path / "a.xlsx", b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    saved(tmp_path / "a.xlsx", b'<c r="A3"><f>A2</f><v />', b'<c r="A3" t="str"><f>A2</f><v></v>')
    assert unsaved_formulas(tmp_path / "a.xlsx") == {}
    assert read_workbook(tmp_path / "a.xlsx").sheets[0].rows[1] == (2, [2])


def test_a_workbook_without_formulas(tmp_path):
    workbook(tmp_path / "a.xlsx", [["名称"], ["甲"]])
    assert unsaved_formulas(tmp_path / "a.xlsx") == {}


@pytest.mark.parametrize(("count", "issues"), [(3, 3), (40, 1)])
def test_they_are_told_with_their_rows(tmp_path, town, count, issues):
    workbook(town.folder / "a.xlsx", [["名称", "床位"], *([f"院{k}", f"={k}+1"] for k in range(count)), ["合计", "=SUM(B2:B4)"]])
    reading = Reading(QualityReport())
    table = reading.table(town.ref("a.xlsx"), ["名称", "床位"], role="facilities.home", keys=["名称"])
    told = [issue for issue in reading.report.issues if issue.code == "formula_without_value"]
    assert len(table) == count and len(told) == issues and {issue.column for issue in told} == {"床位"}
    assert {issue.severity for issue in told} == {"warning"}
    assert [issue.row for issue in told] == ([2, 3, 4] if issues == 3 else [None])
    if issues == 1:
        assert "2-41" in told[0].done("zh")
