"""The frame of the pages."""

from planner.ui.navigation import _told_apart


def test_folders_of_one_title_are_told_apart_by_their_names():
    told = _told_apart({"city": "云河市", "data": "云河市", "own": "海州市"})
    assert told == {"city": "云河市 · city", "data": "云河市 · data", "own": "海州市"}
