"""Layers of further kinds: each is written here, and read back as a planner would have it."""

import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely

from planner.inputs.files import UnusableFileError, present, safe, sha256
from planner.inputs.vector import read_features

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>城区</name>
<Placemark><name>甲站</name><ExtendedData><Data name="床位"><value>20</value></Data></ExtendedData>
<Point><coordinates>116.3,39.9,12</coordinates></Point></Placemark></Folder>
<Folder><name>郊区</name>
<Placemark><name>乙站</name><Point><coordinates>116.4,39.8</coordinates></Point></Placemark>
<Placemark><name>无图形</name></Placemark></Folder>
</Document></kml>"""


def frame(**columns):
    shapes = [shapely.Point(116.3, 39.9), shapely.Point(116.4, 39.8)]
    return gpd.GeoDataFrame({"名称": ["甲站", "乙站"], **columns}, geometry=shapes, crs=4490)


def refusal(path, read=read_features):
    def attempt():
        present(path)
        safe(path)
        read(path)

    with pytest.raises(UnusableFileError) as error:
        attempt()
    return error.value.code, error.value.sentence


@pytest.fixture
def database(tmp_path):
    pyogrio.write_dataframe(frame(床位=["20", "30"]), tmp_path / "a.gdb", driver="OpenFileGDB", layer="站点")
    pyogrio.write_dataframe(frame(代码=["1", "2"]), tmp_path / "a.gdb", driver="OpenFileGDB", layer="单元", append=True)
    return tmp_path / "a.gdb"


def test_the_layer_of_a_geodatabase_that_has_the_columns(database):
    found = read_features(database, ["代码"])
    assert (found.format, found.columns["代码"], found.columns["名称"]) == ("gdb", ["1", "2"], ["甲站", "乙站"])
    assert "4490" in found.crs and shapely.get_x(found.shapes).tolist() == pytest.approx([116.3, 116.4])
    assert "床位" in read_features(database, ["床位"]).columns
    present(database)
    safe(database)
    assert len(sha256(database)) == 64


def test_a_zipped_geodatabase(database, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as box:
        for part in database.iterdir():
            box.write(part, f"数据/a.gdb/{part.name}")
    safe(tmp_path / "b.zip")
    assert read_features(tmp_path / "b.zip", ["代码"]).columns["代码"] == ["1", "2"]


def test_a_folder_that_is_no_geodatabase(tmp_path):
    (tmp_path / "a.gdb").mkdir()
    (tmp_path / "a.gdb" / "readme.txt").write_text("x")
    assert refusal(tmp_path / "a.gdb") == ("file_unreadable", None)


def test_a_geodatabase_with_a_link_that_leads_out(database, tmp_path):
    (tmp_path / "secret.gdbtable").write_text("x")
    (database / "z.gdbtable").symlink_to(tmp_path / "secret.gdbtable")
    assert refusal(database) == ("file_unsafe", "file_link_out")


def test_all_folders_of_a_kml_are_read(tmp_path):
    (tmp_path / "a.kml").write_text(KML, encoding="utf-8")
    found = read_features(tmp_path / "a.kml", ["name"])
    assert found.columns["name"] == ["甲站", "乙站", "无图形"] and found.columns["床位"] == ["20", None, None]
    assert found.crs == "EPSG:4326" and found.shapes[2] is None and not found.shapes[0].has_z
    assert found.columns["folder"] == ["城区", "郊区", "郊区"] and "description" not in found.columns


SQUARE = "0,0 1,0 1,1 0,1 0,0"


@pytest.mark.parametrize(("shape", "kind"), [
    ("<LineString><coordinates>0,0,5 1,1,5</coordinates></LineString>", "LineString"),
    (f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{SQUARE}</coordinates></LinearRing></outerBoundaryIs></Polygon>", "Polygon"),
    ("<MultiGeometry><Point><coordinates>0, 0</coordinates></Point><Point><coordinates>1,1</coordinates></Point></MultiGeometry>",
     "MultiPoint"), ("<Point><coordinates>x,y</coordinates></Point>", None), ("<Polygon></Polygon>", None)])
def test_shapes_of_a_kml(tmp_path, shape, kind):
    text = f'<kml xmlns="http://earth.google.com/kml/2.0"><Document><Placemark>{shape}</Placemark></Document></kml>'
    (tmp_path / "a.kml").write_text(text)
    found = read_features(tmp_path / "a.kml")
    assert (found.shapes[0] is None) == (kind is None) and found.broken == (frozenset({0}) if kind is None else frozenset())
    assert kind is None or found.shapes[0].geom_type == kind


def test_a_kml_in_gb18030(tmp_path):
    (tmp_path / "a.kml").write_bytes(KML.replace("UTF-8", "GB2312").encode("gb18030"))
    found = read_features(tmp_path / "a.kml")
    assert found.guessed and found.columns["name"][0] == "甲站"


def test_a_document_type_is_refused_wherever_it_stands(tmp_path):
    (tmp_path / "a.kml").write_text("<!--" + " " * 70_000 + '--><!DOCTYPE k [<!ENTITY a "ha">]><kml>&a;</kml>')
    assert refusal(tmp_path / "a.kml") == ("file_unsafe", "file_unsafe_entities")


def test_a_kmz_is_its_first_kml(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.kmz", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("../../doc.kml", KML)
        box.writestr("files/icon.png", b"x")
    assert read_features(tmp_path / "a.kmz").columns["name"] == ["甲站", "乙站", "无图形"]
    assert not (tmp_path.parent.parent / "doc.kml").exists()


def test_kml_with_entities_is_refused_also_in_an_archive(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><kml>&b;</kml>'
    (tmp_path / "a.kml").write_text(bomb)
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as box:
        box.writestr("doc.kml", bomb)
    assert refusal(tmp_path / "a.kml") == refusal(tmp_path / "a.kmz") == ("file_unsafe", "file_unsafe_entities")


def test_a_kmz_that_unpacks_to_far_more_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.kmz", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("doc.kml", b" " * 80_000_000)
    assert refusal(tmp_path / "a.kmz")[0] == "file_unsafe"


def test_closed_lines_of_a_dxf_are_areas(tmp_path):
    shapes = [shapely.LineString([(0, 0), (10, 0), (10, 10), (0, 0)]), shapely.LineString([(0, 0), (5, 5)]), shapely.Point(3, 4)]
    drawn = gpd.GeoDataFrame({"Layer": ["界线", "道路", "站"]}, geometry=shapes, crs=4548)
    pyogrio.write_dataframe(drawn, tmp_path / "a.dxf", driver="DXF")
    found = read_features(tmp_path / "a.dxf")
    assert [shape.geom_type for shape in found.shapes] == ["Polygon", "LineString", "Point"]
    assert found.crs == "" and found.shapes[0].area == pytest.approx(50)


@pytest.mark.parametrize(("name", "head", "sentence"), [
    ("a.dwg", b"AC1032\0\0\0", "file_dwg"), ("a.zip", b"7z\xbc\xaf\x27\x1c\0", "file_other_archive"),
    ("a.csv", b"Rar!\x1a\x07\x01\0", "file_other_archive"), ("a.csv.gz", b"\x1f\x8b\x08", "file_other_archive"),
    ("a.xlsx", b"%PDF-1.7", "file_document"),
    ("a.et", b"\xd0\xcf\x11\xe0", "file_other_table"), ("a.docx", b"PK\x03\x04", "file_other_table")])
def test_other_kinds_are_refused_with_what_to_do(tmp_path, name, head, sentence):
    (tmp_path / name).write_bytes(head)
    assert refusal(tmp_path / name) == ("file_unreadable", sentence)


@pytest.mark.parametrize("suffix", [".kml", ".kmz", ".dxf", ".gpkg", ".parquet"])
def test_junk_is_refused(tmp_path, suffix):
    (tmp_path / f"a{suffix}").write_bytes(b"junk" * 50 if suffix != ".kmz" else b"PK\x03\x04junk")
    assert refusal(tmp_path / f"a{suffix}")[0] == "file_unreadable"


def test_an_archive_in_an_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as box:
        box.writestr("a.shp", "x")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as box:
        box.write(tmp_path / "inner.zip", "inner.zip")
    assert refusal(tmp_path / "a.zip") == ("file_unreadable", "file_zip_without_shp")


def zipped_shape(path, prefix, links=()):
    """A zipped shapefile whose members bear a prefix; `links` are kept as symbolic links."""
    folder = path.parent / "parts"
    folder.mkdir(exist_ok=True)
    pyogrio.write_dataframe(frame().rename(columns={"名称": "name"}), folder / "a.shp", driver="ESRI Shapefile", encoding="UTF-8")
    with zipfile.ZipFile(path, "w") as box:
        for part in sorted(folder.iterdir()):
            member = zipfile.ZipInfo(prefix + part.name)
            if part.suffix in links:
                member.external_attr = 0o120777 << 16
                box.writestr(member, "/etc/hostname")
            else:
                box.writestr(member, part.read_bytes())


@pytest.mark.parametrize("prefix", ["/tmp/", "../../", "C:\\data\\", "数据/", "数据/".encode("gbk").decode("cp437")])
def test_names_in_archives_lead_nowhere(tmp_path, prefix):
    zipped_shape(tmp_path / "a.zip", prefix)
    assert read_features(tmp_path / "a.zip").columns["name"] == ["甲站", "乙站"]
    assert not (tmp_path.parent / "a.shp").exists() and not (tmp_path.parent.parent / "a.shp").exists()


def test_links_in_archives_are_not_followed(tmp_path):
    zipped_shape(tmp_path / "a.zip", "", links=(".dbf",))
    assert refusal(tmp_path / "a.zip")[0] == "file_unreadable"


def test_a_zipped_shapefile_in_gbk_without_a_word_about_it(tmp_path):
    (tmp_path / "parts").mkdir()
    pyogrio.write_dataframe(frame().rename(columns={"名称": "name"}), tmp_path / "parts" / "a.shp", driver="ESRI Shapefile", encoding="GBK")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as box:
        for part in (tmp_path / "parts").iterdir():
            if part.suffix != ".cpg":
                box.write(part, "养老".encode("gbk").decode("cp437") + part.suffix)
    found = read_features(tmp_path / "a.zip")
    assert found.columns["name"] == ["甲站", "乙站"] and found.guessed and found.crs
