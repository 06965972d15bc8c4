"""The map's code and style as text: vendored Leaflet and our canvas layer, one source for the page and for exported files."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

LEAFLET = "vendor/leaflet-1.9.4"
MODULES = ("map_reading.js", "map_signs.js", "map_canvas.js", "map_painting.js", "map_surroundings.js", "map_pointer.js", "map_scrubber.js",
           "map_comparing.js", "coverage_layer.js")
"""Our canvas layer's parts, each after those it needs."""


def _static(name: str) -> str:
    """One file of planner/ui/static."""
    return files("planner").joinpath("ui", "static", *name.split("/")).read_text(encoding="utf-8")


@cache
def leaflet_script() -> str:
    """Leaflet as it is vendored, less the pointer to a source map that is not shipped (browsers' tools would ask for it)."""
    return _static(f"{LEAFLET}/leaflet.js").replace("//# sourceMappingURL=leaflet.js.map", "")


@cache
def layer_script() -> str:
    """Our canvas layer: reading, painting, what surrounds it, and the map itself."""
    return "\n".join(_static(name) for name in MODULES)


@cache
def component_script() -> str:
    """The page's side of the map, to stand behind the layer's script."""
    return _static("map_component.js")


@cache
def loader_script() -> str:
    """What fetches the map's code; it travels with every rerun, without its comments and indentation."""
    lines = (line.strip() for line in _static("map_loader.js").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("/*"))


@cache
def style() -> str:
    """Leaflet's style and ours."""
    return _static(f"{LEAFLET}/leaflet.css") + "\n" + _static("coverage_map.css")


@cache
def page_script() -> str:
    """What starts the map of an exported file."""
    return _static("standalone.js")


@cache
def page_style() -> str:
    """The style of an exported file around its map."""
    return _static("standalone.css")
