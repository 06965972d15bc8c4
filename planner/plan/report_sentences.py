"""Headline sentences in the language of plans, made to be pasted: as of when, what, how much, against what, and how far to go."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter

from planner.i18n import has, pick, t
from planner.plan.money import WAN
from planner.plan.report import Earlier, Later, ReportFacts
from planner.targets.evaluation import STATES, TargetResult
from planner.targets.formula import SIGNS, is_share, shown
from planner.targets.progress import FALLING

JUDGED = ("met", "not_met")
SAYS_SHARE = ("率", "比例", "占比", "覆盖", "share", "rate", "coverage")
"""Endings of a title that already says that its figure is a share."""
PRINTED_SIGNS = ("<", "<=", ">")
"""Signs that a reader must be told: a figure alone is taken for what is to be reached at least."""


def day_text(day: dt.date, lang: str) -> str:
    """A day as running text has it: 2025年6月1日, 2025-06-01."""
    width = "" if lang == "zh" else "02"
    return t("report.day", lang, year=day.year, month=f"{day.month:{width}d}", day=f"{day.day:{width}d}")


def unit_text(unit: str, lang: str) -> str:
    """The unit of a target's figures as people read it; a pack's own word where we have none."""
    key = f"target_unit.{unit}"
    return t(key, lang) if has(key, lang) else unit


def amount_text(value: float | None, result: TargetResult, lang: str) -> str:
    """A figure of a target with its unit; a share in per cent."""
    share = is_share(result)
    text = shown(value, share)
    unit = "" if share or value is None or not result.target.unit else unit_text(result.target.unit, lang)
    return t("report.amount", lang, value=text, unit=unit) if unit else text


def threshold_text(result: TargetResult, lang: str) -> str:
    """What a target asks for, with the sign of its clause; a dash where it asks for no figure."""
    ends = result.threshold if isinstance(result.threshold, tuple) else (result.threshold,)
    if ends[0] is None:
        return "-"
    share = is_share(result)
    plain = len(ends) == 2 or result.target.comparator not in PRINTED_SIGNS or (share and not result.target.is_percent)
    sign = "" if plain else SIGNS[result.target.comparator] + " "
    figures = "–".join(shown(end, share) for end in ends)
    unit = "" if share or not result.target.unit else unit_text(result.target.unit, lang)
    return sign + (t("report.amount", lang, value=figures, unit=unit) if unit else figures)


# ---- one target ------------------------------------------------------------------------------------------------------
def target_sentence(result: TargetResult, day: dt.date, lang: str, earlier: Earlier | None = None) -> str:
    """ "As of ..., the coverage of ... is ... %, up by ... points on ..., ... points short of the target": one target in a sentence.

    "" where there is no figure of today. earlier : the snapshot to compare with; else the plan's own baseline, where it has one.
    """
    if result.value is None or not math.isfinite(result.value):
        return ""
    parts = [_now(result, day, lang), _change(result, lang, earlier), _way_left(result, lang)]
    return t("report.comma", lang).join(part for part in parts if part) + t("report.stop", lang)


def _now(result: TargetResult, day: dt.date, lang: str) -> str:
    """The figure of today."""
    title, check = pick(result.target.title, lang), result.check
    told = {
        "day": day_text(day, lang),
        "title": title,
        "value": ("≥ " if result.at_least else "") + amount_text(result.value, result, lang),
    }
    rollup = check.rollup if check is not None else "total"
    if rollup in ("every", "share") and result.units_total:
        return t(f"report.sentence.{rollup}", lang, **told, met=f"{result.units_met or 0:,}", total=f"{result.units_total:,}")
    if check is not None and check.metric == "population_within" and not title.lower().endswith(SAYS_SHARE):
        return t("report.sentence.coverage", lang, **told)
    return t("report.sentence.value", lang, **told)


def _change(result: TargetResult, lang: str, earlier: Earlier | None) -> str:
    """How far the figure has moved since a snapshot, else since the baseline; "" where neither is known."""
    assert result.value is not None
    key, share = (result.target.plan, result.target.id), is_share(result)
    if earlier is not None and earlier.values.get(key) is not None:
        base, since = earlier.values[key], t("report.sentence.since_snapshot", lang, name=earlier.name, day=day_text(earlier.day, lang))
    elif earlier is None and result.progress is not None and result.progress.base is not None and result.progress.base_date is not None:
        base, since = result.progress.base, t("report.sentence.since_base", lang, year=result.progress.base_date.year)
    else:
        return ""
    assert base is not None
    moved = result.value - base
    by = difference_text(abs(moved), result, lang)
    if by == difference_text(0.0, result, lang):
        return t("report.sentence.unchanged", lang, since=since, base=amount_text(base, result, lang))
    word = ("risen" if moved > 0 else "fallen") + ("_share" if share else "")
    return t(f"report.sentence.{word}", lang, since=since, base=amount_text(base, result, lang), by=by)


def _way_left(result: TargetResult, lang: str) -> str:
    """How far it is to the target, or that it is reached."""
    assert result.value is not None
    asked = threshold_text(result, lang)
    if result.state == "met":
        return t("report.sentence.reached", lang, asked=asked)
    if result.state != "not_met":
        return t(f"report.sentence.{result.state}", lang)
    if isinstance(result.threshold, tuple):
        return t("report.sentence.outside", lang, asked=asked)
    if result.threshold is None:
        return t("report.sentence.not_met", lang)
    lack = abs(result.threshold - result.value)
    word = "above" if result.target.comparator in FALLING and result.value > result.threshold else "short"
    return t(f"report.sentence.{word}", lang, asked=asked, lack=difference_text(lack, result, lang))


def difference_text(difference: float, result: TargetResult, lang: str) -> str:
    """A difference of two figures of a target: percentage points of shares."""
    if is_share(result):
        return t("report.points", lang, points=f"{difference * 100:.1f}")
    return amount_text(difference, result, lang)


# ---- the whole -------------------------------------------------------------------------------------------------------
def overall_sentences(facts: ReportFacts, lang: str) -> tuple[str, ...]:
    """What a reader who reads one page must know, sentence by sentence."""
    said = [_verdicts(facts, lang), _gaps(facts, lang), _projects(facts, lang), _way(facts, lang)]
    said += [_compared(facts, facts.earlier, lang)] if facts.earlier is not None else []
    said += [_of_later(facts, facts.later, lang)] if facts.later is not None else []
    said += [programme_sentence(facts, lang)] if facts.programme is not None else []
    return tuple(one for one in said if one)


def states_of(facts: ReportFacts) -> dict[str, int]:
    """How many targets are in each state, in the order of STATES."""
    counted = Counter(result.state for result in facts.evaluation.targets)
    return {state: counted[state] for state in STATES if counted[state]}


def packs_text(facts: ReportFacts, lang: str) -> str:
    """The packs by their titles."""
    return t("gaps.list_comma", lang).join(t("report.titled", lang, title=pick(pack.title, lang) or pack.id) for pack in facts.packs)


def _verdicts(facts: ReportFacts, lang: str) -> str:
    """How many targets are met."""
    states = states_of(facts)
    met, not_met = (states.get(state, 0) for state in JUDGED)
    rest = [t(f"report.overall.{state}", lang, count=count) for state, count in states.items() if state not in JUDGED]
    told = {
        "day": day_text(facts.evaluation.date, lang),
        "packs": packs_text(facts, lang),
        "judged": met + not_met,
        "met": met,
        "not_met": not_met,
        "share": shown(met / (met + not_met), True) if met + not_met else "-",
    }
    sentence = t("report.overall.verdicts" if met + not_met else "report.overall.none_judged", lang, **told)
    if rest:
        sentence += t("report.overall.besides", lang, rest=t("gaps.list_comma", lang).join(rest))
    return sentence + t("report.stop", lang)


def _gaps(facts: ReportFacts, lang: str) -> str:
    """How many gaps, and how many people they are about."""
    head = facts.gap_list.headline
    if not head.gaps:
        return t("report.overall.no_gaps", lang) if any(state in JUDGED for state in states_of(facts)) else ""
    share = shown(head.people_affected / head.people, True) if head.people else "-"
    return t(
        "report.overall.gaps",
        lang,
        gaps=f"{head.gaps:,}",
        people=f"{head.people_affected:,.0f}",
        share=share,
        beyond=f"{head.people_beyond:,.0f}",
    )


def _projects(facts: ReportFacts, lang: str) -> str:
    """How many projects, and what they would cost."""
    head = facts.gap_list.headline
    if not head.projects:
        return ""
    known = head.projects - head.projects_without_cost
    key = "projects" if not head.projects_without_cost else "projects_some" if known else "projects_uncosted"
    return t(
        f"report.overall.{key}",
        lang,
        projects=f"{head.projects:,}",
        known=f"{known:,}",
        without=f"{head.projects_without_cost:,}",
        cost=wan_text(head.est_cost_cny),
    )


def wan_text(cny: float | None) -> str:
    """Yuan in 10,000 yuan with one decimal, as the workbook shows it."""
    return "-" if cny is None else f"{cny / WAN:,.1f}"


def _way(facts: ReportFacts, lang: str) -> str:
    """How many targets are ahead, on time and behind."""
    verdicts = Counter(one.progress.verdict for one in facts.evaluation.targets if one.progress is not None and one.progress.verdict)
    if not verdicts:
        return ""
    return t(
        "report.overall.way",
        lang,
        count=sum(verdicts.values()),
        ahead=verdicts["ahead"],
        on_time=verdicts["on_time"],
        behind=verdicts["behind"],
    )


def _compared(facts: ReportFacts, earlier: Earlier, lang: str) -> str:
    """What changed its verdict since a snapshot."""
    pairs = [(earlier.states.get((one.target.plan, one.target.id)), one.state) for one in facts.evaluation.targets]
    return t(
        "report.overall.compared",
        lang,
        name=earlier.name,
        day=day_text(earlier.day, lang),
        better=pairs.count(("not_met", "met")),
        worse=pairs.count(("met", "not_met")),
    )


def _of_later(facts: ReportFacts, later: Later, lang: str) -> str:
    """What the people of a later year change."""
    pairs = [(one.state, then.state) for one, then in zip(facts.evaluation.targets, later.evaluation.targets, strict=True)]
    return t(
        "report.overall.later",
        lang,
        year=later.people.year,
        worse=pairs.count(("met", "not_met")),
        better=pairs.count(("not_met", "met")),
        comes=sum(pair.what == "comes" for pair in later.gaps),
    )


def programme_sentence(facts: ReportFacts, lang: str) -> str:
    """What the programme costs and closes."""
    told = facts.programme
    if told is None or not told.years:
        return ""
    return t(
        "report.overall.programme",
        lang,
        first=told.years[0].year,
        last=told.years[-1].year,
        actions=f"{len(told.actions):,}",
        cost=wan_text(told.cost_cny),
        closed=len(told.closed),
        left=len(told.left_open),
    )
