import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

import osmium
import pytest

from planner.errors import NetworkError
from planner.network import osm
from planner.network.graph import from_lines
from planner.quality import QualityReport

CRS = "EPSG:32650"
NODES = {1: (118.700, 31.980), 2: (118.701, 31.980), 3: (118.702, 31.980), 4: (118.701, 31.981), 5: (118.7005, 31.9795)}
WAYS = {10: ([1, 2, 3], {"highway": "residential", "name": "中山路"}), 11: ([4, 2], {"highway": "steps"}),
        12: ([1, 4], {"building": "yes"})}
#                 4
#                 | steps
#        1 ------ 2 ------ 3      2 cannot be driven to from 4


def xml(nodes=NODES, ways=WAYS, *, sign=1, ways_first=False):
    """An .osm file as text."""
    points = [f"<node id='{sign * n}' lon='{lon}' lat='{lat}' version='1'/>" for n, (lon, lat) in nodes.items()]
    paths = ["".join([f"<way id='{sign * w}' version='1'>", *(f"<nd ref='{sign * n}'/>" for n in refs),
                      *(f"<tag k='{k}' v='{v}'/>" for k, v in tags.items()), "</way>"]) for w, (refs, tags) in ways.items()]
    rows = [*paths, *points] if ways_first else [*points, *paths]
    return "<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6'>" + "\n".join(rows) + "</osm>"


def read(path, mode="walk"):
    return osm.read_osm(path, path.name, CRS, mode, report=QualityReport())


@pytest.fixture(params=["plain", "negative ids", "ways first", "pbf"])
def street_file(request, tmp_path):
    """The same streets in every form that a file may have."""
    if request.param == "pbf":
        path = tmp_path / "s.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for n, place in NODES.items():
                writer.add_node(osmium.osm.mutable.Node(id=n, location=place))
            for w, (refs, tags) in WAYS.items():
                writer.add_way(osmium.osm.mutable.Way(id=w, nodes=refs, tags=tags))
        return path
    path = tmp_path / "s.osm"
    path.write_text(xml(sign=-1 if request.param == "negative ids" else 1, ways_first=request.param == "ways first"), encoding="utf-8")
    return path


def test_the_same_network_from_every_form(street_file):
    walk, drive = read(street_file), read(street_file, "drive")
    assert (walk.nodes, walk.edges) == (4, 3)
    assert (drive.nodes, drive.edges) == (2, 1)
    assert sorted(walk.length_m.tolist()) == pytest.approx([94.5, 94.5, 110.9], abs=0.1)


def test_the_extent(street_file):
    assert osm.extent(street_file, "s") == pytest.approx((118.700, 31.980, 118.702, 31.981), abs=1e-6)


def test_the_extent_that_the_header_states(tmp_path):
    path = tmp_path / "s.osm"
    path.write_text(xml().replace("<osm version='0.6'>", "<osm version='0.6'><bounds minlon='118' minlat='31' maxlon='119' maxlat='32'/>"))
    assert osm.extent(path, "s") == (118, 31, 119, 32)


def test_deleted_ways_are_no_streets(tmp_path):
    path = tmp_path / "s.osm"
    path.write_text(xml().replace("<way id='11' version='1'", "<way id='11' version='2' visible='false'"))
    assert read(path).edges == 1


def bomb():
    inner = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 11))
    return (f'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a0 "lol">{inner}]><osm version="0.6">'
            '<node id="1" lat="1" lon="1"><tag k="n" v="&a10;"/></node></osm>')


@pytest.mark.parametrize(("name", "content", "code"), [
    ("s.osm", "junk", "streets_unreadable"), ("s.osm", bomb(), "streets_unsafe"), ("s.osm", xml()[:400], "streets_unreadable"),
    ("s.osm", "<osm version='0.6'></osm>", "streets_empty"), ("s.osm", xml(ways={12: WAYS[12]}), "streets_empty"),
    ("s.osm.pbf", "junk", "streets_unreadable"), ("s.pbf", xml(), "streets_unreadable"),
    ("s.osm", xml(ways={10: ([1, 2], {"highway": "construction"})}), "streets_none_open"),
    ("s.osm", xml(nodes={}), "streets_without_lines")])
def test_bad_files_are_errors(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NetworkError) as caught:
        read(path)
    assert caught.value.code == code


def test_an_extent_without_streets_is_an_error(tmp_path):
    path = tmp_path / "s.osm"
    path.write_text(xml(nodes={}))
    with pytest.raises(NetworkError, match="streets_without_lines"):
        osm.extent(path, "s")


def test_facilities_of_a_file(tmp_path):
    path = tmp_path / "s.osm"
    ways = {20: ([1, 2, 4, 1], {"amenity": "school", "name": "=小学"}), 21: ([1, 2, 3], {"amenity": "school"}),
            22: ([1, 2, 5, 1], {"building": "yes"})}
    spots = "".join(f"<node id='{k}' lon='118.7' lat='31.99' version='1'><tag k='amenity' v='{v}'/></node>\n"
                    for k, v in ((7, "clinic"), (8, "bench")))
    text = xml(ways=ways).replace("<way id='20'", f"{spots}<way id='20'", 1)
    path.write_text(text, encoding="utf-8")
    found = osm.facilities_of_osm(path)
    rows = found[["osm_id", "name", "key", "class"]].to_numpy().tolist()
    assert rows == [["n7", "", "amenity", "clinic"], ["w20", "=小学", "amenity", "school"]]
    assert found.crs.to_epsg() == 4326
    assert (118.7 < found.geometry.x[1] < 118.701) and (31.98 < found.geometry.y[1] < 31.981)


# --- places by name, from a service of our own ---------------------------------------------------------------------------------
RING = [[118.69, 31.97], [118.71, 31.97], [118.71, 31.99], [118.69, 31.99], [118.69, 31.97]]
PLACE = {"place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "31.98", "lon": "118.701", "class": "boundary",
         "type": "administrative", "display_name": "小城", "importance": 0.5, "boundingbox": ["31.97", "31.99", "118.69", "118.71"],
         "geojson": {"type": "Polygon", "coordinates": [RING]}}


class Service(BaseHTTPRequestHandler):
    """Answers as Nominatim and Overpass do."""

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer([PLACE] if "小城" in parse_qs(urlparse(self.path).query).get("q", [""])[0] else [])

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"])).decode()
        nodes = [{"type": "node", "id": n, "lon": lon, "lat": lat} for n, (lon, lat) in NODES.items()]
        if "amenity" in query:
            nodes[0]["tags"] = {"amenity": "clinic", "name": "诊所"}
            self.answer({"elements": nodes[:1]})
            return
        tags = {10: {"highway": "residential", "oneway": "yes"}, 11: {"highway": "steps", "foot": "designated"}}
        self.answer({"elements": [*nodes, *({"type": "way", "id": w, "nodes": WAYS[w][0], "tags": tags[w]} for w in tags)]})

    def log_message(self, *_):
        """Keeps quiet."""


@pytest.fixture
def service():
    """Addresses of a service on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    yield {"nominatim": f"{address}/", "overpass": f"{address}/api"}
    server.shutdown()
    thread.join()
    server.server_close()


def test_streets_of_a_place(service):
    found = osm.streets_of_place("小城", endpoints=service)
    assert sorted(found["highway"]) == ["residential", "residential", "steps"]
    assert found.crs.to_epsg() == 4326
    columns = {key: found[key].tolist() for key in found.columns if key != "geometry"}
    plane = found.geometry.to_crs(CRS).to_numpy()
    assert from_lines(plane, crs=CRS, columns=columns).nodes == 4
    assert from_lines(plane, crs=CRS, mode="drive", columns=columns).direction.tolist() == [1, 1]


def test_facilities_of_a_place(service):
    found = osm.facilities_of_place("小城", endpoints=service)
    assert found[["osm_id", "name", "key", "class"]].to_numpy().tolist() == [["n1", "诊所", "amenity", "clinic"]]


def test_an_unknown_place_is_an_error(service):
    with pytest.raises(NetworkError, match="osm_place_unknown"):
        osm.streets_of_place("无此地", endpoints=service)


def test_no_connection_is_an_error():
    nowhere = {"nominatim": "http://127.0.0.1:9/", "overpass": "http://127.0.0.1:9/api"}
    for ask in (osm.streets_of_place, osm.facilities_of_place):
        with pytest.raises(NetworkError, match="osm_offline"):
            ask("小城", endpoints=nowhere)


def test_settings_of_osmnx_are_put_back(service):
    import osmnx

    before = osmnx.settings.overpass_url, osmnx.settings.use_cache, list(osmnx.settings.useful_tags_way)
    osm.facilities_of_place("小城", endpoints=service)
    assert (osmnx.settings.overpass_url, osmnx.settings.use_cache, list(osmnx.settings.useful_tags_way)) == before
