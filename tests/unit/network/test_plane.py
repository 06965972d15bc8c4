import pytest

from planner.errors import CrsError
from planner.network.plane import choose_crs, is_crs, metric_crs, true_to_scale


@pytest.mark.parametrize(("extent", "crs"), [
    ((118.6, 31.9, 118.8, 32.1), "EPSG:4549"),  # Nanjing: central meridian 120 E
    ((116.2, 39.8, 116.6, 40.1), "EPSG:4548"),  # Beijing: 117 E
    ((113.2, 23.0, 113.4, 23.2), "EPSG:4547"),  # Guangzhou: 114 E
    ((73.4, 39.0, 73.6, 39.2), "EPSG:4534"), ((134.9, 48.0, 135.1, 48.2), "EPSG:4554"),  # the ends of the country
    ((-15.5, 28.0, -15.4, 28.2), "EPSG:32628"), ((-51.2, -30.1, -51.1, -30.0), "EPSG:32722"), ((179.9, 0, 180, 1), "EPSG:32660")])
def test_the_system_of_a_place(extent, crs):
    assert choose_crs(*extent) == crs
    assert metric_crs(crs) == crs
    assert true_to_scale(crs, extent)


@pytest.mark.parametrize("extent", [(0, 91, 1, 92), (660000, 3540000, 670000, 3550000), (float("nan"),) * 4, (2, 0, 1, 1)])
def test_no_place_on_earth(extent):
    with pytest.raises(CrsError, match="extent_off_earth"):
        choose_crs(*extent)


@pytest.mark.parametrize(("text", "code"), [
    ("banana", "crs_unknown"), ("EPSG:999999", "crs_unknown"), ("", "crs_unknown"),
    ("EPSG:4326", "crs_not_plane"), ("EPSG:4490", "crs_not_plane"), ("EPSG:2263", "crs_not_metres")])
def test_what_is_not_plane_and_metric_is_refused(text, code):
    with pytest.raises(CrsError) as caught:
        metric_crs(text)
    assert caught.value.code == code


def test_what_is_a_system():
    assert is_crs("EPSG:4490") and not is_crs("banana")


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4326", "EPSG:32630"])
def test_what_stretches_is_not_true_to_scale(crs):
    assert not true_to_scale(crs, (118.6, 31.9, 118.8, 32.1))
