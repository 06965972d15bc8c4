import datetime as dt

import numpy as np
import pandas as pd
import pytest

from planner.targets.conditions import ColumnMissingError, answer, answer_all, parse_condition

FRAME = pd.DataFrame(
    {
        "beds": [49.0, 50.0, np.nan, 0.0],
        "nursing": [30.0, 30.0, 5.0, 0.0],
        "open": ["yes", "否", "", "是"],
        "kind": ["public", "private", "", "public"],
        "opened": ["2020-12-31", "2021-01-01", "", "2023-06-01"],
        "status": ["operating", "", "closed", "planned"],
    }
)


def both(column, written, frame=FRAME):
    yes, unknown = answer(parse_condition(column, written), frame)
    return "".join("?" if u else "y" if s else "n" for s, u in zip(yes, unknown, strict=True))


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        ("beds", ">= 50", "ny?n"),
        ("beds", "< 50", "yn?y"),
        ("beds", 50, "ny?n"),
        ("beds", "= 49", "yn?n"),
        ("beds", [49, 0], "yn?y"),
        ("open", True, "yn?y"),
        ("open", False, "ny?n"),
        ("kind", "public", "yn?y"),
        ("kind", ["private", "public"], "yy?y"),
        ("opened", ">= 2021-01-01", "nyny"),
        ("opened", "> 2020", "nyny"),
        ("opened", dt.date(2021, 1, 1), "nynn"),
        ("status", ["operating"], "ynnn"),
        ("nursing / beds", ">= 0.6", "yy?n"),
        ("nursing/beds", "< 0.6", "nn?n"),
    ],
)
def test_yes_no_and_unknown(column, written, expected):
    assert both(column, written) == expected


def test_quotients_are_compared_after_rounding_and_nothing_by_nothing_fails():
    frame = pd.DataFrame({"a": [0.1 + 0.2, 1.0], "b": [1.0, 0.0]})
    assert both("a / b", ">= 0.3", frame) == "yn" and both("a / b", "<= 0.3", frame) == "yn"


def test_a_number_in_a_column_of_text():
    frame = pd.DataFrame({"stars": ["3", "三", "", "4.0"]})
    assert both("stars", ">= 4", frame) == "nn?y" and both("stars", 3, frame) == "yn?n"


def test_all_conditions_together_name_the_blanks_that_decide():
    conditions = [parse_condition("beds", ">= 50"), parse_condition("kind", "public")]
    sure, maybe, blank = answer_all(
        conditions, pd.DataFrame({"beds": [60.0, np.nan, np.nan, 60.0], "kind": ["public", "public", "private", ""]})
    )
    assert sure.tolist() == [True, False, False, False] and maybe.tolist() == [False, True, False, True]
    assert {column: mask.tolist() for column, mask in blank.items()} == {
        "beds": [False, True, False, False],
        "kind": [False, False, False, True],
    }


def test_a_missing_column_is_named():
    with pytest.raises(ColumnMissingError, match="rooms"):
        answer(parse_condition("rooms / beds", "> 1"), FRAME)


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("beds", ">= many"),
        ("beds", "> nan"),
        ("beds", []),
        ("beds", {}),
        ("beds", ""),
        ("beds / ", "> 1"),
        (" / beds", "> 1"),
        ("opened", "> 2021-13-01"),
    ],
)
def test_what_is_no_condition(column, written):
    assert parse_condition(column, written) is None
