"""The map on a page: a Streamlit component (components v2) around vendored Leaflet and our canvas layer.

What travels when (see docs/adr/0002-map-component.md): code, geometry and long facility lists go once a browser, as files named by their
content from Streamlit's media store; a rerun sends a character a unit and what is selected.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner_utils.script_run_context import add_script_run_ctx

from planner.export.assets import component_script, layer_script, leaflet_script, loader_script, style
from planner.export.curves import target_percent
from planner.export.geometry import Backdrop, MapGeometry, map_geometry, street_backdrop
from planner.export.mapdata import MapData, MapFacility, MapSite, MapSlider
from planner.ui import tiles

__all__ = ["Backdrop", "MapData", "MapEvents", "MapFacility", "MapGeometry", "MapSite", "MapSlider", "coverage_map", "map_geometry",
           "street_backdrop"]

FILE_FROM_FACILITIES = 60
"""Lists longer than this go as a file."""
SAID_AT_ONCE = ("loading", "failed")
"""Labels that are needed before any file is there."""
CHANGE_SELDOM = ("labels", "legend", "kinds", "statuses", "source", "palette")
"""What stays the same from click to click, and goes as one file."""
FILE_FROM_UNITS = 100
FEW = 4
"""Where no more than one unit in so many differs from the state before, only those travel."""
EVENTS = ("picked", "added", "moved", "scrubbed", "reach")
SCRUBBED = ("minutes", "target")


@dataclass(frozen=True, slots=True)
class MapEvents:
    """What the person did on the map since the last run; None for what was not done.

    picked : code of a unit. added : (lon, lat) of a new site. moved : (id, lon, lat) of a proposed site that was taken elsewhere
    (MapData.movable). scrubbed : ("minutes" or "target", value) of a slider on the map that was let go. reach : whether the border of what
    is within reach is wanted.
    """

    picked: str | None = None
    added: tuple[float, float] | None = None
    moved: tuple[str, float, float] | None = None
    scrubbed: tuple[str, int] | None = None
    reach: bool | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.picked, self.added, self.moved, self.scrubbed, self.reach))


@functools.cache
def _mount() -> Callable[..., Any]:
    """The component, declared once a process."""
    return st.components.v2.component("planner_map", html='<div class="pcm-root"></div>', js=loader_script(), isolate_styles=False)


class _Everyone:
    """Stands in for a session when a file is handed to the media store, so that no session's end takes it away."""

    session_id = "planner-map-files"


_served: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()
"""Media store -> digest -> address of what was handed to it."""


def _serve(content: bytes, mimetype: str, digest: str = "") -> str:
    """The address, on this server, of a file named by its content; it stays for the life of the server. digest : its SHA-256, if known.

    The media store drops a session's files when that session's script starts anew, which would lose a file that a browser is about to
    fetch. So files are handed over in the name of no session, from a thread of their own, once each.
    """
    store = get_instance().media_file_mgr
    known, digest = _served.setdefault(store, {}), digest or hashlib.sha256(content).hexdigest()

    def hand_over() -> None:
        known[digest] = store.add(content, mimetype, digest)

    if digest not in known:
        thread = threading.Thread(target=hand_over, name="planner-map-file")
        add_script_run_ctx(thread, _Everyone())
        thread.start()
        thread.join()
    return known[digest]


@functools.cache
def _code() -> bytes:
    """Style, Leaflet, our layer and the page's side of it as one script."""
    put_style = ("(() => { if (document.getElementById('planner-map-style')) return; const s = document.createElement('style'); "
                 f"s.id = 'planner-map-style'; s.textContent = {json.dumps(style())}; document.head.appendChild(s); }})();")
    return "\n".join([put_style, leaflet_script(), layer_script(), component_script()]).encode()


def coverage_map(data: MapData, *, key: str = "map", height: int = 460, on_event: Callable[[MapEvents], None] | None = None) -> MapEvents:
    """Show the map and say what was done on it.

    height : pixels of the map itself; the source line stands below it. on_event : called before the run that an event starts, so that the
    page can put the selection or the new site into its state and paint it in that same run. The answer of the call is the same event,
    once. The map keeps its view while `key` and its place on the page stay the same.
    """
    wire = _lean(data) | _files(data) | {"height": height, "tiles": tiles.offered(data.lang)}
    if len(data.facilities) > FILE_FROM_FACILITIES:
        wire["facilities_url"] = _serve_json(wire.pop("facilities"))
    if data.people is not None and len(data.people) > FILE_FROM_UNITS:
        wire["people_url"] = _serve_json(wire.pop("people"))
    seldom = {name: wire.pop(name) for name in CHANGE_SELDOM if name in wire}
    wire |= {"labels": {name: seldom["labels"][name] for name in SAID_AT_ONCE}, "seldom_url": _serve_json(seldom)}
    if "before" in wire:
        wire["before_url"] = _serve_json(wire.pop("before"))

    def heard() -> None:
        if on_event is not None and (event := _event(st.session_state.get(key))):
            on_event(event)

    return _event(_mount()(key=key, data=wire, height="content", **{f"on_{name}_change": heard for name in EVENTS}))


def _files(data: MapData) -> dict[str, str]:
    """The addresses of what goes once a browser."""
    numbers = "application/octet-stream"
    found = {"code_url": _serve(_code(), "text/javascript"), "geometry_url": _serve(data.geometry.payload, numbers, data.geometry.sha256)}
    for name, file in (("detail", data.geometry.detail), ("curves", data.curves), ("reach", data.reach)):
        if file is not None:
            found[f"{name}_url"] = _serve(file.payload, numbers, file.sha256)
    return found


def _lean(data: MapData) -> dict[str, Any]:
    """The painting without what the browser can tell from a file that it has: a minute of the curves, or the units that a scenario leaves
    as they were. Few units travel as they are."""
    wire, count = data.wire(), len(data.shares)
    if count <= FILE_FROM_UNITS:
        return wire
    target = target_percent(data.palette)
    if data.curves is not None and target is not None:
        shares = np.array([math.nan if share is None else share for share in data.shares])
        minute = data.curves.column(data.settings.get("minutes"), shares)
        if minute is not None:
            del wire["classes"], wire["shares"]
            return wire | {"column": {"minute": minute, "target": target}}
    if wire["compare"] is not None:
        return _only_what_differs(wire, count)
    return wire


def _only_what_differs(wire: dict[str, Any], count: int) -> dict[str, Any]:
    """A painting of two states in which the second is told by the units that differ from the first (`before`, for a file)."""
    compare = wire["compare"]
    old, old_shares, classes, shares, change = compare["classes"], compare["shares"], wire["classes"], wire["shares"], compare["change"]
    kept = ["-" if mark == "-" else compare["still"] for mark in old]
    at = [i for i in range(count) if (classes[i], shares[2 * i:2 * i + 2], change[i]) != (old[i], old_shares[2 * i:2 * i + 2], kept[i])]
    if len(at) * FEW > count:
        return wire
    for name in ("classes", "shares"):
        del wire[name]
    wire["compare"] = {key: value for key, value in compare.items() if key not in ("classes", "shares", "change")}
    differs = {"at": at, "classes": "".join(classes[i] for i in at), "shares": "".join(shares[2 * i:2 * i + 2] for i in at),
               "change": "".join(change[i] for i in at)}
    return wire | {"differs": differs, "before": [old, old_shares]}


def _serve_json(rows: object) -> str:
    """The address of a list as `[digest, list]`: of a large file the media store looks at parts only, and the digest stands in front."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _serve(f'["{digest}",{text}]'.encode(), "application/json", digest)


def _event(result: Any) -> MapEvents:
    """What the component reports, checked: it comes from a browser."""
    picked, added, moved, scrubbed, reach = (result.get(name) if result else None for name in EVENTS)
    taken = (moved[0], *place) if _listed(moved, 3) and isinstance(moved[0], str) and (place := _place(moved[1:])) else None
    tried = (scrubbed[0], scrubbed[1]) if _listed(scrubbed, 2) and scrubbed[0] in SCRUBBED and type(scrubbed[1]) is int else None
    return MapEvents(picked if isinstance(picked, str) else None, _place(added), taken, tried, reach if isinstance(reach, bool) else None)


def _listed(value: Any, count: int) -> bool:
    """Whether a value is a list of so many."""
    return isinstance(value, list) and len(value) == count


def _place(value: Any) -> tuple[float, float] | None:
    """A place of the earth out of a list of two numbers; None for anything else."""
    if not _listed(value, 2) or any(type(number) not in (int, float) for number in value):
        return None
    lon, lat = map(float, value)
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
