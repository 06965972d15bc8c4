"""One table of a pack file, read key by key: what is missing, unknown or of the wrong kind becomes a PackError with target and key."""

from __future__ import annotations

import datetime as dt
import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from planner.errors import PackError

Number = int | float


class Table:
    """One table of a pack file, with the words that an error needs: which file, which target, under which key it stands."""

    def __init__(self, values: Mapping[str, Any], file: str, target: str, path: str = "") -> None:
        self.values, self.file, self.target, self.path = values, file, target, path

    def name(self, key: str) -> str:
        """A key as an error names it: `check.rollup`."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, code: str, key: str, **params: object) -> PackError:
        """An error about one key."""
        return PackError(f"pack_{code}", file=self.file, target=self.target or "pack", place=self.name(key), **params)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def only(self, allowed: Iterable[str]) -> None:
        """No keys but these."""
        words = tuple(allowed)
        for key in self.values:
            if key not in words:
                near = difflib.get_close_matches(key, words, n=1, cutoff=0.0)
                raise self.fault("key_unknown", key, near=near[0] if near else "", allowed=", ".join(words))

    def need(self, *keys: str) -> None:
        """All of these keys."""
        for key in keys:
            if key not in self.values:
                raise self.fault("key_missing", key)

    def text(self, key: str, default: str = "") -> str:
        """Text that is not blank, or the default where the key is absent."""
        if key not in self.values:
            return default
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fault("wants_text", key, value=value)
        return value.strip()

    def word(self, key: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One of a few words."""
        if key not in self.values:
            return default
        value = self.values[key]
        if value not in allowed:
            near = difflib.get_close_matches(str(value), allowed, n=1, cutoff=0.0)
            raise self.fault("wants_word", key, value=value, near=near[0] if near else "", allowed=", ".join(allowed))
        return str(value)

    def number(self, key: str) -> Number | None:
        """A finite number, or None where the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.fault("wants_number", key, value=value)
        return value

    def positive(self, key: str) -> float | None:
        """A number above 0."""
        value = self.number(key)
        if value is not None and value <= 0:
            raise self.fault("wants_positive", key, value=value)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text is a list of one."""
        value = self.values.get(key)
        if value is None:
            return ()
        parts = value if isinstance(value, list) else [value]
        if not parts or any(not isinstance(part, str) or not part.strip() for part in parts):
            raise self.fault("wants_texts", key, value=value)
        return tuple(part.strip() for part in parts)

    def years(self, key: str) -> tuple[int, int] | None:
        """Two years, the first not after the second."""
        value = self.values.get(key)
        if value is None:
            return None
        if (not isinstance(value, list) or len(value) != 2 or any(isinstance(year, bool) or not isinstance(year, int) for year in value)
                or value[0] > value[1]):
            raise self.fault("wants_years", key, value=value)
        return value[0], value[1]

    def date(self, key: str) -> dt.date | None:
        """A date, as TOML writes dates or as text."""
        value = self.values.get(key)
        if isinstance(value, dt.datetime):
            return value.date()
        if value is None or isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError as error:
            raise self.fault("wants_date", key, value=value) from error

    def table(self, key: str) -> Table | None:
        """A table below this one."""
        if key not in self.values:
            return None
        value = self.values[key]
        if not isinstance(value, Mapping):
            raise self.fault("wants_table", key, value=value)
        return Table(value, self.file, self.target, self.name(key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not value or any(not isinstance(part, Mapping) for part in value):
            raise self.fault("wants_tables", key, value=value)
        return [Table(part, self.file, self.target, f"{self.name(key)}[{k}]") for k, part in enumerate(value, start=1)]
