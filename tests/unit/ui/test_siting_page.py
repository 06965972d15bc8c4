"""The siting page on the tiny project (conftest.py draws it), and that its numbers are those of `planner site`."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from planner.cli.site import command
from planner.plan.scenario import load_scenario
from planner.ui import jobs, siting_keep, siting_progress, siting_work
from tests.unit.ui.conftest import control, html, press, write_project
from tests.unit.ui.test_pages import address

Visit = Callable[..., AppTest]
SHOWN = {"page": "siting", "layer": "clinic", "travel": "walk", "minutes": "15", "by": "township"}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project that a test may write to."""
    return write_project(tmp_path / "own")


def asked(page: AppTest, **choices: Any) -> AppTest:
    """Makes choices on the page and runs it."""
    for key, value in choices.items():
        kind = {int: "number_input", bool: "checkbox", str: "selectbox"}[type(value)]
        control(page, kind, key).set_value(value).run()
    press(page, "run_siting")
    for job in list(jobs._jobs.values()):
        assert job.done.wait(60)
    return page.run()


def readouts(page: AppTest) -> list[str]:
    """Status, bound, sites, share before and after, people gained."""
    return [metric.value for metric in page.metric]


def answered() -> siting_work.Answer:
    """The answer asked for last."""
    found = next(reversed(jobs._jobs.values())).result
    assert isinstance(found, siting_work.Answer)
    return found


def commanded(folder: Path, *words: str, form: str = "json") -> str:
    """What `planner site` prints for the page's layer, travel and radius."""
    run = CliRunner().invoke(command, [str(folder), "--layer", "clinic", "--travel", "walk", "--minutes", "15", "--format", form, *words])
    assert run.exit_code == 0, run.stderr
    return run.stdout


def test_a_plan_is_worked_by_hand(visit: Visit) -> None:
    """One clinic more: 23,500 of 26,500 people live within 15 minutes' walk (1,080 m) of a place on the street between A02 and A04."""
    page = visit(**SHOWN, lang="en")
    assert readouts(page)[:4] == ["Not run yet", "–", "–", "11.3%"]
    asked(page, p=1)
    assert not page.exception
    assert readouts(page) == ["Proven best", "26,500", "1 site", "11.3%", "100.0%", "23,500"]
    sites, units = (table.value for table in page.dataframe)
    assert sites["Gained"].tolist() == [23_500] and sites["No."].tolist() == [1]
    gained = dict(zip(units["Code"], units["People gained"], strict=True))
    assert gained == {"A01": 0, "A02": 3000, "A03": 0, "A04": 20_500}
    assert "with 1 new site" in html(page) and "Proven" in html(page)


@pytest.mark.parametrize(("choices", "words"), [
    ({"p": 1}, ["--model", "mclp", "--new", "1"]),
    ({"p": 2, "spacing_m": 800, "from_scratch": True}, ["--model", "mclp", "--new", "2", "--spacing-m", "800", "--from-scratch"]),
    ({"model": "lscp", "share": 90}, ["--model", "lscp", "--share", "0.9"]),
    ({"model": "lscp", "share": 100}, ["--model", "lscp"]),
    ({"model": "lscp", "share": 50, "each_unit": True}, ["--model", "lscp", "--share", "0.5", "--by", "township"]),
    ({"model": "p_median", "p": 1, "candidates": "grid"}, ["--model", "p_median", "--new", "1", "--candidates", "grid:500"]),
    ({"model": "p_center", "p": 1}, ["--model", "p_center", "--new", "1"]),
    ({"model": "max_min_share", "p": 1}, ["--model", "max_min_share", "--new", "1", "--by", "township"]),
    ({"p": 3, "site_cost": 50, "budget": 100}, ["--model", "mclp", "--new", "3", "--site-cost", "500000", "--budget", "1000000"])])
def test_the_page_answers_as_the_command_does(visit: Visit, tiny: Path, choices: dict[str, Any], words: list[str]) -> None:
    page = asked(visit(**SHOWN, lang="zh"), **choices)
    assert not page.exception
    run, said = answered().run, json.loads(commanded(tiny, *words))
    told = {"status": run.result.status, "objective": run.result.objective, "bound": run.result.bound, "people_covered": run.covered_after}
    assert told == {key: said[key] for key in told}
    assert [site.id for site in run.new] == [site["id"] for site in said["new_sites"]]
    assert said["sentence"]["zh"] in html(page)


def test_the_answer_belongs_to_the_settings_shown(visit: Visit) -> None:
    page = asked(visit(**SHOWN, lang="en"), p=1)
    control(page, "number_input", "p").set_value(2).run()
    assert readouts(page)[0] == "Not run yet"
    control(page, "number_input", "p").set_value(1).run()
    assert readouts(page)[0] == "Proven best"
    again = visit(**SHOWN, lang="zh", p="1")  # another visit that asks the same finds the answer
    assert readouts(again)[:3] == ["已证明最优", "2.65 万", "1 处"]
    assert address(again, "p") == "1" and address(again, "model") == "mclp"


def test_a_plan_is_saved_as_the_command_saves_it_and_built_upon(visit: Visit, own: Path) -> None:
    page = asked(visit(own, **SHOWN, lang="en"), p=1)
    control(page, "text_input", "plan_name").set_value("clinics 1")
    press(page, "save_plan")
    assert "Kept as scenario" in html(page)
    commanded(own, "--model", "mclp", "--new", "1", "--save", "by-command")
    kept, other = (load_scenario(own, name).scenario for name in ("clinics 1", "by-command"))
    assert kept.actions == other.actions and kept.base is None
    press(page, "save_plan")
    assert "clinics 1" in html(page) and load_scenario(own, "clinics 1").version == 1  # refused, with a sentence
    control(page, "selectbox", "scenario").set_value("clinics 1").run()
    assert readouts(page)[3] == "100.0%" and address(page, "scenario") == "clinics 1"
    asked(page, p=2)
    said = json.loads(commanded(own, "--model", "mclp", "--new", "2", "--scenario", "clinics 1"))
    assert answered().run.result.objective == said["objective"] and answered().run.existing == said["existing"]["count"] == 2


def test_files_hold_the_plan(visit: Visit, tiny: Path) -> None:
    page = asked(visit(**SHOWN, lang="en"), p=1)
    answer = answered()
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels[-3:] == ["Sites CSV", "Plan Excel", "Plan GPKG"]
    assert siting_keep.siting_table.sites_csv(answer.run) == commanded(tiny, "--model", "mclp", "--new", "1", form="csv")
    row, = csv.DictReader(io.StringIO(siting_keep.siting_table.sites_csv(answer.run)))
    assert row["people_added"] == "23500.0"


def test_the_workbook_and_the_geopackage_say_what_was_asked(visit: Visit, tmp_path: Path) -> None:
    from planner.export.siting_table import plan_gpkg, plan_xlsx
    from planner.measure.coverage import coverage
    from planner.plan.coverage_change import unit_changes

    asked(visit(**SHOWN, lang="en"), p=1)
    answer = answered()
    city = _opening(answer).read_city()
    before, after = (coverage(one, "clinic", "walk", minutes=15, by="township", group="total") for one in (city, answer.after))
    changes = unit_changes(before, after)
    book = openpyxl.load_workbook(io.BytesIO(plan_xlsx(answer.run, answer.rules, said=answer.told(city, "en"), units=changes, lang="en",
                                                       settings=siting_keep.settings_said(answer, city, "en"))))
    assert book.sheetnames == ["plan", "new sites", "units before and after"]
    assert book["plan"]["B1"].value == answer.told(city, "en")[0]
    told = {row[0].value: row[1].value for row in book["plan"].iter_rows()}
    assert told["Bound (no plan passes it)"] == "26500.0" and told["New sites at most"] == "1"
    units = list(book["units before and after"].iter_rows(values_only=True))
    assert units[1][0] == "A01" and units[2][3:] == (0, 1, 1, 3000)
    assert units[3][1] == '<img src=x onerror="bad()">'
    path = tmp_path / "plan.gpkg"
    path.write_bytes(plan_gpkg(answer.run, city.boundaries, "township", changes))
    sites, areas = (pyogrio.read_dataframe(path, layer=name) for name in ("new_sites", "units"))
    assert sites.crs == areas.crs == "EPSG:4326"
    assert (sites.geometry.x[0], sites.people_added[0]) == (pytest.approx(answer.run.new[0].lon), 23_500)
    assert areas.set_index("code").share_after["A02"] == 1.0


def _opening(answer: siting_work.Answer) -> Any:
    """The opening that an answer was worked out on."""
    from planner.ui import opening

    return next(one for one in opening._openings.values() if answer.asked.key(one) == next(reversed(jobs._jobs)))


def test_a_run_under_way_shows_its_figures_and_can_be_called_off(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    told, go = threading.Event(), threading.Event()
    real = siting_work.answer_of

    def slow(*given: Any, progress: Any, cancel: Any, **more: Any) -> Any:
        progress(3000.0, 26_500.0)
        told.set()
        assert go.wait(30) and cancel()
        return real(*given, progress=progress, cancel=cancel, **more)

    monkeypatch.setattr(siting_work, "answer_of", slow)
    monkeypatch.setattr(siting_progress, "AT_ONCE_S", 0.05)
    page = visit(**SHOWN, lang="en", p="1", group="age_60_plus")
    press(page, "run_siting")
    assert told.wait(10)
    page.run()
    assert "Solving" in html(page) and "3,000" in html(page) and "26,500" in html(page) and "783.3%" in html(page)
    control(page, "button", "cancel_siting").click()
    page.run()
    assert "Stopping" in html(page)
    go.set()
    assert next(reversed(jobs._jobs.values())).done.wait(30)
    page.run()
    assert readouts(page)[0] == "Proven best" and "siting_progress" not in html(page) and not page.exception


def test_plans_besides_the_best_are_the_commands_and_say_what_they_lose(visit: Visit, own: Path) -> None:
    page = asked(visit(own, **SHOWN, lang="en"), p=1, others=2)
    said = json.loads(commanded(own, "--model", "mclp", "--new", "1", "--alternatives", "2"))
    others = answered().others
    assert [one.run.result.objective for one in others] == [one["objective"] for one in said["alternatives"]]
    assert [[site.id for site in one.run.new] for one in others] == [one["gained"] for one in said["alternatives"]]
    assert len(others) == 2 and all(one.loss == 0 and one.swapped == 1 for one in others)  # other places on the same stretch of street
    assert readouts(page)[0] == "Proven best" and len(page.get("button_group")[-1].options) == 3
    control(page, "button_group", "plan_shown").set_value(2).run()
    assert readouts(page)[:3] == ["Other 2", "26,500", "1 site"] and "Plan 2 besides the best: 1 of 1 new sites" in html(page)
    assert page.dataframe[0].value["Place"].tolist() == [others[1].run.new[0].id]
    control(page, "text_input", "plan_name").set_value("other")
    press(page, "save_plan")
    assert [action.id for action in load_scenario(own, "other").scenario.actions] == [others[1].run.new[0].id]


def test_what_cannot_be_asked_is_said(visit: Visit) -> None:
    page = asked(visit(**SHOWN, lang="en"), model="capacitated_mclp")
    assert not page.exception
    assert "no column of numbers" in html(page) and "--capacity" in html(page)
    unknown = visit(**SHOWN, lang="en", model="magic", scenario="nowhere")
    assert "model=magic" in html(unknown) and "scenario=nowhere" in html(unknown)


def test_answers_on_former_files_are_let_go(visit: Visit, own: Path) -> None:
    asked(visit(own, **SHOWN, lang="en"), p=1)
    old = next(reversed(jobs._jobs))
    with (own / "people.csv").open("a", encoding="utf-8") as people:
        people.write("114.004,30.004,100,20\n")
    page = asked(visit(own, **SHOWN, lang="en"), p=1)
    assert readouts(page)[1] == "26,600" and jobs.find(old) is None
