"""The exported map as text: everything inside, nothing from outside, names stay names."""

import base64
import datetime as dt
import html
import json
import re
from html.parser import HTMLParser

import pytest

from planner.export.geometry import map_geometry
from planner.export.mapdata import MapData, MapFacility, MapSite
from planner.export.maps import export_html
from planner.export.palette import share_palette

HOSTILE = ["</script><script>window.pwned=1</script>", '<img src=x onerror="window.pwned=2">', "{{7*7}} {% raw %} ${7*7}",
           "<!-- <script> -->"]


class Page(HTMLParser):
    """Elements with their attributes, and the text of each element that has an id."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.open = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open = dict(attrs).get("id")

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open:
            self.text[self.open] = self.text.get(self.open, "") + data


def data(drawn, names=HOSTILE, lang="zh", **more):
    geometry = map_geometry(drawn.boundaries(names=names))
    return MapData(geometry, "community", [0.1, 0.85, None, 0.5], share_palette(.8), lang, "map", more.pop("source", "source 2025"),
                   people=[10, 20, 0, 30], **more)


def exported(drawn, **more):
    return export_html(data(drawn, **more), heading="Care & <b>shelter</b>", made=dt.date(2026, 1, 5), lines=["15 min </p><script>"],
                       invented=True)


def test_nothing_is_asked_of_any_address(drawn):
    page = Page(exported(drawn))
    addresses = [(tag, attrs[name]) for tag, attrs in page.elements for name in ("src", "href", "action", "data") if name in attrs]
    assert addresses == [("link", "data:,")]
    policy = next(attrs["content"] for tag, attrs in page.elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_names_stay_data_whatever_they_hold(drawn):
    text = exported(drawn, facilities=[MapFacility(116.4, 39.9, "care", "operating", HOSTILE[0], HOSTILE[1])], kinds={"care": HOSTILE[3]},
                    sites=[MapSite("s1", 116.41, 39.91, name=HOSTILE[2])], source=HOSTILE[1])
    page = Page(text)
    assert [tag for tag, _ in page.elements].count("script") == len(re.findall(r"<script", text)) == 6
    assert not [attrs for tag, attrs in page.elements if tag == "img" or any(name.startswith("on") for name in attrs)]
    wire = json.loads(page.text["planner-data"])
    assert wire["facilities"][0][4:] == HOSTILE[:2]
    assert wire["source"] == HOSTILE[1]
    assert wire["sites"][0]["name"] == HOSTILE[2]
    assert wire["kinds"]["care"]["label"] == HOSTILE[3]
    levels, _, _ = drawn.read(base64.b64decode(page.text["planner-geometry"]))
    assert [name for _, name, *_ in levels["community"]] == HOSTILE
    assert html.escape("Care & <b>shelter</b>") in text
    assert "<b>shelter" not in text


def test_it_carries_what_is_painted(drawn):
    wire = json.loads(Page(exported(drawn)).text["planner-data"])
    assert wire["classes"] == "a4-c"  # "a" and "c": class 0 and 2 below the target
    # 10.0 % is 100 = 1 x 64 + 36: "B", "k"; 85.0 % is 850 = 13 x 64 + 18: "N", "S"; 50.0 % is 500 = 7 x 64 + 52: "H", "0".
    assert wire["shares"] == "BkNS..H0"
    assert wire["people"] == [10, 20, 0, 30]
    assert [row["class"] for row in wire["legend"]["rows"]] == [4, 3, 2, 1, 0, None]


@pytest.mark.parametrize(("lang", "words"), [("zh", ["内部使用，行政界线不作为划界依据", "审图号：____", "虚构数据", "2026-01-05"]),
                                             ("en", ["Internal use", "Map approval number: ____", "Invented data", "2026-01-05"])])
def test_stamp_approval_number_and_invented_label(drawn, lang, words):
    text = exported(drawn, lang=lang)
    assert all(word in text for word in words)
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in text


def test_the_page_may_be_enlarged(drawn):
    views = [attrs["content"] for tag, attrs in Page(exported(drawn)).elements if attrs.get("name") == "viewport"]
    assert views == ["width=device-width, initial-scale=1"]


def test_a_project_that_says_nothing_of_invented_data_bears_no_such_label(drawn):
    assert "虚构数据" not in export_html(data(drawn), heading="x", made=dt.date(2026, 1, 5))


def test_the_same_map_gives_the_same_bytes(drawn):
    assert exported(drawn) == exported(drawn)


def test_an_english_map_has_no_chinese_of_its_own(drawn):
    text = exported(drawn, names=["a", "b", "c", "d"], lang="en")
    own = Page(text)
    assert not re.search(r"[\u4e00-\u9fff]", own.text["planner-data"])


def test_shares_must_fit_the_units(drawn):
    with pytest.raises(ValueError, match="4 units"):
        MapData(map_geometry(drawn.boundaries()), "community", [0.5], share_palette(), "en", "map", "source")


def test_a_key_for_tiles_never_stands_in_a_file(drawn, monkeypatch):
    monkeypatch.setenv("PLANNER_TIANDITU_KEY", "0123456789abcdef")
    text = exported(drawn)
    assert "0123456789abcdef" not in text
    assert "tianditu.gov" not in text


def test_a_compared_state_has_its_own_column(drawn):
    text = Page(exported(drawn, before=[0.05, 0.85, None, 0.2], lang="en")).text["planner-data"]
    wire = json.loads(text)
    assert wire["columns"] == ["Code", "Name", "People", "Before", "After"]
    assert wire["compare"]["change"] == "42-5"  # up by 5, none, nobody, up by 30
