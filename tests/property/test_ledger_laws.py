"""Whatever a ledger holds, no row is lost: rows_in = rows_kept + rows_dropped, in every kind of file."""

import csv
import dataclasses
import io
import tempfile
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.inputs import facilities
from planner.inputs.columns import FACILITIES, match
from planner.inputs.reading import Reading
from planner.inputs.specs import FacilitySpec, FileRef
from planner.quality import QualityReport

LAW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
HEADS = ("编号", "名称", "经度", "纬度", "床位", "状态")
COLUMNS = dict(zip(("id", "name", "lon", "lat", "beds", "status"), HEADS, strict=True))
WORDS = st.one_of(
    st.sampled_from(["", " ", "约50", "1,234", "暂无", "合计", "小 计", "注：", "填表人：张三", "117.01", "39.7", "0", "在营",
                     "关闭", "编号", "名称",
                     "2023年5月", "=1+1", "\n", '"', ",", "　", "116°23′45″", "-5", "1e400", "NaN", "😀", "䶮"]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12), st.integers(-10**6, 10**6).map(str))
ROWS = st.lists(st.lists(WORDS, max_size=8), max_size=12)
TITLES = st.lists(st.lists(st.sampled_from(["台账", "", "填报单位：某局", "2025年"]), min_size=1, max_size=2), max_size=3)


def as_csv(rows: list[list[str]]) -> bytes:
    """The rows as CSV."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


def as_xlsx(rows: list[list[str]]) -> bytes:
    """The rows as a workbook; cells that look like formulas are formulas without a result."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def check(data: bytes, name: str, spec_columns: dict[str, str], *, recognise: bool) -> tuple[QualityReport, int | None]:
    """Reads the file as a facility ledger; the report, and how many rows are data."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data)
        report = QualityReport()
        reading = Reading(report)
        spec = FacilitySpec("home", FileRef(Path(folder) / name, name, "facilities.home"), spec_columns, recognise=recognise)
        if recognise:
            from planner.inputs import mapping

            spec = mapping.of_facilities(spec, reading) or dataclasses.replace(spec, recognise=False)
        raw = facilities.read_raw(spec, reading) if spec.columns else None
        if raw is not None:
            reading.keep(raw.table, raw.positions.usable)
    for issue in report.issues:
        issue.to_dict("zh")
        issue.to_dict("en")
    return report, None if raw is None else len(raw)


def laws(report: QualityReport, rows: int | None, name: str, below: list[list[str]], *, numbered: bool) -> None:
    """Nothing is lost and every dropped row has its reason."""
    record = report.record(name)
    entry = record.to_dict()
    assert entry["rows_in"] == entry["rows_kept"] + entry["rows_dropped"] and 0 <= entry["rows_kept"] <= entry["rows_in"]
    if rows is None:
        assert report.issues
        return
    told = [issue for issue in report.issues if issue.code in ("total_row_dropped", "note_row_dropped")]
    assert record.rows_in == rows + len(told)
    filled = sum(any(cell.strip() for cell in row) for row in below)
    assert record.rows_in == filled
    assert all(issue.row is not None for issue in told) or not numbered


@LAW
@given(TITLES, ROWS)
def test_no_row_of_a_csv_is_lost(titles, rows):
    report, found = check(as_csv([*titles, list(HEADS), *rows]), "a.csv", COLUMNS, recognise=False)
    laws(report, found, "a.csv", rows, numbered=True)


@settings(LAW, max_examples=40)
@given(TITLES, ROWS)
def test_no_row_of_a_workbook_is_lost(titles, rows):
    rows = [["".join(char for char in cell if char.isprintable()) for cell in row] for row in rows]
    report, found = check(as_xlsx([*titles, list(HEADS), *rows]), "a.xlsx", COLUMNS, recognise=False)
    laws(report, found, "a.xlsx", rows, numbered=True)


@settings(LAW, max_examples=40)
@given(ROWS, st.permutations(HEADS))
def test_recognised_columns_lose_no_row_either(rows, heads):
    rows = [row for row in rows if match(row, FACILITIES).columns.keys().isdisjoint({"name", "lon", "lat"})]
    report, found = check(as_csv([list(heads), *rows]), "a.csv", {}, recognise=True)
    assert found is not None
    laws(report, found, "a.csv", rows, numbered=True)
