"""Who answers for a layer: the package's table, and a project's own before it."""

from planner.plan.departments import DEPARTMENTS, read_departments
from planner.quality import QualityReport


def test_without_a_table_the_package_says(tmp_path):
    report = QualityReport("p")
    found = read_departments(tmp_path, report)
    assert found.responsible("elderly-care-home") == DEPARTMENTS.responsible("elderly-care-home") != ""
    assert "财政" in found.cooperating("elderly-care-home")["zh"]
    assert not report.issues


def test_the_projects_own_table_goes_before_it_row_by_row(tmp_path):
    table = "图层,责任单位,配合单位\nemergency-shelter,县应急局,\nnonsense,某局,=某处\n"
    (tmp_path / "departments.csv").write_text(table, encoding="utf-8-sig")
    report = QualityReport("p")
    found = read_departments(tmp_path, report)
    assert found.responsible("emergency-shelter") == "县应急局"
    assert found.cooperating("emergency-shelter") == DEPARTMENTS.cooperating("emergency-shelter")  # blank: the package's
    assert (found.responsible("nonsense"), found.cooperating("nonsense")) == ("某局", "=某处")
    (issue,) = report.issues
    assert (issue.row, issue.column, issue.value) == (3, "layer", "nonsense")
    read_departments(tmp_path, report)
    assert len(report.issues) == 1


def test_a_table_without_its_column_is_told_and_not_used(tmp_path):
    (tmp_path / "departments.csv").write_text("who,responsible\na,b\n", encoding="utf-8")
    report = QualityReport("p")
    assert read_departments(tmp_path, report) is DEPARTMENTS
    assert [issue.code for issue in report.issues] == ["column_missing"]
