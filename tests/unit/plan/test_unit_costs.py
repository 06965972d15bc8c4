"""The project's own cost table: what is used, what is told."""

import pytest

from planner.inputs.specs import FileRef
from planner.plan.gaplist import Sentence, UnitCost
from planner.plan.unit_costs import estimate, norm_size, read_unit_costs, running_subsidy
from planner.quality import QualityReport

TABLE = """layer,action,unit,cny,price_year,source
home,add,bed,"200,000",2025,本市
home,扩建,床位,12万,2025,本市
home,rent,bed,5,2025,
home,add,acre,5,2025,
home,add,bed,dear,2025,
,add,bed,5,2025,
home,add,bed,-5,2025,
"""


@pytest.fixture
def read(tmp_path):
    def one(text, name="costs.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        report = QualityReport()
        return read_unit_costs(FileRef(path, name, "costs"), report), report

    return one


def test_rows_that_can_be_used_and_rows_that_cannot(read):
    costs, report = read(TABLE)
    assert costs == (UnitCost("home", "new", "bed", 200_000, "2025", "本市"), UnitCost("home", "expand", "bed", 120_000, "2025", "本市"))
    assert [(issue.row, issue.column, issue.value) for issue in report.issues] == [
        (4, "action", "rent"),
        (5, "unit", "acre"),
        (6, "cny", "dear"),
        (7, "layer", ""),
        (8, "cny", "-5"),
    ]
    assert {issue.severity for issue in report.issues} == {"warning"}
    record = report.files["costs.csv"]
    assert (record.rows_in, record.rows_kept) == (7, 2)
    assert all(issue.done("zh") and issue.done("en") for issue in report.issues)


def test_rows_that_were_counted_before_stay_counted_once(tmp_path):
    path, report = tmp_path / "costs.csv", QualityReport()
    path.write_text(TABLE, encoding="utf-8")
    record = report.record("costs.csv")
    record.rows_in = record.rows_kept = 7
    for _ in range(2):
        read_unit_costs(FileRef(path, "costs.csv", "costs"), report)
    assert len(report.issues) == 5
    assert (record.rows_in, record.rows_kept) == (7, 2)


def test_a_table_without_its_columns(read):
    costs, report = read("layer,action,price\nhome,add,5\n")
    assert costs == ()
    assert [(issue.code, issue.severity, issue.column) for issue in report.issues] == [
        ("column_missing", "blocking", "unit"),
        ("column_missing", "blocking", "cny"),
    ]


def test_a_file_that_is_not_there(tmp_path):
    report = QualityReport()
    assert read_unit_costs(FileRef(tmp_path / "none.csv", "none.csv", "costs"), report) == ()
    assert [issue.code for issue in report.issues] == ["file_missing"]


BED, M2, SITE = (UnitCost("home", "new", unit, cny) for unit, cny in (("bed", 10.0), ("m2", 3.0), ("site", 500.0)))


@pytest.mark.parametrize(
    ("costs", "beds", "area", "cny"),
    [((SITE, M2, BED), 40, 100, 400), ((SITE, M2, BED), None, 100, 300), ((SITE, M2, BED), None, None, 1000), ((SITE,), 40, 100, 1000)],
)
def test_a_size_that_is_known_is_priced_before_the_site(costs, beds, area, cny):
    assert estimate(costs, "home", "new", 2, beds, area)[0] == cny


def test_no_price_is_ever_guessed():
    for costs in ((), (SITE,), (BED,)):
        do = "expand" if costs == (SITE,) else "new"
        assert isinstance(estimate(costs, "home", do, 1, None, None), Sentence)


def test_prices_in_wan_running_subsidy_and_usual_size(read):
    head = "layer,action,unit,单价（万元）,年运营补贴（元）,规模,price_year\n"
    costs, report = read(f"{head}home,add,bed,20,3600,80,2025\nhome,add,site,600,,,2025\n")
    assert report.issues == []
    assert [(cost.cny, cost.running_cny, cost.size) for cost in costs] == [(200_000, 3_600, 80), (6_000_000, None, None)]
    assert running_subsidy(costs, "home", 10, None) == 36_000
    assert running_subsidy(costs, "home", None, 500) is None
    assert (norm_size(costs, "home", "bed"), norm_size(costs, "home", "m2")) == (80, None)


def test_a_price_of_another_magnitude_is_used_and_told(read):
    costs, report = read("layer,action,unit,cny\nhome,add,bed,20\n")
    assert [cost.cny for cost in costs] == [20]
    assert [(issue.code, issue.severity, issue.row, issue.value) for issue in report.issues] == [("cost_magnitude", "warning", 2, "20")]
    assert all(issue.done("zh") and issue.done("en") for issue in report.issues)


def test_columns_are_recognised_by_their_usual_headers(read):
    costs, report = read("设施类别,建设方式,计价单位,单价（万元）,价格年份,依据\nhome,新建,床位,20,2025,本市\n")
    assert costs == (UnitCost("home", "new", "bed", 200_000, "2025", "本市"),) and not report.issues


def test_two_headers_for_one_column_are_asked(read):
    costs, report = read("layer,建设方式,措施,unit,cny\nhome,新建,新建,bed,200000\n")
    (issue,) = report.blocking
    assert costs == () and (issue.code, issue.column, issue.value) == ("column_ambiguous", "action", "建设方式, 措施")
    assert "action" in issue.done("zh") and "action" in issue.done("en")
    assert len(read("layer,action,措施,unit,cny\nhome,新建,x,bed,200000\n")[0]) == 1  # the key's own name decides
