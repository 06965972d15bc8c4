"""Lines of mixed Chinese and Latin text."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.export.line_breaks import CLOSING, OPENING, broken, pieces, text_width
from planner.export.report_document import Column, Table
from planner.export.report_font import register
from planner.export.report_widths import column_widths

register()
MIXED = st.text(st.sampled_from("甲乙丙，。（）“”《》abc 12.%-/"), min_size=1, max_size=60)


@pytest.mark.parametrize(("text", "expected"), [
    ("覆盖率为42.8%，较2020年", ["覆", "盖", "率", "为", "42.8%，", "较", "2020", "年"]),
    ("“养老（甲）”应", ["“养", "老", "（甲）”", "应"]),
    ("one  two", ["one ", "two"]),
    ("starter-r12-area 2026-11-22", ["starter-", "r12-", "area ", "2026-11-22"]),
])
def test_pieces_stay_whole(text, expected):
    assert pieces(text) == expected


@given(MIXED, st.integers(30, 120))
def test_lines_join_to_the_text_fit_and_begin_with_no_closing_mark(text, width):
    lines = broken(text, 10, (width,))
    assert "".join(lines) == " ".join(text.split()).strip() or not text.strip()
    wide = {piece for piece in pieces(text) if text_width(piece.rstrip(), 10) > width}
    if not wide:
        assert all(text_width(line.rstrip(), 10) <= width + 1e-6 for line in lines)
        assert not any(line[0] in CLOSING for line in lines[1:]) and not any(line.rstrip()[-1] in OPENING for line in lines[:-1])


def test_the_first_line_may_be_narrower_and_a_long_word_breaks():
    assert broken("甲乙丙丁戊", 10, (20, 30)) == ["甲乙", "丙丁戊"]
    assert all(len(line) <= 6 for line in broken("x" * 40, 10, (30,))) and "".join(broken("x" * 40, 10, (30,))) == "x" * 40


def test_columns_are_as_wide_as_their_heads_need_and_fill_the_width():
    table = Table("t", (Column("deadline", 1), Column("title of a target", 9)), ())
    widths = column_widths(table, 300, 8, 2.5)
    need = text_width("deadline", 8) + 6
    assert widths == pytest.approx([need, 300 - need]) and need > 300 / 10
    assert column_widths(replace(table, columns=(Column("a", 1), Column("b", 3))), 300, 8, 2.5) == pytest.approx([75, 225])
    assert column_widths(table, 40, 8, 2.5) == pytest.approx([4, 36])  # no room for either head: the weights decide
