"""`planner new`: a folder that can be filled in, streets and facilities of OpenStreetMap, and nothing overwritten."""

import csv
import json
import re
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner, Result

from planner.cli import main
from planner.i18n import LANGUAGES, t
from planner.plan.new import LEDGERS

# A place of one block: four corners 1-2-3-4 about 110 m apart, a way around it and a one-way street across.
#   4 --- 3
#   |   / |
#   1 --- 2
CORNERS = {1: (117.000, 39.000), 2: (117.001, 39.000), 3: (117.001, 39.001), 4: (117.000, 39.001)}
OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lon="117.000" lat="39.000"/><node id="2" lon="117.001" lat="39.000"/>
 <node id="3" lon="117.001" lat="39.001"/><node id="4" lon="117.000" lat="39.001"/>
 <node id="9" lon="117.0005" lat="39.0002"><tag k="amenity" v="clinic"/><tag k="name" v="=cmd|' /C calc'!A0"/></node>
 <node id="8" lon="117.0005" lat="39.0003"><tag k="amenity" v="clinic"/><tag k="name" v="二诊所"/></node>
 <node id="7" lon="117.0004" lat="39.0003"><tag k="healthcare" v="it's &quot;odd&quot;"/></node>
 <way id="11"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/><tag k="highway" v="residential"/></way>
 <way id="12"><nd ref="1"/><nd ref="3"/><tag k="highway" v="service"/><tag k="oneway" v="yes"/></way>
</osm>"""


class Services(BaseHTTPRequestHandler):
    """Nominatim and Overpass on this machine, for the one place there is: 方块镇."""

    asked: list[str] = []  # noqa: RUF012 - one list for all requests of a test, emptied by the fixture

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        place = parse_qs(urlparse(self.path).query)["q"][0]
        self.asked.append(place)
        ring = [[116.99, 38.99], [117.01, 38.99], [117.01, 39.01], [116.99, 39.01], [116.99, 38.99]]
        found = {
            "place_id": 1,
            "osm_type": "relation",
            "osm_id": 5,
            "lat": "39.0",
            "lon": "117.0",
            "class": "boundary",
            "type": "administrative",
            "place_rank": 12,
            "importance": 0.5,
            "addresstype": "town",
            "name": place,
            "display_name": place,
            "boundingbox": ["38.99", "39.01", "116.99", "117.01"],
            "geojson": {"type": "Polygon", "coordinates": [ring]},
        }
        self.answer([found] if place == "方块镇" else [])

    def do_POST(self) -> None:
        query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["data"][0]
        self.asked.append(query)
        nodes = [{"type": "node", "id": k, "lon": lon, "lat": lat} for k, (lon, lat) in CORNERS.items()]
        if "highway" in query:
            ways = [
                {"type": "way", "id": 11, "nodes": [1, 2, 3, 4, 1], "tags": {"highway": "residential"}},
                {"type": "way", "id": 12, "nodes": [1, 3], "tags": {"highway": "service", "oneway": "yes"}},
            ]
            self.answer({"elements": [*nodes, *ways]})
        else:
            self.answer(
                {"elements": [{"type": "node", "id": 9, "lon": 117.0005, "lat": 39.0002, "tags": {"amenity": "clinic", "name": "诊所"}}]}
            )


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PLANNER_CACHE", str(tmp_path / "cache"))
    Services.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["new", *words])


def config(folder: Path) -> dict:
    return tomllib.loads((folder / "planner.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_folder_names_every_ledger_by_its_header(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "My town 2026"
    done = run(str(folder), "--lang", lang)
    assert done.exit_code == 0, done.output
    written = config(folder)
    assert written["project"]["id"] == "my-town-2026"
    assert set(written["facilities"]) == set(LEDGERS)
    for slug, table in written["facilities"].items():
        with (folder / table["path"]).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
        assert rows == [list(table["columns"].values())], slug
    heads = (folder / "population.csv").read_text(encoding="utf-8-sig").strip().split(",")
    assert heads == list(written["population"]["columns"].values())
    assert (heads[0] == "社区代码") == (lang == "zh")


def test_remarks_stand_in_both_languages(tmp_path: Path) -> None:
    run(str(tmp_path / "a"))
    remarks = [line for line in (tmp_path / "a" / "planner.toml").read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    chinese = [line for line in remarks if re.search(r"[\u4e00-\u9fff]", line)]
    assert len(chinese) > 10
    assert len(remarks) - len(chinese) > 8


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_blank_workbook_has_the_headers_and_no_facility(tmp_path: Path, lang: str) -> None:
    run(str(tmp_path / "a"), "--lang", lang)
    book = openpyxl.load_workbook(tmp_path / "a" / "ledger_template.xlsx")
    ledger, about = book.worksheets
    heads = {cell.value for cell in ledger[1]}
    assert ledger.max_row == 1
    for table in config(tmp_path / "a")["facilities"].values():
        assert set(table["columns"].values()) <= heads
    assert {row[0].value for row in about.iter_rows(min_row=2)} == heads
    assert len(ledger.data_validations.dataValidation) == 2


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    done = run(str(tmp_path), "--lang", "en")
    assert done.exit_code == 1
    assert "not empty" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_and_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(str(tmp_path / "empty")).exit_code == 0
    (tmp_path / "file").write_text("")
    assert run(str(tmp_path / "file"), "--lang", "en").exit_code == 1
    assert (tmp_path / "file").read_text() == ""


def test_streets_and_facilities_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "town.osm").write_text(OSM, encoding="utf-8")
    done = run(str(tmp_path / "a"), "--osm", str(tmp_path / "town.osm"), "--lang", "en")
    assert done.exit_code == 0, done.output
    written = config(tmp_path / "a")
    assert (tmp_path / "a" / written["streets"]["path"]).read_text(encoding="utf-8") == OSM
    clinics = written["facilities"]["clinic"]
    assert clinics["where"] == "class == 'clinic'"
    assert set(written["facilities"]) == {"clinic", *LEDGERS}  # a class that is no plain word gets no table of its own
    with (tmp_path / "a" / clinics["path"]).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["id"], row["name"], row["class"]) for row in rows] == [
        ("n7", "", 'it\'s "odd"'),
        ("n8", "二诊所", "clinic"),
        ("n9", "=cmd|' /C calc'!A0", "clinic"),
    ]  # input: letter by letter
    assert "OpenStreetMap contributors" in (tmp_path / "a" / "planner.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["none.osm", "town.txt"])
def test_a_file_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "town.txt").write_text("x")
    done = run(str(tmp_path / "a"), "--osm", str(tmp_path / name), "--lang", "en")
    assert done.exit_code == 1
    assert name in done.stderr
    assert not (tmp_path / "a").exists()


def test_a_broken_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "broken.osm").write_text("<osm><node")
    done = run(str(tmp_path / "a"), "--osm", str(tmp_path / "broken.osm"), "--lang", "en")
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["broken.osm"]


def test_a_place_by_its_name(tmp_path: Path, services: str) -> None:
    done = run(str(tmp_path / "a"), "--place", "方块镇", "--nominatim", services + "/", "--overpass", services, "--lang", "zh")
    assert done.exit_code == 0, done.output
    written = config(tmp_path / "a")
    assert written["project"]["name"]["zh"] == "方块镇"
    streets = gpd.read_file(tmp_path / "a" / written["streets"]["path"])
    assert sorted(streets["highway"]) == ["residential", "residential", "service"]  # 1-2-3 and 3-4-1 around the block, and 1-3 across
    assert (streets.set_index("highway")["oneway"] == "yes").loc["service"]
    assert "clinic" in written["facilities"]
    assert "方块镇" in Services.asked


def test_a_place_that_nobody_knows(tmp_path: Path, services: str) -> None:
    done = run(str(tmp_path / "a"), "--place", "没有这个地方", "--nominatim", services + "/", "--overpass", services)
    assert done.exit_code == 1
    assert "没有这个地方" in done.stderr
    assert not (tmp_path / "a").exists()


def test_no_connection(tmp_path: Path, services: str, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = "http://127.0.0.1:9"  # the port of the discard service, where nothing listens
    done = run(str(tmp_path / "a"), "--place", "方块镇", "--nominatim", closed + "/", "--overpass", closed, "--lang", "en")
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 2  # that it asks, and that nobody answers
    assert not (tmp_path / "a").exists()


def test_one_source_at_a_time(tmp_path: Path) -> None:
    done = run(str(tmp_path / "a"), "--demo", "--place", "x", "--lang", "en")
    assert done.exit_code == 1
    assert t("error.new_one_source", "en") in done.stderr
