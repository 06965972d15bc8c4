"""The font of reports and maps: what it draws, what it does not, and whose it is."""

from importlib.resources import files
from itertools import chain

from planner.export.report_font import FONT, STAND_IN, characters, code_point, drawable, missing_characters, register
from planner.i18n import LANGUAGES, terms
from planner.targets.pack import list_packs, read_pack

FOLDER = files("planner").joinpath("export", "fonts")


def test_every_sentence_of_ours_and_every_bundled_target_can_be_drawn():
    said = chain.from_iterable(terms(lang).values() for lang in LANGUAGES)
    titles = (text for pack in list_packs() for target in read_pack(pack.id).targets for text in (*target.title.values(), target.clause))
    assert missing_characters(chain(said, titles)) == ()


def test_what_it_lacks_is_told_once_in_code_order_and_drawn_as_a_mark():
    assert missing_characters("一😀𬭎😀\n\t龙") == ("😀", "𬭎")
    assert drawable("一😀✗\n") == f"一{STAND_IN}×\n" and drawable("一") == "一"
    assert code_point("𬭎") == "U+2CB4E" and code_point("\u0007") == "U+0007"


def test_it_has_gb_2312_and_is_registered_once_with_one_weight():
    hanzi = {bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)} - {""}
    assert len(hanzi) == 6763 and hanzi <= characters()
    assert register() == register() == FONT


def test_it_is_small_and_carries_its_licence_and_its_own_name():
    data = FOLDER.joinpath("report_sans_sc.ttf").read_bytes()
    assert len(data) < 6e6 and "Planner Report Sans SC".encode("utf-16-be") in data and "Noto Sans CJK SC 2".encode("utf-16-be") not in data
    assert "SIL OPEN FONT LICENSE Version 1.1" in FOLDER.joinpath("OFL.txt").read_text(encoding="utf-8")
    assert "Noto Sans CJK SC" in FOLDER.joinpath("NOTICE.txt").read_text(encoding="utf-8")
