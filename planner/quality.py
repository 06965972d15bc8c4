"""The data-quality report: what was read, what was done with it, and what a person should look at.

The shape of the report and the meaning of every code: docs/quality.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.i18n import t

SEVERITIES = ("info", "warning", "blocking")


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `row` is the number a person sees (docs/quality.md), `value` the cell as typed.

    What was done about it is the sentence `issue.<sentence or code>` of the locale files, filled with `params`
    (file, row, column, name and value are always there for it too).
    """

    code: str
    severity: str
    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    name: str | None = None
    value: str | None = None
    sentence: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} of {self.code}")

    def done(self, lang: str) -> str:
        """The sentence that says what was done and what to do."""
        known = {"file": self.file, "row": self.row, "column": self.column, "name": self.name, "value": self.value}
        return t(f"issue.{self.sentence or self.code}", lang, **{**known, **self.params})

    def to_dict(self, lang: str) -> dict[str, Any]:
        """The issue as the report's JSON has it."""
        return {"code": self.code, "severity": self.severity, "file": self.file, "sheet": self.sheet, "row": self.row,
                "column": self.column, "name": self.name, "value": self.value, "done": self.done(lang)}


@dataclass(frozen=True, slots=True)
class SystemEvidence:
    """What speaks for the coordinate system of one layer (docs/quality.md, section 3).

    sections : those of planner.toml that name the file; declared : the system it was taken for; likely : the one that explains most;
    confidence : of `likely`, one of high, medium, low, none; observations, hits : how many there are, and how many hold under each system;
    kinds : the same by what they are compared with; measured_m, expected_m : metres east and north by which the layer stands off, as
    measured on so many `places` and as the formula has it, both None where nothing is off or nothing could be measured.
    """

    sections: tuple[str, ...]
    file: str
    declared: str
    likely: str
    confidence: str
    observations: int
    hits: Mapping[str, int]
    kinds: Mapping[str, tuple[int, Mapping[str, int]]]
    measured_m: tuple[float, float] | None = None
    expected_m: tuple[float, float] | None = None
    places: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The evidence as the report's JSON has it."""
        offset = None
        if self.measured_m is not None and self.expected_m is not None:
            measured, expected = ([round(part, 1) for part in vector] for vector in (self.measured_m, self.expected_m))
            offset = {"measured_m": measured, "expected_m": expected, "places": self.places}
        return {"sections": list(self.sections), "file": self.file, "declared": self.declared, "likely": self.likely,
                "confidence": self.confidence, "observations": self.observations, "hits": dict(self.hits),
                "kinds": {kind: {"observations": count, "hits": dict(hits)} for kind, (count, hits) in self.kinds.items()},
                "offset": offset}


@dataclass(slots=True)
class FileRecord:
    """One file that planner.toml names: its rows in and rows kept. rows_dropped is their difference, always.

    `date` is the day the data speak for (数据时点), where it is stated.
    """

    path: str
    role: str = ""
    rows_in: int = 0
    rows_kept: int = 0
    rows_not_selected: int = 0
    format: str = ""
    encoding: str = ""
    crs: str = ""
    sha256: str = ""
    date: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The record as the report's JSON has it."""
        return {"path": self.path, "role": self.role, "rows_in": self.rows_in, "rows_kept": self.rows_kept,
                "rows_dropped": self.rows_in - self.rows_kept, "rows_not_selected": self.rows_not_selected,
                "format": self.format, "encoding": self.encoding, "crs": self.crs, "sha256": self.sha256, "date": self.date}


@dataclass(slots=True)
class QualityReport:
    """Collects issues and file records while a project is read. The one value of the house that grows while it is used."""

    project: str = ""
    crs: str = ""
    issues: list[Issue] = field(default_factory=list)
    files: dict[str, FileRecord] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)
    sites: list[dict[str, Any]] = field(default_factory=list)
    systems: list[SystemEvidence] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)
    population: dict[str, Any] = field(default_factory=dict)

    def add(self, code: str, severity: str, file: str, *, sentence: str | None = None, sheet: str | None = None,
            row: int | None = None, column: str | None = None, name: str | None = None, value: str | None = None,
            params: Mapping[str, object] | None = None) -> None:
        """Add an issue."""
        self.issues.append(Issue(code, severity, file, sheet, row, column, name, value, sentence, dict(params or {})))

    def record(self, path: str) -> FileRecord:
        """The record of a file, made on first use."""
        return self.files.setdefault(path, FileRecord(path))

    @property
    def blocking(self) -> list[Issue]:
        """The issues for which no result can be trusted."""
        return [issue for issue in self.issues if issue.severity == "blocking"]

    def to_dict(self, lang: str) -> dict[str, Any]:
        """The report as JSON, schema planner.quality/1."""
        return {"schema": "planner.quality/1", "project": self.project, "crs": self.crs,
                "files": [record.to_dict() for record in self.files.values()], "totals": self.totals, "sites": self.sites,
                "systems": [found.to_dict() for found in self.systems], "columns": self.columns,
                "population": self.population, "issues": [issue.to_dict(lang) for issue in self.issues]}
