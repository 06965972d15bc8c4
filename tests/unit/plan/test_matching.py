"""Which row is which, worked by hand."""

import math

import pytest

from planner.plan.matching import Row, match


def row(id="", code="", name="", address="", unit="", at=(math.nan, math.nan), number=2):
    return Row(id, code, name, address, unit, *at, "", number)


def pairs(old, new, within_m=200.0):
    found, believed = match(old, new, within_m)
    return [(pair.old, pair.new, pair.how) for pair in found], believed


def test_the_credit_code_goes_before_the_id():
    old = [row("1", "91A", "甲"), row("2", "91B", "乙")]
    new = [row("1", "91B", "乙"), row("2", "91Ａ", "甲")]  # full-width A
    assert pairs(old, new) == ([(0, 1, "code"), (1, 0, "code")], True)


def test_a_code_that_several_sites_share_does_not_decide():
    old = [row("1", "91A", "甲一"), row("2", "91A", "甲二")]
    assert pairs(old, old[::-1]) == ([(0, 1, "id"), (1, 0, "id")], True)


def test_serial_numbers_are_found_out():
    """Six facilities; in the new list the first is gone and every number has moved up by one."""
    names = ["东风院", "西山站", "南湖家园", "北辰中心", "永乐苑", "康泰所"]
    old = [row(str(k), name=name, unit="A") for k, name in enumerate(names)]
    new = [row(str(k), name=name, unit="A") for k, name in enumerate(names[1:])]
    assert pairs(old, new) == ([(k + 1, k, "name_place") for k in range(5)], False)


@pytest.mark.parametrize(("metres", "how"), [(0, "name_place"), (200, "name_place"), (201, "name")])
def test_one_name_within_the_distance(metres, how):
    assert pairs([row(name="福安养老院", at=(0, 0))], [row(name="福安 养老院", at=(metres, 0))]) == ([(0, 0, how)], True)


def test_of_two_with_one_name_the_nearest_is_meant():
    old = [row(name="卫生站", at=(0, 0)), row(name="卫生站", at=(1000, 0))]
    new = [row(name="卫生站", at=(990, 0)), row(name="卫生站", at=(10, 0)), row(name="卫生站", at=(5000, 0))]
    assert pairs(old, new) == ([(0, 1, "name_place"), (1, 0, "name_place")], True)


def test_far_apart_and_not_the_only_one_of_its_name_it_is_nobody():
    old = [row(name="卫生站", at=(0, 0)), row(name="卫生站", at=(9000, 0))]
    assert pairs(old, [row(name="卫生站", at=(4000, 0))]) == ([], True)


@pytest.mark.parametrize(("name", "at", "how"), [
    ("福安老年养护院", (20, 0), "place"), ("福安老年养护院", (31, 0), None), ("红星小学", (0, 0), None), ("福安第2养老院", (0, 0), None)])
def test_a_similar_name_at_one_spot(name, at, how):
    found = pairs([row(name="福安养护院", at=(0, 0))], [row(name=name, at=at)])[0]
    assert found == ([(0, 0, how)] if how else [])


def test_an_address_and_a_unit_stand_for_a_place():
    assert pairs([row(name="甲", address="长街5号")], [row(name="甲", address="长街 5号", at=(5, 5))])[0] == [(0, 0, "name_place")]
    assert pairs([row(name="甲站", unit="A"), row(name="甲站", unit="B")], [row(name="甲站", unit="B")])[0] == [(1, 0, "name_place")]
    assert pairs([row(name="福安养护院", address="长街5号", unit="A")], [row(name="福安老年养护院", address="长街5号", unit="A")])[0] == [
        (0, 0, "place")]
    assert pairs([row(name="福安养护院", address="长街5号", unit="A")], [row(name="福安老年养护院", address="长街5号", unit="B")])[0] == []
