"""One word for one thing: the glossary is used, by all that say it is, and no sentence has a word of its own for its terms."""

from __future__ import annotations

import runpy
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from planner import i18n
from planner.i18n import LANGUAGES, TERM, glossary, t, terms

PLACES = ("ui", "workbook", "report", "messages")


def place_of(room: str) -> str:
    """Where the sentences of a locale file are read."""
    if room.startswith("ui") or room in ("maps", "ledger_pages"):
        return "ui"
    if room in ("export", "blind_spots"):
        return "workbook"
    return "report" if room.startswith(("report", "atlas", "drawn")) else "messages"


def raw(lang: str) -> dict[str, dict[str, str]]:
    """The sentences of each file as they are written, with their references."""
    folder = files("planner") / "locale" / lang
    return {file.name.removesuffix(".toml"): i18n._flatten(tomllib.loads(file.read_text(encoding="utf-8")))
            for file in folder.iterdir() if file.name.endswith(".toml")}


def test_sentences_are_filled_with_terms() -> None:
    assert (t("export.gaps.shortfall", "zh"), t("export.gaps.shortfall", "en")) == ("缺口量", "shortfall")
    assert t("export.title.gaps", "en") == "Gap list"
    assert not [key for lang in LANGUAGES for key, text in terms(lang).items() if "$[" in text]


def test_a_term_that_is_changed_is_changed_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    table = dict(glossary())
    one = table["shortfall"]
    table["shortfall"] = i18n.Term(one.key, {"zh": "差额", "en": "lack"}, one.about, one.where)
    monkeypatch.setattr(i18n, "glossary", lambda: table)
    for lang, word in (("zh", "差额"), ("en", "lack")):
        fresh = terms.__wrapped__(lang)  # type: ignore[attr-defined]
        changed = {key for key in fresh if fresh[key] != terms(lang)[key]}
        assert {"export.gaps.shortfall", "export.targets.shortfall", "export.summary.shortfall"} <= changed
        assert {fresh[key] for key in changed} <= {word, word.capitalize()}


def test_a_reference_to_no_term_is_our_fault() -> None:
    with pytest.raises(KeyError):
        i18n._with_terms("$[no_such_term]", "zh")


def test_both_languages_refer_to_the_same_terms() -> None:
    zh, en = raw("zh"), raw("en")
    differ = [key for room, sentences in zh.items() for key, text in sentences.items()
              if sorted(word.lower() for word in TERM.findall(text)) != sorted(word.lower() for word in TERM.findall(en[room][key]))]
    assert differ == []


@pytest.mark.parametrize("key", list(glossary()))
def test_a_term_is_used_where_the_glossary_says(key: str) -> None:
    term = glossary()[key]
    assert set(term.where) <= set(PLACES) and term.where and set(term.about) == set(LANGUAGES)
    used = {place_of(room) for room, sentences in raw("zh").items() for text in sentences.values()
            if term.words["zh"] in i18n._with_terms(text, "zh")}
    assert set(term.where) <= used


def test_no_sentence_has_a_rival_of_a_term() -> None:
    rivals = [(lang, key, rival) for lang in LANGUAGES for term in glossary().values() for rival in term.rivals[lang]
              for key, text in terms(lang).items() if rival.lower() in text.lower()]
    assert rivals == []


def test_the_solvers_gap_is_no_shortfall() -> None:
    """What a plan may be short of the proven bound is 与上限的差距, never 缺口."""
    sentences = {key: text for key, text in terms("zh").items() if key.startswith(("site.", "ui.siting."))}
    assert any(glossary()["bound_gap"].words["zh"] in text for text in sentences.values())
    assert not [key for key, text in sentences.items() if "缺口" in text and "上限" in text]


def test_the_page_is_the_file() -> None:
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "glossary_page.py"))
    assert tool["PAGE"].read_text(encoding="utf-8") == tool["page"]()
