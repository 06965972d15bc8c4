import json

import pytest
from click.testing import CliRunner

from planner.cli.solve import command

COSTS = "demand_id,site_id,cost\n01,s1,3\n1,s2,4\n1,s1,9\nz,s2,50\n"


@pytest.fixture
def solved(tmp_path):
    """Runs `planner solve` on tables given as text."""
    def run(*more, costs=COSTS, demand=None, sites=None, model="mclp"):
        given = ["--model", model]
        for name, text in (("costs", costs), ("demand", demand), ("sites", sites)):
            if text is not None:
                (tmp_path / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
                given += [f"--{name}", str(tmp_path / f"{name}.csv")]
        return CliRunner().invoke(command, [*given, *[str(word) for word in more]])
    return run


def test_json_has_what_the_contract_names(solved):
    run = solved("--p", 1, "--within", 4, "--format", "json", demand="demand_id,weight\n1,5\n01,2\nz,1\nq,7\n")
    answer = json.loads(run.stdout)
    assert run.exit_code == 0
    said = {"status": "optimal", "objective": 5.0, "bound": 5.0, "gap": 0.0, "sites": ["s2"], "covered_weight": 5.0, "total_weight": 15.0,
            "unreachable": ["q", "z"], "stopped": "proof"}
    assert {name: answer[name] for name in said} == said
    assert answer["seed"] == 1 and answer["seconds"] >= 0 and answer["method"]
    assert "assignment" not in answer


def test_assignment_names_demand_and_site(solved):
    answer = json.loads(solved("--p", 2, "--format", "json", model="p_median").stdout)
    assert answer["assignment"] == {"01": "s1", "1": "s2", "z": "s2"}
    assert answer["objective"] == 57.0


def test_split_gives_shares(solved):
    answer = json.loads(solved("--p", 2, "--split", "--format", "json", model="capacitated_mclp", costs="demand_id,site_id,cost\na,s,1\n",
                               sites="site_id,capacity\ns,0.25\n").stdout)
    assert answer["assignment"]["a"]["s"] == pytest.approx(0.25)
    assert answer["objective"] == pytest.approx(0.25)


def test_a_cut_off_counts_demand_left_unserved(solved):
    given = ("--p", 1, "--cutoff", 6)
    answer = json.loads(solved(*given, "--format", "json", model="p_median").stdout)
    assert (answer["objective"], answer["unserved_weight"], answer["assignment"]) == (15.0, 2.0, {"01": "s1"})  # 3 + 6 + 6; s2: 6 + 4 + 6
    said = solved(*given, "--lang", "en", model="p_median").stderr
    assert said.endswith(" Demand of weight 2 lies beyond the cut-off of every open site and counts at the cut-off.\n")
    assert solved("--p", 1, "--cutoff", 6).exit_code == 2


def test_table_and_sentence(solved):
    run = solved("--p", 1, "--within", 4, "--lang", "en", demand="demand_id,weight\n1,5\n01,2\nz,1\n")
    assert run.stderr == ("1 sites cover 62.5 %; it is proven that no plan under these conditions covers more."
                          " 1 demand points that no site can reach are listed apart.\n")
    assert run.stdout.splitlines()[0].split() == ["site", "existing", "demand", "points", "weight", "served"]
    assert run.stdout.splitlines()[2] == "s2"


def test_a_byte_order_mark_and_gb18030_are_read(solved):
    for encoding in ("utf-8-sig", "gb18030"):
        answer = json.loads(solved("--format", "json", model="lscp", costs="demand_id,site_id,cost\n甲,养老站,3\n".encode(encoding)).stdout)
        assert answer["sites"] == ["养老站"]


@pytest.mark.parametrize(("more", "named"), [
    ({"costs": "demand_id,site_id,cost\na,s,-5\n"}, ("2", "-5")),
    ({"costs": "demand_id,site_id,cost\na,s,1\nb,s,nan\n"}, ("3", "nan")),
    ({"costs": "demand_id,site_id,cost\na,s,inf\n"}, ("2", "inf")),
    ({"costs": "demand_id,site_id,cost\na,s,far\n"}, ("2", "far")),
    ({"costs": "demand_id,site_id,cost\na,s,\n"}, ("2", "cost")),
    ({"costs": "demand_id,site_id,cost\na,s,1\na,s,1\n"}, ("3", "a, s")),
    ({"costs": "demand_id,site_id,cost\n,s,1\n"}, ("2", "demand_id")),
    ({"costs": "demand_id,site_id,cost\na,s\n"}, ("costs.csv",)),
    ({"costs": "demand_id,site_id,metres\na,s,1\n"}, ("cost", "metres")),
    ({"costs": ""}, ("costs.csv",)),
    ({"demand": "demand_id,weight\n01,1\n1,1\n"}, ("5", "z", "demand.csv")),
    ({"demand": "demand_id\n01\n1\nz\n1\n"}, ("5", "1", "demand.csv")),
    ({"demand": "demand_id,weight\n01,1\n1,-7\nz,1\n"}, ("3", "-7")),
    ({"sites": "site_id\ns1\n"}, ("3", "s2", "sites.csv")),
    ({"sites": "site_id,fixed\ns1,0\ns2,2\n"}, ("3", "2", "fixed")),
    ({"sites": "site_id,fixed,fixed\ns1,0,0\ns2,1,1\n"}, ("fixed", "sites.csv")),
])
def test_bad_input_is_one_line_that_says_where(solved, more, named):
    run = solved("--p", 1, "--quiet", "--lang", "en", "--format", "json", **more)
    assert (run.exit_code, run.stdout, len(run.stderr.splitlines())) == (1, "", 1)
    assert all(word in run.stderr for word in named), run.stderr


def test_a_missing_file_and_a_missing_column(solved, tmp_path):
    run = CliRunner().invoke(command, ["--model", "lscp", "--costs", str(tmp_path / "none.csv"), "--lang", "en"])
    assert run.exit_code == 1 and "none.csv" in run.stderr
    assert "area" in solved("--p", 1, model="max_min_share", demand="demand_id\n01\n1\nz\n").stderr


@pytest.mark.parametrize("words", [("--model", "nonsense"), ("--p", "-1"), ("--budget", "nan"), ("--share", "0.5"), ("--within", "inf")])
def test_wrong_usage(solved, words):
    assert solved("--p", 1, *words).exit_code == 2


def test_a_limit_is_asked_for(solved):
    assert solved().exit_code == 2
    assert solved(model="lscp").exit_code == 0
