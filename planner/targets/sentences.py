"""What goes with a result, in sentences: its progress, how firm its verdict stands, what was reported of it."""

from __future__ import annotations

from planner.i18n import t
from planner.targets.answers import why_text
from planner.targets.evaluation import TargetResult
from planner.targets.formula import is_share, shown
from planner.targets.progress import ON_TIME_TOLERANCE


def verdict_text(result: TargetResult, lang: str) -> str:
    """The state; where the verdict rests on distance or a stated assumption and is fragile or near, that it is."""
    if result.sensitivity is not None and result.sensitivity.verdict != result.state:
        return t(f"sensitivity.{result.sensitivity.verdict}", lang)
    return t(f"evaluate.state_{result.state}", lang)


def progress_text(result: TargetResult, lang: str) -> str:
    """A target's progress in one line; "" where there is nothing to say of it."""
    progress, share = result.progress, is_share(result)
    if progress is None or progress.why in ("not_judged", "no_figure", "not_applicable"):
        return ""
    why = why_text(progress, lang)
    if progress.verdict is None:
        return f"{t('progress.none', lang)}{_bracket(why, lang)}"
    word, tolerance = t(f"progress.{progress.verdict}", lang), f"{ON_TIME_TOLERANCE:.0%}"
    if progress.done is not None:
        text = t("progress.explained", lang, verdict=word, done=shown(progress.done, True), expected=shown(progress.expected, True),
                 tolerance=tolerance)
    elif progress.due is not None:
        text = t("progress.explained_due", lang, verdict=word, due=shown(progress.due, share), actual=shown(progress.actual, share),
                 tolerance=tolerance)
    else:
        text = word
    return text + _bracket(t("progress.by_steps", lang) if progress.by_steps else "", lang) + _bracket(why, lang)


def _bracket(text: str, lang: str) -> str:
    """A remark in brackets of the language."""
    return "" if not text else f"（{text}）" if lang == "zh" else f" ({text})"


def sensitivity_text(result: TargetResult, lang: str) -> str:
    """How firm a verdict stands, with what each assumption does to it."""
    found = result.sensitivity
    if found is None:
        return ""
    share = is_share(result)
    parts = [t("sensitivity.band", lang, verdict=t(f"sensitivity.{found.verdict}", lang), low=shown(found.low, share),
               high=shown(found.high, share)) if found.variations and found.low is not None
             else t("sensitivity.band_none", lang, verdict=t(f"sensitivity.{found.verdict}", lang))]
    for one in found.variations:
        to = f"{one.to - 1:+.0%}" if one.of in ("speed", "distance") else f"{one.to:g}" if isinstance(one.to, float) else str(one.to)
        parts.append(t("sensitivity.variation", lang, of=t(f"sensitivity.{one.of}", lang), to=to, value=shown(one.value, share),
                       state=t(f"evaluate.state_{one.state}", lang)))
    if found.unvaried:
        names = t("evaluate.separator", lang).join(t(f"sensitivity.{key}", lang) for key in found.unvaried)
        parts.append(t("sensitivity.unvaried", lang, names=names))
    return t("note.separator", lang).join(parts)


def reported_text(result: TargetResult, lang: str) -> str:
    """What was reported, beside what was computed."""
    found = result.reported
    if found is None:
        return ""
    share = is_share(result)
    parts = []
    if found.value is not None:
        key = "alone" if found.computed is None else "line"
        parts.append(t(f"reported_beside.{key}", lang, value=shown(found.value, share), computed=shown(found.computed, share),
                       difference=shown(found.difference, share)))
    parts += [t(f"reported_beside.{key}", lang, **{key: text}) for key, text in
              (("date", found.date), ("by", found.by), ("source", found.source), ("reason", found.reason)) if text]
    if found.difference and not found.reason:
        parts.append(t("reported_beside.no_reason", lang))
    if found.unknown:
        parts.append(t("reported_beside.unknown", lang, codes=", ".join(found.unknown)))
    return t("note.separator", lang).join(parts)
