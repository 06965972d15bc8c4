"""Tables and notes flow through the columns of drawn pages: nothing is lost, and nothing in a name is markup."""

import pytest
from reportlab.graphics.shapes import Drawing, String

from planner.export.page_flow import Grid, Heading, Note, flow, pages_needed
from planner.export.report_font import register

BOXES = ((10.0, 10.0, 100.0, 100.0), (120.0, 10.0, 100.0, 100.0))


@pytest.fixture(autouse=True)
def _font():
    register()


def said(page):
    return [shape.text for shape in page.contents if isinstance(shape, String)]


def grid(rows):
    return Grid(("编号", "名称"), (1, 3), tuple((f"G{k}", f"名{k}") for k in range(rows)), frozenset((0,)))


def drawn(*blocks, size=8.0):
    return flow(blocks, (Drawing(230, 120), BOXES), lambda: (Drawing(230, 120), BOXES), size)


def test_every_row_stands_once_and_each_column_has_the_head():
    pages = drawn(Heading("表"), grid(20))
    words = [word for page in pages for word in said(page)]
    assert [word for word in words if word.startswith("G")] == [f"G{k}" for k in range(20)]
    places = {shape.x for page in pages for shape in page.contents if isinstance(shape, String) and shape.text == "名称"}
    assert places == {10.0 + 25 + 2, 120.0 + 25 + 2}
    assert len(pages) == 2
    assert words.count("名称") == 4


def test_words_stay_inside_their_columns():
    for page in drawn(grid(30)):
        assert all(10 <= shape.y <= 110 for shape in page.contents if isinstance(shape, String))


def test_counting_pages_is_drawing_them():
    for rows in (1, 8, 9, 17, 18, 40):
        assert pages_needed((Heading("表"), grid(rows)), BOXES, BOXES, 8.0) == len(drawn(Heading("表"), grid(rows)))


def test_a_long_cell_is_cut_with_dots_and_markup_is_words():
    (page,) = drawn(Grid(("编号", "名称"), (1, 1), (("<b>&amp;", "长" * 60),)))
    words = said(page)
    assert "<b>&amp;" in words
    assert sum(word.startswith("长") for word in words) == 3
    assert words[-1].endswith("…")


def test_a_heading_is_not_left_alone_at_the_foot_of_a_column():
    (page,) = drawn(Note("注" * 80), Heading("表"), grid(2))
    heading = next(shape for shape in page.contents if isinstance(shape, String) and shape.text == "表")
    assert heading.x == 120.0
