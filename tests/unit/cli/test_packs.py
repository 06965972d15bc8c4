import json

from click.testing import CliRunner

from planner.cli import main
from planner.targets.pack import read_pack


def run(*words):
    return CliRunner().invoke(main, ["packs", *words])


def test_the_list_and_one_pack_as_before():
    assert json.loads(run("--format", "json").stdout)[0]["id"] == "starter"
    assert json.loads(run("starter", "--format", "json").stdout)["id"] == "starter"
    assert json.loads(run("--format", "json", "starter").stdout)["id"] == "starter"
    assert run("startr").exit_code == 1 and run("starter", "more").exit_code == 2


def test_help_tells_of_both():
    text = run("--help").stdout
    assert "[ID]" in text and "--format" in text and "new" in text
    assert "--period" in run("new", "--help").stdout


def test_a_plan_rolled_forward(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("new", "--from", "jixi-2021-2025", "--period", "2026:2030")
    assert done.exit_code == 0 and done.stdout == "" and "jixi-2026-2030.toml" in done.stderr
    pack = read_pack("jixi-2026-2030.toml")
    assert (pack.id, pack.period, len(pack.targets)) == ("jixi-2026-2030", (2026, 2030), 122)
    before = (tmp_path / "jixi-2026-2030.toml").read_bytes()
    again = run("new", "--from", "jixi-2021-2025", "--period", "2026:2030")
    assert again.exit_code == 1 and len(again.stderr.splitlines()) == 1 and (tmp_path / "jixi-2026-2030.toml").read_bytes() == before


def test_a_copy_and_a_name_of_ones_own(tmp_path):
    assert run("new", "--from", "starter", "--id", "ours", "--out", str(tmp_path / "a.toml"), "--quiet").stderr == ""
    assert read_pack(tmp_path / "a.toml").id == "ours"
    assert run("new", "--from", str(tmp_path / "a.toml"), "--period", "2026：2030", "--out", str(tmp_path / "b.toml")).exit_code == 0
    assert read_pack(tmp_path / "b.toml").id == "ours-2026-2030"


def test_a_period_that_is_none():
    for words in ("2030:2026", "2026", "26:30"):
        done = run("new", "--from", "starter", "--period", words)
        assert done.exit_code == 1 and words in done.stderr and "2026:2030" in done.stderr
    assert run("new", "--period", "2026:2030").exit_code == 2
    assert run("new", "--from", "none", "--period", "2026:2030").exit_code == 1
