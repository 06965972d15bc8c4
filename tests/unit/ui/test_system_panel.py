"""The evidence about coordinate systems in words and as a table."""

import pytest

from planner.quality import SystemEvidence
from planner.ui.system_panel import frame, sentence

DOUBT = SystemEvidence(("facilities.a", "facilities.b", "facilities.c", "facilities.d"), "poi.csv", "wgs84", "gcj02", "high", 1000,
                       {"wgs84": 500, "gcj02": 710, "bd09": 480}, {"people": (1000, {"wgs84": 500, "gcj02": 710, "bd09": 480})},
                       (477.1, -240.2), (484.0, -239.1), 291)
CLEAR = SystemEvidence(("streets",), "streets.gpkg", "wgs84", "wgs84", "none", 0, {"wgs84": 0, "gcj02": 0, "bd09": 0}, {})


@pytest.mark.parametrize(("lang", "parts"), [("zh", ("1,000", "50%", "71%", "把握高", "向东 +477 米、向北 -240 米", "291")),
                                             ("en", ("1,000", "50%", "71%", "confidence high", "+484 m east, -239 m north", "291"))])
def test_a_doubt_in_words(lang, parts):
    said = sentence(DOUBT, lang)
    assert all(part in said for part in parts), said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table(lang):
    table = frame([DOUBT, CLEAR], lang)
    assert table.iloc[0, 1] == "facilities.a, facilities.b, facilities.c…" and table.iloc[0, 6:9].tolist() == ["50%", "71%", "48%"]
    assert table.iloc[1, 2:4].tolist() == ["wgs84", "wgs84"] and table.iloc[1, 6:].tolist() == [""] * 5
