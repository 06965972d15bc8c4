"""Laws of coordinates: there and back over the whole country and along its rim, order and company of points change nothing."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.inputs.coordinates import System, convert, from_wgs84, metric_crs, parse_system, to_wgs84
from planner.inputs.outline import MAIN, in_china

LAW = settings(deadline=None, max_examples=60)
WGS = System("wgs84", True)
PLACES = st.lists(st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5)), min_size=1, max_size=40)
SHIFTED = st.sampled_from(["gcj02", "bd09"])
NEAR_RIM_DEGREES = 0.02
"""The shift is at most 0.013 degrees (BD-09): only so near the rim can a place and its image lie on two sides of it."""


def parts(places):
    return tuple(np.array(part) for part in zip(*places, strict=True))


def deep(lon, lat):
    """Places of the country that are not at its rim."""
    step = NEAR_RIM_DEGREES
    around = [in_china(lon + a, lat + b) for a in (-step, 0, step) for b in (-step, 0, step)]
    return np.logical_and.reduce(around)


@LAW
@given(PLACES, SHIFTED)
def test_there_and_back_over_the_country(places, name):
    lon, lat = parts(places)
    inside = deep(lon, lat)
    back = convert(System(name, True), WGS, *convert(WGS, System(name, True), lon, lat))
    assert np.abs(back[0] - lon)[inside].max(initial=0) < 1e-9 and np.abs(back[1] - lat)[inside].max(initial=0) < 1e-9


@LAW
@given(st.lists(st.tuples(st.integers(0, len(MAIN) - 1), st.floats(0, 1), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)), min_size=1,
                max_size=40), SHIFTED)
def test_along_the_rim_a_place_is_shifted_or_stays(rim, name):
    """Never by anything between: the formula's shift inside, none outside; back again it is where it was, unless the rim lies between."""
    ends = np.array(MAIN)
    k, along, east, north = parts(rim)
    place = ends[k] * (1 - along[:, None]) + ends[(k + 1) % len(ends)] * along[:, None] + np.column_stack([east, north])
    lon, lat = place.T
    there = convert(WGS, System(name, True), lon, lat)
    inside = in_china(lon, lat)
    moved = (there[0] != lon) | (there[1] != lat)
    assert (moved == inside).all()
    assert np.hypot(there[0] - lon, there[1] - lat).max() < NEAR_RIM_DEGREES
    back = convert(System(name, True), WGS, *there)
    hair = 1e-9  # on the very rim rounding decides on which side a place comes back
    clear = np.logical_and.reduce([in_china(lon + a, lat + b) == inside for a in (-hair, hair) for b in (-hair, hair)])
    sure = clear & (inside | ~deep_or_near(lon, lat))
    assert np.abs(back[0] - lon)[sure].max(initial=0) < 1e-9 and np.abs(back[1] - lat)[sure].max(initial=0) < 1e-9


def deep_or_near(lon, lat):
    """Places within reach of the country's rim or inside."""
    step = NEAR_RIM_DEGREES
    return np.logical_or.reduce([in_china(lon + a, lat + b) for a in (-step, -step / 2, 0, step / 2, step)
                                 for b in (-step, -step / 2, 0, step / 2, step)])


@LAW
@given(PLACES)
def test_baidu_from_amap_is_the_same_by_either_way(places):
    lon, lat = parts(places)
    inside = deep(lon, lat)
    gcj, bd = System("gcj02", True), System("bd09", True)
    amap = convert(WGS, gcj, lon, lat)
    straight, round_about = convert(gcj, bd, *amap), convert(WGS, bd, lon, lat)
    for a, b in zip(straight, round_about, strict=True):
        assert np.abs(a - b)[inside].max(initial=0) < 1e-9
    for a, b in zip(convert(bd, gcj, *straight), amap, strict=True):
        assert np.abs(a - b)[inside].max(initial=0) < 1e-9


@LAW
@given(PLACES, SHIFTED, st.randoms(use_true_random=False))
def test_a_place_is_converted_alike_in_any_company(places, name, random):
    """The iteration ends for all together; that must not show in any of them."""
    lon, lat = parts(places)
    whole = convert(System(name, True), WGS, lon, lat)
    k = random.randrange(len(lon))
    alone = convert(System(name, True), WGS, lon[k:k + 1], lat[k:k + 1])
    assert alone[0][0] == pytest.approx(whole[0][k], abs=1e-11) and alone[1][0] == pytest.approx(whole[1][k], abs=1e-11)


@LAW
@given(st.floats(73.6, 134.9), st.floats(3.9, 53.5), st.booleans())
def test_gauss_kruger_there_and_back(lon, lat, with_zone):
    """Zones of three degrees, the central meridian within 1.5 degrees; with the zone before the easting it is the same place."""
    zone = round(lon / 3)
    system = parse_system(f"EPSG:{(4513 - 25 if with_zone else 4534 - 25) + zone}")
    x, y = from_wgs84(system, np.array([lon]), np.array([lat]))
    assert int(x[0] // 1e6) == (zone if with_zone else 0) and abs(x[0] % 1e6 - 500_000) < 170_000
    back = to_wgs84(system, x, y)
    assert (back[0][0], back[1][0]) == (pytest.approx(lon, abs=1e-9), pytest.approx(lat, abs=1e-9))


@LAW
@given(st.floats(80, 130), st.floats(22, 45))
def test_the_metric_system_keeps_distances_in_the_country(lon, lat):
    """At most 1.5 degrees from its central meridian a length is off by less than 1 in 2,500 (scale 1 + x^2 / 2R^2, x <= 165 km)."""
    assume(bool(in_china(np.array([lon]), np.array([lat]))[0]))
    crs = parse_system(metric_crs(np.array([lon]), np.array([lat])))
    step = 1e-3
    x, y = from_wgs84(crs, np.array([lon, lon]), np.array([lat, lat + step]))
    northward = np.hypot(x[1] - x[0], y[1] - y[0])
    phi = np.radians(lat + step / 2)
    meridian = 6_378_137.0 * (1 - 0.00669438) / (1 - 0.00669438 * np.sin(phi) ** 2) ** 1.5
    assert northward / (meridian * np.radians(step)) == pytest.approx(1.0, abs=4e-4)
