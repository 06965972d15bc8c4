"""The issue list: original row numbers, nothing that runs, open columns, equal bytes."""

import io

import openpyxl
import pytest

from planner.export.issue_list import ISSUE_KEYS, issue_book, ordered
from planner.quality import QualityReport


def made(*rows):
    report = QualityReport(project="town")
    for path in ("b.csv", "a.xlsx"):
        report.record(path).rows_in = 3
    for code, severity, file, row, value in rows:
        report.add(code, severity, file, row=row, value=value, column="床位", name="=HYPERLINK(1)", params={"there": "床位数"})
    return report


@pytest.fixture
def report():
    return made(("value_missing", "info", "a.xlsx", 7, "/"), ("column_missing", "blocking", "a.xlsx", None, "x"),
                ("value_missing", "info", "b.csv", 12, "@cmd"), ("value_missing", "info", "b.csv", 4, "暂无"))


def test_they_come_file_by_file_gravest_first_then_by_row(report):
    assert [(issue.file, issue.severity, issue.row) for issue in ordered(report)] == [
        ("b.csv", "info", 4), ("b.csv", "info", 12), ("a.xlsx", "blocking", None), ("a.xlsx", "info", 7)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sheet_keeps_rows_and_leaves_room_for_answers(report, lang):
    report.issues = [issue for issue in report.issues if issue.code != "column_missing"]
    book = openpyxl.load_workbook(io.BytesIO(issue_book(report, lang)))
    sheet, files = book.worksheets
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    at = {key: k for k, key in enumerate(ISSUE_KEYS)}
    assert [row[at["row"]] for row in cells] == [4, 12, 7]
    assert [row[at["file"]] for row in cells] == ["b.csv", "b.csv", "a.xlsx"]
    assert all(row[at[key]] is None for row in cells for key in ("answer", "corrected", "remark"))
    assert cells[1][at["value"]] == "'@cmd" and cells[0][at["name"]] == "'=HYPERLINK(1)"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert sheet.freeze_panes == "B5" and sheet.auto_filter.ref == "A4:M7"
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["J5:J7"]
    infos = {row[0].value: row[8].value for row in files.iter_rows(min_row=5)}
    assert infos == {"b.csv": 2, "a.xlsx": 1}


def test_equal_reports_give_equal_bytes(report):
    assert issue_book(report, "zh") == issue_book(report, "zh")


def test_a_clean_report_says_so():
    book = openpyxl.load_workbook(io.BytesIO(issue_book(made(), "en")))
    assert book.worksheets[0]["A5"].value == "Nothing to complain of."
