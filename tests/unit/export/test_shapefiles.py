"""Names and texts as a .dbf can hold them."""

from planner.export.shapefiles import TEXT_BYTES, _fitting, short_names
from planner.export.tables import GAP_FIELDS, PROJECT_FIELDS


def test_every_field_has_a_short_name_of_its_own():
    assert short_names(("threshold", "threshold_max", "threshold_min")) == {
        "threshold": "threshold", "threshold_max": "threshold_", "threshold_min": "threshol_2"}
    for fields in (GAP_FIELDS, PROJECT_FIELDS):
        names = short_names(fields)
        assert len(set(names.values())) == len(fields) and max(map(len, names.values())) <= 10


def test_text_is_cut_between_characters():
    assert _fitting("长" * 84) == "长" * 84  # 252 bytes
    assert _fitting("a" + "长" * 85) == "a" + "长" * 84
    assert len(_fitting("长" * 500).encode()) <= TEXT_BYTES
