"""What a project's opening does: reading, and the work that makes the first page quick."""

from __future__ import annotations

import contextlib
import importlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import InputError, PlannerError
from planner.measure.city import City
from planner.plan import layer_defaults
from planner.plan.first_data import first_steps
from planner.plan.project import as_city, read_project, survey_project
from planner.plan.unplaced import any_unplaced, place_book, unplaced
from planner.ui import map_view

if TYPE_CHECKING:
    from planner.ui.opening import Opening

SLOW_MODULES = ("planner.ui.pages.coverage", "planner.export.coverage_table", "planner.export.maps", "xlsxwriter", "pyogrio")
"""Parts that pages load when they are first used: loaded here, nobody waits for them."""

REST_S, PAUSE_S = 3.0, 0.1
"""A rest before the other layers and a pause between them, in which whoever uses the pages goes first."""


def read(known: Opening) -> City:
    """A project's city; what is found in its files goes into the opening's report, facilities without a position into its list."""
    project = read_project(Path(known.project), report=known.report)
    found, streets = survey_project(project, report=known.report)
    known.first = first_steps(project, found, streets, known.report)
    if any_unplaced(found):
        try:
            known.book = place_book(found, project.places)
        except InputError as error:
            known.book_error, known.book = error, place_book(found)
        known.unplaced = unplaced(found, book=known.book)
    return as_city(project, found, streets, report=known.report)


def first_view(known: Opening) -> None:
    """Distances, figures and map of the view that a visit without settings opens with."""
    city, packs = known.read_city(), known.packs()
    layer_defaults.check_measurable(city)
    layer = layer_defaults.first_layer(city, packs)
    start = layer_defaults.default_of(city, packs, layer)
    known.coverage(layer, start.travel, start.minutes, layer_defaults.first_level(city), layer_defaults.first_group(city))
    map_view.curves(known, layer, start.travel, layer_defaults.first_level(city), layer_defaults.first_group(city))
    map_view.geometry(known)
    map_view.signs(known, layer)


def other_views(known: Opening) -> None:
    """The distances of the other layers, so that choosing one is quick. A layer that cannot be measured says so when it is chosen."""
    city, packs = known.read_city(), known.packs()
    time.sleep(REST_S)
    for name in SLOW_MODULES:
        importlib.import_module(name)
    for layer in city.facilities:
        time.sleep(PAUSE_S)
        with contextlib.suppress(PlannerError):
            start = layer_defaults.default_of(city, packs, layer)
            known.coverage(layer, start.travel, start.minutes, layer_defaults.first_level(city), layer_defaults.first_group(city))
