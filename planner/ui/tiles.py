"""天地图 (Tianditu) under the map, with the user's own key: off unless the key is set, and asked for only while a person has turned it on.

The key goes to the browser, which fetches the tiles itself; it never goes into exported files, addresses of pages or logs of ours.
Tianditu stands in CGCS2000, which lies on WGS 84 within centimetres: no shift.
"""

from __future__ import annotations

import os
import re
from typing import Any

from planner.i18n import t

KEY = "PLANNER_TIANDITU_KEY"
"""The environment variable that holds the key."""
SUBDOMAINS = "01234567"
LAYERS = ("vec", "cva")
"""The map, and its names."""


def offered(lang: str) -> dict[str, Any] | None:
    """What the map's button needs; None where no key is set, or one that is no key."""
    key = os.environ.get(KEY, "").strip()
    if not re.fullmatch(r"[0-9A-Za-z]{8,64}", key):
        return None
    return {"urls": [_address(layer, key) for layer in LAYERS], "subdomains": SUBDOMAINS, "attribution": t("map.tiles_source", lang)}


def _address(layer: str, key: str) -> str:
    """The address of a layer's tiles (WMTS in Web Mercator), with Leaflet's placeholders."""
    return (f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
            f"&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}")
