"""How a target's value came about, in sentences with the numbers put in: what was counted, how units were rolled up, the comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.i18n import has, t
from planner.measure.city import City
from planner.targets.catalogue import layer_info
from planner.targets.evaluation import Sentence, TargetResult, Threshold
from planner.targets.pack import Check, Limit

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "range": "∈"}
SHARE_METRICS = ("population_within", "pace", "facility_share")
LAYERS_NAMED = 4
"""How many layers a sentence names before it says how many more there are."""
ROUND_DECIMALS = 2
_WORDS = {"word": ("ui.group.", "ui.level.", "ui.travel.", "gaps.column.", "evaluate.of_"), "counted": ("evaluate.of_", "gaps.column.")}
"""Where the words for columns and groups stand, and those for what a shortfall is counted in."""


def formula_of(city: City, result: TargetResult) -> tuple[Sentence, ...]:
    """The sentences of one result; none where nothing was measured."""
    check: Check | None = result.check
    if check is None or result.value is None:
        return ()
    said: list[Sentence] = []
    if check.rollup == "share":
        said.append(_each(check))
        if result.units_total is not None:
            said.append(("formula.share", {"met": result.units_met, "total": result.units_total, "value": shown(result.value, True)}))
    else:
        if check.rollup == "every":
            worst = result.basis.get("unit", "-")
            said.append(("formula.every", {"total": result.units_total, "met": result.units_met or 0, "unit": worst}))
        said.append(_measured(city, check, result))
    if result.threshold is not None and result.state in ("met", "not_met"):
        said.append(_compared(result, check))
    if result.state == "not_met" and result.shortfall:
        said += _lack(result, check)
    return tuple(said)


def said(sentences: tuple[Sentence, ...], lang: str) -> str:
    """Sentences in a language, params that are sentences said too."""
    return t("formula.separator", lang).join(_say(sentence, lang) for sentence in sentences)


def _say(sentence: Sentence, lang: str) -> str:
    """One sentence; a word is said by ours, else as the data have it."""
    key, params = sentence
    if key in _WORDS:
        found = next((prefix + params["word"] for prefix in _WORDS[key] if has(prefix + params["word"], lang)), "")
        return t(found, lang) if found else str(params["word"])
    if key == "layers":
        names = [layer_info(slug).name[lang if lang in ("zh", "en") else "zh"] for slug in params["slugs"]]
        more = len(names) - LAYERS_NAMED
        joined = t("formula.comma", lang).join(names[:LAYERS_NAMED])
        return joined if more <= 0 else t("formula.and_more", lang, names=joined, more=more)
    return t(key, lang, **{name: _say(value, lang) if _is_sentence(value) else value for name, value in params.items()})


def _is_sentence(value: object) -> bool:
    """Whether a param is a sentence itself."""
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], Mapping)


def shown(value: float | None, share: bool) -> str:
    """A figure for people: a share in per cent, whole numbers whole, others with two decimals."""
    if value is None or not math.isfinite(value):
        return "-"
    if share:
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.{ROUND_DECIMALS}f}"


def _word(word: str) -> Sentence:
    """A column, group, level or travel as people call it."""
    return "word", {"word": word}


def _layers(check: Check) -> Sentence:
    """The layers that a check counts."""
    slugs = check.basket or tuple(member.layer for member in check.any_of or check.all_of if member.layer) or check.layers
    return "layers", {"slugs": slugs}


def is_share(result: TargetResult) -> bool:
    """Whether a result's figures are shares."""
    check: Check | None = result.check
    return result.target.is_percent or (check is not None and (check.metric in SHARE_METRICS or check.rollup == "share"))


def units_are_shares(result: TargetResult) -> bool:
    """Whether the figures of its units are shares: under `share` a unit has a count or an area, though the target is in per cent."""
    check: Check | None = result.check
    if check is None:
        return bool(result.target.is_percent)
    return bool(check.metric in SHARE_METRICS or (result.target.is_percent and check.rollup != "share"))


def _measured(city: City, check: Check, result: TargetResult) -> Sentence:
    """What the metric's figure is made of, in the whole or in the worst unit."""
    basis, share = result.basis, is_share(result)
    value = shown(result.value, share)
    numbers = {"amount": shown(basis.get("amount"), False), "base": shown(basis.get("base"), False), "value": value,
               "layers": _layers(check), "of": _word(check.of or "facilities"), "group": _word(check.group or "total")}
    if check.any_of or check.all_of:
        return "formula.any_of" if check.any_of else "formula.all_of", {"layers": _layers(check), "value": value}
    if check.metric == "population_within":
        numbers |= {key: shown(None if basis.get(key) is None else round(basis[key]), False) for key in ("amount", "base")}
        return "formula.basket" if check.basket else "formula.population_within", numbers | {"limit": _limit(city, check)}
    if check.metric == "minutes":
        speed = f"{city.travels[check.travel].metres_per_minute:g}" if check.travel in city.travels else "-"
        return "formula.minutes", {"value": value, "layers": _layers(check), "travel": _word(check.travel), "speed": speed}
    if check.metric == "separation":
        return "formula.separation", {"value": value, "layers": _layers(check), "there": ("layers", {"slugs": (check.from_,)})}
    if check.metric in ("rate", "ratio"):
        if check.metric == "ratio":
            numbers["group"] = _word(check.in_)
        per = "" if check.per == 1 else f" × {check.per:g}"
        return f"formula.{check.metric}", numbers | {"per": per}
    if check.metric == "load":
        return "formula.load", numbers | {"group": _word(check.of or check.group or "total")}
    if check.metric in ("unit_value", "pace", "reported"):
        return f"formula.{check.metric}", numbers
    return f"formula.{check.metric}", numbers


def _limit(city: City, check: Check) -> Sentence:
    """The limit of a service circle, in metres too."""
    if check.limits:
        return "formula.limits", {"count": len(check.limits)}
    return _one_limit(city, check, Limit(check.scope, check.minutes, check.metres, check.travel))


def _one_limit(city: City, check: Check, limit: Limit) -> Sentence:
    """One limit."""
    if limit.minutes is None:
        return ("formula.limit_straight" if check.path == "straight" else "formula.limit_metres"), {"metres": f"{limit.metres or 0:g}"}
    travel = city.travels.get(limit.travel)
    speed = travel.metres_per_minute if travel is not None else math.nan
    return "formula.limit_minutes", {"travel": _word(limit.travel), "minutes": f"{limit.minutes:g}", "speed": f"{speed:g}",
                                     "metres": f"{limit.minutes * speed:,.0f}"}


def _each(check: Check) -> Sentence:
    """The test of each unit under `share`."""
    each = check.each
    share = check.metric in SHARE_METRICS
    bound = f"{SIGNS[each.comparator]} {shown(float(each.value), share)}" + ("" if each.value_max is None
                                                                             else f"-{shown(float(each.value_max), share)}")
    level = "formula.facility" if check.by == "facility" else ""
    return ("formula.each", {"level": (level, {}) if level else _word(check.by), "layers": _layers(check),
                             "metric": (f"formula.metric_{check.metric}", {"of": _word(check.of or "facilities")}),
                             "bound": ("formula.by_scope", {}) if check.thresholds else bound})


def _threshold(threshold: Threshold, share: bool) -> str:
    """A threshold as a sentence shows it."""
    return "-".join(shown(end, share) for end in threshold) if isinstance(threshold, tuple) else shown(threshold, share)


def _compared(result: TargetResult, check: Check) -> Sentence:
    """Value against threshold."""
    share = is_share(result)
    sign = SIGNS.get(result.target.comparator, "") if check.metric != "population_within" or result.target.is_percent else "≥"
    params: dict[str, Any] = {"value": shown(result.value, share), "sign": sign, "threshold": _threshold(result.threshold, share)}
    return f"formula.{result.state}", params


def _lack(result: TargetResult, check: Check) -> list[Sentence]:
    """What is short, with its arithmetic."""
    assert result.shortfall is not None
    if check.rollup == "share" and result.units_required is not None:
        lack = shown(result.shortfall, False)
        return [("formula.lack_units", {"required": result.units_required, "met": result.units_met, "lack": lack})]
    of = str(result.action["of"]) if result.action else ""
    if of in ("share", "figure"):
        share = is_share(result)
        return [("formula.lack", {"lack": shown(result.shortfall, share), "of": "" if share else result.target.unit})]
    amount = float(math.ceil(result.shortfall - 1e-9)) if of == "people" else result.shortfall
    key = "formula.lack_every" if check.rollup == "every" else "formula.lack"
    return [(key, {"lack": shown(amount, False), "of": ("counted", {"word": of})})]
