"""Facilities without a position are said beside every share: in the table, in JSON and on stderr."""

import datetime as dt
import json

from click.testing import CliRunner

from planner.cli import main
from tests.small_project import STREETS, WALK, as_written, feature, layer, rectangle, same, write_project
from tests.unit.cli.test_check import folder  # noqa: F401


def test_they_are_said_in_every_form(folder):  # noqa: F811
    (folder / "homes.csv").write_text("id,name,lon,lat,beds,town\n1,a,117.01,39.745,5,A\n2,b,,,5,A\n")
    text = (folder / "planner.toml").read_text().replace('beds = "beds" }', 'beds = "beds", township = "town" }')
    (folder / "planner.toml").write_text(text)

    def run(*more):
        asked = ["--layer", "home", "--travel", "walk", "--minutes", "5", "--by", "township", "--lang", "en"]
        return CliRunner().invoke(main, ["coverage", str(folder), *asked, *more])

    said = "1 facilities have no place"
    assert said in run("--quiet").stdout
    found = run("--format", "json")
    settings = json.loads(found.stdout)["settings"]
    assert (settings["facilities"], settings["facilities_without_place"]) == (2, 1) and said in found.stderr
    (folder / "homes.csv").write_text("id,name,lon,lat,beds,town\n1,a,117.01,39.745,5,A\n")
    assert "no place" not in run().stdout


def test_the_printed_foot_says_which_population_is_counted(folder):  # noqa: F811
    words = ["coverage", str(folder), "--layer", "home", "--travel", "walk", "--metres", "900", "--by", "township"]
    before = CliRunner().invoke(main, words).stdout
    text = (folder / "planner.toml").read_text(encoding="utf-8")
    (folder / "planner.toml").write_text(text.replace("[population]\n", '[population]\nkind = "registered"\n'), encoding="utf-8")
    assert "人群 total，" in before and "人群 total（户籍），" in CliRunner().invoke(main, words).stdout
    assert "group total (household register)" in CliRunner().invoke(main, [*words, "--lang", "en"]).stdout


def test_another_day_chooses_the_versions_of_the_units(tmp_path):
    """The township was renamed on 1 January 2025; both versions stand in one layer."""
    square = rectangle(117.0, 39.74, 0.02, 0.01, as_written)
    sections = STREETS | WALK | {
        "project": {"reference_date": dt.date(2025, 12, 31)},
        "boundaries.township": {"path": "t.geojson", "code": "code", "name": "name", "valid_from": "from", "valid_to": "to"},
        "population": {"path": "people.csv", "columns": same("code", "total")},
        "facilities.home": {"path": "homes.csv", "columns": same("id", "name", "lon", "lat")}}
    versions = [feature("Polygon", square, code="A", name="旧乡", **{"from": "2000-01-01", "to": "2024-12-31"}),
                feature("Polygon", square, code="A", name="新街道", **{"from": "2025-01-01", "to": ""})]
    write_project(tmp_path, sections, {
        "t.geojson": layer(*versions), "streets.geojson": layer(feature("LineString", [[117.0, 39.745], [117.02, 39.745]])),
        "people.csv": "code,total\nA,100\n", "homes.csv": "id,name,lon,lat\n1,a,117.01,39.745\n"})
    words = ["coverage", str(tmp_path), "--layer", "home", "--travel", "walk", "--metres", "900", "--by", "township"]
    for day, name in (((), "新街道"), (("--as-of", "2024-06-01"), "旧乡")):
        shown = CliRunner().invoke(main, [*words, *day]).stdout
        assert name in shown and not {"新街道", "旧乡"} - {name} & set(shown.split())
