"""What every page with the map does at its events, and the sliders that it offers."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from planner.ui import map_view, state
from planner.ui.map_component import MapEvents


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session's state as a plain dictionary."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    return kept


@pytest.mark.parametrize("name", ["minutes", "target"])
def test_a_slider_let_go_sets_the_page_s_control(session: dict[str, Any], name: str) -> None:
    map_view.heard(MapEvents(scrubbed=(name, 25)))
    assert session[name] == 25
    assert state.memory()[name] == 25


def test_the_button_asks_for_the_border_and_lets_it_go(session: dict[str, Any]) -> None:
    map_view.heard(MapEvents(reach=True))
    assert state.memory()["reach"] is True
    map_view.heard(MapEvents(picked="11"))
    assert state.memory()["reach"] is True
    map_view.heard(MapEvents(reach=False))
    assert state.memory()["reach"] is False
    assert set(session) == {"memory"}
