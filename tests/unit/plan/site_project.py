"""A project on one straight street, 4 km from west to east, whose answers can be worked out on paper. Metres from its western end:

    people        100:10   300:10   1000:20   1900:5 | 2100:5   3000:30   3900:40          120 in all
    stations          200 (S1)      S2 without a place
    candidates                      1000 c1, 1010 c2              2950 c3   3850 c4      c5, c6: below
    townships     west (to 2000, urban)              | east (from 2000, rural)

c1 is an idle school, c2 to c4 are plots. c5 (at 3900) is meant for another layer, c6 (at 3800) can be had in 2030 only, c7 has no place.
Walking 50 metres a minute, 4 minutes are 200 metres.
"""

import json

from pyproj import Transformer

WEST, NORTH = 500_000.0, 4_400_000.0
PEOPLE = {100: 10, 300: 10, 1000: 20, 1900: 5, 2100: 5, 3000: 30, 3900: 40}
TOML = """[project]
id = "street"
crs = "EPSG:32650"
reference_date = 2025-12-31

[boundaries.township]
path = "townships.geojson"
code = "code"
name = "name"
class = "class"

[streets]
path = "street.geojson"

[population]
path = "people.csv"
columns = { lon = "lon", lat = "lat", total = "total" }
spread = "points"

[facilities.station]
path = "stations.csv"
crs = "EPSG:4326"
columns = { id = "id", name = "name", lon = "lon", lat = "lat", township = "township", beds = "beds" }

[candidates.idle]
path = "candidates.csv"
crs = "EPSG:4326"

[candidates.idle.columns]
id = "id"
name = "name"
lon = "lon"
lat = "lat"
kind = "kind"
area_m2 = "area"
cost_cny = "cost"
layer = "layer"
land_use = "use"
tenure = "tenure"
available = "available"
beds = "beds"

[travel.walk]
mode = "walk"
metres_per_minute = 50
max_snap_m = 100
"""
CANDIDATES = """id,name,lon,lat,kind,area,cost,layer,use,tenure,available,beds
c1,Old school,{c1},闲置校舍,300,2000000,,A33,国有,2026,10
c2,Plot 2,{c2},国有空地,400,1000000,,A61,国有,2026,
c3,Plot 3,{c3},国有空地,500,1500000,,R22,集体,2027,20
c4,Plot 4,{c4},国有空地,,1200000,station,A6,,2026,20
c5,Hall,{c5},闲置校舍,500,900000,clinic,A6,国有,2026,20
c6,Plot 6,{c6},国有空地,500,,,A6,国有,2030,20
c7,Nowhere,,,国有空地,500,900000,,A6,国有,2026,20
"""
PLACES = {"c1": 1000, "c2": 1010, "c3": 2950, "c4": 3850, "c5": 3900, "c6": 3800}
_DEGREES = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True)


def degrees(metres, aside=0.0):
    """Longitude and latitude of a place on the street (or so many metres north of it)."""
    lon, lat = _DEGREES.transform(WEST + metres, NORTH + aside)
    return round(lon, 9), round(lat, 9)


def _shape(kind, coordinates, **properties):
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def box(west, east, south=-500.0, north=500.0):
    """A ring around a stretch of the street."""
    return [[list(degrees(x, y)) for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south))]]


def layer(*features):
    """GeoJSON text."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def draw_street(folder, *, toml="", candidates=CANDIDATES, people=PEOPLE):
    """Writes the project into a folder; `toml` comes behind its planner.toml."""
    text = {x: ",".join(map(str, degrees(x))) for x in {*PEOPLE, *people, 200, *PLACES.values()}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "planner.toml").write_text(TOML + toml, encoding="utf-8")
    (folder / "townships.geojson").write_text(layer(
        _shape("Polygon", box(-200, 2000), code="W", name="west", **{"class": "urban"}),
        _shape("Polygon", box(2000, 4200), code="E", name="east", **{"class": "rural"})), encoding="utf-8")
    (folder / "street.geojson").write_text(layer(_shape("LineString", [list(degrees(x)) for x in range(0, 4001, 500)])), encoding="utf-8")
    (folder / "people.csv").write_text("lon,lat,total\n" + "".join(f"{text[x]},{count}\n" for x, count in people.items()), encoding="utf-8")
    (folder / "stations.csv").write_text(f"id,name,lon,lat,township,beds\nS1,One,{text[200]},west,15\nS2,Two,,,west,5\n", encoding="utf-8")
    (folder / "candidates.csv").write_text(candidates.format(**{name: text[x] for name, x in PLACES.items()}), encoding="utf-8")
    return folder
