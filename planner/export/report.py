"""A report as a file: the suffix says which of the three forms. All of them hold the same document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError
from planner.export.drawn_files import whole
from planner.export.report_content import report_document
from planner.export.report_document import Document, Figure, Table
from planner.export.report_maps import report_figures
from planner.plan.report import ReportFacts

SUFFIXES = (".docx", ".pdf", ".html")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, and how many tables and figures stand in it."""

    path: Path
    tables: int
    figures: int


def check_report(path: Path) -> None:
    """That a report can be written to a file of this name: before the work, not after it. Raises InputError (report_suffix)."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError("report_suffix", path=path.name, suffixes=" ".join(SUFFIXES))


def report_bytes(document: Document, suffix: str) -> bytes:
    """A document in the form of a suffix. Raises InputError (report_suffix)."""
    check_report(Path(f"report{suffix}"))
    if suffix == ".html":
        from planner.export.report_html import report_html

        return report_html(document).encode()
    if suffix == ".pdf":
        from planner.export.report_pdf import report_pdf

        return report_pdf(document)
    from planner.export.report_docx import report_docx

    return report_docx(document)


def write_report(facts: ReportFacts, path: Path, *, lang: str, figures: Sequence[Figure] | None = None) -> Written:
    """Write the report of some facts in a language; nothing is left half written. figures : the maps, None: those of `report_figures`.

    Raises InputError (report_suffix), OSError.
    """
    check_report(path)
    document = report_document(facts, lang, report_figures(facts, lang) if figures is None else figures)
    whole(path, report_bytes(document, path.suffix.lower()))
    kinds = [type(block) for block in document.blocks]
    return Written(path, kinds.count(Table), kinds.count(Figure))
