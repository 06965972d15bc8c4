"""Action files: TOML with one [[action]] for each thing done, read key by key; a fault names file, action, key, value and what to do."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import InputError
from planner.inputs.facilities import DATE_KEYS, STATUS_WORDS
from planner.inputs.layers import STATUSES
from planner.plan.scenario import Action, Value, action_dict
from planner.plan.toml_edit import toml_key, toml_text
from planner.units import MODES

MOST_ACTIONS = 10_000
MOST_BYTES = 10_000_000
RESERVED = frozenset({"row", "sheet", "x", "y", "geometry", "placed_by_name"})
"""Columns that the planner works out itself."""
ANY = ("cost_cny", "year")
"""Keys of every action: what it costs, in yuan, and the year it is planned for."""


@dataclass(frozen=True, slots=True)
class Verb:
    """What an action of a kind has. columns : whether any further key is a column; numbers : whether those are numbers; some : whether at
    least one is needed."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    columns: bool = False
    numbers: bool = False
    some: bool = False


VERBS: Mapping[str, Verb] = {
    "add": Verb(("layer", "id", "lon", "lat"), columns=True),
    "close": Verb(("layer", "id"), ("closed",)),
    "expand": Verb(("layer", "id"), columns=True, numbers=True, some=True),
    "move": Verb(("layer", "id", "lon", "lat")),
    "convert": Verb(("layer", "id", "to_layer"), columns=True),
    "set": Verb(("layer", "id"), columns=True, some=True),
    "merge": Verb(("layer", "ids", "id"), ("columns",)),
    "reallocate": Verb(("layer", "id", "to", "amount"), ("column", "to_layer")),
    "open_gate": Verb(("lon", "lat"), ("modes",)),
    "add_path": Verb(("line",), ("modes",)),
    "bridge": Verb(("line",), ("modes",)),
    "close_path": Verb(("lon", "lat"), ("modes",)),
    "split_unit": Verb(("level", "id", "line", "parts")),
    "merge_units": Verb(("level", "ids", "id"), ("name", "class")),
    "reclassify_unit": Verb(("level", "id", "class"), ("name",)),
}
STREET_VERBS = ("open_gate", "add_path", "bridge", "close_path")
UNIT_VERBS = ("split_unit", "merge_units", "reclassify_unit")
_OWN = frozenset({"do", "layer", "id", "lon", "lat", "to_layer"})


def read_actions(path: Path) -> tuple[Action, ...]:
    """The actions of a TOML file, in their order.

    Raises InputError: actions_file (no such file, too large), actions_toml (with the line), actions_none, and for a fault in an action
    actions_* with file, number of the action from 1, key, value and what is wanted.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise InputError("actions_file", file=path.name, reason=error.strerror or str(error)) from error
    if data is None:
        raise InputError("actions_large", file=path.name, most=MOST_BYTES // 1_000_000)
    return actions_of(data, path.name)


def actions_of(data: bytes, file: str) -> tuple[Action, ...]:
    """The actions of a file's content (see `read_actions`)."""
    try:
        tree = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError("actions_utf8", file=file) from error
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError("actions_toml", file=file, reason=str(error)) from error
    for key in tree:
        if key != "action":
            raise InputError("actions_table", file=file, place=key)
    return parse_actions(tree.get("action", ()), file)


def parse_actions(tables: object, file: str) -> tuple[Action, ...]:
    """Actions from tables as TOML or JSON has them. Raises InputError (see `read_actions`)."""
    if not isinstance(tables, Sequence) or isinstance(tables, (str, bytes)) or not all(isinstance(table, Mapping) for table in tables):
        raise InputError("actions_table", file=file, place="action")
    if not tables:
        raise InputError("actions_none", file=file)
    if len(tables) > MOST_ACTIONS:
        raise InputError("actions_many", file=file, count=len(tables), most=MOST_ACTIONS)
    return tuple(_Entry(table, file, k + 1).action() for k, table in enumerate(tables))


class _Entry:
    """One table of an action file, with the words that an error needs."""

    def __init__(self, table: Mapping[str, Any], file: str, number: int) -> None:
        self.table, self.file, self.number = table, file, number

    def fault(self, code: str, key: str, **params: object) -> InputError:
        """An error about one key."""
        value = str(self.table.get(key, "")).replace("\n", " ")[:80]
        return InputError(f"actions_{code}", file=self.file, number=self.number, place=key, value=value, **params)

    def action(self) -> Action:
        """The action."""
        do = self.table.get("do")
        if not isinstance(do, str) or do not in VERBS:
            near = difflib.get_close_matches(str(do), VERBS, n=1, cutoff=0.5)
            raise self.fault("do", "do", near=near[0] if near else "", allowed=", ".join(VERBS))
        verb = VERBS[do]
        for key in verb.needs:
            if key not in self.table:
                raise self.fault("key_missing", key, do=do)
        known = {"do", *verb.needs, *verb.may, *ANY}
        others = [key for key in self.table if key not in known]
        for key in others:
            if not verb.columns or key in RESERVED or key.startswith(("in_", "unit_")):
                allowed = sorted(known - {"do"})
                near = difflib.get_close_matches(key, allowed, n=1, cutoff=0.5)
                raise self.fault("key_unknown", key, do=do, near=near[0] if near else "", allowed=", ".join(allowed))
        if verb.some and not others:
            raise self.fault("nothing_set", "do", do=do)
        values = {key: self.number_of(key) if verb.numbers else self.value(key) for key in others}
        if "closed" in verb.may and "closed" in self.table:
            values["closed"] = self.value("closed")
        lon, lat = self.place() if "lon" in verb.needs else (None, None)
        own = {key: self.text(key) if key in self.table else "" for key in ("layer", "id", "to_layer")}
        more = [key for key in (*verb.needs, *verb.may, *ANY) if key in self.table and key not in _OWN and key != "closed"]
        return Action(do, own["layer"], own["id"], values, lon, lat, own["to_layer"], {key: self.detail(key, do) for key in more})

    def text(self, key: str) -> str:
        """Text that is not blank; a whole number is taken as its digits, since ids often are."""
        value = self.table[key]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise self.fault("wants_text", key)
        return value.strip()

    def number_of(self, key: str) -> float:
        """A finite number of 0 or more."""
        value = self.table[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
            raise self.fault("wants_number", key)
        return float(value)

    def value(self, key: str) -> Value:
        """What a column becomes."""
        value = self.table[key]
        if key == "status":
            word = STATUS_WORDS.get(value, "") if isinstance(value, str) else ""
            if not word:
                raise self.fault("wants_status", key, allowed=", ".join(STATUSES))
            return word
        if key in DATE_KEYS:
            return self.day(key)
        if isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return self.number_of(key)
        if isinstance(value, dt.date):
            return value.isoformat()[:10]
        if not isinstance(value, str):
            raise self.fault("wants_value", key)
        return value

    def day(self, key: str) -> str:
        """A day as ISO text; "" for none."""
        value = self.table[key]
        if isinstance(value, dt.date):
            return value.isoformat()[:10]
        try:
            return value if value == "" else dt.date.fromisoformat(value).isoformat()
        except (ValueError, TypeError):
            raise self.fault("wants_day", key) from None

    def place(self) -> tuple[float, float]:
        """Longitude and latitude in WGS84."""
        pair = []
        for key, most in (("lon", 180.0), ("lat", 90.0)):
            value = self.table[key]
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= most:
                raise self.fault("wants_degrees", key, most=int(most))
            pair.append(float(value))
        return pair[0], pair[1]

    def detail(self, key: str, do: str) -> Any:
        """A key that only some verbs have, as JSON has it."""
        if key in ("amount", "cost_cny"):
            return self.number_of(key)
        if key == "year":
            value = self.table[key]
            if isinstance(value, bool) or not isinstance(value, int) or not 1900 <= value <= 2200:
                raise self.fault("wants_year", key)
            return value
        if key in ("ids", "columns", "modes"):
            return self.texts(key)
        if key == "line":
            return self.line()
        if key == "parts":
            return self.parts()
        return self.text(key)

    def texts(self, key: str) -> list[str]:
        """A list of texts without repeats; modes are those of travel."""
        value = self.table[key]
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.fault("wants_texts", key)
        found = list(dict.fromkeys(one.strip() for one in value))
        if key == "modes" and not set(found) <= set(MODES):
            raise self.fault("wants_modes", key, allowed=", ".join(MODES))
        return found

    def line(self) -> list[list[float]]:
        """Two or more places, [[lon, lat], ...]."""
        value = self.table["line"]
        good = isinstance(value, list) and len(value) >= 2 and all(
            isinstance(at, list) and len(at) == 2 and all(isinstance(k, (int, float)) and not isinstance(k, bool) for k in at)
            and abs(at[0]) <= 180 and abs(at[1]) <= 90 for at in value)
        if not good:
            raise self.fault("wants_line", "line")
        return [[float(at[0]), float(at[1])] for at in value]

    def parts(self) -> list[dict[str, Any]]:
        """The units that a unit is divided into: code, name, a place inside each, and a class where it differs."""
        value = self.table["parts"]
        if not isinstance(value, list) or len(value) < 2 or not all(isinstance(part, dict) for part in value):
            raise self.fault("wants_parts", "parts")
        found = []
        for part in value:
            entry = _Entry(part, self.file, self.number)
            for key in ("code", "name", "lon", "lat"):
                if key not in part:
                    raise entry.fault("key_missing", f"parts.{key}", do="split_unit")
            for key in part:
                if key not in ("code", "name", "lon", "lat", "class"):
                    raise entry.fault("key_unknown", key, do="split_unit", near="", allowed="class, code, lat, lon, name")
            lon, lat = entry.place()
            found.append({"code": entry.text("code"), "name": entry.text("name"), "lon": lon, "lat": lat}
                         | ({"class": entry.text("class")} if "class" in part else {}))
        if len({part["code"] for part in found}) < len(found):
            raise self.fault("wants_parts", "parts")
        return found


def as_toml(actions: Sequence[Action], head: str = "") -> str:
    """Actions as an action file, which `read_actions` gives back."""
    lines = [f"# {line}" for line in head.splitlines()]
    for action in actions:
        lines += ["", "[[action]]", *(f"{toml_key(key)} = {_toml(value)}" for key, value in action_dict(action).items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _toml(value: Any) -> str:
    """A value as TOML, tables and lists on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return f"{value:.15g}" if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else repr(value)
