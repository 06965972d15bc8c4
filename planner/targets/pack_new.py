"""New pack files from old ones: a copy to edit, or a plan rolled forward to its next period with the figures left blank.

A rolled-forward pack has the same targets, layers, titles and checks. What only the new plan can say is blank: comparator, figures, steps,
thresholds, shares, clause. The old figure of each target stands above it as a comment.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.errors import PackError
from planner.targets.pack import Target, TargetPack, bundled_ids, bundled_text, read_pack
from planner.targets.pack_rules import build_pack
from planner.targets.vocabulary import SCHEMA

CLAUSE = "（待填：新规划的条款）"
DOCUMENT = "（待填：新规划的文件名）"
HEAD = """\
# {title}：由 {old} 顺延到 {first}—{last} 年，数值全部留空。图层、标题、考核方法照旧；每项指标上方的注释是上一期的数值和条款。
# 逐项填写 comparator、value、clause（没有的指标整段删去），再用 planner evaluate --pack 核对。写法见 docs/packs.md。
# Rolled forward from {old} to {first}-{last} with all figures blank: layers, titles and checks are as before, the comment above each
# target is its old figure and clause. Fill in comparator, value and clause, delete what the new plan no longer has, then try it with
# planner evaluate --pack. See docs/packs.md.
"""
SHIFTED = "考核方法中的年份已按新规划期顺延，请核对 / years in the check were moved on with the period: look at them"
TAKEN_OUT = ("thresholds", "of_which", "baseline", "share")
"""Keys of a check that hold a figure of the old plan."""
DATED = re.compile(r"(>=|<=|>|<|=)?\s*(\d{4})((?:-\d{2}-\d{2})?)")
YEAR_COLUMNS = frozenset({"built", "opened", "started", "approved", "closed", "year"})
"""Columns in which a plain number of four figures is a year."""
YEAR_IN_ID = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
PERIOD_IN_ID = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:-(?:19|20)\d{2})?(?!\d)")
ID = re.compile(r"[\w.-]+")


def copied(name: str, new_id: str = "") -> tuple[str, str]:
    """(id, text) of a copy of a pack, with its figures, comments and all: only its id becomes `new_id` (default: the old with `-local`).

    The ids of its targets stay, so that what planner.toml sets for them still holds. Raises PackError.
    """
    pack = read_pack(name)
    text = bundled_text(name) if name in bundled_ids() else Path(name).read_bytes().decode("utf-8-sig")
    own = _checked_id(new_id or f"{pack.id}-local")
    text = re.sub(r'(?m)^id\s*=\s*(["\']).*?\1', f'id = "{own}"', text, count=1)
    if build_pack(tomllib.loads(text), own).id != own:
        raise PackError("pack_copy_id", file=pack.file, id=own)
    return own, text


def rolled_forward(pack: TargetPack, period: tuple[int, int], new_id: str = "") -> tuple[str, str]:
    """(id, text) of the pack of the next period: same targets, figures blank. Raises PackError.

    Years in ids, deadlines and checks move with the period: the old plan's end becomes the new one's, its base year the year before the new
    plan. Ids of targets are renamed in the same way everywhere they stand.
    """
    first, last = period
    own = _checked_id(new_id or _pack_id(pack.id, period))
    ids = _target_ids(pack, own, period)
    parts = [HEAD.format(title=pack.title["zh"], old=pack.id, first=first, last=last)]
    parts.append(f"schema = {_toml(SCHEMA)}\nid = {_toml(own)}\n")
    title = {"zh": f"{pack.title['zh']}（{first}—{last} 年，待填）", "en": f"{pack.title['en']} ({first}-{last}, to be filled in)"}
    source = {"document": DOCUMENT} | {key: value for key, value in pack.source.items() if key == "issuer"}
    parts.append(f"title = {_toml(title)}\nsource = {_toml(source)}\nperiod = [{first}, {last}]\n")
    if pack.regions:
        parts.append("\n[regions]\n" + "".join(f"{_key(name)} = {_toml(list(units))}\n" for name, units in pack.regions.items()))
    parts += [_entry(pack, target, ids, period) for target in pack.targets]
    text = "".join(parts)
    build_pack(tomllib.loads(text), f"{own}.toml")
    return own, text


def write_new(text: str, file: Path) -> None:
    """Writes a pack file that does not exist yet. Raises PackError where it does: nothing of a planner's is overwritten."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    except FileExistsError as error:
        raise PackError("pack_exists", file=str(file)) from error


def _checked_id(name: str) -> str:
    """An id of letters, digits, hyphens and dots, and not one of a bundled pack."""
    if not ID.fullmatch(name) or name in bundled_ids():
        raise PackError("pack_new_id", id=name, packs=", ".join(bundled_ids()))
    return name


def _pack_id(old: str, period: tuple[int, int]) -> str:
    """The old id with the new years."""
    years = f"{period[0]}-{period[1]}"
    return PERIOD_IN_ID.sub(years, old, count=1) if PERIOD_IN_ID.search(old) else f"{old}-{years}"


def _target_ids(pack: TargetPack, own: str, period: tuple[int, int]) -> dict[str, str]:
    """Old id of each target -> new id, each of them once."""
    ids: dict[str, str] = {}
    for target in pack.targets:
        found = YEAR_IN_ID.search(target.id)
        if found:
            year = _moved_year(pack, target, int(found.group()), period)
            name = target.id[: found.start()] + str(year) + target.id[found.end():]
        elif target.id.startswith(f"{pack.id}-"):
            name = own + target.id[len(pack.id):]
        else:
            name = f"{target.id}-{period[1]}"
        wanted, number = name, 2
        while name in ids.values():
            name, number = f"{wanted}-{number}", number + 1
        ids[target.id] = name
    return ids


def _moved_year(pack: TargetPack, target: Target, year: int, period: tuple[int, int]) -> int:
    """A year of the old plan in the new one: a baseline's is the year before it, one beyond the new plan stays, all others are its end."""
    if target.kind == "baseline":
        return period[0] - 1
    beyond = pack.period is not None and year > pack.period[1] and year > period[1]
    return year if beyond else period[1]


def _entry(pack: TargetPack, target: Target, ids: Mapping[str, str], period: tuple[int, int]) -> str:
    """One target as the new file has it, with the old figure as a comment."""
    lines = ["", f"# {_old_figure(pack, target)}"]
    check, remarks = _check(pack, target, period)
    lines += [f"# {remark}" for remark in remarks]
    lines += ["[[target]]", f"id = {_toml(ids[target.id])}", f"title = {_toml(dict(target.title))}", f"clause = {_toml(CLAUSE)}"]
    lines += [f"kind = {_toml(target.kind)}", f"layer = {_toml(target.layer)}"]
    if target.unit:
        lines.append(f"unit = {_toml(target.unit)}")
    if target.deadline is not None:
        year = target.deadline.year if isinstance(target.deadline, dt.date) else target.deadline
        lines.append(f"deadline = {_moved_year(pack, target, year, period)}")
    if target.source != pack.source:
        lines.append(f"source = {_toml(dict(target.source))}")
    if check:
        lines.append(f"check = {_toml(check)}")
    if target.baseline_id:
        lines.append(f"baseline_id = {_toml(ids[target.baseline_id])}")
    if target.conflicts_with:
        lines.append(f"conflicts_with = {_toml([ids[name] for name in target.conflicts_with])}")
    if target.note:
        lines.append(f"note = {_toml(target.note)}")
    kept = {key: one for key, one in target.parameters.items() if key != "share"}
    if kept:
        lines.append("[target.parameters]")
        for key, one in kept.items():
            table = {"default": one.default, "source": one.source} | ({"range": one.range} if one.range else {})
            lines.append(f"{key} = {_toml(table)}")
    return "\n".join(lines) + "\n"


def _old_figure(pack: TargetPack, target: Target) -> str:
    """What the old plan printed, in one line."""
    when = f"{pack.period[0]}-{pack.period[1]}" if pack.period else pack.id
    most = "" if target.value_max is None else f"-{target.value_max}"
    printed = "" if target.value is None else f"{target.value}{most}"
    figure = " ".join(part for part in (target.comparator, printed, target.unit) if part)
    steps = "；".join(f"{year}: {value}" for year, value in target.steps.items())
    marks = [target.clause, str(target.deadline or ""), "" if target.binding == "unspecified" else target.binding, steps]
    return _one_line(f"{when}: {figure if target.comparator else '无数值 / no figure'}（{'，'.join(mark for mark in marks if mark)}）")


def _check(pack: TargetPack, target: Target, period: tuple[int, int]) -> tuple[dict[str, Any], list[str]]:
    """The check without the old plan's figures and with its years moved on; and remarks on what was taken out."""
    if target.check is None:
        return {}, []
    written = dict(target.check.written)
    remarks = [_one_line(f"原 / was: {key} = {_toml(written.pop(key))}") for key in TAKEN_OUT if key in written]
    if "share" in target.parameters:
        remarks.append(_one_line(f"原 / was: parameters.share = {_toml(target.parameters['share'].default)}"))
    if written["metric"] == "population_within" and not {"minutes", "metres", "limits"} & {*written, *target.parameters}:
        key = {"minutes": "minutes", "m": "metres", "metres": "metres"}.get(target.unit)
        if key and target.value is not None:
            written[key] = target.value
    moved = {key: _moved(key, value, pack, period) for key, value in written.items()}
    if moved != written:
        remarks.append(SHIFTED)
    return moved, remarks


def _moved(key: str, value: Any, pack: TargetPack, period: tuple[int, int]) -> Any:
    """A value of a check with its years moved on: `opened_in`, and dates or years in conditions."""
    if pack.period is None:
        return value
    (old_first, old_last), (first, last) = pack.period, period
    if key == "opened_in":
        start, end = value
        by = first - old_first
        return [start + by, last if end == old_last else end + by]
    if isinstance(value, Mapping):
        return {name: _moved(name, one, pack, period) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(key, one, pack, period) for one in value]
    if isinstance(value, str) and (found := DATED.fullmatch(value.strip())):
        year = int(found.group(2))
        dated = bool(found.group(3)) or key in YEAR_COLUMNS
        if dated and found.group(1) and old_first - 1 <= year <= old_last + 1:
            return f"{found.group(1)} {year + first - old_first}{found.group(3)}"
    return value


def _one_line(text: str) -> str:
    """Text that stays inside one comment."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _key(name: str) -> str:
    """A key as TOML writes it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped) + '"'
    if isinstance(value, (dt.date, int)):
        return value.isoformat() if isinstance(value, dt.date) else str(value)
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    raise TypeError(type(value).__name__)
