"""Facilities without a position are said beside every share: in the table, in JSON and on stderr."""

import json

from click.testing import CliRunner

from planner.cli import main
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
    assert "人口组别 total，" in before and "人口组别 total（户籍），" in CliRunner().invoke(main, words).stdout
    assert "group total (household register)" in CliRunner().invoke(main, [*words, "--lang", "en"]).stdout
