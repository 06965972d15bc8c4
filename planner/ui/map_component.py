"""The map on a page: a Streamlit component (components v2) around vendored Leaflet and our canvas layer.

What travels when (see docs/adr/0002-map-component.md): code, geometry and long facility lists go once a browser, as files named by their
content from Streamlit's media store; a rerun sends a character a unit and what is selected.
"""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner_utils.script_run_context import add_script_run_ctx

from planner.export.assets import component_script, layer_script, leaflet_script, style
from planner.export.geometry import Backdrop, MapGeometry, map_geometry, street_backdrop
from planner.export.mapdata import MapData, MapFacility, MapSite

__all__ = ["Backdrop", "MapData", "MapEvents", "MapFacility", "MapGeometry", "MapSite", "coverage_map", "map_geometry", "street_backdrop"]

FILE_FROM_FACILITIES = 60
"""Lists longer than this go as a file."""
FILE_FROM_UNITS = 400


@dataclass(frozen=True, slots=True)
class MapEvents:
    """What the person did on the map since the last run: the code of a unit picked, or the (lon, lat) of a site added."""

    picked: str | None = None
    added: tuple[float, float] | None = None

    def __bool__(self) -> bool:
        return self.picked is not None or self.added is not None


@functools.cache
def _mount() -> Callable[..., Any]:
    """The component, declared once a process."""
    return st.components.v2.component("planner_map", html='<div class="pcm-root"></div>', js=component_script(), isolate_styles=False)


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
    """Style, Leaflet and our layer as one script."""
    put_style = ("(() => { if (document.getElementById('planner-map-style')) return; const s = document.createElement('style'); "
                 f"s.id = 'planner-map-style'; s.textContent = {json.dumps(style())}; document.head.appendChild(s); }})();")
    return "\n".join([put_style, leaflet_script(), layer_script()]).encode()


def coverage_map(data: MapData, *, key: str = "map", height: int = 460, on_event: Callable[[MapEvents], None] | None = None) -> MapEvents:
    """Show the map and say what was done on it.

    height : pixels of the map itself; the source line stands below it. on_event : called before the run that an event starts, so that the
    page can put the selection or the new site into its state and paint it in that same run. The answer of the call is the same event,
    once. The map keeps its view while `key` and its place on the page stay the same.
    """
    wire = data.wire()
    wire |= {"code_url": _serve(_code(), "text/javascript"), "height": height,
             "geometry_url": _serve(data.geometry.payload, "application/octet-stream", data.geometry.sha256)}
    if len(data.facilities) > FILE_FROM_FACILITIES:
        wire["facilities_url"] = _serve_json(wire.pop("facilities"))
    if data.people is not None and len(data.people) > FILE_FROM_UNITS:
        wire["people_url"] = _serve_json(wire.pop("people"))

    def heard() -> None:
        if on_event is not None and (event := _event(st.session_state.get(key))):
            on_event(event)

    return _event(_mount()(key=key, data=wire, height="content", on_picked_change=heard, on_added_change=heard))


def _serve_json(rows: object) -> str:
    """The address of a list as `[digest, list]`: of a large file the media store looks at parts only, and the digest stands in front."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _serve(f'["{digest}",{text}]'.encode(), "application/json", digest)


def _event(result: Any) -> MapEvents:
    """What the component reports, checked: it comes from a browser."""
    picked, added = (result.get(name) if result else None for name in ("picked", "added"))
    place = None
    if isinstance(added, list) and len(added) == 2 and all(type(v) in (int, float) for v in added):
        lon, lat = map(float, added)
        place = (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
    return MapEvents(picked if isinstance(picked, str) else None, place)
