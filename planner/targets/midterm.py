"""The table of a mid-term or final evaluation, row by row as people read it: the screen, the report and the workbook show the same."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from planner.i18n import pick, t
from planner.targets.answers import why_text
from planner.targets.evaluation import Evaluation, TargetResult
from planner.targets.formula import is_share, shown
from planner.targets.progress import ON_TIME_TOLERANCE

MIDTERM_KEYS = ("id", "title", "binding", "base", "goal", "actual", "done", "expected", "verdict", "why")
"""The columns: `progress.<key>` in the locale files."""
MIDTERM_RIGHT = ("base", "goal", "actual", "done", "expected")
"""Those that hold figures."""
VERDICTS = ("ahead", "on_time", "behind", None)


@dataclass(frozen=True, slots=True)
class MidtermRow:
    """One target on its way: the result, its verdict (None: not judged), and the cells of MIDTERM_KEYS as text."""

    result: TargetResult
    verdict: str | None
    cells: tuple[str, ...]


def midterm_rows(evaluation: Evaluation, lang: str) -> tuple[MidtermRow, ...]:
    """A row for each target that has a figure to be reached, in the order of the packs."""
    rows = []
    for one in evaluation.targets:
        found, share = one.progress, is_share(one)
        if found is None or found.why in ("not_judged", "no_figure"):
            continue
        word = t(f"progress.{found.verdict}", lang) if found.verdict else "-"
        rows.append(
            MidtermRow(
                one,
                found.verdict,
                (
                    one.target.id,
                    pick(one.target.title, lang),
                    t(f"progress.binding_{one.target.binding}", lang),
                    _with_year(found.base, found.base_date, share, lang),
                    _with_year(found.goal, found.goal_date, share, lang),
                    shown(found.actual, share),
                    shown(found.done, True),
                    shown(found.expected, True),
                    word,
                    why_text(found, lang),
                ),
            )
        )
    return tuple(rows)


def midterm_tally(rows: tuple[MidtermRow, ...], lang: str) -> str:
    """How many targets are ahead, on time, behind, not judged."""
    counted = Counter(row.verdict for row in rows)
    words = [(key, t(f"progress.{key or 'none'}", lang)) for key in VERDICTS if counted[key]]
    return t("evaluate.separator", lang).join(t("progress.tally", lang, verdict=word, count=counted[key]) for key, word in words)


def midterm_foot(evaluation: Evaluation, lang: str) -> str:
    """What the columns mean and how far from due is still on time."""
    return t("progress.foot", lang, date=evaluation.date.isoformat(), tolerance=f"{ON_TIME_TOLERANCE:.0%}")


def _with_year(value: float | None, day: dt.date | None, share: bool, lang: str) -> str:
    """A figure with its year."""
    text = shown(value, share)
    return text if day is None else t("progress.with_year", lang, value=text, year=day.year)
