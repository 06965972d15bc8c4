"""Streets of a project: one file, a network for each mode of travel, read on first use and kept - in memory and on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from planner.errors import NetworkError
from planner.folders import cache_folder
from planner.network import graph, lines
from planner.network.graph import StreetNetwork
from planner.network.plane import Box, choose_crs, is_crs, metric_crs, true_to_scale
from planner.network.ways import ATTRIBUTION
from planner.quality import FileRecord, Issue, QualityReport

OSM_SUFFIXES = (".pbf", ".osm", ".graphml")
CACHE_VERSION = 1
"""Raise it whenever the reading of street files changes: networks that were kept by older versions are then read anew."""

CACHE_FILES = 64
"""So many networks are kept on disk; the ones unused for longest go."""

ISSUE_CODES = {
    "streets_missing": "file_missing", "streets_unreadable": "file_unreadable", "streets_format_unknown": "file_unreadable",
    "streets_empty": "file_empty", "streets_without_lines": "file_empty", "streets_none_open": "file_empty",
    "streets_unsafe": "file_unsafe", "streets_part_missing": "layer_part_missing", "streets_without_crs": "crs_missing",
    "streets_crs_unknown": "config_invalid"}
"""Errors of reading, as issues of the data-quality report (docs/quality.md)."""


def file_sha256(path: Path) -> str:
    """sha256 of a street file; of a shapefile, of all its parts."""
    digest = hashlib.sha256()
    for part in lines.files_of(path):
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


class Streets:
    """The streets of a project.

    path : the file. shown : how planner.toml writes it. crs : the metric system of the networks. layer_crs : the file's own system, where
    it is stated. report : a QualityReport to which the file's record and issues are added when it is first read.
    around : west, south, east and north, in `crs`, of where the project lies: a layer that does not say its system is tried against it.
    attribution : whom to name beside the streets, where it is stated.
    Raises CrsError for a `crs` that is unknown or not in metres.
    """

    def __init__(self, path: Path, shown: str, crs: str, layer_crs: str | None = None, report: QualityReport | None = None, *,
                 around: Box | None = None, attribution: Mapping[str, str] | str = "") -> None:
        self.path, self.shown, self.layer_crs, self.report, self.around = Path(path), shown, layer_crs, report, around
        self.crs, self._attribution = metric_crs(crs), attribution
        self._networks: dict[str, StreetNetwork] = {}
        self._sha256 = ""
        self._lock = Lock()

    @property
    def attribution(self) -> Mapping[str, str] | str:
        """Whom to name beside these streets: as stated, else by the file; of a line layer it is known once a network was read."""
        if self._attribution:
            return self._attribution
        if self.path.suffix.lower() in OSM_SUFFIXES:
            return ATTRIBUTION
        return next((network.attribution for network in self._networks.values() if network.attribution), "")

    @property
    def sha256(self) -> str:
        """sha256 of the file."""
        if not self._sha256:
            self._sha256 = file_sha256(self.path)
        return self._sha256

    def network(self, mode: str) -> StreetNetwork:
        """The network of a mode: walk, cycle or drive.

        Raises NetworkError where the file is missing, unreadable or holds no street open to the mode; the report then has a blocking issue.
        """
        with self._lock:
            if mode not in self._networks:
                self._networks[mode] = self._read_or_recall(mode)
            return self._networks[mode]

    def _read_or_recall(self, mode: str) -> StreetNetwork:
        """From the disk where it was kept there, else from the file; either way with its record and issues."""
        found = QualityReport()
        try:
            if not self.path.is_file():
                raise NetworkError("streets_missing", file=self.shown)
            if self.layer_crs is not None and not is_crs(self.layer_crs):
                raise NetworkError("streets_crs_unknown", file=self.shown, crs=self.layer_crs)
            kept = cache_folder("streets") / f"{self.key(mode)}.npz"
            network = _recall(kept, found, self.shown)
            if network is None:
                network = _read(self.path, self.shown, self.crs, mode, self.layer_crs, self.around, found)
                record = found.record(self.shown)
                record.role, record.sha256 = "streets", self.sha256
                record.format = self.path.suffix.lower().lstrip(".")
                _keep(network, kept, found, self.shown)
        except NetworkError as error:
            self._refused(error)
            raise
        self._tell(found)
        return network

    def key(self, mode: str) -> str:
        """A name for what is kept of a mode's network, by all that it depends on: the file's content and how it is read, not its place."""
        made_from = json.dumps([CACHE_VERSION, self.sha256, self.path.suffix.lower(), mode, self.crs, self.layer_crs, self.around])
        return hashlib.sha256(made_from.encode()).hexdigest()

    def _tell(self, found: QualityReport) -> None:
        """Adds what was found to the project's report, once."""
        if self.report is None:
            return
        if self.report.record(self.shown).role in ("", "streets"):  # another section may name the same file
            self.report.files[self.shown] = found.record(self.shown)
        self.report.issues.extend(issue for issue in found.issues if issue not in self.report.issues)

    def _refused(self, error: NetworkError) -> None:
        """An error of reading as a blocking issue; the file then gives no row."""
        if self.report is None:
            return
        code = ISSUE_CODES.get(error.code, "file_unreadable")
        self.report.files[self.shown] = FileRecord(self.shown, role="streets")
        value = error.params.get("parts") or error.params.get("crs")
        issue = Issue(code, "blocking", self.shown, column="streets.crs" if error.code == "streets_crs_unknown" else None,
                      value=None if value is None else str(value), sentence=error.code, params=dict(error.params))
        if issue not in self.report.issues:
            self.report.issues.append(issue)


def _read(path: Path, shown: str, crs: str, mode: str, layer_crs: str | None, around: Box | None, report: QualityReport) -> StreetNetwork:
    """A network from its file, whatever the format."""
    if path.stat().st_size == 0:
        raise NetworkError("streets_empty", file=shown)
    suffix = path.suffix.lower()
    if suffix in OSM_SUFFIXES:
        from planner.network import osm

        return osm.read_osm(path, shown, crs, mode, report=report)
    if suffix in lines.SUFFIXES:
        return lines.read_lines(path, shown, crs, mode, layer_crs=layer_crs, around=around, report=report)
    raise NetworkError("streets_format_unknown", file=shown, suffix=suffix)


def _recall(kept: Path, report: QualityReport, shown: str) -> StreetNetwork | None:
    """A network kept on disk with its record and issues, under the file's present name; None where there is none or it is spoiled."""
    if not kept.is_file():
        return None
    try:
        network, notes = graph.load(kept)
        told = json.loads(notes)
        report.files[shown] = FileRecord(**{**told["record"], "path": shown})
        report.issues.extend(Issue(**{**issue, "file": shown}) for issue in told["issues"])
        kept.touch()
    except (NetworkError, ValueError, TypeError, KeyError, OSError):
        return None
    return network


def _keep(network: StreetNetwork, kept: Path, report: QualityReport, shown: str) -> None:
    """Keeps a network on disk. A cache that cannot be written costs time only, so that is no error."""
    notes = {"record": asdict(report.record(shown)), "issues": [asdict(issue) for issue in report.issues]}
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        graph.save(network, kept, notes=json.dumps(notes))
        by_use = sorted(kept.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for old in by_use[:-CACHE_FILES]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def suggest_crs(path: Path, shown: str, *, layer_crs: str | None = None) -> str:
    """A plane system in metres for a street file: a line layer's own, where it is one and true to scale there, else one for its extent.

    Raises NetworkError as `Streets.network` does.
    """
    if not path.is_file():
        raise NetworkError("streets_missing", file=shown)
    if path.stat().st_size == 0:
        raise NetworkError("streets_empty", file=shown)
    suffix = path.suffix.lower()
    if suffix in OSM_SUFFIXES:
        from planner.network import osm

        return choose_crs(*osm.extent(path, shown))
    if suffix in lines.SUFFIXES:
        own, extent = lines.place_of(path, shown, layer_crs=layer_crs)
        return own if true_to_scale(own, extent) else choose_crs(*extent)
    raise NetworkError("streets_format_unknown", file=shown, suffix=suffix)
