"""Next year's ledger: tried in place of the project's own without changing anything, held against it, and then taken over.

Taking over keeps the former file twice: where it lies, unless the new one bears the same name, and as a dated copy among the snapshots.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planner.errors import InputError
from planner.inputs.readers import Survey, survey
from planner.inputs.specs import FacilitySpec, FileRef
from planner.plan.against import WITHIN_M, Comparison, hold_against
from planner.plan.columns_confirmed import confirm_columns
from planner.plan.columns_kept import remembered_columns
from planner.plan.config import CONFIG_FILE, split
from planner.plan.former_ledgers import FormerLedger, keep_ledgers
from planner.plan.positions_kept import position_files
from planner.plan.project import Project, read_project
from planner.plan.toml_edit import edit_project, replace_file
from planner.quality import Issue, QualityReport

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """A file tried in the place of a ledger.

    shown : the ledger's file as planner.toml writes it; name : the new one's; layers : the sections that it serves; report : what was
    found in it (rows, columns, totals); issues : those of it alone; compared : the changes, None where it cannot be used; recognised :
    its columns are not those that planner.toml states and were recognised by their headers.
    """

    shown: str
    name: str
    layers: tuple[str, ...]
    report: QualityReport
    issues: tuple[Issue, ...]
    compared: Comparison | None
    recognised: bool

    @property
    def sound(self) -> bool:
        """Whether it could take over."""
        return self.compared is not None and not any(issue.severity == "blocking" for issue in self.issues)


def ledgers(project: Project) -> dict[str, tuple[FacilitySpec, ...]]:
    """The ledger files of a project as planner.toml writes them, with the sections that each serves."""
    found: dict[str, tuple[FacilitySpec, ...]] = {}
    for spec in project.facilities:
        found[spec.file.shown] = (*found.get(spec.file.shown, ()), spec)
    return found


def plain_name(name: str) -> str:
    """A file name as a browser gives it, without folders and signs that a file system or planner.toml might read as something else."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^\w.()（）-]+", "_", last).lstrip(".")[-NAME_LENGTH:] or "ledger"


def try_ledger(project: Project, shown: str, file: Path, *, within_m: float = WITHIN_M) -> Trial:
    """A new file in the place of one of the project's ledgers: its report, and what became of the rows of the present one.

    Columns are those that planner.toml states; where the file lacks one of them, those that were confirmed for its headers, or recognised.
    """
    specs = ledgers(project)[shown]
    found, report = _read(project, specs, file, recognise=False)
    issues, recognised = _issues(report, specs, file.name), False
    if any(issue.code == "column_missing" for issue in issues):
        other, other_report = _read(project, specs, file, recognise=True)
        if all(spec.slug in other.facilities for spec in specs):
            found, report, recognised = other, other_report, True
            issues = _issues(report, specs, file.name)
    compared = None
    if all(spec.slug in found.facilities for spec in specs):
        changes, unread = hold_against(project, found, specs, within_m=within_m, beside=position_files(project.folder))
        compared = Comparison(within_m, tuple(changes), unread, tuple(unread), specs)
    return Trial(shown, file.name, tuple(spec.slug for spec in specs), report, issues, compared, recognised)


def compare_former(project: Project, shown: str, former: Path, *, layers: Sequence[str] = (), within_m: float = WITHIN_M) -> Comparison:
    """The project's ledger against a former file of it. layers : only these. Raises InputError (against_unreadable)."""
    specs = [spec for spec in ledgers(project)[shown] if not layers or spec.slug in layers]
    found = _survey(project, specs, QualityReport())
    wanted = [spec for spec in specs if spec.slug in found.facilities]
    changes, unread = hold_against(project, found, [_on(spec, former) for spec in wanted], within_m=within_m,
                                   beside=position_files(project.folder))
    if not changes:
        issue: object = next(iter(unread.values()), "")
        raise InputError("against_unreadable", file=former.name, issue=issue)
    return Comparison(within_m, tuple(changes), unread, tuple(unread), tuple(wanted))


def original_copy(former: FormerLedger, folder: Path) -> Path:
    """A former ledger under its original name in a folder of one's own, so that issues and suffixes speak of it."""
    target = folder / plain_name(Path(former.original).name)
    for part in sorted(former.file.parent.glob(f"{former.file.stem}.*")):
        if part.suffix != ".json":
            (folder / f"{target.stem}{part.suffix}").write_bytes(part.read_bytes())
    return target


def _read(project: Project, specs: Sequence[FacilitySpec], file: Path, *, recognise: bool) -> tuple[Survey, QualityReport]:
    """A file read as the ledger of some sections."""
    report = QualityReport(project.id)
    fresh = [_on(spec, file) for spec in specs]
    if recognise:
        fresh = [replace(spec, columns={}, recognise=True) for spec in fresh]
    return _survey(project, fresh, report), report


def _survey(project: Project, specs: Sequence[FacilitySpec], report: QualityReport) -> Survey:
    """Ledgers on the project's boundaries, without its streets and people."""
    return survey(project.boundaries, specs, None, crs=project.crs, buffer_m=project.buffer_m, lines=lambda _: None, report=report,
                  kept=position_files(project.folder), remembered=remembered_columns(project.folder))


def _on(spec: FacilitySpec, file: Path) -> FacilitySpec:
    """A section on another file; entrances of the one say nothing about the other, and neither does its day."""
    return replace(spec, file=FileRef(file, file.name, spec.file.section), date="", entrances=None)


def _issues(report: QualityReport, specs: Sequence[FacilitySpec], name: str) -> tuple[Issue, ...]:
    """The issues of a file: its own, and those of planner.toml about its sections."""
    sections = tuple(f"{spec.file.section}." for spec in specs)
    return tuple(issue for issue in report.issues
                 if issue.file == name or (issue.file == CONFIG_FILE and f"{issue.column}.".startswith(sections)))


# ---- taking over -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Taken:
    """What was done. file : the new ledger as planner.toml now writes it; copies : the former one's, among the snapshots."""

    file: str
    copies: tuple[str, ...]


def take_over(project: Project, trial: Trial, data: bytes, *, date: str, now: dt.datetime) -> Taken:
    """Puts the tried file in the place of the ledger: beside it, and into planner.toml, with the day it speaks for.

    data : the file's content; date : ISO, "" to leave planner.toml's. The former one is kept among the snapshots before anything changes.
    Raises InputError: ledger_not_sound, edit_not_safe, edit_not_written; then planner.toml and the ledger are as before.
    """
    if not trial.sound:
        raise InputError("ledger_not_sound", file=trial.name)
    specs = ledgers(project)[trial.shown]
    folder, config = project.folder, project.folder / CONFIG_FILE
    try:
        copies = keep_ledgers(folder, specs, now=now)
        target = _target(specs[0].file, trial.name, data, now)
        before: Mapping[Path, bytes | None] = {path: path.read_bytes() if path.exists() else None for path in (config, target)}
        replace_file(target, data)
    except OSError as error:
        raise InputError("edit_not_written", file=trial.name) from error
    shown = (Path(trial.shown).parent / target.name).as_posix()
    try:
        for spec in specs:
            section = split(spec.file.section)
            edit_project(folder, section, "path", shown)
            if date:
                edit_project(folder, section, "date", date)
        if trial.recognised:
            confirm_columns(folder, trial.report.columns)
        read_project(folder)
    except InputError:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                replace_file(path, content)
        raise
    return Taken(shown, tuple(copy.file.name for copy in copies))


def _target(ledger: FileRef, name: str, data: bytes, now: dt.datetime) -> Path:
    """Where the new file goes: beside the former one under its own name; a name that another file bears gets the day behind it."""
    target = ledger.path.parent / plain_name(name)
    free = not target.exists() or target.samefile(ledger.path) or target.read_bytes() == data
    return target if free else target.with_name(f"{target.stem}-{now:%Y%m%d-%H%M%S}{target.suffix}")
