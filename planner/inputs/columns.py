"""Which header of a file says what: headers against a table of Chinese and English words. What is not certain is asked, never guessed.

The words stand in column_words.toml. Only whole headers count, so that 护理型床位 is no 床位; a header of several levels is also looked up
by its last level with the ones above before and behind it (床位_核定 is 核定床位), then by its last level alone.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from planner.inputs.specs import LEVELS

FACILITIES, POPULATION, BOUNDARIES, CANDIDATES, COSTS = "facilities", "population", "boundaries", "candidates", "costs"
BOUNDARY_KEYS = ("code", "name", "parent", "class", "valid_from", "valid_to")
"""The keys of `[boundaries.LEVEL]` that name columns. Their words depend on the level: 街道代码 is the code of a street and the parent of
a community."""
_UNIT = re.compile(r"[(\[](?:单位[:：]?)?(?:平方米|m2|㎡|亩|公顷|hm2|万平方米|张|张床位|人|人次|个|位|户|名|处|所|穴|格"
                   r"|°|度|元|万元|亿元|米|m|岁|年|年月|年月日|yyyy-mm-dd|sqm|sq m|square metres|persons|beds)[)\]]$")
_AFTER_SIGN = re.compile(r"(?:[/_,，]|单位[:：])(?:平方米|m2|亩|公顷|万平方米|张|人|户)$")
_BEFORE = re.compile(r"^(?:\*|★|其中[:：]?|\(?\d{1,2}[.、)]|[一二三四五六七八九十]{1,2}[、.])")
_AGE_FROM = re.compile(r"(?:aged?)?(\d{2,3})(?:周?岁)?(?:years?)?(?:old)?(?:\((?:及|含)\)|及|含|\(含\d*岁?\))?"
                       r"(?:以上|\+|plus|andover|andolder|orover|orolder)(?:岁)?")
_AGE_SIGN = re.compile(r"(?:≥|>=)(\d{2,3})(?:周?岁)?")
_AGE_KEY = re.compile(r"age_(\d{2,3})_plus")
_AGE_BELOW = re.compile(r"(?:under|below)?_?(\d{1,2})(?:周?岁)?(?:以下)|(?:under|below)_?(\d{1,2})")
_AGE_SPAN = re.compile(r"0(?:-|~|—|至|到)(\d{1,2})(?:周?岁)")
_PEOPLE = re.compile(r"其中|常住|户籍|实有|服务管理|老年人口|老年人|老人|人口|人数|数$"
                     r"|population|people|persons|residents|registered|resident|permanent")
KINDS: Mapping[str, tuple[str, ...]] = {
    "resident": ("常住", "resident population", "permanent population"), "registered": ("户籍", "registered population", "hukou"),
    "actual": ("实有",), "managed": ("服务管理",)}
"""Which population a header speaks of: usual residents, the household register, all who are there, those under the street's care."""
CAPACITIES: Mapping[str, tuple[str, ...]] = {
    "approved": ("核定", "批准", "许可", "approved", "licensed", "registered"), "designed": ("设计", "design"),
    "open": ("开放", "实际", "可用", "在用", "运营", "open", "operational", "available", "in use"), "filed": ("备案", "filed")}
"""Which capacity a header speaks of; they differ by tens of per cent and are never mixed."""


@dataclass(frozen=True, slots=True)
class Match:
    """columns : key -> header, for certain; ambiguous : key -> the headers between which a person must choose; spare : key -> headers
    of a lower rank that were left; unused : headers that say nothing known."""

    columns: Mapping[str, str]
    ambiguous: Mapping[str, tuple[str, ...]]
    spare: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]


@cache
def words(table: str) -> Mapping[str, tuple[str, int]]:
    """Header in small letters without blanks -> its key and rank, of one table of column_words.toml; `boundaries.LEVEL` is made of the
    words of all boundaries and those of its level, candidates have those of facilities too."""
    tree = tomllib.loads((files("planner") / "inputs" / "column_words.toml").read_text(encoding="utf-8"))
    keys = _of_level(tree, table.partition(".")[2]) if table.startswith(f"{BOUNDARIES}.") else tree[table]
    before = words(FACILITIES) if table == CANDIDATES else {}
    return {**before} | {_plain(word): (key, rank) for key, ranks in keys.items() for rank, listed in enumerate(ranks) for word in listed}


def _of_level(tree: Mapping[str, Any], level: str) -> dict[str, list[list[str]]]:
    """The words of a level's boundaries: its own codes and names beside those of any, and for the parent the codes of the level above."""
    keys = {key: [list(listed) for listed in ranks] for key, ranks in tree[BOUNDARIES].items()}
    for key, own in tree["levels"].get(level, {}).items():
        keys[key][0] += own
    above = LEVELS[LEVELS.index(level) - 1:LEVELS.index(level)] if level in LEVELS else ()
    keys["parent"][0] += [word for name in above for word in tree["levels"][name]["code"]]
    return keys


@cache
def first_word(key: str, table: str) -> str:
    """The usual Chinese header of a key, else the first that there is; "" where the key has none."""
    tree = tomllib.loads((files("planner") / "inputs" / "column_words.toml").read_text(encoding="utf-8"))
    ranks_of = tree[table].get(key) or (tree[FACILITIES].get(key) if table == CANDIDATES else None) or ()
    listed = [word for ranks in ranks_of for word in ranks]
    return next((word for word in listed if not word.isascii()), listed[0] if listed else "")


def _plain(header: str) -> str:
    """A header in usual widths and small letters, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", header)).lower()


def bare(header: str) -> str:
    """A header for comparison: as `_plain`, with no unit at its end and no mark or number before it."""
    found = _plain(header)
    while (shorter := _BEFORE.sub("", found)) != found and shorter:
        found = shorter
    found = found.rstrip("*★:：") or found
    found = _UNIT.sub("", found) or found
    return _AFTER_SIGN.sub("", found) or found


def key_of(header: str, table: str) -> tuple[str, int] | None:
    """The key that a header stands for, and its rank; None where it is none that is known."""
    known = words(table)
    for form in dict.fromkeys(_forms(header)):
        found = known.get(form) or (_age_group(form) if table == POPULATION else None)
        if found:
            return found
    return None


def _forms(header: str) -> list[str]:
    """How a header may be looked up: whole, then by its levels."""
    forms = [_plain(header), bare(header)]
    levels = [bare(part) for part in header.split("_") if part.strip()]
    if len(levels) > 1:
        top, bottom = "".join(levels[:-1]), levels[-1]
        forms += [bottom + top, top + bottom, bottom]
    return forms


def _age_group(form: str) -> tuple[str, int] | None:
    """The age group of a header of a population table: 60岁及以上 is age_60_plus, 18岁以下 and 0-17岁 are under_18."""
    if found := _AGE_KEY.fullmatch(form):
        return f"age_{int(found[1])}_plus", 0
    plain = _PEOPLE.sub("", form)
    if found := _AGE_FROM.fullmatch(plain) or _AGE_SIGN.fullmatch(plain):
        return f"age_{int(found[1])}_plus", 0
    if found := _AGE_BELOW.fullmatch(plain):
        return f"under_{int(found[1] or found[2])}", 0
    if found := _AGE_SPAN.fullmatch(plain):
        return f"under_{int(found[1]) + 1}", 0
    return None


def match(headers: Iterable[str], table: str) -> Match:
    """Headers of a file against the known words."""
    by_key: dict[str, dict[int, list[str]]] = {}
    unused = []
    for header in dict.fromkeys(headers):
        found = key_of(header, table) if header.strip() else None
        if found:
            by_key.setdefault(found[0], {}).setdefault(found[1], []).append(header)
        elif header.strip():
            unused.append(header)
    columns, ambiguous, spare = {}, {}, {}
    for key, ranks in by_key.items():
        best = ranks[min(ranks)]
        if len(best) == 1:
            columns[key] = best[0]
        else:
            ambiguous[key] = tuple(best)
        if rest := [header for rank in sorted(ranks)[1:] for header in ranks[rank]]:
            spare[key] = tuple(rest)
    pairs = [header for header in unused if bare(header) in words("pair")]
    if len(pairs) == 1 and not {"lon", "lat", "x", "y"} & by_key.keys():
        columns["lon"] = columns["lat"] = pairs[0]
        unused.remove(pairs[0])
    return Match(columns, ambiguous, spare, tuple(unused))


def score(headers: Sequence[str], table: str) -> int:
    """How many keys a row of headers names: the row that names most is the header of a file."""
    known = {found[0] for header in headers if header.strip() and (found := key_of(header, table))}
    return len(known) + any(bare(header) in words("pair") for header in headers)


def shape(headers: Iterable[str]) -> str:
    """The shape of a file: the set of its headers, whatever their order, widths and blanks, as a short digest."""
    listed = sorted({bare(header) for header in headers if header.strip()})
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()[:16]


def kind_of(header: str, kinds: Mapping[str, tuple[str, ...]]) -> str:
    """The kind of population (KINDS) or capacity (CAPACITIES) that a header states; "" where it states none or several."""
    low = unicodedata.normalize("NFKC", header).lower()
    found = [kind for kind, listed in kinds.items() if any(word in low for word in listed)]
    return found[0] if len(found) == 1 else ""


def likely(missing: str, headers: Iterable[str]) -> tuple[str, ...]:
    """Headers that may be meant by one that a file has not: those that stand for the same key."""
    found = []
    for table in (FACILITIES, POPULATION):
        key = key_of(missing, table)
        if key:
            found += [header for header in headers if (other := key_of(header, table)) and other[0] == key[0]]
    return tuple(dict.fromkeys(found))
