"""packs, evaluate and coverage on a project of two townships along one street."""

import csv
import datetime as dt
import io
import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.small_project import STREETS, WALK, as_written, feature, layer, rectangle, same, toml, write_project

LON, LAT = 117.0, 40.0
STEP = 0.01  # of longitude, 853.9 m at this latitude
TOML = toml(STREETS | WALK | {
    "project": {"id": "two", "name": {"zh": "两镇", "en": "Two towns"}, "crs": "EPSG:32650", "reference_date": dt.date(2025, 12, 31)},
    "boundaries.township": {"path": "townships.geojson", "code": "code", "name": "name", "class": "class"},
    "population": {"path": "population.csv", "columns": same("lon", "lat", "total"), "spread": "points", "date": dt.date(2020, 11, 1)},
    "facilities.home": {"path": "homes.csv", "crs": "EPSG:4326", "columns": same("id", "name", "lon", "lat", "beds")},
    "plan": {"packs": ["own.toml"]}})
PACK = """
schema = "planner.pack/1"
id = "own"
title = { zh = "本地规划", en = "Own plan" }
source = { document = "plan.txt" }
[[target]]
id = "beds"
title = { zh = "每镇床位", en = "Beds in each town" }
clause = "第一条"
kind = "target"
layer = "home"
comparator = ">="
value = 50
unit = "beds"
check = { metric = "sum", of = "beds", by = "township", rollup = "every" }
[[target]]
id = "near"
title = { zh = "步行可达", en = "Within a walk" }
clause = "第二条"
kind = "target"
layer = "home"
comparator = ">="
value = 60
unit = "% of people"
check = { metric = "population_within", minutes = 5, travel = "walk", by = "township" }
[[target]]
id = "talk"
title = { zh = "机制", en = "A process" }
clause = "第三条"
kind = "process"
layer = "home"
"""


def _town(k, **about):
    """The k-th town: two steps wide, its people at a quarter of it."""
    return feature("Polygon", rectangle(LON + (2 * k - 0.5) * STEP, LAT - STEP, 2 * STEP, 2 * STEP, as_written), **about)


@pytest.fixture
def project(tmp_path):
    """Town T1 has a home with 60 beds at its people's door; T2 one with 20 beds, 854 m from them."""
    return write_project(tmp_path, TOML, {
        "own.toml": PACK,
        "townships.geojson": layer(_town(0, code="T1", name="=一镇", **{"class": "urban"}),
                                   _town(1, code="T2", name="二镇", **{"class": "rural"})),
        "streets.geojson": layer(feature("LineString", [[LON - 0.004, LAT], [LON + 0.034, LAT]])),
        "population.csv": f"lon,lat,total\n{LON},{LAT},100\n{LON + 2 * STEP},{LAT},300\n",
        "homes.csv": f"id,name,lon,lat,beds\nh1,甲院,{LON},{LAT},60\nh2,乙院,{LON + 3 * STEP},{LAT},20\n"})


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(*words):
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_packs_are_listed_and_one_is_shown(project):
    assert answer("packs")[0]["id"] == "starter"
    one = answer("packs", project / "own.toml")
    assert (one["schema"], one["id"], [target["checkable"] for target in one["targets"]]) == (
        "planner.pack/1",
        "own",
        ["computed", "computed", "recorded"],
    )
    assert one["targets"][0] | {"certainty": None} == {
        "id": "beds",
        "kind": "target",
        "layer": "home",
        "clause": "第一条",
        "document": "plan.txt",
        "title": {"zh": "每镇床位", "en": "Beds in each town"},
        "metric": "sum",
        "comparator": ">=",
        "value": 50,
        "value_max": None,
        "unit": "beds",
        "deadline": None,
        "binding": "unspecified",
        "checkable": "computed",
        "certainty": None,
    }
    assert "≥ 60 % of people" in run("packs", project / "own.toml", "--lang", "en").stdout
    rows = list(csv.DictReader(io.StringIO(run("packs", project / "own.toml", "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == ["beds", "near", "talk"] and rows[1]["value"] == "60"


def test_a_pack_that_is_not_there(project):
    done = run("packs", "satrter")
    assert done.exit_code == 1 and done.stdout == "" and "starter" in done.stderr and len(done.stderr.splitlines()) == 1


def test_evaluate_prints_the_packs_of_the_project(project):
    found = answer("evaluate", project, "--as-of", "2025-12-31")
    beds, near, talk = found["targets"]
    assert (found["pack"], beds["state"], beds["value"], beds["shortfall"], beds["action"]) == (
        "own",
        "not_met",
        20,
        30,
        {"amount": 30, "of": "beds"},
    )
    assert (near["state"], near["value"], near["shortfall"]) == ("not_met", 0.25, pytest.approx(140)) and talk["state"] == "recorded"
    assert {source["path"] for source in near["inputs"]} == {"homes.csv", "population.csv", "streets.geojson", "townships.geojson"}


def test_a_gap_may_fail_the_run(project):
    assert run("evaluate", project).exit_code == 0
    done = run("evaluate", project, "--fail-on-gap", "--lang", "en")
    assert done.exit_code == 3 and "2 targets are not met" in done.stderr and "✗ not met" in done.stdout
    assert run("evaluate", project, "--fail-on-gap", "--quiet").stderr == ""


def test_the_table_speaks_both_languages(project):
    chinese, english = (run("evaluate", project, "--as-of", "2025-12-31", "--lang", lang).stdout for lang in ("zh", "en"))
    assert "✗ 未达标" in chinese and "每镇床位" in chinese and "30 床" in chinese and "25.0%" in chinese and "140 人" in chinese
    assert "✗ not met" in english and "Beds in each town" in english and "· recorded 1" in english


def test_csv_has_a_row_for_each_target_and_unit(project):
    rows = list(csv.DictReader(io.StringIO(run("evaluate", project, "--format", "csv").stdout)))
    assert [(row["id"], row["unit_code"]) for row in rows] == [
        ("beds", ""),
        ("beds", "T1"),
        ("beds", "T2"),
        ("near", ""),
        ("near", "T1"),
        ("near", "T2"),
        ("talk", ""),
    ]
    assert rows[1]["unit_name"] == "'=一镇" and (rows[2]["state"], rows[2]["shortfall"]) == ("not_met", "30.0")


def test_one_target_explained(project):
    text = run("evaluate", project, "--explain", "near", "--lang", "en").stdout
    for word in ("Within a walk", "第二条", "population_within", "25.0%", "T2", "sha256", "homes.csv"):
        assert word in text
    done = run("evaluate", project, "--explain", "far")
    assert done.exit_code == 1 and "far" in done.stderr
    assert answer("evaluate", project, "--explain", "near")["id"] == "near"


def test_a_faulty_pack_is_one_line(project):
    (project / "own.toml").write_text(PACK.replace('metric = "sum"', 'metric = "summ"'), encoding="utf-8")
    done = run("evaluate", project, "--quiet")
    assert done.exit_code == 1 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert all(word in done.stderr for word in ("own.toml", "beds", "check.metric", "sum"))


def test_coverage_as_json(project):
    found = answer("coverage", project, "--layer", "home", "--travel", "walk", "--minutes", 5, "--by", "township", "--as-of", "2025-12-31")
    assert (found["schema"], found["total"]["people"], found["total"]["people_covered"], found["total"]["share"]) == (
        "planner.coverage/1",
        400,
        100,
        0.25,
    )
    assert [(unit["code"], unit["people_beyond"], unit["straight_people_covered"]) for unit in found["units"]] == [
        ("T1", 0, 100),
        ("T2", 300, 0),
    ]
    assert found["settings"]["limit_m"] == 300 and found["dates"] == {
        "facilities": "2025-12-31",
        "population": "2020-11-01",
        "boundaries": None,
    }


def test_coverage_says_that_its_data_are_years_apart(project):
    words = ("coverage", project, "--layer", "home", "--travel", "walk", "--metres", 900, "--by", "township", "--lang", "en")
    done = run(*words)
    assert (
        "more than a year apart" in done.stderr
        and "data dates: facilities 2025-12-31, population 2020-11-01" in done.stdout
        and "100.0%" in done.stdout
    )
    assert run(*words, "--quiet").stderr == ""
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").stdout)))
    assert [row["code"] for row in rows] == ["T1", "T2"] and rows[1]["share"] == "1.0"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--layer", "home", "--travel", "walk", "--by", "township"], 2, "--minutes"),
        (["--layer", "home", "--travel", "walk", "--by", "township", "--minutes", "5", "--metres", "5"], 2, "--metres"),
        (["--layer", "hut", "--travel", "walk", "--by", "township", "--minutes", "5"], 1, "home"),
        (["--layer", "home", "--travel", "fly", "--by", "township", "--minutes", "5"], 1, "walk"),
        (["--layer", "home", "--travel", "walk", "--by", "village", "--minutes", "5"], 1, "township"),
        (["--layer", "home", "--travel", "walk", "--by", "township", "--minutes", "5", "--group", "birds"], 1, "total"),
    ],
)
def test_what_cannot_be_asked(project, words, code, said):
    done = run("coverage", project, *words)
    assert done.exit_code == code and said in done.stderr and "Traceback" not in done.stderr


# ---- what goes with an evaluation ------------------------------------------------------------------------------------
REPORTED = """
[reported.beds]
value = 70
date = 2025-11-30
by = "民政局"
reason = "含在建"
baseline = 10
baseline_date = 2020-12-31
[reported.beds.units]
T1 = 60
"""


def add(project, text):
    path = project / "planner.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_reported_figure_stands_beside_ours(project):
    add(project, REPORTED)
    (project / "own.toml").write_text(PACK.replace('unit = "beds"\n', 'unit = "beds"\ndeadline = 2025\n'), encoding="utf-8")
    beds = answer("evaluate", project, "--as-of", "2025-12-31")["targets"][0]
    assert (beds["state"], beds["value"]) == ("not_met", 20)
    assert beds["reported"] == {
        "value": 70, "computed": 20, "difference": 50, "date": "2025-11-30", "by": "民政局", "source": None, "reason": "含在建",
        "units": [{"code": "T1", "value": 60, "computed": 60, "difference": 0}], "units_unknown": [],
    }  # fmt: skip
    assert (beds["progress"]["base"], beds["progress"]["done"], beds["progress"]["verdict"]) == (10, 0.25, "behind")
    rows = list(csv.DictReader(io.StringIO(run("evaluate", project, "--as-of", "2025-12-31", "--format", "csv").stdout)))
    assert [(row["unit_code"], row["reported"], row["reported_difference"], row["progress"]) for row in rows[:3]] == [
        ("", "70.0", "50.0", "behind"),
        ("T1", "60.0", "0.0", ""),
        ("T2", "", "", ""),
    ]
    assert (rows[3]["firmness"], rows[3]["value_low"]) == ("not_met", "0.25")
    table = run("evaluate", project, "--as-of", "2025-12-31", "--lang", "en").stdout
    assert "reported" in table.splitlines()[0] and "70" in table
    text = run("evaluate", project, "--explain", "beds", "--lang", "en").stdout
    assert "70 reported, 20 computed here, difference 50" in text and "含在建" in text and "↓ behind" in text


def test_a_reported_figure_of_no_target_is_told(project):
    add(project, "[reported.bedz]\nvalue = 1\n")
    assert "bedz" in run("evaluate", project).stderr
    assert run("evaluate", project, "--quiet").stderr == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_midterm(project, lang):
    add(project, REPORTED)
    text = run("evaluate", project, "--as-of", "2025-12-31", "--midterm", "--lang", lang).stdout
    assert "25.0%" in text and "5%" in text and "talk" not in text and {"zh": "序时进度", "en": "way due"}[lang] in text
    rows = list(csv.DictReader(io.StringIO(run("evaluate", project, "--midterm", "--format", "csv").stdout)))
    assert [(row["id"], row["base"], row["verdict"]) for row in rows] == [("beds", "10.0", ""), ("near", "", ""), ("talk", "", "")]


def test_how_firm_a_verdict_stands(project):
    pack = PACK.replace("value = 60", "value = 25").replace("minutes = 5,", "metres = 851,")
    (project / "own.toml").write_text(pack, encoding="utf-8")  # 854 m away: within 851 m where distances are a tenth shorter
    near = answer("evaluate", project, "--as-of", "2025-12-31")["targets"][1]
    assert (near["state"], near["sensitivity"]["verdict"], near["sensitivity"]["high"]) == ("met", "met", 1)
    (project / "own.toml").write_text(pack.replace("value = 25", "value = 60"), encoding="utf-8")
    assert "未达标但接近" in run("evaluate", project).stdout
    text = run("evaluate", project, "--lang", "en", "--explain", "near").stdout
    assert "✗~ not met but near, value between 25.0% and 100.0%; distance -10%: 100.0%, ✓ met" in text


def test_the_evaluation_bears_the_hash_of_its_pack(project):
    import hashlib

    found = answer("evaluate", project)
    assert found["packs"] == [{"id": "own", "sha256": hashlib.sha256((project / "own.toml").read_bytes()).hexdigest()}]
    assert found["conflicts"] == [] and found["targets"][0]["formula"]


def test_conflicts_stand_below_the_table(project):
    both = PACK.replace('unit = "beds"\n', 'unit = "beds"\nconflicts_with = ["near"]\n')
    (project / "own.toml").write_text(both, encoding="utf-8")
    assert [[one["id"] for one in pair["targets"]] for pair in answer("evaluate", project)["conflicts"]] == [["beds", "near"]]
    text = run("evaluate", project, "--lang", "en").stdout
    assert "beds (第一条) ≥ 50: ✗ not met <-> near (第二条) ≥ 60.0%: ✗ not met" in text
    assert "near (第二条)" in run("evaluate", project, "--lang", "en", "--explain", "beds").stdout


def test_a_snapshot_and_what_changed_since(project):
    done = run("evaluate", project, "--as-of", "2025-12-31", "--snapshot", "中期", "--lang", "en")
    assert done.exit_code == 0 and "中期" in done.stderr
    homes = project / "homes.csv"
    homes.write_text(homes.read_text(encoding="utf-8").replace(",20\n", ",50\n"), encoding="utf-8")
    found = answer("evaluate", project, "--as-of", "2026-01-31", "--since", "中期")
    beds = found["targets"][0]
    assert (beds["then"]["value"], beds["now"]["value"], beds["now"]["state"], beds["difference"]) == (20, 50, "met", 30)
    assert found["inputs_changed"] == ["homes.csv"] and found["packs_changed"] == []
    text = run("evaluate", project, "--since", "中期", "--lang", "en").stdout
    assert "homes.csv" in text and "Beds in each town" in text and "Within a walk" not in text
    rows = list(csv.DictReader(io.StringIO(run("evaluate", project, "--since", "中期", "--format", "csv").stdout)))
    assert [row["difference"] for row in rows] == ["30.0", "0.0", ""]
    assert [row["name"] for row in answer("evaluate", project, "--snapshots")] == ["中期"]
    assert "中期" in run("evaluate", project, "--snapshots").stdout
    assert run("evaluate", project, "--snapshots", "--format", "csv").stdout.startswith("name,date")


def test_snapshots_that_cannot_be(project):
    run("evaluate", project, "--snapshot", "a", "--quiet")
    for words, said in ((("--snapshot", "a"), "a"), (("--since", "b"), "a"), (("--snapshot", " "), "80")):
        done = run("evaluate", project, *words)
        assert done.exit_code == 1 and done.stdout == "" and len(done.stderr.splitlines()) == 1 and said in done.stderr
    (file,) = (project / ".planner" / "snapshots").iterdir()
    file.chmod(0o644)
    file.write_text(file.read_text(encoding="utf-8").replace("not_met", "met", 1), encoding="utf-8")
    done = run("evaluate", project, "--since", "a")
    assert done.exit_code == 1 and file.name in done.stderr
    assert "已被改动" in run("evaluate", project, "--snapshots").stdout
    assert run("evaluate", project, "--midterm", "--since", "a").exit_code == 2


def test_a_basket_of_layers(project):
    shop = '[facilities.shop]\npath = "shops.csv"\ncrs = "EPSG:4326"\ncolumns = { id = "id", lon = "lon", lat = "lat" }\n'
    add(project, shop)
    (project / "shops.csv").write_text(f"id,lon,lat\ns1,{LON + 2 * STEP},{LAT}\ns2,{LON},{LAT}\n", encoding="utf-8")
    words = ("coverage", project, "--layer", "home", "--layer", "shop", "--travel", "walk", "--minutes", 5, "--by", "township")
    found = answer(*words, "--as-of", "2025-12-31", "--weights", "3,1")
    assert (found["total"]["people_covered"], found["total"]["share"], found["total"]["score"]) == (100, 0.25, (100 + 300 * 0.25) / 400)
    assert found["units"][1]["by_layer"] == {"home": 0, "shop": 1} and found["settings"]["weights"] == [3, 1]
    assert found["total"]["groups"] == {"total": 0.25} and found["total"]["inequality"]["gini"] == 0.75
    assert "3" in run(*words, "--weights", "3,1", "--lang", "en").stdout
    assert run(*words, "--format", "csv").stdout.splitlines()[0].endswith("score,share_home,share_shop")
    for weights, code in (("1", 1), ("1,x", 1), ("0,0", 1), ("-1,2", 1)):
        assert run(*words, "--weights", weights).exit_code == code
    one = ("coverage", project, "--layer", "home", "--travel", "walk", "--minutes", 5, "--by", "township")
    assert run(*one, "--weights", "1").exit_code == 2
    alone = answer(*one, "--as-of", "2025-12-31")["total"]
    assert alone["inequality"]["worst_share"] == 0 and alone["groups"] == {"total": 0.25}
    assert "Gini 0.750" in run(*one, "--lang", "en").stdout
