"""`planner report` from the command line: forms, languages, what may be asked beside, and what is refused."""

import json

import pytest
from click.testing import CliRunner

from planner.cli import main
from tests.report_project import DAY, small_town


@pytest.fixture
def project(tmp_path):
    return small_town(tmp_path / "town")


def run(*words, lang="zh"):
    found = CliRunner().invoke(main, [str(word) for word in words], env={"PLANNER_LANG": lang})
    assert found.exception is None or isinstance(found.exception, SystemExit), found.output
    return found


def test_a_report_in_each_language_with_a_programme_and_a_snapshot(project, tmp_path):
    assert run("evaluate", project, "--as-of", DAY, "--snapshot", "年初").exit_code == 0
    programme = tmp_path / "p.json"
    assert run("programme", project, "--years", "2026:2028", "--format", "json", "--out", programme).exit_code == 0
    cost = json.loads(programme.read_text(encoding="utf-8"))["cost"]
    english = ("Since the snapshot &quot;年初&quot; of 2025-12-31", "The programme of 2026 to 2028", "works (10,000 CNY)")
    for lang, said in (("zh", ("与2025年12月31日的快照“年初”相比", "按2026—2028年实施计划", "投资（万元）")), ("en", english)):
        out = tmp_path / f"{lang}.html"
        done = run("report", project, "--as-of", DAY, "--since", "年初", "--programme", programme, "--out", out, "--lang", lang)
        page = out.read_text(encoding="utf-8")
        assert done.exit_code == 0 and out.name in done.stderr and [one for one in said if one not in page] == []
        assert f"{cost / 10_000:,.1f}" in page and f'lang="{"zh-CN" if lang == "zh" else "en"}"' in page


def test_a_scenario_that_is_not_there_is_refused(project, tmp_path):
    out = tmp_path / "r.html"
    done = run("report", project, "--scenario", "无此情景", "--out", out)
    assert done.exit_code == 1 and "无此情景" in done.stderr and not out.exists()


@pytest.mark.parametrize(("words", "said"), [(("--out", "r.doc"), ".docx"), (("--out", "r.pdf", "--since", "无"), "无"),
                                             (("--out", "r.pdf", "--pack", "none"), "none")])
def test_what_cannot_be_is_refused_in_a_line_before_anything_is_written(project, tmp_path, words, said, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("report", project, *words)
    assert done.exit_code == 1 and said in done.stderr and len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("r.*"))


def test_a_programme_that_is_none_is_refused(project, tmp_path):
    (tmp_path / "p.json").write_text("{}", encoding="utf-8")
    done = run("report", project, "--programme", tmp_path / "p.json", "--out", tmp_path / "r.pdf", lang="en")
    assert done.exit_code == 1 and "p.json" in done.stderr and "schema" in done.stderr
