"""Every sentence a person sees, in Chinese and English.

The sentences stand in `planner/locale/<lang>/*.toml`, one file a room, with the same keys in both languages (tested). Keys are
dotted; tables nest. Placeholders are `{name}` as in `str.format`, filled with data as they are: escaping is the writer's business.
`$[key]` in a sentence is a term of `planner/locale/glossary.toml`, `$[Key]` the same with a capital: one word for one thing everywhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from planner.errors import PlannerError

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
TERM = re.compile(r"\$\[([A-Za-z_]+)\]")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary: its words and what it means, by language, where it is read, and words that must not take its place."""

    key: str
    words: Mapping[str, str]
    about: Mapping[str, str]
    where: tuple[str, ...]
    rivals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def glossary() -> Mapping[str, Term]:
    """The terms by key, in their order."""
    table = tomllib.loads((files("planner") / "locale" / "glossary.toml").read_text(encoding="utf-8"))
    return {
        entry["key"]: Term(entry["key"], {lang: entry[lang] for lang in LANGUAGES}, entry["about"], tuple(entry["where"]),
                           {lang: tuple(entry.get(f"rivals_{lang}", ())) for lang in LANGUAGES})
        for entry in table["term"]}


def _with_terms(text: str, lang: str) -> str:
    """A sentence with its terms filled in. A term that is not in the glossary is a fault of ours and raises KeyError."""

    def word(found: re.Match[str]) -> str:
        """The word of one reference."""
        key = found.group(1)
        told = glossary()[key[0].lower() + key[1:]].words[lang]
        return told if key[0].islower() else told[0].upper() + told[1:]

    return TERM.sub(word, text)


def _flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Nested tables as one dictionary with dotted keys."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = str(value)
    return flat


@cache
def terms(lang: str) -> Mapping[str, str]:
    """All sentences of one language by dotted key. A key that stands in two files is a fault of ours and raises KeyError."""
    merged: dict[str, str] = {}
    folder = files("planner") / "locale" / lang
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for key, value in _flatten(tomllib.loads(file.read_text(encoding="utf-8"))).items():
            if key in merged:
                raise KeyError(f"{key} stands twice in locale/{lang}")
            merged[key] = _with_terms(value, lang)
    return merged


def has(key: str, lang: str) -> bool:
    """Whether a sentence is known."""
    return key in terms(lang)


def t(key: str, lang: str, **params: object) -> str:
    """The sentence of a key in a language, with its placeholders filled. An unknown key raises KeyError: it is a fault of ours."""
    text = terms(lang)[key]
    return text.format(**params) if params else text


def error_text(error: PlannerError, lang: str) -> str:
    """An error as a sentence: what was found, where, what was expected, what to do.

    A parameter that can say itself in a language (an Issue of the data-quality report) is said in it.
    """
    params = {key: value.done(lang) if hasattr(value, "done") else value for key, value in error.params.items()}
    return t(f"error.{error.code}", lang, **params)


def pick(names: Mapping[str, str] | str, lang: str) -> str:
    """One of `{zh = ..., en = ...}`, or the only name there is."""
    if isinstance(names, str):
        return names
    return names.get(lang) or next((name for name in names.values() if name), "")
