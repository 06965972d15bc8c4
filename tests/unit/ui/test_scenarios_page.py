"""The scenarios page as Streamlit runs it, on a copy of the tiny project (conftest.py draws it); the map's events come as it tells them.

The clinic stands among A01's 1000 people and reaches A03's 2000 within 15 minutes; A02's 3000 and A04's 20,500 are beyond.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from planner.cli import main
from planner.plan.scenario import Action, Scenario, edit_lock, list_scenarios, load_scenario, save_scenario
from planner.ui import opening, scenario_steps
from planner.ui.map_component import MapEvents
from tests.unit.ui.conftest import LAT, LON, STEP, control, html, press, write_project

Visit = Callable[..., AppTest]
IN_A02, IN_A04 = (LON + STEP / 2, LAT + 1.5 * STEP), (LON + 1.5 * STEP, LAT + 1.5 * STEP)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, in which scenarios can be kept."""
    return write_project(tmp_path / "tiny")


@pytest.fixture
def page(visit: Visit, project: Path) -> AppTest:
    return visit(project, page="scenarios", lang="en", layer="clinic", travel="walk", minutes="15")


def read(page: AppTest, label: str) -> str:
    """A read-out by its label."""
    return str(next(metric.value for metric in page.metric if metric.label == label))


def on_map(page: AppTest, project: Path, **event: Any) -> AppTest:
    """Something done on the map: the page's own callback with the event, then the page drawn."""
    known = opening.opening(str(project))

    def state() -> Any:
        return page.session_state

    with pytest.MonkeyPatch.context() as patch:
        kept = page.session_state["memory"]
        for module in (scenario_steps.state, scenario_steps.scenario_work.state, scenario_steps.unit_panel.state,
                       scenario_steps.map_view.state):
            patch.setattr(module, "memory", lambda: kept)
        patch.setattr(scenario_steps, "st", SimpleNamespace(session_state=state()))
        scenario_steps.heard(SimpleNamespace(lang="en", opening=known, city=known.city), MapEvents(**event))
    return page.run()


def adding(page: AppTest) -> AppTest:
    control(page, "toggle", "add_site").set_value(True).run()
    return page


def saved(page: AppTest, name: str) -> AppTest:
    control(page, "text_input", "scenario_name").set_value(name).run()
    return press(page, "save_scenario")


def test_a_click_adds_a_site_only_while_the_switch_is_on(page: AppTest, project: Path) -> None:
    assert [read(page, label) for label in ("Share now", "Share after", "People gained")] == ["11.3%", "11.3%", "0"]
    on_map(page, project, added=IN_A04)
    assert read(page, "People gained") == "0"
    adding(page)
    on_map(page, project, added=IN_A04)
    assert [read(page, label) for label in ("Share now", "Share after", "People gained")] == ["11.3%", "100.0%", "+23,500"]
    assert read(page, "Change") == "+88.68 pp" and read(page, "Units at target (now → after)") == "2 → 4"
    assert "New: Proposed site 1 (S1, " in html(page)
    assert [list(frame.value["Code"]) for frame in page.dataframe] == [["A04", "A02"]]


def test_a_site_is_dragged_typed_resized_and_taken_back(page: AppTest, project: Path) -> None:
    on_map(adding(page), project, added=IN_A04)
    on_map(page, project, moved=("S1", *IN_A02))
    assert read(page, "People gained") == "+23,500"  # A04 is 13.4 minutes east of it
    assert control(page, "number_input", "edit_lon").value == pytest.approx(IN_A02[0])
    control(page, "number_input", "edit_lat").set_value(LAT + STEP / 2).run()
    assert read(page, "People gained") == "0"  # beside the clinic
    press(page, "scenario_undo")
    assert read(page, "People gained") == "+23,500"
    press(page, "scenario_redo")
    assert read(page, "People gained") == "0"
    press(page, "remove_edit")
    assert "New: " not in html(page) and control(page, "button", "scenario_clear").disabled


def test_what_cannot_be_done_is_said_and_changes_nothing(page: AppTest, project: Path) -> None:
    on_map(adding(page), project, added=(10.0, 50.0))
    assert "outside" in html(page) and "S1" in html(page)
    assert read(page, "People gained") == "0" and "New: " not in html(page)
    press(page, "save_scenario")
    assert "nothing to save" in html(page) and not list_scenarios(project)


def test_a_facility_that_there_is_closes_and_moves(page: AppTest, project: Path) -> None:
    control(page, "selectbox", "facility").set_value("c1").run()
    press(page, "close_facility")
    assert read(page, "Share after") == "0.0%" and read(page, "People gained") == "−3,000"
    press(page, "scenario_undo")
    press(page, "move_facility")
    assert read(page, "People gained") == "0"
    on_map(page, project, moved=("c1", *IN_A04))
    assert read(page, "People gained") == "+20,500"  # A02 and A04 are reached, A01 and A03 no more
    assert "Moves: " in html(page)


def test_page_and_command_line_see_the_same_scenarios_and_numbers(page: AppTest, project: Path) -> None:
    on_map(adding(page), project, added=IN_A04)
    saved(page, "north")
    assert "Saved “north” (version 1)" in html(page) and [one.scenario.name for one in list_scenarios(project)] == ["north"]
    assert page.query_params["scenario"] in ("north", ["north"])
    assert control(page, "selectbox", "compare_b").value == "north"
    assert read(page, "Difference (B − A)") == "+88.68 pp" and read(page, "People (B − A)") == "+23,500"
    words = ["compare", "baseline", "north", "--project", str(project), "--layer", "clinic", "--travel", "walk", "--minutes", "15", "--by",
             "township", "--format", "json"]
    run = CliRunner().invoke(main, words)
    assert run.exit_code == 0, run.output
    total = json.loads(run.stdout)["total"]
    assert total["people_gained"] == 23_500 and f"{total['share_difference'] * 100:+.2f} pp" == read(page, "Difference (B − A)")


def test_a_saved_scenario_opens_by_address_and_grows_by_versions(visit: Visit, project: Path) -> None:
    save_scenario(project, Scenario("上次", None, (Action("add", "clinic", "S1", {}, *IN_A04),)))
    page = visit(project, page="scenarios", lang="en", layer="clinic", travel="walk", minutes="15", scenario="上次")
    assert read(page, "People gained") == "+23,500" and control(page, "text_input", "scenario_name").value == "上次"
    on_map(adding(page), project, added=IN_A02)
    press(page, "save_scenario")
    assert load_scenario(project, "上次").version == 2 and len(load_scenario(project, "上次").scenario.actions) == 2
    assert "version 2" in html(page)


def test_nobodys_work_is_lost(page: AppTest, project: Path) -> None:
    on_map(adding(page), project, added=IN_A04)
    saved(page, "north")
    found = load_scenario(project, "north")
    save_scenario(project, Scenario("north", None, (Action("close", "clinic", "c1"),), created=found.scenario.created), over=1)
    on_map(page, project, added=IN_A02)
    press(page, "save_scenario")
    assert 'role="alert"' in html(page) and "version 2" in html(page)
    assert load_scenario(project, "north").version == 2
    saved(page, "south")
    assert load_scenario(project, "south").version == 1


def test_a_lock_that_somebody_holds_is_told(page: AppTest, project: Path) -> None:
    on_map(adding(page), project, added=IN_A04)
    with edit_lock(project, "north"):
        saved(page, "north")
    assert 'role="alert"' in html(page) and "north" in html(page) and not list_scenarios(project)


def test_opening_and_deleting(visit: Visit, project: Path) -> None:
    save_scenario(project, Scenario("**b** <i>", None, (Action("close", "clinic", "c1"),)))
    page = visit(project, page="scenarios", lang="en", layer="clinic", travel="walk", minutes="15")
    assert "**b** &lt;i&gt;" in html(page)
    control(page, "selectbox", "scenario_pick").set_value("**b** <i>").run()
    press(page, "open_scenario")
    assert read(page, "People gained") == "−3,000"
    control(page, "selectbox", "scenario_pick").set_value("**b** <i>").run()
    press(page, "delete_scenario")
    assert not list_scenarios(project) and read(page, "People gained") == "−3,000"  # the draft stays
    assert not page.exception


def test_an_address_that_names_no_scenario_is_told(visit: Visit, project: Path) -> None:
    page = visit(project, page="scenarios", lang="en", layer="clinic", scenario="nowhere")
    assert not page.exception and "nowhere" in html(page)


def test_a_page_loaded_anew_goes_on_with_what_is_not_saved(visit: Visit, page: AppTest, project: Path) -> None:
    saved(on_map(adding(page), project, added=IN_A04), "north")
    assert "draft" not in page.query_params  # its name is enough
    on_map(page, project, added=IN_A02)
    asked = {key: value if isinstance(value, str) else value[-1] for key, value in page.query_params.items()}
    again = visit(project, **asked)
    assert "Proposed site 2" in html(again) and asked["draft"] and asked["scenario"] == "north"
    press(again, "scenario_undo")
    assert "Proposed site 2" not in html(again) and "Proposed site 2" in html(page.run())  # each goes on by itself
    press(page, "save_scenario")
    assert load_scenario(project, "north").version == 2
    assert html(visit(project, **(asked | {"draft": "nobodys"}))).count("Proposed site") == 2  # the saved one, by its name
