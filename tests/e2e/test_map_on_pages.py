"""The map's slider on the served page: tried in the browser, then the page's own minutes, without a file fetched again."""

from __future__ import annotations

from typing import Any

from tests.e2e.test_browser import engine, headline_agrees

RELEASED = "e => { e.value = 20; for (const name of ['input', 'change']) e.dispatchEvent(new Event(name)); }"


def test_a_slider_on_the_map_becomes_the_page_s_minutes(view: Any) -> None:
    view.open(lang="en", by="community")
    before = view.state()
    asked: list[str] = []
    view.page.on("request", lambda request: asked.append(request.url) if "/media/" in request.url else None)
    view.page.evaluate("window.kept = document.querySelector('[data-testid=map] canvas')")
    shown = before["settings"]
    truth = {unit["code"]: unit["share"] for unit in engine(shown["layer"], shown["travel"], 20, "community")["units"]}
    slider = view.page.locator("[data-scrub=minutes]")
    slider.evaluate("e => { e.value = 20; e.dispatchEvent(new Event('input')); }")
    tried = view.until("p.settings.minutes === 20")
    assert tried["classes"] != before["classes"]
    for code, share in truth.items():
        number = tried["classes"][code]
        assert (number is None) == (share is None)
        if share is not None:
            low, high = tried["palette"][number]["from"], tried["palette"][number]["to"]
            assert low <= share < high or share == high == 1
    assert "minutes=15" in view.page.url  # the page has not been asked yet
    slider.evaluate(RELEASED)
    view.page.wait_for_url("**minutes=20**")
    view.settle()
    headline_agrees(view)
    after = view.until("p.settings.minutes === 20")
    assert after["classes"] == tried["classes"]
    assert after["view"] == before["view"]
    assert view.page.evaluate("kept === document.querySelector('[data-testid=map] canvas')")
    assert not asked
