"""One file that opens from disk and paints the map: no network, no tiles, nothing to install. The only caller of folium.

folium's own page asks ten addresses on the internet for its scripts and is blank without them. Here the same folium map gets vendored
Leaflet, our canvas layer and all data inline, and a content security policy under which the browser itself refuses any request.
"""

from __future__ import annotations

import base64
import datetime as dt
import html
import json
import re
from collections.abc import Sequence
from typing import Any

import folium
from branca.element import Element, Figure
from folium.template import Template

from planner import __version__
from planner.export.assets import layer_script, leaflet_script, page_script, page_style, style
from planner.export.mapdata import MapData
from planner.i18n import t

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


class _Page(Figure):  # type: ignore[misc]
    """The page around the map, with its language; only trusted text of this module passes through the template."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{this.lang}}">\n<head>\n<meta charset="utf-8">\n<title>{{this.title}}</title>\n'
        "{{this.header.render(**kwargs)}}\n</head>\n<body>\n{{this.html.render(**kwargs)}}\n</body>\n"
        "<script>\n{{this.script.render(**kwargs)}}\n</script>\n</html>\n")

    def __init__(self, title: str, lang: str) -> None:
        super().__init__()
        self.title, self.lang = title, lang
        self.header._children.clear()  # the character set stands in our own template


class _Text(Element):  # type: ignore[misc]
    """Text put into the page as it stands: no template is read in it, so braces in data mean nothing."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def export_html(data: MapData, *, heading: str, made: dt.date, lines: Sequence[str] = (), invented: bool = False) -> str:
    """The map as one HTML file with everything inside.

    heading and lines : what is shown, in words (layer, travel, minutes, scenario). made : the day of the export. invented : the project
    says that its data are made up, and so does the map. The file opens from disk with no network and paints the classes of `data`; a
    line leaves room for the map approval number, which Chinese law asks of a published map and only the user can obtain.
    """
    lang = data.lang
    wire: dict[str, Any] = data.wire() | {"height": None, "columns": _columns(data), "movable": False, "reach_offered": False}
    page = _Page(html.escape(heading), "zh-CN" if lang == "zh" else "en")
    chart = folium.Map(tiles=None, zoom_control=False, attribution_control=False, keyboard=False, zoom_snap=0.25, zoom_delta=1,
                       fade_animation=False, double_click_zoom=False, maxZoom=18)
    chart._id, chart.default_js, chart.default_css = "coverage", [], []
    page.add_child(chart)
    for name, text in (
        ("policy", f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        ("icon", '<link rel="icon" href="data:,">'),
        ("style", f"<style>{_inside(style() + page_style(), 'style')}</style>"),
        ("leaflet", f"<script>{_inside(leaflet_script(), 'script')}</script>"),
        ("layer", f"<script>{_inside(layer_script(), 'script')}</script>"),
    ):
        page.header.add_child(_Text(text), name=name)
    page.html.add_child(_Text(_top(heading, lines, invented, lang)), name="top")
    page.html.add_child(_Text(_bottom(wire, data, made)), name="bottom")
    page.script.add_child(_Text(page_script()), name="start")
    # folium forbids enlarging the page, which shuts out those who must.
    return re.sub(r'<meta name="viewport"[^>]*>', '<meta name="viewport" content="width=device-width, initial-scale=1">', page.render())


def _top(heading: str, lines: Sequence[str], invented: bool, lang: str) -> str:
    """What the map shows, above it, and the element it is drawn in."""
    label = f'<p class="invented">{html.escape(t("map.invented", lang))}</p>' if invented else ""
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f'<header><h1>{html.escape(heading)}</h1>{label}{said}</header>\n<main class="pcm-root" id="planner-root"></main>'


def _columns(data: MapData) -> list[str]:
    """The headings of the table."""
    people = [t("map.people", data.lang)] if data.people is not None else []
    shares = [t("map.share", data.lang)] if data.before is None else [t("map.before", data.lang), t("map.after", data.lang)]
    return [t("map.code", data.lang), t("map.name", data.lang), *people, *shares]


def _bottom(wire: dict[str, Any], data: MapData, made: dt.date) -> str:
    """The table, the stamp, and the data as blocks that no browser runs."""
    lang, files = data.lang, {"geometry": data.geometry, "detail": data.geometry.detail, "curves": data.curves, "reach": data.reach}
    blocks = "\n".join(f'<script type="text/plain" id="planner-{name}">{base64.b64encode(file.payload).decode()}</script>'
                       for name, file in files.items() if file is not None)
    stamp, approval = html.escape(t("map.stamp", lang)), html.escape(t("map.approval", lang))
    made_by = html.escape(t("map.made", lang, date=made.isoformat(), version=__version__))
    return (f'<details><summary>{html.escape(t("map.table", lang))}</summary></details>\n'
            f'<footer><p class="stamp">{stamp}</p><p>{approval}</p><p>{made_by}</p></footer>\n'
            f'<script type="application/json" id="planner-data">{_json_block(wire)}</script>\n'
            f"{blocks}")


def _json_block(value: object) -> str:
    """JSON for a script element: no "<" can end the element, whatever a name holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _inside(text: str, element: str) -> str:
    """Our own code on its way into an element that it must not end."""
    if f"</{element}" in text.lower():
        raise AssertionError(f"</{element} stands in an asset")
    return text
