"""A town whose facilities stand 15 m beside its streets, in systems that are and are not what they say."""

import numpy as np
import pytest
import shapely

from planner.inputs.coordinates import System, from_wgs84, parse_system, to_wgs84
from planner.inputs.readers import survey
from planner.inputs.spread import StreetLines

EAST, NORTH = 500_000.0, 4_400_000.0
def spots():
    """Sixteen places in each community, 12 to 25 m beside a street of a 200 m grid."""
    rng = np.random.default_rng(1)
    found = []
    for k in range(4):
        for n in range(16):
            along, beside = 200 * (n % 4) + 100 + rng.uniform(-60, 60), 200 * (n // 4) + 200 - rng.uniform(12, 25)
            found.append((1000 * k + along, beside) if n % 2 else (1000 * k + beside, along))
    return found


SPOTS = spots()


def grid(crs):
    lines = [shapely.LineString([(EAST + x, NORTH - 800), (EAST + x, NORTH + 1800)]) for x in range(-800, 4801, 200)]
    lines += [shapely.LineString([(EAST - 800, NORTH + y), (EAST + 4800, NORTH + y)]) for y in range(-800, 1801, 200)]
    return StreetLines(np.array(lines, dtype=object), np.ones(len(lines), dtype=bool))


def moved(system, lon, lat):
    a, b = from_wgs84(System(system, True), np.array([lon]), np.array([lat]))
    return float(a[0]), float(b[0])


def ledger(town, system, **options):
    rows = []
    for n, (x, y) in enumerate(SPOTS):
        name = ("甲一社区", "甲二社区", "乙一社区", "乙二社区")[n // 16]
        lon, lat = moved(system, *town.degrees(x, y))
        rows.append([str(n), f"第{n}院", "", name, f"{lon:.8f}", f"{lat:.8f}", 10])
    return town.ledger(rows, **options)


def boundary(town, system, *layers):
    for layer in layers:
        for item in layer:
            item["geometry"]["coordinates"] = [[moved(system, *place) for place in ring] for ring in item["geometry"]["coordinates"]]


def said(town, spec, lines=grid):
    survey(town.levels, [spec], None, crs=town.crs, lines=lines, report=town.report)
    return [(issue.code, issue.severity, issue.file, issue.value) for issue in town.report.issues]


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
@pytest.mark.parametrize("declared", ["auto", "EPSG:4326"])
def test_a_ledger_that_is_not_in_wgs84(town, system, declared):
    assert said(town, ledger(town, system, crs=declared)) == [("crs_suspect", "blocking", "elderly.csv", system)]


@pytest.mark.parametrize(("system", "declared"), [("gcj02", "bd09"), ("bd09", "gcj02"), ("wgs84", "gcj02")])
def test_a_declaration_that_is_wrong(town, system, declared):
    assert said(town, ledger(town, system, crs=declared)) == [("crs_suspect", "blocking", "elderly.csv", system)]


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_declaration_that_is_right_is_converted(town, system):
    assert said(town, ledger(town, system, crs=system)) == [("crs_converted", "info", "elderly.csv", system)]


def test_nothing_is_said_of_what_agrees(town):
    assert said(town, ledger(town, "wgs84")) == []


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_the_boundary_is_the_one_that_is_off(town, system):
    boundary(town, system, town.communities, town.townships)
    assert {(*issue[:2], issue[3]) for issue in said(town, ledger(town, "wgs84"))} == {("crs_suspect", "blocking", system)}
    assert {issue.file for issue in town.report.issues} <= {"communities.geojson", "townships.geojson"}


def test_one_of_two_boundaries_is_off(town):
    boundary(town, "gcj02", town.communities)
    assert said(town, ledger(town, "wgs84")) == [("crs_suspect", "blocking", "communities.geojson", "gcj02")]


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_the_streets_are_the_ones_that_are_off(town, system):
    def off(crs):
        plane, right = parse_system(crs), grid(crs)
        points = shapely.get_coordinates(right.shapes)
        there = np.column_stack(from_wgs84(plane, *from_wgs84(System(system, True), *to_wgs84(plane, points[:, 0], points[:, 1]))))
        return StreetLines(shapely.set_coordinates(right.shapes, there), right.main, "streets.geojson")

    assert said(town, ledger(town, "wgs84"), off) == [("crs_suspect", "blocking", "streets.geojson", system)]


def test_a_few_points_are_no_evidence(town):
    spec = ledger(town, "gcj02")
    lines = spec.file.path.read_text(encoding="utf-8").splitlines()
    spec.file.path.write_text("\n".join(lines[:4]), encoding="utf-8")
    assert "crs_suspect" not in {issue[0] for issue in said(town, spec)}


def test_streets_alone_can_tell(town):
    """No stated units, one boundary that holds every hypothesis: only the streets speak."""
    town.townships = [town.feature(town.square(-3000, -3000, 10000, 7000), code="A", name="甲街道")]
    spec = ledger(town, "gcj02", columns={"id": "编号", "name": "名称", "lon": "经度", "lat": "纬度"})
    levels = town.levels[:1]
    survey(levels, [spec], None, crs=town.crs, lines=grid, report=town.report)
    assert [(issue.code, issue.value) for issue in town.report.issues] == [("crs_suspect", "gcj02")]


def test_metres_where_degrees_were_expected(town):
    rows = [[str(n), f"第{n}院", "", "甲一社区", f"{EAST + x:.3f}", f"{NORTH + y:.3f}", 10] for n, (x, y) in enumerate(SPOTS[:16])]
    assert said(town, town.ledger(rows)) == [("crs_suspect", "blocking", "elderly.csv", "EPSG:4548")]


def test_metres_of_another_zone(town):
    zone = parse_system("EPSG:4547")
    rows = []
    for n, (x, y) in enumerate(SPOTS[:16]):
        east, north = from_wgs84(zone, *to_wgs84(parse_system(town.crs), np.array([EAST + x]), np.array([NORTH + y])))
        rows.append([str(n), f"第{n}院", "", "甲一社区", f"{east[0]:.3f}", f"{north[0]:.3f}", 10])
    assert said(town, town.ledger(rows, crs="EPSG:4548")) == [("crs_suspect", "blocking", "elderly.csv", "EPSG:4547")]


def test_a_town_abroad_is_left_alone(town):
    """Outside China there is nothing to suspect, whatever the points do."""
    for layer in (town.communities, town.townships):
        for item in layer:
            item["geometry"]["coordinates"] = [[(lon - 130, lat) for lon, lat in ring] for ring in item["geometry"]["coordinates"]]
    rows = [[str(n), f"第{n}院", "", "", town.degrees(x, y)[0] - 130 + 0.006, town.degrees(x, y)[1], 10] for n, (x, y) in enumerate(SPOTS)]
    survey(town.levels, [town.ledger(rows)], None, crs=None, lines=lambda crs: None, report=town.report)
    assert {issue.code for issue in town.report.issues} == {"outside_boundary"}
