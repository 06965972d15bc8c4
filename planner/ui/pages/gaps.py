"""Gaps: every unit that fails a target, ranked, with what would close it; workbook, data and papers to take along."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from planner.export.tables import write_gaps
from planner.i18n import t
from planner.plan.gaplist import GapList
from planner.ui import footer, gap_lists, packs, papers, returned_panel, state, ways
from planner.ui.desk import Desk
from planner.ui.downloads import MIMES, safe_name
from planner.ui.faults import said
from planner.ui.figures import money
from planner.ui.packs import Judged
from planner.ui.text import escaped, people

FORMS = ("xlsx", "gpkg", "csv")
WITH_SPOTS = ("gpkg",)
"""Forms whose one file holds the blind spots beside the gaps; of the others they are a file of their own (`planner gaps`)."""


def show(desk: Desk) -> None:
    """The page."""
    st.fragment(said(_body))(desk)


def _body(desk: Desk) -> None:
    """Pack, headline, downloads, the list, the projects, the papers."""
    lang = desk.lang
    ways.leave_if_asked()
    left, right = st.columns([1, 2.2], vertical_alignment="bottom")
    with left:
        name = packs.choose(desk)
    judged, found = packs.gap_list(desk, name)
    with right:
        _headline(found, lang)
    st.html(f'<p class="note">{escaped(t("ui.gaps.counted", lang, sum=people(found.headline.people_affected_sum, lang)))}</p>')
    _downloads(desk, judged, found, name)
    _title("list", lang)
    gap_lists.show_gaps(desk, found, packs.gap_key(desk, name))
    _title("projects", lang)
    gap_lists.show_projects(desk, found, packs.gap_key(desk, name))
    _title("papers", lang)
    papers.show(desk, judged.pack, found, name)
    returned_panel.show(desk)
    state.write_address()
    footer.draw(desk, None)


def _title(name: str, lang: str) -> None:
    """A heading."""
    st.html(f'<h2>{escaped(t(f"ui.gaps.{name}", lang), lang)}</h2>')


def _headline(found: GapList, lang: str) -> None:
    """The figures at the top of the list; people are counted once."""
    head = found.headline
    cost = t("ui.none", lang) if head.est_cost_cny is None else money(head.est_cost_cny, lang)
    shown = {"gaps": f"{head.gaps:,}", "failing": f"{head.targets_failing:,}", "affected": people(head.people_affected, lang),
             "projects_count": f"{head.projects:,}", "cost": cost}
    with st.container(key="headline"):
        for spot, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
            with spot, st.container(key=f"headline_{name}"):
                st.metric(t(f"ui.gaps.{name}", lang), value)


def _downloads(desk: Desk, judged: Judged, found: GapList, pack: str) -> None:
    """Workbook, GeoPackage and table, made when they are asked for."""
    lang = desk.lang
    with st.container(key="downloads"):
        for spot, form in zip(st.columns([1, 1, 1, 4]), FORMS, strict=False):
            name = safe_name([desk.city.id, judged.pack.id, "gaps"], form)
            with spot:
                st.download_button(t(f"ui.gaps.download_{form}", lang), partial(gap_file, desk, judged, found, pack, form), name,
                                   MIMES[form], key=f"download_gaps_{form}", on_click="ignore", width="stretch")


def gap_file(desk: Desk, judged: Judged, found: GapList, pack: str, form: str) -> bytes:
    """The gap list as a file's bytes; one that holds several layers has the blind spots too, as `planner gaps --out` writes it."""
    if form in WITH_SPOTS:
        found = packs.kept_with_spots(desk, pack, judged, found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"gaps.{form}"
        write_gaps(found, judged.evaluation, desk.report, path, lang=desk.lang)
        return path.read_bytes()
