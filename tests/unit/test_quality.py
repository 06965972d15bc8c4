"""The report counts rows by subtraction and refuses severities nobody knows."""

import pytest

from planner.quality import Issue, QualityReport


def test_dropped_is_always_in_less_kept() -> None:
    report = QualityReport("p")
    record = report.record("a.csv")
    record.rows_in, record.rows_kept = 52, 48
    assert report.record("a.csv") is record
    assert report.to_dict("zh")["files"][0]["rows_dropped"] == 4


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="severity"):
        Issue("file_missing", "grave", "a.csv")


def test_blocking_issues_are_told_apart() -> None:
    report = QualityReport("p")
    report.add("file_missing", "blocking", "a.csv")
    report.add("number_parsed", "info", "a.csv", row=3, column="beds", value="约50", params={"number": 50})
    assert [issue.code for issue in report.blocking] == ["file_missing"]
