"""Both languages say the same things, with the same placeholders."""

import re
import string

import pytest

from planner.errors import InputError
from planner.i18n import LANGUAGES, error_text, has, pick, t, terms

CJK = re.compile(r"[\u3400-\u9fff]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys() -> None:
    assert terms("zh").keys() == terms("en").keys()


def test_both_languages_fill_in_the_same_things() -> None:
    differ = [key for key, text in terms("zh").items() if placeholders(text) != placeholders(terms("en")[key])]
    assert differ == []


def test_chinese_is_chinese_and_english_is_not() -> None:
    # Terms of the languages' own names ("中文") and quoted column words are Chinese in English too, and stand under keys that say so.
    stray = [key for key, text in terms("en").items() if CJK.search(text) and not key.startswith("bilingual.")]
    assert stray == []


def test_a_sentence_is_filled() -> None:
    assert "15" in t("error.radius_speed_missing", "en", minutes=15)


def test_an_unknown_key_is_our_fault() -> None:
    with pytest.raises(KeyError):
        t("no.such.key", "zh")
    assert not has("no.such.key", "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_error_names_its_culprit(lang: str) -> None:
    text = error_text(InputError("layer_unknown", layer="clinik", layers="clinic, school"), lang)
    assert "clinik" in text
    assert "clinic, school" in text


def test_pick_falls_back_to_the_name_there_is() -> None:
    assert pick({"zh": "云河", "en": ""}, "en") == "云河"
    assert pick("Yunhe", "zh") == "Yunhe"
