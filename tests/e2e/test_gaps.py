"""Files in, gap list out: a town of one street written to disk, and the demonstration city."""

import csv
import datetime as dt
import io
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from click.testing import CliRunner, Result

from planner.cli import main
from planner.export.tables import write_gaps
from planner.plan.gaps import project_gaps
from planner.plan.project import read_city, read_project
from planner.quality import QualityReport
from planner.targets.evaluate import evaluate
from planner.targets.pack import resolve_packs
from tests.small_project import STREETS, TOWNSHIPS, degrees, feature, layer, rectangle, same, write_project

HOMES = [("h1", 500, 100, 10), ("h2", 1500, 200, 20), ("h3", 2500, 300, 30), ("h4", 3500, 400, 40)]
CONFIG = TOWNSHIPS | STREETS | {
    "project": {"id": "one-street", "name": {"zh": "一条街", "en": "One Street"}, "crs": "EPSG:32650",
                "reference_date": dt.date(2025, 12, 31)},
    "population": {"path": "people.csv", "columns": same("lon", "lat", "total", age_60_plus="old"), "spread": "points"},
    "facilities.community-elderly-station": {"path": "stations.csv", "crs": "EPSG:4326",
                                             "columns": same("id", "name", "lon", "lat", "status")},
    "travel.walk": {"mode": "walk", "metres_per_minute": 50},
    "costs": {"path": "costs.csv"}, "plan": {"packs": ["pack.toml"]}}
PACK = """
schema = "planner.pack/1"
id = "street-2025"
title = { zh = "一条街规划", en = "Plan of one street" }
source = { document = "plan", issuer = "市民政局", year = 2021 }
[[target]]
id = "reach"
title = { zh = "步行圈", en = "Circle" }
clause = "1"
kind = "target"
layer = "community-elderly-station"
comparator = ">="
value = 90
unit = "% of older people"
deadline = 2028
binding = "binding"
check = { metric = "population_within", minutes = 18, travel = "walk", group = "age_60_plus", by = "township" }
[[target]]
id = "each"
title = { zh = "每个街道一处", en = "One in each township" }
clause = "2"
kind = "target"
layer = "community-elderly-station"
comparator = ">="
value = 1
unit = "stations"
check = { metric = "count", by = "township", rollup = "every" }
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A street of 4 km, two townships of 2 km, a station at 620 m whose name would be a formula."""
    lines = [f"{k},{lon:.9f},{lat:.9f},{people},{old}" for k, x, people, old in HOMES for lon, lat in [degrees(x, 0)]]
    lon, lat = degrees(620, 0)
    return write_project(tmp_path / "town", CONFIG, {
        "townships.geojson": layer(feature("Polygon", rectangle(0, -500, 2000, 1000), code="A", name="甲街道"),
                                   feature("Polygon", rectangle(2000, -500, 2000, 1000), code="B", name="乙镇")),
        "streets.geojson": layer(feature("LineString", [degrees(0, 0), degrees(4000, 0)], id=1)),
        "people.csv": "id,lon,lat,total,old\n" + "\n".join(lines) + "\n",
        "stations.csv": f"id,name,lon,lat,status\nS1,=1+1,{lon:.9f},{lat:.9f},operating\n",
        "costs.csv": "layer,action,unit,cny,price_year,source\ncommunity-elderly-station,add,site,900000,2025,本市\n",
        "pack.toml": PACK})


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_the_list_as_data(town: Path) -> None:
    done = run("gaps", str(town), "--as-of", "2025-12-31", "--format", "json", "--lang", "en")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert (answer["schema"], answer["pack"], answer["date"]) == ("planner.gaps/1", "street-2025", "2025-12-31")
    # h1 and h2 walk 120 and 880 m to S1 (900 m are 18 minutes), h3 and h4 1,880 and 2,880 m: all of B is beyond, 70 older people among 700
    assert [(gap["target_id"], gap["unit_code"], gap["people_affected"], gap["nearest_facility"]) for gap in answer["gaps"]] == [
        ("reach", "B", 70, "=1+1"),
        ("each", "B", 700, "=1+1"),
    ]
    assert [gap["minutes"] for gap in answer["gaps"]] == [pytest.approx(57.6, abs=1e-3)] * 2
    (project,) = answer["projects"]
    assert (project["est_cost_cny"], project["price_year"], project["year"], project["targets"]) == (900_000, "2025", 2026, "reach, each")
    assert {gap["project_id"] for gap in answer["gaps"]} == {project["project_id"]}
    head = answer["headline"]
    assert (head["people"], head["people_affected"], head["people_beyond"], head["people_affected_sum"]) == (1000, 700, 70, 770)


@pytest.mark.parametrize("name", ["g.xlsx", "g.csv", "g.gpkg", "g.geojson"])
def test_every_form_has_the_same_rows(town: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    done = run("gaps", str(town), "--as-of", "2025-12-31", "--out", str(out), "--lang", "en")
    assert done.exit_code == 0, done.output
    assert name in done.stderr and done.stdout == ""
    if name == "g.xlsx":
        rows = [(row[1], row[4], row[11]) for row in openpyxl.load_workbook(out)["gap list"].iter_rows(min_row=5, values_only=True)]
    elif name == "g.csv":
        rows = [
            (row["target_id"], row["unit_code"], float(row["people_affected"]))
            for row in csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
        ]
    else:
        frame = gpd.read_file(out, **({"layer": "gaps"} if name == "g.gpkg" else {}))
        rows = list(zip(frame["target_id"], frame["unit_code"], frame["people_affected"], strict=True))
        assert frame.geometry.x.between(117.0, 117.1).all()
    assert rows == [("reach", "B", 70), ("each", "B", 700)]


def test_a_table_for_people_and_a_csv_for_programs(town: Path) -> None:
    shown = run("gaps", str(town), "--as-of", "2025-12-31", "--lang", "zh").stdout.splitlines()
    assert shown[0].startswith("缺口编号") and len(shown) == 4
    text = run("gaps", str(town), "--as-of", "2025-12-31", "--format", "csv").stdout
    assert "'=1+1" in text


def test_a_gap_is_an_exit_code_only_where_asked(town: Path) -> None:
    assert run("gaps", str(town), "--as-of", "2025-12-31", "--fail-on-gap").exit_code == 3
    stations = (town / "stations.csv").read_text(encoding="utf-8")
    lon, lat = degrees(3000, 0)
    (town / "stations.csv").write_text(stations + f"S2,二站,{lon:.9f},{lat:.9f},operating\n", encoding="utf-8")
    done = run("gaps", str(town), "--as-of", "2025-12-31", "--fail-on-gap", "--lang", "en")
    assert done.exit_code == 0
    assert done.stdout.strip() == "None of these targets has a gap."


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--out", "g.pdf"), "g.pdf"),
        (("--out", "g.geojson", "--crs", "EPSG:4547"), "EPSG:4547"),
        (("--pack", "none.toml"), "none.toml"),
    ],
)
def test_a_fault_is_one_line(town: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], told: str) -> None:
    monkeypatch.chdir(town)
    done = run("gaps", str(town), "--lang", "en", *more)
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert told in done.stderr


def test_bad_costs_are_told_and_not_used(town: Path, tmp_path: Path) -> None:
    (town / "costs.csv").write_text("layer,action,unit,cny\ncommunity-elderly-station,add,site,dear\n", encoding="utf-8")
    out = tmp_path / "g.xlsx"
    assert run("gaps", str(town), "--as-of", "2025-12-31", "--out", str(out), "--lang", "en").exit_code == 0
    book = openpyxl.load_workbook(out)
    assert "dear" in [cell.value for row in book["data quality"].iter_rows() for cell in row]
    assert book["capital projects"]["L5"].value is None


def test_the_demonstration_city_adds_up(tmp_path: Path) -> None:
    out, report = tmp_path / "demo.xlsx", QualityReport()
    project = read_project(report=report)
    packs = resolve_packs((), project.folder, project.packs)
    city = read_city(project, report=report)
    evaluation = evaluate(city, packs, as_of=dt.date(2025, 12, 31))
    write_gaps(project_gaps(project, city, evaluation, packs, report=report), evaluation, report, out, lang="en")
    book = openpyxl.load_workbook(out, data_only=True)
    rows = [row for row in book["gap list"].iter_rows(min_row=5, values_only=True) if row[0]]
    failing = {result.target.id: result for result in evaluation.targets if result.state == "not_met"}
    assert {row[1] for row in rows} == set(failing)
    for name, whole in failing.items():
        mine = [row for row in rows if row[1] == name]
        units = [unit for unit in whole.units if unit.state == "not_met"]
        if whole.target.metric == "population_within":
            beyond = sum(sum(unit.people_affected.values()) for unit in whole.units)
            assert sum(row[11] for row in mine) == pytest.approx(beyond)
        else:
            lacks = [unit.shortfall for unit in units] or [whole.shortfall]
            assert sorted(row[9] for row in mine) == pytest.approx(sorted(lacks))
    assert book["gap list"]["L3"].value == pytest.approx(sum(row[11] or 0 for row in rows))
    assert "invented" in " ".join(str(row[0]) for row in book["summary"].iter_rows(values_only=True))


def covered(town: Path, *words: str) -> Result:
    return run("coverage", str(town), "--layer", "community-elderly-station", "--travel", "walk", "--minutes", "18", "--by", "township",
               "--as-of", "2025-12-31", "--group", "age_60_plus", *words)


def test_blind_spots_of_one_layer(town: Path, tmp_path: Path) -> None:
    done = covered(town, "--blind-spots", str(tmp_path / "spots.csv"), "--lang", "zh")
    assert done.exit_code == 0 and "盲区清单" in done.stderr
    (row,) = csv.DictReader(io.StringIO((tmp_path / "spots.csv").read_text(encoding="utf-8-sig")))
    # 30 and 40 people aged 60 and over live 1,880 and 2,880 m away, 1 km from each other: on a lattice that wide they are neighbours
    assert (row["spot_id"], float(row["people"]), row["township"], row["target_id"]) == ("B0001", 70, "乙镇 70", "")
    assert row["limit"] == "步行 18分钟" and row["nearest_facility"] == "'=1+1" and float(row["minutes"]) == pytest.approx(57.6, abs=0.01)


@pytest.mark.parametrize("option", ["--service-areas", "--blind-spots", "--out"])
@pytest.mark.parametrize(("crs", "epsg"), [((), 4326), (("--crs", "EPSG:4490"), 4490), (("--crs", "EPSG:4548"), 4548)])
def test_every_layer_is_in_the_system_asked_for(town: Path, tmp_path: Path, option: str, crs: tuple[str, ...], epsg: int) -> None:
    path = tmp_path / "layer.gpkg"
    done = covered(town, option, str(path), *crs)
    assert done.exit_code == 0, done.output
    for name in pyogrio.list_layers(path)[:, 0]:
        table = gpd.read_file(path, layer=name)
        assert table.crs.to_epsg() == epsg and len(table) > 0
        west, south, east, north = table.to_crs("EPSG:32650").total_bounds
        assert 490_000 < west < east < 510_000 and 4_399_000 < south <= north < 4_401_000


@pytest.mark.parametrize("words", [("--service-areas", "x.geojson", "--crs", "EPSG:4490"), ("--crs", "EPSG:4490"),
                                   ("--blind-spots", "x.csv", "--crs", "EPSG:4490"), ("--blind-spots", "x.dxf"),
                                   ("--out", "x.gpkg", "--capacity", "beds"), ("--blind-spots", "x.gpkg", "--crs", "EPSG:4513")])
def test_layers_that_cannot_be_are_one_line(town: Path, words: tuple[str, ...]) -> None:
    done = covered(town, *words, "--lang", "en")
    assert done.exit_code == 1 and len(done.stderr.strip().splitlines()) == 1 and not Path("x.gpkg").exists()
