"""`planner report --atlas`: options and the work of writing an atlas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.common import fail, note
from planner.i18n import t

if TYPE_CHECKING:
    from planner.plan.report import ReportFacts


def make_atlas(facts: ReportFacts, out: Path, *, lang: str, quiet: bool, paper: str = "a4", layer: str | None = None,
               travel: str | None = None, minutes: float | None = None, level: str | None = None, pictures: bool = False) -> None:
    """Write the atlas of some facts and say how far it is; stopped from the keyboard it says what there is."""
    from planner.export.atlas import write_atlas
    from planner.export.atlas_content import atlas_of

    atlas = atlas_of(facts, layer=layer, travel=travel, minutes=minutes, level=level)
    done = [0]

    def tell(number: int, count: int) -> None:
        done[0] = number
        if number == count or number % max(1, count // 20) == 0:
            note(t("atlas.progress", lang, number=number, count=count), quiet)

    try:
        written = write_atlas(atlas, out, lang=lang, paper=paper, pictures=pictures, progress=tell)
    except KeyboardInterrupt:
        fail(t("atlas.stopped" if out.suffix.lower() != ".pdf" else "atlas.stopped_whole", lang, number=done[0], count=len(atlas.sheets)))
        return
    note(t("atlas.written", lang, file=written.files[0].name, sheets=written.sheets, pages=written.pages), quiet)
