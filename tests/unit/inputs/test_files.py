import io
import zipfile

import pytest

from planner.inputs.files import UnusableFileError, declares_entities, present, safe, sha256, shape_parts


def refused(call, *args):
    with pytest.raises(UnusableFileError) as caught:
        call(*args)
    return caught.value.code, caught.value.sentence


def test_files_that_are_not_there(tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    assert refused(present, tmp_path / "none.csv") == ("file_missing", None)
    assert refused(present, tmp_path / ("y" * 5000)) == ("file_missing", None)
    assert refused(present, tmp_path / "a\0b") == ("file_missing", None)
    assert refused(present, tmp_path) == ("file_unreadable", "file_not_a_file")
    assert refused(present, tmp_path / "empty.csv") == ("file_empty", "file_zero_bytes")


def test_a_bomb_is_told_by_its_declared_size(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    assert bomb.stat().st_size < 200_000
    assert refused(safe, bomb) == ("file_unsafe", None)


def test_small_archives_may_be_as_dense_as_they_like(tmp_path):
    path = tmp_path / "dense.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    safe(path)


def test_a_cut_archive_is_unreadable(tmp_path):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as box:
        box.writestr("a.xml", "<a/>")
    (tmp_path / "cut.xlsx").write_bytes(whole.getvalue()[:40])
    assert refused(safe, tmp_path / "cut.xlsx") == ("file_unreadable", None)


@pytest.mark.parametrize(("head", "bad"), [
    (b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "b">]><osm/>', True), (b"<!ENTITY a 'b'>", True),
    ('<?xml?><!DOCTYPE osm [<!ENTITY a "b">]>'.encode("utf-16"), True), (b'<?xml version="1.0"?><osm version="0.6">', False),
    (b"<!DOCTYPE html><html>", False)])
def test_entities(head, bad):
    assert declares_entities(head) == bad


def test_an_osm_file_with_entities_is_refused(tmp_path):
    path = tmp_path / "streets.osm"
    path.write_bytes(b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a0 "lol">]><osm>&a0;</osm>')
    assert refused(safe, path) == ("file_unsafe", "file_unsafe_entities")


def test_shapefile_parts(tmp_path):
    for name in ("区.shp", "区.SHX", "other.dbf"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnusableFileError) as caught:
        shape_parts(tmp_path / "区.shp")
    assert (caught.value.code, caught.value.value) == ("layer_part_missing", "dbf")
    (tmp_path / "区.dbf").write_bytes(b"y")
    assert set(shape_parts(tmp_path / "区.shp")) == {"shp", "shx", "dbf"}
    before = sha256(tmp_path / "区.shp")
    (tmp_path / "区.dbf").write_bytes(b"z")
    assert sha256(tmp_path / "区.shp") != before  # the table is part of the layer
