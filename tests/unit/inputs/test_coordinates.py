import numpy as np
import pytest

from planner.errors import CrsError
from planner.inputs.coordinates import System, convert, from_wgs84, metric_crs, parse_system, to_wgs84
from planner.inputs.outline import in_china

WGS, GCJ, BD = System("wgs84", True), System("gcj02", True), System("bd09", True)
# WGS84, GCJ-02 and BD-09 of Beijing, Chengdu and Lhasa: four public libraries agree on them to 1e-9 degrees
VECTORS = [((116.3912757, 39.9062170), (116.397516705, 39.907618209), (116.403890645, 39.913961934)),
           ((104.0657, 30.6574), (104.068207304, 30.654978228), (104.074703671, 30.661008959)),
           ((91.1172, 29.6578), (91.118760578, 29.655094620), (91.125313485, 29.660977980))]


def one(pair):
    return np.array([pair[0]]), np.array([pair[1]])


@pytest.mark.parametrize(("wgs", "gcj", "bd"), VECTORS)
def test_published_vectors_in_all_directions(wgs, gcj, bd):
    places = {WGS.name: wgs, GCJ.name: gcj, BD.name: bd}
    for source in (WGS, GCJ, BD):
        for target in (WGS, GCJ, BD):
            a, b = convert(source, target, *one(places[source.name]))
            assert (a[0], b[0]) == (pytest.approx(places[target.name][0], abs=2e-9), pytest.approx(places[target.name][1], abs=2e-9))


@pytest.mark.parametrize("place", [(126.978, 37.5665), (105.8542, 21.0285), (106.9057, 47.8864), (139.6917, 35.6895), (-15.43, 28.12)])
@pytest.mark.parametrize("system", [GCJ, BD])
def test_places_outside_china_stay(place, system):
    for source, target in ((WGS, system), (system, WGS)):
        a, b = convert(source, target, *one(place))
        assert (a[0], b[0]) == place


@pytest.mark.parametrize(("name", "lon", "lat", "inside"), [
    ("Dandong", 124.39, 40.12, True), ("Hekou", 103.96, 22.53, True), ("Heihe", 127.50, 50.24, True), ("Manzhouli", 117.40, 49.59, True),
    ("Horgos", 80.42, 44.21, True), ("Ruili", 97.85, 24.01, True), ("Sanya", 109.51, 18.25, True), ("Raohe", 134.01, 46.80, True),
    ("Yadong", 88.91, 27.49, True), ("Hong Kong", 114.17, 22.30, True), ("Seoul", 126.98, 37.57, False), ("Hanoi", 105.85, 21.03, False),
    ("Ulaanbaatar", 106.91, 47.89, False), ("Vladivostok", 131.90, 43.10, False), ("Lao Cai", 103.97, 22.47, False),
    ("Kathmandu", 85.30, 27.70, False), ("Almaty", 76.90, 43.25, False), ("Khabarovsk", 135.07, 48.48, False), ("Manila", 120.98, 14.60,
                                                                                                                False)])
def test_the_outline_knows_border_towns(name, lon, lat, inside):
    assert bool(in_china(np.array([lon]), np.array([lat]))[0]) == inside, name


def test_gauss_kruger_both_ways():
    # Beijing in EPSG:4548 (central meridian 117) and 4527 (zone 39): easting and northing of a published vector, to the millimetre
    for code, easting in (("EPSG:4548", 447947.466), ("EPSG:4527", 39447947.466)):
        system = parse_system(code)
        x, y = from_wgs84(system, *one(VECTORS[0][0]))
        assert (x[0], y[0]) == (pytest.approx(easting, abs=0.0015), pytest.approx(4419293.347, abs=0.0015))
        lon, lat = to_wgs84(system, x, y)
        assert (lon[0], lat[0]) == (pytest.approx(116.3912757, abs=1e-9), pytest.approx(39.9062170, abs=1e-9))


@pytest.mark.parametrize("text", ["wgs84", "WGS84", "cgcs2000", "EPSG:4326", "EPSG:4490"])
def test_wgs84_and_cgcs2000_are_taken_as_the_same(text):
    assert parse_system(text) == WGS


@pytest.mark.parametrize(("text", "code"), [("EPSG:4610", "crs_without_shift"), ("EPSG:4214", "crs_without_shift"),
                                            ("EPSG:2334", "crs_without_shift"), ("EPSG:0", "crs_unknown"), ("mars", "crs_unknown"),
                                            ("EPSG:4978", "crs_not_plane"), ("+proj=longlat", "crs_unknown")])
def test_systems_that_are_refused(text, code):
    with pytest.raises(CrsError) as caught:
        parse_system(text)
    assert caught.value.code == code and text in str(caught.value.params["crs"])


@pytest.mark.parametrize(("lon", "lat", "crs"), [(116.4, 39.9, "EPSG:4548"), (114.3, 30.6, "EPSG:4547"), (87.6, 43.8, "EPSG:4538"),
                                                 (-15.43, 28.12, "EPSG:32628"), (151.2, -33.9, "EPSG:32756")])
def test_a_metric_system_for_a_place(lon, lat, crs):
    assert metric_crs(np.array([lon - 0.1, lon + 0.1]), np.array([lat, lat])) == crs


def test_no_place_no_system():
    with pytest.raises(CrsError):
        metric_crs(np.array([np.nan]), np.array([np.nan]))
