"""Cells: no text starts a formula, figures read well."""

import math

import pytest

from planner.export.cells import figure, finite, neutral


@pytest.mark.parametrize("text", ["=1+1", "+桥南驿站", "-小屯驿站", "@中山", "\tx", "\rx", "  =1+1", "\n=1+1"])
def test_text_that_would_start_a_formula_is_made_harmless(text):
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("value", ["桥南驿站", "1-2", "", None, -3, 2.5, "a=b", "'=x"])
def test_all_else_stays(value):
    assert neutral(value) is value


def test_what_is_no_number_is_none():
    assert [finite(value) for value in (None, "5", True, math.nan, math.inf, 3, -0.5)] == [None, None, None, None, None, 3.0, -0.5]


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (1234.5, "1,234.5"), (1234.0, "1,234"), (-0.001, "0"), (100.0, "100"), (0.126, "0.13")]
)
def test_figures_for_people(value, text):
    assert figure(value) == text
