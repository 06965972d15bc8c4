"""`planner solve` with rules, alternatives, a frontier and stages."""

import json

import pytest
from click.testing import CliRunner

from planner.cli.solve import command

COSTS = "demand_id,site_id,cost\na,s1,1\nb,s2,1\nc,s3,1\nd,s4,1\n"
DEMAND = "demand_id,weight,area\na,5,north\nb,4,north\nc,3,north\nd,1,south\n"
SITES = "site_id,area,x_m,y_m,fixed\ns1,north,0,0,0\ns2,north,-300,-400,0\ns3,north,9000,0,0\ns4,south,0,9000,0\n"


@pytest.fixture
def solved(tmp_path):
    """Runs `planner solve` on the tables above, or on others."""
    def run(*more, sites=SITES, model="mclp"):
        given = ["--model", model]
        for name, text in (("costs", COSTS), ("demand", DEMAND), ("sites", sites)):
            (tmp_path / f"{name}.csv").write_text(text)
            given += [f"--{name}", str(tmp_path / f"{name}.csv")]
        return CliRunner().invoke(command, [*given, *[str(word) for word in more]])
    return run


def answer(run):
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout)


def test_at_least_in_an_area(solved):
    assert answer(solved("--p", 2, "--format", "json"))["sites"] == ["s1", "s2"]
    assert answer(solved("--p", 2, "--at-least-per", "south=1", "--format", "json"))["sites"] == ["s1", "s4"]
    assert answer(solved("--p", 2, "--at-least-per", "*=1", "--format", "json"))["sites"] == ["s1", "s4"]
    assert answer(solved("--p", 2, "--at-least-per", "*=1", "--at-least-per", "south=0", "--format", "json"))["sites"] == ["s1", "s2"]
    assert answer(solved("--p", 2, "--at-least-per", "south=2", "--format", "json"))["status"] == "infeasible"


def test_spacing_is_in_metres_and_strict(solved):
    assert answer(solved("--p", 2, "--spacing-m", 500, "--format", "json"))["sites"] == ["s1", "s2"]
    assert answer(solved("--p", 2, "--spacing-m", 500.1, "--format", "json"))["sites"] == ["s1", "s3"]


def test_alternatives(solved):
    found = answer(solved("--p", 2, "--alternatives", 2, "--max-loss", 0.5, "--format", "json"))
    assert (found["sites"], found["alternatives_ended"]) == (["s1", "s2"], "count")
    first = found["alternatives"][0]
    assert (first["sites"], first["gained"], first["given_up"], first["objective"]) == (["s1", "s3"], ["s3"], ["s2"], 8.0)
    assert first["loss"] == first["loss_at_most"] == pytest.approx(1 / 9)
    said = solved("--p", 2, "--alternatives", 2, "--max-loss", 0.12, "--lang", "en")
    assert "it is proven that no other one gives up at least 1 sites and loses no more than 12 %" in said.stderr
    assert "11.11 %" in said.stdout


def test_frontier(solved):
    curve = answer(solved("--p", 2, "--frontier", 2, "--format", "json"))["frontier"]
    assert [(point["covered_weight"], point["worst_share"], point["sites"]) for point in curve["points"]] == [
        (9.0, 0.0, ["s1", "s2"]), (6.0, pytest.approx(5 / 12), ["s1", "s4"])]
    assert (curve["most_weight"], curve["most_share"], curve["stopped"]) == (9.0, pytest.approx(5 / 12), "proof")
    lines = solved("--p", 2, "--frontier", 2, "--format", "csv").stdout.splitlines()
    assert lines[0] == "floor,worst_share,covered_weight,bound,sites"
    assert lines[2].endswith("s1 s4")


def test_stages(solved):
    found = answer(solved("--stages", "1,2", "--discount", 0.5, "--format", "json"))
    assert [(stage["opened"], stage["covered_weight"]) for stage in found["stages"]] == [(["s1"], 5.0), (["s2"], 9.0)]
    assert (found["objective"], found["sites"], found["status"]) == (5 + 0.5 * 9, ["s1", "s2"], "optimal")
    said = solved("--stage-budgets", "1,1", "--lang", "en").stderr
    assert said == "2 stages, 2 sites in the last, objective of all stages 14; it is proven that no plan in stages does better.\n"


STANDING = "site_id,cost,fixed\ns1,7,0\ns2,5,0\ns3,1,1\ns4,2,0\n"


def test_oversupply(tmp_path):
    costs = "demand_id,site_id,cost\na,s1,1\na,s2,1\nb,s2,1\nc,s3,1\nd,s4,1\nd,s3,1\n"
    for name, text in (("costs", costs), ("demand", DEMAND), ("sites", STANDING)):
        (tmp_path / f"{name}.csv").write_text(text)
    given = ["--model", "lscp", *(word for name in ("costs", "demand", "sites") for word in (f"--{name}", str(tmp_path / f"{name}.csv")))]
    found = answer(CliRunner().invoke(command, [*given, "--oversupply", "every", "--format", "json"]))
    assert found["sites"] == ["s2", "s3"]
    told = found["oversupply"]
    assert (told["closable"], told["alone"], told["saved"], told["saved_at_most"]) == (["s1", "s4"], ["s1", "s4"], 9.0, 9.0)
    assert {row["site_id"]: row["sole_weight"] for row in told["sites"]} == {"s1": 0.0, "s2": 4.0, "s4": 0.0}
    halved = answer(CliRunner().invoke(command, [*given, "--oversupply", "area_share", "--share", "0.4", "--format", "json"]))
    assert halved["oversupply"]["closable"] == ["s1", "s4"]  # 12 live in the north: 3 of s3 are too few, 7 with s2 are enough
    run = CliRunner().invoke(command, [*given, "--oversupply", "every", "--lang", "en"])
    assert run.stderr.startswith("2 facilities could close together, or become something else, with no cover lost (saving 9); it is proven")
    assert run.stdout.splitlines()[-3].split() == ["s1", "yes", "yes", "0"]
    assert CliRunner().invoke(command, [*given, "--oversupply", "every", "--p", "2"]).exit_code == 2


@pytest.mark.parametrize("words", [
    ("--at-least-per", "south"), ("--at-least-per", "south=x"), ("--frontier", 1), ("--stages", "a"), ("--stages", "1,-1"),
    ("--stages", "1,2"), ("--differ-by", 0)])
def test_wrong_usage(solved, words):
    assert solved("--p", 2, *words).exit_code == 2


@pytest.mark.parametrize("words", [
    ("--stages", "1,2", "--stage-budgets", "1"), ("--stages", "1", "--alternatives", 1), ("--stages", "1", "--frontier", 2)])
def test_stages_that_do_not_go_together(solved, words):
    assert solved(*words).exit_code == 2


@pytest.mark.parametrize(("words", "sites", "named"), [
    (("--at-least-per", "west=1"), SITES, "The area west"), (("--at-least-per", "west=1"), "site_id\ns1\ns2\ns3\ns4\n", "needs area"),
    (("--spacing-m", 5), "site_id,x_m\ns1,1\ns2,1\ns3,1\ns4,1\n", "x_m, y_m"),
    (("--spacing-m", 5), "site_id,x_m,y_m\ns1,1,1\ns2,1,inf\ns3,1,1\ns4,1,1\n", "Row 3 of")])
def test_bad_input_is_one_line(solved, words, sites, named):
    run = solved("--p", 2, *words, "--lang", "en", sites=sites)
    assert (run.exit_code, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert named in run.stderr
