"""Steps on a draft: what each leaves, how it is taken back, and that nothing is changed in place."""

from __future__ import annotations

from planner.plan import draft as drafting
from planner.plan.draft import Draft
from planner.plan.scenario import Action, Saved, Scenario

EMPTY = Draft()


def test_new_sites_take_the_first_free_number() -> None:
    one = drafting.with_site(EMPTY, "clinic", 114.123456789, 30.0, taken=["S1", "x"], name="拟建 {number}")
    assert one.actions == (Action("add", "clinic", "S2", {"name": "拟建 2"}, 114.1234568, 30.0),)
    two = drafting.with_site(one, "clinic", 1, 2, taken=["S1"])
    assert [action.id for action in two.actions] == ["S2", "S3"] and dict(two.actions[1].values) == {}
    assert drafting.with_site(two, "school", 1, 2, taken=[]).actions[-1].id == "S1"  # another layer counts by itself
    assert drafting.with_site(drafting.without(two, 0), "clinic", 1, 2, taken=["S1"]).actions[-1].id == "S2"


def test_every_step_is_taken_back_and_done_again() -> None:
    one = drafting.with_site(EMPTY, "clinic", 1, 2, taken=[])
    two = drafting.closed(one, "clinic", "c1")
    assert EMPTY.actions == () and len(one.actions) == 1
    back = drafting.undo(two)
    assert back.actions == one.actions and drafting.undo(back).actions == () and drafting.undo(EMPTY) == EMPTY
    assert drafting.redo(back) == two and drafting.redo(drafting.redo(drafting.undo(back))) == two and drafting.redo(two) == two
    other = drafting.with_site(back, "clinic", 3, 4, taken=[])
    assert other.future == () and drafting.redo(other) == other  # a new step leaves nothing to be done again
    assert drafting.closed(two, "clinic", "c1") == two and len(two.past) == 2  # what changes nothing is no step


def test_a_long_history_forgets_its_beginning() -> None:
    draft = EMPTY
    for k in range(drafting.STEPS + 5):
        draft = drafting.with_site(draft, "clinic", k % 90, 2, taken=[])
    assert len(draft.past) == drafting.STEPS and len(draft.actions) == drafting.STEPS + 5


def test_a_place_belongs_to_the_action_that_put_the_facility_there() -> None:
    site = drafting.with_site(EMPTY, "clinic", 1, 2, taken=[])
    assert drafting.placed(site, "clinic", "S1", 5, 6).actions == (Action("add", "clinic", "S1", {}, 5, 6),)
    moved = drafting.placed(site, "clinic", "c1", 7, 8)
    assert moved.actions[1] == Action("move", "clinic", "c1", lon=7, lat=8)
    assert drafting.placed(moved, "clinic", "c1", 9, 9).actions[1:] == (Action("move", "clinic", "c1", lon=9, lat=9),)


def test_a_size_belongs_to_the_site_or_to_one_enlargement() -> None:
    site = drafting.sized(drafting.with_site(EMPTY, "clinic", 1, 2, taken=[], name="新"), "clinic", "S1", "beds", 40)
    assert dict(site.actions[0].values) == {"name": "新", "beds": 40}
    larger = drafting.sized(drafting.sized(site, "clinic", "c1", "beds", 50), "clinic", "c1", "beds", 60)
    assert larger.actions[1:] == (Action("expand", "clinic", "c1", {"beds": 60}),)


def test_a_site_that_is_taken_back_takes_what_was_done_to_it_along() -> None:
    draft = drafting.with_actions(EMPTY, (Action("expand", "clinic", "S1", {"beds": 1.0}), Action("add", "clinic", "S1", {}, 1, 2),
                                          Action("expand", "clinic", "S1", {"beds": 9.0}), Action("close", "school", "S1")))
    assert drafting.without(draft, 1).actions == (draft.actions[0], draft.actions[3])
    assert drafting.without(draft, 3).actions == draft.actions[:3]


def test_sites_of_a_layer_stand_where_the_last_action_put_them() -> None:
    school = Action("add", "school", "S1", {}, 3, 4)
    actions = (Action("add", "clinic", "S1", {}, 1, 2), school, Action("move", "clinic", "c1", lon=5, lat=6),
               Action("move", "clinic", "S1", lon=7, lat=8), Action("add", "clinic", "S2", {"name": "二"}, 9, 9),
               Action("close", "clinic", "c1"))
    assert [(number, action.id, action.lon) for number, action in drafting.sites(actions, "clinic")] == [(3, "S1", 7), (4, "S2", 9)]
    assert drafting.name_in(actions[4]) == "二" and drafting.name_in(actions[0]) == "S1"


def test_opening_is_a_step_and_saving_is_none() -> None:
    saved = Saved(Scenario("甲", None, (Action("close", "clinic", "c1"),)), 3, "", "")
    site = drafting.with_site(EMPTY, "clinic", 1, 2, taken=[])
    opened = drafting.opened(site, saved)
    assert opened.scenario.name == "甲" and drafting.undo(opened).actions == site.actions
    kept = drafting.kept(site, Saved(Scenario("乙", None, site.actions), 1, "", ""))
    assert kept.scenario.name == "乙" and kept.past == site.past
