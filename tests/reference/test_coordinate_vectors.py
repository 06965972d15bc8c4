"""Published places in all systems, both ways.

WGS84, GCJ-02 and BD-09 of twelve cities: four public libraries (coord-convert 0.2.1, prcoords 1.0.2 and 1.0.5, gcoord 1.0.7,
coordtransform 2.1.2) agree on them to a micrometre. Gauss-Kruger of three degrees by central meridian and by zone: PROJ 9.5.1.
"""

import numpy as np
import pytest

from planner.inputs.coordinates import System, convert, parse_system

DEGREES = 1e-7
"""About a centimetre; the vectors are given to 1e-9."""
METRES = 0.0015
"""They are given to the millimetre."""
VECTORS = (
    ((116.3912757, 39.906217), (116.397516705, 39.907618209), (116.403890645, 39.913961934),
     4548, 447947.466, 4419293.347, 4527),
    ((126.6176, 45.7736), (126.623526775, 45.775515695), (126.629985492, 45.781643578),
     4551, 548036.057, 5071107.293, 4530),
    ((121.4737, 31.2304), (121.478223059, 31.228457738), (121.484781469, 31.234310594),
     4549, 640412.315, 3457455.489, 4528),
    ((114.2898, 30.581), (114.295225203, 30.578561604), (114.301796675, 30.584224720),
     4547, 527797.467, 3384557.288, 4526),
    ((113.3245, 23.1065), (113.329921210, 23.103898165), (113.336477120, 23.109603619),
     4547, 430799.361, 2556491.988, 4526),
    ((114.0579, 22.5431), (114.063013999, 22.540382814), (114.069563987, 22.546041559),
     4547, 505955.846, 2493941.246, 4526),
    ((104.0657, 30.6574), (104.068207304, 30.654978228), (104.074703671, 30.661008959),
     4544, 410451.037, 3393363.763, 4523),
    ((102.7123, 25.0406), (102.713741625, 25.037627352), (102.720155014, 25.043915320),
     4543, 571884.299, 2770740.693, 4522),
    ((91.1172, 29.6578), (91.118760578, 29.655094620), (91.125313485, 29.660977980),
     4539, 608165.903, 3282702.531, 4518),
    ((87.6168, 43.8256), (87.619649949, 43.826805393), (87.626099771, 43.832949795),
     4538, 549615.901, 4854629.627, 4517),
    ((109.5119, 18.2528), (109.515984295, 18.251094792), (109.522531792, 18.256876554),
     4546, 342614.566, 2019602.553, 4525),
    ((101.78, 36.62), (101.781929826, 36.619918130), (101.788401031, 36.626049199),
     4543, 480320.401, 4054363.359, 4522),
)
SYSTEMS = ("wgs84", "gcj02", "bd09")


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("source", SYSTEMS)
@pytest.mark.parametrize("target", SYSTEMS)
def test_a_place_in_every_system(vector, source, target):
    places = dict(zip(SYSTEMS, vector, strict=False))
    a, b = convert(System(source, True), System(target, True), *(np.array([part]) for part in places[source]))
    assert (a[0], b[0]) == (pytest.approx(places[target][0], abs=DEGREES), pytest.approx(places[target][1], abs=DEGREES))


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_gauss_kruger_both_ways(vector, system):
    place = dict(zip(SYSTEMS, vector, strict=False))[system]
    for code, easting in ((vector[3], vector[4]), (vector[6], vector[4] + 1e6 * (vector[6] - 4513 + 25))):
        plane = parse_system(f"EPSG:{code}")
        x, y = convert(System(system, True), plane, *(np.array([part]) for part in place))
        assert (x[0], y[0]) == (pytest.approx(easting, abs=METRES), pytest.approx(vector[5], abs=METRES))
        lon, lat = convert(plane, System(system, True), np.array([easting]), np.array([vector[5]]))
        assert (lon[0], lat[0]) == (pytest.approx(place[0], abs=DEGREES), pytest.approx(place[1], abs=DEGREES))
