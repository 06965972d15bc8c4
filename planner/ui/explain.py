"""Where a number comes from: the plan's words, the arithmetic, what is short, and the files it rests on - for one target and one unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.i18n import pick, t
from planner.targets.answers import deadline_text, note_text
from planner.targets.evaluation import TargetResult, UnitResult
from planner.targets.formula import SIGNS, units_are_shares
from planner.targets.matrix import Cell
from planner.targets.sentences import verdict_text
from planner.targets.vocabulary import FACILITY
from planner.ui.desk import Desk
from planner.ui.figures import figure, is_share, shortfall
from planner.ui.target_list import told_html
from planner.ui.text import escaped, level_name, people

MOST_PARTS = 40
"""So many finer units and facilities are listed; the rest stand in the list of targets."""
MARKS = {"met": "met", "not_met": "not-met"}


def state_html(state: str, lang: str) -> str:
    """A state by mark and word."""
    return f'<span class="{MARKS.get(state, "quiet")}">{escaped(t(f"evaluate.state_{state}", lang), lang)}</span>'


def explain_html(desk: Desk, result: TargetResult, cell: Cell | None, unit_name: str, plan: str) -> str:
    """The whole explanation, every name escaped. cell : what the target says of the unit, None where it is not asked of it. plan : what
    the pack is called."""
    lang = desk.lang
    parts = [_heading(result, unit_name, plan, lang), _of_unit(result, cell, desk), _facts(result, lang),
             f'<p class="prose"><b>{escaped(t("ui.explain.whole", lang), lang)}</b> {escaped(verdict_text(result, lang), lang)}</p>',
             told_html(result, lang), _notes(result, lang), _fill(cell.parts if cell is not None else (), lang), _inputs(result, lang)]
    return f'<div class="card explain">{"".join(parts)}</div>'


def _heading(result: TargetResult, unit_name: str, plan: str, lang: str) -> str:
    """Unit and target, and where the plan says it."""
    target = result.target
    document = t("ui.explain.document", lang, document=target.source.get("document") or plan)
    where = " · ".join(escaped(part, lang) for part in (document, target.clause, target.id) if part)
    return (f'<h3>{escaped(unit_name, lang)} — {escaped(pick(target.title, lang), lang)}</h3>'
            f'<p class="note">{escaped(t("ui.explain.clause", lang), lang)}{t("ui.colon", lang)}{where}</p>')


def _of_unit(result: TargetResult, cell: Cell | None, desk: Desk) -> str:
    """What the target says of the unit, as arithmetic."""
    lang = desk.lang
    if cell is None:
        return f'<p class="prose">{escaped(t("ui.explain.not_asked", lang), lang)}</p>'
    if cell.own:
        said = unit_sentence(result, cell.parts[0], lang)
        return f'<p class="prose"><b>{escaped(t("ui.explain.this_unit", lang), lang)}</b> {escaped(said, lang)}</p>'
    count = t("ui.explain.parts", lang, asked=cell.asked, met=cell.met)
    return f'<p class="prose">{escaped(count, lang)}</p>{_parts_table(result, cell.parts, desk)}'


def unit_sentence(result: TargetResult, unit: UnitResult, lang: str) -> str:
    """A unit's line of the evaluation as a sentence: its value against its threshold, the state, and what is short."""
    share = units_are_shares(result)
    value = figure(unit.value, share=share)
    if unit.state is None:
        return t("ui.explain.part_only", lang, value=value or t("ui.none", lang))
    state = t(f"evaluate.state_{unit.state}", lang)
    threshold = figure(unit.threshold, share=share)
    if not value or not threshold:
        return t("ui.explain.no_value", lang, state=state) if not value else f"{value}{t('ui.colon', lang)}{state}"
    sign = _sign(result, unit)
    short = shortfall(unit, str(result.action["of"]) if result.action else "", lang, share=share)
    key = "ui.explain.compared_short" if short else "ui.explain.compared"
    return t(key, lang, value=value, sign=sign, threshold=threshold, state=state, shortfall=short)


def _sign(result: TargetResult, unit: UnitResult) -> str:
    """How a unit's value is compared: by the test of each unit under a share of units, else by the target's own comparator."""
    check = result.check
    if isinstance(unit.threshold, tuple):
        return SIGNS["range"]
    if check is not None and check.rollup == "share":
        return SIGNS.get(check.each.comparator, "")
    return SIGNS.get(result.target.comparator, "≥")


def _parts_table(result: TargetResult, parts: Sequence[UnitResult], desk: Desk) -> str:
    """Finer units and facilities, those that fail first."""
    lang, share = desk.lang, units_are_shares(result)
    ordered = sorted(parts, key=lambda part: (part.state != "not_met", part.code))
    rows = [(part.code, part.name, "" if part.state is None else t(f"evaluate.state_{part.state}", lang), figure(part.value, share=share),
             figure(part.threshold, share=share), _level_word(part.level, lang)) for part in ordered[:MOST_PARTS]]
    heads = ("ui.targets.code", "ui.targets.name", "ui.targets.state", "ui.targets.value", "ui.targets.threshold", "ui.targets.level")
    more = len(parts) - MOST_PARTS
    rest = f'<p class="note">{escaped(t("ui.explain.more", lang, count=more), lang)}</p>' if more > 0 else ""
    return table_html([t(head, lang) for head in heads], rows, lang, right=(3, 4)) + rest


def _level_word(level: str, lang: str) -> str:
    """The name of a level; of single facilities, that they are such."""
    return t("ui.matrix.facility", lang) if level == FACILITY else level_name(level, lang)


def _facts(result: TargetResult, lang: str) -> str:
    """The target's figures over the whole."""
    share = is_share(result)
    of = str(result.action["of"]) if result.action else ""
    affected = max(result.people_affected.values(), default=None)
    facts = {"value": ("≥ " if result.at_least and result.value is not None else "") + figure(result.value, share=share),
             "threshold": figure(result.threshold, share=share), "shortfall": shortfall(result, of, lang, share=share),
             "affected": "" if affected is None else people(affected, lang), "deadline": str(deadline_text(result.target) or ""),
             "binding": t(f"export.binding.{result.target.binding or 'unspecified'}", lang)}
    return facts_html({t(f"ui.explain.{name}", lang): value for name, value in facts.items()}, lang)


def facts_html(facts: Mapping[str, str], lang: str) -> str:
    """Labels with their values, a dash for none."""
    none = t("ui.none", lang)
    cells = "".join(f"<div><dt>{escaped(label, lang)}</dt><dd>{escaped(value or none, lang)}</dd></div>" for label, value in facts.items())
    return f"<dl>{cells}</dl>"


def _notes(result: TargetResult, lang: str) -> str:
    """What else there is to say of the target."""
    note = note_text(result, lang)
    return f'<p class="prose">{escaped(note, lang)}</p>' if note else ""


def _fill(parts: Sequence[UnitResult], lang: str) -> str:
    """The blank cells of the data that the unit's verdict waits for."""
    cells: list[Mapping[str, Any]] = [cell for part in parts for cell in part.fill][:MOST_PARTS]
    if not cells:
        return ""
    keys = list(dict.fromkeys(key for cell in cells for key in cell))
    rows = [tuple(str(cell.get(key, "")) for key in keys) for cell in cells]
    return f'<h4>{escaped(t("ui.explain.fill", lang), lang)}</h4>' + table_html(keys, rows, lang)


def _inputs(result: TargetResult, lang: str) -> str:
    """The files that the number rests on."""
    rows = [(str(one["path"]), str(one["for"]), f"{one['rows']:,}", str(one["date"]), str(one["sha256"])[:16]) for one in result.inputs]
    if not rows:
        return ""
    heads = [t(f"ui.explain.input_{key}", lang) for key in ("file", "for", "rows", "day", "hash")]
    return f'<h4>{escaped(t("ui.explain.inputs", lang), lang)}</h4>' + table_html(heads, rows, lang, right=(2,))


def table_html(heads: Sequence[str], rows: Sequence[Sequence[str]], lang: str, *, right: Sequence[int] = (),
               markup: Sequence[int] = (), whole: Sequence[int] = ()) -> str:
    """A plain table, every cell escaped but those of the columns `markup`, which are HTML of ours. right : columns of figures. whole :
    columns whose words are not broken over lines."""
    def cell(tag: str, k: int, value: str) -> str:
        css = " class=num" if k in right else " class=whole" if k in whole else ""
        return f"<{tag}{css}>{value if tag == 'td' and k in markup else escaped(value, lang)}</{tag}>"

    head = "".join(cell("th", k, value) for k, value in enumerate(heads))
    body = "".join(f'<tr>{"".join(cell("td", k, value) for k, value in enumerate(row))}</tr>' for row in rows)
    return f'<table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
