"""Files before they are read: are they there, are they what they say, and are they safe to unpack.

Archives and workbooks state how large their parts will be. That is read first: a file of a few kilobytes that would fill the memory
is refused without being unpacked.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

from planner.errors import InputError

UNPACKED_LIMIT = 1_500_000_000
"""Bytes that one archive may unpack to at most, whatever its size."""
UNPACKED_SUSPECT = 60_000_000
"""Bytes from which on the ratio of unpacking is looked at: small files may be as compressible as they like."""
RATIO_LIMIT = 150
"""Workbooks and shapes unpack to about 5 to 40 times their size; zeros to a thousand times."""
FILE_LIMIT = 600_000_000
"""Bytes that a file may have which is read into memory as a whole: tables, GeoJSON, KML, DXF. About five million rows."""
SHEET_LIMIT = 400_000_000
"""Bytes that one sheet of a workbook may unpack to: about a million rows of twenty columns, Excel's own limit of rows."""
WHOLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".geojson", ".json", ".kml", ".kmz", ".dxf")
DATABASE_SUFFIX = ".gdb"
_REFUSED = ((b"7z\xbc\xaf\x27\x1c", "file_other_archive"), (b"Rar!\x1a\x07", "file_other_archive"), (b"\x1f\x8b", "file_other_archive"),
            (b"AC10", "file_dwg"), (b"%PDF", "file_document"))
"""What files that nobody reads begin with, and what is said of them."""
_OTHER_TABLES = (".et", ".ods", ".numbers", ".wps", ".doc", ".docx")
XML_SUFFIXES = (".osm", ".graphml", ".xml", ".kml", ".gml", ".html", ".svg")
SHAPE_PARTS = ("shx", "dbf")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)\b[^>]*?(?:\[|<!ENTITY)|<!ENTITY", re.IGNORECASE | re.DOTALL)
_HEAD = 65_536


class UnusableFileError(InputError):
    """A file that cannot be used: the issue that says so has this error's code (docs/quality.md) and these parameters."""

    def __init__(self, code: str, *, severity: str = "blocking", sentence: str | None = None, value: str | None = None,
                 row: int | None = None, column: str | None = None, **params: object) -> None:
        super().__init__(code, **params)
        self.severity, self.sentence, self.value, self.row, self.column = severity, sentence, value, row, column


def present(path: Path) -> None:
    """That there is such a file with something in it. Raises UnusableFileError: file_missing, file_unreadable or file_empty."""
    try:
        if not path.exists():
            raise UnusableFileError("file_missing")
        if path.suffix.lower() == DATABASE_SUFFIX and path.is_dir():
            _present_database(path)
            return
        if not path.is_file():
            raise UnusableFileError("file_unreadable", sentence="file_not_a_file")
        if path.stat().st_size == 0:
            raise UnusableFileError("file_empty", sentence="file_zero_bytes")
        with path.open("rb") as stream:
            stream.read(1)
    except (OSError, ValueError) as error:
        if isinstance(error, UnusableFileError):
            raise
        if getattr(error, "errno", None) == 13:
            raise UnusableFileError("file_unreadable", sentence="file_not_permitted") from error
        raise UnusableFileError("file_missing") from error


def _present_database(path: Path) -> None:
    """The same for the folder of a File Geodatabase: tables in it, and no link that leads out of it."""
    inside = sorted(path.iterdir())
    if any(not part.resolve().is_relative_to(path.resolve()) for part in inside):
        raise UnusableFileError("file_unsafe", sentence="file_link_out")
    if not any(part.suffix.lower() == ".gdbtable" for part in inside):
        raise UnusableFileError("file_unreadable")


def safe(path: Path) -> None:
    """That the file is of a kind that is read, not too large, and does not unpack to far more than its size.

    Raises UnusableFileError: file_unsafe, file_too_large, or file_unreadable for a broken archive and for files of another kind.
    """
    if path.is_dir():
        return
    if path.suffix.lower() in WHOLE_SUFFIXES and path.stat().st_size > FILE_LIMIT:
        raise UnusableFileError("file_too_large", megabytes=round(path.stat().st_size / 1e6), limit=FILE_LIMIT // 1_000_000)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if path.suffix.lower() in _OTHER_TABLES:
        raise UnusableFileError("file_unreadable", sentence="file_other_table", value=path.suffix.lower())
    for magic, sentence in _REFUSED:
        if head.startswith(magic):
            raise UnusableFileError("file_unreadable", sentence=sentence, value=path.suffix.lower())
    if head[:4] == b"PK\x03\x04":
        _safe_archive(path)
    elif path.suffix.lower() in XML_SUFFIXES and declares_entities(head):
        raise UnusableFileError("file_unsafe", sentence="file_unsafe_entities")


def declares_entities(head: bytes) -> bool:
    """Whether the beginning of an XML text declares entities, in UTF-8 or UTF-16."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:4]:
        head = head.replace(b"\0", b"")
    return bool(_DECLARATION.search(head))


def _safe_archive(path: Path) -> None:
    """The same for a zip archive, by the sizes that it declares and by the beginnings of its XML parts."""
    packed = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as box:
            unpacked = sum(member.file_size for member in box.infolist())
            if unpacked > UNPACKED_LIMIT or (unpacked > UNPACKED_SUSPECT and unpacked > RATIO_LIMIT * packed):
                raise UnusableFileError("file_unsafe", value=str(unpacked), megabytes=round(unpacked / 1e6), packed=round(packed / 1e6, 1))
            for member in box.infolist():
                if member.filename.startswith("xl/worksheets/") and member.file_size > SHEET_LIMIT:
                    raise UnusableFileError("file_too_large", sentence="sheet_too_large", megabytes=round(member.file_size / 1e6),
                                            limit=SHEET_LIMIT // 1_000_000)
                if member.filename.lower().endswith((".xml", ".rels", ".kml")):
                    with box.open(member) as stream:
                        if declares_entities(stream.read(4096)):
                            raise UnusableFileError("file_unsafe", sentence="file_unsafe_entities")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        if isinstance(error, UnusableFileError):
            raise
        raise UnusableFileError("file_unreadable") from error
    except Exception as error:  # zlib.error and what else a damaged archive may bring; there is no common parent
        raise UnusableFileError("file_unreadable") from error


def shape_parts(path: Path) -> dict[str, Path]:
    """The parts of a shapefile by suffix without dot, whatever the case of their names. Raises UnusableFileError: layer_part_missing."""
    stem = path.stem
    parts = {other.suffix[1:].lower(): other for other in sorted(path.parent.iterdir())
             if other.stem == stem and other.suffix[1:].lower() in ("shp", "shx", "dbf", "prj", "cpg")}
    lacking = [part for part in SHAPE_PARTS if part not in parts]
    if lacking:
        names = ", ".join(f"{stem}.{part}" for part in lacking)
        raise UnusableFileError("layer_part_missing", value=" ".join(lacking), parts=names)
    return parts


def sha256(path: Path) -> str:
    """SHA-256 of a file; of a shapefile, that of its .shp and .dbf one after the other; of a .gdb, of its files by name."""
    digest = hashlib.sha256()
    paths = sorted(part for part in path.iterdir() if part.is_file()) if path.is_dir() else [path]
    if path.suffix.lower() == ".shp":
        paths += [other for other in sorted(path.parent.iterdir()) if other.stem == path.stem and other.suffix.lower() == ".dbf"]
    for part in paths:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
